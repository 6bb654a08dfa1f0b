import { check } from "../../core/checks";
import { cellText, columnNamed, type Table } from "../../data/table";

/** The classes of a table, and the rows of each. */
export interface Classes {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** How many rows a class had, and has. */
export interface ClassCount {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

const mostClasses = 50;

/** The classes by the texts of the target, sorted; every row must have one. */
export function classesOf(from: Table, target: string, action: string): Classes {
  const one = columnNamed(from, target);
  const places = new Map<string, number[]>();
  for (let i = 0; i < from.rows; i++) {
    const name = cellText(one, i);
    check(name !== "", action, `every row must have a ${JSON.stringify(target)}`, `none in row ${i + 1}`);
    const rows = places.get(name);
    if (rows) rows.push(i);
    else places.set(name, [i]);
  }
  const count = places.size;
  const rule = `${JSON.stringify(target)} must have from 2 to ${mostClasses} different values`;
  check(count >= 2 && count <= mostClasses, action, rule, count);
  const names = [...places.keys()].sort();
  return { names, rows: names.map((name) => places.get(name) as number[]) };
}

/** By class how many rows it lacks, of those that do. */
export function lacking({ names, rows }: Classes, ratio: number) {
  const wanted = Math.floor(ratio * Math.max(...rows.map((own) => own.length)));
  return names.flatMap((name, c) =>
    rows[c].length < wanted ? [{ name, own: rows[c], missing: wanted - rows[c].length }] : [],
  );
}
