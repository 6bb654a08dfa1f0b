import { cellLabels, cellsOf, type Exclusion, missingLabel, type Variable } from "../structure";
import { spacedRows } from "./search";

const screeningRows = 20_000;
/** Tables of two variables with more cells than this are left out: nothing can be said about so many. */
const mostCells = 10_000;
/** Rows expected under independence where none is seen. */
const leastExpected = 5;
/** … and how many times as many where values of numbers are concerned: where they lie side by side, none is often seen by chance. */
export const numbersTimes = 3;

interface Telling {
  /** Whose each row is. */
  readonly people?: Int32Array;
  /** Numbers of which what formulas leave is drawn. */
  readonly rests?: readonly string[];
  /** Numbers whose cells are all their values, in ascending order. */
  readonly ordered?: readonly string[];
}

/**
 * Structural zeros: cells of two variables that never meet although independence would let them meet so often that
 * chance is ruled out over all cells looked at (Bonferroni, one per cent): so many people, where some have several rows. All cells of a
 * variable but the missing one are looked at together, too: of an open claim no reason is told, though each of them is rare. Of `rests`,
 * what formulas leave of numbers, only whether they are missing means anything.
 */
export function findExclusions(variables: readonly Variable[], telling: Telling = {}): readonly Exclusion[] {
  const { people, rests = [], ordered = [] } = telling;
  const sample = spacedRows(variables[0] ? cellsOf(variables[0]).length : 0, screeningRows);
  const usable = variables.flatMap((one) => {
    const labels = cellLabels(one);
    if (labels.length < 2) return [];
    const cells = cellsOf(one);
    return [{ one, labels, cells, some: sample.map((i) => cells[i]), ordered: ordered.includes(one.name) }];
  });
  const pairs: [number, number][] = [];
  let tests = 0;
  for (let a = 0; a < usable.length; a++) {
    for (let b = a + 1; b < usable.length; b++) {
      const cells = usable[a].labels.length * usable[b].labels.length;
      if (cells > mostCells) continue;
      pairs.push([a, b]);
      tests += cells + usable[a].labels.length + usable[b].labels.length;
    }
  }
  const needed = Math.max(leastExpected, Math.log(100 * tests));
  const found: Exclusion[] = [];
  for (const [a, b] of pairs) {
    const never = zeros(usable[a], usable[b], needed, sample, people);
    const columns = [usable[a].one.name, usable[b].one.name] as const;
    const meant = ([0, 1] as const).reduce(
      (left, place) =>
        rests.includes(columns[place]) ? ofMissing(left, place, usable[[a, b][place]].labels) : left,
      never,
    );
    if (meant.length > 0) found.push({ columns, never: meant });
  }
  return found;
}

/** The pairs that say where a number is missing, and where it is not. */
function ofMissing(never: [string, string][], place: 0 | 1, labels: readonly string[]): [string, string][] {
  return never.filter((pair) => {
    if (pair[place] === missingLabel) return true;
    const beside = never.filter((other) => other[1 - place] === pair[1 - place]).map((other) => other[place]);
    return labels.every((label) => label === missingLabel || beside.includes(label));
  });
}

function peopleByCell(cells: Int32Array, rows: Int32Array, people: Int32Array): ReadonlyMap<number, number> {
  const seen = new Set<number>();
  const counts = new Map<number, number>();
  for (const i of rows) {
    const own = people[i] * (mostCells + 1) + cells[i];
    if (cells[i] >= 0 && seen.size < seen.add(own).size)
      counts.set(cells[i], (counts.get(cells[i]) ?? 0) + 1);
  }
  return counts;
}

/** A variable's cells, and those of some rows. */
interface Looked {
  readonly one: Variable;
  readonly labels: readonly string[];
  readonly cells: Int32Array;
  readonly some: Int32Array;
  readonly ordered: boolean;
}

/** Cells of a variable that are looked at as one, and how many times as many rows must be expected of them; `gap` where they tell missing from there. */
interface Side {
  readonly cells: readonly number[];
  readonly times: number;
  readonly gap: boolean;
}

/** How many times as many rows must be expected of a cell: more where it is a number's. */
function timesOf({ one, labels, ordered }: Looked, cell: number): number {
  return (one.kind === "number" || ordered) && labels[cell] !== missingLabel ? numbersTimes : 1;
}

/** Each cell of a variable, and all that are there where some are missing. */
function sidesOf(looked: Looked): readonly Side[] {
  const { labels } = looked;
  const [all, gap] = [[...labels.keys()], labels.indexOf(missingLabel)];
  const single = all.map(
    (cell): Side => ({
      cells: [cell],
      times: timesOf(looked, cell),
      gap: cell === gap,
    }),
  );
  const there = { cells: all.filter((cell) => cell !== gap), times: 1, gap: true };
  return gap >= 0 ? [...single, there] : single;
}

