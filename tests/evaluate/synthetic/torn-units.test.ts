import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type Table } from "../../../src/data/table";
import { describeTornUnits, tornUnits } from "../../../src/evaluate/synthetic/shifted/torn-units";

/** Four ways to travel of each person, whose income and town are the same in all; or drawn row by row. */
function choices(label: string, { bound = true, people = 100, times = 1 } = {}): Table {
  const rng = seeded(3).fork(label);
  const lines = Array.from({ length: times * people }, (_, who) => {
    const own = () => [Math.floor(90 * rng.uniform()), "ABC"[Math.floor(3 * rng.uniform())]];
    const person = own();
    return ["air", "bus", "car", "train"].map((mode) =>
      [
        bound ? who : Math.floor(people * rng.uniform()),
        mode,
        ...(bound ? person : own()),
        Math.floor(50 * rng.uniform()),
      ].join(","),
    );
  });
  return parseCsv(`person,mode,income,town,cost\n${lines.flat().join("\n")}\n`).table;
}

test("tornUnits(real, synthetic) names what the rows of a unit share, or have once, in the real rows alone", () => {
  const found = tornUnits(choices("real"), choices("made", { bound: false }));
  expect(describeTornUnits(found)).toEqual([
    expect.stringMatching(
      /^all rows with the same person have the same income, town: up to [67]\d\.\d% of the synthetic rows do not \(to keep it, give --key person: whole ones, with names of their own\)$/,
    ),
    expect.stringMatching(
      /^no two rows with the same person have the same mode: [1-4]\d\.\d% of the synthetic rows do$/,
    ),
  ]);
  const few = [choices("real", { people: 12 }), choices("made", { people: 12, bound: false })] as const;
  expect(describeTornUnits(tornUnits(...few)).join("\n")).toMatch(
    /\(12 are too few for new ones to be made\)/,
  );
  // Of five times as many rows for the same people nearly all would have a mode twice.
  const [once] = tornUnits(choices("real"), choices("made", { bound: false, times: 5 }));
  expect(once.share).toBeLessThan(0.5);
  expect(tornUnits(choices("real"), choices("again"))).toEqual([]);
  expect(tornUnits(choices("real"), choices("others", { people: 500 }))).toEqual([]);
  expect(tornUnits(choices("few", { people: 8 }), choices("made", { bound: false }))).toEqual([]);
});

test("describeTornUnits(found) names the key that keeps each pair once, its first column one of many rows each", () => {
  const rows = (name: (i: number) => string, count: number) =>
    parseCsv(
      `a,b,x\n${Array.from({ length: count }, (_, i) => `${name(i)},${(i * 7919) % 997}`).join("\n")}\n`,
    ).table;
  const way = (one: (i: number) => string, other: (i: number) => string, count: number) =>
    describeTornUnits(tornUnits(rows(one, count), rows(other, count))).join();
  const twice = (i: number) => `F${(i * 7) % 10},${1950 + ((i * 11) % 18)}`;
  expect(way((i) => `F${Math.floor(i / 20)},${1950 + (i % 20)}`, twice, 200)).toMatch(
    /no two rows with the same a have the same b: .*\(to keep it, give --key a\+b: each of the real ones once\)$/,
  );
  const days = (i: number) => `D${Math.floor(i / 4)},${"abcd"[i % 4]}`;
  expect(way(days, (i) => `D${(i * 7) % 40},${"abcd"[(i * 3) % 4]}`, 160)).toMatch(/give --key b\+a: each/);
});

test("tornUnits(real, synthetic) looks at all rows for what the first 5,000 keep", () => {
  const late = choices("real", { people: 1500 });
  const last = columnNamed(late, "income");
  if (last.type === "numeric") last.values[5990] += 1;
  const found = tornUnits(late, choices("made", { bound: false }));
  expect(found.map(({ column }) => column)).not.toContain("income");
  expect(found.map(({ column }) => column)).toContain("town");
});

test("tornUnits(real, synthetic) counts the units of all rows: of 40 with 200 each the first 5,000 rows have 25", () => {
  const rows = (town: (i: number) => number) =>
    parseCsv(
      `depot,town\n${Array.from({ length: 8000 }, (_, i) => `D${Math.floor(i / 200)},T${town(i)}`).join("\n")}\n`,
    ).table;
  const found = tornUnits(
    rows((i) => Math.floor(i / 200) % 7),
    rows((i) => i % 7),
  );
  expect(found).toMatchObject([{ unit: "depot", column: "town", units: 40, each: 200 }]);
  expect(describeTornUnits(found).join()).toMatch(/\(to keep it, give --key depot: whole ones/);
});

test("tornUnits(real, synthetic) names the finest unit, and none of what an amount tells or a column of other rows has once", () => {
  const rng = seeded(4);
  const drawn = (most: number) => Math.floor(most * rng.uniform());
  const lines = Array.from({ length: 600 }, (_, i) => {
    const [town, hours] = [drawn(60), 10 * drawn(40)];
    return {
      town: `T${town}`,
      region: `R${town % 12}`,
      north: town % 2,
      hours,
      works: hours > 200,
      serial: i,
    };
  });
  const of = (rows: readonly object[]) =>
    parseCsv(
      `town,region,north,hours,works,serial\n${rows.map((row) => Object.values(row).join(",")).join("\n")}\n`,
    ).table;
  const apart = lines.map((row, i) => {
    const [other, third] = [lines[(7 * i + 1) % 600], lines[(11 * i + 5) % 600]];
    return {
      ...row,
      region: other.region,
      north: third.north,
      hours: other.hours,
      serial: third.serial % 50,
    };
  });
  expect(tornUnits(of(lines), of(apart)).map(({ unit, column }) => [unit, column])).toEqual([
    ["town", "region"],
    ["town", "north"],
  ]);
});
