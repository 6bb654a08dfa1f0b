import type { Rng } from "../../core/rng";
import { evenly } from "../../data/even-rows";
import { type ColumnSchema, schemaOf } from "../../data/schema";
import { columnNamed, isCategorical, type Table } from "../../data/table";
import type { PackedTable } from "../../data/tally/packed-table";
import { bandReads } from "../../synthesis/structure/discover/bands";
import { discoverStructure } from "../../synthesis/structure/discover/discover";
import { spacedRows } from "../../synthesis/structure/discover/search";
import { argumentsOf } from "../../synthesis/structure/formulas";
import { snap, spacing } from "../../synthesis/structure/grids";
import { moveDates } from "../../synthesis/structure/move-dates";
import { brokenNumbers } from "../../synthesis/structure/orders/broken";
import { type Drawn, restoreNumbers, restoreTable } from "../../synthesis/structure/restore";
import {
  type ColumnPlan,
  formulaOf,
  type NumberVariable,
  type Structure,
  type Variable,
} from "../../synthesis/structure/structure";
import {
  codesOf,
  drawnCodes,
  gapVariables,
  levelNames,
  nearest,
  numbersOf,
  reduceTable,
  variableRows,
  withoutGaps,
} from "../../synthesis/structure/variables";
import { type CellRules, cellRulesOf, type Reduced } from "./cell-rules";

/** New rows between rows of a table: the one that each starts from, the one it leads to, how far (0 stays, 1 arrives). */
export interface Between {
  readonly base: Int32Array;
  readonly towards: Int32Array;
  readonly step: Float64Array;
}

