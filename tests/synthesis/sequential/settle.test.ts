import { expect, test } from "vitest";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { NumericColumn } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { copied } from "../../../src/synthesis/sequential/known/cells";
import { cellsOfColumns, deduce } from "../../../src/synthesis/sequential/known/deduce";
import { settle } from "../../../src/synthesis/sequential/known/settle";
import { emptySum, type Formula } from "../../../src/synthesis/structure/formulas";
import type { ColumnPlan, Structure } from "../../../src/synthesis/structure/structure";

const number = (name: string, decimals: number, low: number, high: number) =>
  ({ kind: "number", name, missing: false, grid: { decimals, step: 1 }, low, high, atoms: [] }) as const;
const day = 1 / 86_400_000;
const dates = { missing: false, low: 0, high: 2e12 } as const;
const format = {
  formats: [{ format: { kind: "date", pattern: "dd.MM.yyyy" }, share: 1 }],
  step: 1 / day,
} as const;

const product = (...names: readonly string[]): Formula => ({
  ...emptySum,
  kind: "product",
  constant: 1,
  factors: names.map((column) => ({ column, power: 1 })),
});

const columns: ColumnPlan[] = [
  number("pieces", 0, 1, 20),
  number("price", 2, 1, 50),
  {
    ...number("net", 2, 1, 1000),
    formula: product("pieces", "price"),
  },
  { ...number("shipping", 1, 0, 5), values: [0, 2.5, 5], grid: { decimals: 1, step: 1 } },
  {
    ...number("gross", 2, 1, 1005),
    formula: {
      ...emptySum,
      terms: [
        { column: "net", weight: 1 },
        { column: "shipping", weight: 1 },
      ],
    },
  },
  { kind: "date", name: "made", ...dates, format },
  { kind: "date", name: "sent", ...dates, format },
  {
    ...number("days", 0, 0, 40),
    formula: {
      ...emptySum,
      terms: [
        { column: "sent", weight: day },
        { column: "made", weight: -day },
      ],
    },
  },
  { kind: "bands", name: "size", levels: ["few", "many"], of: "pieces", cuts: [5], order: [0, 1] },
];
const structure: Structure = {
  version: 1,
  minCount: 5,
  columns,
  combinations: [],
  exclusions: [],
  orders: [{ low: "made", high: "sent" }],
};
const head = `${columns.map(({ name }) => name).join(",")}\n`;
/** A row with everything, so that columns keep their types. */
const whole =
  "3,9.99,29.97,2.5,32.47,01.02.2024,04.02.2024,3,few\n7,2.00,14.00,0.0,14.00,01.02.2024,04.02.2024,3,many\n";
const rowsOf = (lines: string) => parseCsv(`${head}${whole}${lines}`).table;
const lastLines = (text: string): string => text.split("\n").slice(3).join("\n");

function deduced(lines: string): string {
  const { rows, columns: own } = rowsOf(lines);
  const copies = own.map((one) => copied(one));
  deduce(cellsOfColumns(structure, copies, rows));
  return lastLines(csvText({ rows, columns: copies }));
}

test("deduce() writes what follows from known cells, through several rules, and nothing that a part may not be", () => {
  expect(deduced("4,,,2.5,42.50,,04.02.2024,3,\n")).toBe(
    "4,10.00,40.00,2.5,42.50,01.02.2024,04.02.2024,3,few\n",
  );
  expect(deduced("7,,100.00,,102.50,01.02.2024,,0,\n")).toBe(
    "7,,100.00,2.5,102.50,01.02.2024,01.02.2024,0,many\n",
  );
  expect(deduced("2,,500.00,0.0,,,,5,\n")).toBe("2,,500.00,0.0,500.00,,,5,few\n");
  // What is computed may lie beyond what training had.
  expect(deduced(",,,0.0,5000.00,,,,\n")).toBe(",,5000.00,0.0,5000.00,,,,\n");
});

