import { describe, expect, test } from "vitest";
import { chiSquaredUpper } from "../../../src/core/math/special";
import { seeded } from "../../../src/core/rng";
import { type Account, budgetOf } from "../../../src/synthesis/private/budget";
import { divide, joinSegments } from "../../../src/synthesis/private/divide";
import { privateBounds } from "../../../src/synthesis/private/domain/bounds";
import {
  exponentialChoice,
  frequentPlaces,
  noisyCounts,
} from "../../../src/synthesis/private/noise/mechanisms";
import { seededSource } from "../../../src/synthesis/private/noise/noise-source";

/** An account that counts what is paid, and pays all. */
function account(seed: number): Account & { paid: { rho: number; delta: number } } {
  const paid = { rho: 0, delta: 0 };
  return {
    paid,
    source: seededSource(seeded(seed)),
    pay(rho, delta = 0) {
      paid.rho += rho;
      paid.delta += delta;
    },
    payChoices(rho) {
      paid.rho += rho;
    },
  };
}

test("no mechanism looks at rows that its account can't pay for", () => {
  const budget = budgetOf(1, 0.1, seededSource(seeded(1)));
  const refused = (run: (from: Account) => unknown): void =>
    expect(() =>
      budget.step("a", { rho: 0.1, delta: 0.01 }, (from) => ({ found: run(from), how: "" })),
    ).toThrow("within what a may cost");
  const unread = new Proxy([1, 2], {
    get: (of, key) => (key === "length" ? 2 : expect.unreachable(`read ${String(key)} of ${of.length}`)),
  });
  refused((from) => noisyCounts(unread, 0.2, from));
  refused((from) => exponentialChoice(unread, 0.2, from));
  refused((from) => frequentPlaces(unread, 0.2, 0.01, from));
  refused((from) => frequentPlaces(unread, 0.1, 0.02, from));
  expect(budget.spending).toEqual([]);
});

describe("noisyCounts(counts, rho, account)", () => {
  test("adds whole noise of variance 1 / (2ρ), and costs no more than it may", () => {
    for (const rho of [1e-4, 0.01, 0.5, 300]) {
      const own = account(1);
      const { counts, variance } = noisyCounts(new Float64Array(4000).fill(7), rho, own);
      const spent = own.paid.rho;
      expect(spent).toBeLessThanOrEqual(rho);
      // The variance is rounded up to a multiple of 2^−20.
      expect(spent).toBeGreaterThan(rho * (1 - 1e-3));
      expect(variance).toBeGreaterThanOrEqual(1 / (2 * rho));
      const found = counts.reduce((sum, one) => sum + (one - 7) ** 2, 0) / counts.length;
      if (rho < 1) expect(Math.abs(found / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 4000));
      expect(counts.every(Number.isInteger)).toBe(true);
    }
  });
});

