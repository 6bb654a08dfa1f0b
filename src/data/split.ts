import { check, checkInteger, checkNumber, checkSameLength } from "../core/checks";
import { permutation, type Rng, shuffle } from "../core/rng";

/** Row indices to fit on and row indices to judge on: disjoint, and each ascending unless said otherwise. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Class labels or group names, one per row. */
export type Labels = ArrayLike<number | string>;

/** A share of the rows in (0, 1), or (from 1 on) a number of rows. */
export type Size = number;

export interface SplitOptions {
  /** How much is held out. A share is rounded up to whole rows, as scikit-learn does. @default 0.25 */
  readonly test?: Size;
  /** One label per row: each label then has its share in both parts, to a row. */
  readonly strata?: Labels;
  /** One name per row: rows of the same name stay together, and `test` counts groups. Excludes `strata`. */
  readonly groups?: Labels;
}

/**
 * One random split of the rows 0 … `rows` − 1.
 *
 * @example
 * const { train, test } = trainTestSplit(100, { test: 0.2 }, seeded(1));
 * [train.length, test.length]; // → [80, 20]
 */
export function trainTestSplit(rows: number, options: SplitOptions, rng: Rng): Split {
  const action = "split rows";
  checkInteger(rows, 2, 2 ** 31 - 1, action, "rows");
  const { test = 0.25, strata, groups } = options;
  check(!(strata && groups), action, "either strata or groups may be given, got both");
  if (groups) {
    const { codes, count } = coded(groups, rows, action);
    const held = flagsOf(permutation(rng, count).subarray(0, sizeOf(test, count, action)), count);
    return partition(codes, (group) => held[group] === 1);
  }
  const size = sizeOf(test, rows, action);
  const held = new Uint8Array(rows);
  if (!strata) {
    for (const i of permutation(rng, rows).subarray(0, size)) held[i] = 1;
  } else {
    const { codes, count } = coded(strata, rows, action);
    const members = membersOf(codes, count);
    const least = Math.min(...members.map((member) => member.length));
    check(least >= 2, action, "every label must occur at least twice to be stratified", least);
    check(
      size >= count && rows - size >= count,
      action,
      `both parts must have at least ${count} rows, one for each label`,
      size,
    );
    const shares = apportion(
      members.map((member) => member.length),
      size,
      rng,
    );
    members.forEach((member, label) => {
      for (const i of shuffle(rng, member).subarray(0, shares[label])) held[i] = 1;
    });
  }
  return partition(held, (flag) => flag === 1);
}

export interface ThreeWaySplit extends Split {
  readonly validation: Int32Array;
}

/**
 * Train, validation and test rows; `validation` (defaults to 0.2) is, like `test`, a share of all rows or a number.
 *
 * @example
 * const parts = trainValidationTestSplit(100, { validation: 0.2, test: 0.2 }, seeded(1));
 * [parts.train.length, parts.validation.length, parts.test.length]; // → [60, 20, 20]
 */
export function trainValidationTestSplit(
  rows: number,
  options: SplitOptions & { readonly validation?: Size },
  rng: Rng,
): ThreeWaySplit {
  const { validation = 0.2, test = 0.25, strata, groups } = options;
  const outer = trainTestSplit(rows, { test, strata, groups }, rng.fork("test"));
  const rest = outer.train;
  const whole = groups ? coded(groups, rows, "split rows").count : rows;
  const inner = trainTestSplit(
    rest.length,
    {
      test: sizeOf(validation, whole, "split rows"),
      strata: taken(strata, rest),
      groups: taken(groups, rest),
    },
    rng.fork("validation"),
  );
  return {
    train: inner.train.map((i) => rest[i]),
    validation: inner.test.map((i) => rest[i]),
    test: outer.test,
  };
}

/**
 * Each row is in the test part of exactly one of the `folds` splits. Without a stream the folds are runs of neighbouring
 * rows, as in scikit-learn's KFold(shuffle=False); with one, rows are shuffled first.
 *
 * @example
 * kFold(4, 2).map((one) => [...one.test]); // → [[0, 1], [2, 3]]
 * kFold(4, 2, seeded(1)).flatMap((one) => [...one.test]).sort(); // → [0, 1, 2, 3]
 */
export function kFold(rows: number, folds: number, rng?: Rng): Split[] {
  checkInteger(rows, 2, 2 ** 31 - 1, "make folds", "rows");
  checkInteger(folds, 2, rows, "make folds", "folds");
  const order = rng ? permutation(rng, rows) : Int32Array.from({ length: rows }, (_, i) => i);
  const fold = new Int32Array(rows);
  for (let f = 0, at = 0; f < folds; f++) {
    const size = Math.floor(rows / folds) + (f < rows % folds ? 1 : 0);
    for (const end = at + size; at < end; at++) fold[order[at]] = f;
  }
  return splitsOf(fold, folds);
}

/**
 * Folds in which every label has its share, to a row: scikit-learn's StratifiedKFold. Without a stream its
 * shuffle=False to the row; with one, each label's rows are dealt out in random order.
 *
 * @example
 * stratifiedKFold([0, 0, 1, 1], 2).map((one) => [...one.test]); // → [[0, 2], [1, 3]]
 */
