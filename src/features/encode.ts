import { check, checkFinite, checkInteger, checkOneOf, checkSameLength } from "../core/checks";
import { quantile } from "../core/math/statistics";
import type { Matrix } from "../core/matrix";
import { asTable, type PolarsFrame } from "../data/polars";
import { type Column, isCategorical, type Table } from "../data/table";
import type { Known } from "./cross-fit";
import { datePart } from "./dates";
import { type DerivedPart, type Encoder, encoder, featuresOf, writeDerived } from "./encoder";
import type { Part, Scaling } from "./parts";
import { moments } from "./scale";
import { targetMeans } from "./target-mean";
import { textScores } from "./text-score";

export interface EncodeOptions {
  /**
   * How categorical columns enter; defaults to "one-hot", one 0/1 column a level, for linear models, nets and
   * neighbours. "codes" keeps one column of codes with `levels`, for learners that split on categories. "drop" leaves
   * them out.
   */
  readonly categories?: "one-hot" | "codes" | "drop";
  /** Whether one-hot leaves out each column's first level (in sorted order). @default true */
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
  /** Whether filled numbers are marked by a 0/1 column of their own. @default true */
  readonly indicator?: boolean;
  /** Levels kept a column, the most frequent ones; from 2. @default 255 */
  readonly maxLevels?: number;
  /**
   * What becomes of a column with more: the rest is pooled into one level ("pool", the default), it is left out, or its
   * levels become their mean target ("target-mean", which needs targets; without them "pool").
   */
  readonly tooMany?: "pool" | "drop" | "target-mean";
  /**
   * What becomes of dates: "parts" makes numbers of them (days since the last one of training, month, day, weekday, hour,
   * and days between two columns of dates); "drop", the default, leaves them out.
   */
  readonly dates?: "parts" | "drop";
  /** What becomes of free text: its "score" by words, which needs targets; "drop", the default, leaves it out. */
  readonly text?: "score" | "drop";
  /** Columns left out. */
  readonly drop?: readonly string[];
}

/** What takes features from columns of any kind: for learners of targets. */
export const everyColumn = {
  dates: "parts",
  text: "score",
  tooMany: "target-mean",
} as const satisfies EncodeOptions;

/** An encoder and what it was fitted to. */
export interface FittedEncoder extends Encoder {
  /**
   * The matrix of the training rows, to learn from: where features were learned from targets, each row has what the
   * targets of others say, and `transform` of the same rows would tell too much.
   */
  trained(): Matrix;
  /** Whether features were learned from targets, so that held-out rows must be kept from the encoder too. */
  readonly supervised: boolean;
}

/** Fits an encoder to training rows, and to their targets where they are given. */
export type Encode = (train: Table | PolarsFrame, known?: Known) => FittedEncoder;

