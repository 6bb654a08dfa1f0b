import type { Rng } from "../../../core/rng";
import { dropout, stackOutput, stackWeights } from "../../../neural/layers";
import type { Noise } from "../../../neural/noise";
import type { Tape, Var } from "../../../neural/tape";
import { initial, type Parameters, type Weight, type Weights } from "../../../neural/weights";
import type { EncodedSequences } from "./sequences";

/** The shape of a net: everything that its weights' sizes depend on. */
export interface SequenceShape {
  readonly architecture: "gru" | "lstm" | "transformer";
  readonly steps: number;
  /** Numbers that enter at each step, and numbers that are known of a row as a whole. */
  readonly inputs: number;
  readonly fixed: number;
  readonly width: number;
  /** Of a Transformer; 0 for the others. */
  readonly blocks: number;
  readonly heads: number;
  /** Units of the layer between what was read and the outputs. */
  readonly hidden: number;
  /** How many quantities are foretold, and at which levels each; no levels for a probability. */
  readonly targets: number;
  readonly levels: readonly number[];
}

/** How much is set to 0 at random while training, and by what. */
export interface Dropping {
  readonly rate: number;
  readonly noise: Noise;
}

/** Columns that the net puts out. */
export function outputWidth(shape: SequenceShape): number {
  return shape.targets * Math.max(1, shape.levels.length);
}

/** The two dense layers that turn what was read into the outputs. */
function headOf(shape: SequenceShape) {
  // A Transformer hands on the last step and the mean of all.
  const read = shape.architecture === "transformer" ? 2 * shape.width : shape.width;
  return {
    name: "head",
    sizes: [read + shape.fixed, shape.hidden, outputWidth(shape)],
    activation: "relu",
  } as const;
}

/** First weights of a net. */
export function sequenceWeights(shape: SequenceShape, rng: Rng): Weights {
  const { width, inputs, steps, blocks } = shape;
  const weights: Record<string, Weight> = {};
  const dense = (name: string, from: number, to: number): void => {
    weights[`${name}.w`] = initial("glorotUniform", from, to, rng.fork(name));
    weights[`${name}.b`] = initial("zeros", 1, to, rng);
  };
  const norm = (name: string): void => {
    weights[`${name}.gain`] = initial("ones", 1, width, rng);
    weights[`${name}.shift`] = initial("zeros", 1, width, rng);
  };
  if (shape.architecture === "gru") {
    for (const gate of ["keep", "reset", "new"]) dense(gate, inputs + width, width);
  } else if (shape.architecture === "lstm") {
    for (const gate of ["write", "keep", "show", "new"]) dense(gate, inputs + width, width);
    // At first everything is remembered (Gers et al., 2000; Jozefowicz et al., 2015).
    weights["keep.b"] = initial("ones", 1, width, rng);
  } else {
    dense("embed", inputs, width);
    const place = initial("zeros", steps, width, rng);
    place.values.forEach((_, i, all) => {
      all[i] = placeWave(Math.floor(i / width), i % width, width);
    });
    weights["place.table"] = place;
    for (let b = 0; b < blocks; b++) {
      norm(`${b}.before`);
      for (const part of ["query", "key", "value", "join"]) dense(`${b}.${part}`, width, width);
      norm(`${b}.between`);
      dense(`${b}.wide`, width, 2 * width);
      dense(`${b}.narrow`, 2 * width, width);
    }
    norm("after");
  }
  return { ...weights, ...stackWeights(headOf(shape), rng.fork("head"), "heUniform") };
}

