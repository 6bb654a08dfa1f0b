import { groupRows } from "../../../core/group-rows";
import { column, type Matrix, takeRows, takeValues } from "../../../core/matrix";
import { placesWhere } from "../../../core/places";
import { type Table, takeTableRows } from "../../../data/table";
import { customerValue, customerValueQuantile } from "../../../models/clv/customer-value";
import type { SurvivalModel } from "../../../models/survival/censored";
import { residualSurvival, varianceOfLuck } from "../total-interval";
import type { Contracts } from "./contracts";

/** What running contracts are valued by. */
interface Valuing {
  readonly fitted: SurvivalModel;
  readonly encoded: (rows: Table) => Matrix;
  /** The columns that are encoded. */
  readonly reads: readonly string[];
  /** How long each contract has lasted, the places of the running ones, and what a month of each of these brings. */
  readonly time: Float64Array;
  readonly running: Int32Array;
  readonly margins: Float64Array;
  readonly ahead: readonly number[];
  readonly churnMonths: number;
  /** A month. */
  readonly discountRate: number;
}

/** The figures of each running contract, with sums of all, as the rows of the table come: survival takes a number a month ahead. */
export async function valuedByBlocks(
  contracts: Pick<Contracts, "covariates" | "strata" | "rows">,
  { fitted, encoded, reads, time, running, margins, ahead, churnMonths, discountRate }: Valuing,
): Promise<
  Readonly<Record<"churn" | "expectedMonths" | "value" | "low" | "high", Float64Array>> & {
    /** The variance of what all bring, by luck alone. */
    readonly luck: number;
    readonly valueAtLowerChurn: number;
  }
> {
  const { covariates, strata, rows } = contracts;
  const [churn, expectedMonths, value, low, high, lucks, atLowerChurn] = Array.from(
    { length: 7 },
    () => new Float64Array(running.length),
  );
  const later = Float64Array.from(ahead, (k) => 1.01 ** k);
  let before = 0;
  /** Places among the running ones, of each row of the table that is the last of one. */
  const placeOf = new Int32Array(rows.reduce((most, row) => Math.max(most, row + 1), 0)).fill(-1);
  running.forEach((i, k) => {
    placeOf[rows[i]] = k;
  });
  for await (const batch of covariates(reads)) {
    const there = placesWhere(batch.rows, (i) => placeOf[before + i] >= 0);
    const places = there.map((i) => placeOf[before + i]);
    before += batch.rows;
    if (there.length === 0) continue;
    // Contracts of one age and the same columns have one future: it is reckoned once, and each brings its margin times it.
    const block = places.map((k) => running[k]);
    const own = encoded(takeTableRows(batch, there));
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
      const at = places[k];
      churn[at] = leaving[group];
      expectedMonths[at] = spent[group];
      value[at] = margins[at] * worth[group];
      low[at] = margins[at] * least[group];
      high[at] = margins[at] * most[group];
      lucks[at] = margins[at] * margins[at] * byLuck[group];
      atLowerChurn[at] = margins[at] * longest[group];
    }
  }
  const [luck, valueAtLowerChurn] = [lucks, atLowerChurn].map((of) => of.reduce((sum, v) => sum + v, 0));
  return { churn, expectedMonths, value, low, high, luck, valueAtLowerChurn };
}
