import type { Engine, Tensor } from "./engine";

/** A standard deviation never counts as less than the root of this. */
export const normaliseEpsilon = 1e-5;

/** Columns: each column of each block of rows. Rows: each row. */
export type NormaliseOver = "columns" | "rows";

export interface Normalised {
  /** The values less their mean, over their standard deviation. */
  readonly value: Tensor;
  readonly mean: Tensor;
  /** 1 / √(variance + ε). */
  readonly inverse: Tensor;
}

function mean(engine: Engine, a: Tensor, over: NormaliseOver, groups: number, shift = 0): Tensor {
  const sum = over === "columns" ? engine.sumRows(a, groups) : engine.sumColumns(a);
  return engine.affine(sum, 1 / (over === "columns" ? a.rows / groups : a.columns), shift);
}

/** Brings columns or rows to mean 0 and variance 1: batch or layer normalisation without its scale and shift. */
export function normalise(engine: Engine, a: Tensor, over: NormaliseOver, groups: number): Normalised {
  const middle = mean(engine, a, over, groups);
  const centred = engine.binary("subtract", a, middle, groups);
  const variance = mean(engine, engine.map("square", centred), over, groups, normaliseEpsilon);
  const inverse = engine.map("reciprocal", engine.map("sqrt", variance));
  return { value: engine.binary("multiply", centred, inverse, groups), mean: middle, inverse };
}

/** Its derivative (Ioffe and Szegedy, 2015, section 3). */
export function normaliseGradient(
  engine: Engine,
  y: Normalised,
  dy: Tensor,
  over: NormaliseOver,
  groups: number,
): Tensor {
  const average = mean(engine, dy, over, groups);
  const along = mean(engine, engine.binary("multiply", dy, y.value), over, groups);
  const centred = engine.binary("subtract", dy, average, groups);
  const rest = engine.binary("subtract", centred, engine.binary("multiply", y.value, along, groups));
  return engine.binary("multiply", rest, y.inverse, groups);
}
