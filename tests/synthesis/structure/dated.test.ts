import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, isCategorical, type Table, takeTableRows } from "../../../src/data/table";
import type { Condition } from "../../../src/synthesis/conditions";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { isComputed } from "../../../src/synthesis/structure/structure";
import { trees } from "../../../src/synthesis/trees/trees";

const day = 86_400_000;
type Row = Readonly<Record<string, string>>;
type Cells = Readonly<Record<string, string | number>>;

function tableOf(seed: string, count: number, row: (uniform: () => number) => Cells): Table {
  const rng = seeded(seed);
  const rows = Array.from({ length: count }, () => row(() => rng.uniform()));
  const lines = rows.map((cells) => Object.values(cells).join(","));
  return parseCsv(`${Object.keys(rows[0]).join(",")}\n${lines.join("\n")}\n`).table;
}

const rowsOf = (from: Table): Row[] =>
  Array.from({ length: from.rows }, (_, i) =>
    Object.fromEntries(from.columns.map((column) => [column.name, cellText(column, i)])),
  );

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
const dots = (time: number): string => iso(time).split("-").reverse().join(".");
const ofDots = (text: string): number => Date.parse(text.split(".").reverse().join("-"));
const someDay = (uniform: () => number, from: number, to: number): number =>
  Date.UTC(from, 0, 1) + Math.floor(uniform() * 365.25 * (to - from)) * day;

/** The same day so many months later, or the month's last. */
function monthsLater(time: number, months: number): number {
  const [at, end] = [new Date(time), new Date(time)];
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months + 1, 0);
  return Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), Math.min(at.getUTCDate(), end.getUTCDate()));
}

/** Whole months from one date to another. */
function monthsBetween(from: number, to: number): number {
  const [a, b] = [new Date(from), new Date(to)];
  const months = 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
  return months - (b.getUTCDate() < a.getUTCDate() ? 1 : 0);
}

const months: Readonly<Record<string, number>> = { monthly: 1, yearly: 12, "two years": 24 };
const seen = Date.UTC(2024, 5, 30);

interface Subject {
  readonly from: Table;
  readonly rules: readonly string[];
  readonly holds: (row: Row) => boolean;
  readonly where: Readonly<Record<string, Condition>>;
  readonly asked: (row: Row) => boolean;
  /** Columns to be filled in where they are missing. */
  readonly open: readonly string[];
}

const contracts: Subject = {
  from: tableOf("contracts", 400, (uniform) => {
    const [start, plan] = [someDay(uniform, 2019, 2024), Object.keys(months)[Math.floor(3 * uniform())]];
    const days = [14, 30, 60][Math.floor(3 * uniform())];
    const first = monthsLater(start, 0) - (new Date(start).getUTCDate() - 1) * day;
    return {
      start: dots(start),
      plan,
      end: dots(monthsLater(start, months[plan]) - day),
      notice: dots(start + 14 * day),
      days,
      due: dots(start + days * day),
      billed: dots(monthsLater(first, 1)),
      closed: dots(monthsLater(first, 1) - day),
      fee: (5 + 90 * uniform()).toFixed(2),
    };
  }),
  rules: [
    "end = start + (by plan: monthly → 1 month, two years → 24 months, yearly → 12 months) − 1 day.",
    "notice = start + 14 days.",
    "due = start + days days.",
    "billed = the start of the month of start + 1 month.",
    "closed = the start of the month of start + 1 month − 1 day.",
  ],
  holds: ({ start: text, plan, end, notice, days, due, billed, closed }) => {
    const start = ofDots(text);
    const first = start - (new Date(start).getUTCDate() - 1) * day;
    return (
      ofDots(end) === monthsLater(start, months[plan]) - day &&
      ofDots(notice) === start + 14 * day &&
      ofDots(due) === start + Number(days) * day &&
      ofDots(billed) === monthsLater(first, 1) &&
      ofDots(closed) === monthsLater(first, 1) - day
    );
  },
  where: { due: { from: "01.01.2022", to: "31.12.2022" }, plan: "yearly" },
  asked: ({ due, plan }) => due.endsWith("2022") && plan === "yearly",
  open: ["end", "notice", "due", "closed"],
};

