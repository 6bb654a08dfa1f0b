import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { type Column, cellText, columnNamed, type Table, table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { redrawn } from "../../../src/synthesis/drawing/redraw";
import { aim } from "../../../src/synthesis/private/aim/aim";
import { type Domain, domainFromJson } from "../../../src/synthesis/private/domain/domain";
import { ruledColumns, saidOf, withComputed } from "../../../src/synthesis/private/domain/rules";
import { loadAim } from "../../../src/synthesis/private/model";
import { mst } from "../../../src/synthesis/private/mst";

const dates = { kind: "date", pattern: "dd.MM.yyyy" } as const;
const written = (day: number): string =>
  new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10).split("-").reverse().join(".");

/** Contracts of some days, two shares of which a third is left, and a bill of months at a price, missing now and then. */
const contracts = ((): Table => {
  const rng = seeded(5);
  const each = (of: () => number): number[] => Array.from({ length: 700 }, of);
  const number = (name: string, values: readonly number[]): Column => ({
    name,
    type: "numeric",
    decimals: 0,
    values: Float64Array.from(values),
  });
  const start = each(() => integer(rng, 700));
  const a = each(() => integer(rng, 101));
  const b = a.map((own) => integer(rng, 101 - own));
  const months = each(() => integer(rng, 6));
  const price = each(() => (rng.uniform() < 0.2 ? Number.NaN : 10 + integer(rng, 20)));
  const date = (name: string, days: readonly number[]): Column => ({
    name,
    type: "date",
    format: dates,
    values: days.map(written),
  });
  return table([
    { name: "key", type: "id", values: each(() => 0).map((_, i) => `${i}`) },
    date("start", start),
    date(
      "end",
      start.map((own) => own + integer(rng, 300)),
    ),
    number("a", a),
    number("b", b),
    number(
      "c",
      a.map((own, i) => 100 - own - b[i]),
    ),
    number("months", months),
    number("price", price),
    number(
      "bill",
      months.map((own, i) => own * price[i]),
    ),
    number(
      "paid",
      months.map((own) => own * 20 + integer(rng, 3)),
    ),
  ]);
})();

const range = (name: string, minimum: number | string, maximum: number | string, required = true) => ({
  name,
  minimum,
  maximum,
  required,
  ...(typeof minimum === "number" && { decimals: 0 }),
});
const domain = domainFromJson(
  {
    columns: [
      { name: "key", pattern: "K[0-9]{2}" },
      range("start", "01.01.2020", "31.12.2021"),
      range("end", "01.01.2020", "31.12.2022"),
      ...["a", "b", "c"].map((name) => range(name, 0, 100)),
      range("months", 0, 5),
      range("price", 10, 29, false),
      { name: "paid", required: true },
    ],
    rules: ["start <= end", "c = 100 - a - b", "bill = months * price", "paid ~ 20 * months"],
  },
  "d.json",
);
const fit = (method: typeof aim, known: Domain = domain) =>
  method({ noise: "seed", target: null, domain: known })(contracts, seeded(1));

function rowsOf(made: Table) {
  const day = (name: string, i: number): string =>
    cellText(columnNamed(made, name), i).split(".").reverse().join("-");
  const value = (name: string, i: number): number => {
    const cell = cellText(columnNamed(made, name), i);
    return cell === "" ? Number.NaN : Number(cell);
  };
  return Array.from({ length: made.rows }, (_, i) => ({
    key: cellText(columnNamed(made, "key"), i),
    start: day("start", i),
    end: day("end", i),
    c: value("c", i),
    months: value("months", i),
    price: value("price", i),
    bill: value("bill", i),
    paid: value("paid", i),
  }));
}

