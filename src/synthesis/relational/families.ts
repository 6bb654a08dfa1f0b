import { check } from "../../core/checks";
import { customersIn } from "../../data/customers";
import { type Column, columnNamed, isCategorical, type Table, table, takeTableRows } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { dateReader, writtenDates } from "../structure/dates";
import { readerOf } from "../structure/discover/look";
import { findDays } from "../structure/discover/tried/dates/find-days";
import { tamed } from "../structure/ends";
import { emptySum } from "../structure/formulas";
import { countPeople, peopleOf } from "../structure/people";
import type { ColumnPlan, DatePlan, Structure } from "../structure/structure";
import {
  baseOf,
  type ChildDates,
  type ChildPlan,
  childDates,
  contextColumns,
  contextNames,
  countName,
  datesAsTexts,
  isOwn,
  meansWith,
  type RowContext,
  roomFrom,
  withComputedDate,
} from "./child-table";
import { rulesWithout } from "./follow";
import { dateAtPlace, datePast, type Families, formulaOfPlace, gapOf, paceOf, placeOnPace } from "./pace";
import type { ToldLevel } from "./told-levels";
import { type Total, toldByChildren } from "./totals";

/** When a parent's first child row was, as a column of the parents. */
export const firstName = "first child's date";
/** In fewer pairs of rows nothing is looked for; so many must lie before an end by chance, that none which does is no chance. */
const leastPairs = 50;
const leastOverlaps = 20;
/** What numbers the rows of parents has many of its values in each: so much of all pairs is there. */
const leastFilled = 0.1;
/** Which of the dates that lie whole distances from a common one it is. */
export const placeName = "first child's place";
/** How many more child rows a parent had time for: of those who stay to the end none. */
export const shortName = "rows short of the end";
/** That numbers a parent's children better where it is 0 so much more often than the commonest number is there. */
const leastWhole = 1.5;

/** Each parent's child rows in the file's order. */
export function familiesOf(parents: Table, children: Table, key: string): Families {
  const action = "learn two tables";
  const names = keysOf(parents, key);
  const place = new Map(names.map((name, i) => [name, i]));
  check(
    place.size === parents.rows,
    action,
    `each parent must have a ${key} of its own`,
    parents.rows - place.size,
  );
  const families: number[][] = names.map(() => []);
  const strangers: string[] = [];
  keysOf(children, key).forEach((name, i) => {
    const parent = place.get(name);
    if (parent === undefined) strangers.push(name);
    else families[parent].push(i);
  });
  check(
    strangers.length === 0,
    action,
    `each child's ${key} must be that of a parent`,
    `${strangers.length} that are not`,
  );
  return families;
}

/** The keys of a table's rows as texts. */
export function keysOf(from: Table, key: string): string[] {
  const column = columnNamed(from, key);
  if (column.type === "numeric") return Array.from(column.values, String);
  return isCategorical(column)
    ? Array.from(column.codes, (code) => (code < 0 ? "" : column.levels[code]))
    : [...column.values];
}

export function planOf(children: Table, key: string, least: number): ChildPlan {
  const parents = customersIn(children, key);
  const dates = children.columns.flatMap((column) => {
    const own = column.name === key ? undefined : childDates(column, parents, least);
    return own ? [{ own, odd: outOfOrder(column, own, parents) }] : [];
  });
  // The file's own order says which date goes with it; a date that is missing in rows orders none of them.
  const date = dates.sort((a, b) => a.odd - b.odd)[0]?.own;
  return {
    columns: children.columns.map(({ name, type }) => ({
      name,
      role:
        name === key
          ? "key"
          : type === "id"
            ? "identifier"
            : name === date?.name
              ? "date"
              : type === "text"
                ? "text"
                : "drawn",
    })),
    ...(date && { date }),
    ...numbering(children, key, parents),
  };
}

