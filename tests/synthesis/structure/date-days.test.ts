import { expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import { brokenRows } from "../../../src/synthesis/structure/orders/broken";
import type { DatePlan } from "../../../src/synthesis/structure/structure";

const day = 86_400_000;
const written = (at: number): string => new Date(at).toISOString().slice(0, 10);
/** 0 for Monday. */
const weekday = (text: string): number => (new Date(`${text}T00:00Z`).getUTCDay() + 6) % 7;

/** Bookings on working days, twice as many on Mondays; what is installed so many days later, never at weekends; and what is paid first. */
function bookings(rows: number, rng: Rng): Table {
  const onDay = (from: number): number => {
    let at = from;
    while (weekday(written(at)) > 4) at += day;
    return at;
  };
  const lines = Array.from({ length: rows }, () => {
    const week = Date.UTC(2023, 0, 2) + Math.floor(90 * rng.uniform()) * 7 * day;
    const booked = week + Math.max(0, Math.floor(6 * rng.uniform()) - 1) * day;
    const installed = onDay(booked + (3 + Math.floor(20 * rng.uniform())) * day);
    const paid = Date.UTC(2022, Math.floor(40 * rng.uniform()), 1);
    const ended = Date.UTC(2022, Math.floor(40 * rng.uniform()) + 1, 0);
    return [...[booked, installed, paid, ended].map(written), Math.floor(500 * rng.uniform())].join();
  });
  return parseCsv(`booked,installed,paid,ended,amount\n${lines.join("\n")}\n`).table;
}

function texts(table: Table, name: string): readonly string[] {
  const column = columnNamed(table, name);
  return "codes" in column
    ? [...column.codes].map((code) => column.levels[code])
    : column.type === "numeric"
      ? []
      : column.values;
}

test("dates stay on the days of the week and of the month that they have", async () => {
  const real = bookings(1500, seeded(4));
  const made = (await sequential()(real, seeded(1))).sample(4000, seeded(2));
  const off = (name: string): number => texts(made, name).filter((text) => weekday(text) > 4).length;
  expect([off("booked"), off("installed")]).toEqual([0, 0]);
  expect(texts(made, "paid").filter((text) => !text.endsWith("-01"))).toEqual([]);
  const lasts = texts(made, "ended").filter(
    (text) => !written(Date.parse(`${text}T00:00Z`) + day).endsWith("-01"),
  );
  expect(lasts).toEqual([]);
  const mondays = (table: Table): number =>
    texts(table, "booked").filter((text) => weekday(text) === 0).length / table.rows;
  // Six standard errors of the difference.
  expect(Math.abs(mondays(made) - mondays(real))).toBeLessThan(0.086);
  const installed = texts(made, "installed");
  const gaps = texts(made, "booked").map((text, i) => (Date.parse(installed[i]) - Date.parse(text)) / day);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
});

test("are said, checked in a file and in rows", () => {
  const real = bookings(1500, seeded(4));
  const found = discoverStructure(real, seeded(1));
  const rules = describeStructure(found);
  expect(rules).toContain("booked is never on a Saturday or Sunday.");
  expect(rules).toContain("paid is always day 1 of its month.");
  expect(rules).toContain("ended is always the last day of its month.");
  expect(brokenRows(found, real)).toEqual([]);
  const plan = found.columns.find(({ name }) => name === "booked") as DatePlan;
  for (const days of [
    { shares: [1, 1] },
    { monthDay: 0 },
    { months: { from: "amount", by: 12 } },
    { shares: [0, 0, 0, 0, 0, 0, 0] },
  ]) {
    const columns = found.columns.map((one) => (one === plan ? { ...plan, days } : one));
    expect(() => checkRules({ ...found, columns } as typeof found, "load")).toThrow("seven shares");
  }
});

test("days that chance spread are no rule, nor is a weekday that few dates left out", () => {
  const rng = seeded(6);
  const lines = Array.from({ length: 900 }, () => {
    const [a, b] = [700, 20].map((width) =>
      written(Date.UTC(2023, 0, 1) + Math.floor(width * rng.uniform()) * day),
    );
    return `${a},${b},${rng.uniform()}`;
  });
  const { table } = parseCsv(`a,b,x\n${lines.join("\n")}\n`);
  const plans = discoverStructure(table, seeded(1)).columns;
  expect(plans.filter((plan) => plan.kind === "date" && plan.days)).toEqual([]);
});

test("renewals on some anniversary stay there, though their number is free", async () => {
  const rng = seeded(9);
  const lines = Array.from({ length: 1000 }, () => {
    const start = new Date(Date.UTC(2020, 0, 1) + Math.floor(1500 * rng.uniform()) * day);
    const [month, date] = [start.getUTCMonth(), start.getUTCDate()];
    const on = (year: number): number => Math.min(Date.UTC(year, month, date), Date.UTC(year, month + 1, 0));
    const renews = on(2024) > Date.UTC(2024, 5, 30) && start.getUTCFullYear() < 2024 ? on(2024) : on(2025);
    const paid = new Date(
      Date.UTC(start.getUTCFullYear(), month + Math.floor(9 * rng.uniform()), Math.min(date, 28)),
    );
    return [written(start.getTime()), written(renews), written(paid.getTime()), rng.uniform()].join();
  });
  const { table } = parseCsv(`started,renews,paid,x\n${lines.join("\n")}\n`);
  const found = discoverStructure(table, seeded(1));
  expect(describeStructure(found)).toContain("renews is always the day of started so many years later.");
  expect(describeStructure(found).join(" ")).not.toContain("paid is always");
  expect(brokenRows(found, table)).toEqual([]);
  expect(() => checkRules(found, "load")).not.toThrow();
  const made = (await sequential()(table, seeded(1))).sample(3000, seeded(2));
  const [started, renews] = ["started", "renews"].map((name) => texts(made, name));
  const off = started.filter((text, i) => text.slice(5) !== renews[i].slice(5) && text.slice(5) !== "02-29");
  expect(off).toEqual([]);
});

/** Calls from eight to six, those of nights from ten to four, to the minute; lunch is quiet. */
function calls(rows: number, rng: Rng): Table {
  const lines = Array.from({ length: rows }, () => {
    const night = rng.uniform() < 0.3;
    const from = night ? 22 : rng.uniform() < 0.1 ? 12 : rng.uniform() < 0.5 ? 8 : 13;
    const hours = night ? 6 : from === 12 ? 1 : from === 8 ? 4 : 5;
    const at =
      Date.UTC(2023, 0, 1 + Math.floor(300 * rng.uniform()), from) + hours * 3_600_000 * rng.uniform();
    const ended = at + (3 + 10 * rng.uniform()) * 60_000;
    const [called, done] = [at, ended].map((one) =>
      new Date(one).toISOString().slice(0, 16).replace("T", " "),
    );
    return `${night ? "night" : "day"},${called},${done},${Math.floor(9 * rng.uniform())}`;
  });
  return parseCsv(`shift,called,done,topic\n${lines.join("\n")}\n`).table;
}

test("times keep the odds of their hours, by the level that these go by", async () => {
  const real = calls(1500, seeded(6));
  const model = await sequential()(real, seeded(1));
  expect(describeStructure(model.structure)).toContain("called keeps the odds of its hours, by shift.");
  const made = model.sample(3000, seeded(2));
  const off = (rows: Table) => {
    const [shifts, times] = [texts(rows, "shift"), texts(rows, "called")];
    const hours = times.map((text) => Number(text.slice(11, 13)));
    const wrong = hours.filter((at, i) => (shifts[i] === "night") !== (at >= 22 || at < 4));
    const noon = hours.filter((at, i) => shifts[i] === "day" && at === 12);
    return { wrong: wrong.length, noon: noon.length / rows.rows };
  };
  expect([off(real).wrong, off(made).wrong]).toEqual([0, 0]);
  // A uniform day would have .03 of its calls at noon.
  expect(Math.abs(off(made).noon - off(real).noon)).toBeLessThan(0.03);
  const done = texts(made, "done").map((text, i) => Date.parse(text) - Date.parse(texts(made, "called")[i]));
  expect(Math.min(...done)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...done)).toBeLessThan(20 * 60_000);
  const wrong = structuredClone(model.structure);
  const plan = wrong.columns.find(({ name }) => name === "called") as unknown as {
    hours: { shares: number[] };
  };
  plan.hours.shares.pop();
  expect(() => checkRules(wrong, "use")).toThrow("must be in hours with 24 shares from midnight");
});

