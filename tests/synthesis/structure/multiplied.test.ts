import { describe, expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

type Row = Readonly<Record<string, number | string>>;

function tableOf(count: number, row: (rng: Rng) => Row): Table {
  const rng = seeded("multiplied");
  const rows = Array.from({ length: count }, () => Object.values(row(rng)).join(","));
  return parseCsv(`${Object.keys(row(seeded(1))).join(",")}\n${rows.join("\n")}\n`).table;
}

const cents = (value: number): number => Math.round(value * 100 + 1e-7 * Math.sign(value)) / 100;
const whole = (rng: Rng, from: number, to: number): number =>
  from + Math.floor((to - from + 1) * rng.uniform());
const amount = (rng: Rng, most: number): number => cents(1 + most * rng.uniform());

interface Subject {
  readonly rule: string;
  readonly row: (rng: Rng) => Row;
  readonly off: (row: (name: string) => number) => number;
  readonly where: Readonly<Record<string, { readonly from: number; readonly to: number }>>;
}

const subjects: Record<string, Subject> = {
  "terms, and one more than renewals": {
    rule: "value = price × term × (renewals + 1), rounded.",
    row: (rng) => {
      const [price, term, renewals] = [amount(rng, 60), [1, 12, 24][whole(rng, 0, 2)], whole(rng, 0, 9)];
      return { price, term, renewals, value: cents(price * term * (renewals + 1)) };
    },
    off: (of) => of("value") - of("price") * of("term") * (of("renewals") + 1),
    where: { value: { from: 100, to: 400 } },
  },
  "a discount of any per cent": {
    rule: "net = 0.01 × quantity × price × (100 − discount), rounded.",
    row: (rng) => {
      const [quantity, price, discount] = [whole(rng, 1, 12), amount(rng, 90), whole(rng, 0, 40)];
      return { quantity, price, discount, net: cents((quantity * price * (100 - discount)) / 100) };
    },
    off: (of) => of("net") - of("quantity") * of("price") * (1 - of("discount") / 100),
    where: { net: { from: 100, to: 200 } },
  },
  "a rate on top": {
    rule: "gross = net × (rate + 1), rounded.",
    row: (rng) => {
      const [net, rate] = [amount(rng, 900), whole(rng, 0, 25) / 100];
      return { net, rate, gross: cents(net * (1 + rate)) };
    },
    off: (of) => of("gross") - of("net") * (1 + of("rate")),
    where: { gross: { from: 100, to: 200 } },
  },
  "refunds, and lines of nothing": {
    rule: "total = quantity × price, rounded.",
    row: (rng) => {
      const [quantity, price] = [whole(rng, -4, 9), rng.uniform() < 0.2 ? 0 : amount(rng, 90)];
      return { quantity, price, total: cents(quantity * price) };
    },
    off: (of) => of("total") - of("quantity") * of("price"),
    where: { total: { from: -200, to: -50 } },
  },
};

subjects["a sum with units begun"] = {
  rule: "fee = 0.09 × minutes + 2 × (gigabytes, rounded up), rounded.",
  row: (rng) => {
    const minutes = rng.uniform() < 0.5 ? 0 : whole(rng, 1, 200);
    const gigabytes = rng.uniform() < 0.4 ? 0 : cents(9 * rng.uniform());
    return { minutes, gigabytes, fee: cents(0.09 * minutes + 2 * Math.ceil(gigabytes)) };
  },
  off: (of) => of("fee") - 0.09 * of("minutes") - 2 * Math.ceil(of("gigabytes")),
  where: { fee: { from: 5, to: 9 } },
};

subjects["a turnover whatever the sign"] = {
  rule: "turnover = |amount|, rounded.",
  row: (rng) => {
    const value = cents((rng.uniform() < 0.3 ? -1 : 1) * amount(rng, 900));
    return { amount: value, turnover: Math.abs(value) };
  },
  off: (of) => of("turnover") - Math.abs(of("amount")),
  where: { turnover: { from: 100, to: 200 } },
};

subjects["a charge on what is paid or refunded"] = {
  rule: "charge = items ÷ 10 + |amount| ÷ 50, rounded.",
  row: (rng) => {
    const value = (rng.uniform() < 0.3 ? -1 : 1) * whole(rng, 1, 900);
    const items = whole(rng, 0, 30);
    return { amount: value, items, charge: cents(0.02 * Math.abs(value) + 0.1 * items) };
  },
  off: (of) => of("charge") - 0.02 * Math.abs(of("amount")) - 0.1 * of("items"),
  where: { charge: { from: 5, to: 9 } },
};

/** The rows in which the rule is off by more than rounding. */
function broken(from: Table, off: Subject["off"]): number {
  return Array.from({ length: from.rows }, (_, i) =>
    off((name) => Number(cellText(columnNamed(from, name), i))),
  ).filter((by) => !(Math.abs(by) <= 0.005001)).length;
}

describe.each(Object.entries(subjects))("products of %s", (_, { rule, row, off, where }) => {
  test("are announced, and hold in every row, also where they are asked for", async () => {
    const from = tableOf(800, row);
    expect(describeStructure(discoverStructure(from, seeded(1)))).toContain(rule);
    const model = await sequential()(from, seeded(1));
    const read = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(read.sample(1000, seeded(2)), off)).toBe(0);
    expect(broken(model.sample(60, seeded(3), { where }), off)).toBe(0);
  });
});