/** Where a step stands, in waves of several lengths (Vaswani et al., 2017, section 3.5); learned from there on. */
function placeWave(step: number, column: number, width: number): number {
  const angle = step / 10_000 ** ((2 * Math.floor(column / 2)) / width);
  return 0.5 * (column % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
}

/** The outputs for rows: log odds, or rising quantiles, target by target. */
export function sequenceOutput(
  t: Tape,
  shape: SequenceShape,
  net: Parameters,
  rows: EncodedSequences,
  dropping?: Dropping,
): Var {
  const read = readers[shape.architecture](t, shape, net, rows, dropping);
  const known = shape.fixed > 0 ? [t.constant(t.engine.put(rows.fixed, rows.rows, shape.fixed))] : [];
  const all = dropped(t, known.length > 0 ? t.concat([read, ...known]) : read, dropping);
  const out = stackOutput(t, headOf(shape), net, all, [dropping?.rate ?? 0], dropping?.noise);
  return shape.levels.length > 1 ? risingQuantiles(t, shape, out) : out;
}

const readers: Readonly<Record<SequenceShape["architecture"], typeof transformerRead>> = {
  gru: gruRead,
  lstm: lstmRead,
  transformer: transformerRead,
};

function dense(
  t: Tape,
  net: Parameters,
  name: string,
  x: Var,
  f: "linear" | "relu" | "sigmoid" | "tanh",
): Var {
  return t.dense(x, t.parameter(net.get(`${name}.w`)), t.parameter(net.get(`${name}.b`)), f);
}

function dropped(t: Tape, x: Var, dropping: Dropping | undefined): Var {
  return dropping ? dropout(t, x, dropping.rate, dropping.noise) : x;
}

/** A state of zeros, for each row. */
function blank(t: Tape, { width }: SequenceShape, { rows }: EncodedSequences): Var {
  return t.constant(t.engine.put(new Float32Array(rows * width), rows, width));
}

/** What enters at a step. */
function inputsAt(t: Tape, { inputs }: SequenceShape, { rows, steps }: EncodedSequences, step: number): Var {
  const values = steps.subarray(step * rows * inputs, (step + 1) * rows * inputs);
  return t.constant(t.engine.put(values, rows, inputs));
}

/** The state after the last step (Cho et al., 2014: the reset gate acts before the product). */
function gruRead(t: Tape, shape: SequenceShape, net: Parameters, rows: EncodedSequences): Var {
  let state = blank(t, shape, rows);
  for (let step = 0; step < shape.steps; step++) {
    const now = inputsAt(t, shape, rows, step);
    const both = t.concat([now, state]);
    const keep = dense(t, net, "keep", both, "sigmoid");
    const reset = dense(t, net, "reset", both, "sigmoid");
    const fresh = dense(t, net, "new", t.concat([now, t.multiply(reset, state)]), "tanh");
    state = t.add(fresh, t.multiply(keep, t.subtract(state, fresh)));
  }
  return state;
}

/** What is shown after the last step (Gers et al., 2000: memory is kept, written to and shown by a gate each). */
export function lstmRead(t: Tape, shape: SequenceShape, net: Parameters, rows: EncodedSequences): Var {
  let memory = blank(t, shape, rows);
  let shown = memory;
  for (let step = 0; step < shape.steps; step++) {
    const both = t.concat([inputsAt(t, shape, rows, step), shown]);
    const kept = t.multiply(dense(t, net, "keep", both, "sigmoid"), memory);
    const written = t.multiply(dense(t, net, "write", both, "sigmoid"), dense(t, net, "new", both, "tanh"));
    memory = t.add(kept, written);
    shown = t.multiply(dense(t, net, "show", both, "sigmoid"), t.map("tanh", memory));
  }
  return shown;
}

/**
 * The last step and the mean of all steps after some blocks of attention (Vaswani et al., 2017), normalised before each
 * part (Xiong et al., 2020), which needs no warm-up.
 */
function transformerRead(
  t: Tape,
  shape: SequenceShape,
  net: Parameters,
  { rows, steps: values }: EncodedSequences,
  dropping: Dropping | undefined,
): Var {
  const { steps, inputs, width, blocks } = shape;
  const tokens = dense(t, net, "embed", t.constant(t.engine.put(values, steps * rows, inputs)), "linear");
  let h = t.add(tokens, t.parameter(net.get("place.table")), steps);
  for (let b = 0; b < blocks; b++) {
    h = t.add(
      h,
      dropped(t, attention(t, shape, net, `${b}`, norm(t, net, `${b}.before`, h), rows), dropping),
    );
    const wide = dense(t, net, `${b}.wide`, norm(t, net, `${b}.between`, h), "relu");
    h = t.add(h, dropped(t, dense(t, net, `${b}.narrow`, wide, "linear"), dropping));
  }
  h = norm(t, net, "after", h);
  const sum = t.reshape(t.sumRows(t.reshape(h, steps, rows * width)), rows, width);
  const byRow = t.permute(h, [steps, rows, width], [1, 0, 2], rows, steps * width);
  return t.concat([t.slice(byRow, (steps - 1) * width, steps * width), t.affine(sum, 1 / steps)]);
}

function norm(t: Tape, net: Parameters, name: string, x: Var): Var {
  const gained = t.multiply(t.normalise(x, "rows"), t.parameter(net.get(`${name}.gain`)));
  return t.add(gained, t.parameter(net.get(`${name}.shift`)));
}

/** Every step looks at all steps of its row, once a head. */
function attention(t: Tape, shape: SequenceShape, net: Parameters, block: string, x: Var, rows: number): Var {
  const { steps, width, heads } = shape;
  const size = width / heads;
  const groups = rows * heads;
  const part = (name: string): Var =>
    t.permute(
      dense(t, net, `${block}.${name}`, x, "linear"),
      [steps, rows, heads, size],
      [1, 2, 0, 3],
      groups * steps,
      size,
    );
  const scores = t.matMul(part("query"), part("key"), { transposeB: true, groups });
  const shares = t.softmax(t.affine(scores, 1 / Math.sqrt(size)), [steps]);
  const seen = t.matMul(shares, part("value"), { groups });
  const joined = t.permute(seen, [rows, heads, steps, size], [2, 0, 1, 3], steps * rows, width);
  return dense(t, net, `${block}.join`, joined, "linear");
}

/**
 * Quantiles that never cross: of each target, the lowest as it comes, each further one by a positive step above. The
 * raw columns hold the lowest of all targets first, then the steps, target by target.
 */
function risingQuantiles(t: Tape, { targets, levels }: SequenceShape, raw: Var): Var {
  const columns = targets * levels.length;
  const lowest = t.slice(raw, 0, targets);
  const steps = t.map("softplus", t.slice(raw, targets, columns));
  const sums = new Float32Array(columns * columns);
  const add = (from: number, to: number): void => {
    sums[from * columns + to] = 1;
  };
  for (let k = 0; k < targets; k++)
    for (let q = 0; q < levels.length; q++) {
      add(k, k * levels.length + q);
      for (let s = 1; s <= q; s++) add(targets + k * (levels.length - 1) + s - 1, k * levels.length + q);
    }
  return t.matMul(t.concat([lowest, steps]), t.constant(t.engine.put(sums, columns, columns)));
}