/** What holds in all rows of a table, and what of its columns does not follow from others. */
export interface TableRules {
  readonly structure: Structure;
  readonly schema: readonly ColumnSchema[];
  /** The values of numbers between which there are none. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
  readonly cells: CellRules;
}

/** Of more rows than these, rules are found on so many, evenly spaced, beside those with the rarest values. */
const mostSearched = 50_000;

/** The rules of a table of numbers, levels and dates, of which the target is given. */
export function rulesOf(from: PackedTable, target: string, rng: Rng): TableRules {
  const rows = from.take(from.rows > mostSearched ? tellingRows(from) : evenly(from.rows, from.rows));
  const found = discoverStructure(rows, rng, { keep: [target], minCount: 1, customer: false });
  // Which values between those of two rows repeat elsewhere is nothing that neighbours are asked.
  const columns = found.columns.map((plan): ColumnPlan => {
    if (plan.kind !== "number" && plan.kind !== "date") return plan;
    const { support: _, ...own } = plan;
    return own;
  });
  const structure = { ...found, columns };
  const lists = listsOf(from, structure, target);
  const schema = schemaOf(rows).columns;
  return { structure, schema, lists, cells: cellRulesOf(structure, lists, reducedBlocks(from, structure)) };
}

/** All rows in blocks, reduced to what does not follow from others. */
function* reducedBlocks(from: PackedTable, structure: Structure): Generator<Reduced> {
  for (const rows of from.blocks()) yield { rows, variables: reducedWhole(structure, rows) };
}

/**
 * What does not follow from others. Where a cell is missing beside its rules, what they say of it lies between rows; that it is missing
 * is that of one.
 */
function reducedWhole(structure: Structure, rows: Table): readonly Variable[] {
  const { columns, gaps = [] } = structure;
  if (gaps.length === 0) return reduceTable(structure, rows, "none");
  const torn = new Set(gaps.map(({ column }) => column));
  const missing = new Map(gapVariables(structure, rows).map((one) => [one.name, one]));
  return reduceTable(structure, withoutGaps(structure, rows), "none").map((one): Variable => {
    const plan = torn.has(one.name) && columns.find(({ name }) => name === one.name);
    if (typeof plan !== "object" || plan.kind !== "levels") return missing.get(one.name) ?? one;
    return {
      name: one.name,
      kind: "levels",
      codes: drawnCodes(plan, rows, columns),
      levels: levelNames(plan),
    };
  });
}

/** The numbers of a grid whose values repeat and most lie apart on it, as prices and post codes do: between two of them is none. */
function listsOf(
  from: PackedTable,
  structure: Structure,
  target: string,
): ReadonlyMap<string, readonly number[]> {
  const most = Math.min(from.rows / leastShared, mostListed);
  const found = new Map<string, { one: NumberVariable; counts: Map<number, number> }>();
  for (const { rows, variables } of reducedBlocks(from, structure))
    for (const one of variables) {
      if (one.kind !== "number" || !one.grid || one.name === target) continue;
      if (columnNamed(rows, one.name).type !== "numeric") continue;
      const known = found.get(one.name) ?? { one, counts: new Map<number, number>() };
      found.set(one.name, known);
      const { counts } = known;
      for (const value of one.values)
        if (counts.size <= most && !Number.isNaN(value) && !one.atoms.includes(value))
          counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  const lists = [...found].flatMap(([name, { one, counts }]): [string, readonly number[]][] => {
    const listed = counts.size > most ? undefined : listedValues(one, counts);
    return listed ? [[name, listed]] : [];
  });
  return new Map(lists);
}

/** Rows that show every level, where numbers end, and others evenly spaced. */
function tellingRows(from: PackedTable): Int32Array {
  const rows = new Set(spacedRows(from.rows, mostSearched));
  for (const name of from.names) {
    const column = from.column(name);
    const first = new Map<number, number>();
    if (isCategorical(column)) {
      column.codes.forEach((code, i) => {
        if (!first.has(code)) first.set(code, i);
      });
    } else if (column.type === "numeric") {
      const { values } = column;
      for (let i = 0; i < values.length; i++) {
        const [low, high] = [first.get(-1) ?? i, first.get(1) ?? i];
        if (values[i] <= values[low]) first.set(-1, i);
        if (values[i] >= values[high]) first.set(1, i);
      }
    }
    for (const i of first.values()) rows.add(i);
  }
  return Int32Array.from(rows).sort();
}

/** So many rows a value on average: fewer may share one by chance; and so many values at most. */
const [leastShared, mostListed] = [2, 2 ** 20];

function listedValues(
  { atoms, grid }: NumberVariable,
  counts: ReadonlyMap<number, number>,
): readonly number[] | undefined {
  const unit = spacing(grid);
  const occurs = (value: number): boolean => counts.has(value) || atoms.includes(value);
  let [beside, rows] = [0, 0];
  for (const [value, count] of counts) {
    rows += count;
    if (occurs(snap(value + unit, grid)) || occurs(snap(value - unit, grid))) beside += count;
  }
  if (rows < leastShared * counts.size || rows === 0 || beside > rows / 2) return undefined;
  return [...atoms, ...counts.keys()];
}

/** New rows that keep the rules, and what it took. */
export interface Within {
  readonly table: Table;
  /** Rows in which columns are as in the row they start from, where a rule or a pair that no row has would have been broken. */
  readonly mended: number;
  /** By these columns, in how many rows. */
  readonly mendedColumns: ReadonlyMap<string, number>;
}

/**
 * Rows between others of `from` that keep the rules of the table that these are of: what follows from nothing lies between the two rows, or is the level
 * given for it (by column, codes of the table); what follows from others is computed. A cell is missing where it is in the row
 * that the new one starts from. Where a rule, or a pair of levels that no row has, would be broken, the columns that it is of
 * are as in that row.
 */
export function rowsWithin(
  rules: TableRules,
  from: Table,
  between: Between,
  levels: ReadonlyMap<string, Int32Array>,
  rng: Rng,
): Within {
  const { structure, schema, lists } = rules;
  const variables = reducedWhole(structure, from);
  const { base } = between;
  const either = { ...between, step: between.step.map(Math.round) };
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const made = variables.map((one): Variable => {
    const known = plans.get(one.name);
    if (one.kind === "levels" && !known) return { ...one, codes: base.map((i) => one.codes[i]) };
    const plan = known as ColumnPlan;
    if (one.kind === "number") {
      const way = lists.has(one.name) ? either : between;
      const values = valuesBetween(one.values, way, one.missing).map((value) => snap(value, one.grid));
      return { ...one, values };
    }
    const column = columnNamed(from, one.name);
    if (plan.kind === "number") {
      const values = valuesBetween(numbersOf(column, plan), between, plan.missing);
      return { ...one, codes: Int32Array.from(values, (value) => nearest(plan.values ?? [], value)) };
    }
    const codes = levels.get(one.name);
    if (plan.kind !== "levels" || !codes || !isCategorical(column))
      return { ...one, codes: base.map((i) => one.codes[i]) };
    const gap = plan.missing ? one.levels.length - 1 : -1;
    const given = codesOf({ ...column, codes }, plan);
    const own = base.map((i) => one.codes[i]);
    return { ...one, codes: own.map((code, i) => (code === gap || given[i] === gap ? code : given[i])) };
  });
  const parts = new Map(made.map((one) => [one.name, drawnOf(one)]));
  const moved = moveDates(structure, parts, rng);
  const there = made.map((one): Variable => {
    const own = moved.get(one.name);
    return one.kind === "number" && own ? { ...one, values: own as Float64Array } : one;
  });
  const taken = mend(rules, variables, there, base);
  const drawn = there.map(drawnOf);
  const table = restoreTable(structure, schema, drawn, { rows: base.length }, rng);
  const counts = taken.map((rows) => rows.reduce((sum, one) => sum + one, 0));
  const mendedColumns = new Map(variables.map(({ name }, k) => [name, counts[k]]));
  let mended = 0;
  for (let i = 0; i < base.length; i++) if (taken.some((rows) => rows[i] === 1)) mended++;
  return { table, mended, mendedColumns };
}

function valuesBetween(values: Float64Array, { base, towards, step }: Between, missing: boolean) {
  return Float64Array.from(base, (start, i) => {
    const [a, b] = [values[start], values[towards[i]]];
    // Where nothing can be missing, nothing is told here by a value that is not there.
    if (Number.isNaN(a)) return missing ? a : b;
    return Number.isNaN(b) ? a : a + step[i] * (b - a);
  });
}

function drawnOf(one: Variable): Drawn {
  return one.kind === "levels" ? one.codes : one.values;
}

/** Puts what the base rows have, in place, where new rows break a rule; by variable and row, 1 where that changed something. */
function mend(
  { structure, cells: { sides, rules } }: TableRules,
  variables: readonly Variable[],
  made: readonly Variable[],
  base: Int32Array,
): readonly Uint8Array[] {
  const taken = variables.map(() => new Uint8Array(base.length));
  const place = new Map(variables.map(({ name }, k) => [name, k]));
  const under = (name: string): readonly number[] => variablesUnder(structure, name, place);
  for (let rows = Int32Array.from(base.keys()); rows.length > 0; ) {
    const touched = new Set<number>();
    const take = (k: number, i: number): void => {
      const [to, own] = [drawnOf(made[k]), drawnOf(variables[k])];
      if (Object.is(to[i], own[base[i]])) return;
      to[i] = own[base[i]];
      taken[k][i] = 1;
      touched.add(i);
    };
    const own = made.map((one) => variableRows(one, rows));
    const parts = new Map(own.map((one) => [one.name, drawnOf(one)]));
    const numbers = restoreNumbers({ ...structure, orders: [] }, parts, rows.length);
    for (const { columns, rows: broken } of brokenNumbers(
      structure,
      (name) => (numbers.get(name) ?? parts.get(name)) as Drawn,
    ))
      for (const k of columns.flatMap(under)) for (const r of broken) take(k, rows[r]);
    const cells = sides.map((side) => side.cells(own, numbers));
    for (const { of, breaks } of rules) {
      const read = of
        .map((side) => sides[side])
        .flatMap(({ at, name }) => (at === undefined ? under(name) : [at]));
      for (let r = 0; r < rows.length; r++) if (breaks(cells, r)) for (const k of read) take(k, rows[r]);
    }
    rows = Int32Array.from(touched).sort();
  }
  return taken;
}

/** The places of the variables that a column is made of. */
function variablesUnder(
  structure: Structure,
  name: string,
  place: ReadonlyMap<string, number>,
): readonly number[] {
  const plan = structure.columns.find((plan) => plan.name === name);
  const own = place.get(name);
  const formula = formulaOf(plan);
  const reads = formula ? argumentsOf(formula) : [];
  const under = (plan?.kind === "bands" ? bandReads(plan) : reads).flatMap((one) =>
    variablesUnder(structure, one, place),
  );
  return own === undefined ? under : [own, ...under];
}
