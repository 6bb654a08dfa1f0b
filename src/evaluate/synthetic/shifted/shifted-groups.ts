import { percent } from "../../../core/format";
import { chiSquaredScore } from "../../../core/math/chi-squared-score";
import { normalQuantile } from "../../../core/math/normal-distribution";
import { placesWhere } from "../../../core/places";
import type { Table } from "../../../data/table";
import { alignTables, cellsWithMissing, type Shared } from "../align";
import { type Sums, standardised } from "../subgroups";
import { type Compared, comparedIn, momentsOf, peopleIn, spaced } from "./compared";

/** A column's mean, or a level's share, that comes out as others among the groups of one column or of two crossed. */
export interface ShiftedGroups {
  readonly column: string;
  /** Left out where it is the column's mean. */
  readonly level?: string;
  /** The columns that make the groups: levels, or the months of a date. */
  readonly by: readonly string[];
  /** The group that is furthest off. */
  readonly group: string;
  readonly real: number;
  readonly synthetic: number;
  /** Where a difference between two groups comes out with the other sign. */
  readonly reversed?: ReversedEffect;
}

/** Within a group of one column, the difference between two of the other: both are clear, and of other signs. */
export interface ReversedEffect {
  readonly within: string;
  readonly more: string;
  readonly less: string;
  readonly real: number;
  readonly synthetic: number;
}

/** Columns of more levels make no groups, dates of more months those of the calendar; of more no share is looked at. */
const [mostLevels, mostMonths, mostShares] = [12, 40, 4];
/** So many columns make groups, and so many means and shares are looked at among them, the last columns first: the target is often last. */
const [mostGrouping, mostMeans] = [24, 40];
const hour = 3_600_000;
const day = 24 * hour;
/** A group needs so many rows of either table. */
const leastRows = 30;
/** Of all that is looked at, something is said by chance in one table of so many. */
const chance = 0.01;
/** The furthest group is off by so many standard errors, and so many standard deviations of the column. */
const [leastErrors, leastDeviations] = [2.5, 0.12];
/** Both differences that are of other signs, in standard errors; more, where so many are looked at that some are so far off by chance. */
const clearErrors = 2;

interface Grouping {
  readonly column: string;
  readonly names: readonly string[];
  /** By table. */
  readonly codes: readonly Int32Array[];
  readonly alone: boolean;
}

interface Mean extends Compared {
  /** By table those of the rows that are looked at, NaN where missing. */
  readonly values: readonly Float64Array[];
  /** By table, the rows in which it is not 0: of a share there are few. */
  readonly told: readonly Int32Array[];
  readonly deviation: number;
}

/**
 * The columns whose means or shares by group differ between real and synthetic rows by more than chance explains, of all that is looked at
 * (Bonferroni), and by much; what is reversed first. Rows of one customer count once.
 */
export function shiftedGroups(
  real: Table,
  synthetic: Table,
  { customer }: { readonly customer?: string | undefined } = {},
): readonly ShiftedGroups[] {
  if (Math.min(real.rows, synthetic.rows) < leastRows) return [];
  const share = [real, synthetic].map((rows) => peopleIn(rows, customer).share);
  const dates = new Set(real.columns.flatMap(({ name, type }) => (type === "date" ? [name] : [])));
  const columns = alignTables([real, synthetic], "compare groups");
  const groupings = columns.flatMap((one) => groupingOf(one, dates.has(one.name))).slice(-mostGrouping);
  const means = columns.flatMap((one) => meansOf(one, dates.has(one.name))).slice(-mostMeans);
  const tried: (Pick<Tried, "g"> & Partial<Tried>)[] = [];
  groupings.forEach((a, k) => {
    for (const b of [a, ...(a.alone ? [] : groupings.slice(0, k).filter(({ alone }) => !alone))]) {
      const cells = cellsOf(a, b);
      const counts = cells.map((own) => countsOf(own, a.names.length * b.names.length + 1));
      const size = counts[0].length - 1;
      const kept = placesWhere(size, (at) => counts.every((n, t) => share[t] * n[at] >= leastRows));
      if (kept.length < 2) continue;
      const crossed = { a, b, cells, counts, kept };
      for (const mean of means)
        if (mean.column !== a.column && mean.column !== b.column) {
          const own = compared(crossed, mean, share);
          if (own) tried.push(own);
        }
    }
  });
  const least = -normalQuantile(chance / Math.max(1, tried.length));
  const place = new Map(means.map(({ column }, k) => [column, k]));
  const order = (one: Pick<Tried, "found">): number =>
    (place.get(one.found.column) as number) + (one.found.reversed ? 1e6 : 0);
  const apart = tried.filter((one): one is Tried => one.g > least && one.found !== undefined);
  // An effect that is lost is off, and by chance the other way round in one group of many.
  const looked = apart.reduce((sum, { effects }) => sum + effects, 0);
  const clear = Math.max(clearErrors, -normalQuantile(chance / Math.max(1, looked)));
  const off = apart
    .map(({ reversal, ...one }) =>
      reversal && reversal.by >= clear ? { ...one, found: { ...one.found, reversed: reversal.effect } } : one,
    )
    .sort((x, y) => order(y) - order(x) || y.g - x.g);
  // Columns that go together otherwise are off each by the others: the last of them is what is asked about.
  const said: (readonly string[])[] = [];
  const within = (some: readonly string[], all: readonly string[]): boolean =>
    some.every((name) => all.includes(name));
  return off.flatMap(({ found }) => {
    const together = [found.column, ...found.by];
    if (said.some((one) => one[0] === found.column || within(together, one) || within(one, together)))
      return [];
    said.push(together);
    return [found];
  });
}

