import { percent } from "../../../core/format";
import { joinValues } from "../../../core/matrix";
import { permutation, type Rng } from "../../../core/rng";
import { customerOf } from "../../../data/duplicates";
import { type Table, takeTableRows } from "../../../data/table";
import { growTree, treeRows } from "../../../synthesis/drawing/grow-tree";
import {
  cellFeature,
  leavesOf,
  type TreeColumn,
  type TreeFeature,
  valueFeature,
} from "../../../synthesis/drawing/trees";
import { day } from "../../../synthesis/structure/date-parts";
import { alignTables, type Shared, type SharedLevels, type SharedNumber } from "../align";
import { textsNotHolding } from "./held";
import { allowed, comparable, type LookedAt, leastMore, type NotDetermined } from "./looked-at";
import { numbersNotDetermined } from "./numbers";
import { limitsNotDetermined, ordersNotDetermined } from "./orders";

export type { NotDetermined } from "./looked-at";

/** Real rows are learnt from and judged by halves, of wide tables fewer; more would hardly move a share. */
const [mostReal, mostSynthetic, fewestReal, mostCells] = [4000, 2000, 1000, 320_000];
const [leastHalf, leastMade] = [30, 100];
/** A tree has so many leaves, of so many rows at least, and a split must gain so much log-likelihood. */
const [leaves, minRows, minGain] = [24, 5, 6];
/** Columns with more levels are neither told nor tell. */
const mostLevels = 62;
const [mostClasses, leastClass] = [12, 0.005];
/** So many pairs of dates are looked at. */
const mostPairs = 20;
/** It is right in all but so many real rows, and in all but this part of those in which its commonest value would be wrong. */
const [mostWrong, partWrong] = [0.05, 0.25];
/** … of which there are so many: fewer are told by chance. */
const leastMissed = 5;
/** What a tree may ask about: a column, a part of a date, a difference of two columns. */
interface Asked {
  readonly of: readonly string[];
  readonly column: TreeColumn;
  readonly feature: TreeFeature;
}

/** What a tree is to tell: a class of each row, and the columns that say it themselves. */
interface Told {
  readonly what: string;
  readonly of: readonly string[];
  readonly classes: Int32Array;
  readonly count: number;
}

/** What follows from other columns in real rows and not in synthetic ones, the furthest first. */
export interface Determined {
  readonly found: readonly NotDetermined[];
  /** Why nothing was looked at. */
  readonly notLookedAt?: string;
}

/**
 * The columns that other columns determine in real rows and not in synthetic ones: whatever rules a method looks for, some of a
 * table's are others. On half of the real rows (of a customer all are in one half) a tree learns each column (its levels; whether a
 * number is 0 or missing; the days between two dates where those are few values, whether they are in one month) from all others, parts of dates and differences of
 * columns, and a regression each number; both tell the other half and the synthetic rows. Numbers that rise or fall with another in all
 * real rows are looked at, too. Of fewer than 60 real rows, 100 synthetic
 * ones or so many customers that a half has 30 rows, nothing can be said, and it says so. A stop signal ends it with its reason.
 *
 * @example
 * const rows = Array.from({ length: 400 }, (_, i) => [(7 * i) % 11, (5 * i) % 13]);
 * const table = (met: (a: number, b: number, i: number) => boolean) =>
 *   parseCsv(`hours,limit,met\n${rows.map(([a, b], i) => `${a},${b},${met(a, b, i) ? "yes" : "no"}`).join("\n")}`).table;
 * const { found } = await notDetermined(table((a, b) => a <= b), table((a, b, i) => i % 2 === 0), seeded(1));
 * found.map(({ what, by }) => [what, by]); // → [["met", ["hours", "limit"]]]
 */
