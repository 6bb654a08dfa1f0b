import { takeValues } from "../../../core/matrix";
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
  /** How the monthly revenue of all moved, by day and kind, where there are dates. */
  readonly movements?: readonly Movement[];
  readonly notes: readonly string[];
}

/** Changes of monthly revenue of one kind on a day, together. */
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
 * `who` numbers the customer of each row.
 */
export function joinSpells(
  kept: Int32Array,
  who: Int32Array,
  read: ReadLifetimes,
  revenue: Float64Array,
): Spells {
  const { days, entry } = read;
  const { first, next } = rowsByCustomer(kept, who);
  if (!days) {
    const twice = kept.reduce((sum, i) => sum + (first[who[i]] === i ? 0 : 1), 0);
    return {
      rows: kept,
      months: takeValues(read.months, kept),
      ended: takeValues(read.ended, kept),
      ...(entry ? { entry: takeValues(entry, kept) } : {}),
      revenue: takeValues(revenue, kept),
      notes:
        twice > 0
          ? [
              `${twice} rows are of customers named before: without dates each row counts as a contract of its own`,
            ]
          : [],
    };
  }
  const { moves, moved } = movementSums();
  const rows = new Int32Array(kept.length);
  const [from, to, ended, paid] = [0, 1, 2, 3].map(() => new Float64Array(kept.length));
  const entries = new Float64Array(entry ? kept.length : 0);
  let [count, joined, returned] = [0, 0, 0];
  const add = (spell: Pick<Spell, "from" | "to">, end: SpellEnd, entered: number): void => {
    rows[count] = end.row;
    [from[count], to[count], ended[count], paid[count]] = [spell.from, spell.to, end.gone, end.paid];
    if (entry) entries[count] = entered;
    count++;
  };
  for (const i of kept) {
    if (first[who[i]] !== i) continue;
    if (next[i] < 0) {
      const spell = { from: days.from[i], to: days.to[i] };
      const end = { row: i, gone: read.ended[i], paid: revenue[i] };
      add(spell, end, entry?.[i] ?? 0);
      moved({ day: spell.from, kind: "new", change: end.paid });
      if (end.gone === 1) moved({ day: spell.to, kind: "churned", change: -end.paid });
      continue;
    }
    const own: number[] = [];
    for (let row = i; row >= 0; row = next[row]) own.push(row);
    spellsOf(own, days).forEach((spell, k) => {
      const entered = entry ? spell.rows.reduce((low, row) => Math.min(low, entry[row]), Infinity) : 0;
      add(spell, endOf(spell, days, read.ended, revenue), entered);
      joined += spell.rows.length - 1;
      if (k > 0) returned++;
      for (const move of movementsOf(spell, k > 0, read, revenue)) moved(move);
    });
  }
  const lives = { from: from.subarray(0, count), to: to.subarray(0, count) };
  return {
    rows: rows.subarray(0, count),
    months: lives.from.map((start, k) => monthsBetween(start, to[k])),
    ended: ended.subarray(0, count),
    ...(entry ? { entry: entries.subarray(0, count) } : {}),
    revenue: paid.subarray(0, count),
    days: lives,
    movements: [...moves.values()],
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

/** The first row of each customer, and after each row the next one of the same customer; −1 where there is none. */
function rowsByCustomer(
  kept: Int32Array,
  who: Int32Array,
): { readonly first: Int32Array; readonly next: Int32Array } {
  const [first, last, next] = [0, 1, 2].map(() => new Int32Array(who.length).fill(-1));
  for (const i of kept) {
    const before = last[who[i]];
    if (before < 0) first[who[i]] = i;
    else next[before] = i;
    last[who[i]] = i;
  }
  return { first, next };
}

/** Sums of movements by day and kind. */
function movementSums(): { readonly moves: Map<string, Movement>; readonly moved: (move: Movement) => void } {
  const moves = new Map<string, Movement>();
  const moved = (move: Movement): void => {
    const key = `${move.day} ${move.kind}`;
    moves.set(key, { ...move, change: (moves.get(key)?.change ?? 0) + move.change });
  };
  return { moves, moved };
}

/** The last row of a lifetime, whether it has ended, and what all that run at its end bring. */
interface SpellEnd {
  readonly row: number;
  readonly gone: number;
  readonly paid: number;
}

function endOf(
  { rows, to }: Spell,
  days: NonNullable<ReadLifetimes["days"]>,
  ended: ArrayLike<number>,
  revenue: Float64Array,
): SpellEnd {
  const last = rows.filter((i) => days.to[i] === to);
  const running = last.filter((i) => ended[i] === 0);
  const there = running.length > 0 ? running : last;
  return {
    row: there.at(-1) as number,
    gone: running.length > 0 ? 0 : 1,
    paid: there.reduce((sum, i) => sum + revenue[i], 0),
  };
}

interface Spell {
  readonly rows: number[];
  readonly from: number;
  to: number;
}

/** Rows of one customer by lifetime. */
function spellsOf(own: number[], days: NonNullable<ReadLifetimes["days"]>): Spell[] {
  const spells: Spell[] = [];
  own.sort((a, b) => days.from[a] - days.from[b] || a - b);
  for (const i of own) {
    const open = spells.at(-1);
    if (open && days.from[i] <= open.to + renewalDays) {
      open.rows.push(i);
      open.to = Math.max(open.to, days.to[i]);
    } else spells.push({ rows: [i], from: days.from[i], to: days.to[i] });
  }
  return spells;
}

/** How the monthly revenue of one lifetime moved: at its start, at each contract that began or ended within, at its end. */
function movementsOf(
  { rows, from, to }: Spell,
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
