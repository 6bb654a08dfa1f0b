import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const discounts = [0, 5, 10, 20];
const rates: Readonly<Record<string, number>> = { EU: 0.25, mobile: 0.12, national: 0.05 };
const prices = [9.99, 14.99, 19.9, 29.95, 49, 120.5, 75];
const cents = (value: number): number => Math.round(value * 100 + 1e-7) / 100;

/** Invoices with a discount that a column decides, and calls with a price by destination; `off` rows are 1 too high. */
function invoices(off = 0): Table {
  const rng = seeded("invoices");
  const pick = <T>(list: readonly T[]): T => list[Math.floor(rng.uniform() * list.length)];
  const lines = Array.from({ length: 400 }, (_, i) => {
    const [quantity, price, discount] = [1 + Math.floor(12 * rng.uniform()), pick(prices), pick(discounts)];
    const [minutes, destination] = [1 + Math.floor(30 * rng.uniform() ** 2), pick(Object.keys(rates))];
    const net = cents(quantity * price * (1 - discount / 100)) + (i < off ? 1 : 0);
    return [
      quantity,
      price,
      discount,
      net.toFixed(2),
      minutes,
      destination,
      cents(minutes * rates[destination]),
    ].join(",");
  });
  return parseCsv(`quantity,price,discount,net,minutes,destination,cost\n${lines.join("\n")}\n`).table;
}

/** The rows in which the net amount, or the cost, is not what the columns beside it say. */
function broken(from: Table): number {
  const of = (name: string, i: number): number => Number(cellText(columnNamed(from, name), i));
  return Array.from({ length: from.rows }, (_, i) => i).filter((i) => {
    const net = of("quantity", i) * of("price", i) * (1 - of("discount", i) / 100);
    const cost = of("minutes", i) * rates[cellText(columnNamed(from, "destination"), i)];
    return Math.abs(net - of("net", i)) > 0.005001 || Math.abs(cost - of("cost", i)) > 0.005001;
  }).length;
}

describe("rates that another column's value decides", () => {
  test("are found, and hold in every synthetic row and under conditions", async () => {
    const rules = describeStructure(discoverStructure(invoices(), seeded(1)));
    expect(rules).toContain(
      "net = quantity × price × (by discount: 0 → 1, 5 → 0.95, 10 → 0.9, 20 → 0.8), rounded.",
    );
    expect(rules).toContain(
      "cost = minutes × (by destination: EU → 0.25, mobile → 0.12, national → 0.05), rounded.",
    );
    const model = await sequential()(invoices(), seeded(1));
    const read = JSON.parse(JSON.stringify(model.toJSON()));
    expect(JSON.stringify(read)).toBe(JSON.stringify(model.toJSON()));
    expect(broken(model.sample(500, seeded(2)))).toBe(0);
    const asked = model.sample(60, seeded(3), { where: { net: { from: 100, to: 200 }, destination: "EU" } });
    expect(broken(asked)).toBe(0);
    for (let i = 0; i < asked.rows; i++) {
      const net = Number(cellText(columnNamed(asked, "net"), i));
      expect(net >= 100 && net <= 200 && cellText(columnNamed(asked, "destination"), i) === "EU").toBe(true);
    }
  });

  test("fill in the number, its part and the value that decides, where only one fits", async () => {
    const whole = invoices();
    const hidden = ["net", "quantity", "discount"];
    const columns = whole.columns.map((one) =>
      one.type === "numeric" && hidden.includes(one.name)
        ? { ...one, values: one.values.map((own, i) => (hidden[i % 3] === one.name ? Number.NaN : own)) }
        : one,
    );
    const model = await sequential()(whole, seeded(1));
    const { table } = model.complete({ rows: whole.rows, columns }, seeded(2));
    for (const name of hidden)
      for (let i = 0; i < whole.rows; i++)
        expect(cellText(columnNamed(table, name), i)).toBe(cellText(columnNamed(whole, name), i));
  });

  test("leave a number empty, and say so, where none is told for the value that decides", async () => {
    const whole = invoices();
    const model = await sequential()(whole, seeded(1));
    // A discount of 15 and a call to the moon are in no row that was learnt.
    const columns = whole.columns.map((one): Column => {
      if (one.name === "discount" && one.type === "numeric")
        return { ...one, values: one.values.map((own, i) => (i === 0 ? 15 : own)) };
      if (one.name === "destination" && isCategorical(one))
        return {
          ...one,
          levels: [...one.levels, "moon"],
          codes: one.codes.map((own, i) => (i === 1 ? one.levels.length : own)),
        };
      if (one.type === "numeric" && ["net", "cost"].includes(one.name))
        return { ...one, values: one.values.map((own, i) => (i < 3 ? Number.NaN : own)) };
      return one;
    });
    const { table, unsolved } = model.complete({ rows: whole.rows, columns }, seeded(2));
    const texts = (name: string) => [0, 1, 2].map((i) => cellText(columnNamed(table, name), i));
    const real = (name: string, i: number): string => cellText(columnNamed(whole, name), i);
    expect(texts("net")).toEqual(["", real("net", 1), real("net", 2)]);
    expect(texts("cost")).toEqual([real("cost", 0), "", real("cost", 2)]);
    expect(unsolved.map(({ rows, first }) => ({ rows, first }))).toEqual([
      { rows: 1, first: 0 },
      { rows: 1, first: 1 },
    ]);
  });

  test("are none where five rows break them, or where any rates would do", () => {
    const rules = describeStructure(discoverStructure(invoices(5), seeded(1))).join("\n");
    expect(rules).not.toContain("by discount");
    const rng = seeded("any");
    const lines = Array.from(
      { length: 300 },
      () =>
        `${Math.floor(3 * rng.uniform())},${(100 * rng.uniform()).toFixed(2)},${rng.uniform() < 0.004 ? 9 : Math.floor(8 * rng.uniform() ** 9)}`,
    );
    const noise = parseCsv(`level,base,rare\n${lines.join("\n")}\n`).table;
    expect(describeStructure(discoverStructure(noise, seeded(1))).join("\n")).not.toContain("(by ");
  });
});

