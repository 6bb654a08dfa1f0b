import { monthsBetween } from "../calendar";
import type { ReadLifetimes } from "./read-lifetimes";

/** Lifetimes of customers, several rows of one that belong together joined. Arrays have one entry a lifetime. */
export interface Spells {
  /** The last row of each, whose columns and revenue are the customer's now. */
  readonly rows: Int32Array;
  /** Months under contract, until the end or the end of observation; calendar months where there are dates. */
  readonly months: Float64Array;
  /** 1 where the contract has ended. */
  readonly ended: Float64Array;
  /** Months under contract before it was watched; undefined where all were from their start. */
  readonly entry?: Float64Array;
  /** Revenue a month. */
  readonly revenue: Float64Array;
  /** Days of start and end since 1970-01-01, where there are dates. */
  readonly days?: { readonly from: Float64Array; readonly to: Float64Array };
  /** How the monthly revenue of all moved, where there are dates. */
  readonly movements?: readonly Movement[];
  readonly notes: readonly string[];
}

/** A change of monthly revenue on a day. */
export interface Movement {
  readonly day: number;
  readonly kind: "new" | "reactivated" | "expansion" | "contraction" | "churned";
  readonly change: number;
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
  if (!days) {
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
    days: {
      from: Float64Array.from(spells, (spell) => spell.from),
      to: Float64Array.from(spells, (spell) => spell.to),
    },
    movements: spells.flatMap((spell, k) =>
      movementsOf(spell, k > 0 && who[spells[k - 1].rows[0]] === who[spell.rows[0]], read, revenue),
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

/** How the monthly revenue of one lifetime moved: at its start, at each contract that began or ended within, at its end. */
function movementsOf(
  { rows, from, to }: { readonly rows: readonly number[]; readonly from: number; readonly to: number },
  returned: boolean,
  { days, ended }: ReadLifetimes,
  revenue: Float64Array,
): Movement[] {
  if (!days) return [];
  const steps = new Map<number, number>();
  const add = (day: number, change: number): void => {
    steps.set(day, (steps.get(day) ?? 0) + change);
  };
  for (const i of rows) {
    add(days.from[i], revenue[i]);
    // A contract that ends within the lifetime is renewed: its revenue goes when the next one's comes.
    const next = rows.find((j) => days.from[j] > days.from[i] && days.from[j] >= days.to[i]);
    if (ended[i] === 1 && days.to[i] < to)
      add(next === undefined ? days.to[i] : days.from[next], -revenue[i]);
  }
  const last = rows.filter((i) => ended[i] === 1 && days.to[i] === to);
  const gone = rows.every((i) => ended[i] === 1);
  const moves: Movement[] = [...steps].flatMap(([day, change]): Movement[] => {
    if (day === from) return [{ day, kind: returned ? "reactivated" : "new", change }];
    if (change === 0) return [];
    return [{ day, kind: change > 0 ? "expansion" : "contraction", change }];
  });
  if (gone) moves.push({ day: to, kind: "churned", change: -last.reduce((sum, i) => sum + revenue[i], 0) });
  return moves;
}
