import { countPeople, type People } from "../people";
import { type Exclusion, isFree, type OpenPair } from "../structure";
import type { OwnCells } from "./own-cells";
import { tied } from "./tied";

/** Up to this share of the rows may have a pair that no other row has: it is what a new row's chance of a new pair is (Good, 1953). */
const mostNew = 0.02;
/** Pairs that may be told must hold so many of the rows. */
const leastHeld = 0.8;

/** What is seen of two columns that belong together. */
interface Seen {
  /** Pairs that may be told, as the place of the one's level times the other's levels plus the place of the other's. */
  readonly told: readonly number[];
  /** Rows of two told levels; those among them whose pair is not; and the people whose pair nobody else has. */
  readonly rows: number;
  readonly rare: number;
  readonly single: number;
}

/**
 * The pairs that rows have, and how many may be told. A level that is told whoever has it, of a column of `whole`, goes with
 * any where no pair of it may be told.
 */
export function seenPairs(
  one: OwnCells,
  other: OwnCells,
  least: number,
  people: People | undefined,
  whole: readonly string[] = [],
): Seen {
  const keys = Float64Array.from(one.codes, (a, i) => {
    const b = other.codes[i];
    return a >= 0 && b >= 0 && a < one.told && b < other.told ? a * other.told + b : Number.NaN;
  });
  const shared = countPeople(keys, people);
  const known = new Set([...shared].flatMap(([key, count]) => (count >= least ? [key] : [])));
  const levels = [new Set<number>(), new Set<number>()];
  for (const key of known) {
    levels[0].add(Math.floor(key / other.told));
    levels[1].add(key % other.told);
  }
  for (const [k, { name }] of [one, other].entries())
    if (whole.includes(name))
      for (const key of shared.keys()) {
        const pair = [Math.floor(key / other.told), key % other.told];
        if (levels[k].has(pair[k])) continue;
        for (const level of levels[1 - k])
          known.add(k === 0 ? pair[0] * other.told + level : level * other.told + pair[1]);
      }
  const told = [...known].sort((a, b) => a - b);
  let [rows, rare] = [0, 0];
  for (const key of keys) {
    if (Number.isNaN(key)) continue;
    rows++;
    if (!known.has(key)) rare++;
  }
  const single = [...shared.values()].reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0);
  return { told, rows, rare, single };
}

/** Whether hardly a new row would have a pair that was not seen, and what may be told holds most rows. */
export function isClosed({ rows, rare, single }: Seen): boolean {
  return single <= mostNew * rows && rare <= (1 - leastHeld) * rows;
}

/**
 * The pairs of columns whose levels go together in few of the ways that chance would bring, each with the pairs that enough
 * people share: no others are drawn, but with levels of `whole` that no such pair has. `open` are those of which too many are rare for that.
 */
export function findPairs(
  columns: readonly OwnCells[],
  least: number,
  people: People | undefined,
  whole: readonly string[] = [],
): { readonly kept: readonly Exclusion[]; readonly open: readonly OpenPair[] } {
  const kept: Exclusion[] = [];
  const open: OpenPair[] = [];
  columns.forEach((one, a) => {
    for (const other of columns.slice(a + 1)) {
      if (!tied(one, other)) continue;
      const seen = seenPairs(one, other, least, people, whole);
      // Levels that are told whoever has them may have made every pair possible.
      if (seen.told.length === one.told * other.told) continue;
      const names = [one.name, other.name] as const;
      if (!isClosed(seen)) {
        open.push({ columns: names, rare: Math.round((100 * seen.rare) / seen.rows) / 100 });
        continue;
      }
      const only = seen.told.map(
        (key) => [one.labels[Math.floor(key / other.told)], other.labels[key % other.told]] as const,
      );
      // How many rows it is exactly might tell of one.
      const rare = Math.ceil(seen.rare / least) * least;
      kept.push({ columns: names, never: [], only, ...(rare > 0 && { rare }) });
    }
  });
  return { kept, open };
}

/** The zeros and the pairs that are kept; of columns of which these say all, only zeros of cells that go with any. */
export function withPairs(zeros: readonly Exclusion[], kept: readonly Exclusion[]): readonly Exclusion[] {
  const same = (a: Exclusion, b: Exclusion): boolean => a.columns.every((name) => b.columns.includes(name));
  const beside = zeros.flatMap((one) => {
    if (!kept.some((other) => same(one, other))) return [one];
    const never = one.never.filter((pair) => pair.some(isFree));
    return never.length > 0 ? [{ ...one, never }] : [];
  });
  return [...kept, ...beside];
}
