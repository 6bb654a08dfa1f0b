import { describe, expect, test } from "vitest";
import { normal, type Rng, seeded } from "../../src/core/rng";
import { openEngine, workingBackends } from "../../src/neural/backend";
import type { Engine } from "../../src/neural/engine";
import { simdEngine } from "../../src/neural/simd/engine";
import { tape } from "../../src/neural/tape";
import { type Case, cases } from "./cases";
import { plainEngine } from "./plain-kernels";

function drawn(count: number, rng: Rng, draw: (rng: Rng) => number): Float32Array {
  return Float32Array.from({ length: count }, () => draw(rng));
}

/** Σ f(inputs) · fixed weights, and its derivatives if asked for. */
function evaluate(engine: Engine, one: Case, inputs: readonly Float32Array[], derivatives: boolean) {
  return engine.step(() => {
    const t = tape(engine);
    const kept = inputs.map((values, i) => engine.put(values, one.inputs[i][0], one.inputs[i][1]));
    const y = one.compute(
      t,
      kept.map((k) => t.parameter(k)),
    );
    const { rows, columns } = y.value;
    const weights = drawn(rows * columns, seeded("weights"), (rng) => rng.uniform() + 0.5);
    const values = engine.read(y.value);
    const loss = values.reduce((sum, value, i) => sum + value * weights[i], 0);
    if (!derivatives) return { loss, slopes: [] };
    t.backward(t.sum(t.multiply(y, t.constant(engine.put(weights, rows, columns)))));
    return { loss, slopes: kept.map((k) => engine.read(t.gradient(k))) };
  });
}

const backends = await workingBackends();

describe.each(backends)("on the %s backend", (backend) => {
  test.each(cases)("the derivative of $name equals the difference quotient", async (one) => {
    const engine = await openEngine(backend);
    const rng = seeded(one.name);
    const inputs = one.inputs.map(([rows, columns]) => drawn(rows * columns, rng, one.draw ?? normal));
    const { slopes } = evaluate(engine, one, inputs, true);
    const h = 1e-2;
    inputs.forEach((values, i) => {
      for (let j = 0; j < values.length; j++) {
        const kept = values[j];
        values[j] = kept + h;
        const above = evaluate(engine, one, inputs, false).loss;
        const up = values[j];
        values[j] = kept - h;
        const below = evaluate(engine, one, inputs, false).loss;
        const quotient = (above - below) / (up - values[j]);
        values[j] = kept;
        // Float32 keeps about four digits of such a difference, and the curvature costs about h².
        const off = Math.abs(slopes[i][j] - quotient);
        expect(off, `input ${i}, value ${j}: ${slopes[i][j]} against ${quotient}`).toBeLessThan(
          4e-3 * (1 + Math.abs(quotient)),
        );
      }
    });
    expect(engine.live()).toBe(0);
    engine.close();
  });
});

test.each(cases)(
  "the simd engine computes $name and its derivative as its plain twin does, bit for bit",
  (one) => {
    const rng = seeded(`twin ${one.name}`);
    const inputs = one.inputs.map(([rows, columns]) => drawn(rows * columns, rng, one.draw ?? normal));
    const fast = evaluate(simdEngine(), one, inputs, true);
    const plain = evaluate(plainEngine(), one, inputs, true);
    expect(fast).toEqual(plain);
  },
);
