import { describe, expect, test } from "vitest";
import type { Progress } from "../../src/core/model";
import { seeded } from "../../src/core/rng";
import { openEngine, workingBackends } from "../../src/neural/backend";
import type { Engine } from "../../src/neural/engine";
import { binaryCrossEntropy, stackOutput, stackWeights } from "../../src/neural/layers";
import { noise } from "../../src/neural/noise";
import { adam, cosineRate } from "../../src/neural/optimiser";
import { tape } from "../../src/neural/tape";
import { runEpochs, type Training } from "../../src/neural/train";
import { hold, type Weights, weightsToJson } from "../../src/neural/weights";

const backends = await workingBackends();

/** Learns exclusive or of two signs. */
async function learn(engine: Engine, seed: number, epochs: number) {
  const rows = 256;
  const rng = seeded("data");
  const x = Float32Array.from({ length: rows * 2 }, () => rng.uniform() * 2 - 1);
  const y = Float32Array.from({ length: rows }, (_, i) => (x[2 * i] * x[2 * i + 1] > 0 ? 1 : 0));
  const stack = { name: "net", sizes: [2, 16, 1], activation: "tanh" } as const;
  const net = hold(engine, stackWeights(stack, seeded(seed)));
  const mover = adam(engine, net, { rate: 0.02 });
  const masks = noise(seeded(seed).fork("masks"));
  const history = await runEpochs<Weights>(
    {
      step: (batch, done) =>
        engine.step(() => {
          const t = tape(engine);
          const rowsOf = (from: Float32Array, width: number): Float32Array =>
            Float32Array.from(
              { length: batch.length * width },
              (_, i) => from[batch[Math.floor(i / width)] * width + (i % width)],
            );
          const inputs = t.constant(engine.put(rowsOf(x, 2), batch.length, 2));
          const z = stackOutput(t, stack, net, inputs, [0.1], masks);
          const labels = engine.put(rowsOf(y, 1), batch.length, 1);
          const loss = binaryCrossEntropy(
            t,
            z,
            labels,
            engine.put(new Float32Array(batch.length).fill(1), batch.length, 1),
          );
          t.backward(loss);
          mover.step(t, cosineRate(0.1)(done));
          return { loss: engine.read(loss.value)[0] };
        }),
      snapshot: net.read,
      restore: net.write,
    },
    { rows, epochs, batch: 32 },
    seeded(seed),
  );
  const weights = weightsToJson(net.read());
  mover.free();
  net.free();
  return { history, weights };
}

describe.each(backends)("runEpochs() on the %s backend", (backend) => {
  test("learns, repeats bit for bit with the same seed, and leaves no tensor behind", async () => {
    const engine = await openEngine(backend);
    const first = await learn(engine, 1, 40);
    expect(engine.live()).toBe(0);
    const again = await learn(engine, 1, 40);
    const other = await learn(engine, 2, 1);
    expect(engine.live()).toBe(0);
    engine.close();
    expect(first.weights).toEqual(again.weights);
    expect(other.weights).not.toEqual(first.weights);
    expect(first.history.ended).toBe("all epochs");
    expect(first.history.figures.at(-1)?.loss).toBeLessThan(0.3);
  });
});

/** A training without a net: the weights are the number of steps made. */
function counting(losses: (step: number) => number, validation?: (step: number) => number) {
  const state = { weights: 0 };
  const training: Training<number> = {
    step: () => ({ loss: losses(++state.weights) }),
    ...(validation && { validate: () => validation(state.weights) }),
    snapshot: () => state.weights,
    restore: (weights) => {
      state.weights = weights;
    },
  };
  return { state, training };
}

describe("runEpochs()", () => {
  test("keeps the weights of the best validation and ends when patience runs out", async () => {
    const { state, training } = counting(
      () => 1,
      (step) => Math.abs(step - 6),
    );
    const history = await runEpochs(training, { rows: 4, batch: 2, epochs: 50, patience: 3 }, seeded(1));
    expect(history).toMatchObject({ epochs: 6, kept: 3, ended: "patience" });
    expect(state.weights).toBe(6);
  });

  test("heeds the stop signal after the batch and keeps the best weights", async () => {
    const stop = new AbortController();
    const { state, training } = counting(
      (step) => {
        if (step === 5) stop.abort();
        return 1;
      },
      (step) => Math.abs(step - 2),
    );
    const history = await runEpochs(training, { rows: 4, batch: 2, epochs: 50 }, seeded(1), {
      signal: stop.signal,
    });
    expect(history).toMatchObject({ epochs: 2, kept: 1, ended: "stop signal" });
    expect(state.weights).toBe(2);
  });

  test("keeps the last weights when stopped without validation", async () => {
    const stop = new AbortController();
    const { state, training } = counting((step) => {
      if (step === 5) stop.abort();
      return 1;
    });
    await runEpochs(training, { rows: 4, batch: 2, epochs: 50 }, seeded(1), { signal: stop.signal });
    expect(state.weights).toBe(5);
  });

  test("goes back to the last good weights when a loss is not a number, and says what to change", async () => {
    const { state, training } = counting((step) => (step === 7 ? Number.NaN : 1));
    const history = await runEpochs(training, { rows: 4, batch: 2, epochs: 50 }, seeded(1));
    expect(history).toMatchObject({ epochs: 3, kept: 3, ended: "diverged" });
    expect(history.advice).toBe(
      "the loss became NaN in epoch 4: lower the rate, or look for extreme values in the columns",
    );
    expect(state.weights).toBe(6);
  });

  test("throws when there is nothing good to keep", async () => {
    const { training } = counting(() => Number.POSITIVE_INFINITY);
    await expect(runEpochs(training, { rows: 4, batch: 2, epochs: 5 }, seeded(1))).rejects.toThrow(
      "Cannot train a net: the loss became Infinity in epoch 1: lower the rate",
    );
  });

  test("with 0 epochs leaves the initial weights", async () => {
    const { state, training } = counting(() => 1);
    const history = await runEpochs(training, { rows: 4, batch: 2, epochs: 0 }, seeded(1));
    expect(history).toMatchObject({ epochs: 0, kept: 0, ended: "all epochs", figures: [] });
    expect(state.weights).toBe(0);
  });

  test("shows every row once an epoch, in an order that depends on seed and epoch", async () => {
    const seen: number[][] = [];
    const told: Progress[] = [];
    const training: Training<null> = {
      step: (batch) => {
        seen.push([...batch]);
        return { loss: batch.length };
      },
      snapshot: () => null,
      restore: () => {},
    };
    await runEpochs(training, { rows: 5, batch: 2, epochs: 2 }, seeded(1), {
      progress: (one) => told.push(one),
    });
    expect(seen.map((batch) => batch.length)).toEqual([2, 2, 1, 2, 2, 1]);
    expect(seen.slice(0, 3).flat().sort()).toEqual([0, 1, 2, 3, 4]);
    expect(seen.slice(3).flat()).not.toEqual(seen.slice(0, 3).flat());
    expect(told).toEqual([
      { phase: "train", done: 1, total: 2, figures: { loss: expect.closeTo(5 / 3) } },
      { phase: "train", done: 2, total: 2, figures: { loss: expect.closeTo(5 / 3) } },
    ]);
    seen.length = 0;
    await runEpochs(training, { rows: 5, batch: 2, epochs: 1, wholeBatches: true }, seeded(1));
    expect(seen.map((batch) => batch.length)).toEqual([2, 2]);
  });
});
