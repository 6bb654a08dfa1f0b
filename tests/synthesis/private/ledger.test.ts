import { afterEach, describe, expect, test, vi } from "vitest";
import { seeded } from "../../../src/core/rng";
import { type Table, table } from "../../../src/data/table";
import { aim } from "../../../src/synthesis/private/aim/aim";
import type { Account } from "../../../src/synthesis/private/budget";
import { mst } from "../../../src/synthesis/private/mst";

/** A look at rows as the noise that was drawn for it shows it, whatever the budget says. */
interface Look {
  readonly counts: number;
  /** What it said that it would cost at most. */
  readonly rho: number;
  readonly variances: number[];
  readonly rates: number[];
}
const seen = vi.hoisted(() => ({ looks: [] as Look[], blind: false }));

vi.mock("../../../src/synthesis/private/noise/discrete-gaussian", async (original) => {
  const real = await original<typeof import("../../../src/synthesis/private/noise/discrete-gaussian")>();
  return {
    ...real,
    discreteGaussian: ((variance, source) => {
      seen.looks.at(-1)?.variances.push(Number(variance.over) / Number(variance.under));
      return real.discreteGaussian(variance, source);
    }) satisfies typeof real.discreteGaussian,
    bernoulliExp: ((chance, source) => {
      seen.looks.at(-1)?.rates.push(Number(chance.over) / Number(chance.under));
      return real.bernoulliExp(chance, source);
    }) satisfies typeof real.bernoulliExp,
  };
});

vi.mock("../../../src/synthesis/private/noise/mechanisms", async (original) => {
  const real = await original<typeof import("../../../src/synthesis/private/noise/mechanisms")>();
  const look = (counts: number, rho: number): void => {
    seen.looks.push({ counts, rho, variances: [], rates: [] });
  };
  return {
    ...real,
    noisyCounts: ((counts, rho, account) => {
      look(counts.length, rho);
      const noisy = real.noisyCounts(counts, rho, account);
      // What no row has a part in: the same for every table.
      return seen.blind
        ? { ...noisy, counts: noisy.counts.map((_, i) => 4000 + 100 * ((7 * i) % 11)) }
        : noisy;
    }) satisfies typeof real.noisyCounts,
    frequentPlaces: ((counts, rho, delta, account) => {
      look(counts.length, rho);
      const found = real.frequentPlaces(counts, rho, delta, account);
      return seen.blind ? { ...found, places: [...Array(counts.length).keys()] } : found;
    }) satisfies typeof real.frequentPlaces,
    exponentialChoice: ((scores, rho, account: Account, most = 1) => {
      look(scores.length, rho);
      const chosen = real.exponentialChoice(scores, rho, account, most);
      return seen.blind ? 0 : chosen;
    }) satisfies typeof real.exponentialChoice,
  };
});

afterEach(() => {
  seen.looks.length = 0;
  seen.blind = false;
});

/** Plans, numbers with and without decimals, dates and an answer, depending on each other or not. */
function people(rows: number, tied: boolean): Table {
  const at = (i: number, step: number): number => (tied ? i : i * step) % 12;
  const codes = (levels: number, step: number): Int32Array =>
    Int32Array.from({ length: rows }, (_, i) => at(i, step) % levels);
  return table([
    { name: "plan", type: "categorical", levels: ["a", "b", "c"], codes: codes(3, 5) },
    {
      name: "months",
      type: "numeric",
      decimals: 0,
      values: Float64Array.from({ length: rows }, (_, i) => at(i, 7)),
    },
    { name: "charge", type: "numeric", values: Float64Array.from({ length: rows }, (_, i) => at(i, 5) / 7) },
    { name: "churn", type: "boolean", levels: ["No", "Yes"], codes: codes(2, 11) },
  ]);
}

/** What a look costs, by the noise that it had: the same for all its counts. Choices are looked at apart. */
function costOf({ counts, rho, variances }: Look): number {
  if (variances.length === 0) return rho;
  expect(variances).toHaveLength(counts);
  expect(new Set(variances).size).toBe(1);
  return 1 / (2 * variances[0]);
}

describe("mst(options)(table, rng)", () => {
  test("lists what the noise that it drew has cost, look by look, and no more than ε allows", async () => {
    const { privacy } = await mst({ epsilon: 1, noise: "seed" })(people(600, true), seeded(2));
    const sum = seen.looks.reduce((all, look) => all + costOf(look), 0);
    const listed = privacy.spending.filter((one) => one.part !== "left over");
    const total = listed.reduce((all, one) => all + one.rho, 0);
    expect(seen.looks.length).toBeGreaterThan(12);
    expect(total).toBeLessThanOrEqual(privacy.rho * (1 + 1e-12));
    // Every choice had the rate that was paid for: √(8ρ) / 2 a row of its scores, rounded down to a multiple of 2^−21.
    const choices = seen.looks.filter((look) => look.rates.length > 0);
    const steps = choices.flatMap(({ rates, rho }) => rates.map((one) => one / (Math.sqrt(8 * rho) / 2)));
    expect(Math.max(...steps)).toBeGreaterThan(0);
    for (const step of steps)
      expect(Math.abs(step - Math.round(step))).toBeLessThan(1e-3 * Math.max(1, step));
    // Rounds of choices that were not needed are listed too.
    const unneeded = (total - sum) / choices[0].rho;
    expect(Math.abs(unneeded - Math.round(unneeded))).toBeLessThan(1e-9);
    expect(Math.round(unneeded) + choices.length).toBe(2);
  });

  test("knows nothing of rows but by its mechanisms: where those tell of none, every table makes the same model", async () => {
    seen.blind = true;
    const model = async (from: Table): Promise<string> => {
      const made = await mst({ epsilon: 1, noise: "seed" })(from, seeded(1));
      // There is something to tell of: cells of every column, and pairs.
      expect([made.empty, made.links.length]).toEqual([[], 5]);
      return JSON.stringify(made);
    };
    const one = await model(people(600, true));
    expect(await model(people(600, false))).toBe(one);
    expect(await model(people(5000, true))).toBe(one);
  });
});

describe("aim(options)(table, rng)", () => {
  test("lists what the noise that it drew has cost, look by look, and no more than ε allows", async () => {
    const { privacy } = await aim({ epsilon: 1, noise: "seed" })(people(600, true), seeded(2));
    const sum = seen.looks.reduce((all, look) => all + costOf(look), 0);
    const listed = privacy.spending.filter((one) => one.part !== "left over");
    const total = listed.reduce((all, one) => all + one.rho, 0);
    expect(Math.abs(total - sum)).toBeLessThan(1e-9);
    expect(total).toBeLessThanOrEqual(privacy.rho * (1 + 1e-12));
    // A row moves a score by the weight of its set, at most 5 (a triple with the target): the rate is that of the heaviest.
    const choices = seen.looks.filter((look) => look.rates.length > 0);
    const steps = choices.flatMap(({ rates, rho }) => rates.map((one) => one / (Math.sqrt(8 * rho) / 10)));
    for (const step of steps)
      expect(Math.abs(step - Math.round(step))).toBeLessThan(1e-3 * Math.max(1, step));
  });

  test("knows nothing of rows but by its mechanisms: where those tell of none, every table makes the same model", async () => {
    seen.blind = true;
    const model = async (from: Table): Promise<string> =>
      JSON.stringify(await aim({ epsilon: 1, noise: "seed" })(from, seeded(1)));
    const one = await model(people(600, true));
    expect(await model(people(600, false))).toBe(one);
    expect(await model(people(5000, true))).toBe(one);
  });
});
