import { takeValues } from "../../core/matrix";
import { seeded } from "../../core/rng";
import { type LoadOptions, loadSource } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import { stratifiedGroupKFold } from "../../data/split";
import { cellText, columnNamed, dropColumns, type Table } from "../../data/table";
import { target } from "../../data/target";
import type { Interval } from "../../evaluate/bootstrap";
import { descending, rocAuc } from "../../evaluate/ranking";
import { rSquared } from "../../evaluate/regression";
import { bootstrapRows } from "../../evaluate/value/bootstrap-rows";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { fitFolds, outOfFold } from "../../models/out-of-fold";
import { isMissing, type Missing, orMissing } from "../missing";

/** Customers of the Iranian carrier, with the value that the carrier gives each. */
export interface AtRiskData {
  readonly table: Table;
  readonly sources: readonly SourceInfo[];
}

/** The Iranian carrier's customers, where they are. */
export function atRiskData(options: LoadOptions = {}): Promise<AtRiskData | Missing> {
  return orMissing(["iranian-churn"], options, async () => {
    const { table, source } = await loadSource("iranian-churn", { ...options, simulate: false });
    return { table, sources: [source] };
  });
}

/** An order in which to call customers, by the share of the value lost that its first tenth holds. */
export interface CallingOrder {
  readonly name: string;
  readonly tenth: Interval;
}

/** How well the value that is about to leave is foretold, each customer by models that saw no equal of them. */
export interface AtRiskStudy {
  readonly customers: number;
  /** Rows equal to an earlier one in all columns; equals are kept in one fold. */
  readonly repeated: number;
  readonly leavers: number;
  readonly total: number;
  /** Value of those who left, as it was and as foretold: the sum of chance × value. */
  readonly lost: number;
  readonly foretold: Interval;
  readonly churnAuc: Interval;
  /** R² of a model of the value from the months of use: how far the carrier's value is but another name for use. */
  readonly valueFromUse: number;
  /** Chance × value first. */
  readonly orders: readonly CallingOrder[];
}

/** What of the customers' value is about to leave: chances out of fold, times the value that the carrier states. */
export async function atRiskStudy(
  data: AtRiskData | Missing,
  options: { readonly seed?: number; readonly folds?: number; readonly samples?: number } = {},
): Promise<AtRiskStudy | Missing> {
  if (isMissing(data)) return data;
  const { table } = data;
  const { seed = 42, folds = 5, samples = 200 } = options;
  const rng = seeded(seed).fork("at risk");
  const worth = columnNamed(table, "Customer Value");
  if (worth.type !== "numeric")
    throw new TypeError(`Cannot value customers: Customer Value must be numeric, got ${worth.type}`);
  const value = worth.values;
  const left = target(table, "Churn");
  const groups = equals(table);
  const known = dropColumns(table, ["Customer Value", "Churn"]);
  const x = encode({ categories: "codes" })(known).transform(known);
  const splits = stratifiedGroupKFold(left, groups, folds, rng.fork("folds"));
  const learner = (loss: "logistic" | "squared") =>
    gradientBoosting({ loss, trees: 150, learnRate: 0.08, leaves: 12, minRows: 15, l2: 3 });
  const chance = outOfFold(
    await fitFolds({ learner: learner("logistic"), data: { x, y: left } }, splits, rng.fork("chance")),
    left.length,
  );
  const use = outOfFold(
    await fitFolds({ learner: learner("squared"), data: { x, y: value } }, splits, rng.fork("value")),
    left.length,
  );
  const loss = left.map((y, i) => y * value[i]);
  const risk = chance.map((p, i) => p * value[i]);
  const found = bootstrapRows(
    left.length,
    (rows) => {
      const of = (values: Float64Array): Float64Array => takeValues(values, rows);
      const [y, lost] = [of(left), of(loss)];
      const all = sum(lost);
      const tenth = (by: Float64Array): number =>
        descending(of(by))
          .subarray(0, Math.round(rows.length / 10))
          .reduce((s, k) => s + lost[k], 0) / all;
      return {
        auc: rocAuc(y, of(chance)),
        foretold: sum(of(risk)) / all - 1,
        risk: tenth(risk),
        chance: tenth(chance),
        value: tenth(value),
      };
    },
    rng.fork("bootstrap"),
    { samples },
  );
  return {
    customers: left.length,
    repeated: left.length - new Set(groups).size,
    leavers: sum(left),
    total: sum(value),
    lost: sum(loss),
    foretold: found.foretold,
    churnAuc: found.auc,
    valueFromUse: rSquared(value, use),
    orders: [
      { name: "Chance to leave × value", tenth: found.risk },
      { name: "Chance to leave", tenth: found.chance },
      { name: "Value", tenth: found.value },
    ],
  };
}

/** A number a row, the same for rows that are equal in all columns. */
function equals(table: Table): Int32Array {
  const seen = new Map<string, number>();
  return Int32Array.from({ length: table.rows }, (_, i) => {
    const key = table.columns.map((column) => cellText(column, i)).join("\u0000");
    const group = seen.get(key) ?? seen.size;
    seen.set(key, group);
    return group;
  });
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
