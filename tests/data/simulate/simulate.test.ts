import { describe, expect, test } from "vitest";
import { measures } from "../../../src/data/simulate/history";
import { simulate, simulateChunks } from "../../../src/data/simulate/simulate";
import { contactMonths, rates } from "../../../src/data/simulate/usage";
import { asTelco } from "../../../src/data/simulate/views";

const base = simulate({ customers: 20_000, seed: 7 });
const { panels, truth, campaign, months } = base;
if (!panels || !truth.hazard) throw new Error("the base has panels");
const hazard = truth.hazard;
const customers = Array.from({ length: base.customers }, (_, i) => i);
const part = customers.filter((i) => campaign.treated[i] >= 0);
const mean = (rows: readonly number[], of: (i: number) => number): number =>
  rows.reduce((sum, i) => sum + of(i), 0) / rows.length;

describe("simulate(options)", () => {
  test("gives the same customers for the same seed, whole, in chunks, and with or without panels", () => {
    const whole = simulate({ customers: 300, seed: 5, usage: false });
    const chunks = [...simulateChunks({ customers: 300, seed: 5, usage: false }, 128)];
    expect(chunks.map((one) => one.customers)).toEqual([128, 128, 44]);
    const joined = chunks.flatMap((one) => [...one.totalCharge]);
    expect(joined).toEqual([...whole.totalCharge]);
    expect(chunks.flatMap((one) => [...one.closing.dayMinutes])).toEqual([...whole.closing.dayMinutes]);
    const withPanels = simulate({ customers: 300, seed: 5 });
    expect(asTelco(withPanels)).toEqual(asTelco(whole));
    expect(withPanels.closing).toEqual(whole.closing);
    expect(simulate({ customers: 300, seed: 6, usage: false }).totalCharge).not.toEqual(whole.totalCharge);
  });

  test("fills panels in exactly the months in which a customer was there", () => {
    const wrong: string[] = [];
    for (const i of customers) {
      const first = Math.max(1, base.joined[i]);
      const last = base.left[i] || months;
      for (let t = 0; t < months; t++) {
        const there = t + 1 >= first && t + 1 <= last;
        for (const values of [...measures.map((one) => panels[one]), hazard])
          if (Number.isNaN(values[i * months + t]) === there) wrong.push(`customer ${i}, month ${t}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("closes the panels with what the closing month shows", () => {
    for (const i of customers.filter((one) => base.tenure[one] > 0).slice(0, 2000)) {
      const last = i * months + (base.left[i] || months) - 1;
      const { closing } = base;
      expect(panels.dayMinutes[last]).toBeCloseTo(closing.dayMinutes[i], 3);
      expect(panels.intlCalls[last]).toBe(closing.intlCalls[i]);
      const minutes = [closing.dayMinutes, closing.eveMinutes, closing.nightMinutes, closing.intlMinutes];
      const charge = minutes.reduce((sum, one, k) => sum + Math.round(one[i] * rates[k] * 100) / 100, 0);
      expect(panels.metered[last]).toBeCloseTo(charge, 2);
      let contacts = 0;
      for (
        let t = last;
        t > last - contactMonths && t >= i * months && !Number.isNaN(panels.contacts[t]);
        t--
      )
        contacts += panels.contacts[t];
      expect(contacts).toBe(closing.serviceCalls[i]);
    }
  });

  test("tells total charges that are the bills shown, for those who joined within the months", () => {
    const newcomers = customers.filter((i) => base.joined[i] >= 1 && base.tenure[i] > 0);
    expect(newcomers.length).toBeGreaterThan(1000);
    for (const i of newcomers) {
      let total = 0;
      for (let t = 0; t < months; t++) total += panels.subscription[i * months + t] || 0;
      if (base.tenure[i] > 3) expect(Math.abs(total - base.totalCharge[i])).toBeLessThan(0.02);
    }
  });

  test("moves use towards the reason before a customer leaves, and not before others stay", () => {
    const metered = (i: number, back: number): number =>
      panels.metered[i * months + (base.left[i] || months) - 1 - back];
    const leavers = customers.filter(
      (i) => base.left[i] > 13 && truth.reason[i] === 1 && base.tenure[i] > 14,
    );
    const stayers = customers.filter((i) => base.left[i] === 0 && truth.mood[i] === 0 && base.tenure[i] > 14);
    const rise = (rows: number[]): number => mean(rows, (i) => metered(i, 0) - metered(i, 12));
    expect(rise(leavers)).toBeGreaterThan(10);
    expect(Math.abs(rise(stayers))).toBeLessThan(1);
  });

  test("refuses impossible sizes", () => {
    expect(() => simulate({ customers: -1, seed: 1 })).toThrow("customers must be a whole number");
    expect(() => simulate({ customers: 1, seed: 1, months: 73 })).toThrow(
      "months must be a whole number from 1 to 72",
    );
    expect(simulate({ customers: 0, seed: 1 }).customers).toBe(0);
  });
});

describe("truth", () => {
  test("hazard: its sum over the months at risk is the number who leave, within the noise of the draw", () => {
    let expected = 0;
    let variance = 0;
    let leaves = 0;
    for (const chance of hazard) {
      if (Number.isNaN(chance)) continue;
      expected += chance;
      variance += chance * (1 - chance);
    }
    for (const month of base.left) if (month > 0) leaves++;
    expect(Math.abs(leaves - expected)).toBeLessThan(4 * Math.sqrt(variance));
  });

  test("churn: of those held back, as many leave as the true chances say, at every level of risk", () => {
    for (const [treated, chance] of [
      [0, truth.churn],
      [1, truth.churnIfOffered],
    ] as const) {
      const arm = part.filter((i) => campaign.treated[i] === treated).sort((a, b) => chance[a] - chance[b]);
      for (let k = 0; k < 5; k++) {
        const fifth = arm.slice((k * arm.length) / 5, ((k + 1) * arm.length) / 5);
        const expected = mean(fifth, (i) => chance[i]);
        const error = Math.sqrt((expected * (1 - expected)) / fifth.length);
        expect(Math.abs(mean(fifth, (i) => campaign.churned[i]) - expected)).toBeLessThan(4 * error + 1e-9);
      }
    }
  });

  test("response: offers save the persuadable, drive out sleeping dogs, and leave the indifferent as they are", () => {
    const effect = (kind: number): number =>
      mean(
        part.filter((i) => truth.response[i] === kind),
        (i) => truth.churnIfOffered[i] - truth.churn[i],
      );
    expect(effect(0)).toBe(0);
    expect(effect(1)).toBeLessThan(-0.03);
    expect(effect(2)).toBeGreaterThan(0.005);
  });

  test("the offer was made at random: both arms have the same true risk", () => {
    expect(Math.abs(mean(part, (i) => campaign.treated[i]) - 0.5)).toBeLessThan(0.02);
    const [held, offered] = [0, 1].map((arm) =>
      mean(
        part.filter((i) => campaign.treated[i] === arm),
        (i) => truth.churn[i],
      ),
    );
    expect(Math.abs(held - offered)).toBeLessThan(0.015);
  });

  test("future revenue is what was to be expected, on average", () => {
    const real = mean(part, (i) => truth.futureRevenue[i]);
    const expected = mean(part, (i) => truth.expectedRevenue[i]);
    expect(Math.abs(real / expected - 1)).toBeLessThan(0.02);
  });
});