test("of a size the number that is missing has the sign that is drawn of it", async () => {
  const { row, off } = subjects["a turnover whatever the sign"];
  const from = tableOf(800, row);
  const model = await sequential()(from, seeded(1));
  const columns = from.columns.map((column) =>
    column.type === "numeric"
      ? {
          ...column,
          values: column.values.map((value, i) =>
            i % 4 === (column.name === "amount" ? 0 : 2) ? Number.NaN : value,
          ),
        }
      : column,
  );
  const { table, broken: rules } = model.complete({ rows: from.rows, columns }, seeded(2));
  expect([broken(table, off), rules]).toEqual([0, []]);
  const own = columnNamed(table, "amount");
  const drawn = own.type === "numeric" ? [...own.values].filter((_, i) => i % 4 === 0) : [];
  const below = drawn.filter((value) => value < 0).length / drawn.length;
  expect(below).toBeGreaterThan(0.2);
  expect(below).toBeLessThan(0.4);
});

test("products of small numbers that chance makes are no rule", () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = seeded(`chance ${seed}`);
    const names = "abcdefghij".split("");
    const rows = Array.from({ length: 40 }, () => names.map((_, k) => whole(rng, 0, 8 + k)).join(","));
    const { table } = parseCsv(`${names.join(",")}\n${rows.join("\n")}\n`);
    const told = describeStructure(discoverStructure(table, seeded(1), { minCount: 1 }));
    expect(told.filter((one) => one.includes(" = "))).toEqual([]);
  }
});

test.each([0.19, 0.2])(
  "a total of exact parts with a tax of %d is announced, and no line that is fitted to them",
  (rate) => {
    const from = tableOf(800, (rng) => {
      const [quantity, price, shipping] = [
        whole(rng, 1, 20),
        amount(rng, 200),
        [0, 4.9, 9.9][whole(rng, 0, 2)],
      ];
      const net = cents(quantity * price);
      const vat = cents((net + shipping) * rate);
      return { quantity, price, net, shipping, vat, gross: cents(net + shipping + vat) };
    });
    expect(describeStructure(discoverStructure(from, seeded(1)))).toEqual(
      expect.arrayContaining([
        "net = quantity × price, rounded.",
        rate === 0.2
          ? "vat = net ÷ 5 + shipping ÷ 5, rounded."
          : "vat = 0.19 × net + 0.19 × shipping, rounded.",
        "gross = net + shipping + vat, rounded.",
      ]),
    );
  },
);

test("a number is one column rounded down beside a sum with it, and no other one is what leaves room for a hundred", () => {
  const from = tableOf(1500, (rng) => {
    const spent = amount(rng, 3000);
    const earned = Math.floor(spent + 1e-9);
    const redeemed = 100 * Math.floor((rng.uniform() ** 3 * earned) / 100);
    return { spent, earned, redeemed, balance: earned - redeemed };
  });
  const told = describeStructure(discoverStructure(from, seeded(1)));
  expect(told).toContain("earned = spent, rounded down.");
  expect(told).toContain("balance = earned − redeemed, rounded.");
});

test("a sum of one status alone is no rule, though a date that is no term of it stands in its rows alone", () => {
  const from = tableOf(1500, (rng) => {
    const [price, quantity, coupon] = [
      [9.95, 14.95, 29.95, 49.95, 89.95][whole(rng, 0, 4)],
      whole(rng, 1, 4),
      [0, 0, 0, 0, 5, 10][whole(rng, 0, 5)],
    ];
    const subtotal = cents(price * quantity);
    const status = ["returned", "cancelled", ...Array<string>(14).fill("delivered")][whole(rng, 0, 15)];
    const [ordered, sent, back] = [0, whole(rng, 1, 3), whole(rng, 4, 30)].map((days) => 19_700 + days);
    const at = ordered + whole(rng, 0, 300);
    const dated = (days: number): string =>
      new Date((at + days - ordered) * 86_400_000).toISOString().slice(0, 10);
    return {
      ordered: dated(ordered),
      price,
      quantity,
      subtotal,
      coupon,
      status,
      sent: status === "cancelled" ? "" : dated(sent),
      back: status === "returned" ? dated(back) : "",
      refund: status === "returned" ? cents(subtotal - coupon) : 0,
    };
  });
  const told = describeStructure(discoverStructure(from, seeded(1)));
  expect(told).toContain("subtotal = price × quantity, rounded.");
  expect(told.filter((rule) => rule.includes("= refund") || rule.includes("+ refund"))).toEqual([]);
});