describe.each([
  ["mst", mst as unknown as typeof aim],
  ["aim", aim],
] as const)("%s keeps in every row", (_, method) => {
  const fitted = fit(method);

  test("orders of dates as they are written, and what is stated of computed columns", async () => {
    const rows = rowsOf((await fitted).sample(100, seeded(2)));
    expect(rows.filter(({ start, end }) => start > end)).toEqual([]);
    expect(rows.filter(({ c }) => !(c >= 0 && c <= 100))).toEqual([]);
    // A missing price is no price of 0; about nothing is nothing where a value is required.
    expect(rows.filter(({ price, bill }) => Number.isNaN(price) !== Number.isNaN(bill))).toEqual([]);
    expect(rows.filter(({ paid }) => Number.isNaN(paid))).toEqual([]);
    expect(new Set(rows.filter(({ months }) => months === 0).map(({ paid }) => paid))).toEqual(new Set([0]));
    expect(new Set(rows.map(({ key }) => key)).size).toBe(100);
  });

  test("what is asked for beside them, or says what does not go together", async () => {
    const model = await fitted;
    const rows = rowsOf(
      model.sample(100, seeded(3), { where: { start: { from: "2021-01-01" }, end: { to: "2021-12-31" } } }),
    );
    expect(rows.filter(({ start, end }) => start < "2021" || end >= "2022" || start > end)).toEqual([]);
    const where = { start: { from: "2021-06-01" }, end: { to: "2021-01-31" } };
    expect(() => model.sample(5, seeded(3), { where })).toThrow(/must keep .*"start <= end" by 5.*got "0 of/);
  });
});

test("rules of computed columns write, bound and require them as the domain states, not as the table's column is", () => {
  const comma = { kind: "number", decimal: "," } as const;
  const bill = { name: "bill", required: true, minimum: 0, maximum: 50, decimals: 1, format: comma };
  const known = domainFromJson({ columns: [bill], rules: ["bill = months * price"] }, "d.json");
  const { rules } = ruledColumns(contracts.columns, known, null);
  const number = (name: string, ...values: number[]): Column => ({
    name,
    type: "numeric",
    values: Float64Array.from(values),
  });
  const drawn = table([number("months", 3, 0, 5, 2), number("price", 9.75, 20, 25, Number.NaN)]);
  const made = withComputed(drawn, rules, ["months", "price", "bill"]);
  expect([0, 1, 2, 3].map((i) => cellText(made.columns[2], i))).toEqual(["29,3", "0,0", "125,0", ""]);
  expect(
    saidOf(rules, made).map(({ text, broken }) => [text, [0, 1, 2, 3].filter((i) => broken(i))]),
  ).toEqual([
    ["bill in every row", [3]],
    ["0 <= bill <= 50", [2]],
  ]);
});

test("loadAim(json) keeps orders of dates in files whose schema does not say how they are written", async () => {
  const json = JSON.parse(JSON.stringify(await fit(aim)));
  for (const column of json.schema) if (column.type === "date") delete column.format;
  const rows = rowsOf(loadAim(json).sample(100, seeded(2)));
  expect(rows.filter(({ start, end }) => start > end)).toEqual([]);
});

test("bounds that leave no row to a rule are refused before anything is spent", async () => {
  const but = (name: string, minimum: number | string, maximum: number | string): Domain => ({
    ...domain,
    columns: domain.columns.map((one) => (one.name === name ? { ...one, minimum, maximum } : one)),
  });
  await expect(fit(aim, but("c", 101, 200))).rejects.toThrow(
    "between 101 and 200, as the domain states, where what it is computed from makes it lie between -100 and 100",
  );
  await expect(fit(aim, but("end", "01.01.2018", "31.12.2019"))).rejects.toThrow(
    "the least start must not be above the greatest end",
  );
});

test.each([
  ["c = a * a", [-100, 100], [0, 50]],
  ["c = a * a - 100 * a", [0, 100], [-2500, -2400]],
])("the rule %j may be least between the bounds of a", (rule, [low, high], [minimum, maximum]) => {
  const columns = [
    { name: "a", minimum: low, maximum: high },
    { name: "c", minimum, maximum },
  ];
  const { rules } = ruledColumns(contracts.columns, { columns, rules: [rule] }, null);
  expect(rules).toHaveLength(1);
});

test("redrawn(rows, …) draws from the rows that break nothing, however rare, and stops where there are none", () => {
  const draw = (rows: number, rng = seeded(7)): Table =>
    table([
      { name: "k", type: "id", values: Array.from({ length: rows }, (_, i) => `${i}`) },
      { name: "x", type: "numeric", values: Float64Array.from({ length: rows }, () => integer(rng, 200)) },
    ]);
  const values = (rows: Table) => (columnNamed(rows, "x") as { values: Float64Array }).values;
  const below = (most: number) => ({
    broken: (rows: Table) => [...values(rows).keys()].filter((i) => values(rows)[i] >= most),
    draw,
    keys: new Set(["k"]),
    refusal: () => "it must end",
  });
  const made = redrawn(draw(400), below(2), seeded(1));
  const ones = values(made).filter((value) => value === 1).length;
  expect(values(made).every((value) => value < 2)).toBe(true);
  expect(Math.abs(ones - 200)).toBeLessThan(50);
  expect(csvText(made).split("\n")[400]).toMatch(/^399,/);
  expect(() => redrawn(draw(3), below(0), seeded(1))).toThrow(/it must end, got "0 of 1\d{4} rows drawn"/);
});
