import { check } from "../core/checks";
import type { Binary, Engine, MatMulOptions, Pointwise, Tensor } from "./engine";
import { type NormaliseOver, normalise, normaliseGradient } from "./normalise";

/** A value in a computation whose derivatives are wanted. */
export interface Var {
  readonly value: Tensor;
  /** Whether a parameter lies behind it. */
  readonly needs: boolean;
  /** The derivative of the loss, after `backward`. */
  slope?: Tensor;
}

/**
 * Records what one step computes and runs it backward. Every operation's derivative is written out here once, by the
 * operations of the engine, so that all backends share it.
 */
export interface Tape {
  readonly engine: Engine;
  /** A value without derivatives. */
  constant(value: Tensor): Var;
  /** A kept tensor whose derivative is wanted. The same tensor is the same variable throughout the step. */
  parameter(kept: Tensor): Var;
  matMul(a: Var, b: Var, options?: MatMulOptions): Var;
  /** As `Engine.binary`: `b` may be one row per group, one column or one number. */
  binary(op: Binary, a: Var, b: Var, groups?: number): Var;
  add(a: Var, b: Var, groups?: number): Var;
  subtract(a: Var, b: Var): Var;
  multiply(a: Var, b: Var, groups?: number): Var;
  affine(a: Var, scale: number, shift?: number): Var;
  map(f: Pointwise, a: Var): Var;
  /** f(x·w + bias): a layer. */
  dense(x: Var, w: Var, bias: Var | undefined, f: Pointwise, groups?: number): Var;
  sumRows(a: Var, groups?: number): Var;
  sumColumns(a: Var): Var;
  /** Everything summed up: 1 × 1. */
  sum(a: Var): Var;
  softmax(a: Var, blocks: readonly number[]): Var;
  crossEntropy(logits: Var, targets: Tensor, blocks: readonly number[]): Var;
  /** Forward the one-hot maximum of each block of `hard`, backward as if it were `soft` (Bengio et al., 2013). */
  straightThrough(hard: Tensor, soft: Var): Var;
  /** Columns (of each block of rows) or rows brought to mean 0 and variance 1. */
  normalise(
    a: Var,
    over: NormaliseOver,
    groups?: number,
  ): Var & { readonly mean: Tensor; readonly inverse: Tensor };
  concat(parts: readonly Var[]): Var;
  slice(a: Var, from: number, to: number): Var;
  reshape(a: Var, rows: number, columns: number): Var;
  permute(a: Var, shape: readonly number[], order: readonly number[], rows: number, columns: number): Var;
  /** Derivatives of the 1 × 1 loss for everything before it. */
  backward(loss: Var): void;
  /** The derivative for a parameter after `backward`; zeros where the loss does not depend on it. */
  gradient(kept: Tensor): Tensor;
}

/** A tape for one step of the engine. */
export function tape(engine: Engine): Tape {
  const work: (() => void)[] = [];
  const parameters = new Map<Tensor, Var>();
  const recorder = recorderOf(engine, work);
  return {
    engine,
    constant: (value) => ({ value, needs: false }),
    parameter: (kept) => {
      const known = parameters.get(kept);
      if (known) return known;
      const made: Var = { value: kept, needs: true };
      parameters.set(kept, made);
      return made;
    },
    ...products(recorder),
    ...arithmetic(recorder),
    ...sums(recorder),
    ...classes(recorder),
    ...shapes(recorder),
    backward: (loss) => {
      const { rows, columns } = loss.value;
      check(
        rows === 1 && columns === 1,
        "differentiate",
        "the loss must be one number",
        `${rows} × ${columns}`,
      );
      loss.slope = engine.put(Float32Array.of(1), 1, 1);
      for (let i = work.length - 1; i >= 0; i--) work[i]();
    },
    gradient: (kept) => parameters.get(kept)?.slope ?? engine.affine(kept, 0, 0),
  };
}

/** What every operation records its derivative with. */
interface Recorder {
  readonly engine: Engine;
  /** A value that was computed from others; `back` passes its derivative on to them. */
  variable(value: Tensor, parents: readonly (Var | undefined)[], back: (dy: Tensor) => void): Var;
  /** Adds to what is known of a variable's derivative. */
  give(to: Var | undefined, slope: () => Tensor): void;
}

function recorderOf(engine: Engine, work: (() => void)[]): Recorder {
  return {
    engine,
    variable: (value, parents, back) => {
      const needs = parents.some((parent) => parent?.needs);
      const made: Var = { value, needs };
      if (needs)
        work.push(() => {
          if (made.slope) back(made.slope);
        });
      return made;
    },
    give: (to, slope) => {
      if (!to?.needs) return;
      const more = slope();
      to.slope = to.slope ? engine.binary("add", to.slope, more) : more;
    },
  };
}

function products({ engine, variable, give }: Recorder): Pick<Tape, "matMul" | "dense"> {
  return {
    matMul: (a, b, options = {}) => {
      const { transposeA = false, transposeB = false, groups = 1 } = options;
      return variable(engine.matMul(a.value, b.value, options), [a, b], (dy) => {
        give(a, () =>
          transposeA
            ? engine.matMul(b.value, dy, { transposeA: transposeB, transposeB: true, groups })
            : engine.matMul(dy, b.value, { transposeB: !transposeB, groups }),
        );
        give(b, () =>
          transposeB
            ? engine.matMul(dy, a.value, { transposeA: true, transposeB: transposeA, groups })
            : engine.matMul(a.value, dy, { transposeA: !transposeA, groups }),
        );
      });
    },
    dense: (x, w, bias, f, groups = 1) => {
      const product = engine.matMul(x.value, w.value, { groups });
      const value = bias || f !== "linear" ? engine.map(f, product, bias?.value, groups) : product;
      return variable(value, [x, w, bias], (dy) => {
        const dz = f === "linear" ? dy : engine.mapGradient(f, value, value, dy);
        give(bias, () => engine.sumRows(dz, groups));
        give(w, () => engine.matMul(x.value, dz, { transposeA: true, groups }));
        give(x, () => engine.matMul(dz, w.value, { transposeB: true, groups }));
      });
    },
  };
}

