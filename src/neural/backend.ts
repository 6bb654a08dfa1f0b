import type * as TensorFlow from "@tensorflow/tfjs-core";
import { check, checkOneOf } from "../core/checks";
import type { Engine } from "./engine";
import { simdEngine } from "./simd/engine";
import { tensorflowEngine } from "./tensorflow/engine";

/** What nets are computed on: `native` (@tensorflow/tfjs-node) or `simd`, telelink's own kernels. */
export type BackendName = "native" | "simd";

const backendNames: readonly BackendName[] = ["native", "simd"];

/**
 * A fresh engine on the backend named by `choice` or by TELELINK_BACKEND; without either on simd, which needs nothing
 * installed, gives the same bits on every machine and is the quickest but for large layers: an epoch of CTGAN (500 rows,
 * 256 units) takes native nine tenths of its processor time
 * (`bench/neural.bench.mjs`). Throws when the backend that was asked for does not work here.
 */
export async function openEngine(choice?: BackendName): Promise<Engine> {
  const asked = choice ?? process.env.TELELINK_BACKEND;
  if (asked === undefined || asked === "") return simdEngine();
  checkOneOf(asked, backendNames, "choose a backend", "TELELINK_BACKEND");
  return asked === "simd" ? simdEngine() : openNative();
}

/** A backend with its version, for logs and reports: "simd (telelink's kernels)". */
export function engineName({ backend, version }: Pick<Engine, "backend" | "version">): string {
  return `${backend} (${version})`;
}

/** Runs the body on an engine of its own and closes it. Throws when the body kept tensors that it did not free. */
export async function withEngine<R>(
  choice: BackendName | undefined,
  body: (engine: Engine) => Promise<R>,
): Promise<R> {
  const engine = await openEngine(choice);
  try {
    const result = await body(engine);
    check(engine.live() === 0, "end a training", "all tensors must have been freed", engine.live());
    return result;
  } finally {
    engine.close();
  }
}

/** The backends that work here: both, or simd alone where native's package is not built. */
export async function workingBackends(): Promise<readonly BackendName[]> {
  const native = await openNative().catch(() => undefined);
  native?.close();
  return native ? backendNames : ["simd"];
}

async function openNative(): Promise<Engine> {
  // The addon's package calls two functions that Node 23 removed (tensorflow/tfjs #8609).
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  // oneDNN costs 0.1 ms a product, five times what a small one takes, and reorders sums; its greeting goes to stderr.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "0";
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  let tf: typeof TensorFlow;
  try {
    tf = require("@tensorflow/tfjs-node") as typeof TensorFlow;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(
      `Cannot use the native backend: @tensorflow/tfjs-node does not load (${reason}); try make native`,
    );
  }
  // Leaves out the advertisement of other backends and the checks of every result.
  tf.enableProdMode();
  if (!(await tf.setBackend("tensorflow")))
    throw new Error("Cannot use the native backend: it does not start here; try make native");
  await tf.ready();
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return tensorflowEngine(tf, `tfjs-node ${tf.version_core}, TensorFlow ${binding.TF_Version}`);
}
