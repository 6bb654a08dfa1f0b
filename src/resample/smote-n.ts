import { check } from "../core/checks";
import { column, type Labelled, type Matrix, matrix, takeRows } from "../core/matrix";
import { type Draws, drawsFrom } from "./draws";
import { type Oversample, type Oversampled, withLabels } from "./interpolate";
import { nearestNeighbours } from "./neighbours";
import { checkNeighbours, checkSmote, type SmoteOptions } from "./smote";
import { levelCodes } from "./smote-nc";
import { rowsByClass, rowsToAdd } from "./target";

/**
 * SMOTE for columns with levels only (Chawla et al., 2002, section 6.2): distances compare how often each level goes
 * with either class (value difference metric, Stanfill and Waltz, 1986), and a new row takes in each column the
 * level that most of a drawn row and its neighbours have, the earlier level where several do. A missing category
 * counts as a level of its own.
 *
 * @example
 * const features = [{ name: "plan", levels: ["basic", "plus"] }];
 * const x = matrix(20, 1, Float64Array.from({ length: 20 }, (_, i) => i % 2), features);
 * const y = Float64Array.from({ length: 20 }, (_, i) => Number(i < 7));
 * smoteN()({ x, y }, seeded(1)).x.rows; // → 26
 */
export function smoteN(options: SmoteOptions = {}): Oversample {
  checkSmote(options, "fit SMOTE-N");
  return (train, rng) => smoteNRows(train, options, drawsFrom(rng));
}

/** The work of `smoteN`, with its random numbers from `draws`. */
export function smoteNRows(train: Labelled, options: SmoteOptions, draws: Draws): Oversampled {
  const action = "fit SMOTE-N";
  const { x } = train;
  const classes = rowsByClass(train, action);
  const add = rowsToAdd(classes, options, action);
  const numeric = x.features.find((feature) => !feature.levels);
  check(!numeric, action, "all columns must have levels (for others use smoteNc)", numeric?.name);
  const codes = x.features.map((feature, j) => levelCodes(column(x, j), feature, action));
  const rates = classRates(x, codes, train.y);
  const k = options.neighbours ?? 5;
  const added = ([0, 1] as const).flatMap((label) => {
    if (add[label] === 0) return [];
    const rows = classes[label];
    checkNeighbours(k, rows.length, label, action);
    const near = nearestNeighbours(takeRows(rates, rows), k);
    return [{ label, rows, near, base: draws.integers(rows.length, add[label]) }];
  });
  const total = added.reduce((sum, one) => sum + one.base.length, x.rows);
  const values = new Float64Array(total * x.columns);
  for (let j = 0; j < x.columns; j++) {
    const levels = (x.features[j].levels as readonly string[]).length;
    const counts = new Int32Array(levels + 1);
    const to = values.subarray(j * total, (j + 1) * total);
    to.set(column(x, j));
    let at = x.rows;
    for (const { rows, near, base } of added) {
      for (const position of base) {
        counts.fill(0);
        counts[codes[j][rows[position]]]++;
        for (let n = position * k; n < (position + 1) * k; n++) counts[codes[j][rows[near[n]]]]++;
        let mode = 0;
        for (let code = 1; code <= levels; code++) if (counts[code] > counts[mode]) mode = code;
        to[at++] = mode === levels ? Number.NaN : mode;
      }
    }
  }
  return withLabels(
    train,
    { ...x, rows: total, values },
    added.map(({ label, rows, base }) => ({
      label,
      base,
      towards: base,
      step: new Float64Array(base.length),
      parents: { x, rows },
    })),
  );
}

/**
 * Each code replaced by the share of class 1 among the rows that have it. With two classes the value difference of two
 * levels is twice the difference of these shares, so Euclidean neighbours here are those of the metric.
 */
function classRates(x: Matrix, codes: readonly Int32Array[], y: Float64Array): Matrix {
  const values = new Float64Array(x.rows * x.columns);
  codes.forEach((one, j) => {
    const levels = (x.features[j].levels as readonly string[]).length + 1;
    const rows = new Float64Array(levels);
    const ones = new Float64Array(levels);
    one.forEach((code, i) => {
      rows[code]++;
      ones[code] += y[i];
    });
    one.forEach((code, i) => {
      values[j * x.rows + i] = ones[code] / rows[code];
    });
  });
  return matrix(x.rows, x.columns, values);
}
