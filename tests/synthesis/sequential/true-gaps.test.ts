import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

type Row = Record<string, string | number>;

const rng = seeded(23);
const whole = (from: number, to: number): number => from + Math.floor((to - from + 1) * rng.uniform());
const some = <T>(...all: readonly T[]): T => all[whole(0, all.length - 1)];
const day = (n: number): string => new Date(Date.UTC(2022, 0, 1 + n)).toISOString().slice(0, 10);
/** 31 December 2024, when the table was closed. */
const last = 1095;

const tableOf = (rows: readonly Row[]): Table => {
  const names = Object.keys(rows[0]);
  return parseCsv([names.join(), ...rows.map((row) => names.map((name) => row[name]).join())].join("\n"))
    .table;
};
const texts = (from: Table, name: string): string[] =>
  Array.from({ length: from.rows }, (_, i) => cellText(columnNamed(from, name), i).replace("NaN", ""));

/** Customers who have an end and a reason only where they left, and days up to the end, or up to the last one. */
const customer = (): Row => {
  const [from, left] = [whole(0, 900), rng.uniform() < 0.35];
  const end = rng.uniform() < 0.05 ? last : whole(from, last);
  const reason = some("price", "technical", "content");
  const days = (left ? end : last) - from;
  return {
    hours: (100 * rng.uniform()).toFixed(1),
    signup: day(from),
    churned: left ? "yes" : "no",
    end: left ? day(end) : "",
    reason: left ? reason : "",
    days,
  };
};

test("complete() leaves an end empty that a known level says is none, though days up to the last one tell a date", async () => {
  const model = await sequential({ threads: 1 })(tableOf(Array.from({ length: 1500 }, customer)), seeded(1));
  const real = Array.from({ length: 200 }, customer);
  // One who left on the last day, and whose end is a hole.
  real.push({ hours: 3, signup: day(95), churned: "yes", end: "", reason: "price", days: 1000 });
  const asked = tableOf(real.map((row, i) => (i % 3 === 0 ? { ...row, hours: "" } : row)));
  const { table, empty, unlikely, broken, unsolved } = model.complete(asked, seeded(2));
  expect(texts(table, "hours")).not.toContain("");
  for (const name of ["end", "reason"]) {
    expect(texts(table, name).slice(0, 200)).toEqual(real.slice(0, 200).map((row) => row[name]));
    const kept = real.filter(({ churned }) => churned === "no").length;
    expect(empty.filter((one) => one.name === name).reduce((sum, { rows }) => sum + rows, 0)).toBe(kept);
  }
  expect(texts(table, "end")[200]).toBe("2024-12-31");
  expect([unlikely, broken, unsolved]).toEqual([0, [], []]);
});

test("complete() leaves a flag empty where the model hardly ever has it, and says what it filled that may well be empty", async () => {
  const member = (): Row => {
    const age = whole(14, 70);
    return {
      age,
      signed: age < 18 ? "yes" : "",
      vip: rng.uniform() < (age < 40 ? 0.3 : 0.4) ? "X" : "",
      town: some("Hull", "York"),
      score: rng.uniform() < (age < 40 ? 0.3 : 0.55) ? "" : some(1, 2, 3),
    };
  };
  const model = await sequential({ threads: 1 })(tableOf(Array.from({ length: 1500 }, member)), seeded(1));
  const real = Array.from({ length: 300 }, member);
  const holed = real.map((row, i) => (i % 4 === 0 ? { ...row, signed: "", town: "" } : row));
  const { table, gaps, empty } = model.complete(tableOf(holed), seeded(2));
  const signed = texts(table, "signed");
  real.forEach(({ age }, i) => {
    if (Number(age) >= 20) expect(signed[i]).toBe("");
    if (Number(age) < 17) expect(signed[i]).toBe("yes");
  });
  expect(texts(table, "town")).not.toContain("");
  expect(texts(table, "score")).not.toContain("");
  expect(empty).toEqual([]);
  // A flag that anyone may have is nobody's for that.
  expect(texts(table, "vip")).toEqual(real.map(({ vip }) => vip));
  const [own, score] = ["signed", "score"].map((name) => gaps.find((one) => one.name === name));
  expect(own?.empty).toBe(signed.filter((text) => text === "").length);
  const open = real.filter((row) => row.score === "").length;
  expect(score).toMatchObject({ empty: 0, filled: open });
  expect(score?.likely).toBeGreaterThan(0.25 * open);
  expect(score?.likely).toBeLessThan(0.6 * open);
  expect(gaps.find(({ name }) => name === "town")).toBeUndefined();
});

test("complete() takes a code for none where nothing but none gives the price that is there", async () => {
  const order = (): Row => {
    const [list, code] = [whole(500, 9000), rng.uniform() < 0.5 ? "" : some("A", "B")];
    const rate = code === "A" ? 0.9 : code === "B" ? 0.75 : 1;
    return {
      list: (list / 100).toFixed(2),
      code,
      price: (Math.round(list * rate) / 100).toFixed(2),
      pieces: whole(1, 9),
    };
  };
  const model = await sequential({ threads: 1 })(tableOf(Array.from({ length: 1500 }, order)), seeded(1));
  const real = Array.from({ length: 200 }, order);
  const holed = real.map((row, i) => ({ ...row, pieces: "", ...(i % 4 === 0 && { code: "" }) }));
  const { table, empty, unsolved } = model.complete(tableOf(holed), seeded(2));
  expect(texts(table, "code")).toEqual(real.map(({ code }) => code));
  expect(empty.map(({ name, rows }) => [name, rows])).toEqual([
    ["code", real.filter(({ code }) => code === "").length],
  ]);
  expect(unsolved).toEqual([]);
});

test("complete() calls no invoice open that was paid, though the day before it is not known", async () => {
  const invoice = (): Row => {
    const [sent, open] = [whole(0, 700), rng.uniform() < 0.2];
    return {
      tariff: some("S", "M"),
      sent: day(sent),
      paid: open ? "" : day(sent + whole(1, 20)),
      status: open ? "open" : "paid",
    };
  };
  const model = await sequential({ threads: 1 })(tableOf(Array.from({ length: 1500 }, invoice)), seeded(1));
  const real = Array.from({ length: 200 }, invoice);
  const holed = real.map((row, i) => ({ ...row, sent: "", ...(i % 2 === 0 && { status: "" }) }));
  const { table, broken } = model.complete(tableOf(holed), seeded(2));
  const [paid, status] = ["paid", "status"].map((name) => texts(table, name));
  real.forEach((row, i) => {
    if (row.paid) expect([paid[i], status[i]]).toEqual([row.paid, "paid"]);
    else expect(paid[i] === "").toBe(status[i] === "open");
  });
  expect(broken).toEqual([]);
});
