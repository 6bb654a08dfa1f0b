import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { type BackendName, engineName, withEngine } from "../../neural/backend";
import type { Engine, Tensor } from "../../neural/engine";
import { absoluteLoss, binaryCrossEntropy, focalLoss, squaredLoss } from "../../neural/layers";
import { noise } from "../../neural/noise";
import {
  adam,
  constantRate,
  cosineRate,
  oneCycleRate,
  plateauRate,
  type Schedule,
} from "../../neural/optimiser";
import { type Tape, tape, type Var } from "../../neural/tape";
import { type History, runEpochs } from "../../neural/train";
import { hold, type Initialiser, type Parameters, type Weights } from "../../neural/weights";
import { type NetworkShape, networkOutput, networkWeights } from "./network-graph";
import { type EncodedRows, takeEncoded } from "./network-inputs";

export type NetworkLoss = "cross-entropy" | "focal" | "squared" | "absolute";
export type NetworkSchedule = "cosine" | "one-cycle" | "plateau" | "constant";

/** Rows as the net takes them, with what it should say of them. */
export interface TrainingRows {
  readonly inputs: EncodedRows;
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

export interface TrainingPlan {
  readonly shape: NetworkShape;
  readonly loss: NetworkLoss;
  /** Of the focal loss; 2 when absent. */
  readonly focalGamma?: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly schedule: NetworkSchedule;
  readonly decay: number;
  readonly epsilon: number;
  /** After each hidden layer. */
  readonly dropout: readonly number[];
  readonly patience?: number;
  /** How weights begin; as fits the activation when absent. */
  readonly initialiser?: Initialiser;
  /** What it is trained on; as `openEngine` chooses when absent. */
  readonly backend?: BackendName;
}

export interface TrainedNetwork {
  readonly weights: Weights;
  readonly history: History;
  readonly backend: string;
}

/** Trains a net. `judge` scores the outputs (probabilities, or values of a regression) on held-out rows; lower is better. */
export async function trainNetwork(
  plan: TrainingPlan,
  train: TrainingRows,
  rng: Rng,
  watch?: Watch,
  held?: { readonly inputs: EncodedRows; readonly judge: (outputs: Float64Array) => number },
): Promise<TrainedNetwork> {
  const { shape } = plan;
  return withEngine(plan.backend, async (engine) => {
    const net = hold(engine, networkWeights(shape, rng.fork("weights"), plan.initialiser));
    const mover = adam(engine, net, { rate: plan.rate, decay: plan.decay, epsilon: plan.epsilon });
    const masks = noise(rng.fork("dropout"));
    const plateau = plan.schedule === "plateau" ? plateauRate() : undefined;
    const schedule = plateau?.at ?? schedules[plan.schedule as keyof typeof schedules];
    const { members } = shape;
    const link = plan.loss === "squared" || plan.loss === "absolute" ? identity : sigmoid;
    try {
      const history = await runEpochs<Weights>(
        {
          step: (batch, done) =>
            engine.step(() => {
              const t = tape(engine);
              const inputs = takeEncoded(train.inputs, batch, shape.numbers, shape.plain);
              const out = networkOutput(t, shape, net, inputs, plan.dropout, masks);
              const rows = batch.length * members;
              const targets = engine.put(forMembers(train.targets, batch, members), rows, 1);
              const weights = engine.put(forMembers(train.weights, batch, members), rows, 1);
              const loss = lossOf(t, plan, out, targets, weights);
              // Each member learns as if it were alone.
              t.backward(t.affine(loss, members));
              mover.step(t, schedule(done));
              return { loss: engine.read(loss.value)[0] };
            }),
          ...(held && { validate: () => held.judge(memberOutputs(engine, shape, net, held.inputs, link)) }),
          ...(plateau && { ended: (figures) => plateau.note(figures.validation ?? figures.loss) }),
          snapshot: net.read,
          restore: net.write,
        },
        {
          rows: train.targets.length,
          epochs: plan.epochs,
          batch: plan.batch,
          ...(plan.patience !== undefined && { patience: plan.patience }),
        },
        rng.fork("order"),
        watch,
      );
      return { weights: net.read(), history, backend: engineName(engine) };
    } finally {
      mover.free();
      net.free();
    }
  });
}

const schedules: Readonly<Record<Exclude<NetworkSchedule, "plateau">, Schedule>> = {
  cosine: cosineRate(),
  "one-cycle": oneCycleRate(),
  constant: constantRate,
};

function lossOf(
  t: Tape,
  { loss, focalGamma = 2 }: TrainingPlan,
  out: Var,
  targets: Tensor,
  weights: Tensor,
): Var {
  switch (loss) {
    case "cross-entropy":
      return binaryCrossEntropy(t, out, targets, weights);
    case "focal":
      return focalLoss(t, out, targets, weights, focalGamma);
    case "squared":
      return squaredLoss(t, out, targets, weights);
    case "absolute":
      return absoluteLoss(t, out, targets, weights);
  }
}

function forMembers(values: Float32Array, batch: Int32Array, members: number): Float32Array {
  const out = new Float32Array(batch.length * members);
  for (let m = 0; m < members; m++)
    for (let i = 0; i < batch.length; i++) out[m * batch.length + i] = values[batch[i]];
  return out;
}

/** Rows computed at a time when predicting. */
const predictRows = 1024;

/** The members' outputs for each row, averaged after `link` (probabilities, not log odds, are averaged). */
export function memberOutputs(
  engine: Engine,
  shape: NetworkShape,
  net: Parameters,
  inputs: EncodedRows,
  link: (z: number) => number,
): Float64Array {
  const out = new Float64Array(inputs.rows);
  const { members, numbers, plain } = shape;
  for (let from = 0; from < inputs.rows; from += predictRows) {
    const rows = Math.min(predictRows, inputs.rows - from);
    const block =
      rows === inputs.rows
        ? inputs
        : takeEncoded(
            inputs,
            Int32Array.from({ length: rows }, (_, i) => from + i),
            numbers,
            plain,
          );
    const values = engine.step(() => engine.read(networkOutput(tape(engine), shape, net, block).value));
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let m = 0; m < members; m++) sum += link(values[m * rows + i]);
      out[from + i] = sum / members;
    }
  }
  return out;
}

export function identity(z: number): number {
  return z;
}

export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** −log of the probability given to the label, bounded: one certain error must not decide between settings. */
export function logLoss(p: number, y: number): number {
  return -Math.log(Math.max(1e-13, y === 1 ? p : 1 - p));
}
