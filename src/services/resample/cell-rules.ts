import { columnNamed, isCategorical, type Table } from "../../data/table";
import { bandCodes } from "../../synthesis/structure/discover/bands";
import {
  type BandsPlan,
  cellLabels,
  cellsOf,
  type NumberVariable,
  type Structure,
  type Variable,
} from "../../synthesis/structure/structure";

/** A column as cells: levels, frequent values of a number, missing. */
export interface Side {
  readonly name: string;
  /** The place of its variable; none for one that follows from a number. */
  readonly at: number | undefined;
  /** The cells of rows, given their variables and numbers. */
  readonly cells: (rows: readonly Variable[], numbers: ReadonlyMap<string, Float64Array>) => Int32Array;
}

/** A table's columns as rules see them. */
interface Columns {
  readonly structure: Structure;
  readonly variables: readonly Variable[];
  /** The values of numbers between which there are none. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
}

/** What holds of the cells of some sides, by their places, in all rows. */
export interface CellRule {
  readonly of: readonly number[];
  /** Whether row `r` breaks it, given the cells of all sides. */
  readonly breaks: (cells: readonly Int32Array[], r: number) => boolean;
}

export interface CellRules {
  readonly sides: readonly Side[];
  readonly rules: readonly CellRule[];
}

interface Known {
  readonly side: Side;
  readonly numeric: boolean;
  readonly labels: readonly string[];
  readonly given: Int32Array;
  /** How many rows have each cell that occurs. */
  readonly counts: ReadonlyMap<number, number>;
}

/**
 * What new rows must not break: pairs of cells that the structure says never go together; of columns of which fewer levels go
 * together than chance would bring, those that no row has; and of columns that say yes or no those of which each row has
 * exactly one.
 */
export function cellRulesOf({ structure, variables, lists }: Columns, from: Table): CellRules {
  const known = variables.map((one, at) => ({
    side: { name: one.name, at, cells: (rows: readonly Variable[]) => cellsOf(rows[at]) },
    numeric: one.kind === "number",
    labels: cellLabels(one),
    given: cellsOf(one),
  }));
  const bands = structure.columns.flatMap((plan) => (plan.kind === "bands" ? [bandSide(plan, from)] : []));
  const listed = variables.flatMap((one, at) => {
    const list = lists.get(one.name);
    return list && one.kind === "number" ? [listSide(one, at, list)] : [];
  });
  const all = [...known, ...bands, ...listed].map(
    (one): Known => ({ ...one, counts: timesOf(one.given.filter((cell) => cell >= 0)) }),
  );
  const rules: CellRule[] = [];
  const apart: [number, number][] = [];
  for (let a = 0; a < all.length; a++)
    for (let b = a + 1; b < all.length; b++) {
      const never =
        all[a].side.name === all[b].side.name ? undefined : neverTogether(structure, all[a], all[b]);
      if (!never) continue;
      rules.push({ of: [a, b], breaks: (cells, r) => never(cells[a][r], cells[b][r]) });
      if (all[a].labels.length === 2 && all[b].labels.length === 2 && never(1, 1)) apart.push([a, b]);
    }
  return { sides: all.map(({ side }) => side), rules: [...rules, ...oneOfMany(all, apart, from.rows)] };
}

/** Whether two cells never go together; undefined where all may. */
function neverTogether(structure: Structure, left: Known, right: Known) {
  const width = right.labels.length;
  const said = structure.exclusions.find(
    ({ columns: [x, y] }) => x === left.side.name && y === right.side.name,
  );
  const place = (x: string, y: string): number[] => {
    const [i, k] = [left.labels.indexOf(x), right.labels.indexOf(y)];
    return i >= 0 && k >= 0 ? [i * width + k] : [];
  };
  const zeros = new Set(said?.never.flatMap(([x, y]) => place(x, y)));
  const seen = left.numeric && right.numeric ? undefined : tiedCells(left, right);
  if (zeros.size === 0 && !seen) return undefined;
  return (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && (zeros.has(x * width + y) || (seen !== undefined && !seen.has(x * width + y)));
}

/** So many standard deviations fewer pairs of cells than independence would bring tie two columns together. */
const leastTied = 4;

const mostMarked = 2 ** 16;

/** The pairs of cells that rows have, where they are fewer than chance makes them; else undefined. */
function tiedCells({ given: a, counts }: Known, other: Known): ReadonlySet<number> | undefined {
  const { given: b, labels } = other;
  const most = counts.size * other.counts.size;
  const seen = new Set<number>();
  // A set is slow to ask again and again.
  const marked = new Uint8Array(mostMarked);
  for (let i = 0; i < a.length && seen.size < most; i++) {
    const cell = a[i] * labels.length + b[i];
    if (marked[cell] === 1 || a[i] < 0 || b[i] < 0) continue;
    if (cell < mostMarked) marked[cell] = 1;
    seen.add(cell);
  }
  if (seen.size === most) return undefined;
  let [expected, variance] = [0, 0];
  const often = [counts, other.counts].map(timesOf);
  for (const [rowsA, cellsA] of often[0])
    for (const [rowsB, cellsB] of often[1]) {
      const unseen = Math.exp(-(rowsA * rowsB) / a.length);
      expected += cellsA * cellsB * (1 - unseen);
      variance += cellsA * cellsB * unseen * (1 - unseen);
    }
  return expected - seen.size > leastTied * Math.sqrt(variance) ? seen : undefined;
}

/** How often each number occurs. */
function timesOf(values: ReadonlyMap<number, number> | Int32Array): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const value of values.values()) times.set(value, (times.get(value) ?? 0) + 1);
  return times;
}

