import type { Rng } from "../../core/rng";
import { evenly } from "../../data/even-rows";
import type { ColumnSchema } from "../../data/schema";
import { type Column, cellText, columnNamed, isCategorical, type Table, table } from "../../data/table";
import type { PackedTable } from "../../data/tally/packed-table";
import { alikeWithin } from "../../evaluate/synthetic/shifted/torn-units";
import type { Steps } from "../../resample/interpolate";
import { onDays } from "../../synthesis/structure/date-days";
import { bandReads } from "../../synthesis/structure/discover/bands";
import { discoverStructure } from "../../synthesis/structure/discover/discover";
import { spacedRows } from "../../synthesis/structure/discover/search";
import { argumentsOf } from "../../synthesis/structure/formulas";
import { snap, spacing } from "../../synthesis/structure/grids";
import { moveDates } from "../../synthesis/structure/move-dates";
import { brokenBy } from "../../synthesis/structure/orders/broken";
import { type Drawn, restoreTable, syntheticSchema } from "../../synthesis/structure/restore";
import {
  type ColumnPlan,
  type Combination,
  formulaOf,
  type LevelsVariable,
  missingLabel,
  type NumberPlan,
  type Structure,
  type Variable,
} from "../../synthesis/structure/structure";
import {
  codesOf,
  combinationVariable,
  drawnCodes,
  gapVariables,
  levelNames,
  nearest,
  numbersOf,
  reduceTable,
  variableRows,
  withoutGaps,
} from "../../synthesis/structure/variables";
import { type OwnKeys, ownKeys } from "./own-keys";

/** New rows between rows of a table: the one that each starts from, the one it leads to, how far (0 stays, 1 arrives). */
export type Between = Pick<Steps, "base" | "towards" | "step">;

/** What holds in all rows of a table, and what of its columns does not follow from others. */
export interface TableRules {
  readonly target: string;
  readonly structure: Structure;
  readonly schema: readonly ColumnSchema[];
  /** Numbers whose values repeat and lie apart, as prices do: between two of them is none. */
  readonly lists: ReadonlySet<string>;
  /** Columns whose cells go together in ways that no rule tells: they are as in the row that a new one starts from. */
  readonly together: ReadonlySet<string>;
  /** What all rows of one person or thing have alike, by the column that names these: it is as in that row, too. */
  readonly alike: ReadonlyMap<string, readonly string[]>;
  readonly keys: OwnKeys;
}

/** Of more rows than these, rules are found on so many, evenly spaced, beside those with the rarest values. */
const mostSearched = 50_000;
/** Texts of which each stands in fewer rows than these, on average, are no levels. */
const leastRepeated = 2;

/** The rules of a table that has a target. */
export function rulesOf(held: PackedTable, target: string, rng: Rng): TableRules {
  const all = held.take(held.rows > mostSearched ? tellingRows(held) : evenly(held.rows, held.rows));
  const rows = table(all.columns.filter((one) => !isFreeText(one)));
  const found = discoverStructure(rows, rng, { minCount: 1, customer: false });
  const lists = found.columns.flatMap((plan) => (plan.kind === "number" && isList(plan) ? [plan.name] : []));
  // Which values between those of two rows repeat elsewhere is nothing that neighbours are asked.
  const columns = found.columns.map((plan): ColumnPlan => {
    if (plan.kind !== "number" && plan.kind !== "date") return plan;
    const { support: _, ...own } = plan;
    return own;
  });
  const keys = ownKeys(found, held, rng.fork("keys"));
  const structure = { ...found, columns };
  const schema = syntheticSchema(rows, structure);
  const alike = new Map([...alikeWithin(all)].filter(([unit]) => !keys.names.includes(unit)));
  return { target, structure, schema, lists: new Set(lists), together: new Set(), alike, keys };
}

/** Whether values repeat and most lie apart on their grid, as prices and post codes do, but not ages. */
function isList({ support, grid }: NumberPlan): boolean {
  const { from, to } = support ?? { from: [], to: [] };
  const [values, unit] = [new Set(from), spacing(grid)];
  const beside = from.filter((one) =>
    [one - unit, one + unit].some((value) => values.has(snap(value, grid))),
  );
  return from.length > 0 && from.every((low, k) => low === to[k]) && 2 * beside.length <= from.length;
}

