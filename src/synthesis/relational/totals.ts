import type { Rng } from "../../core/rng";
import { type Column, columnNamed, isCategorical, type Table } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { dateReader, dateWriter, type WrittenDates, writtenDates } from "../structure/dates";
import { type Grid, gridOf, snap, spacing } from "../structure/grids";
import type { Structure } from "../structure/structure";
import { type ChildPlan, countName, isOwn } from "./child-table";
import { followed, rulesWithout, withFollowing } from "./follow";
import type { Families } from "./pace";
import { labelled, mostLevels, type ToldLevel, withToldLevels } from "./told-levels";

export const kinds = ["summed", "mean", "greatest", "least", "first", "last"] as const;

/** A column of the parents that is told by their children. */
export interface Total {
  readonly column: string;
  readonly kind: (typeof kinds)[number] | "number";
  /** The children's column; of the number of them all none. */
  readonly of?: string;
  /** Of the children with this cell alone: a level, or whether a number is 0, or whether something is there (`labelled`). */
  readonly where?: { readonly of: string; readonly level: string };
  /** Of a date: how the children's and the parent's are written. */
  readonly dates?: { readonly from: WrittenDates; readonly to: WrittenDates };
  /** What parents without children have, null for nothing. */
  readonly none: number | null;
  readonly grid?: Grid;
}

/** Fewer parents with children prove nothing; and in so many at least the column must have another value than the usual one. */
const leastParents = 20;
const leastOthers = 5;
/** Where more of the children, of parents whose children differ, have the parent's number, they have it from there. */
const mostSame = 0.75;

/**
 * Columns of the parents that are, in every row and to rounding, the number of their children, of those with a level that `least`
 * parents have, the sum or mean of their numbers, or an end of these or of their dates; and which numbers of theirs, of a coarser grid, children have from them.
 */
export function findTotals(
  parents: Table,
  children: Table,
  families: Families,
  { plan, least }: { readonly plan: ChildPlan; readonly least: number },
): { readonly totals: readonly Total[]; readonly sources: readonly string[] } {
  const kindsOf = candidates(children, families, plan, least);
  const sources: string[] = [];
  const totals = parents.columns.flatMap((column) => {
    const to = column.type === "date" ? writtenDates(column.values, least, column.format) : undefined;
    if (column.type !== "numeric" && !(column.type === "date" && to)) return [];
    const values = timesOrNumbers(column, to);
    const grid = to ? undefined : gridOf(values);
    const childless = new Set(values.filter((_, p) => families[p].length === 0));
    if (childless.size > 1) return [];
    const [none = Number.NaN] = childless;
    const counts = new Map<number, number>();
    values.forEach((value, p) => {
      if (families[p].length > 0) counts.set(value, (counts.get(value) ?? 0) + 1);
    });
    const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (known < leastParents || known - Math.max(...counts.values()) < leastOthers) return [];
    const all = kindsOf.flatMap(({ from, ...one }): Total[] => {
      if ((from === undefined) !== (to === undefined)) return [];
      return [
        {
          column: column.name,
          ...one,
          none: one.kind === "number" ? 0 : null,
          ...(from && to && { dates: { from, to } }),
        },
      ];
    });
    const holds = (total: Total, first: number): boolean => {
      const made = totalOf(total, children, families.slice(0, first));
      return values.subarray(0, first).every((value, p) => {
        // What a few without children have else would be told.
        if (families[p].length === 0) return Number.isNaN(value) || (value === 0 && !to);
        if (Number.isNaN(value)) return Number.isNaN(made[p]);
        return Math.abs(value - made[p]) <= (to ? 0 : spacing(grid) / 2) + 1e-9 * Math.abs(value);
      });
    };
    // The first parents rule nearly all out, before the children of all are added up.
    const fitting = all.filter((total) => holds(total, 100) && holds(total, families.length));
    // The first date of those that put children in order is the parents' own (`withFamilies`).
    const own = ({ kind, of, where }: Total): boolean =>
      kind === "least" && of === plan.date?.name && where === undefined;
    if (fitting.some(own)) return [];
    const found = fitting.find((total) => !isSource(total, { values, grid }, children, families));
    if (!found && fitting.some((total) => isCoarser(total, { values, grid }, children, families)))
      sources.push(column.name);
    return found ? [{ ...found, none: Number.isNaN(none) ? null : none, ...(grid && { grid }) }] : [];
  });
  return { totals, sources };
}

