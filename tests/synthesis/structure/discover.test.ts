import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { schemaOf } from "../../../src/data/schema";
import { type Column, type Table, type TextColumn, table, takeTableRows } from "../../../src/data/table";
import { frameOf } from "../../../src/synthesis/sequential/frame";
import { parentsOf } from "../../../src/synthesis/sequential/parents";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { argumentAt, emptySum } from "../../../src/synthesis/structure/formulas";
import { restoreTable, syntheticSchema, variableNames } from "../../../src/synthesis/structure/restore";
import {
  type ColumnPlan,
  isComputed,
  type NumberPlan,
  type NumberVariable,
  type Structure,
} from "../../../src/synthesis/structure/structure";
import { reduceTable } from "../../../src/synthesis/structure/variables";

const rows = 600;

function levels(name: string, codes: ArrayLike<number>, names: readonly string[]): Column {
  return { name, type: "categorical", codes: Int32Array.from(codes), levels: names };
}

function numbers(name: string, values: ArrayLike<number>, decimals?: number): Column {
  return {
    name,
    type: "numeric",
    values: Float64Array.from(values),
    ...(decimals !== undefined && { decimals }),
  };
}

/** Customers with every kind of rule that is looked for. */
function customers(seed: number): Table {
  const rng = seeded(seed);
  const draw = (one: (i: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => one(i));
  const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
  const net = draw(() => Math.floor(rng.uniform() * 3));
  const backup = net.map((code) => (code === 2 ? 2 : Math.floor(rng.uniform() * 2)));
  const months = draw(() => Math.floor(rng.uniform() * 60));
  const minutes = draw(() => round(200 + 50 * normal(rng), 1));
  const evening = draw(() => round(100 + 30 * normal(rng), 1));
  const bill = net.map((code, i) => round(20 + 25 * code + 10 * (backup[i] === 1 ? 1 : 0) + normal(rng), 2));
  const total = bill.map((one, i) =>
    months[i] === 0 ? Number.NaN : round(one * months[i] * (1 + 0.03 * normal(rng)), 2),
  );
  const first = draw(() => Math.floor(18000 + 1000 * rng.uniform()));
  const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
  return table([
    {
      name: "key",
      type: "id",
      values: Array.from({ length: rows }, (_, i) => `K-${String(10_000 + 7 * i)}`),
    },
    levels("net", net, ["dsl", "fibre", "none"]),
    levels(
      "has net",
      net.map((code) => (code === 2 ? 0 : 1)),
      ["no", "yes"],
    ),
    levels("backup", backup, ["no", "yes", "no net"]),
    numbers("months", months, 0),
    numbers("minutes", minutes, 1),
    numbers("evening", evening, 1),
    numbers(
      "all minutes",
      minutes.map((value, i) => round(value + evening[i], 1)),
      1,
    ),
    numbers(
      "charge",
      minutes.map((value) => round(0.17 * value, 2)),
      2,
    ),
    numbers("bill", bill, 2),
    numbers("total", total, 2),
    numbers(
      "noise",
      draw(() => normal(rng)),
    ),
    { name: "joined", type: "date", values: Array.from(first, date) },
    {
      name: "left",
      type: "date",
      values: Array.from(first, (day) => date(day + Math.floor(900 * rng.uniform()))),
    },
    levels("land", new Int32Array(rows), ["here", "there"]),
  ]);
}

const plan = (structure: Structure, name: string): NumberPlan =>
  structure.columns.find((one) => one.name === name) as NumberPlan;

describe("discoverStructure(table, rng)", () => {
  const from = customers(1);
  const found = discoverStructure(from, seeded(1));

  test("finds multiples, sums, products, effects of levels, lookups and constants", () => {
    expect(plan(found, "charge").formula).toMatchObject({
      rest: "none",
      constant: 0,
      terms: [{ column: "minutes", weight: 0.17 }],
    });
    expect(plan(found, "all minutes").formula).toMatchObject({
      rest: "none",
      terms: [
        { column: "minutes", weight: 1 },
        { column: "evening", weight: 1 },
      ],
    });
    expect(plan(found, "total").formula).toMatchObject({
      kind: "product",
      rest: "factor",
      constant: 1,
      otherwise: null,
      factors: [
        { column: "months", power: 1 },
        { column: "bill", power: 1 },
      ],
    });
    expect(plan(found, "total")).toMatchObject({ missing: false });
    expect(plan(found, "bill").formula?.rest).toBe("difference");
    expect(plan(found, "bill").formula?.effects.map((one) => one.column)).toEqual(["net", "backup"]);
    expect(found.columns.find((one) => one.name === "has net")).toMatchObject({
      kind: "lookup",
      of: "net",
      map: [1, 1, 0],
    });
    expect(found.columns.at(-1)).toEqual({ kind: "constant", name: "land", text: "here" });
    expect(plan(found, "noise").formula).toBeUndefined();
  });

  test("finds structural zeros and orders", () => {
    expect(found.exclusions).toEqual([
      {
        columns: ["net", "backup"],
        never: [
          ["dsl", "no net"],
          ["fibre", "no net"],
          ["none", "no"],
          ["none", "yes"],
        ],
      },
    ]);
    expect(found.orders).toContainEqual({ low: "joined", high: "left" });
    expect(found.orders).not.toContainEqual({ low: "charge", high: "minutes" });
  });

  test("says it in sentences", () => {
    const said = describeStructure(found);
    expect(said).toContain("charge = 0.17 × minutes, rounded.");
    expect(said).toContain("all minutes = minutes + evening, rounded.");
    expect(said).toContain("net = none, backup = no net always come together.");
    expect(said).toContain("joined is never above left.");
    expect(said.join()).toMatch(
      /total = months × bill × a factor near 1 \(median error \d\.\d%\); missing where that is 0\./,
    );
  });

  test("finds no rule among independent columns", () => {
    for (let seed = 0; seed < 5; seed++) {
      const rng = seeded(seed);
      const random = table(
        Array.from({ length: 12 }, (_, j) =>
          j % 2 === 0
            ? numbers(
                `n${j}`,
                Float64Array.from({ length: 300 }, () => 10 + normal(rng)),
              )
            : levels(
                `l${j}`,
                Int32Array.from({ length: 300 }, () => Math.floor(rng.uniform() ** 2 * 4)),
                ["a", "b", "c", "d"],
              ),
        ),
      );
      const nothing = discoverStructure(random, seeded(0));
      expect(nothing.exclusions).toEqual([]);
      expect(nothing.orders).toEqual([]);
      expect(
        nothing.columns.filter((one) => one.kind === "lookup" || (one.kind === "number" && one.formula)),
      ).toEqual([]);
    }
  });

  test("computes no column that is to be kept, and searches nothing with search: false", () => {
    const kept = discoverStructure(from, seeded(1), { keep: ["total", "has net"] });
    expect(plan(kept, "total").formula).toBeUndefined();
    expect(kept.columns.find((one) => one.name === "has net")?.kind).toBe("levels");
    const bare = discoverStructure(from, seeded(1), {
      search: false,
      orders: [{ low: "joined", high: "left" }],
    });
    expect(variableNames(bare)).toHaveLength(13);
    expect(bare.orders).toEqual([{ low: "joined", high: "left" }]);
  });

  test("refuses an order that the training rows break, and names that do not exist", () => {
    expect(() => discoverStructure(from, seeded(1), { orders: [{ low: "left", high: "joined" }] })).toThrow(
      "left must never be above joined",
    );
    expect(() => discoverStructure(from, seeded(1), { keep: ["colour"] })).toThrow("colour");
    expect(() => discoverStructure(from, seeded(1), { combinations: [["net", "months"]] })).toThrow(
      "columns of levels",
    );
  });

  test("draws the combinations asked for as one", () => {
    const joined = discoverStructure(from, seeded(1), { combinations: [["net", "backup"]] });
    expect(joined.combinations[0].allowed).toHaveLength(5);
    expect(variableNames(joined)[0]).toBe("net + backup");
    expect(variableNames(joined)).not.toContain("net");
    const drawn = reduceTable(joined, from).map((one) => (one.kind === "levels" ? one.codes : one.values));
    const back = restoreTable(joined, schemaOf(from).columns, drawn, { rows }, seeded(3));
    expect(back.columns[1]).toEqual(from.columns[1]);
    expect(back.columns[3]).toEqual(from.columns[3]);
  });
});

describe("restoreTable(structure, schema, drawn, {rows}, rng)", () => {
  const from = customers(2);
  const found = discoverStructure(from, seeded(1));

  test("gives the training table back, bit for bit, from its own variables, with fresh keys", () => {
    const whole = discoverStructure(from, seeded(1), { minCount: 1 });
    // Rare values that repeat are made up even so.
    const found = {
      ...whole,
      columns: whole.columns.map((one) => ({ ...one, support: undefined }) as ColumnPlan),
    };
    const drawn = reduceTable(found, from, "none").map((one) =>
      one.kind === "levels" ? one.codes : one.values,
    );
    const back = restoreTable(found, schemaOf(from).columns, drawn, { rows }, seeded(3));
    expect(back.columns.slice(1)).toEqual(from.columns.slice(1));
    const known = new Set((from.columns[0] as TextColumn).values);
    expect((back.columns[0] as TextColumn).values.filter((key) => known.has(key))).toEqual([]);
  });

  test("survives JSON", () => {
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test("keeps ranges, grids and orders whatever is drawn", () => {
    const rng = seeded(4);
    const wild = reduceTable(found, from).map((one) =>
      one.kind === "levels"
        ? one.codes
        : one.values.map(() => one.low + 3 * (rng.uniform() - 0.5) * (one.high - one.low)),
    );
    const back = restoreTable(found, schemaOf(from).columns, wild, { rows }, seeded(3));
    const values = (name: string): ArrayLike<number> =>
      (back.columns.find((one) => one.name === name) as { values: ArrayLike<number> }).values;
    const bill = plan(found, "bill");
    for (let i = 0; i < rows; i++) {
      expect(values("bill")[i]).toBeGreaterThanOrEqual(bill.low);
      expect(values("bill")[i]).toBeLessThanOrEqual(bill.high);
      expect(Number(values("bill")[i].toFixed(2))).toBe(values("bill")[i]);
      expect(Date.parse(values("joined")[i] as unknown as string)).toBeLessThanOrEqual(
        Date.parse(values("left")[i] as unknown as string),
      );
    }
  });
});

describe("discoverStructure(table, rng) on an invoice", () => {
  const rng = seeded(6);
  const cents = (value: number): number => Math.round(100 * value + 1e-7) / 100;
  const many = Array.from({ length: rows }, () => 1 + Math.floor(9 * rng.uniform()));
  const price = many.map(() => cents(2 + 30 * rng.uniform()));
  const amount = many.map((one, i) => cents(one * price[i]));
  const rebate = amount.map((one) => cents(one * 0.3 * rng.uniform()));
  const net = amount.map((one, i) => cents(one - rebate[i]));
  // Half a cent goes down: 1.07 × net would be off by one.
  const tax = net.map((one) => cents(0.07 * one - 1e-6));
  const gross = net.map((one, i) => cents(one + tax[i]));
  const all = { many, price, amount, rebate, net, tax, gross };
  const told = (columns: Readonly<Record<string, readonly number[]>>): readonly string[] =>
    describeStructure(
      discoverStructure(
        table(Object.entries(columns).map(([name, own]) => numbers(name, own, 2))),
        seeded(1),
      ),
    ).filter((rule) => rule.includes(" = ") && rule.endsWith(", rounded."));

  test("keeps both of two derivations of a column, and the one that holds to the digit of two", () => {
    expect(told(all)).toEqual([
      "amount = many × price, rounded.",
      "net = amount − rebate, rounded.",
      "tax = 0.07 × net, rounded.",
      "gross = net + tax, rounded.",
    ]);
    const turned = Object.fromEntries(Object.entries(all).reverse());
    expect(told(turned)).toEqual([
      "gross = tax + net, rounded.",
      "tax = 0.07 × net, rounded.",
      "rebate = amount − net, rounded.",
      "amount = price × many, rounded.",
    ]);
  });

  test("computes the ratio, not what is the product of it only after rounding", () => {
    const whole = amount.map(Math.round);
    const part = whole.map((one) => Math.round(one * rng.uniform()));
    const ratio = part.map((one, i) => Math.round((1e4 * one) / whole[i]) / 1e4);
    const columns = Object.entries({ whole, part, ratio }).map(([name, own]) =>
      numbers(name, own, name === "ratio" ? 4 : 0),
    );
    const rules = describeStructure(discoverStructure(table(columns), seeded(1)));
    expect(rules.filter((rule) => rule.includes(" = "))).toEqual(["ratio = part ÷ whole, rounded."]);
  });
});

test("discoverStructure(table, rng) finds a share of a sum, and sums that end, but none that some rows leave", () => {
  const rng = seeded(7);
  const draw = () => Array.from({ length: rows }, () => 1 + Math.floor(60 * rng.uniform()));
  const [day, night, abroad, debt] = [draw(), draw(), draw(), draw()];
  const columns = {
    day,
    night,
    abroad,
    debt,
    share: day.map((one, i) => Math.round((1000 * one) / (one + night[i] + abroad[i])) / 10),
    over: debt.map((one) => Math.max(0, one - 20)),
    billed: day.map((one, i) => Math.min(60, one + debt[i])),
    sometimes: night.map((one) => (rng.uniform() < 0.3 ? 0 : one - 1)),
  };
  const from = table(
    Object.entries(columns).map(([name, own]) => numbers(name, own, name === "share" ? 1 : 0)),
  );
  const found = discoverStructure(from, seeded(1));
  expect(describeStructure(found).filter((rule) => rule.endsWith("rounded."))).toEqual([
    "share = 100 × day ÷ (day + night + abroad), rounded.",
    "over = the greater of 0 and -20 + debt, rounded.",
    "billed = the smaller of 60 and day + debt, rounded.",
  ]);
  const drawn = reduceTable(found, from, "none").map((one) =>
    one.kind === "levels" ? one.codes : one.values,
  );
  const back = restoreTable(found, schemaOf(from).columns, drawn, { rows }, seeded(3));
  expect(back.columns.slice(4, 7)).toEqual(from.columns.slice(4, 7));
});

test("argumentAt(formula, name, targets, argument) solves for a part of a share and of a sum that ends", () => {
  const factors = [
    { column: "a", power: 1 },
    { column: "a", also: ["b"], power: -1 },
  ] as const;
  const share = { ...emptySum, kind: "product", constant: 100, factors } as const;
  const of = (name: string): Float64Array => Float64Array.of(...(name === "a" ? [5, 5, 5] : [30, 30, 30]));
  expect([...argumentAt(share, "a", [25, 120, Infinity], of)]).toEqual([10, Infinity, Infinity]);
  expect([...argumentAt(share, "b", [25, 50, -Infinity], of)]).toEqual([15, 5, Infinity]);
  const over = { ...emptySum, constant: -20, terms: [{ column: "a", weight: 2 }], least: 0 };
  expect([...argumentAt(over, "a", [6, 0, Infinity], of)]).toEqual([13, -Infinity, Infinity]);
});

test("restoreTable(…) computes a sum from what its parts are in the end: raised to an order, on their own grid", () => {
  const rng = seeded(5);
  const part = Array.from({ length: rows }, () => Math.floor(rng.uniform() * 50));
  const more = Array.from({ length: rows }, () => Math.floor(rng.uniform() * 50));
  const share = part.map((one) => Math.floor(one * rng.uniform() * 10) / 10);
  const sum = part.map((one, i) => one + more[i]);
  const from = table([
    numbers("sum", sum, 0),
    numbers("part", part, 0),
    numbers("more", more, 0),
    numbers("share", share, 1),
  ]);
  const found = discoverStructure(from, seeded(1));
  expect(found.orders).toContainEqual({ low: "share", high: "part" });
  expect(found.columns.filter(isComputed)).toHaveLength(1);
  const wild = (reduceTable(found, from) as NumberVariable[]).map((one) =>
    Float64Array.from({ length: rows }, () => one.low + (one.high - one.low) * rng.uniform()),
  );
  const back = restoreTable(found, schemaOf(from).columns, wild, { rows }, seeded(3));
  const [a, b, c, d] = back.columns.map((one) => (one as { values: Float64Array }).values);
  for (let i = 0; i < rows; i++) {
    expect(a[i]).toBe(b[i] + c[i]);
    expect(d[i]).toBeLessThanOrEqual(b[i]);
    expect(Number.isInteger(b[i])).toBe(true);
  }
});

describe("levels of which none repeats", () => {
  const rows = 30;
  const names = (word: string): Column => ({
    name: word,
    type: "categorical",
    codes: Int32Array.from({ length: rows }, (_, i) => i),
    levels: Array.from({ length: rows }, (_, i) => `${word}${1_000_000 + 7919 * i}`),
  });
  const plan = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const from = table([
    names("N"),
    names("Ms "),
    { name: "plan", type: "categorical", codes: plan, levels: ["a", "b"] },
  ]);

  test("are names: new ones come back, as identifiers or text", () => {
    const found = discoverStructure(from, seeded(1));
    expect(found.columns.map((one) => one.kind)).toEqual(["key", "levels", "levels"]);
    const schema = syntheticSchema(from, found);
    expect(schema.map((one) => one.type)).toEqual(["id", "text", "categorical"]);
    const back = restoreTable(found, schema, [plan], { rows }, seeded(2));
    expect(back.columns.map((one) => one.type)).toEqual(["id", "text", "categorical"]);
    const known = new Set(from.columns.flatMap((one) => ("levels" in one ? one.levels : [])));
    for (const one of back.columns.slice(0, 2))
      expect("values" in one && [...one.values].filter((value) => known.has(String(value)))).toEqual([]);
  });

  test("stay levels where the user keeps the column, or where one repeats", () => {
    expect(discoverStructure(from, seeded(1), { keep: ["N"] }).columns[0].kind).toBe("levels");
    const twice = takeTableRows(from, [...Array(rows).keys(), 0]);
    expect(discoverStructure(twice, seeded(1), { minCount: 1 }).columns[0].kind).toBe("levels");
  });
});

test("discoverStructure(table, rng) finds bands of a number from which more follows, and that as bands as well", () => {
  const lines = Array.from({ length: 600 }, (_, i) => {
    const age = 18 + ((i * 37) % 61);
    const group = age < 30 ? "young" : age < 50 ? "middle" : age < 65 ? "late" : "old";
    const born = new Date(Date.UTC(2024 - age, (i * 7) % 6, 1 + ((i * 11) % 28))).toISOString().slice(0, 10);
    return `${born},${age},${group},${group === "old" ? "yes" : "no"},${i % 3}`;
  });
  const { table } = parseCsv(`born,age,group,senior,lines\n${lines.join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("group follows from age: young, middle from 30, late from 50, old from 65.");
  expect(rules).toContain("senior follows from age: no, yes from 65.");
});

test("discoverStructure(table, rng) finds a ratio to one more than a count, and bands of a number", () => {
  const rows = 300;
  const rng = seeded(3);
  const each = (one: (i: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => one(i));
  const [use, calls] = [
    each(() => 1 + Math.floor(900 * rng.uniform())),
    each(() => Math.floor(9 * rng.uniform())),
  ];
  const age = each((i) => 18 + (i % 60));
  const numeric = (name: string, values: Float64Array): Column => ({ name, type: "numeric", values });
  const found = discoverStructure(
    table([
      numeric("use", use),
      numeric("calls", calls),
      numeric(
        "score",
        each((i) => use[i] / (calls[i] + 1)),
      ),
      numeric("age", age),
      {
        name: "group",
        type: "categorical",
        codes: Int32Array.from(age, (years) => (years < 30 ? 1 : years < 50 ? 2 : 0)),
        levels: ["50+", "under 30", "under 50"],
      },
    ]),
    seeded(1),
  );
  const sentences = describeStructure(found);
  expect(sentences.join("\n")).toContain("score = use ÷ (calls + 1)");
  expect(sentences).toContain("group follows from age: under 30, under 50 from 30, 50+ from 50.");
});

test("parentsOf(frame) keeps all of few columns, and of many columns or few rows those that go with a column", () => {
  const rows = 2000;
  const rng = seeded(5);
  const hidden = Float64Array.from({ length: rows }, () => normal(rng));
  const columns = Array.from(
    { length: 40 },
    (_, j): Column => ({
      name: `c${j}`,
      type: "numeric",
      values: hidden.map((one) => (j % 10 === 9 ? one : 0) + 0.3 * normal(rng)),
    }),
  );
  const of = (count: number, rows: number): readonly (readonly number[])[] => {
    const from = takeTableRows(
      table(columns.slice(0, count)),
      Array.from({ length: rows }, (_, i) => i),
    );
    const structure = discoverStructure(from, seeded(1), { search: false });
    return parentsOf(frameOf(reduceTable(structure, from), structure)).parents;
  };
  expect(of(6, 2000)[5]).toEqual([0, 1, 2, 3, 4]);
  expect(of(6, 300)[5]).toEqual([]);
  const coins = Float64Array.from({ length: 300 }, () => (rng.uniform() < 0.5 ? 0 : 1));
  const others = coins.map(() => (rng.uniform() < 0.5 ? 0 : 1));
  const same = coins.map((coin, i) => (coin === others[i] ? 1 : 0));
  const pair = table([coins, others, same].map((values, k) => ({ name: `${k}`, type: "numeric", values })));
  const rules = discoverStructure(pair, seeded(1), { search: false });
  // Neither of two coins says whether they fell alike.
  expect(parentsOf(frameOf(reduceTable(rules, pair), rules)).parents[2]).toEqual([0, 1]);
  // A target of levels looks at all columns, be each of them next to nothing.
  const leaves = levels("leaves", coins, ["no", "yes"]);
  const chance = table([
    ...columns.slice(0, 6).map((one) => takeTableRows(table([one]), [...coins.keys()]).columns[0]),
    leaves,
  ]);
  const nothing = discoverStructure(chance, seeded(1), { search: false });
  expect(parentsOf(frameOf(reduceTable(nothing, chance), nothing)).parents[6]).toEqual([0, 1, 2, 3, 4, 5]);
  const last = of(40, 300)[39];
  expect(last).toEqual(expect.arrayContaining([9, 19, 29]));
  expect(last.length).toBeLessThan(12);
});

test("describeStructure() says of an order both ways, or given twice, one sentence", () => {
  const rng = seeded(8);
  const [one, other] = [0, 1].map(() => Array.from({ length: rows }, () => Math.floor(100 * rng.uniform())));
  const higher = one.map((value, i) => Math.max(value, other[i]));
  const from = table([numbers("a", one, 0), numbers("b", one, 0), numbers("c", higher, 0)]);
  const orders = [
    { low: "a", high: "b" },
    { low: "a", high: "c" },
    { low: "b", high: "a" },
    { low: "a", high: "c" },
  ];
  const structure = discoverStructure(from, seeded(1), { orders });
  const said = describeStructure(structure).filter((sentence) => /equals|above/.test(sentence));
  expect(said.filter((sentence) => !sentence.startsWith("b is never"))).toEqual([
    "a equals b.",
    "a is never above c.",
  ]);
  expect(structure.orders.filter(({ low, high }) => low === "a" && high === "c")).toHaveLength(1);
});
