import { check } from "../../../core/checks";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../../data/table";
import { missingLabel } from "../../structure/structure";
import { groupCount, type PrivateVariable } from "../variable";
import type { ColumnDomain } from "./domain";

interface Level {
  readonly column: string;
  /** Null for missing. */
  readonly level: string | null;
  /** Whether it is an identifier, of which is told where there is none. */
  readonly key?: true;
}

/** Where a column has one level, another has one too; with `both`, and nowhere else. */
export interface LevelRule {
  readonly kind: "levels";
  readonly where: Level;
  readonly then: Level;
  readonly both: boolean;
  readonly text: string;
}

/** Any rule: of others than these nothing is asked here. */
type Rule = LevelRule | { readonly kind: "formula" | "order" | "bands" };

/** The rule `a=x => b=y` or `a=x <=> b=y` of columns of levels, which may hold arrows themselves; undefined for a text without one. */
export function levelRule(text: string, columns: readonly Column[], action: string): LevelRule | undefined {
  const splits = [...text.matchAll(/<?=>/g)].map(({ 0: arrow, index }) => ({
    arrow,
    sides: [text.slice(0, index).trim(), text.slice(index + arrow.length).trim()],
  }));
  if (splits.length === 0) return undefined;
  const read = splits.filter(({ sides }) => sides.every((side) => columnOf(side, columns)));
  check(read.length < 2 && (read.length > 0 || splits.length === 1), action, "there must be one arrow", text);
  const { arrow, sides } = read[0] ?? splits[0];
  const both = arrow === "<=>";
  const told = sides.map((side) => sideOf(side, columns, action));
  const [where, then] = both && told[0].key ? told.reverse() : told;
  check(where.column !== then.column, action, "it must be about two columns", text);
  const form =
    "where there is no identifier must follow from another column: COLUMN=LEVEL => IDENTIFIER=(missing), or <=>";
  check(!where.key, action, form, text);
  return { kind: "levels", where, then, both, text };
}

