import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { noise } from "../../../src/neural/noise";
import { encodeBlock, oneHotBatch } from "../../../src/synthesis/nets/blocks/blocks";
import { findModes } from "../../../src/synthesis/nets/blocks/modes";
import { trainingSampler } from "../../../src/synthesis/nets/gan/training-sampler";
import { drawLatents } from "../../../src/synthesis/nets/latent";
import { fitMixture } from "../../../src/synthesis/nets/mixture";
import type { NumberVariable } from "../../../src/synthesis/structure/structure";

const number = (values: readonly number[], more: Partial<NumberVariable> = {}): NumberVariable => ({
  name: "x",
  kind: "number",
  values: Float64Array.from(values),
  missing: values.some(Number.isNaN),
  atoms: [],
  low: Math.min(...values.filter((value) => !Number.isNaN(value))),
  high: Math.max(...values.filter((value) => !Number.isNaN(value))),
  ...more,
});

describe("encodeBlock(variable)", () => {
  test("cuts numbers into stretches of equally many rows, beside frequent and missing values", () => {
    const values = [...Array.from({ length: 100 }, (_, i) => i + 1), ...Array(50).fill(0), Number.NaN];
    const { classes, codes } = encodeBlock(number(values, { atoms: [0] }));
    const stretches = classes.filter((one) => one.leaf);
    expect(stretches).toHaveLength(5);
    for (const { leaf } of stretches) expect(leaf?.rows).toBe(20);
    expect(classes.filter((one) => !one.leaf).map((one) => one.cells)).toEqual([[0], [2]]);
    expect(new Set(codes.subarray(100, 150)).size).toBe(1);
    expect(classes[codes[150]].cells).toEqual([2]);
    expect(codes[0]).toBe(codes[19]);
    expect(codes[19]).not.toBe(codes[20]);
  });

  test("keeps equal values together and rows without meaning out", () => {
    const values = [...Array(60).fill(7), ...Array(40).fill(9), Number.NaN];
    const { classes, codes } = encodeBlock(number(values, { missing: false }));
    expect(classes.map((one) => one.leaf?.points)).toEqual([[7], [9]]);
    expect(codes[100]).toBe(-1);
    const rows = oneHotBatch([{ classes, codes }], Int32Array.of(0, 99, 100));
    expect([...rows]).toEqual([1, 0, 0, 1, 0, 0]);
  });

  test("lets rare levels share a class, each by its frequency", () => {
    const codes = Int32Array.from({ length: 1000 }, (_, i) => (i < 600 ? i % 100 : i % 300));
    const levels = Array.from({ length: 300 }, (_, i) => `level ${i}`);
    const { classes } = encodeBlock({ name: "many", kind: "levels", codes, levels });
    expect(classes).toHaveLength(128);
    const rare = classes[127];
    expect(rare.cells).toHaveLength(300 - 127);
    expect(rare.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
    expect(new Set(classes.flatMap((one) => one.cells)).size).toBe(300);
  });
});

describe("drawLatents(prior, rows, size, rng)", () => {
  const momentsOf = (points: Float32Array, size: number): { mean: number[]; covariance: number[] } => {
    const rows = points.length / size;
    const mean = Array.from({ length: size }, (_, d) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += points[i * size + d];
      return sum / rows;
    });
    const covariance = Array.from({ length: size * size }, (_, k) => {
      const [a, b] = [Math.floor(k / size), k % size];
      let sum = 0;
      for (let i = 0; i < rows; i++)
        sum += (points[i * size + a] - mean[a]) * (points[i * size + b] - mean[b]);
      return sum / rows;
    });
    return { mean, covariance };
  };

  test("has mean 0 and covariance 1 exactly", () => {
    const { mean, covariance } = momentsOf(drawLatents(undefined, 200, 3, seeded(1)), 3);
    for (const value of mean) expect(value).toBeCloseTo(0, 5);
    covariance.forEach((value, k) => {
      expect(value).toBeCloseTo(k % 4 === 0 ? 1 : 0, 5);
    });
  });

  test("comes from a mixture's components by their weights", () => {
    const component = (weight: number, mean: number) => ({ weight, mean: [mean], factor: [0.5] });
    const points = drawLatents(
      { components: [component(0.25, -10), component(0.75, 10)] },
      1000,
      1,
      seeded(2),
    );
    const low = points.filter((value) => value < 0);
    expect(Math.abs(low.length - 250)).toBeLessThanOrEqual(1);
    expect(momentsOf(low, 1).mean[0]).toBeCloseTo(-10, 4);
    expect(momentsOf(low, 1).covariance[0]).toBeCloseTo(0.25, 4);
    expect(drawLatents(undefined, 0, 4, seeded(1))).toHaveLength(0);
  });
});

test("fitMixture finds two clouds and their shapes", () => {
  const draws = noise(seeded(3)).normal(new Float32Array(2000));
  const points = draws.map((value, k) => {
    const row = k >> 1;
    const centre = row < 300 ? 6 : -6;
    return k % 2 === 0 ? centre + value : 0.9 * (draws[k - 1] + value);
  });
  const { components } = fitMixture(points, 1000, 2, { components: 2 }, seeded(4));
  const [left, right] = [...components].sort((a, b) => a.mean[0] - b.mean[0]);
  expect(left.weight).toBeCloseTo(0.7, 2);
  expect(right.mean[0]).toBeCloseTo(6, 0);
  // Covariance of both coordinates: 0.9.
  expect(left.factor[0] * left.factor[2]).toBeGreaterThan(0.7);
  expect(left.factor[0] * left.factor[2]).toBeLessThan(1.1);
});

test("findModes uses as many modes as the column has", () => {
  const rng = seeded(5);
  const values = Float64Array.from({ length: 3000 }, (_, i) =>
    i % 3 === 0 ? 40 + normal(rng) : 5 * normal(rng),
  );
  const { modes, codes } = findModes(values, seeded(6));
  const high = modes.flatMap((mode, k) => (mode.mean > 35 ? [k] : []));
  expect(high.reduce((sum, k) => sum + modes[k].weight, 0)).toBeCloseTo(1 / 3, 2);
  expect(modes.reduce((sum, mode) => sum + mode.weight, 0)).toBeCloseTo(1, 2);
  for (let i = 0; i < values.length; i++) expect(high.includes(codes[i])).toBe(i % 3 === 0);
  expect(findModes(new Float64Array(9).fill(2), seeded(1)).modes).toEqual([
    { weight: 1, mean: 2, deviation: 1 },
  ]);
});

test("trainingSampler shows rare levels by the logarithm of their count, and rows that have them", () => {
  const codes = Int32Array.from({ length: 1000 }, (_, i) => (i < 990 ? 0 : 1));
  const classes = [0, 1].map((cell) => ({ cells: [cell], weights: [1] }));
  const sampler = trainingSampler(
    [{ classes, codes }],
    {
      variables: [{ variable: 0, shares: [0.99, 0.01] }],
    },
    1000,
  );
  const { conditions, targets, rows, realConditions } = sampler(4000, noise(seeded(7)));
  const rare = conditions.filter((value, k) => k % 2 === 1 && value === 1).length / 4000;
  expect(rare).toBeCloseTo(Math.log(11) / (Math.log(11) + Math.log(991)), 1);
  expect(targets).toEqual(conditions);
  rows.forEach((row, i) => {
    expect(realConditions[2 * i + codes[row]]).toBe(1);
  });
});