export async function notDetermined(
  real: Table,
  synthetic: Table,
  rng: Rng,
  {
    customer,
    signal,
  }: { readonly customer?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Determined> {
  const [learnt, judged] = halves(real, customer, rng);
  const made = drawn(synthetic, mostSynthetic, rng.fork("synthetic"));
  if (learnt.rows < leastHalf || judged.rows < leastHalf || made.rows < leastMade)
    return {
      found: [],
      notLookedAt: `whether columns follow from others as in the real rows was not looked at: it takes two halves of ${leastHalf} real rows${customer ? " with different customers" : ""} and ${leastMade} synthetic ones, and there are ${learnt.rows}, ${judged.rows} and ${made.rows}`,
    };
  const at = lookedAt(real, [learnt, judged, made], signal);
  const asked = askedOf(at);
  const found: NotDetermined[] = [];
  for (const one of [...at.shared.flatMap((own) => toldOf(own, at)), ...daysBetween(at), ...sameMonths(at)]) {
    await at.breathe();
    found.push(...judge(one, asked, at.ends));
  }
  found.push(...(await numbersNotDetermined(at)), ...ordersNotDetermined(at), ...limitsNotDetermined(at));
  found.push(...textsNotHolding(learnt, made));
  found.sort((a, b) => b.real - b.synthetic - (a.real - a.synthetic));
  const names = found.map(({ of, by }) => [...of, ...by]);
  // What tells a column is told by it, too.
  const told = names.map((own, k) =>
    names.slice(0, k).some((before) => own.every((name) => before.includes(name))),
  );
  return { found: found.filter((_, k) => !told[k]) };
}

/** It in words; `so` is what it means. */
export function describeNotDetermined(
  { what, by, real, synthetic, within, relative, order }: NotDetermined,
  so = "that is not learnt",
): string {
  const names = by.length > 1 ? `${by.slice(0, -1).join(", ")} and ${by.at(-1)}` : by[0];
  if (order === "is at most" || order === "holds")
    return `${what} ${order} ${order === "holds" ? `what ${names} say${by.length > 1 ? "" : "s"}` : names} in ${percent(real)} of the real rows and in ${percent(synthetic)} of the synthetic ones: ${so}`;
  if (order)
    return `${what} ${order} with ${names} in all neighbouring real rows and in ${percent(synthetic)} of the synthetic ones: ${so}`;
  const how =
    within === undefined
      ? ""
      : `, to within ${relative ? percent(within, 2) : Number(within.toPrecision(2))},`;
  return `${what} follows from ${names}${how} in ${percent(real)} of the real rows and in ${percent(synthetic)} of the synthetic ones: ${so}`;
}

function lookedAt(
  real: Table,
  tables: readonly [Table, Table, Table],
  signal: AbortSignal | undefined,
): LookedAt {
  const shared = alignTables(tables, "look for what determines what");
  const dates = new Set(real.columns.flatMap(({ name, type }) => (type === "date" ? [name] : [])));
  const numbers = shared.filter((one): one is SharedNumber => one.kind === "number");
  const values = new Map(numbers.map((one) => [one.name, joinValues(one.values)]));
  const [learnt, judged, made] = tables.map(({ rows }) => rows);
  return {
    shared,
    dates,
    values,
    pairs: comparable(numbers, dates, values),
    rounded: new Map(
      real.columns.flatMap((one) =>
        one.type === "numeric" ? [[one.name, 0.500001 * 10 ** -(one.decimals ?? 17)]] : [],
      ),
    ),
    ends: [learnt, learnt + judged, learnt + judged + made],
    breathe: async () => {
      await new Promise((next) => setImmediate(next));
      signal?.throwIfAborted();
    },
  };
}

function halves(real: Table, customer: string | undefined, rng: Rng): readonly [Table, Table] {
  const order = permutation(rng.fork("real"), real.rows);
  const most = Math.min(mostReal, Math.max(fewestReal, Math.floor(mostCells / real.columns.length)));
  if (!customer) {
    const rows = order.subarray(0, most);
    const half = rows.length >> 1;
    return [takeTableRows(real, rows.subarray(0, half)), takeTableRows(real, rows.subarray(half))];
  }
  const own = customerOf(real, [customer]);
  const seen = new Map<unknown, number>();
  const sides: [number[], number[]] = [[], []];
  for (const i of order) {
    const who = own(i) ?? `row ${i}`;
    const side = seen.get(who) ?? seen.size % 2;
    seen.set(who, side);
    if (sides[side].length < most / 2) sides[side].push(i);
  }
  return [takeTableRows(real, sides[0]), takeTableRows(real, sides[1])];
}

function drawn(from: Table, most: number, rng: Rng): Table {
  return from.rows <= most ? from : takeTableRows(from, permutation(rng, from.rows).subarray(0, most));
}

/** All tables' codes, missing as the last level. */
function cellsOf({ codes, levels }: SharedLevels): Int32Array {
  const out = new Int32Array(codes.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of codes) for (const code of part) out[at++] = code < 0 ? levels.length : code;
  return out;
}

function askedOf({ shared, dates, pairs, values: all, ends: [rows] }: LookedAt): readonly Asked[] {
  const out: Asked[] = [];
  const add = (of: readonly string[], column: TreeColumn, feature: TreeFeature | undefined): void => {
    if (feature) out.push({ of, column, feature });
  };
  const value = (of: readonly string[], values: Float64Array, also: readonly number[] = []): void =>
    add(of, { cells: [], values }, valueFeature(values.subarray(0, rows), out.length, also));
  for (const one of shared) {
    const values = all.get(one.name);
    if (one.kind === "levels") {
      const cells = cellsOf(one);
      add([one.name], { cells }, cellFeature(cells.subarray(0, rows), one.levels.length + 1, out.length));
    } else if (values) {
      // A number that is 0 is often another matter than one next to it.
      value([one.name], values, values.includes(0) ? besideZero : []);
      if (dates.has(one.name)) for (const part of partsOfDates) value([one.name], values.map(part));
    }
  }
  for (const { of, difference } of pairs) value(of, difference, besideZero);
  return out;
}

const monthOf = (date: number): number => new Date(date).getUTCMonth();
const partsOfDates = [
  monthOf,
  (date: number): number => new Date(date).getUTCDay(),
  (date: number): number => new Date(date).getUTCHours(),
];
const besideZero = [-1e-9, 1e-9];

/** The classes of values of so many rows learnt: the frequent ones, all others together as the last; undefined where it is not worth it. */
function classed(
  of: readonly string[],
  what: string,
  keys: ArrayLike<number | string>,
  rows: number,
): Told | undefined {
  const counts = new Map<number | string, number>();
  for (let i = 0; i < rows; i++) counts.set(keys[i], (counts.get(keys[i]) ?? 0) + 1);
  const often = [...counts].filter(([, count]) => count >= Math.max(minRows, leastClass * rows));
  const kept = often.sort((a, b) => b[1] - a[1]).slice(0, mostClasses);
  const held = kept.reduce((sum, [, count]) => sum + count, 0);
  if (kept.length < 2 || held < (1 - mostWrong) * rows) return undefined;
  const places = new Map(kept.map(([key], place) => [key, place]));
  const classes = Int32Array.from({ length: keys.length }, (_, i) => places.get(keys[i]) ?? kept.length);
  return { what, of, classes, count: kept.length + 1 };
}

function toldOf(one: Shared, { values: all, ends: [rows] }: LookedAt): readonly Told[] {
  const of = [one.name];
  if (one.kind === "levels") {
    if (one.levels.length > mostLevels) return [];
    return [classed(of, one.name, cellsOf(one), rows)].filter((told) => told !== undefined);
  }
  const values = all.get(one.name) ?? new Float64Array(0);
  const own = classed(of, one.name, values, rows);
  if (own) return [own];
  const some = values.includes(0) ? "0" : "missing";
  // NaN is one key of a map, as it should be.
  const kinds = values.map((value) => (value === 0 ? 0 : value - value + 1));
  return [classed(of, `whether ${one.name} is ${some}`, kinds, rows)].filter((told) => told !== undefined);
}

function daysBetween({ pairs, dates, ends: [rows] }: LookedAt): readonly Told[] {
  return pairs
    .filter(({ of }) => of.every((name) => dates.has(name)))
    .map(({ of, difference }) =>
      classed(
        of,
        `the days from ${of[0]} to ${of[1]}`,
        difference.map((span) => Math.round(span / day)),
        rows,
      ),
    )
    .filter((told) => told !== undefined);
}

/** Of two dates whether they lie in the same month of the year, as what is renewed by the year does. */
function sameMonths({ dates, values, ends: [rows] }: LookedAt): readonly Told[] {
  const months = [...dates].flatMap((name) => {
    const own = values.get(name);
    return own ? [{ name, months: own.map(monthOf) }] : [];
  });
  const pairs = months.flatMap((one, k) => months.slice(k + 1).map((other) => [one, other]));
  return pairs.slice(0, mostPairs).flatMap(([one, other]) => {
    // A date that is missing is in no month.
    const same = one.months.map((month, i) => Number(month === other.months[i]));
    const what = `whether ${other.name} is in the month of ${one.name}`;
    return classed([one.name, other.name], what, same, rows) ?? [];
  });
}

function judge(
  told: Told,
  asked: readonly Asked[],
  [learnt, judged, all]: readonly number[],
): NotDetermined[] {
  const right = (guess: (row: number) => number, from: number, to: number): number => {
    let count = 0;
    for (let i = from; i < to; i++) if (told.classes[i] === guess(i)) count++;
    return count / (to - from);
  };
  const others = asked.filter(({ of }) => !of.some((name) => told.of.includes(name)));
  const tree = taught(told, others, learnt, all);
  const real = right(tree.guess, learnt, judged);
  const synthetic = right(tree.guess, judged, all);
  const common = mostOf(told.classes.subarray(0, learnt).reduce(counted, new Float64Array(told.count)));
  const missed = 1 - right(() => common, learnt, judged);
  if (missed * (judged - learnt) < leastMissed) return [];
  if (1 - real > Math.min(mostWrong, partWrong * missed)) return [];
  if (real - synthetic < Math.max(leastMore, allowed(real, judged - learnt, synthetic, all - judged)))
    return [];
  // What it can do without is not named.
  let by = tree.names;
  for (const name of [...by].reverse()) {
    const left = by.filter((one) => one !== name);
    const without = others.filter(({ of }) => of.every((one) => left.includes(one)));
    const as = without.length > 0 ? right(taught(told, without, learnt, all).guess, learnt, judged) : 0;
    if (real - as < leastMore / 3) by = left;
  }
  return [{ what: told.what, of: told.of, by, real, synthetic }];
}

/** A tree that learnt from the first rows: what it guesses of the others, and the columns that it asks about. */
function taught(told: Told, asked: readonly Asked[], learnt: number, all: number) {
  const features = asked.map(({ feature }, variable) => ({ ...feature, variable }));
  const rows = Int32Array.from({ length: learnt }, (_, i) => i);
  const { tree, leafTotals } = growTree(
    treeRows(features, learnt),
    rows,
    { classes: told.classes, count: told.count },
    { leaves, minRows, minGain, worth: (totals, at) => likelihood(totals, at, told.count) },
  );
  const usual = leafTotals.map((totals) => mostOf(totals.subarray(1)));
  const columns = asked.map(({ column }) => column);
  const leaf = new Int32Array(all);
  leavesOf(tree, columns, learnt, all, leaf);
  const names = new Set(tree.variable.flatMap((variable) => (variable < 0 ? [] : asked[variable].of)));
  return { guess: (row: number): number => usual[leaf[row]], names: [...names] };
}

/** The log-likelihood of the classes of a node by their own shares. */
function likelihood(totals: Float64Array, at: number, classes: number): number {
  let sum = 0;
  for (let c = 1; c <= classes; c++) {
    const count = totals[at + c];
    // Subtracted counts are off by rounding.
    if (count > 0.5) sum += count * Math.log(count / totals[at]);
  }
  return sum;
}

function counted(counts: Float64Array, code: number): Float64Array {
  counts[code]++;
  return counts;
}

function mostOf(counts: ArrayLike<number>): number {
  let most = 0;
  for (let k = 1; k < counts.length; k++) if (counts[k] > counts[most]) most = k;
  return most;
}
