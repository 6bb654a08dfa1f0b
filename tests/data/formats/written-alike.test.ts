import { expect, test } from "vitest";
import { datePrinter } from "../../../src/data/formats/date-format";
import { type Format, parserOf, valuePrinter } from "../../../src/data/formats/format";
import { inferColumn } from "../../../src/data/infer/infer-column";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";

const inferred = (texts: readonly string[], counts = texts.map(() => 1)) =>
  inferColumn({ name: "cell", levels: texts, counts });

const printerOf = (format: Format, decimals?: number) =>
  format.kind === "date" ? datePrinter(format) : valuePrinter(format, decimals);

const day = (text: string): number => Date.parse(`${text}Z`);

/** Two cells and what they mean (in seconds, or milliseconds since 1970), which come out as they came in. */
test.each<[string, readonly string[], readonly [number, number]]>([
  [
    "signs for year, month and day",
    ["2024年5月1日", "2023年11月28日"],
    [day("2024-05-01"), day("2023-11-28")],
  ],
  ["filled up", ["2024年05月01日", "2023年11月28日"], [day("2024-05-01"), day("2023-11-28")]],
  ["Korean", ["2024년 5월 1일", "2023년 11월 28일"], [day("2024-05-01"), day("2023-11-28")]],
  [
    "with a time",
    ["2024年05月01日 09時05分", "2023年11月28日 19時30分"],
    [day("2024-05-01T09:05"), day("2023-11-28T19:30")],
  ],
  ["quarters", ["2024Q1", "2022Q4"], [day("2024-01-01"), day("2022-10-01")]],
  ["fiscal quarters", ["FY24 Q3", "FY22 Q1"], [day("2024-07-01"), day("2022-01-01")]],
  ["quarters first", ["Q3 2024", "Q1 2022"], [day("2024-07-01"), day("2022-01-01")]],
  ["weeks", ["KW 01/2025", "KW 53/2020"], [day("2024-12-30"), day("2020-12-28")]],
  ["weeks not filled up", ["KW 1/2025", "KW 53/2020"], [day("2024-12-30"), day("2020-12-28")]],
  ["quarters as banks have them", ["3Q24", "1Q22"], [day("2024-07-01"), day("2022-01-01")]],
  ["weeks of ISO 8601", ["2025-W01", "2020-W53"], [day("2024-12-30"), day("2020-12-28")]],
  ["Russian", ["1 мая 2024", "28 ноября 2023"], [day("2024-05-01"), day("2023-11-28")]],
  ["Polish", ["1 maja 2024 r.", "28 listopada 2023 r."], [day("2024-05-01"), day("2023-11-28")]],
  ["Turkish", ["1 Mayıs 2024", "28 Kasım 2023"], [day("2024-05-01"), day("2023-11-28")]],
  ["ordinals", ["May 1st, 2024", "November 22nd, 2023"], [day("2024-05-01"), day("2023-11-22")]],
  ["weekdays before digits", ["Mi, 01.05.2024", "Di, 28.11.2023"], [day("2024-05-01"), day("2023-11-28")]],
  ["Arabic digits", ["٢٠٢٤/٠٥/٠١", "٢٠٢٣/١١/٢٨"], [day("2024-05-01"), day("2023-11-28")]],
  [
    "small am and pm",
    ["05/13/2024 2:36am", "11/28/2023 11:05pm"],
    [day("2024-05-13T02:36"), day("2023-11-28T23:05")],
  ],
  ["hours and minutes", ["1h 05m", "12h 00m"], [3900, 43_200]],
  ["what is nothing left out", ["2 hours 1 minute", "50 minutes"], [7260, 3000]],
  ["minutes and seconds", ["27m 14s", "3m 05s"], [1634, 185]],
  ["ISO 8601", ["P1DT2H", "P3D"], [93_600, 259_200]],
  ["ISO 8601, without days", ["PT36M49S", "PT3M"], [2209, 180]],
  ["pandas", ["0 days 16:25:01", "1 days 02:15:05"], [59_101, 94_505]],
  ["Python", ["2 days, 3:04:05", "1 day, 13:04:05"], [183_845, 133_445]],
  ["small am and pm, of a day", ["02:36am", "11:05pm"], [9360, 83_100]],
])("dates and times come out as they came in: %s", (_, texts, values) => {
  const format = inferred(texts).format as Format;
  expect(texts.map(parserOf(format))).toEqual(values);
  expect(values.map(printerOf(format))).toEqual(texts);
});

test.each<[string, readonly string[], readonly number[], number?]>([
  ["Arabic", ["٤٠.٩٧", "١٢١.٨٢"], [40.97, 121.82]],
  ["Arabic with its own mark", ["٤٠٫٩٧", "١٢١٫٨٠"], [40.97, 121.8]],
  ["Persian with its own groups", ["۲۴٬۰۳۷", "۸۹۴"], [24_037, 894]],
  ["full width", ["６９", "５８"], [69, 58]],
  ["Devanagari", ["₹ २६.०", "₹ २५.५"], [26, 25.5]],
  ["a price a unit", ["0,3819 €/kWh", "0,3700 €/kWh"], [0.3819, 0.37]],
  ["cents", ["31,2 ct", "30,0 ct"], [31.2, 30]],
  ["a dash for cents", ["373.–", "65.–"], [373, 65]],
  ["a dash for cents before the currency", ["134,- €", "1734,- €"], [134, 1734]],
])("numbers come out as they came in: %s", (_, texts, values) => {
  const { format, decimals } = inferred(texts);
  expect(texts.map(parserOf(format as Format))).toEqual(values);
  expect(values.map(printerOf(format as Format, decimals))).toEqual(texts);
});

