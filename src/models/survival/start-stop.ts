import { check, checkFinite, checkSameLength } from "../../core/checks";
import type { Censored } from "./censored";

/** What is known of customers from change to change: one row a stretch of time in which a customer's columns stay the same. */
export interface StartStop {
  /** Whose row it is. */
  readonly id: ArrayLike<string | number>;
  /** The stretch (start, stop] of the customer's own time. */
  readonly start: ArrayLike<number>;
  readonly stop: ArrayLike<number>;
  /** 1 where the lifetime ended at `stop`, else 0. */
  readonly event: ArrayLike<number>;
}

/**
 * Lifetimes with columns that vary in time, as `cox` takes them (with the matrix beside them): each stretch enters at its
 * start, and the rows of a customer are one cluster.
 *
 * @throws RangeError where stretches of a customer overlap or one follows the end of the lifetime, as the customer would
 * then count twice or live on.
 * @example
 * const rows = startStopRows({ id: ["a", "a", "b"], start: [0, 3, 0], stop: [3, 7, 5], event: [0, 1, 0] });
 * [...rows.clusters]; // → [0, 0, 1]
 */
export function startStopRows(rows: StartStop): Censored & { readonly clusters: Int32Array } {
  const action = "read start-stop rows";
  const { id } = rows;
  const [entry, time, event] = [rows.start, rows.stop, rows.event].map((v) => Float64Array.from(v));
  for (const values of [entry, time, event])
    checkSameLength(id.length, values.length, action, "ids, starts, stops and events");
  checkFinite(entry, action, "starts");
  checkFinite(time, action, "stops");
  const numbers = new Map<string | number, number>();
  const clusters = Int32Array.from(id, (key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key) as number;
  });
  const order = Int32Array.from(time.keys()).sort((a, b) => clusters[a] - clusters[b] || entry[a] - entry[b]);
  for (let k = 1; k < order.length; k++) {
    const [before, i] = [order[k - 1], order[k]];
    if (clusters[before] !== clusters[i]) continue;
    const where = `customer ${id[i]}, rows ${before} and ${i}`;
    check(entry[i] >= time[before], action, `stretches must not overlap (${where})`, entry[i]);
    check(event[before] === 0, action, `no stretch must follow the end of the lifetime (${where})`, entry[i]);
  }
  return { time, event, entry, clusters };
}
