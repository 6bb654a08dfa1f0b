import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { type NetworkShape, networkOutput, networkWeights } from "../../../src/models/network/network-graph";
import { openEngine, workingBackends } from "../../../src/neural/backend";
import type { Engine } from "../../../src/neural/engine";
import { binaryCrossEntropy } from "../../../src/neural/layers";
import { noise } from "../../../src/neural/noise";
import { tape } from "../../../src/neural/tape";
import { hold, type Weights } from "../../../src/neural/weights";
import { expectSlopes } from "../difference-quotients";

const rows = 4;
const base: NetworkShape = {
  numbers: 2,
  plain: 3,
  hidden: [5, 4],
  activation: "tanh",
  members: 1,
  shared: "none",
  frequencies: 3,
  sums: 2,
  frequencyScale: 0.3,
  scaled: true,
};
const shapes: readonly { readonly name: string; readonly shape: NetworkShape }[] = [
  { name: "one net with periodic functions", shape: base },
  { name: "three nets side by side", shape: { ...base, members: 3 } },
  { name: "three members that share matrices", shape: { ...base, members: 3, shared: "all" } },
  {
    name: "plain numbers, no scales, SELU",
    shape: { ...base, frequencies: 0, scaled: false, activation: "selu" },
  },
  { name: "no hidden layer", shape: { ...base, hidden: [] } },
  { name: "no numbers", shape: { ...base, numbers: 0 } },
];

function drawn(count: number, name: string): Float32Array {
  const rng = seeded(name);
  return Float32Array.from({ length: count }, () => normal(rng));
}

/** The loss of a net on fixed rows with fixed dropout, with its derivatives by weight if asked for. */
function evaluate(engine: Engine, shape: NetworkShape, weights: Weights, derivatives: boolean) {
  const net = hold(engine, weights);
  const batch = {
    rows,
    numbers: drawn(rows * shape.numbers, "numbers"),
    plain: drawn(rows * shape.plain, "plain"),
  };
  const result = engine.step(() => {
    const t = tape(engine);
    const out = networkOutput(t, shape, net, batch, [0.3, 0.2], noise(seeded("masks")));
    const n = rows * shape.members;
    const labels = engine.put(
      Float32Array.from({ length: n }, (_, i) => i % 2),
      n,
      1,
    );
    const loss = binaryCrossEntropy(t, out, labels, engine.put(new Float32Array(n).fill(1), n, 1));
    if (derivatives) t.backward(loss);
    const slopes = derivatives ? net.tensors.map((one) => engine.read(t.gradient(one))) : [];
    return { loss: engine.read(loss.value)[0], slopes };
  });
  net.free();
  return result;
}

const backends = await workingBackends();
const everywhere = backends.flatMap((backend) => shapes.map((one) => ({ ...one, backend })));

test.each(everywhere)(
  "networkOutput() of $name has the derivatives of difference quotients on $backend",
  async ({ shape, backend }) => {
    const engine = await openEngine(backend);
    const weights = networkWeights(shape, seeded(3));
    // Scales and scalings away from the ones that they begin with, biases away from 0.
    for (const [name, { values }] of Object.entries(weights)) {
      const moved = drawn(values.length, name);
      for (let j = 0; j < values.length; j++) values[j] += 0.2 * moved[j];
    }
    const { slopes } = evaluate(engine, shape, weights, true);
    const loss = (): number => evaluate(engine, shape, weights, false).loss;
    const moved = expectSlopes(weights, slopes, loss, { step: 3e-3, tolerance: 2e-3 });
    expect(moved).toBeGreaterThan(5);
    expect(engine.live()).toBe(0);
    engine.close();
  },
);
