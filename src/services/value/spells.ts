import { monthsBetween } from "./calendar";
import type { ReadLifetimes } from "./read-lifetimes";

/** Lifetimes of customers, several rows of one that belong together joined. Arrays have one entry a lifetime. */
export interface Spells {
  /** The last row of each, whose columns and revenue are the customer's now. */
  readonly rows: Int32Array;
  readonly months: Float64Array;
  readonly ended: Float64Array;
  readonly entry?: Float64Array;
  readonly revenue: Float64Array;
  readonly notes: readonly string[];
}

/** A contract that begins at most so many days after another one ended renews it. */
const renewalDays = 31;

/**
 * The lifetimes of customers: rows of one customer whose contracts overlap or follow within 31 days are one lifetime, from
 * the first start to the last end, with the revenue of all that run at its end. A later return is a lifetime of its own.
 */
export function joinSpells(
  kept: Int32Array,
  who: readonly string[],
  read: ReadLifetimes,
  revenue: Float64Array,
): Spells {
  const byCustomer = new Map<string, number[]>();
  for (const i of kept) {
    const own = byCustomer.get(who[i]);
    if (own) own.push(i);
    else byCustomer.set(who[i], [i]);
  }
  const { days } = read;
  if (byCustomer.size === kept.length || !days) {
    const twice = kept.length - byCustomer.size;
    return {
      rows: kept,
      months: Float64Array.from(kept, (i) => read.months[i]),
      ended: Float64Array.from(kept, (i) => read.ended[i]),
      ...(read.entry ? { entry: Float64Array.from(kept, (i) => (read.entry as Float64Array)[i]) } : {}),
      revenue: Float64Array.from(kept, (i) => revenue[i]),
      notes:
        twice > 0
          ? [
              `${twice} rows are of customers named before: without dates each row counts as a contract of its own`,
            ]
          : [],
    };
  }
  const spells: { rows: number[]; from: number; to: number }[] = [];
  for (const own of byCustomer.values()) {
    own.sort((a, b) => days.from[a] - days.from[b] || a - b);
    let open: { rows: number[]; from: number; to: number } | undefined;
    for (const i of own) {
      if (open && days.from[i] <= open.to + renewalDays) {
        open.rows.push(i);
        open.to = Math.max(open.to, days.to[i]);
        continue;
      }
      open = { rows: [i], from: days.from[i], to: days.to[i] };
      spells.push(open);
    }
  }
  const lastOf = spells.map(({ rows, to }) => rows.filter((i) => days.to[i] === to));
  const running = lastOf.map((rows) => rows.filter((i) => read.ended[i] === 0));
  const joined = spells.reduce((sum, { rows }) => sum + rows.length - 1, 0);
  const returned = spells.length - byCustomer.size;
  const { entry } = read;
  return {
    rows: Int32Array.from(
      spells,
      (_, k) => (running[k].length > 0 ? running[k] : lastOf[k]).at(-1) as number,
    ),
    months: Float64Array.from(spells, ({ from, to }) => monthsBetween(from, to)),
    ended: Float64Array.from(running, (rows) => (rows.length > 0 ? 0 : 1)),
    ...(entry
      ? { entry: Float64Array.from(spells, ({ rows }) => Math.min(...rows.map((i) => entry[i]))) }
      : {}),
    revenue: Float64Array.from(spells, (_, k) =>
      (running[k].length > 0 ? running[k] : lastOf[k]).reduce((sum, i) => sum + revenue[i], 0),
    ),
    notes: [
      ...(joined > 0
        ? [
            `${joined} rows renew or overlap an earlier contract of their customer, and are one lifetime with it`,
          ]
        : []),
      ...(returned > 0
        ? [
            `${returned} contracts begin more than ${renewalDays} days after the customer had left: lifetimes of their own`,
          ]
        : []),
    ],
  };
}
