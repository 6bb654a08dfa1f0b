import { type Matrix, takeRows, takeValues } from "../../core/matrix";
import { integer, type Rng, seeded } from "../../core/rng";
import { customerValue } from "../../models/clv/customer-value";
import { type FitSurvival, type SurvivalData, takeSurvival } from "../../models/survival/censored";

/** What the interval of a total is reckoned from. */
export interface TotalParts {
  readonly data: SurvivalData;
  /** The running contracts among the data. */
  readonly rows: Int32Array;
  readonly learn: FitSurvival;
  /** Of the running contracts, at the ends of the months ahead. */
  readonly survival: Matrix;
  readonly margins: Float64Array;
  readonly ahead: readonly number[];
  readonly discountRate: number;
}

const refits = 20;
const mostRows = 3000;

/**
 * The 95 % prediction interval of what all running contracts will bring: the variance of luck, each contract ending by
 * itself, and that of the model, by fitting it to 20 samples drawn with replacement. Of more than 3,000 contracts samples
 * hold 3,000, and the variance shrinks as it does with the number of rows.
 */
export async function totalInterval(
  parts: TotalParts,
): Promise<{ readonly interval: readonly [number, number]; readonly notes: readonly string[] }> {
  const { data, rows, learn, survival, margins, ahead, discountRate } = parts;
  const values = customerValue(survival, margins, { discountRate });
  const total = values.reduce((sum, v) => sum + v, 0);
  const luck = varianceOfLuck(survival, margins, discountRate, values);
  const rng = seeded("interval of the total");
  const size = Math.min(mostRows, data.time.length);
  const shown = sample(rows, Math.min(1000, rows.length), rng.fork("shown"));
  const x = takeRows(data.x, shown);
  const ages = takeValues(data.time, shown);
  const place = new Map(Array.from(rows, (row, k) => [row, k]));
  const shownMargins = Float64Array.from(shown, (row) => margins[place.get(row) as number]);
  const sums: number[] = [];
  for (let k = 0; k < refits; k++) {
    const own = rng.fork(k);
    const drawn = Int32Array.from({ length: size }, () => integer(own, data.time.length));
    try {
      const model = await learn(takeSurvival(data, drawn), own);
      const again = customerValue(model.residualSurvivalAt(x, ages, ahead), shownMargins, { discountRate });
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

/** The sum of the variances of each contract's discounted margin, of which the month of its end decides. */
function varianceOfLuck(survival: Matrix, margins: Float64Array, rate: number, mean: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < survival.rows; i++) {
    let [paid, square, before] = [0, 0, 1];
    for (let k = 0; k < survival.columns; k++) {
      const there = survival.values[k * survival.rows + i];
      paid += margins[i] * (1 + rate) ** -k;
      square += (before - there) * paid ** 2;
      before = there;
    }
    sum += square + before * paid ** 2 - mean[i] ** 2;
  }
  return sum;
}

function sample(rows: Int32Array, size: number, rng: Rng): Int32Array {
  return rows.length <= size
    ? rows
    : Int32Array.from({ length: size }, () => rows[integer(rng, rows.length)]);
}
