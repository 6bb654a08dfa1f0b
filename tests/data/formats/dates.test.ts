import { describe, expect, test } from "vitest";
import { type DateFormat, dateParser, datePrinter } from "../../../src/data/formats/date-format";
import { durationParser, durationPrinter } from "../../../src/data/formats/duration-format";
import { type LearnedDates, learnDates } from "../../../src/data/formats/learn-dates";
import { learnDurations } from "../../../src/data/formats/learn-durations";

const day = (text: string): number => Date.parse(`${text}${text.includes("T") ? "" : "T00:00:00"}Z`);

describe("learnDates(values): what comes out of the printer is written as it came in", () => {
  test.each<[string, string[], string[]]>([
    ["yyyy-MM-dd", ["2024-01-31", "2023-12-01"], ["2024-01-31", "2023-12-01"]],
    ["yyyy/M/d", ["2024/1/31", "2023/12/1"], ["2024-01-31", "2023-12-01"]],
    ["dd.MM.yyyy", ["31.01.2024", "01.12.2023"], ["2024-01-31", "2023-12-01"]],
    ["d.M.yyyy", ["31.1.2024", "1.12.2023"], ["2024-01-31", "2023-12-01"]],
    ["dd/MM/yyyy", ["31/01/2024", "01/12/2023"], ["2024-01-31", "2023-12-01"]],
    ["MM/dd/yyyy", ["01/31/2024", "12/01/2023"], ["2024-01-31", "2023-12-01"]],
    ["M/d/yy", ["1/31/24", "12/1/99"], ["2024-01-31", "1999-12-01"]],
    ["dd-MM-yy", ["31-01-24", "01-12-23"], ["2024-01-31", "2023-12-01"]],
    ["yyyyMMdd", ["20240131", "20231201"], ["2024-01-31", "2023-12-01"]],
    ["dd MMM yyyy", ["31 Jan 2024", "01 Dec 2023"], ["2024-01-31", "2023-12-01"]],
    ["dd-MMM-yy", ["31-Jan-24", "01-Dec-23"], ["2024-01-31", "2023-12-01"]],
    ["dd-MMM-yy", ["31-JAN-24", "01-DEC-23"], ["2024-01-31", "2023-12-01"]],
    ["MMM d, yyyy", ["Jan 31, 2024", "Dec 1, 2023"], ["2024-01-31", "2023-12-01"]],
    ["MMMM d, yyyy", ["January 31, 2024", "May 1, 2023"], ["2024-01-31", "2023-05-01"]],
    ["EEE, dd MMM yyyy", ["Wed, 31 Jan 2024", "Fri, 01 Dec 2023"], ["2024-01-31", "2023-12-01"]],
    ["d. MMMM yyyy", ["31. Januar 2024", "1. März 2023"], ["2024-01-31", "2023-03-01"]],
    ["d MMMM yyyy", ["31 janvier 2024", "1 août 2023"], ["2024-01-31", "2023-08-01"]],
    ["yyyy-MM", ["2024-01", "2023-12"], ["2024-01-01", "2023-12-01"]],
    ["MMM yyyy", ["Jan 2024", "Dec 2023"], ["2024-01-01", "2023-12-01"]],
    [
      "yyyy-MM-dd HH:mm:ss",
      ["2024-01-31 10:20:30", "2023-12-01 00:00:00"],
      ["2024-01-31T10:20:30", "2023-12-01"],
    ],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", ["2024-01-31T10:20:30.125"], ["2024-01-31T10:20:30.125"]],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", ["2024-01-31T10:20:30Z"], ["2024-01-31T10:20:30"]],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", ["2024-01-31T10:20:30+02:00"], ["2024-01-31T10:20:30"]],
    ["yyyy-MM-dd HH:mm:ssXX", ["2024-01-31 10:20:30-0530"], ["2024-01-31T10:20:30"]],
    ["M/d/yyyy h:mm a", ["1/31/2024 3:05 PM", "2/1/2024 12:00 AM"], ["2024-01-31T15:05:00", "2024-02-01"]],
    [
      "dd.MM.yyyy H:mm",
      ["31.01.2024 7:05", "01.12.2023 15:00"],
      ["2024-01-31T07:05:00", "2023-12-01T15:00:00"],
    ],
  ])("%s", (pattern, texts, dates) => {
    const found = learnDates(texts);
    expect(found?.format.pattern).toBe(pattern);
    expect(found?.ambiguous).toBeUndefined();
    const format = found?.format as DateFormat;
    expect(texts.map(dateParser(format))).toEqual(dates.map(day));
    expect(dates.map(day).map(datePrinter(format))).toEqual(texts);
  });

  test("says so where day and month can't be told apart, unless every date is the first of a month", () => {
    expect(learnDates(["01/02/2024", "03/04/2024", "05/05/2024"])).toMatchObject({
      format: { pattern: "MM/dd/yyyy" },
      ambiguous: "dd/MM/yyyy",
    });
    expect(learnDates(["01.02.2024", "03.04.2024"])).toMatchObject({
      format: { pattern: "dd.MM.yyyy" },
      ambiguous: "MM.dd.yyyy",
    });
    const months = learnDates(["01/02/2024", "01/03/2024", "01/04/2024", "01/05/2024"]);
    expect(months).toMatchObject({ format: { pattern: "dd/MM/yyyy" } });
    expect(months?.ambiguous).toBeUndefined();
  });

  test("days that there are not, codes and numbers are no dates", () => {
    expect(dateParser({ kind: "date", pattern: "yyyy-MM-dd" })("2023-02-29")).toBeNaN();
    for (const values of [
      ["2024-13-01"],
      ["A-1", "B-2"],
      ["1.5", "2.5"],
      ["10-20", "20-30"],
      ["12345678"],
      [""],
    ])
      expect(learnDates(values)).toBeUndefined();
  });

  test("seconds and milliseconds since 1970, when the pattern says so", () => {
    expect(dateParser({ kind: "date", pattern: "t" })("1706659200")).toBe(day("2024-01-31"));
    expect(datePrinter({ kind: "date", pattern: "T" })(day("2024-01-31"))).toBe("1706659200000");
  });
});