export function stratifiedKFold(labels: Labels, folds: number, rng?: Rng): Split[] {
  const action = "make stratified folds";
  // Labels are dealt in the order in which they first occur, so that renaming them changes nothing.
  const { codes, count } = coded(labels, labels.length, action, "as met");
  checkInteger(folds, 2, codes.length, action, "folds");
  const sizes = sizesOf(codes, count);
  const most = Math.max(...sizes);
  check(most >= folds, action, `folds must be at most the ${most} rows of the commonest label`, folds);
  // Each fold's number of rows per label is read off the sorted labels, dealt out in turn.
  const shares = Array.from({ length: folds }, () => new Int32Array(count));
  let dealt = 0;
  sizes.forEach((size, label) => {
    for (let k = 0; k < size; k++) shares[dealt++ % folds][label]++;
  });
  const fold = new Int32Array(codes.length);
  membersOf(codes, count).forEach((members, label) => {
    const deal = new Int32Array(members.length);
    for (let f = 0, at = 0; f < folds; f++) for (let k = 0; k < shares[f][label]; k++) deal[at++] = f;
    if (rng) shuffle(rng, deal);
    members.forEach((row, k) => {
      fold[row] = deal[k];
    });
  });
  return splitsOf(fold, folds);
}

/**
 * Folds that never divide a group, as even in rows as giving the largest group left to the smallest fold makes them:
 * scikit-learn's GroupKFold. With a stream, groups are shuffled and dealt out in equal numbers (its shuffle=True).
 *
 * @example
 * groupKFold(["a", "a", "b", "c"], 2).map((one) => [...one.test]); // → [[0, 1], [2, 3]]
 */
export function groupKFold(groups: Labels, folds: number, rng?: Rng): Split[] {
  const action = "make grouped folds";
  const { codes, count } = coded(groups, groups.length, action);
  checkInteger(folds, 2, count, action, "folds");
  const foldOf = new Int32Array(count);
  if (rng) {
    permutation(rng, count).forEach((group, k) => {
      foldOf[group] = Math.floor((k * folds) / count);
    });
  } else {
    const sizes = sizesOf(codes, count);
    const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a] || b - a);
    const load = new Float64Array(folds);
    for (const group of order) {
      const lightest = load.indexOf(Math.min(...load));
      load[lightest] += sizes[group];
      foldOf[group] = lightest;
    }
  }
  return splitsOf(
    codes.map((group) => foldOf[group]),
    folds,
  );
}

/**
 * Folds that never divide a group and keep each label's share as near as that allows: scikit-learn's
 * StratifiedGroupKFold. With a stream, equally varied groups are placed in random order.
 *
 * @example
 * const folds = stratifiedGroupKFold([0, 1, 0, 1], ["a", "a", "b", "b"], 2);
 * folds.map((one) => one.test.length); // → [2, 2]
 */
export function stratifiedGroupKFold(labels: Labels, groups: Labels, folds: number, rng?: Rng): Split[] {
  const action = "make stratified grouped folds";
  checkSameLength(labels.length, groups.length, action, "labels and groups");
  const label = coded(labels, labels.length, action);
  const group = coded(groups, groups.length, action);
  checkInteger(folds, 2, group.count, action, "folds");
  const perGroup = Array.from({ length: group.count }, () => new Float64Array(label.count));
  const totals = new Float64Array(label.count);
  group.codes.forEach((g, i) => {
    perGroup[g][label.codes[i]]++;
    totals[label.codes[i]]++;
  });
  const order = [...perGroup.keys()];
  if (rng) shuffle(rng, order);
  const spreads = perGroup.map(spread);
  order.sort((a, b) => spreads[b] - spreads[a]);
  const perFold = Array.from({ length: folds }, () => new Float64Array(label.count));
  const foldOf = new Int32Array(group.count);
  for (const g of order) {
    let best = -1;
    let bestSpread = Infinity;
    let bestRows = Infinity;
    for (let f = 0; f < folds; f++) {
      const had = perFold[f];
      perFold[f] = had.map((n, c) => n + perGroup[g][c]);
      const uneven = meanSpread(perFold, totals);
      const rows = perFold[f].reduce((a, b) => a + b, 0);
      perFold[f] = had;
      if (uneven < bestSpread || (isClose(uneven, bestSpread) && rows < bestRows))
        [best, bestSpread, bestRows] = [f, uneven, rows];
    }
    perGroup[g].forEach((n, c) => {
      perFold[best][c] += n;
    });
    foldOf[g] = best;
  }
  return splitsOf(
    group.codes.map((g) => foldOf[g]),
    folds,
  );
}

/**
 * The same kind of folds `repeats` times over, each time by a stream of its own: `repeated(5, rng, (r) => kFold(n, 10, r))`.
 *
 * @example
 * repeated(2, seeded(1), (rng) => kFold(6, 3, rng)).length; // → 6
 */
