import { describe, expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const cents = (value: number): number => Math.round(value * 100 + 1e-7) / 100;
const one = <T>(rng: Rng, ...of: readonly T[]): T => of[Math.floor(of.length * rng.uniform())];

/** A table of 900 rows, each as `row` gives it. */
function tableOf(names: string, row: (rng: Rng) => readonly (string | number)[]): Table {
  const rng = seeded(names);
  const text = Array.from({ length: 900 }, () => row(rng).join(",")).join("\n");
  return parseCsv(`${names}\n${text}\n`).table;
}

/** Of 1,000 rows drawn from what was learnt of the table those that are not `right`. */
async function broken(from: Table, right: (...cells: string[]) => boolean): Promise<number> {
  const made = (await sequential()(from, seeded(1))).sample(1000, seeded(2));
  const rows = Array.from({ length: made.rows }, (_, i) => made.columns.map((column) => cellText(column, i)));
  return rows.filter((cells) => !right(...cells)).length;
}

const announced = (from: Table): readonly string[] => describeStructure(discoverStructure(from, seeded(1)));

const plans: Record<string, number> = { S: 19.99, M: 29.99, L: 39.99 };
const options: Record<string, number> = { none: 0, TV: 10, "TV+": 17.5 };

describe("a sum of amounts by the levels of columns", () => {
  const bill = (plan: string, tv: string, usage: number): number => cents(plans[plan] + options[tv] + usage);
  test("is found beside another number, and kept to the cent", async () => {
    const bills = tableOf("plan,tv,usage,bill", (rng) => {
      const [plan, tv] = [one(rng, "S", "M", "L"), one(rng, "none", "TV", "TV+")];
      const usage = cents(-6 * Math.log(1 - rng.uniform()));
      return [plan, tv, usage, bill(plan, tv, usage)];
    });
    expect(announced(bills)).toContain(
      "bill = usage + (by plan: L → 39.99, M → 29.99, S → 19.99) + (by tv: TV → 10, TV+ → 17.5, none → 0), rounded.",
    );
    expect(await broken(bills, (plan, tv, usage, own) => Number(own) === bill(plan, tv, Number(usage)))).toBe(
      0,
    );
  });
  test("counts how many columns say yes, and leaves nothing to draw", async () => {
    const services = tableOf("a,b,c,d,count", (rng) => {
      const own = Array.from({ length: 4 }, () => (rng.uniform() < 0.4 ? "Yes" : "No"));
      return [...own, own.filter((cell) => cell === "Yes").length];
    });
    const told = announced(services);
    expect(told.filter((rule) => rule.includes("difference"))).toEqual([]);
    const yes = (cells: readonly string[]): number => cells.filter((cell) => cell === "Yes").length;
    expect(await broken(services, (...cells) => yes(cells.slice(0, 4)) === Number(cells[4]))).toBe(0);
  });
  test("is none where the amounts hold for nearly all rows, or where chance makes them", () => {
    let row = 0;
    const nearly = tableOf("plan,tv,usage,bill", (rng) => {
      const [plan, tv, usage] = [one(rng, "S", "M", "L"), one(rng, "none", "TV"), cents(20 * rng.uniform())];
      return [plan, tv, usage, cents(bill(plan, tv, usage) + (row++ % 50 === 0 ? 3 : 0))];
    });
    expect(announced(nearly).filter((rule) => rule.startsWith("bill = usage"))).toEqual([]);
    const noise = tableOf("a,b,c,x", (rng) => [
      one(rng, "p", "q", "r"),
      one(rng, "s", "t"),
      one(rng, "u", "v"),
      one(rng, 0, 1, 2),
    ]);
    expect(announced(noise).filter((rule) => rule.startsWith("x ="))).toEqual([]);
  });
});

describe("a product of rates by the levels of columns", () => {
  const rates: Record<string, number> = { A: 0.08, B: 0.11, C: 0.16, yes: 1.5, no: 1 };
  const premium = (cls: string, smoker: string, sum: number, loading: number): number =>
    Math.round((sum * rates[cls] * rates[smoker] * (100 + loading)) / 100 / 0.05 + 1e-7) * 0.05;
  test("is found beside a number and what another one adds to a whole, though others follow from it", async () => {
    const policies = tableOf("cls,smoker,sum,loading,premium,tax", (rng) => {
      const [cls, smoker] = [one(rng, "A", "B", "C"), one(rng, "yes", "no", "no")];
      const [sum, loading] = [10 * (1 + Math.floor(400 * rng.uniform())), 2 * Math.floor(25 * rng.uniform())];
      const own = premium(cls, smoker, sum, loading);
      return [cls, smoker, sum, loading, own.toFixed(2), cents(0.19 * own)];
    });
    expect(announced(policies)).toContain(
      "premium = 0.01 × sum × (loading + 100) × (by cls: A → 0.08, B → 0.11, C → 0.16) × (by smoker: no → 1, yes → 1.5), rounded.",
    );
    const off = (cls: string, smoker: string, sum: string, loading: string, own: string): boolean =>
      Math.abs(Number(own) - premium(cls, smoker, Number(sum), Number(loading))) <= 0.0501;
    expect(await broken(policies, off)).toBe(0);
  });
  test("is found by the stretch of a number that a level names, of prices that are few", async () => {
    const priced = (months: number, list: number): number => (months < 6 ? cents(list / 2) : list);
    const prices = tableOf("months,promo,list,price", (rng) => {
      const [months, list] = [Math.floor(24 * rng.uniform()), one(rng, 24.9, 34.9, 49.9)];
      return [months, months < 6 ? "yes" : "no", list, priced(months, list)];
    });
    expect(announced(prices)).toContain("price = list × (by months: 0.5, 1 from 6), rounded.");
    expect(
      await broken(
        prices,
        (months, _, list, price) => Number(price) === priced(Number(months), Number(list)),
      ),
    ).toBe(0);
  });
  test("is none where a factor differs from row to row", () => {
    const loose = tableOf("cls,smoker,sum,premium", (rng) => {
      const [cls, smoker] = [one(rng, "A", "B", "C"), one(rng, "yes", "no")];
      const sum = 10 * (1 + Math.floor(400 * rng.uniform()));
      return [cls, smoker, sum, cents(sum * rates[cls] * rates[smoker] * (1 + 0.002 * rng.uniform()))];
    });
    expect(announced(loose).filter((rule) => rule.includes("by cls"))).toEqual([]);
  });
});

describe("a sum beside amounts by level, but no less than an end", () => {
  const included: Record<string, number> = { S: 5, L: 25, XL: 400 };
  const over = (plan: string, used: number): number =>
    Math.round(10 * Math.max(0, used - included[plan])) / 10;
  const usage = (beside: (row: number) => number = () => 0): Table => {
    let row = 0;
    return tableOf("plan,price,used,over", (rng) => {
      const plan = one(rng, "S", "L", "XL", "line");
      const price = { S: 9.99, L: 19.99, XL: 39.99, line: 29.95 }[plan] as number;
      if (plan === "line") return [plan, price, "", ""];
      const used = Math.round(-160 * Math.log(1 - rng.uniform())) / 10;
      return [plan, price, used, over(plan, used) + beside(row++)];
    });
  };
  test("is found with a plan that nobody uses up, beside prices by plan, and kept in every row", async () => {
    const table = usage();
    expect(announced(table).filter((rule) => rule.startsWith("over ="))).toEqual([
      expect.stringMatching(
        /^over = the greater of 0 and used \+ \(by plan: L → -25, S → -5, XL → -[0-9]+\), rounded\.$/,
      ),
    ]);
    const right = (plan: string, _: string, used: string, own: string): boolean =>
      plan === "line" ? own === "" : Number(own) === over(plan, Number(used));
    expect(await broken(table, right)).toBe(0);
  });
  test("is found with a price of its own for each plan, no less or no more than an end, and where no use is told", async () => {
    const plans: Record<string, readonly [number, number, number]> = {
      S: [50, 0.29, 9],
      M: [100, 0.19, 15],
      L: [200, 0.09, 20],
    };
    const beyond = (plan: string, minutes: number): number =>
      cents(Math.max(0, minutes - plans[plan][0]) * plans[plan][1]);
    const capped = (plan: string, texts: number): number => Math.min(plans[plan][2], cents(0.15 * texts));
    const table = tableOf("plan,minutes,charge,texts,fee,mb,more", (rng) => {
      const plan = one(rng, "S", "M", "L");
      const [minutes, texts] = [Math.floor(400 * rng.uniform()), Math.floor(250 * rng.uniform())];
      const mb = rng.uniform() < 0.2 ? "" : Math.round(900 * rng.uniform());
      const more = Math.max(0, Number(mb) - plans[plan][0]);
      return [plan, minutes, beyond(plan, minutes), texts, capped(plan, texts), mb, more];
    });
    const told = announced(table);
    expect(told.find((rule) => rule.startsWith("charge ="))).toContain(
      "S → the greater of 0 and -14.5 + 0.29 × minutes",
    );
    expect(told.find((rule) => rule.startsWith("fee ="))).toContain("S → the smaller of 9 and 0.15 × texts");
    expect(told.find((rule) => rule.startsWith("more ="))).toContain("mb (0 where missing)");
    const right = (...cells: string[]): boolean => {
      const [plan, minutes, charge, texts, fee, mb, more] = cells;
      return (
        Math.abs(Number(charge) - beyond(plan, Number(minutes))) < 0.0051 &&
        Math.abs(Number(fee) - capped(plan, Number(texts))) < 0.0051 &&
        Number(more) === Math.max(0, Number(mb) - plans[plan][0])
      );
    };
    expect(await broken(table, right)).toBe(0);
  });
  test("is found with amounts by two columns beside a plan that nobody uses up", async () => {
    const extras: Record<string, number> = { no: 0, yes: 10 };
    const beyond = (plan: string, extra: string, used: number): number =>
      Math.max(0, Math.round(10 * (used - included[plan] - extras[extra])) / 10);
    const table = tableOf("plan,extra,used,over", (rng) => {
      const [plan, extra] = [one(rng, "S", "L", "XL"), one(rng, "no", "yes")];
      const used = Math.round(-160 * Math.log(1 - rng.uniform())) / 10;
      return [plan, extra, used, beyond(plan, extra, used)];
    });
    const right = (plan: string, extra: string, used: string, own: string): boolean =>
      Number(own) === beyond(plan, extra, Number(used));
    expect(await broken(table, right)).toBe(0);
  });
  test("is found beside a plan of which no use is told, but always what is over: nothing", async () => {
    const table = tableOf("plan,used,over", (rng) => {
      const plan = one(rng, "S", "L", "flat");
      const used = Math.round(-160 * Math.log(1 - rng.uniform())) / 10;
      return plan === "flat" ? [plan, "", 0] : [plan, used, over(plan, used)];
    });
    expect(announced(table)).toContain(
      "over = the greater of 0 and used (0 where missing) + (by plan: L → -25, S → -5, flat → 0), rounded.",
    );
    const right = (plan: string, used: string, own: string): boolean =>
      own !== "" && Number(own) === (plan === "flat" ? 0 : over(plan, Number(used)));
    expect(await broken(table, right)).toBe(0);
  });
  test("tells of no level what one row of it has, where the others have none", () => {
    let row = 0;
    const table = tableOf("plan,weight,price", (rng) => {
      const plan = row++ % 10 === 0 ? "none" : one(rng, "A", "B");
      const weight = Math.round(1000 * rng.uniform()) / 10;
      if (plan === "none") return [plan, weight, row === 501 ? 777.77 : ""];
      return [plan, weight, plan === "A" ? cents(4 + 1.2 * weight) : cents(6 + 1.5 * weight)];
    });
    expect(announced(table).filter((rule) => rule.includes("777.77"))).toEqual([]);
  });
  test("tells no end that one customer alone reaches", () => {
    let row = 0;
    const table = tableOf("customer_id,used,pay", (rng) => {
      const customer = Math.floor(row++ / 60);
      const used = Math.round(1000 * rng.uniform()) / 10 + (customer === 7 ? 200 : 0);
      return [`c${customer}`, used.toFixed(1), Math.min(187.3, used + 3).toFixed(1)];
    });
    const structure = discoverStructure(table, seeded(1), { customer: "customer_id" });
    expect(describeStructure(structure).filter((rule) => rule.includes("187.3"))).toEqual([]);
  });
  test("is none where one row in fifty lies beside it", () => {
    const told = announced(usage((row) => (row % 50 === 0 ? 1 : 0)));
    expect(told.filter((rule) => rule.includes("the greater of"))).toEqual([]);
  });
});

describe("the least or greatest of columns", () => {
  test("is found under a deductible and a limit at once, and keeps every row", async () => {
    const products: Record<string, readonly [number, number]> = {
      Motor: [300, 50000],
      Pet: [150, 3000],
      Trip: [100, 5000],
    };
    const payable = (product: string, claimed: number): number => {
      const [deductible, limit] = products[product];
      return cents(Math.max(0, Math.min(limit, claimed) - deductible));
    };
    const claims = tableOf("product,claimed,deductible,limit,payable", (rng) => {
      const product = one(rng, "Motor", "Pet", "Trip");
      const claimed = cents(Math.exp(7 + 2.6 * (rng.uniform() + rng.uniform() - 1)));
      return [product, claimed, ...products[product], payable(product, claimed)];
    });
    expect(announced(claims)).toContain(
      "payable = the greater of 0 and (the smaller of claimed and limit) − deductible, rounded.",
    );
    expect(
      await broken(
        claims,
        (product, claimed, _, __, own) => Number(own) === payable(product, Number(claimed)),
      ),
    ).toBe(0);
  });
  test("is found among several, but not where nine rows lie beside it", async () => {
    let row = 0;
    const quarters = (extra: number) => (rng: Rng) => {
      const own = Array.from({ length: 4 }, () => 20 + Math.floor(900 * rng.uniform()));
      return [...own, Math.max(...own) + (row++ % 100 === 50 ? extra : 0), Math.min(...own)];
    };
    const names = "q1,q2,q3,q4,peak,low";
    const told = announced(tableOf(names, quarters(0)));
    expect(told).toContain("peak = (the greatest of q1, q2, q3 and q4), rounded.");
    expect(told).toContain("low = (the least of q1, q2, q3 and q4), rounded.");
    const right = (...cells: string[]): boolean =>
      Number(cells[4]) === Math.max(...cells.slice(0, 4).map(Number));
    expect(await broken(tableOf(names, quarters(0)), right)).toBe(0);
    row = 0;
    expect(announced(tableOf(names, quarters(7))).filter((rule) => rule.startsWith("peak ="))).toEqual([]);
  });
});

describe("pieces of straight lines over a number", () => {
  const charge = (used: number): number =>
    cents(
      0.2 * Math.min(used, 100) +
        0.15 * Math.min(Math.max(used - 100, 0), 200) +
        0.1 * Math.max(used - 300, 0),
    );
  test("are found of a progressive tariff, and of prices by quantity", async () => {
    const bills = tableOf("used,charge", (rng) => {
      const used = Math.floor(-240 * Math.log(1 - rng.uniform()));
      return [used, charge(used)];
    });
    expect(announced(bills)).toContain(
      "charge = (by used: 0.2 × used, 5 + 0.15 × used from 100, 20 + 0.1 × used from 300), rounded.",
    );
    expect(await broken(bills, (used, own) => Number(own) === charge(Number(used)))).toBe(0);
    const total = (quantity: number): number =>
      cents(quantity * (quantity < 10 ? 5 : quantity < 50 ? 4.5 : 4));
    const orders = tableOf("quantity,total", (rng) => {
      const quantity = 1 + Math.floor(120 * rng.uniform());
      return [quantity, total(quantity)];
    });
    expect(await broken(orders, (quantity, own) => Number(own) === total(Number(quantity)))).toBe(0);
  });
  test("are none of a curve", () => {
    const curve = tableOf("x,y", (rng) => {
      const x = Math.floor(1000 * rng.uniform());
      return [x, Math.round(Math.sqrt(x) * 100) / 100];
    });
    expect(announced(curve).filter((rule) => rule.includes(" = (by"))).toEqual([]);
  });
});

test("a number in steps of a half follows from nothing, though it is the mean of its neighbours", () => {
  const halves = tableOf("a,b", (rng) => [
    Math.floor(900 * rng.uniform()),
    Math.floor(900 * rng.uniform()) / 2,
  ]);
  expect(announced(halves).filter((rule) => rule.startsWith("b ="))).toEqual([]);
});

test("rates by two columns are found and kept where a tenth of all their cells is missing", async () => {
  const [prices, billing] = [
    { Team: 8, Business: 15, Enterprise: 28 },
    { annual: 0.8, monthly: 1 },
  ] as const satisfies readonly Record<string, number>[];
  const due = (plan: string, pays: string, seats: number): number =>
    cents(seats * (prices[plan as "Team"] ?? 0) * (billing[pays as "annual"] ?? 0));
  const bills = tableOf("plan,pays,seats,used,due", (rng) => {
    const plan = one(rng, "Team", "Business", "Enterprise");
    const pays = one(rng, "annual", "monthly");
    const seats = 3 + Math.floor(120 * rng.uniform() ** 2);
    const cells = [plan, pays, seats, Math.floor(seats * rng.uniform()), due(plan, pays, seats)];
    return cells.map((cell) => (rng.uniform() < 0.1 ? "" : cell));
  });
  expect(describeStructure(discoverStructure(bills, seeded(1), { sequential: true }))).toContain(
    "due = seats × (by plan: Business → 15, Enterprise → 28, Team → 8) × (by pays: annual → 0.8, monthly → 1), rounded.",
  );
  expect(
    await broken(
      bills,
      (plan, pays, seats, _, own) =>
        [plan, pays, seats, own].includes("") || Number(own) === due(plan, pays, Number(seats)),
    ),
  ).toBe(0);
});
