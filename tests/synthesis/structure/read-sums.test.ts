import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const cents = (value: number): number => Math.round(value * 100 + 1e-7) / 100;

function tableOf(header: string, rows: number, line: (uniform: () => number) => readonly unknown[]): Table {
  const rng = seeded(header);
  const lines = Array.from({ length: rows }, () => line(() => rng.uniform()).join(","));
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

const rulesOf = (from: Table): readonly string[] => describeStructure(discoverStructure(from, seeded(1)));
const madeOf = async (from: Table): Promise<Table> =>
  (await sequential()(from, seeded(1))).sample(400, seeded(2));
const cell = (from: Table, name: string, i: number): string => cellText(columnNamed(from, name), i);

test("a product of two numbers and a multiple of a third make a bill", async () => {
  const bills = tableOf("used,price,standing,bill", 400, (uniform) => {
    const [used, price] = [800 + Math.floor(8000 * uniform()), (25 + 15 * uniform()).toFixed(1)];
    const standing = (5 + 10 * uniform()).toFixed(2);
    return [used, price, standing, cents((used * Number(price)) / 100 + 12 * Number(standing)).toFixed(2)];
  });
  expect(rulesOf(bills)).toContain("bill = 12 × standing + used × price ÷ 100, rounded.");
  const made = await madeOf(bills);
  for (let i = 0; i < made.rows; i++) {
    const [used, price, standing, bill] = ["used", "price", "standing", "bill"].map((name) =>
      Number(cell(made, name, i)),
    );
    expect(Math.abs((used * price) / 100 + 12 * standing - bill)).toBeLessThan(0.005001);
  }
});

test("each level of a column may have a sum of its own", async () => {
  const tariffs: Record<string, readonly [number, number]> = {
    near: [4.5, 1.2],
    far: [7, 2.35],
    abroad: [12, 4],
  };
  const parcels = tableOf("zone,kg,price", 400, (uniform) => {
    const zone = Object.keys(tariffs)[Math.floor(3 * uniform() ** 1.5)];
    const kg = (0.5 + 20 * uniform()).toFixed(1);
    return [zone, kg, cents(tariffs[zone][0] + tariffs[zone][1] * Number(kg)).toFixed(2)];
  });
  expect(rulesOf(parcels)).toContain(
    "price = (by zone: abroad → 12 + 4 × kg, far → 7 + 2.35 × kg, near → 4.5 + 1.2 × kg), rounded.",
  );
  const model = await sequential()(parcels, seeded(1));
  const made = model.sample(400, seeded(2), { where: { price: { from: 20, to: 60 } } });
  for (let i = 0; i < made.rows; i++) {
    const [fixed, rate] = tariffs[cell(made, "zone", i)];
    const price = Number(cell(made, "price", i));
    expect(Math.abs(fixed + rate * Number(cell(made, "kg", i)) - price)).toBeLessThan(0.005001);
    expect(price >= 20 && price <= 60).toBe(true);
  }
});

test("of a line between two numbers the finer one is computed, with the numbers that a person wrote", () => {
  const use = tableOf("kwh,net", 400, (uniform) => {
    const kwh = Math.floor(4000 * uniform());
    return [kwh, cents(0.1425 * kwh + 4.5).toFixed(2)];
  });
  expect(rulesOf(use)).toContain("net = 4.5 + 0.1425 × kwh, rounded.");
});

test("whole units do not follow from their price because prices with halves hold to rounding alone", () => {
  const bills = tableOf("kwh,net,vat,gross", 600, (uniform) => {
    const kwh = 20 + Math.floor(900 * uniform() ** 2);
    const net = Math.round((0.1425 * kwh + 4.5) * 100 - (kwh % 2) * 1e-6) / 100;
    const vat = cents(0.06 * net);
    return [kwh, net.toFixed(2), vat.toFixed(2), cents(net + vat).toFixed(2)];
  });
  const rules = rulesOf(bills);
  expect(rules).toContain("net = 4.5 + 0.1425 × kwh, rounded.");
  expect(rules.filter((rule) => rule.startsWith("kwh ="))).toEqual([]);
});

test("a refund is the product and the fee that it is made of, though a net amount follows from it", () => {
  const returns = tableOf("unit,qty,back,fee,gross,refund,net", 600, (uniform) => {
    const [unit, qty] = [[9.9, 14.5, 25, 49.9, 99][Math.floor(5 * uniform())], 1 + Math.floor(5 * uniform())];
    const back = Math.floor((qty + 1) * uniform());
    const fee = uniform() < 0.2 ? cents(0.15 * back * unit) : 0;
    const [gross, refund] = [cents(qty * unit), -cents(back * unit - fee)];
    return [unit, qty, back, fee, gross, refund, cents(gross + refund)];
  });
  expect(rulesOf(returns)).toContain("refund = fee − back × unit, rounded.");
});

test("a fee is no rest of a fitted line where the cost is its sum by level", () => {
  const charges = tableOf("type,kwh,minutes,fee,cost", 600, (uniform) => {
    const fast = uniform() < 0.4;
    const kwh = (2 + 55 * uniform()).toFixed(1);
    const fee = Math.min(12, Math.max(0, 20 * uniform() - 8)).toFixed(1);
    const minutes = Math.ceil((Number(kwh) / (fast ? 120 : 11)) * 60);
    const cost = cents(Number(kwh) * (fast ? 0.69 : 0.49) + Number(fee)).toFixed(2);
    return [fast ? "DC" : "AC", kwh, minutes, fee, cost];
  });
  const rules = rulesOf(charges);
  expect(rules).toContain("cost = (by type: AC → 0.49 × kwh + fee, DC → 0.69 × kwh + fee), rounded.");
  expect(rules.filter((rule) => rule.startsWith("fee ="))).toEqual([]);
});

test("the greater of two, rounded up to halves, is what is charged, and priced by zone", async () => {
  const parcels = tableOf("zone,actual,volume,charged,price", 600, (uniform) => {
    const [actual, volume] = [(0.1 + 20 * uniform()).toFixed(2), (0.1 + 20 * uniform()).toFixed(2)];
    const charged = Math.ceil(2 * Math.max(Number(actual), Number(volume))) / 2;
    const far = uniform() < 0.4;
    return [
      far ? "far" : "near",
      actual,
      volume,
      charged,
      cents(far ? 9.9 + 1.9 * charged : 4.5 + 0.8 * charged),
    ];
  });
  expect(rulesOf(parcels)).toContain(
    "price = (by zone: far → 9.9 + 1.9 × charged, near → 4.5 + 0.8 × charged), rounded.",
  );
  expect(rulesOf(parcels)).toContain("charged = (the greater of actual and volume), rounded up.");
  const made = await madeOf(parcels);
  for (let i = 0; i < made.rows; i++) {
    const [actual, volume, charged] = ["actual", "volume", "charged"].map((name) =>
      Number(cell(made, name, i)),
    );
    expect(charged).toBe(Math.ceil(2 * Math.max(actual, volume)) / 2);
  }
});

test("a column may stand twice in a product: weight by height squared, and a square that is no code", async () => {
  const people = tableOf("height,weight,bmi,days,squared", 800, (uniform) => {
    const [height, weight] = [145 + Math.floor(55 * uniform()), (40 + 80 * uniform()).toFixed(1)];
    const days = Math.floor(400 * uniform() ** 2);
    return [height, weight, ((1e4 * Number(weight)) / height ** 2).toFixed(1), days, days ** 2];
  });
  const rules = rulesOf(people);
  expect(rules).toContain("bmi = 10000 × weight ÷ height ÷ height, rounded.");
  expect(rules).toContain("squared = days × days, rounded.");
  const model = await sequential()(people, seeded(1));
  const made = model.sample(300, seeded(2), {
    where: { bmi: { from: 20, to: 30 }, squared: { from: 400, to: 90_000 } },
  });
  for (let i = 0; i < made.rows; i++) {
    const of = (name: string): number => Number(cell(made, name, i));
    expect(Math.abs((1e4 * of("weight")) / of("height") ** 2 - of("bmi"))).toBeLessThan(0.0501);
    expect(of("bmi") >= 20 && of("bmi") <= 30).toBe(true);
    expect(of("squared")).toBe(of("days") ** 2);
  }
});

test("parts that were each rounded make their sum but for what rounding leaves, which is drawn", async () => {
  const capital = tableOf("roads,water,rest,all", 400, (uniform) => {
    const parts = [9000, 2000, 5000].map((most) => 100 + most * uniform() ** 2);
    return [...parts, parts[0] + parts[1] + parts[2]].map((part) => part.toFixed(2));
  });
  const rule = rulesOf(capital).find((one) => one.startsWith("all ="));
  expect(rule).toMatch(/^all = roads \+ water \+ rest \+ a difference/);
  const made = await madeOf(capital);
  for (let i = 0; i < made.rows; i++) {
    const [roads, water, rest, all] = ["roads", "water", "rest", "all"].map((name) =>
      Number(cell(made, name, i)),
    );
    expect(Math.abs(all - roads - water - rest)).toBeLessThan(0.02001);
  }
});

test("noise beside levels has no sum of its own for each of them", () => {
  const noise = tableOf("level,a,b,c", 400, (uniform) => [
    "xyz"[Math.floor(3 * uniform())],
    ...Array.from({ length: 3 }, () => (100 * uniform()).toFixed(1)),
  ]);
  expect(rulesOf(noise).filter((rule) => rule.includes(" = "))).toEqual([]);
});

test("what is paid is a rate times the smaller of months and a number", async () => {
  const phones = tableOf("months,rate,paid", 500, (uniform) => {
    const [months, rate] = [1 + Math.floor(60 * uniform()), (5 + 40 * uniform()).toFixed(2)];
    return [months, rate, cents(Number(rate) * Math.min(months, 24)).toFixed(2)];
  });
  expect(rulesOf(phones)).toContain("paid = rate × (by months: months, 24 from 24), rounded.");
  const made = await madeOf(phones);
  for (let i = 0; i < made.rows; i++)
    expect(Number(cell(made, "paid", i))).toBeCloseTo(
      Number(cell(made, "rate", i)) * Math.min(24, Number(cell(made, "months", i))),
      2,
    );
});

test("a mean of answers is found in the rows of those who were asked", () => {
  const survey = tableOf("owns,a,b,c,d,e,f,mean", 300, (uniform) => {
    const owns = uniform() < 0.55;
    const answers = Array.from({ length: 6 }, () => 1 + Math.floor(10 * uniform()));
    const mean = answers.reduce((sum, own) => sum + own, 0) / 6;
    return owns ? ["yes", ...answers, mean.toFixed(2)] : ["no", "", "", "", "", "", "", ""];
  });
  const rules = rulesOf(survey);
  expect(rules.find((rule) => rule.startsWith("mean = "))).toContain("a ÷ 6");
});

test("what is used beyond a plan in units that are begun is rounded up, whole uses as others", async () => {
  const beyond = (included: number, own: number) =>
    Math.max(0, Math.ceil(Number((own - included).toFixed(6))));
  const used = tableOf("included,used,over", 900, (uniform) => {
    const included = [5, 20, 80][Math.floor(3 * uniform())];
    const own = Math.max(0, Number((included * (0.4 + 2 * uniform())).toFixed(uniform() < 0.1 ? 0 : 1)));
    return [included, own, beyond(included, own)];
  });
  expect(rulesOf(used)).toContain("over = the greater of 0 and −included + used, rounded up.");
  const made = await madeOf(used);
  for (let i = 0; i < made.rows; i++)
    expect(Number(cell(made, "over", i))).toBe(
      beyond(Number(cell(made, "included", i)), Number(cell(made, "used", i))),
    );
});