test("digits of two scripts in one column are words", () => {
  expect(inferred(["٤٠.٩٧", "۲۶.۵", "12.5"]).format).toBeUndefined();
});

test("a week that the year does not have is no date, nor are codes with a Q", () => {
  expect(inferred(["2023-W53", "2021-W53"]).type).not.toBe("date");
  expect(inferred(["Q7 2024", "Q8 2023"]).type).not.toBe("date");
  expect(inferred(["W32 L34", "W30 L32", "W32-34"]).type).not.toBe("date");
});

test("a word among dates means missing in any language, and is told", () => {
  const dates = Array.from({ length: 20 }, (_, k) => `2024-01-${String(k + 1).padStart(2, "0")}`);
  const found = inferred([...dates, "ei tiedossa"], [...dates.map(() => 4), 9]);
  expect(found).toMatchObject({ type: "date", missing: ["ei tiedossa"], guessed: { cells: 9 } });
  expect(found.remarks).toContain('"ei tiedossa" is taken for missing, in 9 cells');
  expect(inferred([...dates, "0000-00-00"], [...dates.map(() => 4), 9])).toMatchObject({
    type: "date",
    missing: ["0000-00-00"],
  });
});

test("a lone date that returns, far from all others, is asked about", () => {
  const dates = Array.from({ length: 20 }, (_, k) => `2024-01-${String(k + 1).padStart(2, "0")}`);
  const { remarks } = inferred([...dates, "1900-01-01"], [...dates.map(() => 4), 9]);
  expect(remarks.join()).toContain("1900-01-01 stands apart from all other values in 9 cells");
  expect(inferred([...dates, "2023-12-25"], [...dates.map(() => 4), 9]).remarks).toEqual([]);
});

test("a few numbers and a word are levels, where the word is more than one cell in a hundred", () => {
  const cylinders = ["3", "4", "5", "6", "8", "rotary"];
  const found = inferred(cylinders, [10, 40, 10, 20, 12, 1]);
  expect(found.type).toBe("categorical");
  expect(found.remarks.join()).toContain('99% of its cells are numbers, others are such as "rotary"');
  expect(inferred(cylinders, [100, 400, 100, 200, 120, 1]).type).toBe("numeric");
});

test("codes of which some have a letter are no numbers, where it is no unit and no mistake", () => {
  const filled = Array.from({ length: 60 }, (_, i) => String(i + 1).padStart(3, "0"));
  const stations = Array.from({ length: 60 }, (_, i) => String(110 + 15 * i));
  const type = (numbers: string[], ...others: string[]) =>
    inferred([...numbers, ...others], [...numbers.map(() => 4), ...others.map(() => 2)]).type;
  expect(type(filled, "036A")).not.toBe("numeric");
  expect(type(stations, "c168", "c203")).not.toBe("numeric");
  expect(type(filled)).toBe(inferred(filled, Array(60).fill(4)).type);
  for (const mistakes of [["15k"], ["l2"], ["O25", "O31"], ["a12", "b13"], ["x"]])
    expect(type(stations, ...mistakes), mistakes.join()).toBe("numeric");
});

test("a column of 0 and 1 that holds one of them alone is read as the other file's", () => {
  const columns = [
    { name: "rare", type: "boolean" },
    { name: "b", type: "categorical" },
  ] as const;
  const { table } = parseCsv("rare,b\n0,x\n0,y\n", { schema: { columns } });
  expect(table.columns[0]).toMatchObject({ type: "boolean", levels: ["0", "1"] });
});

test.each([
  ["powers of ten with a plus", ["9.001E-04", "5.231E+00", "1.200E+03"]],
  ["powers of ten without", ["9.001e-4", "5.231e0", "1.200e3"]],
  ["filled up with blanks in front", ["    93", "     7", "  1204"]],
  ["filled up with blanks behind", ["93    ", "7     ", "1204  "]],
  ["filled up, but for longer ones", ["  9.5", "  7.2", "120.4", "1204.1"]],
])("numbers %s come out as they came in", (_, numbers) => {
  const cells = Array.from({ length: 60 }, (_, i) => [...numbers][i % numbers.length]);
  const text = `fee,x\n${cells.map((cell, i) => `${cell},${i % 7 ? "a" : "b"}`).join("\n")}\n`;
  const { table } = parseCsv(text);
  expect(table.columns[0].type).toBe("numeric");
  expect(csvText(table)).toBe(text);
});

test("blanks that fill numbers up are none of the texts that others are compared with", () => {
  const { table } = parseCsv(
    `fee,x\n${["   5", "  40", " 120"].map((fee) => `${fee},a\n`.repeat(20)).join("")}`,
  );
  expect(table.columns[0]).toMatchObject({ type: "numeric", format: { filled: 4 } });
  expect([0, 20, 40].map((i) => cellText(table.columns[0], i))).toEqual(["5", "40", "120"]);
});

test("numbers after one blank each are not filled up", () => {
  const { table } = parseCsv(`x,fee\n${Array.from({ length: 60 }, (_, i) => `a, ${i * 7}`).join("\n")}\n`);
  expect(table.columns[1]).toMatchObject({ type: "numeric" });
  expect("format" in table.columns[1]).toBe(false);
});
