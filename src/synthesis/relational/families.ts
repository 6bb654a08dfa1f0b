import { check } from "../../core/checks";
import { customersIn } from "../../data/customers";
import { type Column, columnNamed, isCategorical, type Table, table, takeTableRows } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { dateReader } from "../structure/dates";
import { countPeople, peopleOf } from "../structure/people";
import {
  type ChildPlan,
  childDates,
  contextColumns,
  contextNames,
  datesAsTexts,
  type Families,
  gapOf,
  isOwn,
  meansWith,
  type RowContext,
} from "./child-table";

import { type Total, toldByTotals } from "./totals";

/** How many child rows a parent has, as a column of the parents, and when the first one was. */
export const countName = "number of children";
export const firstName = "first child's date";

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
  const dates = children.columns.map((column) =>
    column.name === key ? undefined : childDates(column, parents, least),
  );
  const date = dates.find((one) => one !== undefined);
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
  };
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

/** Families in the order of their dates; rows without one come last. */
export function inOrder(families: Families, children: Table, plan: ChildPlan): Families {
  const times = timesOf(children, plan);
  if (!times) return families;
  const at = (i: number): number => (Number.isNaN(times[i]) ? Number.POSITIVE_INFINITY : times[i]);
  return families.map((family) => [...family].sort((a, b) => at(a) - at(b) || a - b));
}

export function timesOf(children: Table, { date }: ChildPlan): Float64Array | undefined {
  if (!date) return undefined;
  const column = columnNamed(children, date.name);
  return column.type === "date" ? Float64Array.from(column.values, dateReader(date.format)) : undefined;
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
  const first: Column = { name: firstName, type: "date", values: datesAsTexts(plan.date, firsts), format };
  return table([...parents.columns, counts, first]);
}

/**
 * What children see of their parents: no identifiers and texts, no level that the parents' model does not tell, and nothing
 * (but their number) that they tell themselves: drawn before them it would bind them to a guess.
 */
export function contextOf(
  parents: Table,
  model: Sequential,
  { key, totals = [] }: { readonly key: string; readonly totals?: readonly Total[] },
): Table {
  const told = toldByTotals(
    totals.filter(({ of }) => of !== undefined),
    model.structure,
  );
  const columns = parents.columns.flatMap((column): Column[] => {
    if (told.has(column.name)) return [];
    if (column.name === key || column.name === firstName || column.type === "id" || column.type === "text")
      return [];
    if (column.type === "date") return [];
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
  const numbers = drawnNumbers(plan, children);
  const contexts: RowContext[] = [];
  const rows: number[] = [];
  const gaps: number[] = [];
  families.forEach((family, f) => {
    let means: readonly number[] = numbers.map(() => Number.NaN);
    let since = times && family.length > 0 ? times[family[0]] : Number.NaN;
    family.forEach((row, k) => {
      contexts.push({
        parent: places[f],
        place: k + 1,
        left: family.length - k - 1,
        before: k === 0 ? -1 : family[k - 1],
        since,
        means,
      });
      rows.push(row);
      if (times && plan.date) {
        gaps.push(gapOf(plan.date, since, times[row]));
        if (!Number.isNaN(times[row])) since = times[row];
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