/**
 * An encoder of tables into matrices, fitted on training rows alone. Columns keep the table's order. Levels that the
 * training rows don't show are unknown later: all zeros in one-hot columns, missing in codes. A missing category is a
 * level of its own where the training rows had one. Identifiers and columns without any value are left out, and so are
 * dates and free text unless asked for. As scikit-learn's `StandardScaler` and `OneHotEncoder(drop="first", handle_unknown="ignore")`.
 *
 * @example
 * const { table: customers } = parseCsv("plan,months\nbasic,3\nplus,24\nplus,9\n");
 * const encoder = encode({ scale: "none" })(customers);
 * encoder.features.map((one) => one.source ?? one.name); // → ["plan", "months"]
 * encoder.transform(customers).values; // → [0, 1, 1, 3, 24, 9]
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
  const { drop = [], dates = "drop", text = "drop" } = options;
  checkOneOf(categories, ["one-hot", "codes", "drop"], action, "categories");
  const { scale = categories === "codes" ? "none" : "standard" } = options;
  const { missing = categories === "codes" ? "keep" : "median" } = options;
  checkOneOf(scale, ["standard", "robust", "none"], action, "scale");
  checkOneOf(missing, ["median", "mean", "keep"], action, "missing");
  checkOneOf(tooMany, ["pool", "drop", "target-mean"], action, "tooMany");
  checkOneOf(dates, ["parts", "drop"], action, "dates");
  checkOneOf(text, ["score", "drop"], action, "text");
  checkInteger(maxLevels, 2, Infinity, action, "maxLevels");

  const scaled = (values: Float64Array, name: string, mark = indicator): Scaling | undefined =>
    scalingOf(values, name, scale, missing, mark);
  const partOf = (column: Column, train: Table, known: Known | undefined): Fitted | undefined => {
    const numbers = (values: Float64Array): Scaling | undefined => scaled(values, column.name);
    if (column.type === "numeric") {
      const scaling = numbers(column.values);
      return scaling && { part: { kind: "number", name: column.name, ...scaling } };
    }
    if (column.type === "date" && dates === "parts") {
      const mark = (values: Float64Array, first: boolean) => scaled(values, column.name, indicator && first);
      const part = datePart(column, train, mark);
      return part && { part };
    }
    if (column.type === "text" && text === "score") return known && textScores(column, known, numbers);
    if (!isCategorical(column) || categories === "drop") return undefined;
    const counts = new Float64Array(column.levels.length);
    let absent = 0;
    for (const code of column.codes) {
      if (code < 0) absent++;
      else counts[code]++;
    }
    // A boolean's levels come false first; others sorted by code point, whatever order the file had.
    const seen = column.levels.map((_, code) => code).filter((code) => counts[code] > 0);
    if (seen.length === 0) return undefined;
    if (column.type === "categorical") seen.sort((a, b) => compare(column.levels[a], column.levels[b]));
    let kept = seen;
    if (seen.length > maxLevels) {
      if (tooMany === "drop") return undefined;
      if (tooMany === "target-mean" && known) return targetMeans(column, known, numbers);
      const frequent = new Set([...seen].sort((a, b) => counts[b] - counts[a]).slice(0, maxLevels - 1));
      kept = seen.filter((code) => frequent.has(code));
    }
    const pooled = kept === seen ? [] : seen.filter((code) => !kept.includes(code));
    const part = {
      kind: categories,
      name: column.name,
      levels: kept.map((code) => column.levels[code]),
      pooled: pooled.map((code) => column.levels[code]),
      ...(categories === "one-hot" ? { first: dropFirst ? 1 : 0, missing: absent > 0 } : {}),
    } as Part;
    return { part };
  };

  return (given, known) => {
    const train = asTable(given);
    check(train.rows > 0, "fit encoder", "the table must have rows", train.rows);
    if (known) checkSameLength(train.rows, known.y.length, "fit encoder", "rows and targets");
    const names = new Set(train.columns.map((column) => column.name));
    for (const name of drop) check(names.has(name), "fit encoder", "a column to drop must exist", name);
    const fitted = train.columns.flatMap((column): Fitted[] => {
      const part = drop.includes(column.name) ? undefined : partOf(column, train, known);
      return part ? [part] : [];
    });
    // What tells nothing of rows that it was not learned from is left out, unless there is nothing else.
    const telling = fitted.filter((one) => one.tells !== false);
    return fittedEncoder(telling.length > 0 ? telling : fitted, train);
  };
}

/** A part, and where it was learned from targets its numbers of the training rows. */
interface Fitted {
  readonly part: Part;
  readonly values?: readonly Float64Array[];
  readonly tells?: boolean;
}

function fittedEncoder(fitted: readonly Fitted[], train: Table): FittedEncoder {
  const made = encoder(fitted.map((one) => one.part));
  return {
    ...made,
    supervised: fitted.some((one) => one.values !== undefined),
    trained() {
      const x = made.transform(train);
      let at = 0;
      for (const { part, values } of fitted) {
        const width = featuresOf(part).length;
        const out = x.values.subarray(at * train.rows, (at + width) * train.rows);
        if (values) writeDerived(part as DerivedPart, values, out.fill(0));
        at += width;
      }
      return x;
    },
  };
}

function scalingOf(
  values: Float64Array,
  name: string,
  scale: "standard" | "robust" | "none",
  missing: "median" | "mean" | "keep",
  indicator: boolean,
): Scaling | undefined {
  const present = withoutNaN(values);
  if (present.length === 0) return undefined;
  checkFinite(present, "fit encoder", `column ${JSON.stringify(name)}`);
  const absent = present.length < values.length;
  const fill =
    missing === "keep" ? undefined : missing === "mean" ? moments(present).mean : quantile(present, 0.5);
  // Scaling sees the filled numbers, as it would in a chain of an imputer and a scaler.
  const seen = fill === undefined || !absent ? present : values.map((v) => (Number.isNaN(v) ? fill : v));
  const [center, width] = scale === "none" ? [0, 1] : scale === "standard" ? standard(seen) : robust(seen);
  return {
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