test.each([
  ["HH:mm:ss", ["00:03:25", "12:00:01"], [205, 43201]],
  ["H:mm:ss", ["0:03:25", "112:00:01"], [205, 403201]],
  ["HH:mm", ["00:03", "23:59"], [180, 86340]],
  ["h:mm a", ["3:05 PM", "12:00 AM"], [54300, 0]],
])("learnDurations(values) in %s", (pattern, texts, seconds) => {
  const found = learnDurations(texts);
  expect(found).toMatchObject({ share: 1, format: { pattern } });
  const format = found?.format as NonNullable<typeof found>["format"];
  expect(texts.map(durationParser(format))).toEqual(seconds);
  expect(seconds.map(durationPrinter(format))).toEqual(texts);
});

test("learnDates keeps the zero of an hour with AM or PM, whichever hour comes first", () => {
  const texts = ["01/12/2022 11:25 PM", "02/13/2022 08:05 AM", "05/20/2022 12:05 AM"];
  const format = learnDates(texts)?.format;
  expect(format?.pattern).toBe("MM/dd/yyyy hh:mm a");
  if (format) expect(texts.map((text) => datePrinter(format)(dateParser(format)(text)))).toEqual(texts);
  expect(learnDates(["01/12/2022 11:25 PM", "02/13/2022 8:05 AM"])?.format.pattern).toBe("MM/dd/yyyy h:mm a");
});

describe("dates with an offset are read as the clocks of their place show them", () => {
  const zoned = (texts: readonly string[]) => {
    const found = learnDates(texts) as LearnedDates;
    return { ...found, read: dateParser(found.format), write: datePrinter(found.format) };
  };
  test("of one zone each gets the offset of its day, and the hour that is written", () => {
    const texts = [
      "2024-01-15T08:12:00+01:00",
      "2024-07-15T23:30:00+02:00",
      "2024-03-31T01:59:00+01:00",
      "2024-03-31T03:00:00+02:00",
    ];
    const { format, offsets, read, write } = zoned(texts);
    expect(format.zone).toBe("Europe/Berlin");
    expect(offsets).toBeUndefined();
    expect(texts.map((text) => write(read(text)))).toEqual(texts);
    expect(read(texts[1])).toBe(Date.UTC(2024, 6, 15, 23, 30));
    // The same moment, said elsewhere.
    expect(read("2024-07-15T17:30:00-04:00")).toBe(read(texts[1]));
    expect(write(Date.UTC(2025, 11, 1, 12))).toBe("2025-12-01T12:00:00+01:00");
    // The clocks leave that hour out.
    expect(write(Date.UTC(2024, 2, 31, 2, 30))).toBe("2024-03-31T03:30:00+02:00");
  });
  test("London's winter is Z, New York's clocks change on other days", () => {
    const london = ["2024-01-15T08:12:00Z", "2024-07-15T08:12:00+01:00"];
    expect(zoned(london).format.zone).toBe("Europe/London");
    expect(london.map((text) => zoned(london).write(zoned(london).read(text)))).toEqual(london);
    const york = [
      "2024-01-15 08:12-0500",
      "2024-03-20 08:12-0400",
      "2024-10-30 08:12-0400",
      "2024-11-05 08:12-0500",
    ];
    expect(zoned(york).format.zone).toBe("America/New_York");
    expect(york.map((text) => zoned(york).write(zoned(york).read(text)))).toEqual(york);
  });
  test("of several zones only the moment is kept, which is said", () => {
    const texts = ["2024-01-15T08:12:00+01:00", "2024-01-15T08:12:00-05:00", "2024-01-16T08:12:00-05:00"];
    const { format, offsets, read } = zoned(texts);
    expect(format).toMatchObject({ offset: -300 });
    expect(format.zone).toBeUndefined();
    expect(offsets).toBe(2);
    expect(read(texts[0])).toBe(Date.UTC(2024, 0, 15, 7, 12));
  });
});