test("working days alone are told of two months of dates, and of ten days nothing", () => {
  const plan = (weeks: number, of: readonly number[]) => {
    const days = Array.from({ length: weeks }, (_, k) =>
      of.map((at) => Date.UTC(2024, 0, 1 + 7 * k + at)),
    ).flat();
    const { table } = parseCsv(`on,n\n${days.map((at, i) => `${written(at)},${(7 * i) % 31}`).join("\n")}\n`);
    return (discoverStructure(table, seeded(1)).columns[0] as DatePlan).days?.shares;
  };
  expect(plan(9, [0, 1, 2, 3, 4])?.slice(5)).toEqual([0, 0]);
  expect(plan(2, [0, 1, 2, 3, 4])).toBeUndefined();
  expect(plan(9, [0, 1, 2, 3, 4, 5])).toBeUndefined();
});

/** Sales over two years, those with one code in December, with another at weekends; bills on the second to fifth, of 200 rows. */
function coded(rows: number, rng: Rng): Table {
  const some = (count: number): number => Math.floor(count * rng.uniform());
  const lines = Array.from({ length: rows }, (_, i) => {
    const code = i % 40 === 0 ? "XMAS" : i % 25 === 1 ? "FUN" : ["A", "B", "C"][some(3)];
    let sold = Date.UTC(2022, 0, 1) + some(730) * day;
    if (code === "XMAS") sold = Date.UTC(2022 + some(2), 11, 1 + some(28));
    if (code === "FUN") while (weekday(written(sold)) < 5) sold += day;
    const billed = Date.UTC(2022, some(24), 2 + some(4));
    const free = Date.UTC(2022, some(24), 10 + Math.floor((some(9) + some(9) + some(9)) / 3));
    return [written(sold), code, written(billed), written(free), rng.uniform().toFixed(3)].join();
  });
  return parseCsv(`sold,code,billed,free,x\n${lines.join("\n")}\n`).table;
}

