import { columnNamed, isCategorical, type Table } from "../../data/table";
import { bandCodes } from "../../synthesis/structure/discover/bands";
import {
  type BandsPlan,
  cellLabels,
  cellsOf,
  type Structure,
  type Variable,
} from "../../synthesis/structure/structure";

/** Two columns, by their places among the `sides`, and whether no row has both of these cells. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly never: (cellA: number, cellB: number) => boolean;
}

/** A column whose cells may never go with some of another one. */
export interface Side {
  readonly name: string;
  /** The place of its variable; none for one that follows from a number. */
  readonly at: number | undefined;
  /** The cells of rows, given their variables and numbers. */
  readonly cells: (rows: readonly Variable[], numbers: ReadonlyMap<string, Float64Array>) => Int32Array;
}

export interface Pairs {
  readonly sides: readonly Side[];
  readonly pairs: readonly Pair[];
}

/** Of more pairs of levels than these, which ones rows have is not held: none but a row's own counts as seen. */
const mostPairs = 2 ** 24;

/**
 * Pairs that new rows must not have: levels (with missing, and with the frequent values of a number) that no row has together,
 * and of two numbers those that the structure says never go together.
 */
export function pairsOf(structure: Structure, from: Table, variables: readonly Variable[]): Pairs {
  const known = variables.map((one, at) => ({
    side: { name: one.name, at, cells: (rows: readonly Variable[]) => cellsOf(rows[at]) },
    numeric: one.kind === "number",
    labels: cellLabels(one),
    given: cellsOf(one),
  }));
  const bands = structure.columns.flatMap((plan) => (plan.kind === "bands" ? [bandSide(plan, from)] : []));
  const all = [...known, ...bands].map((one) => ({ ...one, occurring: new Set(one.given).size }));
  const pairs: Pair[] = [];
  for (let a = 0; a < all.length; a++)
    for (let b = a + 1; b < all.length; b++) {
      const [left, right] = [all[a], all[b]];
      const width = right.labels.length;
      const cells = left.labels.length * width;
      if (left.numeric && right.numeric) {
        const said = structure.exclusions.find(
          ({ columns: [x, y] }) => x === left.side.name && y === right.side.name,
        );
        const zeros = new Set(
          said?.never.map(([x, y]) => left.labels.indexOf(x) * width + right.labels.indexOf(y)),
        );
        if (zeros.size > 0) pairs.push({ a, b, never: (x, y) => zeros.has(x * width + y) });
        continue;
      }
      const seen = new Uint8Array(cells > mostPairs ? 0 : cells);
      if (cells > mostPairs || !seeAll(seen, left, right))
        pairs.push({ a, b, never: (x, y) => x >= 0 && y >= 0 && seen[x * width + y] !== 1 });
    }
  return { sides: all.map(({ side }) => side), pairs };
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

interface Given {
  readonly labels: readonly string[];
  readonly given: Int32Array;
  readonly occurring: number;
}

/** Marks the pairs of cells that rows have; whether they are all that there could be. */
function seeAll(
  seen: Uint8Array,
  { given: a, occurring }: Given,
  { given: b, labels, ...other }: Given,
): boolean {
  const every = occurring * other.occurring;
  let found = 0;
  for (let i = 0; i < a.length && found < every; i++) {
    const at = a[i] * labels.length + b[i];
    if (a[i] < 0 || b[i] < 0 || seen[at] === 1) continue;
    seen[at] = 1;
    found++;
  }
  return found === every;
}
