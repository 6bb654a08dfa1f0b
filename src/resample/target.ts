import { check, checkInteger, checkNumber } from "../core/checks";
import type { Labelled } from "../core/matrix";

/** Which rows there should be afterwards. */
export interface TargetOptions {
  /**
   * Rows of the smaller class per row of the larger one after resampling, in (0, 1]; defaults to 1 (as many of each,
   * imbalanced-learn's "auto"). Lower it to leave predicted probabilities nearer to the truth.
   */
  readonly ratio?: number;
  /** Rows of class 0 and of class 1 wanted afterwards, in place of `ratio`. */
  readonly counts?: readonly [number, number];
}

/** The row numbers of class 0 and of class 1, ascending. */
export type ClassRows = readonly [Int32Array, Int32Array];

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

/** Throws unless both classes occur and nothing else does. */
export function rowsByClass(train: Labelled, action: string): ClassRows {
  const { y } = train;
  check(y.length === train.x.rows, action, `y must have one label per row (${train.x.rows})`, y.length);
  let ones = 0;
  for (let i = 0; i < y.length; i++) {
    if (y[i] !== 0 && y[i] !== 1) check(false, action, `labels must be 0 or 1 (row ${i})`, y[i]);
    ones += y[i];
  }
  check(
    ones > 0 && ones < y.length,
    action,
    "both classes must have rows",
    `${y.length - ones} of class 0 and ${ones} of class 1`,
  );
  const classes: ClassRows = [new Int32Array(y.length - ones), new Int32Array(ones)];
  const filled = [0, 0];
  for (let i = 0; i < y.length; i++) classes[y[i]][filled[y[i]]++] = i;
  return classes;
}

/** The smaller class; class 1 when both have as many rows. */
export function smallerClass(classes: ClassRows): 0 | 1 {
  return classes[1].length <= classes[0].length ? 1 : 0;
}

/** How many rows to add to class 0 and to class 1. */
export function rowsToAdd(
  classes: ClassRows,
  options: TargetOptions,
  action: string,
): readonly [number, number] {
  const have = [classes[0].length, classes[1].length];
  if (options.counts) {
    return options.counts.map((count, label) => {
      check(
        count >= have[label],
        action,
        `counts[${label}] must be at least the ${have[label]} rows there are`,
        count,
      );
      return count - have[label];
    }) as [number, number];
  }
  const small = smallerClass(classes);
  // Rounded down, as the peer does.
  const wanted = Math.floor(have[1 - small] * (options.ratio ?? 1));
  check(
    wanted >= have[small],
    action,
    `ratio must be at least the present ${have[small]} / ${have[1 - small]}`,
    options.ratio,
  );
  const add: [number, number] = [0, 0];
  add[small] = wanted - have[small];
  return add;
}

/** How many rows of class 0 and of class 1 to keep. */
export function rowsToKeep(
  classes: ClassRows,
  options: TargetOptions,
  action: string,
): readonly [number, number] {
  const have = [classes[0].length, classes[1].length];
  if (options.counts) {
    options.counts.forEach((count, label) => {
      check(
        count <= have[label],
        action,
        `counts[${label}] must be at most the ${have[label]} rows there are`,
        count,
      );
    });
    return options.counts;
  }
  const small = smallerClass(classes);
  const wanted = Math.floor(have[small] / (options.ratio ?? 1));
  check(
    wanted <= have[1 - small],
    action,
    `ratio must be at least the present ${have[small]} / ${have[1 - small]}`,
    options.ratio,
  );
  const keep: [number, number] = [have[0], have[1]];
  keep[1 - small] = wanted;
  return keep;
}
