import { decimal } from "../core/format";
import type { Labelled } from "../core/matrix";
import { type Rng, seeded } from "../core/rng";
import { rocAuc } from "../evaluate/ranking";
import { rSquared } from "../evaluate/regression";
import { qualityScore } from "../evaluate/synthetic/quality";
import { encode } from "../features/encode";
import { referenceNetwork } from "../models/network/reference-network";
import { type BackendName, workingBackends } from "../neural/backend";
import { dataTable, numeric } from "../report/data-table";
import type { ChurnData } from "../services/churn-data";
import { simulatedValue } from "../services/score/simulated-value";
import { vanilla } from "../synthesis/nets/vae/vanilla";
import { referenceDropped } from "./churn/published";

/** A net of the reference system, trained on each backend that works here from the same weights and batches. */
export interface NetOnBackends {
  readonly net: string;
  readonly measure: string;
  readonly runs: Readonly<Partial<Record<BackendName, { readonly value: number; readonly seconds: number }>>>;
}

/**
 * The nets of the reference protocol (the deep networks of churn and of lifetime value, the plain GAN) on TensorFlow, as
 * the reference system runs them, where @tensorflow/tfjs-node works, and on our own kernels: figures and seconds of both.
 */
export async function referenceNets(
  { train, test }: ChurnData,
  options: { readonly seed?: number; readonly epochs?: number } = {},
): Promise<readonly NetOnBackends[]> {
  const { seed = 42, epochs } = options;
  const encoder = encode({ drop: referenceDropped })(train.rows);
  const [x, held] = [encoder.transform(train.rows), encoder.transform(test.rows)];
  const rng = seeded(seed);
  const value = simulatedValue(train.rows, rng.fork("train")).value;
  const heldValue = simulatedValue(test.rows, rng.fork("test")).value;
  const given = epochs === undefined ? {} : { epochs };
  const deep = async (
    task: "classification" | "regression",
    rows: Labelled,
    backend: BackendName,
    stream: Rng,
  ): Promise<Float64Array> => {
    const validation = task === "classification" ? { validation: { x: held, y: test.labels } } : {};
    return (await referenceNetwork({ task, backend, ...validation, ...given })(rows, stream)).predict(held);
  };
  const nets: Readonly<Record<string, [measure: string, (on: BackendName, stream: Rng) => Promise<number>]>> =
    {
      "Deep network, churn": [
        "ROC AUC",
        async (on, stream) =>
          rocAuc(test.labels, await deep("classification", { x, y: train.labels }, on, stream)),
      ],
      "Deep network, lifetime value": [
        "R²",
        async (on, stream) => rSquared(heldValue, await deep("regression", { x, y: value }, on, stream)),
      ],
      "Plain GAN": [
        "Quality",
        async (on, stream) => {
          const made = await vanilla({ search: false, backend: on, epochs: epochs ?? 25 })(
            train.rows,
            stream,
          );
          return qualityScore(train.rows, made.sample(train.rows.rows, stream.fork("rows"))).score;
        },
      ],
    };
  const backends = await workingBackends();
  const out: NetOnBackends[] = [];
  for (const [net, [measure, run]] of Object.entries(nets)) {
    const runs: Partial<Record<BackendName, { value: number; seconds: number }>> = {};
    for (const backend of backends) {
      const start = performance.now();
      const found = await run(backend, rng.fork(net));
      runs[backend] = { value: found, seconds: (performance.now() - start) / 1000 };
    }
    out.push({ net, measure, runs });
  }
  return out;
}

/** The nets on both backends, a row a net. */
export function referenceNetsTable(nets: readonly NetOnBackends[]): string {
  const of = (backend: BackendName, key: "value" | "seconds", digits: number) => (row: NetOnBackends) => {
    const found = row.runs[backend]?.[key];
    return found === undefined ? "–" : decimal(found, digits);
  };
  return dataTable(
    nets,
    [
      { label: "Net", text: (row) => row.net },
      { label: "Figure", text: (row) => row.measure },
      numeric("Own kernels", of("simd", "value", 3)),
      numeric("TensorFlow", of("native", "value", 3), { varies: true }),
      numeric("Own kernels, s", of("simd", "seconds", 1), { varies: true }),
      numeric("TensorFlow, s", of("native", "seconds", 1), { varies: true }),
    ],
    {
      caption:
        "The reference system's nets on TensorFlow and on our own kernels, of the same weights and batches",
      note: "TensorFlow by @tensorflow/tfjs-node, which make reproduce puts in place; – where it is not there, and these nets then run on our kernels alone. Everything else in these reports runs on our kernels: they are quicker, and the same on every machine. One seed; figures differ by rounding, which training magnifies.",
    },
  );
}