/** The whole number that no two rows of a parent share, and of which each parent has many values: the year, or the visit. */
function numbering(children: Table, key: string, parents: Int32Array): Pick<ChildPlan, "by"> {
  const count = new Set(parents).size;
  const numbers = children.columns.flatMap((column) => {
    if (column.type !== "numeric" || column.name === key) return [];
    const { name, values } = column;
    if (values.some((value) => value % 1 !== 0)) return [];
    const once = new Set(Array.from(values, (value, i) => `${parents[i]} ${value}`)).size === values.length;
    const different = new Set(values).size;
    return once && values.length >= leastFilled * count * different ? [{ name, different }] : [];
  });
  const [by] = numbers.sort((a, b) => a.different - b.different);
  return by ? { by: by.name } : {};
}

/** How many rows have no date, or one before that of the parent's row above. */
function outOfOrder(column: Column, { format }: ChildDates, parents: Int32Array): number {
  if (column.type !== "date") return 0;
  const above = new Map<number, number>();
  return column.values.map(dateReader(format)).filter((time, i) => {
    const fits = time >= (above.get(parents[i]) ?? Number.NEGATIVE_INFINITY);
    if (!Number.isNaN(time)) above.set(parents[i], time);
    return !fits;
  }).length;
}

/** The children without the levels that too few parents have: what the next one is told of them. */
function withoutRareLevels(children: Table, key: string, least: number): Table {
  const people = peopleOf({ customer: key }, children);
  const columns = children.columns.map((column): Column => {
    if (!isCategorical(column)) return column;
    const having = countPeople(column.codes, people);
    return {
      ...column,
      codes: column.codes.map((code) => ((having.get(code) ?? 0) < least ? -1 : code)),
    };
  });
  return { rows: children.rows, columns };
}

/** Families in the order of their dates, and of what numbers their rows; rows without a date come last. */
export function inOrder(families: Families, children: Table, plan: ChildPlan): Families {
  const times = timesOf(children, plan);
  const by = plan.by === undefined ? undefined : columnNamed(children, plan.by);
  const numbers = by?.type === "numeric" ? by.values : undefined;
  const at = (i: number): number => (!times || Number.isNaN(times[i]) ? Number.MAX_VALUE : times[i]);
  const place = (i: number): number => numbers?.[i] ?? 0;
  return families.map((family) => [...family].sort((a, b) => at(a) - at(b) || place(a) - place(b) || a - b));
}

export function timesOf(children: Table, { date }: ChildPlan): Float64Array | undefined {
  return date && timesIn(children, date);
}

/** When the rows were, or what the distance to the next one is from. */
export function timesIn(
  rows: Table,
  { name, format }: Pick<ChildDates, "name" | "format">,
): Float64Array | undefined {
  const column = columnNamed(rows, name);
  return column.type === "date" ? Float64Array.from(column.values, dateReader(format)) : undefined;
}

/**
 * The plan with distances from the other date of the row before that no next row lies before, always so long after it, or though
 * of distances in any order at least twenty would.
 */
export function withBase(plan: ChildPlan, children: Table, families: Families, least: number): ChildPlan {
  const { date } = plan;
  const times = timesOf(children, plan);
  const several = families.filter((family) => family.length > 1);
  if (!date || !times || several.length < least) return plan;
  const pairs = several.flatMap((family) => family.slice(1).map((row, k) => [family[k], row] as const));
  const apart = Float64Array.from(pairs, ([before, row]) => times[row] - times[before]).sort();
  for (const column of children.columns) {
    const format = column.type === "date" && writtenDates(column.values, least, column.format);
    if (!format || column.name === date.name || format.step !== date.format.step) continue;
    const from = { name: column.name, format };
    const ends = timesIn(children, from) as Float64Array;
    const gaps = pairs.map(([before, row]) => times[row] - ends[before]);
    if (pairs.length < leastPairs || !gaps.every((gap) => gap >= 0)) continue;
    const lasting = Float64Array.from(pairs, ([before]) => ends[before] - times[before]).sort();
    let [k, overlaps] = [0, 0];
    for (const far of apart) {
      while (lasting[k] <= far) k++;
      overlaps += (lasting.length - k) / apart.length;
    }
    if (gaps.every((gap) => gap === gaps[0]) || overlaps >= leastOverlaps)
      return { ...plan, date: { ...date, from } };
  }
  return plan;
}