const people: Subject = {
  from: tableOf("people", 500, (uniform) => {
    const [birth, start] = [someDay(uniform, 1940, 2005), someDay(uniform, 2010, 2024)];
    const at = new Date(start);
    return {
      birth: iso(birth),
      age: Math.floor(monthsBetween(birth, seen) / 12),
      start: iso(start),
      tenure: monthsBetween(start, seen),
      ageAtStart: Math.floor(monthsBetween(birth, start) / 12),
      weekday: ((at.getUTCDay() + 6) % 7) + 1,
      month: at.getUTCMonth() + 1,
      quarter: 1 + Math.floor(at.getUTCMonth() / 3),
      bill: (20 + 80 * uniform()).toFixed(2),
    };
  }),
  rules: [
    "age = years from birth to 2024-06-30, rounded down.",
    "tenure = months from start to 2024-06-30, rounded down.",
    "ageAtStart = years from birth to start, rounded down.",
    "weekday = the number of the day in the week of start, from 1.",
    "month = the number of the month in the year of start, from 1.",
    "quarter = the number of the quarter in the year of start, from 1.",
  ],
  holds: ({ birth: born, start: begun, age, tenure, ageAtStart, weekday, month, quarter }) => {
    const [birth, start] = [Date.parse(born), Date.parse(begun)];
    const at = new Date(start);
    return (
      Number(age) === Math.floor(monthsBetween(birth, seen) / 12) &&
      Number(tenure) === monthsBetween(start, seen) &&
      Number(ageAtStart) === Math.floor(monthsBetween(birth, start) / 12) &&
      Number(weekday) === ((at.getUTCDay() + 6) % 7) + 1 &&
      Number(month) === at.getUTCMonth() + 1 &&
      Number(quarter) === 1 + Math.floor(at.getUTCMonth() / 3)
    );
  },
  where: { age: { from: 40, to: 41 }, month: 5 },
  asked: ({ age, month }) => (age === "40" || age === "41") && month === "5",
  open: ["age", "tenure", "weekday"],
};

const calls: Subject = {
  from: tableOf("calls", 500, (uniform) => {
    const begun = Date.UTC(2023, 0, 1) + Math.floor(365 * 86_400 * uniform()) * 1000;
    const seconds = 1 + Math.floor(3000 * uniform());
    const cents = 100 + Math.floor(9000 * uniform());
    const moment = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ");
    return {
      begun: moment(begun),
      answer: moment(begun + 48 * 3_600_000),
      due: iso(begun + 30 * day),
      hour: new Date(begun).getUTCHours(),
      seconds,
      billed: Math.ceil(seconds / 60),
      minutes: Math.floor(seconds / 60),
      price: (cents / 100).toFixed(2),
      rounded: (Math.floor(cents / 5) / 20).toFixed(2),
    };
  }),
  rules: [
    "answer = begun + 2 days.",
    "due = the start of the day of begun + 30 days.",
    "hour = the number of the hour in the day of begun, from 0.",
    "billed = seconds ÷ 60, rounded up.",
    "minutes = seconds ÷ 60, rounded down.",
    "rounded = price, rounded down.",
  ],
  holds: ({ begun: text, answer, due, hour, seconds, billed, minutes, price, rounded }) => {
    const begun = Date.parse(`${text}Z`);
    return (
      Date.parse(`${answer}Z`) === begun + 2 * day &&
      due === iso(begun + 30 * day) &&
      Number(hour) === new Date(begun).getUTCHours() &&
      Number(billed) === Math.ceil(Number(seconds) / 60) &&
      Number(minutes) === Math.floor(Number(seconds) / 60) &&
      Math.round(20 * Number(rounded)) === Math.floor(Math.round(100 * Number(price)) / 5)
    );
  },
  where: { billed: 7, hour: { from: 8, to: 12 } },
  asked: ({ billed, hour }) => billed === "7" && Number(hour) >= 8 && Number(hour) <= 12,
  open: ["answer", "billed", "minutes", "hour"],
};

const netDays: Readonly<Record<string, number>> = { "net 14": 14, "net 30": 30 };
const monthEnd = (time: number): number =>
  monthsLater(time - (new Date(time).getUTCDate() - 1) * day, 1) - day;

