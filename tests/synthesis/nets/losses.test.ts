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
const block = (codes: readonly number[], count: number): EncodedBlock => ({
  codes: Int32Array.from(codes),
  classes: Array.from({ length: count }, (_, cell) => ({ cells: [cell], weights: [1] })),
});
const blocks = [block([0, 0, 1, 1, 1, 0], 2), block([0, 1, 2, 2, 2, 1], 3)];

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
        const targets = t.engine.step(() => momentParts(given));
        const z = t.engine.put(normal(36, "z"), 12, 3);
        const p = t.softmax(generate(t, net, held, t.constant(z)), widths);
        return momentLoss(t, p, {
          parts: targets.map(({ given: column, ...rest }) => ({
            ...(column !== undefined && { given: column }),
            single: t.engine.put(rest.single, 1, 5),
            pairs: t.engine.put(rest.pairs, 1, 25),
            singleWeights: t.engine.put(rest.singleWeights, 1, 5),
            pairWeights: t.engine.put(rest.pairWeights, 1, 25),
          })),
          free: () => {},
        });
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
  const read = targets.parts.map(({ given: column, ...rest }) => ({
    given: column,
    single: engine.read(rest.single),
    pairs: engine.read(rest.pairs),
    singleWeights: engine.read(rest.singleWeights),
    pairWeights: engine.read(rest.pairWeights),
  }));
  targets.free();
  expect(engine.live()).toBe(0);
  return read;
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
  const [all, rare] = momentParts(1);
  expect(Array.from(all.single, (share) => Math.round(share * 6))).toEqual([3, 3, 1, 2, 3]);
  // Row 0 of the pairs: the first class of the first block with each class.
  expect(Array.from(all.pairs.subarray(0, 5), (share) => Math.round(share * 6))).toEqual([3, 0, 1, 2, 0]);
  expect(Array.from(rare.single, (share) => Math.round(share * 6))).toEqual([0, 3, 0, 0, 3]);
  // Within a block nothing counts.
  expect(Array.from(all.pairWeights.subarray(0, 2))).toEqual([0, 0]);
  expect(all.pairWeights[2]).toBeGreaterThan(0);
});

test("momentLoss is near 0 where the shares agree and grows with their distance", () => {
  const engine = simdEngine();
  const targets = momentTargets(engine, blocks, 6, undefined);
  const lossOf = (rows: readonly (readonly number[])[]): number =>
    engine.step(() => {
      const t = tape(engine);
      const values = Float32Array.from([...rows, ...rows].flat());
      return engine.read(momentLoss(t, t.constant(engine.put(values, 2 * rows.length, 5)), targets).value)[0];
    });
  const real = [0, 1, 2, 3, 4, 5].map((i) =>
    blocks.flatMap((one) => one.classes.map((_, c) => (one.codes[i] === c ? 1 : 0))),
  );
  expect(lossOf(real)).toBeCloseTo(0, 6);
  const shares = [0.5, 0.5, 1 / 6, 1 / 3, 0.5];
  // Right margins, but independent columns.
  expect(lossOf(real.map(() => shares))).toBeGreaterThan(0.1);
  expect(lossOf(real.map(() => [1, 0, 1, 0, 0]))).toBeGreaterThan(1);
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
