import { check, checkNumber, checkSameLength } from "../../core/checks";
import { normalQuantile } from "../../core/math/normal-distribution";
import { distinct, lastUpTo } from "./censored";

/** Lifetimes that end in one of several ways. Arrays have one entry a row. */
export interface CompetingRisks {
  /** How long the row was observed, at least 0. */
  readonly time: Float64Array;
  /** The way it ended, 1, 2, …; 0 where only observation did. */
  readonly cause: ArrayLike<number>;
}

/** The chance of having ended in one way by each time, others having their turn too. */
export interface CumulativeIncidence {
  /** The distinct times at which lifetimes ended in any way. */
  readonly times: Float64Array;
  readonly incidence: Float64Array;
  /** Aalen's variance, and the interval of the given coverage on the log–log scale. */
  readonly standardError: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  at(time: number): number;
}

/**
 * The Aalen–Johansen estimate (1978) of the chance to end by `cause`, such as voluntary churn beside involuntary: one minus
 * Kaplan and Meier's survival with other causes censored would count customers as leavers who were gone another way.
 *
 * @example
 * // Two left by themselves (1), one was cut off (2), one is still there (0).
 * const ends = { time: Float64Array.of(1, 2, 3, 4), cause: [1, 2, 1, 0] };
 * aalenJohansen(ends, 1).at(3); // → 0.5
 */
export function aalenJohansen(data: CompetingRisks, cause: number, level = 0.95): CumulativeIncidence {
  const action = "estimate a cumulative incidence";
  checkNumber(level, 0, 1, action, "level", "both");
  const causes = checkCompetingRisks(data, cause, action);
  const { time } = data;
  const times = distinct(time.filter((_, i) => causes[i] > 0));
  const m = times.length;
  const [ended, own, risk] = [0, 1, 2].map(() => new Float64Array(m));
  const place = new Map(Array.from(times, (t, k) => [t, k]));
  time.forEach((t, i) => {
    const k = place.get(t);
    if (k !== undefined && causes[i] > 0) {
      ended[k]++;
      if (causes[i] === cause) own[k]++;
    }
    const last = lastUpTo(times, t);
    if (last >= 0) risk[last]++;
  });
  for (let k = m - 2; k >= 0; k--) risk[k] += risk[k + 1];
  const incidence = new Float64Array(m);
  const before = new Float64Array(m);
  let [alive, sum] = [1, 0];
  for (let k = 0; k < m; k++) {
    before[k] = alive;
    sum += (alive * own[k]) / risk[k];
    incidence[k] = sum;
    alive *= 1 - ended[k] / risk[k];
  }
  const standardError = incidence.map((at, k) =>
    Math.sqrt(varianceAt(at, k, { incidence, before, ended, own, risk })),
  );
  const z = normalQuantile(0.5 + level / 2);
  const bound = (sign: number): Float64Array =>
    incidence.map((p, k) => {
      if (p <= 0 || p >= 1) return p;
      // On the scale of log(−log p), which keeps both ends within (0, 1).
      return p ** Math.exp((-sign * z * standardError[k]) / (-p * Math.log(p)));
    });
  return {
    times,
    incidence,
    standardError,
    lower: bound(-1),
    upper: bound(1),
    at: (t) => incidence[lastUpTo(times, t)] ?? 0,
  };
}

/** The causes as whole numbers; throws unless the lifetimes are usable and some ended by `cause`. */
export function checkCompetingRisks(data: CompetingRisks, cause: number, action: string): Int32Array {
  const { time } = data;
  checkSameLength(time.length, data.cause.length, action, "times and causes");
  for (const name of ["entry", "weights", "strata", "clusters"])
    check(!(name in data), action, `competing risks take no ${name}`);
  const causes = Int32Array.from(data.cause);
  for (let i = 0; i < time.length; i++) {
    if (!(time[i] >= 0 && time[i] < Infinity))
      check(false, action, `times must be finite and not negative, got ${time[i]} in row ${i}`);
    if (!(data.cause[i] >= 0 && data.cause[i] === causes[i]))
      check(false, action, `causes must be whole numbers of at least 0, got ${data.cause[i]} in row ${i}`);
  }
  check(causes.includes(cause) && cause > 0, action, "some lifetimes must have ended by the cause", cause);
  return causes;
}

/** The delta method's variance (Marubini and Valsecchi, 1995, chapter 10), as Stata and cmprsk have it. */
function varianceAt(
  at: number,
  k: number,
  parts: {
    readonly incidence: Float64Array;
    readonly before: Float64Array;
    readonly ended: Float64Array;
    readonly own: Float64Array;
    readonly risk: Float64Array;
  },
): number {
  const { incidence, before, ended, own, risk } = parts;
  let sum = 0;
  for (let j = 0; j <= k; j++) {
    const left = at - incidence[j];
    const [n, d, c] = [risk[j], ended[j], own[j]];
    if (n > d) sum += (left ** 2 * d) / (n * (n - d));
    sum += (before[j] ** 2 * c * (n - c)) / n ** 3;
    sum -= (2 * left * before[j] * c) / n ** 2;
  }
  return Math.max(0, sum);
}
