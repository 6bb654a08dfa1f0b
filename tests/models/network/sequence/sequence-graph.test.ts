import { expect, test } from "vitest";
import { normal, seeded } from "../../../../src/core/rng";
import { lossOf } from "../../../../src/models/network/sequence/fit-sequence";
import {
  lstmRead,
  type SequenceShape,
  sequenceOutput,
  sequenceWeights,
} from "../../../../src/models/network/sequence/sequence-graph";
import { targetColumns } from "../../../../src/models/network/sequence/sequences";
import { openEngine, workingBackends } from "../../../../src/neural/backend";
import type { Engine } from "../../../../src/neural/engine";
import { pinballLoss } from "../../../../src/neural/layers";
import { simdEngine } from "../../../../src/neural/simd/engine";
import { tape } from "../../../../src/neural/tape";
import { hold, type Weights } from "../../../../src/neural/weights";
import { reference } from "../../../support";
import { expectSlopes } from "../../difference-quotients";

const rows = 3;
const base = { steps: 4, inputs: 2, fixed: 2, width: 4, hidden: 5 } as const;
const tasks = [
  { task: "a probability", targets: 1, levels: [] },
  { task: "three quantiles of two targets", targets: 2, levels: [0.1, 0.5, 0.9] },
] as const;
const nets = [
  { architecture: "gru", blocks: 0, heads: 0 },
  { architecture: "lstm", blocks: 0, heads: 0 },
  { architecture: "transformer", blocks: 2, heads: 2 },
] as const;
const cases = nets.flatMap((net) =>
  tasks.map(({ task, ...rest }) => ({
    name: `${net.architecture} for ${task}`,
    shape: { ...base, ...net, ...rest } as SequenceShape,
  })),
);

function drawn(count: number, name: string): Float32Array {
  const rng = seeded(name);
  return Float32Array.from({ length: count }, () => normal(rng));
}

/** The loss of a net on fixed rows, with its derivatives by weight if asked for. */
function evaluate(engine: Engine, shape: SequenceShape, weights: Weights, derivatives: boolean) {
  const net = hold(engine, weights);
  const encoded = {
    rows,
    steps: drawn(rows * shape.steps * shape.inputs, "steps"),
    fixed: drawn(rows * shape.fixed, "fixed"),
  };
  const y = targetColumns(
    shape.levels.length === 0 ? { left: [1, 0, 1] } : { minutes: [0.4, -1.3, 2], cost: [-0.2, 0.7, -2] },
  );
  const scales = y.features.map(({ name }) => ({ name, mean: 0, scale: 1 }));
  const result = engine.step(() => {
    const t = tape(engine);
    const out = sequenceOutput(t, shape, net, encoded);
    const loss = lossOf(t, shape, out, y, scales, [0, 1, 2]);
    if (derivatives) t.backward(loss);
    const slopes = derivatives ? net.tensors.map((one) => engine.read(t.gradient(one))) : [];
    return { loss: engine.read(loss.value)[0], out: engine.read(out.value), slopes };
  });
  net.free();
  return result;
}

const backends = await workingBackends();

test.each(backends)("lstmRead() and its derivatives equal torch.nn.LSTM's on %s", async (backend) => {
  // torch.nn.LSTM(2, 3)(x)[0][-1], and the gradients of its weighted sum, in scripts/reference/nets.py
  const { lstm } = reference<{
    lstm: {
      x: number[];
      share: number[];
      shown: number[];
      weights: Record<string, number[]>;
      slopes: Record<string, number[]>;
    };
  }>("nets");
  const shape: SequenceShape = { ...cases[2].shape, steps: 4, inputs: 2, width: 3 };
  const engine = await openEngine(backend);
  const net = hold(
    engine,
    Object.fromEntries(
      Object.entries(lstm.weights).map(([name, values]) => [
        name,
        { rows: values.length / 3, columns: 3, values: Float32Array.from(values) },
      ]),
    ),
  );
  const encoded = { rows: 3, steps: Float32Array.from(lstm.x), fixed: new Float32Array(0) };
  const { shown, slopes } = engine.step(() => {
    const t = tape(engine);
    const out = lstmRead(t, shape, net, encoded);
    const share = t.constant(engine.put(Float32Array.from(lstm.share), 3, 3));
    t.backward(t.sum(t.multiply(out, share)));
    return { shown: engine.read(out.value), slopes: net.tensors.map((one) => engine.read(t.gradient(one))) };
  });
  shown.forEach((value, i) => {
    expect(value).toBeCloseTo(lstm.shown[i], 6);
  });
  net.names.forEach((name, p) => {
    slopes[p].forEach((value, j) => {
      expect(value).toBeCloseTo(lstm.slopes[name][j], 5);
    });
  });
  net.free();
  expect(engine.live()).toBe(0);
  engine.close();
});

test("sequenceWeights() of an LSTM begin by remembering everything", () => {
  const weights = sequenceWeights(cases[2].shape, seeded(1));
  expect([...weights["keep.b"].values]).toEqual([1, 1, 1, 1]);
  for (const gate of ["write", "show", "new"]) expect([...weights[`${gate}.b`].values]).toEqual([0, 0, 0, 0]);
});
const everywhere = backends.flatMap((backend) => cases.map((one) => ({ ...one, backend })));

test.each(everywhere)(
  "the derivatives of a $name equal difference quotients on $backend",
  async ({ shape, backend }) => {
    const engine = await openEngine(backend);
    const weights = sequenceWeights(shape, seeded(3));
    const { slopes } = evaluate(engine, shape, weights, true);
    const loss = (): number => evaluate(engine, shape, weights, false).loss;
    const moved = expectSlopes(weights, slopes, loss, { step: 1e-3, tolerance: 5e-3 });
    expect(moved).toBeGreaterThan(15);
    expect(engine.live()).toBe(0);
    engine.close();
  },
);

test("sequenceOutput() of quantiles rises within each target, whatever the weights", () => {
  const { shape } = cases[1];
  const weights = sequenceWeights(shape, seeded(5));
  for (const { values } of Object.values(weights)) for (let i = 0; i < values.length; i++) values[i] *= 10;
  const { out } = evaluate(simdEngine(), shape, weights, false);
  for (let i = 0; i < out.length; i += 3)
    expect([...out.slice(i, i + 3)]).toEqual([...out.slice(i, i + 3)].sort((a, b) => a - b));
  expect(new Set(out).size).toBeGreaterThan(6);
});

test("pinballLoss() of a net equals the mean of sklearn's mean_pinball_loss over the levels", () => {
  // sklearn.metrics.mean_pinball_loss([1, 2, 3], [0, 2, 5], alpha=0.1) and [0.5, 4, 3], alpha=0.9
  const engine = simdEngine();
  const loss = engine.step(() => {
    const t = tape(engine);
    const put = (...values: number[]) => engine.put(Float32Array.from(values), 3, 2);
    const levels = engine.put(Float32Array.of(0.1, 0.9), 1, 2);
    return engine.read(
      pinballLoss(t, t.constant(put(0, 0.5, 2, 4, 5, 3)), put(1, 1, 2, 2, 3, 3), levels).value,
    )[0];
  });
  // (0.1·1 + 0.9·0 + 0.9·2)/3 = 0.6333 and (0.9·0.5 + 0.1·2 + 0)/3 = 0.2167
  expect(loss).toBeCloseTo((1.9 / 3 + 0.65 / 3) / 2, 6);
});