test("a column that decides nothing is no decider, though two numbers are missing together", () => {
  const rng = seeded(3);
  const lines = Array.from({ length: 500 }, (_, i) => {
    const own = i % 3 === 0 ? "" : Math.floor(rng.uniform() * 900);
    return `${"xyz"[Math.floor(rng.uniform() * 3)]},${own},${own}`;
  });
  const { table } = parseCsv(`plan,first,again\n${lines.join("\n")}\n`);
  expect(describeStructure(discoverStructure(table, seeded(1))).join(" ")).not.toContain("by plan");
});

test("a tax rounded down follows from the net amount in tens, not the net amount from the total", async () => {
  const rng = seeded("tax");
  const lines = Array.from({ length: 400 }, () => {
    const rate = rng.uniform() < 0.4 ? 8 : 10;
    const net = 10 * Math.floor(20 + 900 * rng.uniform() ** 2);
    const tax = Math.floor((net * rate) / 100);
    return [rate, net, tax, net + tax].join(",");
  });
  const { table } = parseCsv(`rate,net,tax,gross\n${lines.join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("tax = net × (by rate: 8 → 0.08, 10 → 0.1), rounded down.");
  expect(rules).toContain("gross = net + tax, rounded.");
  const made = (await sequential()(table, seeded(1))).sample(500, seeded(2));
  const of = (name: string, i: number): number => Number(cellText(columnNamed(made, name), i));
  for (let i = 0; i < made.rows; i++) {
    expect(of("net", i) % 10).toBe(0);
    expect(of("tax", i)).toBe(Math.floor((of("net", i) * of("rate", i)) / 100));
    expect(of("gross", i)).toBe(of("net", i) + of("tax", i));
  }
});

test("a value whose rows are all of nothing may have any rate", () => {
  const rng = seeded("nothing");
  const lines = Array.from({ length: 300 }, () => {
    const state = ["none", "covered", "expired"][Math.floor(3 * rng.uniform())];
    const cost = state === "none" ? 0 : cents(10 + 90 * rng.uniform());
    return `${state},${cost},${state === "expired" ? cost : 0}`;
  });
  const { table } = parseCsv(`state,cost,paid\n${lines.join("\n")}\n`);
  expect(describeStructure(discoverStructure(table, seeded(1)))).toContain(
    "paid = cost × (by state: covered → 0, expired → 1, none → 0), rounded.",
  );
});

test("a percentage computes what is left of an amount, and its share of four digits is what that gives", async () => {
  const rng = seeded("shares");
  const lines = Array.from({ length: 800 }, () => {
    const amount = cents(4 + 300 * rng.uniform() ** 2);
    const discount = discounts[Math.floor(4 * rng.uniform())];
    const net = cents((amount * (100 - discount)) / 100);
    return [amount, discount, net, Number((net / amount).toFixed(4))].join(",");
  });
  const { table: sales } = parseCsv(`amount,discount,net,share\n${lines.join("\n")}\n`);
  const model = await sequential()(sales, seeded(1));
  expect(describeStructure(model.structure)).toEqual(
    expect.arrayContaining([
      "net = amount × (by discount: 0 → 1, 5 → 0.95, 10 → 0.9, 20 → 0.8), rounded.",
      "share = net ÷ amount, rounded.",
    ]),
  );
  const made = model.sample(2000, seeded(2));
  const wrong = Array.from({ length: made.rows }, (_, i) =>
    made.columns.map((column) => Number(cellText(column, i))),
  ).filter(
    ([amount, discount, net, share]) =>
      Math.abs((amount * (100 - discount)) / 100 - net) > 0.005001 ||
      Math.abs(net / amount - share) > 0.00005001,
  );
  expect(wrong).toEqual([]);
});

test.each([
  ["", (_: number) => 0],
  ["0.01 × ", (at: number) => discounts[at % 4]],
])("a product of columns is nothing where a level says so: %s…", async (constant, discountOf) => {
  const rng = seeded("seats");
  const stati = ["active", "churned", "paused", "trial"];
  const lines = Array.from({ length: 1200 }, (_, i) => {
    const [seats, price] = [1 + Math.floor(40 * rng.uniform() ** 2), prices[i % 7]];
    const [status, discount] = [stati[Math.floor(4 * rng.uniform())], discountOf(i)];
    const billed = status === "active" || status === "paused" ? seats * price * (1 - discount / 100) : 0;
    return [status, seats, price, discount, cents(billed).toFixed(2)].join(",");
  });
  const { table } = parseCsv(`status,seats,price,discount,mrr\n${lines.join("\n")}\n`);
  const model = await sequential()(table, seeded(1));
  const shared = constant === "" ? "seats × price" : "seats × price × (100 − discount)";
  expect(describeStructure(model.structure)).toContain(
    `mrr = ${constant}${shared} × (by status: active → 1, churned → 0, paused → 1, trial → 0), rounded.`,
  );
  const made = model.sample(2000, seeded(2));
  const of = (name: string, i: number): number => Number(cellText(columnNamed(made, name), i));
  const off = Array.from({ length: made.rows }, (_, i) => i).filter((i) => {
    const billed = ["active", "paused"].includes(cellText(columnNamed(made, "status"), i));
    const net = billed ? of("seats", i) * of("price", i) * (1 - of("discount", i) / 100) : 0;
    return Math.abs(net - of("mrr", i)) > 0.005001;
  });
  expect(off).toEqual([]);
});

test("a fee of one amount is no product of whatever is near that", () => {
  const rng = seeded("fees");
  const lines = Array.from({ length: 1500 }, () => {
    const [net, status] = [cents(10 + 90 * rng.uniform()), ["paid", "late"][Math.floor(2 * rng.uniform())]];
    return [net.toFixed(2), cents(1.19 * net).toFixed(2), status, status === "late" ? 5 : 0].join(",");
  });
  const { table } = parseCsv(`net,total,status,fee\n${lines.join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules.filter((rule) => rule.startsWith("fee = "))).toEqual([]);
});

test("a tax is told before whole amounts that are solved by it for each level", () => {
  const rng = seeded("bills");
  const pick = <T>(list: readonly T[]): T => list[Math.floor(rng.uniform() * list.length)];
  const lines = Array.from({ length: 2000 }, () => {
    const [fee, over] = [pick([9.99, 19.99, 29.99, 49.99]), Math.max(0, Math.floor(24 * rng.uniform()) - 14)];
    const calls = rng.uniform() < 0.3 ? 0 : cents(20 * rng.uniform() ** 2);
    const discount = pick([0, 0, 5]);
    const net = cents(fee + 1.5 * over + calls - discount);
    const vat = cents(0.19 * net);
    const all = [fee, over, calls, discount, net, vat];
    return [...all.map((own, k) => (k === 1 ? own : own.toFixed(2))), pick(["open", "paid", "paid", "late"])];
  });
  const header = "fee,over,calls,discount,net,vat,status";
  const { table } = parseCsv(`${header}\n${lines.map((own) => own.join(",")).join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("vat = 0.19 × net, rounded.");
  expect(rules.filter((rule) => rule.startsWith("over = "))).toEqual([]);
});
