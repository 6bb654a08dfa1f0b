import { columnNamed, isCategorical, type Table } from "../../data/table";
import { bandCodes } from "../../synthesis/structure/discover/bands";
import { asMissing } from "../../synthesis/structure/gaps/as-missing";
import {
  type BandsPlan,
  cellLabels,
  cellsOf,
  type LevelsVariable,
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

/** Some rows of a table, and what of its columns does not follow from others there. */
export interface Reduced {
  readonly rows: Table;
  readonly variables: readonly Variable[];
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

/** A side, and what is asked of it of all rows. */
interface Known {
  readonly side: Side;
  readonly numeric: boolean;
  readonly labels: readonly string[];
  readonly given: (of: Reduced) => Int32Array;
  /** How many rows have each cell. */
  readonly counts: Float64Array;
}

/**
 * What new rows must not break: pairs of cells that the structure says never go together; of columns of which fewer levels go
 * together than chance would bring, those that no row has; and of columns that say yes or no those of which each row has
 * exactly one. The rows come in parts, of which there is one at least; `lists` are the values of numbers between which there
 * are none.
 */
export function cellRulesOf(
  structure: Structure,
  lists: ReadonlyMap<string, readonly number[]>,
  parts: Iterable<Reduced>,
): CellRules {
  let all: readonly Known[] | undefined;
  const pairs = new Map<number, SeenPairs>();
  let rows = 0;
  for (const part of parts) {
    all ??= sidesOf(structure, lists, part);
    const cells = all.map((one) => counted(one.given(part), one.counts));
    for (let a = 0; a < all.length; a++)
      for (let b = a + 1; b < all.length; b++) {
        if (all[a].numeric && all[b].numeric) continue;
        const key = a * all.length + b;
        const seen = pairs.get(key) ?? new SeenPairs(all[a].labels.length, all[b].labels.length);
        pairs.set(key, seen);
        seen.add(cells[a], cells[b]);
      }
    rows += part.rows.rows;
  }
  return rulesOf(structure, all ?? [], pairs, rows);
}

function sidesOf(
  structure: Structure,
  lists: ReadonlyMap<string, readonly number[]>,
  { rows, variables }: Reduced,
): readonly Known[] {
  const known = variables.map((one, at) => ({
    side: { name: one.name, at, cells: (rows: readonly Variable[]) => cellsOf(rows[at]) },
    numeric: one.kind === "number",
    labels: cellLabels(one),
    given: (of: Reduced) => cellsOf(of.variables[at]),
  }));
  const bands = structure.columns.flatMap((plan) =>
    plan.kind === "bands" ? [bandSide(structure, plan, rows)] : [],
  );
  const listed = variables.flatMap((one, at) => {
    const list = lists.get(one.name);
    return list && one.kind === "number" ? [listSide(one, at, list)] : [];
  });
  return [...known, ...bands, ...listed].map((one) => ({
    ...one,
    counts: new Float64Array(one.labels.length),
  }));
}

/** The cells, of which each is counted. */
function counted(cells: Int32Array, counts: Float64Array): Int32Array {
  for (let i = 0; i < cells.length; i++) if (cells[i] >= 0) counts[cells[i]]++;
  return cells;
}

function rulesOf(
  structure: Structure,
  all: readonly Known[],
  pairs: ReadonlyMap<number, SeenPairs>,
  rows: number,
): CellRules {
  const rules: CellRule[] = [];
  const apart: [number, number][] = [];
  for (let a = 0; a < all.length; a++)
    for (let b = a + 1; b < all.length; b++) {
      const never =
        all[a].side.name === all[b].side.name
          ? undefined
          : neverTogether(structure, all[a], all[b], pairs.get(a * all.length + b), rows);
      if (!never) continue;
      rules.push({ of: [a, b], breaks: (cells, r) => never(cells[a][r], cells[b][r]) });
      if (all[a].labels.length === 2 && all[b].labels.length === 2 && never(1, 1)) apart.push([a, b]);
    }
  return { sides: all.map(({ side }) => side), rules: [...rules, ...oneOfMany(all, apart, rows)] };
}

/** Whether two cells never go together; undefined where all may. */
function neverTogether(
  structure: Structure,
  left: Known,
  right: Known,
  pairs: SeenPairs | undefined,
  rows: number,
) {
  const width = right.labels.length;
  const said = structure.exclusions.find(
    ({ columns: [x, y] }) => x === left.side.name && y === right.side.name,
  );
  const place = (x: string, y: string): number[] => {
    const [i, k] = [left.labels.indexOf(x), right.labels.indexOf(y)];
    return i >= 0 && k >= 0 ? [i * width + k] : [];
  };
  const zeros = new Set(said?.never.flatMap(([x, y]) => place(x, y)));
  const seen = pairs && tiedCells(left, right, pairs.seen, rows);
  if (zeros.size === 0 && !seen) return undefined;
  return (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && (zeros.has(x * width + y) || (seen !== undefined && !seen.has(x * width + y)));
}

/** So many standard deviations fewer pairs of cells than independence would bring tie two columns together. */
const leastTied = 4;

const mostMarked = 2 ** 16;

/** The pairs of cells of two sides that rows have. */
class SeenPairs {
  readonly seen = new Set<number>();
  private readonly width: number;
  private readonly most: number;
  // A set is slow to ask again and again.
  private readonly marked: Uint8Array;

  constructor(labels: number, others: number) {
    this.width = others;
    this.most = labels * others;
    this.marked = new Uint8Array(Math.min(mostMarked, this.most));
  }

  add(a: Int32Array, b: Int32Array): void {
    const { seen, width, most, marked } = this;
    for (let i = 0; i < a.length && seen.size < most; i++) {
      const cell = a[i] * width + b[i];
      if (marked[cell] === 1 || a[i] < 0 || b[i] < 0) continue;
      if (cell < marked.length) marked[cell] = 1;
      seen.add(cell);
    }
  }
}

/** The pairs of cells that rows have, where they are fewer than chance makes them; else undefined. */
function tiedCells(
  { counts }: Known,
  other: Known,
  seen: ReadonlySet<number>,
  rows: number,
): ReadonlySet<number> | undefined {
  const often = [counts, other.counts].map(timesOf);
  const [all, others] = often.map((times) => [...times.values()].reduce((sum, cells) => sum + cells, 0));
  if (seen.size === all * others) return undefined;
  let [expected, variance] = [0, 0];
  for (const [rowsA, cellsA] of often[0])
    for (const [rowsB, cellsB] of often[1]) {
      const unseen = Math.exp(-(rowsA * rowsB) / rows);
      expected += cellsA * cellsB * (1 - unseen);
      variance += cellsA * cellsB * unseen * (1 - unseen);
    }
  return expected - seen.size > leastTied * Math.sqrt(variance) ? seen : undefined;
}

/** How many cells so many rows have each. */
function timesOf(counts: Float64Array): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const rows of counts) if (rows > 0) times.set(rows, (times.get(rows) ?? 0) + 1);
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
    const ones = of.reduce((sum, one) => sum + all[one].counts[1], 0);
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
    given: ({ variables }: Reduced) => cells(variables, new Map()),
  };
}

function bandSide(structure: Structure, plan: BandsPlan, from: Table) {
  const column = columnNamed(from, plan.name);
  const levels = isCategorical(column) ? column.levels : [];
  const place = plan.levels.map((level) => levels.indexOf(level));
  const cells: Side["cells"] = (rows, numbers) => {
    const codes = (name: string) => (rows.find((one) => one.name === name) as LevelsVariable).codes;
    const own = bandCodes(
      plan,
      asMissing(structure, plan, (of) => numbers.get(of) ?? codes(of), codes),
    );
    return own.map((code) => place[code] ?? levels.length);
  };
  const given = ({ rows }: Reduced): Int32Array => {
    const own = columnNamed(rows, plan.name);
    return isCategorical(own)
      ? own.codes.map((code) => (code < 0 ? levels.length : code))
      : new Int32Array(rows.rows);
  };
  return { side: { name: plan.name, at: undefined, cells }, numeric: false, labels: [...levels, ""], given };
}