test("deduce() takes the middle of what rounding leaves a number without a grid, and nothing where a rule is broken anyway", () => {
  const free: ColumnPlan = { kind: "number", name: "degrees", missing: false, low: 0, high: 100, atoms: [] };
  const plans: ColumnPlan[] = [
    free,
    { ...exact("shown", ["degrees", 1]), grid: { decimals: 1, step: 1 } } as ColumnPlan,
    number("months", 0, 0, 9),
    number("price", 0, 1, 50),
    { ...number("bill", 0, 0, 450), formula: { ...product("months", "price"), otherwise: 0 } },
    exact("list", ["price", 1], ["fee", 1]),
    number("fee", 0, 0, 9),
  ];
  const lines = ",8.3,3,,15,7,2\n,8.3,0,,5,7,2\n";
  const { rows, columns: own } = parseCsv(
    `${plans.map(({ name }) => name).join(",")}\n8.31234,8.3,2,5,10,7,2\n${lines}`,
  ).table;
  const copies = own.map((one) => copied(one));
  deduce(cellsOfColumns({ ...structure, columns: plans, orders: [] }, copies, rows));
  const [degrees, price] = [copies[0], copies[3]].map((one) => (one as NumericColumn).values);
  expect(degrees[1]).toBeCloseTo(8.3, 6);
  expect(price).toEqual(Float64Array.of(5, 5, Number.NaN));
});

test("deduce() writes a date from the column that is the same date, whichever is known, through a third, and no other part", () => {
  const iso = { ...format, formats: [{ format: { kind: "date", pattern: "yyyyMMdd" }, share: 1 }] } as const;
  const hours = {
    ...iso,
    formats: [{ format: { kind: "date", pattern: "yyyy-MM-dd HH:mm" }, share: 1 }],
  } as const;
  const plans: ColumnPlan[] = [
    { kind: "date", name: "start", ...dates, format },
    { kind: "part", name: "compact", of: "start", unit: "instant", format: iso },
    { kind: "part", name: "clock", of: "start", unit: "instant", format: hours },
    { kind: "part", name: "month", of: "start", unit: "month", format },
  ];
  const all =
    "03.02.2024,20240203,2024-02-03 00:00,01.02.2024\n05.03.2024,20240305,2024-03-05 00:00,01.03.2024\n";
  const lines = ",20240229,,\n,,2024-02-29 00:00,\n29.02.2024,,,\n,,2024-02-29 13:00,\n,,,01.02.2024\n";
  const types = ["start", "compact", "clock", "month"].map((name) => ({ name, type: "text" as const }));
  const { rows, columns: own } = parseCsv(`start,compact,clock,month\n${all}${lines}`, {
    schema: { columns: types },
  }).table;
  const copies = own.map((one) => copied(one));
  deduce(cellsOfColumns({ ...structure, columns: plans, orders: [] }, copies, rows));
  const whole = "29.02.2024,20240229,2024-02-29 00:00,01.02.2024\n";
  expect(lastLines(csvText({ rows, columns: copies }))).toBe(
    `${whole.repeat(3)},,2024-02-29 13:00,\n,,,01.02.2024\n`,
  );
});

test("settle() moves what was drawn to what is known, through a sum of a product, and empties what has no value", () => {
  // Drawn: all but the price and the gross; net and the days between are computed.
  const { rows, columns: own } = rowsOf(
    "3,10.00,,0.0,52.50,05.02.2024,04.02.2024,,\n3,10.00,,0.0,52.51,05.02.2024,04.02.2024,,\n",
  );
  const copies = own.map((one) => copied(one));
  const drawn = ["pieces", "net", "shipping", "made", "days"];
  const cells = cellsOfColumns(structure, copies, rows);
  const emptied = settle(
    cells,
    (name, i) => i > 1 && drawn.includes(name),
    (name) => drawn.indexOf(name),
  );
  expect(csvText({ rows, columns: copies }).split("\n")[3]).toBe(
    "5,10.00,50.00,2.5,52.50,04.02.2024,04.02.2024,0,",
  );
  expect(emptied.map(({ column, row }) => `${columns[column].name} ${row}`).sort()).toEqual([
    "net 3",
    "shipping 3",
  ]);
});

