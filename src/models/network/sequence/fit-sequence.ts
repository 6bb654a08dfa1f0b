import { check } from "../../../core/checks";
import { column, type Matrix, takeRows } from "../../../core/matrix";
import type { Watch } from "../../../core/model";
import type { Rng } from "../../../core/rng";
import { moments } from "../../../features/scale";
import { engineName, withEngine } from "../../../neural/backend";
import { binaryCrossEntropy, pinballLoss } from "../../../neural/layers";
import { noise } from "../../../neural/noise";
import { adam, cosineRate } from "../../../neural/optimiser";
import { type Tape, tape, type Var } from "../../../neural/tape";
import { type History, runEpochs } from "../../../neural/train";
import { hold, type Weights } from "../../../neural/weights";
import { drawHeld } from "../../hold-out";
import type { SequenceSettings } from "./options";
import { type SequenceShape, sequenceOutput, sequenceWeights } from "./sequence-graph";
import {
  checkLabelledSequences,
  checkSequences,
  encodeSequences,
  fitSequenceInputs,
  type LabelledSequences,
  type SequenceInputs,
  stepWidth,
  takeSequences,
} from "./sequences";

/** Where a quantity's quantiles are centred and by what they are divided. */
export interface TargetScale {
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
}

/** Everything that a trained net holds. */
export interface SequenceState {
  readonly shape: SequenceShape;
  readonly inputs: SequenceInputs;
  readonly targets: readonly TargetScale[];
  readonly weights: Weights;
  readonly training: {
    readonly backend: string;
    readonly epochs: number;
    readonly kept: number;
    readonly ended: History["ended"];
    readonly advice?: string;
  };
}

/** Trains a net on sequences; a stop signal ends it within one batch and keeps the best weights so far. */
export function fitSequence(
  asked: SequenceSettings,
  train: LabelledSequences,
  rng: Rng,
  watch?: Watch,
): Promise<SequenceState> {
  const action = `fit ${asked.architecture}`;
  const classes = asked.quantiles.length === 0;
  watch?.progress?.({ phase: "prepare", done: 0, total: 1 });
  checkLabelledSequences(train, classes, action);
  const { fitted, held } = apart(asked, train, rng.fork("validation"), action);
  const inputs = fitSequenceInputs(fitted.x);
  if (held) {
    checkSequences(held.x, inputs, action);
    check(
      held.y.columns === fitted.y.columns,
      action,
      `validation must have ${fitted.y.columns} columns of targets`,
      held.y.columns,
    );
  }
  const targets = targetScales(fitted.y, classes);
  const shape = shapeOf(asked, train.x.steps, inputs, targets.length);
  watch?.progress?.({ phase: "prepare", done: 1, total: 1 });
  return withEngine(undefined, async (engine) => {
    const net = hold(engine, sequenceWeights(shape, rng.fork("weights")));
    const mover = adam(engine, net, {
      rate: asked.rate,
      decay: asked.decay,
      // Of the tables, places are not weights of a product; gains and shifts have one row.
      decays: (name) => name.endsWith(".w"),
    });
    const dropping = { rate: asked.dropout, noise: noise(rng.fork("dropout")) };
    const schedule = cosineRate();
    try {
      const history = await runEpochs<Weights>(
        {
          step: (batch, done) =>
            engine.step(() => {
              const t = tape(engine);
              const rows = encodeSequences(fitted.x, inputs, batch);
              const out = sequenceOutput(t, shape, net, rows, dropping);
              const loss = lossOf(t, shape, out, fitted.y, targets, batch);
              t.backward(loss);
              mover.step(t, schedule(done));
              return { loss: engine.read(loss.value)[0] };
            }),
          ...(held && {
            validate: () => {
              let sum = 0;
              for (const block of blocksOf(held.x.rows))
                sum += engine.step(() => {
                  const t = tape(engine);
                  const out = sequenceOutput(t, shape, net, encodeSequences(held.x, inputs, block));
                  return block.length * engine.read(lossOf(t, shape, out, held.y, targets, block).value)[0];
                });
              return sum / held.x.rows;
            },
          }),
          snapshot: net.read,
          restore: net.write,
        },
        { rows: fitted.x.rows, epochs: asked.epochs, batch: asked.batch, patience: asked.patience },
        rng.fork("order"),
        watch,
      );
      const { epochs, kept, ended, advice } = history;
      return {
        shape,
        inputs,
        targets,
        weights: net.read(),
        training: {
          backend: engineName(engine),
          epochs,
          kept,
          ended,
          ...(advice !== undefined && { advice }),
        },
      };
    } finally {
      mover.free();
      net.free();
    }
  });
}