/** The plan with the steps in which dates follow each other, and the least distance between two that `least` parents have. */
export function withPace(
  plan: ChildPlan,
  children: Table,
  families: Families,
  { key, least }: { readonly key: string; readonly least: number },
): ChildPlan {
  const times = timesOf(children, plan);
  if (!plan.date || !times) return plan;
  // From another date than its own steps are as they are written.
  const pace = plan.date.from ? plan.date.pace : paceOf(times, families, plan.date.format, least);
  const date = { ...plan.date, pace };
  const since = timesIn(children, baseOf(date)) as Float64Array;
  const closest = families
    .map((family) => Math.min(...family.slice(1).map((row, k) => gapOf(date, since[family[k]], times[row]))))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const { name, format } = date;
  const { low, high } = tamed(times, least);
  const own = { kind: "date" as const, name, missing: false, format, low, high };
  const [{ days } = own as DatePlan] = findDays([own], {
    ...readerOf(children),
    least,
    people: peopleOf({ customer: key }, children),
  });
  return {
    ...plan,
    date: {
      ...date,
      ...(days?.shares?.includes(0) && { days }),
      least: Math.max(0, closest[Math.min(closest.length, least) - 1] ?? 0),
    },
  };
}

/** The parents with the number of their children, and the date of the first. */
export function withFamilies(parents: Table, families: Families, children: Table, plan: ChildPlan): Table {
  const counts: Column = {
    name: countName,
    type: "numeric",
    values: Float64Array.from(families, (family) => family.length),
    decimals: 0,
  };
  if (!plan.date) return table([...parents.columns, counts]);
  const times = timesOf(children, plan) as Float64Array;
  const firsts = families.map((family) => (family.length > 0 ? times[family[0]] : Number.NaN));
  const [{ format }] = plan.date.format.formats;
  const { date } = plan;
  const first: Column = { name: firstName, type: "date", values: datesAsTexts(date, firsts), format };
  const places = date.pace.phase !== undefined && {
    name: placeName,
    type: "numeric" as const,
    values: Float64Array.from(firsts, (time) => placeOnPace(date, time) as number),
    decimals: 0,
  };
  const short = places && shortOf(date, firsts, families);
  const ends: Column[] = short ? [{ ...counts, name: shortName, values: Float64Array.from(short) }] : [];
  return table([...parents.columns, counts, ...(places ? [places] : []), ...ends, first]);
}

/** How many more rows each parent had time for, where far more parents have all than as many as any others; with a row a distance alone. */
function shortOf(date: ChildDates, firsts: readonly number[], families: Families): number[] | undefined {
  if (date.every !== 1 || date.from) return undefined;
  const short = families.map(({ length }, p) => roomFrom(date, firsts[p], Infinity) - length);
  const commonest = new Map<number, number>();
  for (const { length } of families) commonest.set(length, (commonest.get(length) ?? 0) + 1);
  const whole = short.filter((rows) => rows === 0).length;
  const told = short.every((rows) => rows >= 0 && rows < Infinity);
  return told && whole > leastWhole * Math.max(...commonest.values()) ? short : undefined;
}

/** The rules of the parents with the date of the first child on the days that dates have, or told by its place, where there is one. */
export function withPlace(structure: Structure, { date }: ChildPlan): Structure {
  if (date?.pace.phase === undefined) {
    const { days } = date ?? {};
    const columns = structure.columns.map((plan) =>
      plan.kind === "date" && plan.name === firstName && days ? { ...plan, days } : plan,
    );
    return { ...structure, columns };
  }
  const place = structure.columns.find(({ name }) => name === placeName);
  if (place?.kind === "constant" && place.text !== "") {
    const [text] = datesAsTexts(date, [dateAtPlace(date, Number(place.text))]);
    const columns = structure.columns.map((plan) =>
      plan.name === firstName ? { ...place, name: firstName, text } : plan,
    );
    return { ...structure, columns };
  }
  return withComputedDate(withCount(structure, date), firstName, formulaOfPlace(date, placeName));
}

