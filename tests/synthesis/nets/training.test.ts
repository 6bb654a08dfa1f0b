import { describe, expect, test, vi } from "vitest";
import { seeded } from "../../../src/core/rng";
import { methodNames } from "../../../src/synthesis/method-names";
import { synthesis } from "../../../src/synthesis/methods";
import { ctgan } from "../../../src/synthesis/nets/gan/ctgan";
import { gan } from "../../../src/synthesis/nets/gan/gan";
import { tvae } from "../../../src/synthesis/nets/vae/tvae";
import { vae } from "../../../src/synthesis/nets/vae/vae";
import { vanilla } from "../../../src/synthesis/nets/vae/vanilla";
import type { FitSynthesiser } from "../../../src/synthesis/synthesiser";
import { customers } from "../customers";

/** The epoch in which losses stop being numbers, from 1; no epoch where left out. */
const losses = vi.hoisted(() => ({ failIn: Number.POSITIVE_INFINITY }));
vi.mock("../../../src/neural/train", async (original) => {
  const real = await original<typeof import("../../../src/neural/train")>();
  const runEpochs: typeof real.runEpochs = (training, options, rng, watch) => {
    const step: typeof training.step = (batch, done) => {
      const found = training.step(batch, done);
      const fails = done * options.epochs >= losses.failIn - 1;
      return fails ? Object.fromEntries(Object.keys(found).map((name) => [name, Number.NaN])) : found;
    };
    return real.runEpochs({ ...training, step }, options, rng, watch);
  };
  return { ...real, runEpochs };
});

const train = customers(200, 3);
/** Every net, small enough to be trained in a moment. */
const nets: readonly [string, (options: { epochs?: number; rate?: number }) => FitSynthesiser][] = [
  ["vae", (options) => vae({ units: 16, latent: 4, batch: 50, ...options })],
  ["gan", (options) => gan({ units: 16, latent: 4, batch: 50, ...options })],
  ["ctgan", (options) => ctgan({ units: 16, latent: 4, batch: 50, pac: 5, ...options })],
  ["tvae", (options) => tvae({ units: 16, latent: 4, batch: 50, ...options })],
  ["vanilla", (options) => vanilla(options)],
];

describe.each(nets)("%s", (name, make) => {
  test("is one of the methods", () => {
    expect(methodNames).toContain(name);
    expect(() => synthesis(name as "vae", { epochs: 3 })).not.toThrow();
  });

  test("epochs must be from 1 to 10000", async () => {
    for (const epochs of [0, 10_001, 1.5])
      await expect(make({ epochs })(train, seeded(1))).rejects.toThrow(
        `Cannot fit ${name}: epochs must be a whole number from 1 to 10000, got ${epochs}`,
      );
  });

  test("the same seed gives the same bytes, another seed others", async () => {
    const json = async (seed: number): Promise<string> =>
      JSON.stringify(await make({ epochs: 2 })(train, seeded(seed)));
    const first = await json(1);
    expect((await json(1)) === first).toBe(true);
    expect((await json(2)) === first).toBe(false);
  });

  test("reports preparation, then every epoch with its losses", async () => {
    const seen: string[] = [];
    await make({ epochs: 3 })(train, seeded(1), {
      progress: ({ phase, done, total, figures }) => {
        seen.push(`${phase} ${done}/${total}`);
        for (const value of Object.values(figures ?? {})) expect(value).toBeTypeOf("number");
        if (phase === "train") expect(Object.keys(figures ?? {}).length).toBeGreaterThan(0);
      },
    });
    expect(seen).toEqual(["prepare 0/1", "prepare 1/1", "train 1/3", "train 2/3", "train 3/3"]);
  });

  test("a stop signal ends it within one batch and keeps what was learnt", async () => {
    const stop = new AbortController();
    const model = await make({ epochs: 500 })(train, seeded(1), {
      signal: stop.signal,
      progress: ({ phase, done }) => {
        if (phase === "train" && done === 2) stop.abort();
      },
    });
    expect(model).toMatchObject({ training: { epochs: 2, asked: 500, ended: "stop signal" } });
    expect(model.sample(10, seeded(1)).rows).toBe(10);
  });

  test("a loss that is not a number says what to change", async () => {
    await expect(make({ epochs: 30, rate: 1e30 })(train, seeded(1))).rejects.toThrow(
      /became (NaN|-?Infinity) in epoch 1: lower the rate/,
    );
  });

  test("a loss that stops being a number keeps the weights of the last good epoch, and says what to change", async () => {
    const stop = new AbortController();
    const stopped = await make({ epochs: 5 })(train, seeded(1), {
      signal: stop.signal,
      progress: ({ phase, done }) => {
        if (phase === "train" && done === 2) stop.abort();
      },
    });
    losses.failIn = 3;
    const model = await make({ epochs: 5 })(train, seeded(1)).finally(() => {
      losses.failIn = Number.POSITIVE_INFINITY;
    });
    const { training, ...learnt } = model.toJSON();
    expect(training).toMatchObject({ epochs: 2, asked: 5, ended: "diverged" });
    expect(training).toMatchObject({
      advice: expect.stringMatching(/became NaN in epoch 3: lower the rate/),
    });
    const { training: _, ...expected } = stopped.toJSON();
    expect(JSON.stringify(learnt) === JSON.stringify(expected)).toBe(true);
  });

  test("fails in words when its rate is beyond reason", async () => {
    await expect(make({ epochs: 2, rate: 1e30 })(train, seeded(1))).rejects.toThrow("lower the rate");
  });
});

test("vae(options) says what to change where its last step makes latent numbers infinite", async () => {
  await expect(
    vae({ units: 16, latent: 4, batch: 200, epochs: 1, rate: 1e38 })(train, seeded(1)),
  ).rejects.toThrow("Cannot fit vae: the latent numbers must be finite: lower the rate");
});