function zeros(
  one: Looked,
  other: Looked,
  needed: number,
  sample: Int32Array,
  people: Int32Array | undefined,
): [string, string][] {
  const [a, b] = [one.cells, other.cells];
  const width = other.labels.length;
  const counts = new Int32Array(one.labels.length * width);
  const [someA, someB] = [one.some, other.some];
  for (let k = 0; k < someA.length; k++)
    if (someA[k] >= 0 && someB[k] >= 0) counts[someA[k] * width + someB[k]]++;
  const countsA = new Int32Array(one.labels.length);
  const countsB = new Int32Array(width);
  let both = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    countsA[Math.floor(cell / width)] += counts[cell];
    countsB[cell % width] += counts[cell];
    both += counts[cell];
  }
  // Who has a cell in many rows has it once, and as likely beside the other as one row is.
  const persons = people && [a, b].map((own) => peopleByCell(own, sample, people));
  const sized = (own: Looked, rows: Int32Array, at: number) =>
    sidesOf(own).map((side) => ({
      ...side,
      rows: side.cells.reduce((sum, cell) => sum + rows[cell], 0),
      people: persons && side.cells.reduce((sum, cell) => sum + (persons[at].get(cell) ?? 0), 0),
    }));
  const [sidesA, sidesB] = [sized(one, countsA, 0), sized(other, countsB, 1)];
  const empty = new Set<number>();
  for (const x of sidesA) {
    for (const y of sidesB) {
      const { rows: n, people: ownN = n } = x;
      const { rows: m, people: ownM = m } = y;
      const expected =
        (x.gap || y.gap) && !persons
          ? Math.max(unlikely(n, m / both), unlikely(m, n / both))
          : Math.min(ownN * m, n * ownM) / both;
      if (!(expected >= needed * x.times * y.times) || Math.min(n, m) < leastExpected) continue;
      if (x.cells.some((p) => y.cells.some((q) => counts[p * width + q] > 0))) continue;
      for (const p of x.cells) for (const q of y.cells) empty.add(p * width + q);
    }
  }
  addWhole([one, other], counts, persons, needed, empty);
  // What the sample did not see, some other row may hold.
  if (empty.size > 0 && sample.length < a.length) {
    for (let i = 0; i < a.length; i++) if (a[i] >= 0 && b[i] >= 0) empty.delete(a[i] * width + b[i]);
  }
  return [...empty]
    .sort((p, q) => p - q)
    .map((cell) => [one.labels[Math.floor(cell / width)], other.labels[cell % width]]);
}

/**
 * Adds to the empty cells of two variables what chance rules out as a whole: beside a cell that has one of the other's alone all others
 * (twice over: some of them may be rare), and of an ordered one all that lie beyond the last that a cell has.
 */
function addWhole(
  both: readonly [Looked, Looked],
  counts: Int32Array,
  persons: readonly ReadonlyMap<number, number>[] | undefined,
  needed: number,
  empty: Set<number>,
): void {
  const width = both[1].labels.length;
  for (const place of [0, 1] as const) {
    const { labels, ordered } = both[1 - place];
    const at = (own: number, other: number): number =>
      place === 0 ? own * width + other : other * width + own;
    const cells = [...labels.keys()];
    const owns = [...both[place].labels.keys()];
    const sizes = cells.map((cell) => owns.reduce((sum, own) => sum + counts[at(own, cell)], 0));
    const totals = owns.map((own) => cells.reduce((sum, cell) => sum + counts[at(own, cell)], 0));
    const values = cells.filter((cell) => labels[cell] !== missingLabel);
    for (const own of owns) {
      const there = cells.filter((cell) => counts[at(own, cell)] > 0);
      const rows = persons?.[place].get(own) ?? totals[own];
      const times = timesOf(both[place], own);
      const alone = there.length === 1 && labels[there[0]] !== "other";
      const [first, last] = ordered ? [there[0], there.findLast((cell) => values.includes(cell))] : [];
      const sets = [
        { set: alone ? cells.filter((cell) => cell !== there[0]) : [], enough: 2 * needed * times },
        { set: values.filter((cell) => first !== undefined && cell < first), enough: needed * times ** 2 },
        { set: values.filter((cell) => last !== undefined && cell > last), enough: needed * times ** 2 },
      ];
      for (const { set, enough } of sets) {
        if (set.length === 0 || rows < 2 * needed) continue;
        // Of whom it is known that they have none of these, they tell nothing of who else may.
        const may = owns.filter((one) => one === own || set.some((cell) => !empty.has(at(one, cell))));
        const among = may.reduce((sum, one) => sum + totals[one], 0);
        const share = set.reduce((sum, cell) => sum + sizes[cell], 0) / among;
        if (unlikely(rows, share) < enough) continue;
        // What no row has is told by none of them.
        for (const cell of set) if (sizes[cell] > 0) empty.add(at(own, cell));
      }
    }
  }
}

/** How unlikely it is that none of so many rows has what this share of all has: its negative logarithm. */
export function unlikely(rows: number, share: number): number {
  return -rows * Math.log1p(-share);
}