function arithmetic({
  engine,
  variable,
  give,
}: Recorder): Pick<Tape, "binary" | "add" | "subtract" | "multiply" | "affine" | "map"> {
  const binary = (op: Binary, a: Var, b: Var, groups = 1): Var =>
    variable(engine.binary(op, a.value, b.value, groups), [a, b], (dy) => {
      if (op === "multiply") {
        give(a, () => engine.binary("multiply", dy, b.value, groups));
        give(b, () => gather(engine, engine.binary("multiply", dy, a.value), b.value, groups));
        return;
      }
      give(a, () => dy);
      give(b, () => {
        const down = gather(engine, dy, b.value, groups);
        return op === "subtract" ? engine.affine(down, -1, 0) : down;
      });
    });

  return {
    binary,
    add: (a, b, groups) => binary("add", a, b, groups),
    subtract: (a, b) => binary("subtract", a, b),
    multiply: (a, b, groups) => binary("multiply", a, b, groups),
    affine: (a, scale, shift = 0) =>
      variable(engine.affine(a.value, scale, shift), [a], (dy) => {
        give(a, () => (scale === 1 ? dy : engine.affine(dy, scale, 0)));
      }),
    map: (f, a) => {
      const value = engine.map(f, a.value);
      return variable(value, [a], (dy) => {
        give(a, () => engine.mapGradient(f, a.value, value, dy));
      });
    },
  };
}

/** Sums a full derivative down to the shape that was spread. */
function gather(engine: Engine, full: Tensor, shape: Tensor, groups: number): Tensor {
  if (shape.rows === full.rows && shape.columns === full.columns) return full;
  if (shape.rows === groups && shape.columns === full.columns) return engine.sumRows(full, groups);
  const columns = full.columns === 1 ? full : engine.sumColumns(full);
  return shape.rows === full.rows ? columns : engine.sumRows(columns);
}

function sums({ engine, variable, give }: Recorder): Pick<Tape, "sumRows" | "sumColumns" | "sum"> {
  const sumRows = (a: Var, groups = 1): Var =>
    variable(engine.sumRows(a.value, groups), [a], (dy) => {
      give(a, () => {
        const zeros = engine.affine(a.value, 0, 0);
        return engine.binary("add", zeros, dy, groups);
      });
    });

  const sumColumns = (a: Var): Var =>
    variable(engine.sumColumns(a.value), [a], (dy) => {
      give(a, () => engine.binary("add", engine.affine(a.value, 0, 0), dy));
    });

  return {
    sumRows,
    sumColumns,
    sum: (a) => sumRows(a.value.columns === 1 ? a : sumColumns(a)),
  };
}

function classes({
  engine,
  variable,
  give,
}: Recorder): Pick<Tape, "softmax" | "crossEntropy" | "straightThrough" | "normalise"> {
  return {
    softmax: (a, blocks) => {
      const value = engine.softmax(a.value, blocks);
      return variable(value, [a], (dy) => {
        give(a, () => engine.softmaxGradient(value, dy, blocks));
      });
    },
    crossEntropy: (logits, targets, blocks) => {
      const { loss, gradient } = engine.crossEntropy(logits.value, targets, blocks);
      return variable(loss, [logits], (dy) => {
        give(logits, () => engine.binary("multiply", gradient, dy));
      });
    },
    straightThrough: (hard, soft) =>
      variable(hard, [soft], (dy) => {
        give(soft, () => dy);
      }),
    normalise: (a, over, groups = 1) => {
      const made = normalise(engine, a.value, over, groups);
      const value = variable(made.value, [a], (dy) => {
        give(a, () => normaliseGradient(engine, made, dy, over, groups));
      });
      return Object.assign(value, { mean: made.mean, inverse: made.inverse });
    },
  };
}

function shapes({
  engine,
  variable,
  give,
}: Recorder): Pick<Tape, "concat" | "slice" | "reshape" | "permute"> {
  return {
    concat: (parts) => {
      const value = engine.concat(parts.map((part) => part.value));
      return variable(value, parts, (dy) => {
        let from = 0;
        for (const part of parts) {
          const left = from;
          from += part.value.columns;
          give(part, () => engine.slice(dy, left, left + part.value.columns));
        }
      });
    },
    slice: (a, from, to) =>
      variable(engine.slice(a.value, from, to), [a], (dy) => {
        give(a, () => engine.pad(dy, from, a.value.columns));
      }),
    reshape: (a, rows, columns) =>
      variable(engine.reshape(a.value, rows, columns), [a], (dy) => {
        give(a, () => engine.reshape(dy, a.value.rows, a.value.columns));
      }),
    permute: (a, shape, order, rows, columns) =>
      variable(engine.permute(a.value, shape, order, rows, columns), [a], (dy) => {
        const inverse = order.map((_, i) => order.indexOf(i));
        const turned = order.map((axis) => shape[axis]);
        give(a, () => engine.permute(dy, turned, inverse, a.value.rows, a.value.columns));
      }),
  };
}