describe("exponentialChoice(scores, rho, account)", () => {
  test("chooses with P ∝ exp(√(8ρ) score / 2), so that a score changed by 1 costs no more than e^√(8ρ)", () => {
    const own = account(2);
    const scores = [0, 3, 5, 5, -20];
    const rho = 0.08;
    const draws = 30_000;
    const counts = scores.map(() => 0);
    for (let i = 0; i < draws; i++) counts[exponentialChoice(scores, rho, own)]++;
    expect(own.paid.rho).toBeCloseTo(draws * rho, 6);
    const weights = scores.map((score) => Math.exp((Math.sqrt(8 * rho) * score) / 2));
    const sum = weights.reduce((a, b) => a + b);
    const off = counts.reduce((all, count, i) => {
      const expected = (draws * weights[i]) / sum;
      return all + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquaredUpper(off, scores.length - 1)).toBeGreaterThan(1e-3);
    // Twice the rate would not pass.
    const wrong = scores.map((score) => Math.exp(Math.sqrt(8 * rho) * score));
    const total = wrong.reduce((a, b) => a + b);
    const far = counts.reduce((all, count, i) => {
      const expected = (draws * wrong[i]) / total;
      return all + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquaredUpper(far, scores.length - 1)).toBeLessThan(1e-6);
  });

  test("chooses the only candidate", () => {
    expect(exponentialChoice([-1e9], 0.1, account(3))).toBe(0);
  });
});

describe("frequentPlaces(counts, rho, delta, account)", () => {
  test("shows what many rows have, and what one row has with probability δ at most", () => {
    const own = account(4);
    const delta = 0.05;
    let shown = 0;
    for (let i = 0; i < 8000; i++) if (frequentPlaces([1], 0.1, delta, own).places.length > 0) shown++;
    expect(shown / 8000).toBeLessThan(delta + 3 * Math.sqrt((delta * (1 - delta)) / 8000));
    // The threshold is not out of reach either: it lies within two rows of what δ asks for.
    expect(shown / 8000).toBeGreaterThan(delta / 10);
    const { places, threshold } = frequentPlaces([500, 3, 400], 0.1, 1e-9, own);
    expect(places).toEqual([0, 2]);
    expect(threshold).toBeGreaterThan(3);
  });
});

describe("privateBounds(units, whole, rho, account)", () => {
  test("finds the powers of 2 that hold the values, and no outlier's", () => {
    const own = account(5);
    const values = Float64Array.from({ length: 4000 }, (_, i) => (i === 0 ? 1e12 : 20 + (i % 100)));
    expect(privateBounds(values, true, 0.01, own).bounds).toEqual([16, 127]);
    const signed = Float64Array.from({ length: 4000 }, (_, i) =>
      i % 3 === 0 ? -0.3 : i % 3 === 1 ? 0 : 0.9,
    );
    expect(privateBounds(signed, false, 0.01, own).bounds).toEqual([-0.5, 1]);
    expect(privateBounds(new Float64Array(4000), true, 0.01, own).bounds).toEqual([0, 0]);
    expect(privateBounds(new Float64Array(4000).fill(Number.NaN), true, 0.01, own).bounds).toBeUndefined();
    expect(privateBounds(Float64Array.of(5), true, 0.01, own).bounds).toBeUndefined();
  });
});

describe("divide(sorted, bounds, heavy, rho, account)", () => {
  const sorted = Float64Array.from({ length: 6000 }, (_, i) => (i < 3000 ? 0 : 400 + ((i * 7) % 500))).sort();

  test("covers the bounds without gaps, and sets a value of many rows alone", () => {
    const own = account(6);
    const { segments } = divide(sorted, [0, 1023], 100, 0.5, own);
    expect(segments[0]).toMatchObject({ from: 0, to: 0 });
    expect(Math.abs(segments[0].rows - 3000)).toBeLessThan(20);
    for (let k = 1; k < segments.length; k++) expect(segments[k].from).toBe(segments[k - 1].to + 1);
    expect(segments[segments.length - 1].to).toBe(1023);
    expect(own.paid.rho).toBeLessThanOrEqual(0.5);
    const upTo = (limit: number): number =>
      segments.filter(({ to }) => to <= limit).reduce((sum, one) => sum + one.rows, 0);
    expect(Math.abs(upTo(383) - 3000)).toBeLessThan(60);
    expect(Math.abs(upTo(1023) - 6000)).toBeLessThan(60);
  });

  test("takes differences that may be noise for none, and keeps those that can't be", () => {
    // 4,000 rows spread evenly but for one value that 500 have, with noise of about 30 rows on each count.
    const even = Float64Array.from({ length: 4500 }, (_, i) => (i < 4000 ? 1 + (i % 4096) : 77)).sort();
    const { segments, variance } = divide(even, [1, 4096], 40, 0.0025, account(8));
    const alone = segments.filter(({ from, to }) => from <= 77 && to >= 77)[0];
    expect(alone.to - alone.from).toBeLessThan(8);
    expect(Math.abs(alone.rows - 500)).toBeLessThan(150);
    // Elsewhere what is expected of a segment of so many positions, closer than noise of its own would leave it.
    const others = segments.filter((one) => one !== alone && one.from > 600);
    const off = others.map(({ from, to, rows }) => rows - (4000 * (to - from + 1)) / 4096);
    const found = Math.sqrt(off.reduce((sum, one) => sum + one * one, 0) / off.length);
    expect(found).toBeLessThan(0.8 * Math.sqrt(variance));
  });

  test("divides a single position once and a range of two into two", () => {
    const one = divide(Float64Array.of(5, 5), [5, 5], 1, 50, account(7));
    expect(one.segments.map(({ from, to }) => [from, to])).toEqual([[5, 5]]);
    const two = divide(Float64Array.of(5, 6), [5, 6], 1, 50, account(7));
    expect(two.segments.map(({ from, to }) => [from, to])).toEqual([
      [5, 5],
      [6, 6],
    ]);
  });

  test("joinSegments(segments, least) makes bins of at least so many rows", () => {
    const segments = [40, 70, 10, 10, 300, 5, 5, 90, 3].map((rows, k) => ({ from: k, to: k, rows }));
    const bins = joinSegments(segments, 100);
    const held = [...new Set(bins)].map((bin) =>
      segments.reduce((sum, one, k) => sum + (bins[k] === bin ? one.rows : 0), 0),
    );
    expect(held.every((rows) => rows >= 50)).toBe(true);
    expect(bins).toEqual([...bins].sort((a, b) => a - b));
    expect(joinSegments([{ from: 0, to: 9, rows: 0 }], 100)).toEqual([0]);
  });
});
