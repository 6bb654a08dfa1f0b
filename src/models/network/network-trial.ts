import { type Matrix, takeRows, takeValues } from "../../core/matrix";
import { type Task, task } from "../../core/pool";
import { fromKey, permutation, type Rng } from "../../core/rng";
import { simdEngine } from "../../neural/simd/engine";
import { hold } from "../../neural/weights";
import { inputShape } from "./network-graph";
import { type EncodedRows, encodeRows, fitInputs, type InputOptions } from "./network-inputs";
import { identity, logLoss, memberOutputs, sigmoid, type TrainingPlan, trainNetwork } from "./network-train";

/** A net to train on one fold's rows and to judge on the others. */
export interface NetworkTrial {
  readonly x: Matrix;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly inputs: InputOptions;
  readonly plan: Omit<TrainingPlan, "shape"> & {
    readonly shape: Omit<TrainingPlan["shape"], "numbers" | "plain">;
  };
  readonly key: Rng["key"];
  /** How often each column is shuffled to see what it is worth; 0 for not at all. */
  readonly shuffles: number;
}

export interface TrialResult {
  /** The loss of each test row, weighted. */
  readonly losses: Float64Array;
  /** For each column of `inputs.columns`: by how much each test row's loss rises when the column is shuffled. */
  readonly rises: readonly Float64Array[];
}

/** Trains on some rows and judges on others; what a thread runs. */
export const tryNetwork: Task<NetworkTrial, TrialResult> = task(
  "models/network/network-trial",
  "tryNetwork",
  async (trial: NetworkTrial) => {
    const rng = fromKey(trial.key);
    const x = takeRows(trial.x, trial.train);
    const inputs = fitInputs(x, trial.inputs);
    const shape = { ...trial.plan.shape, ...inputShape(inputs) };
    const trained = await trainNetwork(
      { ...trial.plan, shape },
      {
        inputs: encodeRows(x, inputs),
        targets: Float32Array.from(takeValues(trial.targets, trial.train)),
        weights: Float32Array.from(takeValues(trial.weights, trial.train)),
      },
      rng,
    );
    const held = takeRows(trial.x, trial.test);
    const y = takeValues(trial.targets, trial.test);
    const weights = takeValues(trial.weights, trial.test);
    const engine = simdEngine();
    const net = hold(engine, trained.weights);
    const squared = trial.plan.loss === "squared" || trial.plan.loss === "absolute";
    const judge = (rows: EncodedRows): Float64Array => {
      const outputs = memberOutputs(engine, shape, net, rows, squared ? identity : sigmoid);
      return outputs.map((out, i) => weights[i] * (squared ? (out - y[i]) ** 2 : logLoss(out, y[i])));
    };
    const losses = judge(encodeRows(held, inputs));
    const rises = (trial.inputs.columns ?? []).map((column) => {
      const rise = new Float64Array(losses.length);
      for (let s = 0; s < trial.shuffles; s++) {
        const order = permutation(rng.fork(`shuffle ${column} ${s}`), held.rows);
        judge(encodeRows(shuffled(held, column, order), inputs)).forEach((loss, i) => {
          rise[i] += (loss - losses[i]) / trial.shuffles;
        });
      }
      return rise;
    });
    net.free();
    engine.close();
    return { losses, rises };
  },
);

function shuffled(x: Matrix, column: number, order: Int32Array): Matrix {
  const values = x.values.slice();
  const at = column * x.rows;
  for (let i = 0; i < x.rows; i++) values[at + i] = x.values[at + order[i]];
  return { ...x, values };
}