interface Tried {
  /** How far all groups are off together, on the normal scale. */
  readonly g: number;
  readonly found: ShiftedGroups;
  /** How many differences between groups were looked at, and the clearest that is reversed. */
  readonly effects: number;
  readonly reversal?: Reversal;
}

interface Reversal {
  /** How clear both differences are, in standard errors. */
  readonly by: number;
  readonly effect: ReversedEffect;
}

/** It in words. */
export function describeShiftedGroups(one: ShiftedGroups): string {
  const { column, level, by, group, real, synthetic, reversed } = one;
  const told = (value: number): string =>
    level === undefined ? String(Number(value.toPrecision(4))) : percent(value);
  const what = level === undefined ? `the mean of ${column}` : `the share of ${column} = ${level}`;
  if (reversed) {
    const { within, more, less } = reversed;
    const sign = (value: number): string =>
      `${value < 0 ? "−" : "+"}${level === undefined ? told(Math.abs(value)) : `${(100 * Math.abs(value)).toFixed(1)} points`}`;
    return `what ${more} does to ${what} against ${less} is reversed where ${within}: ${sign(reversed.synthetic)} in place of ${sign(reversed.real)}`;
  }
  return `${what} by ${by.join(" and ")} comes out as another: ${told(synthetic)} in place of ${told(real)} where ${group}`;
}

function groupingOf(one: Shared, date: boolean): Grouping[] {
  if (one.kind === "levels") {
    if (one.levels.length > mostLevels) return [];
    const codes = one.codes.map((_, t) => {
      const cells = cellsWithMissing(one, t);
      return Int32Array.from(spaced(cells.length), (i) => cells[i]);
    });
    const names = [...one.levels, "(missing)"].map((level) => `${one.name} = ${level}`);
    return [{ column: one.name, names, codes, alone: false }];
  }
  if (!date) return [];
  const written = one.values.map((own) =>
    Array.from(spaced(own.length), (i) =>
      Number.isNaN(own[i]) ? "" : new Date(own[i]).toISOString().slice(0, 7),
    ),
  );
  // Of many years the months of the calendar are the groups.
  const many = new Set(written[0]).size > mostMonths;
  const months = many ? written.map((own) => own.map((month) => month.slice(-2))) : written;
  const seen = [...new Set(months[0])].filter((month) => month !== "").sort();
  if (seen.length < 2) return [];
  const place = new Map(seen.map((month, k) => [month, k]));
  const codes = months.map((own) => Int32Array.from(own, (month) => place.get(month) ?? -1));
  const names = seen.map((month) => `${one.name} in ${many ? "month " : ""}${month}`);
  return [{ column: one.name, names, codes, alone: true }];
}

/** The means and shares of a column, and the mean hour of a date that has one. */
function meansOf(one: Shared, date: boolean): Mean[] {
  if (one.kind === "levels" && one.levels.length > mostShares) return [];
  const all = comparedIn(one);
  // Of two levels one share says all.
  const some = date
    ? hoursOf(one)
    : one.kind === "number"
      ? all
      : all.slice(Number(one.levels.length === 2), one.levels.length);
  return some.flatMap((what) => {
    const values = what.rows.map((n, t) => Float64Array.from(spaced(n), (i) => what.value(t, i)));
    const deviation = Math.sqrt(momentsOf(what, 0).variance);
    const told = values.map((own) => placesWhere(own.length, (i) => own[i] !== 0));
    return deviation > 0 ? [{ ...what, values, told, deviation }] : [];
  });
}

function hoursOf(one: Shared): readonly Compared[] {
  if (one.kind !== "number" || !one.values[0].some((moment) => moment % day > 0)) return [];
  const value = (t: number, i: number): number => (((one.values[t][i] % day) + day) % day) / hour;
  return [{ column: `the hour of ${one.name}`, rows: one.values.map(({ length }) => length), value }];
}

