import { check, checkFinite, checkSameLength } from "../../core/checks";

/** What a campaign in which chance (or known chances) decided between actions brought, row by row. */
export interface ActionOutcomes {
  /** What was hoped for: money, or 1 and 0. */
  readonly y: ArrayLike<number>;
  /** The action of each row, from 0; 0 is often "nothing". */
  readonly action: ArrayLike<number>;
  /** The chance of each action, the same for all rows; they sum to 1. */
  readonly chances: readonly number[];
}

/** What a policy brings a row on average, with its 95 % interval. */
export interface PolicyValue {
  readonly value: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/**
 * For each action and row, an unbiased score of what the action would bring: the expectation of a model that did not see
 * the row, corrected by what was seen where the action was taken (augmented inverse-propensity weighting: Robins,
 * Rotnitzky and Zhao, 1994; Dudík, Langford and Li, 2011). A wrong model costs precision, never truth.
 */
export function doublyRobustScores(
  { y, action, chances }: ActionOutcomes,
  expected: readonly ArrayLike<number>[],
): Float64Array[] {
  const doing = "score actions";
  check(chances.length > 1, doing, "there must be two actions or more", chances.length);
  checkSameLength(expected.length, chances.length, doing, "expectations and chances");
  checkSameLength(action.length, y.length, doing, "actions and outcomes");
  check(
    chances.every((e) => e > 0 && e < 1) && Math.abs(chances.reduce((sum, e) => sum + e, 0) - 1) < 1e-6,
    doing,
    "chances must be above 0 and sum to 1",
    chances.join(", "),
  );
  checkFinite(y, doing, "outcomes");
  return expected.map((model, a) => {
    checkSameLength(model.length, y.length, doing, "expectations and outcomes");
    checkFinite(model, doing, "expectations");
    return Float64Array.from(model, (m, i) => m + (action[i] === a ? (y[i] - m) / chances[a] : 0));
  });
}

/**
 * What taking `policy`'s action in each row brings a row on average, less what `against` brings where that is given (a
 * paired difference). Honest only if nothing in the policy was chosen by the outcomes of the row it decides on.
 */
export function policyValue(
  scores: readonly Float64Array[],
  policy: ArrayLike<number>,
  against?: ArrayLike<number>,
): PolicyValue {
  const doing = "value a policy";
  const rows = scores[0]?.length ?? 0;
  check(rows > 1, doing, "there must be two rows or more", rows);
  checkSameLength(policy.length, rows, doing, "actions and scores");
  if (against) checkSameLength(against.length, rows, doing, "actions and scores");
  const of = (actions: ArrayLike<number>, i: number): number => {
    const own = scores[actions[i]];
    check(own !== undefined, doing, `actions must be from 0 to ${scores.length - 1}`, actions[i]);
    return own[i];
  };
  let [sum, squares] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const gain = of(policy, i) - (against ? of(against, i) : 0);
    const before = i === 0 ? 0 : sum / i;
    sum += gain;
    squares += (gain - before) * (gain - sum / (i + 1));
  }
  const value = sum / rows;
  const standardError = Math.sqrt(squares / (rows - 1) / rows);
  const reach = 1.959964 * standardError;
  return { value, standardError, low: value - reach, high: value + reach };
}
