import { dateWriter } from "../dates";
import { spacing } from "../grids";
import {
  type DatePlan,
  type Exclusion,
  type Limit,
  missingLabel,
  type Range,
  type Structure,
} from "../structure";
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

/** The cells that never meet but for those that the ends of a level leave out: values of a number that lie beyond, or whatever lies between them. */
export function withoutBeyond(
  exclusions: readonly Exclusion[],
  { columns, limits = [] }: Pick<Structure, "columns" | "limits">,
): readonly Exclusion[] {
  const isBeyond = (column: string, label: string, by: string, level: string): boolean => {
    const plan = columns.find(({ name }) => name === column);
    if (plan?.kind !== "number") return false;
    const own = limits.filter(
      (one) => one.column === column && one.where.column === by && one.where.level === level && !one.beside,
    );
    if (own.length === 0 || label === missingLabel) return false;
    if (label !== "other") return own.some((one) => !isWithin(one, Number(label.slice(2))));
    const [low, high] = [
      Math.max(plan.low, ...own.map(({ least = plan.low }) => least)),
      Math.min(plan.high, ...own.map(({ most = plan.high }) => most)),
    ];
    const inside = plan.atoms.filter((atom) => atom >= low && atom <= high);
    return spacing(plan.grid) > 0 && inside.length > (high - low) / spacing(plan.grid) + 0.5;
  };
  return exclusions.flatMap((one) => {
    const [a, b] = one.columns;
    const never = one.never.filter(([x, y]) => !isBeyond(a, x, b, y) && !isBeyond(b, y, a, x));
    return never.length > 0 || one.only ? [{ ...one, never }] : [];
  });
}

/** The rules in words: of one number by the levels of one column a sentence, of several levels. */
export function describeLimits(structure: Pick<Structure, "columns" | "limits">): readonly string[] {
  const groups = new Map<string, Limit[]>();
  for (const one of structure.limits ?? []) {
    const key = JSON.stringify([one.where.column, one.column, one.beside]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { where, column, beside = [] } = group[0];
    const others = beside.map((range) => ` and ${inWords(structure.columns, range)}`).join("");
    const own = new Map<string, Limit>();
    for (const one of group) own.set(one.where.level, { ...own.get(one.where.level), ...one });
    const ends = new Map<string, string[]>();
    for (const [level, { where: _, beside: __, ...range }] of own) {
      const text = endsInWords(structure.columns, range);
      ends.set(text, [...(ends.get(text) ?? []), level]);
    }
    const told = [...ends].map(([text, levels]) => [levels.join(" or "), text]);
    if (told.length === 1)
      return `Where ${where.column} = ${told[0][0]}${others}, ${column} is ${told[0][1]}.`;
    return `By ${where.column}${others}, ${column} is ${told.map((one) => one.join(" → ")).join(", ")}.`;
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
