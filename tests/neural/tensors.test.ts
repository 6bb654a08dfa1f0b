import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix";
import { normal, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { network } from "../../src/models/network/network";
import { gru } from "../../src/models/network/sequence/gru";
import { lstm } from "../../src/models/network/sequence/lstm";
import { sequences, targetColumns } from "../../src/models/network/sequence/sequences";
import { transformer } from "../../src/models/network/sequence/transformer";
import { withEngine, workingBackends } from "../../src/neural/backend";
import { ctgan } from "../../src/synthesis/nets/gan/ctgan";
import { gan } from "../../src/synthesis/nets/gan/gan";
import { tvae } from "../../src/synthesis/nets/vae/tvae";
import { vae } from "../../src/synthesis/nets/vae/vae";
import { vanilla } from "../../src/synthesis/nets/vae/vanilla";

// TensorFlow.js counts every tensor of the process, whoever made it: what a training leaves behind shows there. Our own
// engine counts too: a training that leaves one fails (`withEngine`).
const backend = (await workingBackends())[0];
const tensors = (): number =>
  backend === "native"
    ? (createRequire(__filename)("@tensorflow/tfjs-node") as typeof import("@tensorflow/tfjs-core")).memory()
        .numTensors
    : 0;
const before = process.env.TELELINK_BACKEND;
beforeEach(() => {
  process.env.TELELINK_BACKEND = backend;
});
afterEach(() => {
  if (before === undefined) delete process.env.TELELINK_BACKEND;
  else process.env.TELELINK_BACKEND = before;
});

const n = 60;
const rng = seeded("rows");
const values = Float64Array.from({ length: 2 * n }, () => normal(rng));
const y = Float64Array.from({ length: n }, (_, i) => (values[i] > 0 ? 1 : 0));
const labelled = { x: matrix(n, 2, values), y };
const watched = sequences(n, 2, ["use"], Float32Array.from(values));
const taught = { x: watched, y: targetColumns({ left: y }) };
const people = table([
  { name: "a", type: "numeric", values: values.slice(0, n) },
  { name: "b", type: "numeric", values: values.slice(n) },
]);
const net = {
  hidden: [4],
  members: 2,
  epochs: 2,
  columns: "all",
  rate: 0.01,
  bins: 0,
  frequencyScale: 1,
} as const;
const small = { width: 4, epochs: 2, batch: 16 } as const;

/** What a piece of work leaves of tensors; an engine's constants are made before. */
async function leftBy(work: () => Promise<unknown>): Promise<number> {
  await work();
  const held = tensors();
  await work();
  return tensors() - held;
}

describe("no tensor is left behind", () => {
  test.each([
    ["network()", () => network(net)(labelled, seeded(1))],
    ["network({shared: true})", () => network({ ...net, shared: true })(labelled, seeded(1))],
    ["gru()", () => gru(small)(taught, seeded(1))],
    ["lstm()", () => lstm(small)(taught, seeded(1))],
    ["transformer()", () => transformer({ ...small, heads: 2 })(taught, seeded(1))],
  ] as const)("by the training and the predictions of %s", async (_, fit) => {
    const left = await leftBy(async () => {
      const model = await fit();
      expect(model.training.backend).toMatch(new RegExp(`^${backend} \\(`));
      if (model.kind === "network") model.predict(labelled.x);
      else model.predict(watched);
    });
    expect(left).toBe(0);
  });

  test.each([
    ["ctgan", ctgan({ epochs: 1, batch: 20 })],
    ["tvae", tvae({ epochs: 1, batch: 20 })],
    ["gan", gan({ epochs: 1, batch: 20 })],
    ["vae", vae({ epochs: 1, batch: 20 })],
    ["vanilla", vanilla({ epochs: 1, batch: 20 })],
  ] as const)("by %s's training and sampling", async (_, fit) => {
    const left = await leftBy(async () => (await fit(people, seeded(1))).sample(30, seeded(2)));
    expect(left).toBe(0);
  });

  test("by a training that fails because its loss is no number", async () => {
    const endless = {
      ...labelled,
      x: matrix(
        n,
        2,
        values.map((v) => v * 1e30),
      ),
    };
    const failing = () =>
      network({ ...net, rate: 900, decay: 900, loss: "cross-entropy", epochs: 50 })(endless, seeded(1));
    const model = await failing().catch((error: Error) => error.message);
    expect(typeof model === "string" ? model : model.training.ended).toMatch(/diverged|lower the rate/);
    expect(await leftBy(() => failing().catch(() => undefined))).toBe(0);
  });

  test("by a training that is stopped in its first batch", async () => {
    const stop = new AbortController();
    stop.abort();
    const stopped = () => network(net)(labelled, seeded(1), { signal: stop.signal });
    expect((await stopped()).training).toMatchObject({ epochs: 0, ended: "stop signal" });
    expect(await leftBy(stopped)).toBe(0);
  });

  test("withEngine() throws when its body keeps a tensor", async () => {
    const body = async (engine: { keep(v: Float32Array, r: number, c: number): unknown }) =>
      engine.keep(new Float32Array(1), 1, 1);
    await expect(withEngine("simd", body)).rejects.toThrow(
      "Cannot end a training: all tensors must have been freed, got 1",
    );
  });
});
