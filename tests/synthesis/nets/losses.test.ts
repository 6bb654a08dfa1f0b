import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { workingBackends } from "../../../src/neural/backend";
import { stackWeights } from "../../../src/neural/layers";
import { noise } from "../../../src/neural/noise";
import { simdEngine } from "../../../src/neural/simd/engine";
import { type Tape, tape, type Var } from "../../../src/neural/tape";
import { hold, type Parameters } from "../../../src/neural/weights";
import type { EncodedBlock } from "../../../src/synthesis/nets/blocks/blocks";
import { momentLoss, momentTargets } from "../../../src/synthesis/nets/blocks/moments";
import {
  criticLoss,
  criticVerdict,
  dropoutMasks,
  gradientPenalty,
} from "../../../src/synthesis/nets/gan/critic";
import { hingeLoss, judge } from "../../../src/synthesis/nets/gan/discriminator";
import { type Generator, generate, generatorWeights } from "../../../src/synthesis/nets/gan/gan-net";
import { spectralNorm } from "../../../src/synthesis/nets/gan/spectral";
import { tvaeLoss } from "../../../src/synthesis/nets/vae/tvae";
import { vaeLoss } from "../../../src/synthesis/nets/vae/vae";
import { vaeNet } from "../../../src/synthesis/nets/vae/vae-net";
import { expectGradients } from "./gradients";

const normal = (count: number, label: string): Float32Array =>
  noise(seeded(label)).normal(new Float32Array(count));
const widths = [2, 3];
const block = (codes: readonly number[], count: number, values?: readonly number[]): EncodedBlock => ({
  codes: Int32Array.from(codes),
  ...(values && { values: Float64Array.from(values) }),
  classes: Array.from({ length: count }, (_, cell) => ({ cells: [cell], weights: [1] })),
});
const blocks = [block([0, 0, 1, 1, 1, 0], 2), block([0, 1, 2, 2, 2, 1], 3, [10, 20, 90, 90, 90, 20])];

const backends = await workingBackends();

describe.each(backends)("the losses' derivatives equal difference quotients on %s", (backend) => {
  test("vaeLoss: misfit and divergence of encoder and decoder", async () => {
    const net = vaeNet(5, 6, 2);
    const weights = { ...stackWeights(net.encoder, seeded(1)), ...stackWeights(net.decoder, seeded(2)) };
    const rows = Float32Array.of(1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1);
    await expectGradients(backend, weights, (t, held) => {
      const x = t.engine.put(rows, 3, 5);
      const noisy = t.engine.put(normal(6, "eps"), 3, 2);
      return vaeLoss(t, { net, held }, { x, noisy }, { widths, beta: 0.7 }).loss;
    });
  });

  test("momentLoss through a generator with batch normalisation, with and without a rare class", async () => {
    const net: Generator = { inputs: 3, hidden: [6, 6], outputs: 5 };
    for (const given of [undefined, 1]) {
      await expectGradients(backend, generatorWeights(net, seeded(3)), (t, held) => {
        const read = t.engine.step(() => momentParts(given));
        const z = t.engine.put(normal(36, "z"), 12, 3);
        const p = t.softmax(generate(t, net, held, t.constant(z)), widths);
        const put = (values: Float32Array, rows = 1) => t.engine.put(values, rows, values.length / rows);
        const parts = read.parts.map(({ given: column, target, weights }) => ({
          ...(column !== undefined && { given: column }),
          ...{ target: put(target), weights: put(weights), off: put(normal(49, "off")) },
        }));
        // What batches were off by is held, as it is within a step.
        return momentLoss(t, p, { parts, scores: put(read.scores, 5) }, 1);
      });
    }
  });

  test("hingeLoss of a discriminator with spectral norm", async () => {
    const weights = stackWeights({ name: "d", sizes: [4, 6, 6, 1], activation: "leakyRelu" }, seeded(5));
    await expectGradients(backend, weights, (t, held) => {
      // The directions are held constant, so both sides of the quotient see the same ones.
      const real = t.constant(t.engine.put(normal(20, "real"), 5, 4));
      const made = t.constant(t.engine.put(normal(20, "made"), 5, 4));
      const matrix = (name: string) => {
        const w = t.parameter(held.get(name));
        const [left, right] = directions(w.value.rows, w.value.columns);
        const greatest = t.matMul(
          t.matMul(t.constant(t.engine.put(left, 1, left.length)), w),
          t.constant(t.engine.put(right, right.length, 1)),
        );
        return t.multiply(w, t.map("reciprocal", greatest));
      };
      const norm = { iterate: () => {}, matrix: (_: unknown, name: string) => matrix(name), free: () => {} };
      return hingeLoss(t, judge(t, held, norm, real, true), judge(t, held, norm, made, true));
    });
  });
});