/**
 * Whether it is a parent's own number that its children have from it: drawn by themselves, they would give it what it cannot be. So it
 * is where children do not differ, or hardly, or lie on a finer grid: a loan of hundreds is the first of balances to the cent.
 */
function isSource(
  total: Total,
  { values, grid }: { readonly values: Float64Array; readonly grid: Grid | undefined },
  children: Table,
  families: Families,
): boolean {
  const { kind, of } = total;
  const from = of === undefined ? undefined : columnNamed(children, of);
  if (from?.type !== "numeric") return false;
  if (kind === "summed") return isCoarser(total, { values, grid }, children, families);
  const differing = families.flatMap((family, p) =>
    family.some((row) => from.values[row] !== from.values[family[0]]) ? [{ family, own: values[p] }] : [],
  );
  if (differing.length < leastOthers) return true;
  const rows = differing.flatMap(({ family, own }) => family.map((row) => from.values[row] === own));
  const same = rows.filter((one) => one).length > mostSame * rows.length;
  if (kind === "mean" || (same && ["first", "last"].includes(kind))) return same;
  return isCoarser(total, { values, grid }, children, families);
}

/** Whether the parents' numbers, each that of a child, lie on a coarser grid than the children's; what is rounded is told by them. */
function isCoarser(
  total: Total,
  { values, grid }: { readonly values: Float64Array; readonly grid: Grid | undefined },
  children: Table,
  families: Families,
): boolean {
  const from = total.of === undefined ? undefined : columnNamed(children, total.of);
  if (from?.type !== "numeric" || total.kind === "mean") return false;
  if (spacing(grid) <= spacing(gridOf(from.values))) return false;
  const told = totalOf(total, children, families);
  return values.every((value, p) => !(Math.abs(value - told[p]) > 1e-9 * Math.abs(value)));
}

type Candidate = Pick<Total, "kind" | "of" | "where"> & { readonly from?: WrittenDates };

/** What may be told of the children. */
function candidates(
  children: Table,
  families: Families,
  plan: ChildPlan,
  least: number,
): readonly Candidate[] {
  const numbers = children.columns.filter(({ name, type }) => type === "numeric" && isOwn(plan, name));
  const totals = kinds.flatMap((kind) => numbers.map(({ name: of }): Candidate => ({ kind, of })));
  const dates = children.columns.flatMap((column): Candidate[] => {
    if (column.type !== "date") return [];
    const orders = column.name === plan.date?.name;
    const from = orders ? plan.date?.format : writtenDates(column.values, least, column.format);
    return from ? dateKinds.map((kind) => ({ kind, of: column.name, from })) : [];
  });
  const cells = children.columns.flatMap((column) => {
    if (!isOwn(plan, column.name) || (isCategorical(column) && column.levels.length > mostLevels)) return [];
    const label = labelled(column);
    const having = new Map<string, number>();
    for (const family of families)
      for (const level of new Set(family.map(label))) having.set(level, (having.get(level) ?? 0) + 1);
    const told = [...having].flatMap(([level, count]) => (count >= least ? [level] : [])).sort();
    return having.size > 1 ? told.map((level) => ({ of: column.name, level })) : [];
  });
  // Of some of the children there are but a few kinds, so that none holds by chance.
  const some = [{ kind: "number" as const }, ...totals.filter(({ kind }) => kind === "summed"), ...dates];
  return [
    { kind: "number" },
    ...totals,
    ...dates,
    ...cells.flatMap((where) => some.map((one): Candidate => ({ ...one, where }))),
  ];
}

/** What is told of dates; of the first or last row one may be missing that others have. */
export const dateKinds = ["greatest", "least", "first", "last"] as const;

/** The numbers of a column, of dates in milliseconds. */
function timesOrNumbers(column: Column, dates?: WrittenDates): Float64Array {
  if (column.type === "numeric") return column.values;
  return dates && column.type === "date"
    ? Float64Array.from(column.values, dateReader(dates))
    : new Float64Array(0);
}

