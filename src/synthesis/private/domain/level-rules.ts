import { check } from "../../../core/checks";
import { type Column, columnNamed, isCategorical, type Table } from "../../../data/table";
import { groupCount, type PrivateVariable } from "../variable";

interface Level {
  readonly column: string;
  readonly level: string;
}

/** Where a column has one level, another has one too; with `both`, and nowhere else. */
export interface LevelRule {
  readonly kind: "levels";
  readonly where: Level;
  readonly then: Level;
  readonly both: boolean;
  readonly text: string;
}

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
  const [where, then] = sides.map((side) => sideOf(side, columns, action));
  check(where.column !== then.column, action, "it must be about two columns", text);
  return { kind: "levels", where, then, both: arrow === "<=>", text };
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
  check(isCategorical(own), action, `${own.name} must be a column of levels`, own.type);
  return { column: own.name, level: side.slice(own.name.length).trim().slice(1).trim() };
}

/** Throws where a level is not among those that the domain states: which levels there are would else be told by a rule. */
export function checkLevels(
  rule: LevelRule,
  levelsOf: (column: string) => readonly string[] | undefined,
): void {
  for (const { column, level } of [rule.where, rule.then]) {
    const levels = levelsOf(column);
    const action = `use the rule ${JSON.stringify(rule.text)}`;
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
function groupOf({ grid, cells, groups }: PrivateVariable, level: string): number | undefined {
  const place = grid.kind === "levels" ? grid.levels.indexOf(level) : -1;
  const own = cells.findIndex((cell) => cell !== null && cell[0] === place);
  if (place < 0 || own < 0) return undefined;
  return groups.filter((group) => group === groups[own]).length === 1 ? groups[own] : undefined;
}

/** Whether a row breaks the rule. */
export function breaks({ where, then, both }: LevelRule, from: Table): (row: number) => boolean {
  const [a, b] = [where, then].map(({ column, level }) => {
    const own = columnNamed(from, column);
    const code = isCategorical(own) ? own.levels.indexOf(level) : -1;
    return (row: number): boolean => isCategorical(own) && code >= 0 && own.codes[row] === code;
  });
  return both ? (row) => a(row) !== b(row) : (row) => a(row) && !b(row);
}