/** Each class has a rule of its own: the end of the month and 30 days beside days, months beside days. */
const classes: Subject = {
  from: tableOf("classes", 600, (uniform) => {
    const [sent, start] = [someDay(uniform, 2021, 2024), someDay(uniform, 2018, 2023)];
    const pays = ["net 14", "net 30", "end of month"][Math.floor(3 * uniform() * uniform())];
    const [term, renewed] = [[1, 12, 24][Math.floor(3 * uniform())], Math.floor(4 * uniform())];
    const end = monthsLater(start, term * (renewed + 1)) - day;
    return {
      sent: dots(sent),
      pays,
      due: dots(pays in netDays ? sent + netDays[pays] * day : monthEnd(sent) + 30 * day),
      start: dots(start),
      term,
      renewed,
      end: dots(end),
      notice: dots(term === 1 ? end - 30 * day : monthsLater(end, -3)),
      fee: (5 + 90 * uniform()).toFixed(2),
    };
  }),
  rules: [
    "due = (by pays: end of month → the start of the month of sent + 1 month + 29 days, net 14 → sent + 14 days, net 30 → sent + 30 days).",
    "end = start + term × (renewed + 1) months − 1 day.",
    "notice = (by term: 1 → end − 30 days, 12 → end − 3 months, 24 → end − 3 months).",
  ],
  holds: ({ sent: text, pays, due, start, term, renewed, end: ended, notice }) => {
    const [sent, end] = [ofDots(text), ofDots(ended)];
    return (
      ofDots(due) === (pays in netDays ? sent + netDays[pays] * day : monthEnd(sent) + 30 * day) &&
      end === monthsLater(ofDots(start), Number(term) * (Number(renewed) + 1)) - day &&
      ofDots(notice) === (term === "1" ? end - 30 * day : monthsLater(end, -3))
    );
  },
  where: { due: { from: "01.01.2022", to: "31.12.2022" }, pays: "end of month" },
  asked: ({ due, pays }) => due.endsWith("2022") && pays === "end of month",
  open: ["due", "end", "notice"],
};

describe.each([
  ["classes", classes],
  ["contracts", contracts],
  ["people", people],
  ["calls", calls],
] as const)("rules of dates and of rounding: %s", (_, { from, rules, holds, where, asked, open }) => {
  test("are found, and hold in every synthetic row and under conditions, from JSON, too", async () => {
    expect(rowsOf(from).every(holds)).toBe(true);
    const told = describeStructure(discoverStructure(from, seeded(1)));
    expect(told).toEqual(expect.arrayContaining([...rules]));
    const model = loadSynthesiser(JSON.parse(JSON.stringify(await sequential()(from, seeded(1)))));
    expect(rowsOf(model.sample(2000, seeded(2))).filter((row) => !holds(row))).toEqual([]);
    const those = rowsOf(model.sample(100, seeded(3), { where }));
    expect(those.filter((row) => !holds(row) || !asked(row))).toEqual([]);
  });

  test("hold in rows of copula and of trees", async () => {
    for (const method of [copula(), trees()]) {
      const model = await method(from, seeded(1));
      expect(rowsOf(model.sample(500, seeded(2))).filter((row) => !holds(row))).toEqual([]);
    }
  });

  test("fill in missing cells", async () => {
    const model = await sequential()(from, seeded(1));
    const torn: Table = {
      rows: 60,
      columns: takeTableRows(from, [...Array(60).keys()]).columns.map((column) => {
        const gaps = (i: number): boolean => open.indexOf(column.name) === i % open.length;
        if (!open.includes(column.name) || isCategorical(column)) return column;
        if (column.type === "numeric")
          return { ...column, values: column.values.map((one, i) => (gaps(i) ? Number.NaN : one)) };
        return { ...column, values: column.values.map((one, i) => (gaps(i) ? "" : one)) };
      }),
    };
    const { table, broken, unsolved } = model.complete(torn, seeded(1));
    expect([broken, unsolved]).toEqual([[], []]);
    expect(rowsOf(table).filter((row) => !holds(row))).toEqual([]);
  });
});