function totalOf(
  { kind, of, where, dates, none, grid }: Total,
  children: Table,
  families: Families,
): Float64Array {
  const column = of === undefined ? undefined : columnNamed(children, of);
  const label = where && labelled(columnNamed(children, where.of));
  const values = column && timesOrNumbers(column, dates?.from);
  return Float64Array.from(families, (family) => {
    if (family.length === 0) return none ?? Number.NaN;
    const rows = label ? family.filter((i) => label(i) === where?.level) : family;
    if (!values) return rows.length;
    const written = (value: number): number =>
      dates ? Math.floor(value / dates.to.step) * dates.to.step : snap(value, grid);
    if (kind === "first" || kind === "last")
      return written(values[rows.at(kind === "first" ? 0 : -1) ?? Number.NaN] ?? Number.NaN);
    const own = rows.map((i) => values[i]).filter((value) => !Number.isNaN(value));
    if (kind === "greatest" || kind === "least") {
      const end = own.reduce((a, b) => (b > a === (kind === "greatest") ? b : a), own[0] ?? Number.NaN);
      return written(end);
    }
    const sum = own.reduce((a, b) => a + b, 0);
    return snap(kind === "summed" ? sum : sum / own.length, grid);
  });
}

/** The parents with totals as their children have them, and with what follows from totals drawn again. */
export function withTotals(
  totals: readonly Total[],
  levels: readonly ToldLevel[],
  {
    parents,
    children,
    families,
  }: { readonly parents: Table; readonly children: Table; readonly families: Families },
  model: Sequential,
  rng: Rng,
): Table {
  // There may have been no time for as many children as were drawn.
  const number: Total = { column: countName, kind: "number", none: 0 };
  const drawn = columnNamed(parents, countName);
  const fewer = drawn.type === "numeric" && families.some(({ length }, p) => length !== drawn.values[p]);
  const numbers = fewer ? [...totals, number] : totals;
  const all = [...numbers, ...levels];
  if (all.length === 0 || parents.rows === 0) return parents;
  const made = new Map(numbers.map((total) => [total.column, totalOf(total, children, families)]));
  const filled = parents.columns.map((column) => {
    const level = levels.find((one) => one.column === column.name);
    if (level) return withToldLevels(column, level, children, families);
    const values = made.get(column.name);
    if (!values) return column;
    if (column.type === "numeric") return { ...column, values };
    const dates = totals.find((total) => total.column === column.name)?.dates;
    if (!dates || column.type !== "date") return column;
    const write = dateWriter(dates.to);
    return { ...column, values: Array.from(values, (time) => write(time)) };
  });
  const whole: Table = { rows: parents.rows, columns: filled };
  const followers = fewer ? pairedWith(countName, model.structure) : [];
  const told = toldByTotals([...all, ...followers], model.structure);
  const direct = all.map(({ column }) => column);
  const open = filled.map(({ name }) => name).filter((name) => told.has(name) && !direct.includes(name));
  return followed(model, whole, new Set(open), rng);
}

/** The columns of which each level of another goes with one alone. */
function pairedWith(name: string, { exclusions }: Structure): readonly { readonly column: string }[] {
  return exclusions.flatMap(({ columns, only = [] }) => {
    const own = only.map((pair) => pair[columns.indexOf(name)]);
    const one = columns.includes(name) && own.length > 0 && new Set(own).size === own.length;
    return one ? columns.filter((column) => column !== name).map((column) => ({ column })) : [];
  });
}

/** Totals, and the columns that follow from them, directly or by others. */
export function toldByTotals(
  totals: readonly Pick<Total, "column">[],
  structure: Structure,
): ReadonlySet<string> {
  return withFollowing(
    structure,
    totals.map(({ column }) => column),
  );
}

/** The columns of the parents that are known by the children alone, not by their number, which is drawn before them. */
export function toldByChildren(
  { totals, levels }: { readonly totals: readonly Total[]; readonly levels: readonly ToldLevel[] },
  structure: Structure,
): ReadonlySet<string> {
  return toldByTotals([...totals.filter(({ of, where }) => of !== undefined || where), ...levels], structure);
}

/** The rules of the parents without those that children, drawn later, would have to keep. */
export function withoutTold(structure: Structure, totals: readonly Pick<Total, "column">[]): Structure {
  return rulesWithout(structure, toldByTotals(totals, structure));
}

/** The rules in sentences. */
export function describeTotals(totals: readonly Total[]): readonly string[] {
  return totals.map(({ column, kind, of, where, dates }) => {
    const end = dates && { greatest: "last", least: "first" }[kind as string];
    const place = dates && !end ? "row's " : "";
    const what = of === undefined ? "number" : `${end ?? kind} ${place}${of}`;
    const which = where ? ` with ${where.of} = ${where.level}` : "";
    return `${column} is the ${what} of the parent's children${which}.`;
  });
}
