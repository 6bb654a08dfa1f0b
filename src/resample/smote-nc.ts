import { check } from "../core/checks";
import { median, standardDeviation } from "../core/math/statistics";
import { column, type Feature, type Labelled, type Matrix, matrix } from "../core/matrix";
import { type Draws, drawsFrom } from "./draws";
import { drawSteps, type Oversample, type Oversampled, parentsAt, withInterpolated } from "./interpolate";
import { checkValues, nearestNeighbours } from "./neighbours";
import { checkNeighbours, checkSmote, positions, type SmoteOptions } from "./smote";
import { rowsByClass, rowsToAdd } from "./target";

/**
 * SMOTE for numeric columns beside columns with levels (Chawla et al., 2002, section 6.1). Two rows that differ in a
 * categorical column are as far apart there as the median standard deviation of the class's numeric columns; a new
 * row takes the level that most of its base row's neighbours have, one of them at random where several do. A missing
 * category counts as a level of its own.
 *
 * @example
 * const features = [{ name: "months" }, { name: "plan", levels: ["basic", "plus"] }];
 * const x = matrix(20, 2, Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? i : i % 2)), features);
 * const y = Float64Array.from({ length: 20 }, (_, i) => Number(i < 7));
 * const more = smoteNc()({ x, y }, seeded(1));
 * column(more.x, 1).every((code) => code === 0 || code === 1); // → true
 */
export function smoteNc(options: SmoteOptions = {}): Oversample {
  checkSmote(options, "fit SMOTE-NC");
  return (train, rng) => smoteNcRows(train, options, drawsFrom(rng));
}

/** The work of `smoteNc`, with its random numbers from `draws`. */
export function smoteNcRows(train: Labelled, options: SmoteOptions, draws: Draws): Oversampled {
  const action = "fit SMOTE-NC";
  const { x } = train;
  const classes = rowsByClass(train, action);
  const add = rowsToAdd(classes, options, action);
  const isCategorical = x.features.map((feature) => feature.levels !== undefined);
  const categorical = [...isCategorical.keys()].filter((j) => isCategorical[j]);
  const numeric = [...isCategorical.keys()].filter((j) => !isCategorical[j]);
  check(categorical.length > 0, action, "some columns must have levels (for numeric columns use smote)");
  check(numeric.length > 0, action, "some columns must be numeric (for columns with levels only use smoteN)");
  checkValues(x, action, numeric);
  const codes = categorical.map((j) => levelCodes(column(x, j), x.features[j], action));
  const k = options.neighbours ?? 5;
  const parts = ([0, 1] as const).flatMap((label) => {
    if (add[label] === 0) return [];
    const rows = classes[label];
    checkNeighbours(k, rows.length, label, action);
    const own = parentsAt(train, rows);
    const ownCodes = codes.map((code) => rows.map((i) => code[i]));
    const near = nearestNeighbours(withScaledLevels(own.x, numeric, ownCodes), k);
    const steps = drawSteps(
      { parents: own, bases: positions(rows.length), near },
      { count: add[label], label },
      draws,
    );
    const modes = ownCodes.map((code) => neighbourModes(code, near, k, steps.base, draws));
    return [{ steps, modes }];
  });
  const out = withInterpolated(
    train,
    parts.map((part) => part.steps),
  );
  let at = x.rows;
  for (const { steps, modes } of parts) {
    categorical.forEach((j, n) => {
      const levels = (x.features[j].levels as readonly string[]).length;
      const to = column(out.x, j);
      modes[n].forEach((code, i) => {
        to[at + i] = code === levels ? Number.NaN : code;
      });
    });
    at += steps.base.length;
  }
  return out;
}

/** The codes of a categorical column; a missing one becomes the code after the last level. Throws on any other. */
export function levelCodes(values: Float64Array, feature: Feature, action: string): Int32Array {
  const levels = (feature.levels as readonly string[]).length;
  const rule = `column ${JSON.stringify(feature.name)} must hold codes of its ${levels} levels`;
  const codes = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i++) {
    const missing = Number.isNaN(values[i]);
    const isCode = Number.isInteger(values[i]) && values[i] >= 0 && values[i] < levels;
    check(missing || isCode, action, rule, values[i]);
    codes[i] = missing ? levels : values[i];
  }
  return codes;
}

/** The numeric columns, then one column per level that occurs, scaled so that different levels are one unit apart. */
function withScaledLevels(own: Matrix, numeric: readonly number[], codes: readonly Int32Array[]): Matrix {
  const present = codes.map((code) => [...new Set(code)].sort((a, b) => a - b));
  const columns = numeric.length + present.reduce((sum, one) => sum + one.length, 0);
  const values = new Float64Array(own.rows * columns);
  numeric.forEach((j, to) => {
    values.set(column(own, j), to * own.rows);
  });
  // Each mismatch shows in two columns, hence the root of two.
  const unit = median(numeric.map((j) => standardDeviation(column(own, j)))) / Math.SQRT2;
  let from = numeric.length;
  codes.forEach((one, n) => {
    const place = new Map(present[n].map((code, i) => [code, from + i]));
    one.forEach((code, i) => {
      values[(place.get(code) as number) * own.rows + i] = unit;
    });
    from += present[n].length;
  });
  return matrix(own.rows, columns, values);
}

/**
 * The most frequent code among the neighbours of each base row. Ties are settled by shuffling all (row, code) pairs
 * that lead and taking each row's first.
 */
function neighbourModes(
  codes: Int32Array,
  near: Int32Array,
  k: number,
  base: Int32Array,
  draws: Draws,
): Int32Array {
  const rows: number[] = [];
  const leading: number[] = [];
  const counts = new Int32Array(1 + codes.reduce((most, code) => Math.max(most, code), 0));
  base.forEach((position, row) => {
    const [first, end] = [position * k, (position + 1) * k];
    let most = 0;
    for (let n = first; n < end; n++) most = Math.max(most, ++counts[codes[near[n]]]);
    const from = leading.length;
    for (let n = first; n < end; n++) {
      const code = codes[near[n]];
      if (counts[code] === most) {
        rows.push(row);
        leading.push(code);
      }
      counts[code] = 0;
    }
    // Ties stand in the order of their codes.
    if (leading.length > from + 1) leading.push(...leading.splice(from).sort((a, b) => a - b));
  });
  const modes = new Int32Array(base.length).fill(-1);
  for (const pair of draws.permutation(rows.length)) {
    if (modes[rows[pair]] < 0) modes[rows[pair]] = leading[pair];
  }
  return modes;
}
