import { check } from "../../core/checks";
import { type Column, cellText, isCategorical } from "../../data/table";

/** The classes of a table, and the rows of each. */
export interface Classes {
  readonly names: readonly string[];
  readonly rows: readonly Int32Array[];
}

/** How many rows a class had, and has. */
export interface ClassCount {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

const mostClasses = 50;

/** The classes by the texts of the target, sorted; every row must have one. */
export function classesOf(target: Column, action: string): Classes {
  const rows = isCategorical(target) ? target.codes.length : target.values.length;
  const places = new Map<string, number>();
  const own = new Uint8Array(rows);
  const counts: number[] = [];
  for (let i = 0; i < rows; i++) {
    const name = cellText(target, i);
    if (name === "")
      check(false, action, `every row must have a ${JSON.stringify(target.name)}, and row ${i + 1} has none`);
    const place = places.get(name) ?? places.size;
    if (place === places.size) places.set(name, place);
    // Of too many no row is told apart.
    own[i] = Math.min(place, mostClasses);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const rule = `${JSON.stringify(target.name)} must have from 2 to ${mostClasses} different values`;
  check(places.size >= 2 && places.size <= mostClasses, action, rule, places.size);
  const filled = counts.map((count) => new Int32Array(count));
  const at = counts.map(() => 0);
  for (let i = 0; i < rows; i++) filled[own[i]][at[own[i]]++] = i;
  const names = [...places.keys()].sort();
  return { names, rows: names.map((name) => filled[places.get(name) as number]) };
}

/** A class that lacks rows. */
interface Lacking {
  readonly name: string;
  readonly own: Int32Array;
  readonly missing: number;
}

/** By class how many rows it lacks, of those that do. */
export function lacking({ names, rows }: Classes, ratio: number): readonly Lacking[] {
  const wanted = Math.floor(ratio * Math.max(...rows.map((own) => own.length)));
  return names.flatMap((name, c) =>
    rows[c].length < wanted ? [{ name, own: rows[c], missing: wanted - rows[c].length }] : [],
  );
}
