import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { synthesis } from "../../../src/synthesis/methods";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

type Row = Record<string, string | number>;
type Rng = ReturnType<typeof seeded>;

/** `rows` rows, each from its own numbers, in which the named columns lack so many of their cells. */
function tableOf(
  rows: number,
  make: (rng: Rng, i: number) => Row,
  gaps: Record<string, number> = {},
  seed = 7,
): Table {
  const [rng, holes] = [seeded(seed), seeded(seed + 100)];
  const all = Array.from({ length: rows }, (_, i) => make(rng, i));
  const names = Object.keys(all[0]);
  const lines = all.map((row) =>
    names.map((name) => (holes.uniform() < (gaps[name] ?? 0) ? "" : row[name])).join(","),
  );
  return parseCsv(`${names.join(",")}\n${lines.join("\n")}\n`).table;
}

const cents = (value: number): number => Math.round(value * 100) / 100;
const amount = (rng: Rng, mean: number): number => cents(1 - Math.log(1 - rng.uniform()) * mean);

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));

const numbers = (rows: Table, name: string): number[] =>
  texts(rows, name).map((text) => (text === "" ? Number.NaN : Number(text)));

const share = (rows: Table, name: string): number =>
  texts(rows, name).filter((text) => text === "").length / rows.rows;

/** Rows that have all that a rule reads, and in which the number is not what it says, by half a unit. */
function off(rows: Table, name: string, says: (row: (column: string) => number) => number, unit = 0.01) {
  const own = numbers(rows, name);
  const other = new Map<string, number[]>();
  const read = (column: string): number[] => {
    const known = other.get(column) ?? numbers(rows, column);
    other.set(column, known);
    return known;
  };
  const wrong = own.map((value, i) => Math.abs(value - says((column) => read(column)[i])));
  return {
    known: wrong.filter((one) => !Number.isNaN(one)).length,
    broken: wrong.filter((one) => one > 0.501 * unit).length,
  };
}

const bill = (rng: Rng): Row => {
  const [a, b] = [amount(rng, 60), amount(rng, 20)];
  return { plan: rng.uniform() < 0.5 ? "basic" : "plus", a, b, total: cents(a + b) };
};

const rulesOf = (from: Table): readonly string[] => describeStructure(discoverStructure(from, seeded(1)));

test("a discount that counts as nothing where it is missing does so in a net amount solved for beside a product", () => {
  const from = tableOf(1500, (rng) => {
    const [quantity, price] = [1 + Math.floor(20 * rng.uniform()), cents(1 + 99 * rng.uniform())];
    const gross = cents(quantity * price);
    const discount = rng.uniform() < 0.5 ? cents(0.01 + gross * rng.uniform() * 0.99) : 0;
    return {
      quantity,
      price: price.toFixed(2),
      discount: discount || "",
      net: cents(gross - discount).toFixed(2),
      gross: gross.toFixed(2),
    };
  });
  const rules = rulesOf(from);
  expect(rules).toContain("gross = quantity × price, rounded.");
  expect(rules).toContain("net = gross − discount (0 where missing), rounded.");
  expect(rules.join()).not.toContain("discount is missing in some rows");
});

test.each<[string, Record<string, number>, string]>([
  ["a part", { a: 0.05 }, ", where a is there"],
  ["the total", { total: 0.05 }, ""],
  ["both and the other part", { a: 0.05, b: 0.05, total: 0.05 }, ", where a and b are there"],
  ["hardly a part", { a: 0.003 }, ", where a is there"],
])(
  "a sum that lacks %s in some rows is found, and holds wherever all of it is there",
  async (_, gaps, there) => {
    const from = tableOf(1500, bill, gaps);
    expect(rulesOf(from)).toContain(`total = a + b, rounded${there}.`);
    const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
    const made = model.sample(3000, seeded(2));
    const { known, broken } = off(made, "total", (row) => row("a") + row("b"));
    expect([known > 2400, broken]).toEqual([true, 0]);
    for (const name of ["a", "b", "total"]) expect(share(made, name)).toBeCloseTo(share(from, name), 1.7);
    const again = loadSequential(JSON.parse(JSON.stringify(model)));
    expect(csvText(again.sample(99, seeded(2)))).toBe(csvText(model.sample(99, seeded(2))));
    const { table } = model.complete(from, seeded(5));
    const filled = off(table, "total", (row) => row("a") + row("b"));
    expect(filled).toEqual({ known: 1500, broken: 0 });
  },
);