/** Premiums with a tax of 7 %, and with one whose rate is a column of its own. */
const exact = (name: string, ...terms: readonly (readonly [string, number])[]): ColumnPlan => ({
  ...number(name, 2, 1, 1000),
  formula: { ...emptySum, terms: terms.map(([column, weight]) => ({ column, weight })) },
});
const taxed: Structure = {
  ...structure,
  orders: [],
  columns: [
    exact("tax", ["premium", 0.07]),
    number("premium", 2, 1, 900),
    exact("paid", ["premium", 1.07]),
    exact("total", ["part", 1], ["duty", 1]),
    {
      ...number("duty", 2, 0, 100),
      formula: { ...product("rate", "part"), constant: 0.01 },
    },
    { ...number("rate", 0, 5, 19), values: [5, 19] },
    number("part", 2, 1, 900),
  ],
};
const taxedHead = `${taxed.columns.map(({ name }) => name).join(",")}\n`;
const taxedRows = (lines: string) =>
  parseCsv(`${taxedHead}8.64,123.48,132.12,105.26,5.01,5,100.25\n${lines}`).table;

test("deduce() takes of a rounded number's interval the value that all rules give, through open ones between, or none", () => {
  const { rows, columns: own } = taxedRows(
    "8.64,,132.12,,,,\n,123.48,,,,,\n8.64,,,,,,\n9.64,,132.12,,,,\n,,,105.26,,5,\n,,,119.30,19.05,,\n",
  );
  const copies = own.map((one) => copied(one));
  deduce(cellsOfColumns(taxed, copies, rows));
  // 123.36 to 123.49 have a tax of 8.64, 8.64 / 0.07 is 123.43; of them 123.48 alone is paid with 132.12.
  expect(csvText({ rows, columns: copies }).split("\n").slice(2)).toEqual([
    "8.64,123.48,132.12,,,,",
    "8.64,123.48,132.12,,,,",
    "8.64,,,,,,",
    "9.64,,132.12,,,,",
    ",,,105.26,5.01,5,100.25",
    ",,,119.30,19.05,19,100.25",
    "",
  ]);
});

test("settle() leaves a drawn value that all rules allow, moves others no further than they say, and solves through open ones", () => {
  const { rows, columns: own } = taxedRows(
    "8.64,123.40,99.00,,,,\n8.64,123.30,99.00,,,,\n,,,105.26,50,5,50\n9.64,123.40,132.12,,,,\n",
  );
  const copies = own.map((one) => copied(one));
  const open = (name: string, i: number): boolean =>
    name === "premium" || name === "duty" || name === "part" || (name === "paid" && i < 4);
  const emptied = settle(
    cellsOfColumns(taxed, copies, rows),
    (name, i) => i > 0 && open(name, i),
    () => 0,
  );
  expect(csvText({ rows, columns: copies }).split("\n").slice(2, 5)).toEqual([
    "8.64,123.40,132.04,,,,",
    "8.64,123.36,132.00,,,,",
    ",,,105.26,5.01,5,100.25",
  ]);
  expect(emptied).toEqual([
    { column: 1, row: 4 },
    { column: 1, row: 4 },
  ]);
});

test("settle() moves a part beside the one that a rule reads, where that one alone would break another rule", () => {
  const plans: ColumnPlan[] = [
    exact("tax", ["premium", 0.07]),
    number("premium", 2, 1, 900),
    number("fee", 2, 0, 500),
    exact("list", ["premium", 1], ["fee", 1]),
  ];
  // The list price holds as drawn, the tax does not: what has a tax of 8.63 is 123.22 to 123.35.
  const { rows, columns: own } = parseCsv(
    "tax,premium,fee,list\n7.00,100.00,50.05,150.05\n8.63,200.00,50.05,250.05\n8.63,400.00,50.05,650.05\n",
  ).table;
  const copies = own.map((one) => copied(one));
  const cells = cellsOfColumns({ ...taxed, columns: plans }, copies, rows);
  const emptied = settle(
    cells,
    (name, i) => i > 0 && (name === "premium" || name === "fee"),
    () => 0,
  );
  expect(csvText({ rows, columns: copies }).split("\n")[2]).toBe("8.63,123.35,126.70,250.05");
  // Beside 650.05 the fee would have to be above its range.
  expect(emptied.map(({ row }) => row)).toContain(2);
});