test("dates of a level stay in its months and on its weekdays, and all on the days of the month that they have", async () => {
  const real = coded(1600, seeded(3));
  const found = discoverStructure(real, seeded(1));
  const rules = describeStructure(found);
  expect(rules).toContain("Where code = XMAS, sold is only in December.");
  expect(rules).toContain("Where code = FUN, sold is only on a Saturday or Sunday.");
  expect(rules).toContain("billed is only on day 2 to 5 of its month.");
  expect(brokenRows(found, real)).toEqual([]);
  const made = (await sequential()(real, seeded(1))).sample(4000, seeded(2));
  const [sold, code, billed] = ["sold", "code", "billed"].map((name) => texts(made, name));
  const off = (level: string, is: (text: string) => boolean): string[] =>
    sold.filter((text, i) => code[i] === level && !is(text));
  expect(off("XMAS", (text) => text.slice(5, 7) === "12")).toEqual([]);
  expect(off("FUN", (text) => weekday(text) > 4)).toEqual([]);
  expect(billed.filter((text) => Number(text.slice(8)) < 2 || Number(text.slice(8)) > 5)).toEqual([]);
  // Rows are moved, not left out, though no such code is sold before December of the first year: five standard errors.
  expect(Math.abs(code.filter((one) => one === "XMAS").length / 4000 - 0.025)).toBeLessThan(0.0125);
  const years = sold.filter((text, i) => code[i] === "XMAS" && text < "2023").length;
  expect(years).toBeGreaterThan(20);
  // What is asked of a date holds after it was moved.
  const asked = (await sequential()(real, seeded(1))).sample(100, seeded(4), {
    where: { code: "XMAS", sold: { from: "2023-01-01" } },
  });
  expect(texts(asked, "sold").filter((text) => text.slice(0, 7) !== "2023-12")).toEqual([]);
  // A level is filled in where the date is one of its.
  const codes = columnNamed(real, "code") as { codes: Int32Array };
  const columns = real.columns.map((one) =>
    one.name === "code" ? { ...one, codes: codes.codes.map(() => -1) } : one,
  );
  const filled = (await sequential()(real, seeded(1))).complete(
    { ...real, columns } as Table,
    seeded(3),
  ).table;
  const wrong = texts(filled, "sold").filter(
    (text, i) => texts(filled, "code")[i] === "XMAS" && text.slice(5, 7) !== "12",
  );
  expect(wrong).toEqual([]);
});

