import { checkInteger, checkOneOf } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Fit } from "../../core/model";
import type { BackendName } from "../../neural/backend";
import { checkClasses, checkLabelled, checkNumbers } from "../check-rows";
import { judgeOf, type Network, networkOf, rowWeights } from "./network";
import { inputShape } from "./network-graph";
import { encodeRows, fitInputs } from "./network-inputs";
import { trainNetwork } from "./network-train";

export interface ReferenceNetworkOptions {
  /** "classification" (the default) is the churn net, "regression" the one for lifetime value. */
  readonly task?: "classification" | "regression";
  /** Rows that early stopping watches. The reference lets it watch the test rows, which flatters the result. */
  readonly validation?: Labelled;
  /** Passes over the rows; defaults to 25 for churn, 100 for lifetime value. */
  readonly epochs?: number;
  /** Epochs without a better validation after which training ends. @default 10 */
  readonly patience?: number;
  /** Rows of a training step. @default 32 */
  readonly batch?: number;
  /** What it is trained on: "native" (@tensorflow/tfjs-node) or "simd", our own kernels; TELELINK_BACKEND or simd by default. */
  readonly backend?: BackendName;
}

/**
 * The reference system's deep nets, as it builds them in Keras: three hidden layers of 128, 64 and 32 ReLU units, dropout
 * .3 after the first two and balanced class weights for churn; dropout .2 after the first and squared error for lifetime
 * value. Adam at 0.001, Glorot's uniform weights. Columns are taken as given: encode and scale them before. Shown for
 * comparison; `network` is better.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => (i - 40) / 20));
 * const y = x.values.map((value) => Number(value > 0));
 * const model = await referenceNetwork({ epochs: 30 })({ x, y }, seeded(1));
 * rocAuc(y, model.predict(x)) > 0.9; // → true
 */
export function referenceNetwork(options: ReferenceNetworkOptions = {}): Fit<Network> {
  const action = "make reference network";
  const { task = "classification", validation, patience = 10, batch = 32, backend } = options;
  checkOneOf(task, ["classification", "regression"], action, "task");
  const { epochs = task === "classification" ? 25 : 100 } = options;
  checkInteger(epochs, 0, 1e6, action, "epochs");
  checkInteger(patience, 1, 1e6, action, "patience");
  checkInteger(batch, 1, 1e6, action, "batch");
  const churn = task === "classification";
  return async (train, rng, watch) => {
    const doing = "fit reference network";
    if (churn) checkClasses(train, doing);
    else checkLabelled(train, doing);
    checkNumbers(train.x, doing);
    const inputs = fitInputs(train.x, { maxLevels: 2, bins: 0, asGiven: true });
    const shape = {
      ...inputShape(inputs),
      hidden: [128, 64, 32],
      activation: "relu",
      members: 1,
      shared: "none",
      frequencies: 0,
      sums: 1,
      frequencyScale: 1,
      scaled: false,
    } as const;
    const rate = 1e-3;
    const trained = await trainNetwork(
      {
        shape,
        loss: churn ? "cross-entropy" : "squared",
        epochs,
        batch,
        rate,
        schedule: "constant",
        decay: 0,
        epsilon: 1e-7,
        dropout: churn ? [0.3, 0.3] : [0.2],
        initialiser: "glorotUniform",
        patience,
        ...(backend && { backend }),
      },
      {
        inputs: encodeRows(train.x, inputs),
        targets: Float32Array.from(train.y),
        weights: Float32Array.from(rowWeights(train, churn ? "balanced" : [1, 1])),
      },
      rng,
      watch,
      validation && {
        inputs: encodeRows(validation.x, inputs),
        judge: judgeOf({ task, stopOn: "loss" }, validation, 0, 1),
      },
    );
    const { epochs: made, kept, ended, advice } = trained.history;
    return networkOf({
      task,
      columns: train.x.columns,
      inputs,
      shape,
      weights: trained.weights,
      offset: 0,
      scale: 1,
      training: {
        backend: trained.backend,
        rate,
        epochs: made,
        kept,
        ended,
        ...(advice !== undefined && { advice }),
      },
    });
  };
}
