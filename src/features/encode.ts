import { check, checkFinite, checkInteger, checkOneOf } from "../core/checks";
import { quantile } from "../core/math/statistics";
import { type Column, isCategorical, type NumericColumn, type Table } from "../data/table";
import { type Encoder, encoder, type Part } from "./encoder";
import { moments } from "./scale";

export interface EncodeOptions {
  /**
   * How categorical columns enter; defaults to "one-hot", one 0/1 column a level, for linear models, nets and
   * neighbours. "codes" keeps one column of codes with `levels`, for learners that split on categories. "drop" leaves
   * them out.
   */
  readonly categories?: "one-hot" | "codes" | "drop";
  /** Whether one-hot leaves out each column's first level (in sorted order); defaults to true. */
  readonly dropFirst?: boolean;
  /**
   * How numeric columns are scaled: "standard" subtracts the mean and divides by the population standard deviation;
   * "robust" uses median and interquartile range, then bounds outliers by x / √(1 + (x/3)²); "none" leaves them.
   * Defaults to "standard", and to "none" with codes.
   */
  readonly scale?: "standard" | "robust" | "none";
  /**
   * What stands for a missing number: the training rows' "median" or "mean", with a column that says so where the
   * training rows had any missing; "keep" leaves NaN, for learners that understand it. Defaults to "median", and to
   * "keep" with codes.
   */
  readonly missing?: "median" | "mean" | "keep";
  /** Whether filled numbers are marked by a 0/1 column of their own; defaults to true. */
  readonly indicator?: boolean;
  /** Levels kept a column, the most frequent ones; from 2, defaults to 255. */
  readonly maxLevels?: number;
  /** What becomes of a column with more: the rest is pooled into one level ("pool", the default), or it is left out. */
  readonly tooMany?: "pool" | "drop";
  /** Columns left out. */
  readonly drop?: readonly string[];
}

/** Fits an encoder to training rows. */
export type Encode = (train: Table) => Encoder;

/**
 * An encoder of tables into matrices, fitted on training rows alone. Columns keep the table's order. Levels that the
 * training rows don't show are unknown later: all zeros in one-hot columns, missing in codes. A missing category is a
 * level of its own where the training rows had one. Identifiers, dates, free text and columns without any value are
 * left out. As scikit-learn's `StandardScaler` and `OneHotEncoder(drop="first", handle_unknown="ignore")`.
 */
export function encode(options: EncodeOptions = {}): Encode {
  const action = "make encoder";
  const {
    categories = "one-hot",
    dropFirst = true,
    indicator = true,
    maxLevels = 255,
    tooMany = "pool",
  } = options;
  const { drop = [] } = options;
  checkOneOf(categories, ["one-hot", "codes", "drop"], action, "categories");
  const { scale = categories === "codes" ? "none" : "standard" } = options;
  const { missing = categories === "codes" ? "keep" : "median" } = options;
  checkOneOf(scale, ["standard", "robust", "none"], action, "scale");
  checkOneOf(missing, ["median", "mean", "keep"], action, "missing");
  checkOneOf(tooMany, ["pool", "drop"], action, "tooMany");
  checkInteger(maxLevels, 2, Infinity, action, "maxLevels");

  const partOf = (one: Column): Part | undefined => {
    if (one.type === "numeric") return numberPart(one, scale, missing, indicator);
    if (!isCategorical(one) || categories === "drop") return undefined;
    const counts = new Float64Array(one.levels.length);
    let absent = 0;
    for (const code of one.codes) {
      if (code < 0) absent++;
      else counts[code]++;
    }
    // A boolean's levels come false first; others sorted by code point, whatever order the file had.
    const seen = one.levels.map((_, code) => code).filter((code) => counts[code] > 0);
    if (seen.length === 0) return undefined;
    if (one.type === "categorical") seen.sort((a, b) => compare(one.levels[a], one.levels[b]));
    let kept = seen;
    if (seen.length > maxLevels) {
      if (tooMany === "drop") return undefined;
      const frequent = new Set([...seen].sort((a, b) => counts[b] - counts[a]).slice(0, maxLevels - 1));
      kept = seen.filter((code) => frequent.has(code));
    }
    const pooled = kept === seen ? [] : seen.filter((code) => !kept.includes(code));
    return {
      kind: categories,
      name: one.name,
      levels: kept.map((code) => one.levels[code]),
      pooled: pooled.map((code) => one.levels[code]),
      ...(categories === "one-hot" ? { first: dropFirst ? 1 : 0, missing: absent > 0 } : {}),
    } as Part;
  };

  return (train) => {
    check(train.rows > 0, "fit encoder", "the table must have rows", train.rows);
    const names = new Set(train.columns.map((one) => one.name));
    for (const name of drop) check(names.has(name), "fit encoder", "a column to drop must exist", name);
    const parts: Part[] = [];
    for (const one of train.columns) {
      const part = drop.includes(one.name) ? undefined : partOf(one);
      if (part) parts.push(part);
    }
    return encoder(parts);
  };
}

function numberPart(
  one: NumericColumn,
  scale: "standard" | "robust" | "none",
  missing: "median" | "mean" | "keep",
  indicator: boolean,
): Part | undefined {
  const present = withoutNaN(one.values);
  if (present.length === 0) return undefined;
  checkFinite(present, "fit encoder", `column ${JSON.stringify(one.name)}`);
  const absent = present.length < one.values.length;
  const fill =
    missing === "keep" ? undefined : missing === "mean" ? moments(present).mean : quantile(present, 0.5);
  // Scaling sees the filled numbers, as it would in a chain of an imputer and a scaler.
  const seen = fill === undefined || !absent ? present : one.values.map((v) => (Number.isNaN(v) ? fill : v));
  const [center, width] = scale === "none" ? [0, 1] : scale === "standard" ? standard(seen) : robust(seen);
  return {
    kind: "number",
    name: one.name,
    ...(fill === undefined ? {} : { fill }),
    center,
    width: width || 1,
    bounded: scale === "robust",
    indicator: indicator && fill !== undefined && absent,
  };
}

/** A copy of the values that are there. */
function withoutNaN(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) out[count++] = values[i];
  return out.subarray(0, count);
}

function standard(values: Float64Array): [number, number] {
  const { mean, deviation } = moments(values);
  return [mean, deviation];
}

function robust(values: Float64Array): [number, number] {
  const range = quantile(values, 0.75) - quantile(values, 0.25);
  return [quantile(values, 0.5), range || moments(values).deviation];
}

/** Order by code point, the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