function targetScales(y: Matrix, classes: boolean): TargetScale[] {
  return y.features.map(({ name }, j) => {
    if (classes) return { name, mean: 0, scale: 1 };
    const { mean, deviation } = moments(column(y, j));
    return { name, mean, scale: deviation > 0 ? deviation : 1 };
  });
}

function shapeOf(
  { architecture, width, blocks, heads, quantiles }: SequenceSettings,
  steps: number,
  inputs: SequenceInputs,
  targets: number,
): SequenceShape {
  const attends = architecture === "transformer";
  return {
    architecture,
    steps,
    inputs: stepWidth(inputs),
    fixed: inputs.fixed.length,
    width,
    blocks: attends ? blocks : 0,
    heads: attends ? heads : 0,
    hidden: width,
    targets,
    levels: quantiles,
  };
}

/** Rows computed at a time where no derivatives are wanted. */
const blockRows = 512;

/** Row numbers 0 … rows − 1 in blocks. */
export function blocksOf(rows: number): Int32Array[] {
  return Array.from({ length: Math.ceil(rows / blockRows) }, (_, b) =>
    Int32Array.from({ length: Math.min(blockRows, rows - b * blockRows) }, (__, i) => b * blockRows + i),
  );
}

/** The mean loss of the outputs for the rows at `batch`. */
export function lossOf(
  t: Tape,
  shape: SequenceShape,
  out: Var,
  y: Matrix,
  scales: readonly TargetScale[],
  batch: ArrayLike<number>,
): Var {
  const { engine } = t;
  const rows = batch.length;
  if (shape.levels.length === 0) {
    const labels = Float32Array.from(batch, (i) => y.values[i]);
    const ones = new Float32Array(rows).fill(1);
    return binaryCrossEntropy(t, out, engine.put(labels, rows, 1), engine.put(ones, rows, 1));
  }
  const columns = out.value.columns;
  const spread = new Float32Array(rows * columns);
  const each = shape.levels.length;
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) {
      const target = Math.floor(k / each);
      const { mean, scale } = scales[target];
      spread[i * columns + k] = (y.values[target * y.rows + batch[i]] - mean) / scale;
    }
  const levels = Float32Array.from({ length: columns }, (_, k) => shape.levels[k % each]);
  return pinballLoss(t, out, engine.put(spread, rows, columns), engine.put(levels, 1, columns));
}

/** Training rows apart from those to stop by. A drawn share takes the same part of each class. */
function apart(
  { validation, quantiles }: SequenceSettings,
  train: LabelledSequences,
  rng: Rng,
  action: string,
): { fitted: LabelledSequences; held: LabelledSequences | undefined } {
  if (validation === 0) return { fitted: train, held: undefined };
  if (typeof validation !== "number") {
    checkLabelledSequences(validation, quantiles.length === 0, action);
    return { fitted: train, held: validation };
  }
  const { x, y } = train;
  const labels = quantiles.length === 0 ? y.values : undefined;
  const drawn = drawHeld(x.rows, labels, validation, rng, action);
  const part = (rows: Int32Array): LabelledSequences => ({ x: takeSequences(x, rows), y: takeRows(y, rows) });
  return { fitted: part(drawn.train), held: part(drawn.test) };
}
