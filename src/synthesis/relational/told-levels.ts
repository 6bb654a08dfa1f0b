import { type Column, columnNamed, isCategorical, type Table } from "../../data/table";
import { missingLabel } from "../structure/structure";
import { type ChildPlan, isOwn } from "./child-table";
import type { Families } from "./pace";

export const levelKinds = ["first", "last", "some", "commonest", "first commonest"] as const;

/** A column of levels of the parents that follows from one of their children's columns. */
export interface ToldLevel {
  readonly column: string;
  /** The first or last child's cell; whether some child has a cell; the commonest cell, of several the first by name or by row. */
  readonly kind: (typeof levelKinds)[number];
  readonly of: string;
  /** Of `some` the cell. */
  readonly level?: string;
  /** The parent's level for each cell, for `some` "yes" and "no", and for no children; of cells that are not here it is drawn. */
  readonly levels: readonly (readonly [cell: string, level: string])[];
}

const [otherLabel, presentLabel] = ["(not 0)", "(not missing)"] as const;
const childless = "(no children)";
/** Of columns with more levels none is looked at. */
export const mostLevels = 50;
/** So improbable must it be, over all that is tried, that a parent's levels go with what is none of theirs. */
const mostChance = 1e-6;
/** In so many families at least the children differ: what they all repeat is the parent's, and not told by them. */
const leastDiffering = 5;

/** The cells of a column as labels; of numbers only whether they are 0, of others whether they are there. */
export function labelled(column: Column): (row: number) => string {
  if (isCategorical(column))
    return (i) => (column.codes[i] < 0 ? missingLabel : column.levels[column.codes[i]]);
  if (column.type === "numeric") {
    const { values } = column;
    return (i) => (Number.isNaN(values[i]) ? missingLabel : values[i] === 0 ? "0" : otherLabel);
  }
  return (i) => (column.values[i] === "" ? missingLabel : presentLabel);
}

/** What is told of each family. */
export function cellsOf(
  { kind, of, level }: Pick<ToldLevel, "kind" | "of" | "level">,
  children: Table,
  families: Families,
): readonly string[] {
  const label = labelled(columnNamed(children, of));
  return families.map((family) => {
    if (family.length === 0) return childless;
    if (kind === "first") return label(family[0]);
    if (kind === "last") return label(family[family.length - 1]);
    if (kind === "some") return family.some((row) => label(row) === level) ? "yes" : "no";
    const counts = new Map<string, number>();
    for (const row of family) counts.set(label(row), (counts.get(label(row)) ?? 0) + 1);
    const names = [...counts.keys()];
    if (kind === "commonest") names.sort();
    return names.reduce((a, b) => ((counts.get(b) ?? 0) > (counts.get(a) ?? 0) ? b : a));
  });
}

/** The parents' columns of levels that follow, in every row, from a column of their children that is not the same for all of them. */
export function findToldLevels(
  parents: Table,
  children: Table,
  families: Families,
  { plan, least }: { readonly plan: ChildPlan; readonly least: number },
): readonly ToldLevel[] {
  const several = families.filter((family) => family.length > 1);
  const asked = children.columns.flatMap((column): Pick<ToldLevel, "kind" | "of" | "level">[] => {
    const { name: of } = column;
    if (!isOwn(plan, of) || (isCategorical(column) && column.levels.length > mostLevels)) return [];
    const label = labelled(column);
    const differing = several.filter((family) => family.some((row) => label(row) !== label(family[0])));
    if (differing.length < leastDiffering) return [];
    const labels = [...new Set(families.flatMap((family) => family.map(label)))].sort();
    return [
      ...levelKinds.filter((kind) => kind !== "some").map((kind) => ({ kind, of })),
      ...labels.map((level) => ({ kind: "some" as const, of, level })),
    ];
  });
  const cells = asked.map((one) => cellsOf(one, children, families));
  return parents.columns.flatMap((column): ToldLevel[] => {
    if (!isCategorical(column)) return [];
    const own = Array.from(column.codes, (code) => (code < 0 ? undefined : column.levels[code]));
    const counts = new Map<string, number>();
    for (const level of own) if (level !== undefined) counts.set(level, (counts.get(level) ?? 0) + 1);
    if (counts.size < 2 || own.includes(undefined)) return [];
    const shares = [...counts.values()].map((count) => count / own.length);
    for (const [k, one] of asked.entries()) {
      const found = mapOf(cells[k], own as string[]);
      if (!found) continue;
      const chance = [...found.values()].reduce(
        (sum, { rows }) => sum + Math.log(shares.reduce((all, share) => all + share ** rows, 0)),
        Math.log(asked.length * parents.columns.length),
      );
      const told = [...found].filter(([, { rows }]) => rows >= least).sort(([a], [b]) => (a < b ? -1 : 1));
      if (chance > Math.log(mostChance) || new Set(told.map(([, { level }]) => level)).size < 2) continue;
      const levels = told.map(([cell, { level }]) => [cell, level] as const);
      return [{ column: column.name, ...one, levels }];
    }
    return [];
  });
}

/** The level and number of the rows of each cell; undefined where a cell has two. */
function mapOf(cells: readonly string[], levels: readonly string[]) {
  const found = new Map<string, { level: string; rows: number }>();
  for (const [p, cell] of cells.entries()) {
    const known = found.get(cell);
    if (known && known.level !== levels[p]) return undefined;
    found.set(cell, { level: levels[p], rows: (known?.rows ?? 0) + 1 });
  }
  return found;
}

/** The column with the levels that the children tell. */
export function withToldLevels(column: Column, told: ToldLevel, children: Table, families: Families): Column {
  if (!isCategorical(column)) return column;
  const codes = new Map(told.levels.map(([cell, level]) => [cell, column.levels.indexOf(level)]));
  const cells = cellsOf(told, children, families);
  return { ...column, codes: column.codes.map((code, p) => codes.get(cells[p]) ?? code) };
}

/** It in words. */
export function describeToldLevel({ column, kind, of, level, levels }: ToldLevel): string {
  if (kind === "some") {
    const [yes, no] = ["yes", "no"].map((answer) => levels.find(([cell]) => cell === answer)?.[1]);
    return `${column} is ${yes} where a child of the parent has ${of} = ${level}, else ${no}.`;
  }
  const which = kind === "first commonest" ? "commonest (of several the first)" : kind;
  const same = levels.every(([cell, own]) => cell === own);
  const map = levels.map(([cell, own]) => `${cell}: ${own}`).join(", ");
  return `${column} ${same ? "is" : "follows from"} the ${which} ${of} of the parent's children${same ? "" : ` (${map})`}.`;
}