/** The column of a side `COLUMN=LEVEL`: of several that it could be, the one with the longest name. */
function columnOf(side: string, columns: readonly Column[]): Column | undefined {
  return columns
    .filter(({ name }) => side.startsWith(name) && side.slice(name.length).trim().startsWith("="))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function sideOf(side: string, columns: readonly Column[], action: string): Level {
  const own = columnOf(side, columns);
  const form = "each side of the arrow must be COLUMN=LEVEL of the table's columns";
  check(own !== undefined, action, form, side);
  const { name: column, type } = own;
  check(type !== "text", action, `${column} must be none of the texts, which come out empty`, side);
  const said = side.slice(column.length).trim().slice(1).trim();
  const level = said === "" || said === missingLabel ? null : said;
  const rule = `${column} must be a column of levels, or ${missingLabel}`;
  check(isCategorical(own) || level === null, action, rule, type);
  return { column, level, ...(type === "id" && { key: true }) };
}

/** Throws where a level is not among those that the domain states: which levels there are would else be told by a rule. */
export function checkLevels(rule: LevelRule, knownOf: (column: string) => ColumnDomain | undefined): void {
  for (const { column, level } of [rule.where, rule.then]) {
    const { levels, required } = knownOf(column) ?? {};
    const action = `use the rule ${JSON.stringify(rule.text)}`;
    check(level !== null || !required, action, `${column} must not be required where it can be missing`);
    if (level === null) continue;
    check(levels !== undefined, action, `the domain must state the levels of ${column}`);
    check(
      levels.includes(level),
      action,
      `${column} must be one of ${levels.slice(0, 20).join(", ")}`,
      level,
    );
  }
}

/** Pairs of variables, and which of their groups never meet by the rules (the second variable runs fastest). */
export function neverMeeting(
  rules: readonly LevelRule[],
  variables: readonly PrivateVariable[],
): readonly { readonly variables: readonly [number, number]; readonly never: readonly boolean[] }[] {
  return rules.flatMap(({ where, then, both }) => {
    const [a, b] = [where, then].map(({ column }) => variables.findIndex(({ name }) => name === column));
    if (a < 0 || b < 0) return [];
    const [x, y] = [groupOf(variables[a], where.level), groupOf(variables[b], then.level)];
    // A level that shares its group with others is kept apart by drawing rows again.
    if (x === undefined || y === undefined) return [];
    const [rows, columns] = [groupCount(variables[a]), groupCount(variables[b])];
    const never = Array.from({ length: rows * columns }, (_, cell) => {
      const [first, second] = [Math.floor(cell / columns) === x, cell % columns === y];
      return both ? first !== second : first && !second;
    });
    return [{ variables: [a, b] as const, never }];
  });
}

/** The group that holds the level alone. */
function groupOf({ grid, cells, groups }: PrivateVariable, level: string | null): number | undefined {
  const place = grid.kind === "levels" && level !== null ? grid.levels.indexOf(level) : -1;
  const own = cells.findIndex((cell) => (level === null ? cell === null : cell?.[0] === place));
  if ((place < 0 && level !== null) || own < 0) return undefined;
  return groups.filter((group) => group === groups[own]).length === 1 ? groups[own] : undefined;
}

/** Whether a row has the level. */
function has({ column, level }: Level, from: Table): (row: number) => boolean {
  const own = columnNamed(from, column);
  if (level === null) return (row) => cellText(own, row) === "";
  const code = isCategorical(own) ? own.levels.indexOf(level) : -1;
  return (row) => isCategorical(own) && code >= 0 && own.codes[row] === code;
}

/** As numbers of more rules would run out of digits. */
const mostSides = 50;

/** Of each row which of the levels it has that others follow from: so none gets rarer since few rows that have it keep the rules. */
export function kindsBy(rules: readonly Rule[], from: Table): ArrayLike<number> {
  const sides = new Map(
    rules.flatMap((rule) =>
      rule.kind === "levels" ? [[JSON.stringify(rule.where), has(rule.where, from)] as const] : [],
    ),
  );
  const all = [...sides.values()].slice(0, mostSides);
  return Float64Array.from({ length: from.rows }, (_, i) =>
    all.reduce((kind, side) => 2 * kind + (side(i) ? 1 : 0), 0),
  );
}

/** A level of so many rows drawn first may not fall to less than this share of them. */
const [leastThere, leastLeft] = [20, 0.1];

/** Throws where a level that others follow from is all but gone from the rows that keep the rules: hardly one that has it keeps them. */
export function checkLeft(rules: readonly Rule[], first: Table, made: Table): void {
  for (const rule of rules) {
    if (rule.kind !== "levels") continue;
    const [before, after] = [first, made].map(
      (rows) => Array.from({ length: rows.rows }, (_, i) => i).filter(has(rule.where, rows)).length,
    );
    check(
      !(before >= leastThere && after < leastLeft * before),
      "sample",
      `rows with ${rule.where.column}=${rule.where.level ?? missingLabel} must be left, of which hardly one keeps what the domain states (${JSON.stringify(rule.text)} among it): take it out of the domain and fit again`,
      `${after} of ${before} rows`,
    );
  }
}

/** By identifier, which rows have none: those of which one of the rules says so. */
function gapsIn(rules: readonly Rule[], from: Table): ReadonlyMap<string, (row: number) => boolean> {
  const gaps = new Map<string, (row: number) => boolean>();
  for (const rule of rules) {
    if (rule.kind !== "levels" || !rule.then.key) continue;
    const [before, own] = [gaps.get(rule.then.column), has(rule.where, from)];
    gaps.set(rule.then.column, (row) => own(row) || (before?.(row) ?? false));
  }
  return gaps;
}

/** The rows without the identifiers that by the rules are missing there. */
export function withoutKeys(from: Table, rules: readonly Rule[]): Table {
  const gaps = gapsIn(rules, from);
  const columns = from.columns.map((column): Column => {
    const gap = gaps.get(column.name);
    return gap && column.type === "id"
      ? { ...column, values: Array.from(column.values, (key, i) => (gap(i) ? "" : key)) }
      : column;
  });
  return { ...from, columns };
}

/** Whether a row breaks the rule, of all those that there are. */
export function breaks(
  { where, then, both }: LevelRule,
  from: Table,
  rules: readonly Rule[],
): (row: number) => boolean {
  const a = has(where, from);
  const b = (then.key && gapsIn(rules, from).get(then.column)) || has(then, from);
  return both ? (row) => a(row) !== b(row) : (row) => a(row) && !b(row);
}