test("gaps are drawn as they go together, and conditions ask for them", async () => {
  const from = tableOf(1500, (rng) => {
    const row = bill(rng);
    // Whoever gives no part mostly gives no total.
    const gap = rng.uniform();
    return { ...row, a: gap < 0.1 ? "" : row.a, total: gap < 0.08 || gap > 0.95 ? "" : row.total };
  });
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  const both = (rows: Table): number => {
    const [a, total] = ["a", "total"].map((name) => texts(rows, name));
    return a.filter((text, i) => text === "" && total[i] === "").length / rows.rows;
  };
  const made = model.sample(4000, seeded(2));
  expect(both(made)).toBeCloseTo(both(from), 1.7);
  expect(share(made, "a")).toBeCloseTo(share(from, "a"), 1.7);
  const there = model.sample(300, seeded(3), { where: { total: { from: 50, to: 90 } } });
  expect(numbers(there, "total").every((value) => value >= 50 && value <= 90)).toBe(true);
  const gone = model.sample(300, seeded(3), { where: { total: null } });
  expect(share(gone, "total")).toBe(1);
  expect(share(gone, "a")).toBeGreaterThan(0.3);
});

test("what is missing exactly where its part is needs no gaps of its own", () => {
  const from = tableOf(1500, (rng) => {
    const row = bill(rng);
    return rng.uniform() < 0.05 ? { ...row, a: "", total: "" } : row;
  });
  const structure = discoverStructure(from, seeded(1));
  expect(describeStructure(structure)).toContain("total = a + b, rounded.");
  expect(structure.gaps).toBeUndefined();
});

test("a discount that is missing counts as none", async () => {
  const from = tableOf(1500, (rng) => {
    const price = amount(rng, 80);
    const discount = rng.uniform() < 0.2 ? amount(rng, 10) : "";
    return { kind: rng.uniform() < 0.5 ? "x" : "y", price, discount, total: cents(price - Number(discount)) };
  });
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  const made = model.sample(3000, seeded(2));
  const discount = numbers(made, "discount").map((value) => (Number.isNaN(value) ? 0 : value));
  const [price, total] = [numbers(made, "price"), numbers(made, "total")];
  expect(price.filter((value, i) => Math.abs(value - discount[i] - total[i]) > 0.005)).toEqual([]);
  expect(share(made, "discount")).toBeCloseTo(0.8, 1);
  const { table, empty, unsolved } = model.complete(from, seeded(5));
  expect(texts(table, "discount")).toEqual(texts(from, "discount"));
  expect([empty.map(({ name }) => name), unsolved]).toEqual([["discount"], []]);
});

test("several rules with gaps in different rows are each judged by their own columns", async () => {
  const make = (rng: Rng): Row => {
    const [a, b, net] = [amount(rng, 50), amount(rng, 20), amount(rng, 70)];
    const [calls, price] = [1 + Math.floor(20 * rng.uniform()), amount(rng, 30)];
    const kind = ["x", "y", "z"][Math.floor(3 * rng.uniform())];
    const age = 18 + Math.floor(60 * rng.uniform());
    const [voice, data, sms] = [amount(rng, 90), amount(rng, 70), amount(rng, 40)];
    return {
      ...{ kind, a, b, total: cents(a + b), calls, price, bill: cents(calls * price), net },
      ...{ tax: cents(net * { x: 0.07, y: 0.19, z: 0.1 }[kind as "x"]), age, gross: cents(1.19 * net) },
      ...{ group: age < 30 ? "young" : age < 50 ? "middle" : "old", town: `${kind}-town`, voice, data, sms },
      share: Math.round((1e5 * voice) / (voice + data + sms)) / 1000,
    };
  };
  const names = Object.keys(make(seeded(1)));
  const from = tableOf(2500, make, Object.fromEntries(names.map((name) => [name, 0.06])));
  expect(rulesOf(from)).toEqual(
    expect.arrayContaining([
      "total = a + b, rounded, where a and b are there.",
      "bill = calls × price, rounded, where calls and price are there.",
      "gross = 1.19 × net, rounded, where net is there.",
      "share = 100 × voice ÷ (voice + data + sms), rounded, where voice and data and sms are there.",
      "group follows from age: young, middle from 30, old from 50.",
      "town follows from kind.",
      "tax = net × (by kind: x → 0.07, y → 0.19, z → 0.1), rounded, where net and kind are there.",
    ]),
  );
  const structure = discoverStructure(from, seeded(1));
  for (const method of ["trees", "copula"] as const) {
    const made = (await synthesis(method, { structure })(from, seeded(1))).sample(1000, seeded(2));
    const sums = off(made, "total", (row) => row("a") + row("b"));
    const products = off(made, "bill", (row) => row("calls") * row("price"));
    expect([sums.broken, products.broken, sums.known > 700], method).toEqual([0, 0, true]);
    expect(share(made, "total"), method).toBeCloseTo(0.06, 1);
  }
});