function isFreeText(one: Column): boolean {
  if (one.type !== "text") return false;
  const present = one.values.filter((text) => text !== "");
  return present.length < leastRepeated * new Set(present).size;
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

/** New rows that keep the rules, and what it took. */
export interface Within {
  readonly table: Table;
  /** By row, how many of what is drawn are as in the row it starts from, where a rule would have been broken. */
  readonly mended: Uint8Array;
  /** By column, in how many rows. */
  readonly mendedColumns: ReadonlyMap<string, number>;
}

/**
 * Rows between others of `from` that keep the rules of the table that these are of: what follows from nothing lies between the two rows, or is the level
 * given for it (by column, codes of the table); what follows from others is computed. A cell is missing where it is in the row
 * that the new one starts from. Where a rule would be broken, or a row be of another class, the columns that it is of are as in that
 * row, and where that is not enough, all.
 */
export function rowsWithin(
  rules: TableRules,
  from: Table,
  between: Between,
  { levels, first }: { readonly levels: ReadonlyMap<string, Int32Array>; readonly first: number },
  rng: Rng,
): Within {
  const { structure, schema, lists, together, alike, keys } = rules;
  const variables = reducedWhole(structure, from);
  const { base } = between;
  const either = { ...between, step: between.step.map(Math.round) };
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const place = new Map(variables.map(({ name }, k) => [name, k]));
  const under = (name: string): readonly number[] => variablesUnder(structure, name, place);
  const kept = new Set([...together, ...[...alike].flat(2)].flatMap(under));
  const there = variables.map((one, k): Variable => {
    const plan = plans.get(one.name);
    const block = structure.combinations.find(({ name }) => name === one.name);
    if (block && one.kind === "levels" && !kept.has(k))
      return { ...one, codes: blockCodes(block, one, from, base, levels) };
    if (!plan || kept.has(k)) return variableRows(one, base);
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
    if (plan.kind !== "levels" || !codes || !isCategorical(column)) return variableRows(one, base);
    const gap = plan.missing ? one.levels.length - 1 : -1;
    const given = codesOf({ ...column, codes }, plan);
    const own = base.map((i) => one.codes[i]);
    return { ...one, codes: own.map((code, i) => (code === gap || given[i] === gap ? code : given[i])) };
  });
  const parts = new Map(there.map((one) => [one.name, drawnOf(one)]));
  const moved = moveDates(structure, onDays(structure, parts, rng) as ReadonlyMap<string, Drawn>, rng);
  const made = there.map((one, k): Variable => {
    const own = moved.get(one.name);
    return one.kind === "number" && own && !kept.has(k)
      ? { ...one, values: own.slice() as Float64Array }
      : one;
  });
  const restored = (own: readonly Variable[], rows: number): Table =>
    restoreTable(structure, schema, own.map(drawnOf), { rows, firstRow: first }, rng);
  const classes = columnNamed(from, rules.target);
  const taken = variables.map(() => new Uint8Array(base.length));
  for (let rows = Int32Array.from(base.keys()); rows.length > 0; ) {
    const touched = new Set<number>();
    const take = (k: number, i: number): boolean => {
      const [to, own] = [drawnOf(made[k]), drawnOf(variables[k])];
      if (Object.is(to[i], own[base[i]])) return false;
      to[i] = own[base[i]];
      taken[k][i] = 1;
      touched.add(i);
      return true;
    };
    const own = made.map((one) => variableRows(one, rows));
    const now = restored(own, rows.length);
    const grown = columnNamed(now, rules.target);
    const strayed = [...rows.keys()].filter((r) => cellText(grown, r) !== cellText(classes, base[rows[r]]));
    const broken = [{ columns: [rules.target], rows: strayed }, ...brokenBy(structure, now, own)];
    for (const { columns, rows: of } of broken) {
      const concerned = columns.flatMap(under);
      for (const r of of) {
        const some = concerned.filter((k) => take(k, rows[r])).length > 0;
        if (!some && !touched.has(rows[r])) for (const k of made.keys()) take(k, rows[r]);
      }
    }
    rows = Int32Array.from(touched).sort();
  }
  const mended = base.map((_, i) => taken.reduce((sum, rows) => sum + rows[i], 0));
  const counts = taken.map((rows) => rows.reduce((sum, one) => sum + one, 0));
  const mendedColumns = new Map(variables.map(({ name }, k) => [name, counts[k]]));
  const named = keys.dress(asBefore(restored(made, base.length), from, base, rules), first);
  return { table: named, mended: Uint8Array.from(mended), mendedColumns };
}

/** The rows' columns as the table has them: the class, and identifiers and texts that are not made up, are those of the base rows. */
function asBefore(made: Table, from: Table, base: Int32Array, { target, structure }: TableRules): Table {
  const own = new Map(made.columns.map((one, j) => [one.name, { one, plan: structure.columns[j] }]));
  return table(
    from.columns.map((like): Column => {
      const { one, plan } = own.get(like.name) ?? {};
      if (!one || plan?.kind === "key" || like.name === target) return columnRows(like, base);
      if (isCategorical(like) || like.type === "numeric" || !isCategorical(one)) return one;
      return { ...like, values: Array.from(base, (_, i) => cellText(one, i)) };
    }),
  );
}

function columnRows(one: Column, rows: Int32Array): Column {
  if (isCategorical(one)) return { ...one, codes: rows.map((i) => one.codes[i]) };
  if (one.type === "numeric") return { ...one, values: Float64Array.from(rows, (i) => one.values[i]) };
  return { ...one, values: Array.from(rows, (i) => one.values[i]) };
}

/** Of columns of levels that of the nearer of the two rows; `way` says how far a new row is in a column, if not as in others. */
export function nearerLevels(
  from: Table,
  { base, towards, step }: Between,
  way: (i: number) => number = (i) => step[i],
): ReadonlyMap<string, Int32Array> {
  return new Map(
    from.columns.filter(isCategorical).map((one): [string, Int32Array] => {
      return [one.name, base.map((start, i) => one.codes[way(i) < 0.5 ? start : towards[i]])];
    }),
  );
}

function valuesBetween(values: Float64Array, { base, towards, step }: Between, missing: boolean) {
  return Float64Array.from(base, (start, i) => {
    const [a, b] = [values[start], values[towards[i]]];
    // Where nothing can be missing, nothing is told here by a value that is not there.
    if (Number.isNaN(a)) return missing ? a : b;
    return Number.isNaN(b) ? a : a + step[i] * (b - a);
  });
}

/** Which column of a block says yes by the levels given for them; that of the base row where these are no row's together, or are missing. */
function blockCodes(
  block: Combination,
  { codes, levels: names }: LevelsVariable,
  from: Table,
  base: Int32Array,
  levels: ReadonlyMap<string, Int32Array>,
): Int32Array {
  const own = block.columns.flatMap((name, j) => (block.labels?.includes(name) ? [{ name, j }] : []));
  const columns = own.map(({ name }): Column => {
    const [column, given] = [columnRows(columnNamed(from, name), base), levels.get(name)];
    return given && isCategorical(column) ? { ...column, codes: given } : column;
  });
  const allowed = block.allowed.map((texts) => own.map(({ j }) => texts[j]));
  const yes = { ...block, columns: own.map(({ name }) => name), allowed };
  const { codes: there } = combinationVariable(yes, table(columns), "none");
  const gap = names.indexOf(missingLabel);
  return base.map((start, i) =>
    there[i] < 0 || there[i] === gap || codes[start] === gap ? codes[start] : there[i],
  );
}

function drawnOf(one: Variable): Drawn {
  return one.kind === "levels" ? one.codes : one.values;
}

/** The places of the variables that a column is made of. */
function variablesUnder(
  structure: Structure,
  name: string,
  place: ReadonlyMap<string, number>,
): readonly number[] {
  const plan = structure.columns.find((plan) => plan.name === name);
  const gap = structure.gaps?.find(({ column }) => column === name)?.variable ?? "";
  const formula = formulaOf(plan);
  const reads = [
    ...(formula ? argumentsOf(formula) : []),
    ...(plan?.kind === "bands" ? bandReads(plan) : []),
    ...(plan?.kind === "lookup" || plan?.kind === "part" ? [plan.of] : []),
  ];
  const own = [place.get(name), place.get(gap)].filter((at) => at !== undefined);
  return [...own, ...reads.flatMap((one) => variablesUnder(structure, one, place))];
}
