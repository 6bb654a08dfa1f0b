import { z } from "zod";
import { check, checkInteger, checkSameLength } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import { type Matrix, matrix, takeRows } from "../../core/matrix";
import type { Model, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { type CompetingRisks, checkCompetingRisks } from "./aalen-johansen";
import { distinct, lastUpTo, type SurvivalData } from "./censored";
import { type CoxOptions, cox } from "./cox";
import { type CoxModel, coxFromJSON } from "./cox-model";

/** Lifetimes that end in one of several ways, with what is known of each row. */
export interface CompetingRisksData extends CompetingRisks {
  readonly x: Matrix;
}

export interface FineGrayOptions extends Omit<CoxOptions, "robust"> {
  /** The way of ending that is modelled, 1 (default), 2, …. */
  readonly cause?: number;
}

/** Fine and Gray's model: the chance to end by one cause, others having their turn. `predict` gives β · (x − means). */
export interface FineGrayModel extends Model {
  readonly kind: "fine-gray";
  readonly cause: number;
  /** The chance to have ended by the cause within each of `times`: a matrix with a row per row of `x`, a column per time. */
  cumulativeIncidenceAt(x: Matrix, times: ArrayLike<number>): Matrix;
  /** Coefficient, robust standard error, interval and p-value of each column; exp is the subdistribution hazard ratio. */
  coefficientTable(level?: number): readonly Coefficient[];
}

/** Beyond this many weighted rows the expansion would not fit in memory. */
const mostRows = 5_000_000;

/**
 * A learner of Fine and Gray's subdistribution hazards (1999): what raises the chance of voluntary churn, where customers
 * can also be lost otherwise. As R's `finegray` and `coxph` have it: who ended otherwise stays at risk with the chance of
 * still being watched as a weight, and standard errors are robust.
 *
 * @example
 * const x = matrixFromRows(Array.from({ length: 40 }, (_, i) => [i % 2]));
 * const time = Float64Array.from({ length: 40 }, (_, i) => 1 + ((i * 7) % 11) + 2 * (i % 2));
 * const cause = Array.from({ length: 40 }, (_, i) => i % 3);
 * const model = await fineGray({ cause: 1 })({ x, time, cause }, seeded(1));
 * model.cause; // → 1
 */
export function fineGray(
  options: FineGrayOptions = {},
): (train: CompetingRisksData, rng: Rng, watch?: Watch) => Promise<FineGrayModel> {
  const { cause = 1, ...coxOptions } = options;
  checkInteger(cause, 1, 2 ** 31 - 1, "fit a Fine-Gray model", "cause");
  const fit = cox({ ...coxOptions, robust: true });
  return async (train, rng, watch) =>
    modelOf(await fit(subdistributionRows(train, cause), rng, watch), cause);
}

/** Rows at risk of ending by `cause`: one each, and more with falling weights for those who ended otherwise. */
function subdistributionRows(data: CompetingRisksData, cause: number): SurvivalData {
  const action = "fit a Fine-Gray model";
  checkCompetingRisks(data, cause, action);
  checkSameLength(data.x.rows, data.time.length, action, "the matrix and times");
  const { time } = data;
  const n = time.length;
  const ends = distinct(time.filter((_, i) => data.cause[i] === cause));
  const watched = chanceWatched(data);
  const chance = ends.map(watched);
  const rows = { row: [] as number[], entry: [] as number[], time: [] as number[], weight: [] as number[] };
  const add = (row: number, entry: number, to: number, weight: number): void => {
    rows.row.push(row);
    rows.entry.push(entry);
    rows.time.push(to);
    rows.weight.push(weight);
  };
  for (let i = 0; i < n; i++) {
    add(i, 0, time[i], 1);
    if (data.cause[i] === 0 || data.cause[i] === cause) continue;
    const whole = watched(time[i]);
    let from = time[i];
    for (let k = lastUpTo(ends, time[i]) + 1; k < ends.length; k++) {
      if (k + 1 < ends.length && chance[k + 1] === chance[k]) continue;
      add(i, from, ends[k], chance[k] / whole);
      from = ends[k];
    }
    check(
      rows.row.length <= mostRows,
      action,
      `the rows of those who ended otherwise must not exceed ${mostRows} (round times, such as to whole days)`,
    );
  }
  return {
    x: takeRows(data.x, rows.row),
    time: Float64Array.from(rows.time),
    event: Float64Array.from(rows.row, (i, r) =>
      (r === 0 || rows.row[r - 1] !== i) && data.cause[i] === cause ? 1 : 0,
    ),
    entry: Float64Array.from(rows.entry),
    weights: Float64Array.from(rows.weight),
    clusters: Int32Array.from(rows.row),
  };
}

/** The chance of not being censored before a time, by Kaplan and Meier; at one time ends come before censorings. */
function chanceWatched({ time, cause }: CompetingRisks): (t: number) => number {
  const times = distinct(time);
  const [left, gone] = [new Float64Array(times.length), new Float64Array(times.length)];
  time.forEach((t, i) => {
    (cause[i] === 0 ? left : gone)[lastUpTo(times, t)]++;
  });
  const before = new Float64Array(times.length + 1).fill(1);
  let atRisk = time.length;
  for (let k = 0; k < times.length; k++) {
    atRisk -= gone[k];
    before[k + 1] = left[k] > 0 ? before[k] * (1 - left[k] / atRisk) : before[k];
    atRisk -= left[k];
  }
  return (t) => before[lastUpTo(times, t)];
}

function modelOf(model: CoxModel, cause: number): FineGrayModel {
  return {
    kind: "fine-gray",
    cause,
    predict: model.predict,
    cumulativeIncidenceAt: (x, times) => {
      const free = model.survivalAt(x, times);
      const features = Array.from(times, (t) => ({ name: `within ${t}` }));
      return matrix(
        free.rows,
        free.columns,
        free.values.map((s) => 1 - s),
        features,
      );
    },
    coefficientTable: model.coefficientTable,
    toJSON: () => ({ kind: "fine-gray", version: 1, cause, model: model.toJSON() }),
  };
}

const json = z.strictObject({
  kind: z.literal("fine-gray"),
  version: z.literal(1),
  cause: z.int().min(1),
  model: z.unknown(),
});

/** The Fine-Gray model that `toJSON` described. */
export function fineGrayFromJSON(from: unknown): FineGrayModel {
  const read = json.safeParse(from);
  check(read.success, "load a Fine-Gray model", read.success ? "" : z.prettifyError(read.error));
  return modelOf(coxFromJSON(read.data.model), read.data.cause);
}