test("dates with gaps keep their days", async () => {
  const day = 86_400_000;
  const date = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
  const from = tableOf(
    1500,
    (rng) => {
      const [start, days] = [
        Date.UTC(2020, 0, 1) + day * Math.floor(900 * rng.uniform()),
        Math.floor(amount(rng, 9)),
      ];
      return {
        kind: rng.uniform() < 0.5 ? "x" : "y",
        ordered: date(start),
        sent: date(start + day * days),
        days,
      };
    },
    { ordered: 0.04, sent: 0.04, days: 0.04 },
  );
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  const made = model.sample(2000, seeded(2));
  const [ordered, sent, days] = ["ordered", "sent", "days"].map((name) => texts(made, name));
  const told = [...days.keys()].filter((i) => [ordered, sent, days].every((own) => own[i] !== ""));
  expect(told.length).toBeGreaterThan(1600);
  expect(
    told.filter((i) => (Date.parse(sent[i]) - Date.parse(ordered[i])) / day !== Number(days[i])),
  ).toEqual([]);
});

test("a rule that five rows with all of their columns break is none, whatever is missing elsewhere", () => {
  const from = tableOf(1500, bill, { a: 0.05, total: 0.05 });
  const values = columnNamed(from, "total");
  if (values.type === "numeric") {
    const a = numbers(from, "a");
    const whole = [...a.keys()].filter((i) => !Number.isNaN(a[i]) && values.values[i] > 0);
    for (const row of whole.slice(0, 5)) values.values[row] += 5;
  }
  expect(rulesOf(from).filter((rule) => rule.startsWith("total ="))).toEqual([]);
});

describe("where one customer has many rows", () => {
  const customers = (own: (rng: Rng) => Row, others: (rng: Rng) => Row): Table =>
    tableOf(1400, (rng, i) => {
      const customer = i < 200 ? "K1" : `K${2 + Math.floor(400 * rng.uniform())}`;
      return { customer, months: 1 + Math.floor(30 * rng.uniform()), ...(i < 200 ? own(rng) : others(rng)) };
    });

  test("their rows alone make no formula", () => {
    const from = customers(
      (rng) => {
        const { plan: _, ...row } = bill(rng);
        return row;
      },
      (rng) =>
        rng.uniform() < 0.5
          ? { a: amount(rng, 60), b: "", total: "" }
          : { a: "", b: amount(rng, 20), total: amount(rng, 80) },
    );
    const told = (customer: string | false): boolean =>
      describeStructure(discoverStructure(from, seeded(1), { customer })).some((rule) =>
        rule.startsWith("total = a + b"),
      );
    expect([told(false), told("customer")]).toEqual([true, false]);
  });

  test("nor pairs of levels that never meet", () => {
    // Six customers have a word, of whom one has it in 200 rows, all of them in the south.
    const own = () => ({ word: "rare", place: "south" });
    const others = (rng: Rng): Row => ({
      word: rng.uniform() < 0.5 ? "p" : "q",
      place: rng.uniform() < 0.5 ? "north" : "south",
    });
    const from = customers(own, others);
    const rows = csvText(from).trimEnd().split("\n");
    const few = [2, 3, 4, 5, 6].map((k) => `K${k},3,rare,south`);
    const { table } = parseCsv(`${[...rows, ...few].join("\n")}\n`);
    const never = (customer: string | false) =>
      discoverStructure(table, seeded(1), { customer }).exclusions.length;
    expect([never(false) > 0, never("customer")]).toEqual([true, 0]);
  });
});
