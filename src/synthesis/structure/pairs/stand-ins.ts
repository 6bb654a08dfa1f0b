import type { Exclusion } from "../structure";
import type { OwnCells } from "./own-cells";

const golden = 0.6180339887498949;

/** A column that follows from a level of another, as its rows have it. */
export interface Following {
  readonly map: readonly number[];
  readonly codes: Int32Array;
}

/** Cells of columns that belong together, as rows have them, and how many rows that is. */
interface Donor {
  readonly cells: readonly number[];
  readonly rows: number;
}

/**
 * The cells of columns of which pairs are listed, by name, the cells of other rows in the place of those that are not told or
 * whose pair is not: of all columns that belong together at once, of rows that are like it in most of what is told of it, each
 * as often as it occurs.
 */
export function toldTogether(
  columns: readonly OwnCells[],
  exclusions: readonly Exclusion[],
  following: (name: string) => readonly Following[],
): ReadonlyMap<string, Int32Array> {
  const lists = exclusions.filter(({ only }) => only);
  const named = new Map(columns.map((one) => [one.name, one]));
  const out = new Map<string, Int32Array>();
  for (const group of groupsOf(lists)) {
    const own = group.flatMap((name) => named.get(name) ?? []);
    if (own.length < group.length) continue;
    const may = allowedBy(own, lists);
    const codes = own.map((one) => one.codes.slice());
    const cellsAt = (i: number): number[] => own.map((one) => one.codes[i]);
    const broken: number[] = [];
    const donors = new Map<string, { cells: number[]; rows: number }>();
    for (let i = 0; i < codes[0].length; i++) {
      const cells = cellsAt(i);
      if (!may(cells)) {
        broken.push(i);
        continue;
      }
      const key = cells.join();
      const known = donors.get(key);
      if (known) known.rows++;
      else donors.set(key, { cells, rows: 1 });
    }
    const all = [...donors.values()];
    if (all.length === 0) continue;
    const follows = own.map(({ name }) => following(name));
    const pools = new Map<string, readonly Donor[]>();
    let at = 0.5;
    for (const i of broken) {
      const told = follows.map((each) => each.map((one) => one.codes[i]));
      const cells = cellsAt(i);
      const key = `${cells} ${told}`;
      const pool = pools.get(key) ?? nearestDonors(all, cells, follows, told);
      pools.set(key, pool);
      const donor = pick(pool, at);
      codes.forEach((one, k) => {
        one[i] = donor.cells[k];
      });
      at = (at + golden) % 1;
    }
    own.forEach(({ name }, k) => {
      out.set(name, codes[k]);
    });
  }
  return out;
}

/** The names of columns that lists bind to each other, directly or by others. */
function groupsOf(lists: readonly Exclusion[]): readonly (readonly string[])[] {
  let groups: readonly (readonly string[])[] = [];
  for (const { columns } of lists) {
    const joined = groups.filter((group) => columns.some((name) => group.includes(name)));
    groups = [
      ...groups.filter((group) => !joined.includes(group)),
      [...new Set([...joined.flat(), ...columns])],
    ];
  }
  return groups;
}

/** Whether the cells of a row are told, and all pairs of them that a list concerns. */
function allowedBy(own: readonly OwnCells[], lists: readonly Exclusion[]) {
  const names = own.map(({ name }) => name);
  const sets = lists.flatMap(({ columns, only = [] }) => {
    const [a, b] = columns.map((name) => names.indexOf(name));
    if (a < 0) return [];
    const places = [a, b].map((k) => new Map(own[k].labels.map((label, code) => [label, code])));
    const width = own[b].labels.length;
    const keys = only.map(([x, y]) => (places[0].get(x) ?? -1) * width + (places[1].get(y) ?? -1));
    return [{ a, b, width, may: new Set(keys) }];
  });
  return (cells: readonly number[]): boolean =>
    !cells.includes(-1) &&
    sets.every(
      ({ a, b, width, may }) =>
        cells[a] >= own[a].told || cells[b] >= own[b].told || may.has(cells[a] * width + cells[b]),
    );
}

/** The donors that share most with a row. */
function nearestDonors(
  all: readonly Donor[],
  cells: readonly number[],
  follows: readonly (readonly Following[])[],
  told: readonly (readonly number[])[],
): readonly Donor[] {
  let most = 0;
  let best: Donor[] = [];
  for (const donor of all) {
    let shared = 0;
    for (let k = 0; k < cells.length; k++) {
      if (donor.cells[k] === cells[k]) shared++;
      for (const [f, { map }] of follows[k].entries())
        if (told[k][f] >= 0 && map[donor.cells[k]] === told[k][f]) shared++;
    }
    if (shared > most) best = [];
    most = Math.max(most, shared);
    if (shared === most) best.push(donor);
  }
  return best;
}

/** The donor at a place from 0 to 1, each as wide as it has rows. */
function pick(pool: readonly Donor[], at: number): Donor {
  let left = at * pool.reduce((sum, { rows }) => sum + rows, 0);
  for (const donor of pool) {
    left -= donor.rows;
    if (left < 0) return donor;
  }
  return pool[pool.length - 1];
}