describe.each(backends)("the published nets' derivatives equal difference quotients on %s", (backend) => {
  test("tvaeLoss: scalars with their deviations, blocks, divergence", async () => {
    const net = vaeNet(6, 6, 2);
    const weights = {
      ...stackWeights(net.encoder, seeded(1)),
      ...stackWeights(net.decoder, seeded(2)),
      deviations: { rows: 1, columns: 1, values: Float32Array.of(0.8) },
    };
    const rows = Float32Array.of(0.3, 1, 0, 1, 0, 0, -0.6, 0, 1, 0, 1, 0, 0.9, 0, 1, 0, 0, 1);
    await expectGradients(backend, weights, (t, held) => {
      const x = t.engine.put(rows, 3, 6);
      const noisy = t.engine.put(normal(6, "eps"), 3, 2);
      return tvaeLoss(t, { net, held }, { x, noisy }, { scalars: [new Float32Array(3)], widths, width: 6 })
        .loss;
    });
  });

  test("criticVerdict, with dropout", async () => {
    await expectGradients(backend, criticWeights(), (t, held) => {
      const x = t.constant(t.engine.put(normal(20, "real"), 5, 4));
      const masks = dropoutMasks(t.engine, held, 5, noise(seeded("masks")));
      return t.sum(criticVerdict(t, held, x, masks, { trained: true }));
    });
  });

  test("gradientPenalty by the critic's weights", async () => {
    await expectGradients(backend, criticWeights(), penaltyOf);
  });

  test("criticLoss by the critic's weights", async () => {
    await expectGradients(backend, criticWeights(), (t, held) => {
      const real = t.engine.put(normal(20, "real"), 5, 4);
      const made = t.engine.put(normal(20, "made"), 5, 4);
      return criticLoss(t, held, real, made, noise(seeded("all"))).loss;
    });
  });
});

const criticWeights = () =>
  stackWeights({ name: "c", sizes: [4, 6, 6, 1], activation: "leakyRelu" }, seeded(6));

function penaltyOf(t: Tape, held: Parameters): Var {
  const first = (rows: string) => t.engine.matMul(t.engine.put(normal(20, rows), 5, 4), held.get("c.0.w"));
  const [real, made] = [first("real"), first("made")];
  const masks = dropoutMasks(t.engine, held, 5, noise(seeded("masks")));
  return gradientPenalty(t, held, { real, made }, masks, noise(seeded("between")));
}

test("gradientPenalty is 10 (‖∇ₓ verdict‖ − 1)², the derivative taken by difference quotients", () => {
  const engine = simdEngine();
  const held = hold(engine, criticWeights());
  const [real, made] = [normal(20, "real"), normal(20, "made")];
  const share = noise(seeded("between")).uniform(new Float32Array(5));
  const between = made.map((value, i) => value + (real[i] - value) * share[i >> 2]);
  const verdicts = (x: Float32Array): Float32Array =>
    engine.step(() => {
      const t = tape(engine);
      const masks = dropoutMasks(engine, held, 5, noise(seeded("masks")));
      return engine.read(
        criticVerdict(t, held, t.constant(engine.put(x, 5, 4)), masks, { trained: false }).value,
      );
    });
  const squares = new Float64Array(5);
  for (let column = 0; column < 4; column++) {
    const moved = (by: number): Float32Array =>
      verdicts(between.map((value, i) => (i % 4 === column ? value + by : value)));
    const [above, below] = [moved(1e-3), moved(-1e-3)];
    for (let row = 0; row < 5; row++) squares[row] += ((above[row] - below[row]) / 2e-3) ** 2;
  }
  const expected = squares.reduce((sum, square) => sum + 2 * (Math.sqrt(square) - 1) ** 2, 0);
  const penalty = engine.step(() => engine.read(penaltyOf(tape(engine), held).value)[0]);
  expect(penalty).toBeCloseTo(expected, 2);
  held.free();
  expect(engine.live()).toBe(0);
});

/** The kept targets of `blocks` as plain numbers. */
function momentParts(given: number | undefined) {
  const engine = simdEngine();
  const targets = momentTargets(engine, blocks, 6, given);
  const parts = targets.parts.map(({ given: column, target, weights }) => ({
    given: column,
    target: engine.read(target),
    weights: engine.read(weights),
  }));
  const scores = engine.read(targets.scores);
  targets.free();
  expect(engine.live()).toBe(0);
  return { parts, scores };
}