export function repeated(repeats: number, rng: Rng, folds: (rng: Rng) => Split[]): Split[] {
  checkInteger(repeats, 1, 10_000, "repeat folds", "repeats");
  return Array.from({ length: repeats }, (_, r) => folds(rng.fork(r))).flat();
}

export interface TimeSplitOptions {
  /** Rows in each test part; defaults to rows / (folds + 1), rounded down. */
  readonly testRows?: number;
  /** Rows left out between the training rows and the test rows. @default 0 */
  readonly gap?: number;
  /** At most this many of the latest training rows; defaults to all. */
  readonly maxTrain?: number;
}

/**
 * Splits of rows in the order of time: each trains on what lies before its test rows. scikit-learn's TimeSeriesSplit.
 *
 * @example
 * timeFolds(6, 2).map((one) => [one.train.length, ...one.test]); // → [[2, 2, 3], [4, 4, 5]]
 */
export function timeFolds(rows: number, folds: number, options: TimeSplitOptions = {}): Split[] {
  const action = "make folds in time";
  checkInteger(folds, 1, rows - 1, action, "folds");
  const { testRows = Math.floor(rows / (folds + 1)), gap = 0, maxTrain = rows } = options;
  checkInteger(testRows, 1, rows, action, "testRows");
  checkInteger(gap, 0, rows, action, "gap");
  checkInteger(maxTrain, 1, rows, action, "maxTrain");
  const first = rows - folds * testRows;
  check(
    first - gap > 0,
    action,
    `${rows} rows must hold ${folds} tests of ${testRows}, a gap of ${gap} and a training row`,
  );
  return Array.from({ length: folds }, (_, f) => {
    const begin = first + f * testRows;
    const end = begin - gap;
    return { train: range(Math.max(0, end - maxTrain), end), test: range(begin, begin + testRows) };
  });
}

/** Labels as codes 0 … count − 1, in ascending order of the labels or in the order in which they first occur. */
function coded(
  labels: Labels,
  rows: number,
  action: string,
  order: "ascending" | "as met" = "ascending",
): { codes: Int32Array; count: number } {
  checkSameLength(labels.length, rows, action, "labels and rows");
  const codeOf = new Map<number | string, number>();
  for (let i = 0; i < rows; i++) if (!codeOf.has(labels[i])) codeOf.set(labels[i], codeOf.size);
  if (order === "ascending") {
    const kinds = [...codeOf.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    kinds.forEach((kind, code) => {
      codeOf.set(kind, code);
    });
  }
  const codes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) codes[i] = codeOf.get(labels[i]) as number;
  return { codes, count: codeOf.size };
}

function sizeOf(size: Size, whole: number, action: string): number {
  checkNumber(size, 0, whole - 1, action, "a part's size", "low");
  const found = size < 1 ? Math.ceil(size * whole) : size;
  checkInteger(found, 1, whole - 1, action, "a part's rows or groups");
  return found;
}

/**
 * How many of `size` draws each stratum gets: its share rounded down, and what is left to the largest remainders, equal
 * ones at random.
 */
function apportion(sizes: readonly number[], size: number, rng: Rng): number[] {
  const whole = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((siz) => (siz * size) / whole);
  const shares = exact.map(Math.floor);
  const order = shuffle(rng, [...sizes.keys()]).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]));
  const left = size - shares.reduce((a, b) => a + b, 0);
  for (let k = 0; k < left; k++) shares[order[k]]++;
  return shares;
}

function membersOf(codes: Int32Array, count: number): Int32Array[] {
  const sizes = sizesOf(codes, count);
  const members = Array.from(sizes, (size) => new Int32Array(size));
  const at = new Int32Array(count);
  codes.forEach((code, row) => {
    members[code][at[code]++] = row;
  });
  return members;
}

function sizesOf(codes: Int32Array, count: number): Int32Array {
  const sizes = new Int32Array(count);
  for (const code of codes) sizes[code]++;
  return sizes;
}

function splitsOf(fold: Int32Array, folds: number): Split[] {
  return Array.from({ length: folds }, (_, f) => partition(fold, (one) => one === f));
}

function partition(codes: ArrayLike<number>, isTest: (code: number) => boolean): Split {
  let held = 0;
  for (let i = 0; i < codes.length; i++) if (isTest(codes[i])) held++;
  const train = new Int32Array(codes.length - held);
  const test = new Int32Array(held);
  for (let i = 0, a = 0, b = 0; i < codes.length; i++) {
    if (isTest(codes[i])) test[b++] = i;
    else train[a++] = i;
  }
  return { train, test };
}

function flagsOf(members: Int32Array, count: number): Uint8Array {
  const flags = new Uint8Array(count);
  for (const one of members) flags[one] = 1;
  return flags;
}

function taken(labels: Labels | undefined, rows: Int32Array): Labels | undefined {
  return labels && Array.from(rows, (i) => labels[i]);
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}

/** The population standard deviation. */
function spread(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
}

function meanSpread(perFold: readonly Float64Array[], totals: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < totals.length; c++)
    sum += spread(Float64Array.from(perFold, (one) => one[c] / totals[c]));
  return sum / totals.length;
}

/** numpy.isclose with its default tolerances. */
function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);
}