/** The rules of the parents with the number of children told by how many there is time for and what is short of that, if it is drawn. */
function withCount(structure: Structure, date: ChildDates): Structure {
  if (!structure.columns.some(({ name }) => name === shortName)) return structure;
  const constant = roomFrom(date, dateAtPlace(date, 0), Infinity);
  const terms = [placeName, shortName].map((column) => ({ column, weight: -1 }));
  const columns = structure.columns.map((plan): ColumnPlan => {
    if (plan.kind !== "number" || plan.name !== countName) return plan;
    const { values: _, rare: __, ...own } = plan;
    return { ...own, atoms: [], formula: { ...emptySum, constant, terms } };
  });
  return rulesWithout({ ...structure, columns }, new Set([countName]));
}

/**
 * What children see of their parents: no identifiers and texts, no level that the parents' model does not tell, and nothing
 * (but their number) that they tell themselves: drawn before them it would bind them to a guess.
 */
export function contextOf(
  parents: Table,
  model: Sequential,
  {
    key,
    totals = [],
    levels = [],
  }: {
    readonly key: string;
    readonly totals?: readonly Total[];
    readonly levels?: readonly ToldLevel[];
  },
): Table {
  const told = toldByChildren({ totals, levels }, model.structure);
  // A column of theirs says it.
  const counted = totals.some(({ of, where }) => of === undefined && where === undefined);
  const columns = parents.columns.flatMap((column): Column[] => {
    if (told.has(column.name) || (column.name === countName && counted)) return [];
    if (
      [key, firstName, placeName, shortName].includes(column.name) ||
      column.type === "id" ||
      column.type === "text"
    )
      return [];
    if (!isCategorical(column)) return [column];
    const plan = model.structure.columns.find(({ name }) => name === column.name);
    const levels = plan && "levels" in plan ? plan.levels : column.levels;
    const map = column.levels.map((level) => levels.indexOf(level));
    return [
      {
        name: column.name,
        type: column.type,
        levels,
        codes: column.codes.map((code) => (code < 0 ? -1 : map[code])),
      },
    ];
  });
  return { rows: parents.rows, columns };
}

/** All child rows as they are learnt: what is known before each, what is drawn, and whose they are. */
export function childRows(
  { plan, key, least }: { readonly plan: ChildPlan; readonly key: string; readonly least: number },
  parents: Table,
  children: Table,
  families: Families,
  places: readonly number[],
): { context: Column[]; own: Column[]; parent: Column } {
  const times = timesOf(children, plan);
  const ends = plan.date && timesIn(children, baseOf(plan.date));
  const numbers = drawnNumbers(plan, children);
  const contexts: RowContext[] = [];
  const rows: number[] = [];
  const gaps: number[] = [];
  families.forEach((family, f) => {
    let means: readonly number[] = numbers.map(() => Number.NaN);
    const first = times && family.length > 0 ? times[family[0]] : Number.NaN;
    let since = plan.date ? datePast(plan.date, first, -plan.date.least, first) : first;
    family.forEach((row, k) => {
      contexts.push({
        parent: places[f],
        place: k + 1,
        left: family.length - k - 1,
        before: k === 0 ? -1 : family[k - 1],
        since,
        first,
        means,
      });
      rows.push(row);
      if (times && plan.date) {
        gaps.push(gapOf(plan.date, since, times[row]));
        if (ends && !Number.isNaN(ends[row])) since = ends[row];
      }
      means = meansWith(
        means,
        k + 1,
        numbers.map((values) => values[row]),
      );
    });
  });
  const context = contextColumns(plan, parents, withoutRareLevels(children, key, least), contexts);
  const taken = takeTableRows(children, rows);
  const own = taken.columns.filter(({ name }) => isOwn(plan, name));
  const gap: Column = {
    name: contextNames.gap,
    type: "numeric",
    values: Float64Array.from(gaps),
    decimals: 0,
  };
  return { context, own: plan.date ? [gap, ...own] : own, parent: columnNamed(taken, key) };
}

export function drawnNumbers(plan: ChildPlan, rows: Table): Float64Array[] {
  return rows.columns.flatMap((column) =>
    column.type === "numeric" &&
    plan.columns.some(({ name, role }) => name === column.name && role === "drawn")
      ? [column.values]
      : [],
  );
}
