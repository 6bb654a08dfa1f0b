import { check, checkInteger, checkNumber } from "../core/checks";
import type { Labelled } from "../core/matrix";

/** How many rows a resampler aims at. */
export interface TargetOptions {
  /**
   * Rows of the smaller class per row of the larger one after resampling, in (0, 1]; defaults to 1 (as many of each,
   * imbalanced-learn's "auto"). Lower it to leave the probabilities nearer to the truth.
   */
  readonly ratio?: number;
  /** Rows of class 0 and of class 1 wanted afterwards, in place of `ratio`. */
  readonly counts?: readonly [number, number];
}

/** Throws unless the options are sound, before any rows are seen. */
export function checkTarget(options: TargetOptions, action: string): void {
  check(
    options.ratio === undefined || options.counts === undefined,
    action,
    "give either ratio or counts, not both",
  );
  if (options.ratio !== undefined) checkNumber(options.ratio, 0, 1, action, "ratio", "low");
  options.counts?.forEach((count, label) => {
    checkInteger(count, 0, 2 ** 31 - 1, action, `counts[${label}]`);
  });
}

/** The row numbers of class 0 and of class 1, ascending. Throws unless both occur and nothing else does. */
export function rowsByClass(train: Labelled, action: string): readonly [Int32Array, Int32Array] {
  const { y } = train;
  check(y.length === train.x.rows, action, `y must have one label per row (${train.x.rows})`, y.length);
  let ones = 0;
  for (let i = 0; i < y.length; i++) {
    check(y[i] === 0 || y[i] === 1, action, `labels must be 0 or 1 (row ${i})`, y[i]);
    ones += y[i];
  }
  check(
    ones > 0 && ones < y.length,
    action,
    "both classes must have rows",
    `${y.length - ones} of class 0 and ${ones} of class 1`,
  );
  const classes = [new Int32Array(y.length - ones), new Int32Array(ones)] as const;
  const filled = [0, 0];
  for (let i = 0; i < y.length; i++) classes[y[i]][filled[y[i]]++] = i;
  return classes;
}

/** How many rows to add to class 0 and to class 1. A tie has nothing to add: class 0 then counts as the larger. */
export function rowsToAdd(
  classes: readonly [Int32Array, Int32Array],
  options: TargetOptions,
  action: string,
): readonly [number, number] {
  const have = [classes[0].length, classes[1].length];
  if (options.counts) {
    const [zero, one] = options.counts;
    check(zero >= have[0], action, `counts[0] must be at least the ${have[0]} rows there are`, zero);
    check(one >= have[1], action, `counts[1] must be at least the ${have[1]} rows there are`, one);
    return [zero - have[0], one - have[1]];
  }
  const smaller = have[1] <= have[0] ? 1 : 0;
  // Rounded down, as the peer does.
  const wanted = Math.floor(have[1 - smaller] * (options.ratio ?? 1));
  check(
    wanted >= have[smaller],
    action,
    `ratio must be at least the present ${have[smaller]} / ${have[1 - smaller]}`,
    options.ratio,
  );
  const add: [number, number] = [0, 0];
  add[smaller] = wanted - have[smaller];
  return add;
}