test("a date moved to its days of the month stays as far from an earlier one as any is", async () => {
  const rng = seeded(12);
  const lines = Array.from({ length: 400 }, () => {
    const begun = Date.UTC(2021, Math.floor(36 * rng.uniform()), rng.uniform() < 0.7 ? 1 : 15);
    return [
      written(begun - (5 + Math.floor(36 * rng.uniform())) * day),
      written(begun),
      rng.uniform().toFixed(3),
    ].join();
  });
  const { table } = parseCsv(`signed,begun,x\n${lines.join("\n")}\n`);
  const made = (await sequential()(table, seeded(1))).sample(2000, seeded(2));
  const signed = texts(made, "signed");
  const begun = texts(made, "begun");
  expect([...new Set(begun.map((text) => text.slice(8)))].sort()).toEqual(["01", "15"]);
  const between = begun.map((text, i) => (Date.parse(text) - Date.parse(signed[i])) / day);
  expect([Math.min(...between) >= 5, Math.max(...between) <= 40]).toEqual([true, true]);
});

test("days of the month that thin out are no rule, and places are checked in a file", () => {
  const real = coded(200, seeded(8));
  const found = discoverStructure(real, seeded(1));
  const [billed, free] = ["billed", "free"].map((name) =>
    found.columns.find((plan) => plan.name === name),
  ) as DatePlan[];
  expect(describeStructure(found)).toContain("billed is only on day 2 to 5 of its month.");
  // The days beside the ends, where few lie, are free as well.
  const held = free.places?.[0].shares.flatMap((share, at) => (share > 0 ? [at + 1] : [])) ?? [];
  const days = texts(real, "free").map((text) => Number(text.slice(8)));
  const end = (last: number, by: number): number =>
    days.filter((one) => one === last).length < 5 ? last + by : last;
  expect([Math.min(...held), Math.max(...held)]).toEqual([
    end(Math.min(...days), -1),
    end(Math.max(...days), 1),
  ]);
  expect(days.filter((one) => one === Math.min(...days)).length).toBeLessThan(5);
  expect(() => checkRules(found, "load")).not.toThrow();
  for (const places of [
    [{ shares: [1, 2] }],
    [{ shares: [1, 1, 1, 1, 1, 0, 0], where: { column: "code", level: "no" } }],
  ]) {
    const columns = found.columns.map((one) => (one === billed ? { ...billed, places } : one));
    expect(() => checkRules({ ...found, columns } as typeof found, "load")).toThrow("7, 12 or 31 shares");
  }
});

test("weekdays of a level are told by the others' days, and what happened once is no month of it", () => {
  const rng = seeded(21);
  const lines = Array.from({ length: 1500 }, (_, i) => {
    const kind = ["urgent", "plain", "plain", "launch"][i % 4];
    let at = Date.UTC(2022, 0, 1) + Math.floor(730 * rng.uniform()) * day;
    // Others are seldom opened at a weekend either.
    if (kind === "plain" || rng.uniform() < 0.6) while (weekday(written(at)) > 4) at -= day;
    if (kind === "launch") at = Date.UTC(2022, i % 50 === 3 ? 14 : 0, 1 + Math.floor(31 * rng.uniform()));
    return [written(at), kind, rng.uniform().toFixed(3)].join();
  });
  const { table } = parseCsv(`opened,kind,x\n${lines.join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("Where kind = plain, opened is never on a Saturday or Sunday.");
  expect(rules.join(" ")).not.toContain("in January");
});
