import { cellLabels, cellsOf, type Exclusion, type Variable } from "../structure";
import { spacedRows } from "./search";

const screeningRows = 20_000;
/** Tables of two variables with more cells than this are left out: nothing can be said about so many. */
const mostCells = 10_000;
/** Rows expected under independence where none is seen. */
const leastExpected = 5;
/** … and how many times as many where numbers are concerned: where they lie side by side, none is often seen by chance. */
const numbersTimes = 3;

/**
 * Structural zeros: cells of two variables that never meet although independence would let them meet so often that
 * chance is ruled out over all cells looked at (Bonferroni, one per cent): so many people, where some have several rows.
 */
export function findExclusions(variables: readonly Variable[], people?: Int32Array): readonly Exclusion[] {
  const sample = spacedRows(variables[0] ? cellsOf(variables[0]).length : 0, screeningRows);
  const usable = variables.flatMap((one) => {
    const labels = cellLabels(one);
    if (labels.length < 2) return [];
    const cells = cellsOf(one);
    return [{ one, labels, cells, some: Int32Array.from(sample, (i) => cells[i]) }];
  });
  const pairs: [number, number][] = [];
  let tests = 0;
  for (let a = 0; a < usable.length; a++) {
    for (let b = a + 1; b < usable.length; b++) {
      const cells = usable[a].labels.length * usable[b].labels.length;
      if (cells > mostCells) continue;
      pairs.push([a, b]);
      tests += cells;
    }
  }
  const needed = Math.max(leastExpected, Math.log(100 * tests));
  const found: Exclusion[] = [];
  for (const [a, b] of pairs) {
    const numbers = [a, b].filter((k) => usable[k].one.kind === "number").length;
    const never = zeros(usable[a], usable[b], needed * numbersTimes ** numbers, sample, people);
    if (never.length > 0) found.push({ columns: [usable[a].one.name, usable[b].one.name], never });
  }
  return found;
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
  readonly labels: readonly string[];
  readonly cells: Int32Array;
  readonly some: Int32Array;
}

function zeros(
  { labels: labelsA, cells: a, some: someA }: Looked,
  { labels: labelsB, cells: b, some: someB }: Looked,
  needed: number,
  sample: Int32Array,
  people: Int32Array | undefined,
): [string, string][] {
  const width = labelsB.length;
  const counts = new Int32Array(labelsA.length * width);
  for (let k = 0; k < someA.length; k++)
    if (someA[k] >= 0 && someB[k] >= 0) counts[someA[k] * width + someB[k]]++;
  const countsA = new Int32Array(labelsA.length);
  const countsB = new Int32Array(width);
  let both = 0;
  counts.forEach((count, cell) => {
    countsA[Math.floor(cell / width)] += count;
    countsB[cell % width] += count;
    both += count;
  });
  const empty = new Set<number>();
  for (let x = 0; x < labelsA.length; x++) {
    for (let y = 0; y < width; y++) {
      if (counts[x * width + y] === 0 && countsA[x] * countsB[y] >= needed * both) empty.add(x * width + y);
    }
  }
  if (people && empty.size > 0) {
    // Who has a cell in many rows has it once, and as likely beside the other as one row is.
    const [peopleA, peopleB] = [a, b].map((own) => peopleByCell(own, sample, people));
    for (const cell of empty) {
      const [x, y] = [Math.floor(cell / width), cell % width];
      const expected = Math.min((peopleA.get(x) ?? 0) * countsB[y], countsA[x] * (peopleB.get(y) ?? 0));
      if (expected < needed * both) empty.delete(cell);
    }
  }
  // What the sample did not see, some other row may hold.
  if (empty.size > 0 && sample.length < a.length) {
    for (let i = 0; i < a.length; i++) if (a[i] >= 0 && b[i] >= 0) empty.delete(a[i] * width + b[i]);
  }
  return [...empty].map((cell) => [labelsA[Math.floor(cell / width)], labelsB[cell % width]]);
}
