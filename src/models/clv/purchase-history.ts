import { check, checkFinite, checkSameLength } from "../../core/checks";
import { type Matrix, takeRows, takeValues } from "../../core/matrix";

/**
 * What a purchase model reads of each customer: recency, frequency and age, in one unit of time. All arrays have one
 * entry a customer.
 */
export interface PurchaseHistory {
  /** Repeat purchases: purchases on different occasions, less the first. */
  readonly frequency: Float64Array;
  /** Time from the first to the last purchase; 0 where there was no repeat purchase. */
  readonly recency: Float64Array;
  /** Time from the first purchase to the end of observation: T in the literature. */
  readonly age: Float64Array;
  /** Mean amount of the repeat purchases; 0 where there was none. Needed for money only. */
  readonly monetaryValue?: Float64Array;
  /** Sum of the logarithms of the times between purchases. Needed to tell how regular they are. */
  readonly logGaps?: Float64Array;
  /** What rates of buying and leaving may depend on, a column each; models fitted without take no notice. */
  readonly covariates?: Matrix;
}

/** Throws at the first customer whose history contradicts itself, naming the row. */
export function checkHistory(history: PurchaseHistory, action: string): void {
  const { frequency, recency, age, monetaryValue, covariates } = history;
  check(frequency.length > 0, action, "there must be at least one customer");
  checkSameLength(frequency.length, recency.length, action, "frequencies and recencies");
  checkSameLength(frequency.length, age.length, action, "frequencies and ages");
  checkFinite(frequency, action, "frequencies");
  checkFinite(recency, action, "recencies");
  checkFinite(age, action, "ages");
  for (let i = 0; i < frequency.length; i++) {
    const [x, t, T] = [frequency[i], recency[i], age[i]];
    if (!Number.isInteger(x) || x < 0)
      check(false, action, `frequencies must be whole numbers of at least 0, got ${x} in row ${i}`);
    if (t < 0 || t > T)
      check(false, action, `a recency must be from 0 to the age, got ${t} and ${T} in row ${i}`);
    if (x === 0 && t !== 0)
      check(false, action, `without repeat purchases the recency must be 0, got ${t} in row ${i}`);
    if (x > 0 && t === 0)
      check(
        false,
        action,
        `with repeat purchases the recency must be above 0, got ${x} purchases in row ${i}`,
      );
  }
  if (monetaryValue)
    checkSameLength(frequency.length, monetaryValue.length, action, "frequencies and values");
  if (covariates) checkSameLength(frequency.length, covariates.rows, action, "frequencies and covariates");
}

/** Equal histories of frequency, recency and age counted once: what a likelihood needs, often half the rows. */
export function grouped(history: PurchaseHistory): PurchaseHistory & { readonly counts: Float64Array } {
  const { frequency, recency, age } = history;
  const order = Uint32Array.from(frequency.keys()).sort(
    (a, b) => frequency[a] - frequency[b] || recency[a] - recency[b] || age[a] - age[b],
  );
  const kept: number[] = [];
  const counts: number[] = [];
  for (const i of order) {
    const last = kept.at(-1);
    const same =
      last !== undefined &&
      frequency[last] === frequency[i] &&
      recency[last] === recency[i] &&
      age[last] === age[i];
    if (same) counts[counts.length - 1]++;
    else {
      kept.push(i);
      counts.push(1);
    }
  }
  return {
    ...takeCustomers({ frequency, recency, age }, kept),
    counts: Float64Array.from(counts),
  };
}

/** The history of some customers. */
export function takeCustomers(history: PurchaseHistory, rows: ArrayLike<number>): PurchaseHistory {
  const take = (values: Float64Array): Float64Array => takeValues(values, rows);
  const { monetaryValue, logGaps, covariates } = history;
  return {
    frequency: take(history.frequency),
    recency: take(history.recency),
    age: take(history.age),
    ...(monetaryValue ? { monetaryValue: take(monetaryValue) } : {}),
    ...(logGaps ? { logGaps: take(logGaps) } : {}),
    ...(covariates ? { covariates: takeRows(covariates, rows) } : {}),
  };
}
