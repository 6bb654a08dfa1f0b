import { check } from "../../core/checks";
import type { Model, Watch } from "../../core/model";
import { normal, type Rng } from "../../core/rng";
import { kFold } from "../../data/split";
import { columnNamed, dropColumns, isCategorical, type Table, takeTableRows } from "../../data/table";
import { encode } from "../../features/encode";
import { randomForest } from "../../models/forest";
import { linearRegression } from "../../models/linear";
import { fitFolds, outOfFold } from "../../models/out-of-fold";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";
import type { ChurnData } from "../churn/data";
import { deskFields } from "./columns";

/** What the desk says of customers, one value a row. */
export interface DeskScores {
  /** Of leaving. */
  readonly probability: Float64Array;
  /** Customer lifetime value, with the ends of a 90 % interval. */
  readonly value: Float64Array;
  readonly valueLow: Float64Array;
  readonly valueHigh: Float64Array;
}

/** Where a desk's models come from. */
export interface DeskOrigin {
  readonly data: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly rows: number;
    readonly simulated: boolean;
  }[];
  readonly seed: string;
}

/** The models behind the customer's form: churn and value, for what is known with and without minutes. */
export interface Desk {
  readonly origin: DeskOrigin;
  /** Columns as `deskTable` makes them; rows with missing minutes are answered by the models without them. */
  score(rows: Table): DeskScores;
}

/** One pair of models, and the columns it needs. */
interface Variant {
  readonly columns: readonly string[];
  readonly churn: Pipeline;
  readonly value: Pipeline;
  /** Quantiles .05 and .95 of the value's out-of-fold residuals. */
  readonly residuals: readonly [number, number];
}

const optional = deskFields
  .filter((field) => field.kind === "number" && field.optional)
  .map((field) => field.column);
const all = deskFields.map((field) => field.column);

/** Trains the desk on the churn-bigml customers. */
export async function fitDesk(data: ChurnData, seed: string, rng: Rng, watch?: Watch): Promise<Desk> {
  const value = simulatedValue(data.train.rows, rng.fork("value label"));
  const variants: Variant[] = [];
  const sets = [all, all.filter((name) => !optional.includes(name))];
  for (const [k, columns] of sets.entries()) {
    watch?.progress?.({ phase: "train the desk's models", done: k, total: sets.length });
    variants.push(await fitVariant(columns, data, value, rng.fork(k), watch));
  }
  watch?.progress?.({ phase: "train the desk's models", done: sets.length, total: sets.length });
  const origin = {
    seed,
    data: data.sources
      .slice(0, 1)
      .map(({ name, sha256, rows, simulated }) => ({ name, sha256, rows, simulated })),
  };
  return deskOf(variants, origin);
}

async function fitVariant(
  columns: readonly string[],
  data: ChurnData,
  value: Float64Array,
  rng: Rng,
  watch?: Watch,
): Promise<Variant> {
  const rows = only(data.train.rows, columns);
  const fitChurn: FitTable = pipeline<Model>({
    encode: encode(),
    learner: randomForest({ trees: 200, minRows: 3 }),
  });
  const fitValue: FitTable = pipeline<Model>({ encode: encode(), learner: linearRegression() });
  const signal = watch?.signal ? { signal: watch.signal } : undefined;
  const churn = await fitChurn(rows, data.train.labels, rng.fork("churn"), signal);
  const folds = kFold(rows.rows, 5, rng.fork("folds"));
  const study = { learner: fitValue, data: { table: rows, y: value } };
  const predicted = outOfFold(await fitFolds(study, folds, rng.fork("value folds"), signal), rows.rows);
  const residuals = value.map((v, i) => v - predicted[i]).sort();
  const at = (share: number): number => residuals[Math.round(share * (residuals.length - 1))];
  return {
    columns,
    churn,
    value: await fitValue(rows, value, rng.fork("value"), signal),
    residuals: [at(0.05), at(0.95)],
  };
}

/**
 * A value for each customer by the reference system's formula: 100 · account length + 35 · the four charges
 * + 500 · international plan + 300 · voice-mail plan + N(0, 1000), not below 50. It is simulated: churn-bigml holds no
 * revenue history.
 */
export function simulatedValue(rows: Table, rng: Rng): Float64Array {
  const numbers = (name: string): Float64Array => {
    const one = columnNamed(rows, name);
    check(
      one.type === "numeric",
      "simulate values",
      `column ${JSON.stringify(name)} must be numeric`,
      one.type,
    );
    return one.values;
  };
  const yes = (name: string): Int32Array => {
    const one = columnNamed(rows, name);
    check(
      isCategorical(one),
      "simulate values",
      `column ${JSON.stringify(name)} must be yes or no`,
      one.type,
    );
    return one.codes;
  };
  const length = numbers("Account length");
  const charges = ["day", "eve", "night", "intl"].map((part) => numbers(`Total ${part} charge`));
  const international = yes("International plan");
  const voice = yes("Voice mail plan");
  return length.map((weeks, i) => {
    const charge = charges.reduce((sum, one) => sum + one[i], 0);
    return Math.max(
      50,
      100 * weeks + 35 * charge + 500 * international[i] + 300 * voice[i] + 1000 * normal(rng),
    );
  });
}

function deskOf(variants: readonly Variant[], origin: DeskOrigin): Desk {
  return {
    origin,
    score(rows) {
      const n = rows.rows;
      const out: DeskScores = {
        probability: new Float64Array(n),
        value: new Float64Array(n),
        valueLow: new Float64Array(n),
        valueHigh: new Float64Array(n),
      };
      const groups = byVariant(rows, variants);
      variants.forEach((variant, v) => {
        const chosen = groups[v];
        if (chosen.length === 0) return;
        const part = only(chosen.length === n ? rows : takeTableRows(rows, chosen), variant.columns);
        const probability = variant.churn.predict(part);
        const value = variant.value.predict(part);
        chosen.forEach((i, k) => {
          out.probability[i] = probability[k];
          out.value[i] = Math.max(50, value[k]);
          out.valueLow[i] = Math.max(50, value[k] + variant.residuals[0]);
          out.valueHigh[i] = Math.max(50, value[k] + variant.residuals[1]);
        });
      });
      return out;
    },
  };
}

/** For each variant the rows that it answers: the first whose columns are all known. */
function byVariant(rows: Table, variants: readonly Variant[]): number[][] {
  const groups: number[][] = variants.map(() => []);
  const known = optional.map((name) => columnNamed(rows, name));
  for (let i = 0; i < rows.rows; i++) {
    const complete = known.every((one) => one.type === "numeric" && !Number.isNaN(one.values[i]));
    groups[complete ? 0 : 1].push(i);
  }
  return groups;
}

function only(rows: Table, columns: readonly string[]): Table {
  return dropColumns(
    rows,
    rows.columns.map((one) => one.name).filter((name) => !columns.includes(name)),
  );
}
