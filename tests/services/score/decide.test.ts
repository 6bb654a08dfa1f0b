import { describe, expect, test } from "vitest";
import {
  actions,
  type DecisionRules,
  decide,
  riskOf,
  risks,
  standardRules,
} from "../../../src/services/score/decide";

const rules: DecisionRules = {
  ...standardRules,
  riskHigh: 0.5,
  riskMedium: 0.25,
  acceptance: 0.25,
  offerCost: 8,
  contactCost: 2,
};

describe("decide(probability, value, rules)", () => {
  test("profit is what kept leavers are worth, less the offer of all who take it, less the contact", () => {
    // ½ · ¼ · 200 = 25 to keep; 8 for an eighth who are kept and for the half who would have stayed; 2 for the contact.
    expect(decide(0.5, 200, rules).expectedProfit).toBe(25 - 8 * (0.125 + 0.5) - 2);
    // Of those who would have stayed, only one in four takes the offer.
    expect(decide(0.5, 200, { ...rules, stayerAcceptance: 0.25 }).expectedProfit).toBe(25 - 8 * 0.25 - 2);
    expect(decide(0.5, 200, { ...rules, acceptance: 0.75 }).expectedProfit).toBe(75 - 8 * 0.875 - 2);
    expect(decide(1, 200, rules).expectedProfit).toBe(50 - 2 - 2);
    expect(decide(0, 200, rules).expectedProfit).toBe(-8 - 2);
  });

  test("contacts whom that pays, and not where it comes out even", () => {
    // p = 1: ¼ v − ¼ · 8 − 2 is 0 at 16.
    expect(decide(1, 16, rules)).toMatchObject({ expectedProfit: 0, contact: false, action: 1 });
    expect(decide(1, 16.01, rules)).toMatchObject({ contact: true, action: 0 });
    expect(actions[1]).toMatch(/^No offer/);
  });

  test("a probability of exactly a threshold is the lower risk", () => {
    const risk = (p: number): string => risks[riskOf(p, rules)];
    expect([0.51, 0.5, 0.26, 0.25, 0].map(risk)).toEqual(["High", "Medium", "Medium", "Low", "Low"]);
    expect([0.5, 0.25].map((p) => risks[decide(p, 100, rules).risk])).toEqual(["Medium", "Low"]);
    // The reference system's thresholds.
    expect([0.31, 0.3, 0.16, 0.15].map((p) => riskOf(p, standardRules))).toEqual([0, 1, 1, 2]);
  });

  test('the rule "reference" goes by risk and by a value above its thresholds', () => {
    const said = (p: number, value: number) => decide(p, value, { ...rules, rule: "reference" });
    expect(said(0.9, 40_001)).toMatchObject({ action: 4, contact: true });
    expect(said(0.9, 40_000)).toMatchObject({ action: 3, contact: true });
    expect(said(0.9, 30_000)).toMatchObject({ action: 2, contact: true });
    expect(said(0.5, 40_001)).toMatchObject({ action: 7, contact: false });
    expect(said(0.25, 30_001)).toMatchObject({ action: 9, contact: false });
  });

  test("of whom no value is known, the risk decides, and no profit is made up", () => {
    const said = (p: number) => decide(p, Number.NaN, rules);
    expect([0.9, 0.4, 0.1].map((p) => [said(p).action, said(p).contact])).toEqual([
      [0, true],
      [5, false],
      [8, false],
    ]);
    expect(said(0.9).expectedProfit).toBeNaN();
  });
});
