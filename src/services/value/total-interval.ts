import { type Matrix, takeRows, takeValues } from "../../core/matrix";
import { integer, seeded } from "../../core/rng";
import { customerValue } from "../../models/clv/customer-value";
import {
  type FitSurvival,
  type SurvivalData,
  type SurvivalModel,
  takeSurvival,
} from "../../models/survival/censored";
import type { CoxModel } from "../../models/survival/cox-model";

/** What the interval of a total is reckoned from. */
export interface TotalParts {
  readonly data: SurvivalData;
  /** The running contracts among the data. */
  readonly rows: Int32Array;
  readonly learn: FitSurvival;
  /** What a month of each running contract brings. */
  readonly margins: Float64Array;
  readonly ahead: readonly number[];
  readonly discountRate: number;
  /** What all are expected to bring, and its variance by luck alone. */
  readonly total: number;
  readonly luck: number;
}

const refits = 20;
const mostRows = 3000;
const mostShown = 1000;

/**
 * The 95 % prediction interval of what all running contracts will bring: the variance of luck, each contract ending by
 * itself, and that of the model, by fitting it to 20 samples drawn with replacement. Of more than 3,000 contracts samples
 * hold 3,000, and the variance shrinks as it does with the number of rows.
 */
export async function totalInterval(
  parts: TotalParts,
): Promise<{ readonly interval: readonly [number, number]; readonly notes: readonly string[] }> {
  const { data, rows, learn, margins, ahead, discountRate, total, luck } = parts;
  const rng = seeded("interval of the total");
  const size = Math.min(mostRows, data.time.length);
  const draw = rng.fork("shown");
  const places =
    rows.length <= mostShown
      ? Int32Array.from(rows.keys())
      : Int32Array.from({ length: mostShown }, () => integer(draw, rows.length));
  const shown = takeValues(Float64Array.from(rows), places);
  const x = takeRows(data.x, shown);
  const ages = takeValues(data.time, shown);
  const strata = data.strata && Int32Array.from(shown, (i) => (data.strata as Int32Array)[i]);
  const shownMargins = takeValues(margins, places);
  const sums: number[] = [];
  for (let k = 0; k < refits; k++) {
    const own = rng.fork(k);
    const drawn = Int32Array.from({ length: size }, () => integer(own, data.time.length));
    try {
      const model = await learn(takeSurvival(data, drawn), own);
      const survival = residualSurvival(model, { x, ages, ahead, ...(strata ? { strata } : {}) });
      const again = customerValue(survival, shownMargins, { discountRate });
      sums.push(again.reduce((sum, v) => sum + v, 0));
    } catch {
      // A sample may lack a level altogether, or ended contracts: it is counted, and said.
    }
  }
  const mean = sums.reduce((sum, v) => sum + v, 0) / Math.max(1, sums.length);
  const spread = sums.length > 1 ? sums.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (sums.length - 1) : 0;
  const relative = mean > 0 ? Math.sqrt(spread) / mean : 0;
  const model = total * relative * Math.sqrt(size / data.time.length);
  const width = 1.96 * Math.sqrt(luck + model ** 2);
  const lost = refits - sums.length;
  return {
    interval: [Math.max(0, total - width), total + width],
    notes:
      lost === 0
        ? []
        : [
            sums.length < 2
              ? "the total's interval knows luck alone: the model could not be fitted to samples of the contracts, which are too few for it"
              : `the total's interval stands on ${sums.length} samples of the contracts: to ${lost} others the model could not be fitted`,
          ],
  };
}

/** Survival for the months ahead, given the ages; of a Cox model also given the strata. */
export function residualSurvival(
  model: SurvivalModel,
  of: {
    readonly x: Matrix;
    readonly ages: Float64Array;
    readonly ahead: readonly number[];
    readonly strata?: Int32Array;
  },
): Matrix {
  const { x, ages, ahead, strata } = of;
  return strata
    ? (model as CoxModel).residualSurvivalAt(x, ages, ahead, strata)
    : model.residualSurvivalAt(x, ages, ahead);
}

/** The variance of the discounted months of contracts, of which the month of the end decides; a margin's square times it. */
export function varianceOfLuck(survival: Matrix, discountRate: number): Float64Array {
  const variance = new Float64Array(survival.rows);
  for (let i = 0; i < survival.rows; i++) {
    let [paid, mean, square, before] = [0, 0, 0, 1];
    for (let k = 0; k < survival.columns; k++) {
      const there = survival.values[k * survival.rows + i];
      paid += (1 + discountRate) ** -k;
      mean += (before - there) * paid;
      square += (before - there) * paid ** 2;
      before = there;
    }
    variance[i] = square + before * paid ** 2 - (mean + before * paid) ** 2;
  }
  return variance;
}
