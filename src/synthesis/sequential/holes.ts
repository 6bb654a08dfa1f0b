import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import type { Column, Table } from "../../data/table";
import type { ColumnCondition } from "../conditions";
import { argumentsOf, type Formula } from "../structure/formulas";
import { formulaOf, missingLabel, type Structure, type Variable } from "../structure/structure";
import { emptied, missingRows } from "../structure/variables";

// Cells that are missing at random tell nothing, but blur what all others tell: the effect of a level is that of the rows in which
// it is known, and a total that misses a part is none. So rows are learnt and drawn whole, and holes made last.

/** The rules of rows with holes, to be learnt from once: where an argument is missing, nothing is said of what a formula leaves open. */
export function aroundHoles({ holes = [], ...structure }: Structure): Structure {
  const torn = new Set(holes.map(({ column }) => column));
  const columns = structure.columns.map((plan) => {
    if ((plan.kind !== "number" && plan.kind !== "date") || !plan.formula) return plan;
    const effects = plan.formula.effects.map((one) =>
      torn.has(one.column) ? { ...one, effects: [...one.effects.slice(0, -1), Number.NaN] } : one,
    );
    return { ...plan, formula: { ...plan.formula, effects } };
  });
  return { ...structure, columns };
}

/** The rules for another method: what is missing is drawn, and so is what would be computed from it or repeated. */
export function forOthers({ holes = [], ...structure }: Structure): Structure {
  const torn = new Set(holes.map(({ column }) => column));
  const freed = new Set<string>();
  const columns = structure.columns.map((one) => {
    if (one.kind !== "number" && one.kind !== "date") return one;
    const { repeats: _, ...plan } = { repeats: undefined, ...one };
    if (!plan.formula || ![plan.name, ...argumentsOf(plan.formula)].some((name) => torn.has(name)))
      return plan;
    const { formula: __, ...drawn } = plan;
    freed.add(plan.name);
    return { ...drawn, atoms: [] };
  });
  // What a formula left open is drawn no more, and with it go its cells.
  const exclusions = structure.exclusions.filter((one) => !one.columns.some((name) => freed.has(name)));
  return { ...structure, columns, exclusions };
}

/** The rules of whole rows: nothing is missing at random. */
export function withoutHoles(structure: Structure): Structure {
  const torn = new Set((structure.holes ?? []).map(({ column }) => column));
  const columns = structure.columns.map((plan) =>
    torn.has(plan.name) && "missing" in plan ? { ...plan, missing: false } : plan,
  );
  const exclusions = structure.exclusions.flatMap((one) => {
    const never = one.never.filter(
      (pair) => !pair.some((label, k) => label === missingLabel && torn.has(one.columns[k])),
    );
    return never.length > 0 || one.only ? [{ ...one, never }] : [];
  });
  return { ...structure, columns: columns as Structure["columns"], exclusions };
}

/** In fewer rows what a formula leaves open is learnt from filled cells, too. */
const leastWhole = 200;

/** Variables of filled rows; what a formula leaves open is told by the rows in which all it reads was known. */
export function toldByKnown(
  variables: readonly Variable[],
  { columns, holes = [] }: Structure,
  rows: Table,
): readonly Variable[] {
  const torn = new Set(holes.map(({ column }) => column));
  return variables.map((one) => {
    const plan = columns.find(({ name }) => name === one.name);
    if (one.kind !== "number" || !plan || !formulaOf(plan)) return one;
    const formula = formulaOf(plan) as Formula;
    const read = [one.name, ...argumentsOf(formula)].filter((name) => torn.has(name));
    const gaps = rows.columns.filter(({ name }) => read.includes(name)).map(missingRows);
    const values = one.values.map((value, i) => (gaps.some((gap) => gap[i] === 1) ? NaN : value));
    return values.filter((value) => !Number.isNaN(value)).length < leastWhole ? one : { ...one, values };
  });
}

/** What is left of conditions when rows are drawn whole, and how many cells of each column are then taken out. */
export interface Holed {
  readonly conditions: readonly ColumnCondition[];
  readonly shares: ReadonlyMap<string, number>;
}

/** A column that has to be something has no holes; one that has to be missing has nothing else. */
export function holedBy(
  { holes = [] }: Structure,
  schema: readonly ColumnSchema[],
  conditions: readonly ColumnCondition[],
): Holed {
  const shares = new Map(holes.map(({ column, share }) => [column, share]));
  const left = conditions.filter(({ column, missing, values = [], levels = [], range }) => {
    const { name } = schema[column];
    if (!shares.has(name)) return true;
    const present = range !== undefined || values.length > 0 || levels.some((allowed) => allowed === 1);
    check(
      !(missing && present),
      `sample where ${name}`,
      "its cells are missing at random: ask for values, or for missing cells, or sample twice",
    );
    shares.set(name, missing ? 1 : 0);
    return !missing;
  });
  return { conditions: left, shares };
}

/** The rows with holes in them, at random. */
export function punched(rows: Table, shares: Holed["shares"], rng: Rng): Table {
  const columns = rows.columns.map((column): Column => {
    const share = shares.get(column.name) ?? 0;
    if (share === 0) return column;
    const own = rng.fork(column.name);
    return emptied(
      column,
      Uint8Array.from({ length: rows.rows }, () => (own.uniform() < share ? 1 : 0)),
    );
  });
  return { ...rows, columns };
}