/** Two unit vectors for a matrix of this shape. */
function directions(rows: number, columns: number): [Float32Array, Float32Array] {
  const unit = (count: number): Float32Array => {
    const values = normal(count, `${rows} × ${columns}: ${count}`);
    return values.map((value) => value / Math.hypot(...values));
  };
  return [unit(rows), unit(columns)];
}

test("momentTargets counts pairs of classes, and those among the rare class", () => {
  const [all, rare] = momentParts(1).parts;
  // Five classes, 1 for every row, and the number's place.
  const counts = (values: Float32Array): number[] => Array.from(values, (share) => Math.round(share * 6));
  const [one, place] = [5, 6];
  expect(counts(all.target.subarray(7 * one, 7 * one + 6))).toEqual([3, 3, 1, 2, 3, 6]);
  // Row 0 of the pairs: the first class of the first block with each class.
  expect(counts(all.target.subarray(0, 5))).toEqual([3, 0, 1, 2, 0]);
  expect(counts(rare.target.subarray(7 * one, 7 * one + 6))).toEqual([0, 3, 0, 0, 3, 3]);
  // Within a variable nothing counts, be it a class or a place.
  const weight = (a: number, b: number): number => all.weights[7 * a + b];
  for (const [a, b] of [
    [0, 0],
    [0, 1],
    [2, 3],
    [2, place],
    [one, one],
  ])
    expect(weight(a, b)).toBe(0);
  for (const [a, b] of [
    [0, 2],
    [0, one],
    [one, place],
    [0, place],
  ])
    expect(weight(a, b)).toBeGreaterThan(0);
});

test("momentTargets places a number's classes by their means, of mean 0 and variance 1", () => {
  const { parts, scores } = momentParts(undefined);
  // x = [10, 20, 20, 90, 90, 90]: numpy (x - x.mean()) / x.std(). Levels have none; the first block adds up to 1 in every row.
  const places = [1, 0, 1, 0, 0, -1.176965, 0, -0.905357, 0, 0.995893];
  places.forEach((place, k) => {
    expect(scores[k]).toBeCloseTo(place, 5);
  });
  expect(parts[0].target[7 * 5 + 6]).toBeCloseTo(0, 5);
});

test("momentLoss is near 0 where the shares agree and grows with their distance", () => {
  const engine = simdEngine();
  const targets = momentTargets(engine, blocks, 6, undefined);
  const lossOf = (rows: readonly (readonly number[])[], keep?: number): number =>
    engine.step(() => {
      const t = tape(engine);
      const values = engine.put(Float32Array.from(rows.flat()), rows.length, 5);
      return engine.read(momentLoss(t, t.constant(values), targets, keep).value)[0];
    });
  const real = [0, 1, 2, 3, 4, 5].map((i) =>
    blocks.flatMap((one) => one.classes.map((_, c) => (one.codes[i] === c ? 1 : 0))),
  );
  expect(lossOf(real, 0)).toBeCloseTo(0, 6);
  const shares = [0.5, 0.5, 1 / 6, 1 / 3, 0.5];
  // Right margins, but independent columns.
  const independent = real.map(() => shares);
  const far = lossOf(independent, 0);
  expect(far).toBeGreaterThan(0.1);
  expect(
    lossOf(
      real.map(() => [1, 0, 1, 0, 0]),
      0,
    ),
  ).toBeGreaterThan(1);
  // The batches before count: a tenth of the distance is new where nothing was off, and it adds up.
  lossOf(real, 0);
  expect(lossOf(independent)).toBeCloseTo(0.1 * far, 5);
  expect(lossOf(independent)).toBeCloseTo(0.19 * far, 5);
  targets.free();
  expect(engine.live()).toBe(0);
});

test("spectralNorm finds the greatest singular value", () => {
  const engine = simdEngine();
  // numpy.linalg.svd([[3, 0], [4, 5]])[1] == [6.70820393, 2.23606798]
  const held = hold(engine, { w: { rows: 2, columns: 2, values: Float32Array.of(3, 0, 4, 5) } });
  const spectral = spectralNorm(engine, held, ["w"], seeded(1));
  for (let i = 0; i < 30; i++) spectral.iterate();
  const normed = engine.step(() => engine.read(spectral.matrix(tape(engine), "w", false).value));
  for (const [k, value] of [3, 0, 4, 5].entries()) expect(normed[k]).toBeCloseTo(value / 6.70820393, 5);
  spectral.free();
  held.free();
  expect(engine.live()).toBe(0);
});