/** Columns of two levels of which each row has the second in exactly one: the levels of one column, spread over many. */
function oneOfMany(
  all: readonly Known[],
  apart: readonly (readonly [number, number])[],
  rows: number,
): CellRule[] {
  const left = new Set(apart.flat());
  const excludes = new Set(apart.map(String));
  const found: CellRule[] = [];
  for (const first of [...left].sort((a, b) => a - b)) {
    if (!left.has(first)) continue;
    const of = [first];
    for (const other of [...left].sort((a, b) => a - b))
      if (other > first && of.every((one) => excludes.has(`${one},${other}`))) of.push(other);
    for (const one of of) left.delete(one);
    const ones = of.reduce((sum, one) => sum + all[one].given.reduce((total, code) => total + code, 0), 0);
    if (ones !== rows) continue;
    found.push({ of, breaks: (cells, r) => of.reduce((sum, one) => sum + cells[one][r], 0) !== 1 });
  }
  return found;
}

/** A number of listed values as levels; missing is the last. */
function listSide(one: NumberVariable, at: number, list: readonly number[]) {
  const place = new Map(list.map((value, code) => [value, code]));
  const codes = (values: Float64Array): Int32Array =>
    Int32Array.from(values, (value) => place.get(value) ?? list.length);
  const cells: Side["cells"] = (rows) => codes((rows[at] as NumberVariable).values);
  return {
    side: { name: one.name, at, cells },
    numeric: false,
    labels: [...list.map(String), ""],
    given: codes(one.values),
  };
}

function bandSide(plan: BandsPlan, from: Table) {
  const column = columnNamed(from, plan.name);
  const levels = isCategorical(column) ? column.levels : [];
  const place = plan.levels.map((level) => levels.indexOf(level));
  const cells: Side["cells"] = (_, numbers) =>
    bandCodes(plan, numbers.get(plan.of) as Float64Array).map((code) => place[code] ?? levels.length);
  const given = isCategorical(column)
    ? column.codes.map((code) => (code < 0 ? levels.length : code))
    : new Int32Array(from.rows);
  return { side: { name: plan.name, at: undefined, cells }, numeric: false, labels: [...levels, ""], given };
}
