import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText } from "../../../src/data/table";
import { planRetention, within } from "../../../src/services/contact/plan";
import { prospectsFrom } from "../../../src/services/contact/prospects";
import { chanceWithin } from "../../../src/services/contact/spending";

const offer = { contactCost: 1, offerCost: 10, acceptance: 0.5, stayerAcceptance: 0.5 };
const customers = ["a", "b", "c", "d"];
const churn = [0.8, 0.1, 0.5, 0.02];
const value = [100, 500, 40, 1000];

describe("planRetention(prospects, offer, limits)", () => {
  test("ranks those who pay, and adds them up", () => {
    const plan = planRetention({ customers, churn, value }, offer);
    // churn · ½ · value − 6: 34, 19, 4, 4
    expect([...plan.rank]).toEqual([1, 2, 3, 4]);
    expect(plan.totalProfit).toBeCloseTo(34 + 19 + 4 + 4, 9);
    expect(plan.totalCost).toBeCloseTo(24, 9);
    // Each contact is expected to cost 1 + ½ · 10.
    const few = (budget: number): number =>
      planRetention({ customers, churn, value }, offer, { budget }).contacted;
    expect([5.99, 6, 11.99, 12, 17.99, 18].map(few)).toEqual([0, 1, 1, 2, 2, 3]);
  });

  test("tells from which chance on a contact pays at the median value", () => {
    const plan = planRetention({ customers, churn, value }, offer);
    // The upper median value is 500: p · ½ · (500 − 10) − (1 − p) · 5 − 1 = 0
    expect(plan.breakEvenChurn).toBeCloseTo(6 / 250, 12);
    const never = planRetention({ customers, churn, value: [1, 1, 1, 1] }, offer);
    expect(never.breakEvenChurn).toBeUndefined();
    expect(never.contacted).toBe(0);
  });

  test("lets other rules spend the same money", () => {
    const { rules } = planRetention({ customers, churn, value }, offer, { budget: 7 });
    expect(rules.find((r) => r.name === "Churn above 0.5")).toEqual({
      name: "Churn above 0.5",
      contacted: 1,
      profit: 34,
      cost: 6,
    });
    const each = { profit: Float64Array.of(5, 5), cost: Float64Array.of(3, 3) };
    expect(within("x", [0, 1], each, { contacts: 1 }).contacted).toBe(1);
    // The contact that would pass the budget is not made; one that just fits it is.
    expect(within("x", [0, 1], each, { budget: 5.99 })).toMatchObject({ contacted: 1, profit: 5, cost: 3 });
    expect(within("x", [0, 1], each, { budget: 6 })).toMatchObject({ contacted: 2, profit: 10, cost: 6 });
  });
});

test("prospectsFrom(table) reads scored customers and refuses chances that are none", () => {
  const table = parseCsv("customer,churn,clv\na,0.2,100\nb,0.9,50\n").table;
  const read = prospectsFrom(table);
  expect([
    [0, 1].map((i) => read.customers.at(i)),
    [...Array.from(read.churn)],
    [...Array.from(read.value)],
  ]).toEqual([
    ["a", "b"],
    [0.2, 0.9],
    [100, 50],
  ]);
  const costly = prospectsFrom(parseCsv("customer,churn,clv\na,0.2,-70\nb,0.9,50\n").table);
  expect(costly.notes).toEqual([
    "1 of 2 customers have a clv below 0 (−70.00 in all): to keep them costs money, so they are never contacted",
  ]);
  const bad = parseCsv("customer,churn,clv\na,1.5,100\na,0.2,50\n").table;
  expect(() => prospectsFrom(bad)).toThrow(
    'row 1: churn must be a chance from 0 to 1 (0.3 for 30%), got "1.5"; row 2: a customer must have one row (row 1 has the same), got "a"',
  );
});

test("nobody is won back who is gone: churn is of those still there, value counts the chance that they are", () => {
  const alive = [1, 1e-6];
  const both = { customers: ["a", "b"], churn: [0.4, 0.4], value: [100, 100 * 1e-6], alive };
  const plan = planRetention(both, { ...offer, contactCost: 0.1 });
  expect([...plan.rank]).toEqual([1, 0]);
  // Who is gone takes no offer: the contact is all that it costs.
  expect(plan.cost[1]).toBeCloseTo(0.1, 4);
});

test("planRetention gives each customer the offer that suits, and names it", () => {
  const offers = [
    { name: "mail", contactCost: 0.1, offerCost: 5, acceptance: 0.1, stayerAcceptance: 0.1 },
    { name: "call", contactCost: 5, offerCost: 20, acceptance: 0.5, stayerAcceptance: 0.1 },
  ];
  const plan = planRetention({ customers, churn, value }, offers);
  expect([0, 1].map((i) => cellText(plan.offer, i))).toEqual(["call", "call"]);
  expect(plan.profit[0]).toBeCloseTo(0.8 * 0.5 * 100 - 5 - 20 * (0.8 * 0.5 + 0.2 * 0.1), 12);
  expect(plan.profitBound).toBe(plan.totalProfit);
});

test("with a certainty, actual spending stays within the budget in at least that share of campaigns", () => {
  const n = 300;
  const many = {
    customers: Array.from({ length: n }, (_, i) => `c${i}`),
    churn: Array.from({ length: n }, (_, i) => 0.2 + (0.6 * i) / n),
    value: new Array<number>(n).fill(200),
  };
  const free = planRetention(many, offer, { budget: 600 });
  const sure = planRetention(many, offer, { budget: 600, certainty: 0.95 });
  expect(free.withinBudget).toBeLessThan(0.7);
  expect(sure.withinBudget).toBeGreaterThanOrEqual(0.95);
  expect(sure.totalProfit).toBeGreaterThan(0.85 * free.totalProfit);
  const rng = seeded(8);
  let within = 0;
  for (let k = 0; k < 2000; k++) {
    let spent = 0;
    for (let i = 0; i < n; i++) if (sure.rank[i] > 0) spent += 1 + (rng.uniform() < 0.5 ? 10 : 0);
    if (spent <= 600) within++;
  }
  // Everybody takes the offer with chance ½ here: p ½ + (1 − p) ½.
  expect(within / 2000).toBeCloseTo(sure.withinBudget, 1);
});

test("chanceWithin(contacts, budget) is the binomial distribution where chances are alike", () => {
  const contacts = new Array(4).fill({ sure: 1, perhaps: 10, chance: 0.5 });
  // At most two of four take it: (1 + 4 + 6) / 16.
  expect(chanceWithin(contacts, 24)).toBeCloseTo(11 / 16, 12);
  expect([chanceWithin(contacts, 44), chanceWithin(contacts, 3)]).toEqual([1, 0]);
});
