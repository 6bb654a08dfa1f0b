import { check, checkFinite, checkSameLength } from "../../core/checks";
import { chooseContacts, type Limits } from "./choose-contacts";
import type { ContactValue } from "./offer";

/** What is believed when choosing, as factors on the truth. */
export interface Belief {
  /** Factor on all costs: 2 if they are thought twice as high. */
  readonly cost: number;
  /** Factor on what a contact gains before costs (effect × value). */
  readonly gain: number;
}

/** What a wrong belief costs. */
export interface Consequence extends Belief {
  readonly contacted: number;
  /** Profit by the true figures of the customers chosen by the wrong ones. */
  readonly profit: number;
  /** That, as a share of what factors of 1 would have brought; 1 where nothing is lost. */
  readonly kept: number;
  /** The share of the rightly chosen customers that is chosen still. */
  readonly overlap: number;
}

export interface SensitivityOptions {
  /** In believed money. */
  readonly limits?: Limits;
  /** What a model says of costs and profits, where that is not the truth: beliefs are factors on it. */
  readonly believed?: ContactValue;
}

/**
 * Chooses contacts under each belief and counts by the truth: how wrong may costs and effects be before the decision
 * changes? `truth` is what a contact really costs and brings; losses are against what factors of 1 choose.
 *
 * @example
 * const truth = { profit: Float64Array.of(5, 1), cost: Float64Array.of(2, 2) };
 * // Whoever takes contacts for twice as dear leaves the second customer alone, and loses 1 of 6.
 * sensitivity(truth, [{ cost: 2, gain: 1 }]); // → [{ contacted: 1, profit: 5 }]
 */
export function sensitivity(
  truth: ContactValue,
  beliefs: readonly Belief[],
  options: SensitivityOptions = {},
): readonly Consequence[] {
  const action = "test sensitivity";
  const { limits = {}, believed: base = truth } = options;
  const { profit, cost } = base;
  checkSameLength(profit.length, cost.length, action, "profits and costs");
  checkSameLength(truth.profit.length, profit.length, action, "true and believed profits");
  checkFinite(profit, action, "profits");
  checkFinite(truth.profit, action, "profits");
  const right = chooseContacts(base, limits);
  const rightly = right.rows.reduce((sum, i) => sum + truth.profit[i], 0);
  const chosen = new Set(right.rows);
  return beliefs.map((belief) => {
    check(
      belief.cost > 0 && belief.gain > 0,
      action,
      "factors must be above 0",
      `${belief.cost}, ${belief.gain}`,
    );
    const believedCost = cost.map((c) => c * belief.cost);
    const believed = profit.map((p, i) => (p + cost[i]) * belief.gain - believedCost[i]);
    const { rows } = chooseContacts({ profit: believed, cost: believedCost }, limits);
    let made = 0;
    let same = 0;
    for (const i of rows) {
      made += truth.profit[i];
      if (chosen.has(i)) same++;
    }
    return {
      ...belief,
      contacted: rows.length,
      profit: made,
      kept: rightly > 0 ? made / rightly : 1,
      overlap: right.rows.length > 0 ? same / right.rows.length : 1,
    };
  });
}