/** A group in both tables, and how far apart they are. */
interface Cell {
  readonly x: number;
  readonly y: number;
  readonly sums: readonly Sums[];
  readonly z: number;
}

/** Two columns that make groups (or one, twice). */
interface Crossed {
  readonly a: Grouping;
  readonly b: Grouping;
  /** By table, the group of each row: a's number times b's count and b's; one further where it is in none. */
  readonly cells: readonly Int32Array[];
  /** By table, the rows of each group. */
  readonly counts: readonly Float64Array[];
  /** The groups of enough rows in both. */
  readonly kept: Int32Array;
}

function countsOf(cells: Int32Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (let i = 0; i < cells.length; i++) counts[cells[i]]++;
  return counts;
}

function cellsOf(a: Grouping, b: Grouping): readonly Int32Array[] {
  const [width, none] = [b.names.length, a.names.length * b.names.length];
  return a.codes.map((codes, t) =>
    codes.map((x, i) => (x < 0 || b.codes[t][i] < 0 ? none : x * width + b.codes[t][i])),
  );
}

function compared({ a, b, cells: of, counts, kept }: Crossed, mean: Mean, share: readonly number[]) {
  const width = b.names.length;
  const sums = mean.values.map((values, t) => {
    const [own, rows, n] = [of[t], mean.told[t], counts[t].slice()];
    const [sum, squares] = [new Float64Array(n.length), new Float64Array(n.length)];
    // Of a share each row told is one, none is missing, and squares are what they are of.
    if (mean.level !== undefined) {
      for (let k = 0; k < rows.length; k++) sum[own[rows[k]]]++;
      return { n, sum, squares: sum };
    }
    for (let k = 0; k < rows.length; k++) {
      const [at, value] = [own[rows[k]], values[rows[k]]];
      if (Number.isNaN(value)) n[at]--;
      else {
        sum[at] += value;
        squares[at] += value * value;
      }
    }
    return { n, sum, squares };
  });
  const cells: Cell[] = [];
  let g = 0;
  for (const at of kept) {
    const own = sums.map(({ n, sum, squares }, t) => ({
      n: share[t] * n[at],
      sum: share[t] * sum[at],
      squares: share[t] * squares[at],
    }));
    if (own.some(({ n }) => n < leastRows)) continue;
    const z = standardised(own[1], own[0]);
    cells.push({ x: Math.floor(at / width), y: at % width, sums: own, z });
    g += z * z;
  }
  if (cells.length < 2) return undefined;
  const [worst] = cells.slice().sort((p, q) => Math.abs(q.z) - Math.abs(p.z));
  const [real, synthetic] = worst.sums.map(({ n, sum }) => sum / n);
  const much =
    Math.abs(worst.z) >= leastErrors && Math.abs(synthetic - real) >= leastDeviations * mean.deviation;
  const crossed = a !== b;
  const { effects, best } = crossed ? reversedIn(cells, a, b) : { effects: 0 };
  const found: ShiftedGroups = {
    column: mean.column,
    ...(mean.level !== undefined && { level: mean.level }),
    by: crossed ? [a.column, b.column] : [a.column],
    group: crossed ? `${a.names[worst.x]} and ${b.names[worst.y]}` : a.names[worst.x],
    real,
    synthetic,
  };
  const reversal = best && { reversal: best };
  return { g: chiSquaredScore({ g, freedom: cells.length }), effects, ...reversal, ...(much && { found }) };
}

/** How many differences there are between two groups of one column within a group of the other, and the clearest that is reversed. */
function reversedIn(
  cells: readonly Cell[],
  a: Grouping,
  b: Grouping,
): { readonly effects: number; readonly best?: Reversal } {
  let best: Reversal | undefined;
  let effects = 0;
  cells.forEach((p, k) => {
    for (const q of cells.slice(k + 1)) {
      if (p.x !== q.x && p.y !== q.y) continue;
      effects++;
      const [own, made] = [0, 1].map((t) => standardised(p.sums[t], q.sums[t]));
      const by = Math.min(Math.abs(own), Math.abs(made));
      if (own * made >= 0 || by < clearErrors || (best && by <= best.by)) continue;
      const [real, synthetic] = [0, 1].map((t) => p.sums[t].sum / p.sums[t].n - q.sums[t].sum / q.sums[t].n);
      const [within, more, less] =
        p.x === q.x ? [a.names[p.x], b.names[p.y], b.names[q.y]] : [b.names[p.y], a.names[p.x], a.names[q.x]];
      best = { by, effect: { within, more, less, real, synthetic } };
    }
  });
  return { effects, ...(best && { best }) };
}
