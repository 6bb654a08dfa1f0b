import { check } from "../../core/checks";
import { type Censored, lastUpTo, riskTable } from "../../models/survival/censored";

/**
 * The chance of not yet being censored at a time, by Kaplan and Meier's estimate with the roles of ends and censoring
 * exchanged; who ends at a time is taken to have done so before others were censored then. Its inverse weighs those
 * who were seen for those who were not.
 */
export function censoringSurvival(data: Censored): (t: number) => number {
  const { times, atRisk, events, censored } = riskTable(data);
  const uncensored = new Float64Array(times.length);
  let share = 1;
  for (let k = 0; k < times.length; k++) {
    const left = atRisk[k] - events[k];
    if (censored[k] > 0) share *= 1 - censored[k] / left;
    uncensored[k] = share;
  }
  return (t) => {
    const k = lastUpTo(times, t);
    return k < 0 ? 1 : uncensored[k];
  };
}

/** The censoring weights of rows whose end was seen by `horizon`; 0 for all others. RangeError where nobody was left. */
export function endWeights(train: Censored, test: Censored, horizon: number, action: string): Float64Array {
  const uncensored = censoringSurvival(train);
  return test.time.map((t, i) => {
    if (test.event[i] !== 1 || t > horizon) return 0;
    const share = uncensored(t);
    check(share > 0, action, `the training data must have rows that are not censored by ${t}`);
    return 1 / share;
  });
}
