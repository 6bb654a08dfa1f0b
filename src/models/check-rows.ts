import { allFinite, check, checkFinite, checkSameLength } from "../core/checks";
import { column, type Labelled, type Matrix } from "../core/matrix";

/** Throws unless there are rows, lengths agree, targets are finite, and weights are not negative with some above 0. */
export function checkLabelled({ x, y, weights }: Labelled, action: string): void {
  checkSameLength(x.rows, y.length, action, "rows and targets");
  check(x.rows > 0, action, "there must be training rows", 0);
  checkFinite(y, action, "targets");
  if (!weights) return;
  checkSameLength(weights.length, y.length, action, "weights and targets");
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0 && weights[i] < Infinity))
      check(false, action, `weights must be finite and not negative, got ${weights[i]} in row ${i}`);
    sum += weights[i];
  }
  check(sum > 0, action, "some weight must be above 0", sum);
}

/** As `checkLabelled`, for targets 0 and 1 that both occur with some weight. */
export function checkClasses(train: Labelled, action: string): void {
  checkLabelled(train, action);
  const { y, weights } = train;
  const seen = [false, false];
  for (let i = 0; i < y.length; i++) {
    if (y[i] !== 0 && y[i] !== 1) check(false, action, `labels must be 0 or 1, got ${y[i]} in row ${i}`);
    if (!weights || weights[i] > 0) seen[y[i]] = true;
  }
  check(seen[0] && seen[1], action, `both classes must occur, got only ${seen[0] ? 0 : 1}`);
}

/** Throws unless every column is numeric and every value finite: what linear models and distances need. */
export function checkNumbers(x: Matrix, action: string): void {
  for (let j = 0; j < x.columns; j++) {
    const { name, levels } = x.features[j];
    if (levels) check(false, action, `column ${JSON.stringify(name)} holds categories: one-hot it first`);
    const values = column(x, j);
    if (allFinite(values)) continue;
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i]))
        check(
          false,
          action,
          `column ${JSON.stringify(name)} must hold finite numbers, got ${values[i]} in row ${i}`,
        );
    }
  }
}

/** Throws unless the matrix has the columns a model was trained on. */
export function checkColumns(x: Matrix, columns: number, action: string): void {
  check(x.columns === columns, action, `the matrix must have ${columns} columns as in training`, x.columns);
}
