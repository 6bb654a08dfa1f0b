import { describe, expect, test } from "vitest";
import { parseCsv } from "../../../src/data/read-csv";
import { planRetention, prospectsFrom, within } from "../../../src/services/contact/plan";

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
    expect(planRetention({ customers, churn, value }, offer, { budget: 13 }).contacted).toBe(2);
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
  });
});

test("prospectsFrom(table) reads scored customers and refuses chances that are none", () => {
  const table = parseCsv("customer,churn,clv\na,0.2,100\nb,0.9,50\n").table;
  const read = prospectsFrom(table);
  expect([read.customers, [...Array.from(read.churn)], [...Array.from(read.value)]]).toEqual([
    ["a", "b"],
    [0.2, 0.9],
    [100, 50],
  ]);
  const bad = parseCsv("customer,churn,clv\na,1.5,100\na,0.2,50\n").table;
  expect(() => prospectsFrom(bad)).toThrow(
    'row 1: churn must be a chance from 0 to 1, got "1.5"; row 2: a customer must have one row (row 1 has the same), got "a"',
  );
});