test("a rule of dates is none where many rows break it, or chance could make it", () => {
  const { columns, rows } = contracts.from;
  const broken = columns.map((one) =>
    one.name === "notice" && one.type === "date"
      ? { ...one, values: one.values.map((value, i) => (i % 50 === 0 ? "01.01.2030" : value)) }
      : one,
  );
  const told = describeStructure(discoverStructure({ rows, columns: broken }, seeded(1)));
  expect(told.filter((one) => one.startsWith("notice = ") && !one.endsWith("that is drawn."))).toEqual([]);
  expect(told).toContain("due = start + days days.");
  const days = tableOf("chance", 200, (uniform) => {
    const late = uniform() < 0.5 ? 1 : 0;
    return { from: `2024-0${1 + late}-01`, to: `2024-0${1 + late}-15`, x: uniform().toFixed(3) };
  });
  const { columns: plans } = discoverStructure(days, seeded(1));
  expect(plans.filter(isComputed)).toEqual([]);
});

test("sequential() keeps a class's rule where cells of any of its columns are missing, and one for those without a class", async () => {
  const gap = (own: string | number, uniform: number): string | number => (uniform < 0.12 ? "" : own);
  const paid = (seed: string, always: boolean): Table =>
    tableOf(seed, 900, (uniform) => {
      const sent = someDay(uniform, 2021, 2024);
      const pays = ["net 14", "net 30", "", "end of month"][Math.floor((always ? 3 : 4) * uniform())];
      const days = pays === "" ? 0 : netDays[pays];
      const due = days === undefined ? monthEnd(sent) + 30 * day : sent + days * day;
      const row = { sent: iso(sent), pays, due: iso(due), fee: (90 * uniform()).toFixed(2) };
      if (always) return row;
      return {
        ...row,
        sent: gap(row.sent, uniform()),
        pays: pays === "" ? "net 14" : gap(pays, uniform()),
        due: gap(pays === "" ? iso(sent + 14 * day) : row.due, uniform()),
      };
    });
  const right = ({ sent, pays, due }: Row, direct: boolean): boolean => {
    const from = Date.parse(sent);
    if (sent === "" || due === "" || (pays === "" && !direct)) return true;
    const own = pays in netDays ? from + netDays[pays] * day : pays === "" ? from : monthEnd(from) + 30 * day;
    return Date.parse(due) === own;
  };
  for (const always of [true, false]) {
    const from = paid("gaps", always);
    expect(rowsOf(from).every((row) => right(row, always))).toBe(true);
    const model = await sequential()(from, seeded(1));
    const made = rowsOf(loadSynthesiser(JSON.parse(JSON.stringify(model))).sample(1500, seeded(2)));
    expect(made.filter((row) => !right(row, always))).toEqual([]);
    expect(made.some(({ pays }) => pays === "")).toBe(true);
    if (always) continue;
    const { table, broken } = model.complete(takeTableRows(from, [...Array(200).keys()]), seeded(3));
    expect(broken).toEqual([]);
    expect(rowsOf(table).filter((row) => !right(row, always))).toEqual([]);
  }
});

test("columnNamed(synthetic rows, a computed date) is written as the column was", async () => {
  const model = await sequential()(contracts.from, seeded(1));
  const { type, ...column } = columnNamed(model.sample(20, seeded(2)), "due");
  expect(type).toBe("date");
  expect("format" in column && column.format?.kind).toBe("date");
});

test("months run from the day of a moment to a day, or to the day on which the table was closed", async () => {
  const from = tableOf("moments", 900, (uniform) => {
    const [joined, left] = [someDay(uniform, 2016, 2024), someDay(uniform, 2024, 2025)];
    const end = uniform() < 0.7 ? Date.UTC(2025, 9, 31) : left;
    const time = `${iso(joined)} ${String(8 + Math.floor(12 * uniform())).padStart(2, "0")}:30`;
    return {
      joined: time,
      left: end === left ? iso(left) : "",
      months: Math.floor(monthsBetween(joined, end)),
    };
  });
  const model = await sequential()(from, seeded(1));
  expect(describeStructure(model.structure)).toContain(
    "months = months from the start of the day of joined to left (2025-10-31 where missing), rounded down.",
  );
  const wrong = rowsOf(model.sample(1500, seeded(2))).filter(({ joined, left, months }) => {
    const own = monthsBetween(Date.parse(joined.slice(0, 10)), Date.parse(left || "2025-10-31"));
    return Number(months) !== Math.floor(own);
  });
  expect(wrong).toEqual([]);
});
