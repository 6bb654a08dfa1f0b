import { dateWriter } from "../dates";
import type { DatePlan, Limit, Range, Structure } from "../structure";
import { levelNames } from "../variables";

type Values = (name: string) => ArrayLike<number> | undefined;

/** The rows that break the limit, given numbers and dates by name, and codes of levels; none where these are not known. */
export function brokenLimit(
  structure: Pick<Structure, "columns">,
  limit: Limit,
  valuesOf: Values,
): readonly number[] {
  const values = valuesOf(limit.column);
  const isOut = (value: number): boolean => !Number.isNaN(value) && !isWithin(limit, value);
  return values ? rowsWhere(structure, limit, valuesOf).filter((i) => isOut(values[i])) : [];
}

/** The rows of which the limit says something; none where what it reads is not known. */
export function rowsWhere(
  { columns }: Pick<Structure, "columns">,
  { where, beside = [] }: Limit,
  valuesOf: Values,
): readonly number[] {
  const codes = valuesOf(where.column) ?? [];
  const code = codeOf(columns, where);
  const others = beside.map((range) => ({ range, values: valuesOf(range.column) ?? [] }));
  const rows: number[] = [];
  for (let i = 0; i < codes.length; i++)
    if (codes[i] === code && others.every(({ range, values }) => isWithin(range, values[i]))) rows.push(i);
  return rows;
}

/** The code of the level, or the number, in whose rows something holds. */
export function codeOf(columns: Structure["columns"], { column, level }: Limit["where"]): number {
  const plan = columns.find(({ name }) => name === column);
  if (plan?.kind === "number") return Number(level);
  if (plan?.kind !== "levels" && plan?.kind !== "bands" && plan?.kind !== "lookup") return -1;
  return plan.kind === "levels" ? levelNames(plan).indexOf(level) : plan.levels.indexOf(level);
}

/** Whether the value lies in the range; a missing one lies nowhere. */
export function isWithin({ least = -Infinity, most = Infinity }: Range, value: number): boolean {
  return value >= least && value <= most;
}

/** The rules in words: of one number by the levels of one column a sentence, of several levels. */
export function describeLimits(structure: Pick<Structure, "columns" | "limits">): readonly string[] {
  const groups = new Map<string, Limit[]>();
  for (const one of structure.limits ?? []) {
    const key = JSON.stringify([one.where.column, one.column, one.beside]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [first, ...more] = group;
    if (more.length === 0) return describeLimit(structure, first);
    const { where, column, beside = [] } = first;
    const others = beside.map((range) => ` and ${inWords(structure.columns, range)}`).join("");
    const ends = group.map(
      ({ where, beside: _, ...own }) => `${where.level} → ${endsInWords(structure.columns, own)}`,
    );
    return `By ${where.column}${others}, ${column} is ${ends.join(", ")}.`;
  });
}

/** The rule in words. */
export function describeLimit({ columns }: Pick<Structure, "columns">, limit: Limit): string {
  const { where, beside = [], ...own } = limit;
  const others = beside.map((range) => ` and ${inWords(columns, range)}`).join("");
  return `Where ${where.column} = ${where.level}${others}, ${inWords(columns, own)}.`;
}

function inWords(columns: Structure["columns"], range: Range): string {
  return `${range.column} is ${endsInWords(columns, range)}`;
}

function endsInWords(columns: Structure["columns"], { column, least, most }: Range): string {
  const plan = columns.find(({ name }) => name === column);
  // Where all lie at midnight the day says it.
  const dated = plan?.kind === "date" ? dateWriter((plan as DatePlan).format) : undefined;
  const write = dated ? (value: number): string => dated(value).replace(/ 00:00:00(\.0+)?$/, "") : String;
  if (least === undefined || most === undefined)
    return `at ${least === undefined ? `most ${write(most as number)}` : `least ${write(least)}`}`;
  return least === most ? write(least) : `from ${write(least)} to ${write(most)}`;
}
