import { groupRows } from "../../../core/group-rows";
import { column, type Matrix, takeRows, takeValues } from "../../../core/matrix";
import { type Table, takeTableRows } from "../../../data/table";
import { customerValue, customerValueQuantile } from "../../../models/clv/customer-value";
import type { SurvivalModel } from "../../../models/survival/censored";
import { residualSurvival, varianceOfLuck } from "../total-interval";
import type { Contracts } from "./contracts";

/** Contracts that are valued at a time. */
const blockRows = 65_536;

/** What running contracts are valued by. */
interface Valuing {
  readonly fitted: SurvivalModel;
  readonly encoded: (rows: Table) => Matrix;
  /** How long each contract has lasted, the places of the running ones, and what a month of each of these brings. */
  readonly time: Float64Array;
  readonly rows: Int32Array;
  readonly margins: Float64Array;
  readonly ahead: readonly number[];
  readonly churnMonths: number;
  /** A month. */
  readonly discountRate: number;
}

/** The figures of each running contract, with sums of all, block by block: survival takes a number a month ahead. */
export function valuedByBlocks(
  { covariates, strata }: Pick<Contracts, "covariates" | "strata">,
  { fitted, encoded, time, rows, margins, ahead, churnMonths, discountRate }: Valuing,
): Readonly<Record<"churn" | "expectedMonths" | "value" | "low" | "high", Float64Array>> & {
  /** The variance of what all bring, by luck alone. */
  readonly luck: number;
  readonly valueAtLowerChurn: number;
} {
  const [churn, expectedMonths, value, low, high] = [0, 1, 2, 3, 4].map(() => new Float64Array(rows.length));
  const later = Float64Array.from(ahead, (k) => 1.01 ** k);
  let [luck, valueAtLowerChurn] = [0, 0];
  for (let from = 0; from < rows.length; from += blockRows) {
    // Contracts of one age and the same columns have one future: it is reckoned once, and each brings its margin times it.
    const block = rows.subarray(from, from + blockRows);
    const own = encoded(takeTableRows(covariates, block));
    const ages = takeValues(time, block);
    const stratum = strata && block.map((i) => strata[i]);
    const columns = Array.from({ length: own.columns }, (_, j) => column(own, j));
    const groups = groupRows([ages, ...(stratum ? [stratum] : []), ...columns], block.length);
    const survival = residualSurvival(fitted, {
      x: takeRows(own, groups.first),
      ages: takeValues(ages, groups.first),
      ahead,
      ...(stratum ? { strata: groups.first.map((k) => stratum[k]) } : {}),
    });
    const unit = new Float64Array(survival.rows).fill(1);
    const longer = survival.values.map((s, k) => Math.min(1, s * later[Math.floor(k / survival.rows)]));
    const leaving = column(survival, churnMonths - 1).map((s) => 1 - s);
    const spent = customerValue(survival, unit);
    const worth = customerValue(survival, unit, { discountRate });
    const least = customerValueQuantile(survival, unit, 0.05, { discountRate });
    const most = customerValueQuantile(survival, unit, 0.95, { discountRate });
    const byLuck = varianceOfLuck(survival, discountRate);
    const longest = customerValue({ ...survival, values: longer }, unit, { discountRate });
    for (const [k, group] of groups.of.entries()) {
      const at = from + k;
      churn[at] = leaving[group];
      expectedMonths[at] = spent[group];
      value[at] = margins[at] * worth[group];
      low[at] = margins[at] * least[group];
      high[at] = margins[at] * most[group];
      luck += margins[at] * margins[at] * byLuck[group];
      valueAtLowerChurn += margins[at] * longest[group];
    }
  }
  return { churn, expectedMonths, value, low, high, luck, valueAtLowerChurn };
}
