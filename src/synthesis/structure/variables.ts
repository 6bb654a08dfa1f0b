import { takeValues } from "../../core/matrix";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type Table,
  takeTableRows,
} from "../../data/table";
import { dateReader } from "./dates";
import { toldValues } from "./ends";
import { type Arguments, evaluate, leavesRest, ratesIn, restOf } from "./formulas";
import { fillGaps } from "./gaps/fill-gaps";
import { withCheckDigits, withoutCheckDigits } from "./keys/check-digits";
import { keyWriter } from "./keys/fresh-keys";
import { type CellsOfTie, withoutTies, withTies } from "./keys/key-ties";
import { withNames, withoutNames } from "./keys/name-parts";
import { risen } from "./keys/rising";
import { findLookups } from "./pairs/lookups";
import type { OwnCells } from "./pairs/own-cells";
import { toldTogether } from "./pairs/stand-ins";
import { type People, peopleOf } from "./people";
import {
  type BandsPlan,
  type ColumnPlan,
  type Combination,
  type DatePlan,
  formulaOf,
  gapLabels,
  isComputed,
  isDrawnBands,
  type KeyColumnPlan,
  type LevelsPlan,
  type LevelsVariable,
  type LookupPlan,
  levelCount,
  missingLabel,
  type NumberPlan,
  otherTextLabel,
  repeatsName,
  type Structure,
  type Variable,
} from "./structure";
import { settling } from "./support";

/** What is left to draw of a table once everything that follows from something else is taken out, in the table's order. */
export function reduceTable(
  structure: Structure,
  rows: Table,
  unknown: Unknown = "stand in",
): readonly Variable[] {
  const from = unknown === "none" ? rows : withoutGaps(structure, rows);
  const combined = new Set(structure.combinations.flatMap((combination) => combination.columns));
  const variables = structure.combinations.map(
    (combination): Variable => combinationVariable(combination, from, unknown),
  );
  const argument = argumentsFrom(structure.columns, from);
  const telling = {
    // Methods that search for no rules are to learn from no pair, either, that no row has.
    plans: [...structure.columns, ...(anyRare(structure) ? lookupsAmong(structure.columns, from) : [])],
    unknown,
    least: structure.minCount,
    people: peopleOf(structure, from),
  };
  const lists = unknown === "stand in" ? structure.exclusions.filter(({ only }) => only) : [];
  const together = lists.length > 0 ? pairedCodes(structure, from, telling.plans) : undefined;
  for (const plan of structure.columns) {
    if (combined.has(plan.name)) continue;
    const drawn = variableOf(plan, from, argument, telling);
    const codes = together?.get(plan.name);
    const one = codes && drawn?.kind === "levels" ? { ...drawn, codes } : drawn;
    if (plan.kind === "number" && plan.repeats)
      variables.push(repeatsVariable(plan, plan.repeats, from, unknown));
    if (one) variables.push(one);
  }
  return [...variables, ...gapVariables(structure, rows)];
}

/** The table with what its rules say in the place of cells that are missing beside them. */
export function withoutGaps(structure: Structure, from: Table): Table {
  const gaps = gapVariables(structure, from).map((one) => (one as LevelsVariable).codes);
  const rows = Array.from({ length: from.rows }, (_, i) => i).filter((i) => gaps.some((own) => own[i] === 1));
  if (rows.length === 0) return from;
  return fillGaps(structure, from, rows, argumentsFrom(structure.columns, takeTableRows(from, rows)));
}

/** Of each column that is drawn whole whether its cells are missing. */
export function gapVariables({ gaps = [] }: Structure, from: Table): readonly Variable[] {
  return gaps.map(({ column, variable }) => ({
    name: variable,
    kind: "levels",
    codes: Int32Array.from(missingRows(columnNamed(from, column))),
    levels: gapLabels,
  }));
}

/** What rows hold in the columns that say a part of identifiers. */
export function cellsOfTies(plans: readonly ColumnPlan[], from: Table): CellsOfTie {
  return ({ of }) => {
    const column = columnNamed(from, of);
    const plan = plans.find(({ name }) => name === of);
    return plan?.kind === "date"
      ? numbersOf(column, plan)
      : Array.from({ length: from.rows }, (_, i) => cellText(column, i));
  };
}

/** The rows with identifiers that rise as they should, and with what other columns say in them. */
export function tieKeys({ columns: plans }: Pick<Structure, "columns">, rows: Table): Table {
  const columns = rows.columns.map((column): Column => {
    const plan = plans.find(({ name }) => name === column.name);
    if (plan?.kind !== "key" || column.type === "numeric" || isCategorical(column)) return column;
    const { keys, ties = [], names = [], rises, check } = plan;
    const cellsOf = cellsOfTies(plans, rows);
    const own = rises ? risen(column.values, cellsOf({ of: rises }) as Float64Array) : column.values;
    const write = keys.style === "by" && keyWriter(keys, cellsOf);
    const bare = write ? own.map((key, i) => key && write(Number(key), i)) : own;
    const whole = withTies(withNames(bare, names, cellsOf), ties, cellsOf);
    return { ...column, values: whole.map((key) => withCheckDigits(key, check)) };
  });
  return { ...rows, columns };
}

/** A column's identifiers without what other columns say in them. */
export function bareKeys(
  { name, ties = [], names = [], check }: KeyColumnPlan,
  plans: readonly ColumnPlan[],
  from: Table,
): readonly string[] {
  const own = columnNamed(from, name);
  const texts = Array.from({ length: from.rows }, (_, i) => withoutCheckDigits(cellText(own, i), check));
  const cellsOf = cellsOfTies(plans, from);
  return withoutNames(withoutTies(texts, ties, cellsOf), names, cellsOf);
}

/** Each row's own cell of columns that are drawn as levels, as far as they are told. */
export function ownCells(plans: readonly ColumnPlan[], from: Table): readonly OwnCells[] {
  return plans.flatMap((plan): OwnCells[] => {
    const listed = plan.kind === "number" && plan.values;
    if (!listed && plan.kind !== "levels") return [];
    const labels = levelNames(plan as LevelsPlan | NumberPlan);
    const told = listed ? listed.length : (plan as LevelsPlan).levels.length;
    const column = columnNamed(from, plan.name);
    const codes = listed ? listedCodes(plan, column) : codesOf(column, plan as LevelsPlan);
    return [{ name: plan.name, labels, told, codes }];
  });
}

/** The cells of a number that is one of a few values, −1 where it is none of them. */
function listedCodes(plan: NumberPlan, one: Column): Int32Array {
  const values = plan.values ?? [];
  const places = new Map(values.map((value, place) => [value, place]));
  const none = plan.missing ? values.length : -1;
  return Int32Array.from(numbersOf(one, plan), (value) =>
    Number.isNaN(value) ? none : (places.get(value) ?? -1),
  );
}

/** The cells of columns whose levels belong together, others in the place of those that are not told (`toldTogether`). */
function pairedCodes(structure: Structure, from: Table, plans: readonly ColumnPlan[]) {
  const combined = new Set(structure.combinations.flatMap(({ columns }) => columns));
  const drawn = structure.columns.filter(({ name }) => !combined.has(name));
  return toldTogether(ownCells(drawn, from), structure.exclusions, (name) =>
    plans.flatMap((plan) =>
      plan.kind === "lookup" && plan.of === name
        ? [{ map: plan.map, codes: codesOf(columnNamed(from, plan.name), plan) }]
        : [],
    ),
  );
}

function anyRare({ columns }: Structure): boolean {
  return columns.some((plan) => plan.kind === "levels" && plan.rare !== undefined && !plan.texts);
}

/** The drawn columns of levels that follow from others in all rows whose levels are told; none of `keep`. */
export function lookupsAmong(
  plans: readonly ColumnPlan[],
  from: Table,
  keep: readonly string[] = [],
  people?: Int32Array,
): readonly LookupPlan[] {
  const free = plans.filter(
    (plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && !keep.includes(plan.name),
  );
  const inputs = free.map((plan) => ({
    name: plan.name,
    codes: codesOf(columnNamed(from, plan.name), plan),
    count: levelCount(plan),
  }));
  return [...findLookups(inputs, free, people).values()];
}

/** The variable of some of its rows alone, in their order. */
export function variableRows(one: Variable, rows: Int32Array): Variable {
  if (one.kind === "levels") return { ...one, codes: rows.map((i) => one.codes[i]) };
  return { ...one, values: takeValues(one.values, rows) };
}

/** Whose value the number is: its own, or that of the first column that has the same; not known where it is missing. */
function repeatsVariable(
  plan: NumberPlan,
  repeats: readonly string[],
  from: Table,
  unknown: Unknown,
): Variable {
  const values = numbersOf(columnNamed(from, plan.name), plan);
  const others = repeats.map((name) => numbersOf(columnNamed(from, name), plan));
  const codes = Int32Array.from(values, (value, i) =>
    unknown === "none" && Number.isNaN(value) ? -1 : 1 + others.findIndex((own) => own[i] === value),
  );
  return { name: repeatsName(plan.name), kind: "levels", codes, levels: ["its own", ...repeats] };
}

/** What becomes of levels that a plan does not know: the others stand in for them (`drawnCodes`); or −1. */
export type Unknown = "stand in" | "none";

const golden = 0.6180339887498949;

/** The cells of a column as level codes, with a text that is made up and missing as the last levels; −1 where the plan has none. */
export function codesOf(one: Column, plan: LevelsPlan | LookupPlan | BandsPlan): Int32Array {
  const { levels } = plan;
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const levelled = plan.kind === "levels";
  const other = levelled && plan.texts ? levels.length : -1;
  const none = levelled && plan.missing ? levelCount(plan) - 1 : -1;
  const codes = new Int32Array(columnRows(one));
  if (isCategorical(one)) {
    const map = one.levels.map((level) => codeOf.get(level) ?? other);
    for (let i = 0; i < codes.length; i++) codes[i] = one.codes[i] < 0 ? none : map[one.codes[i]];
  } else if (one.type !== "numeric") {
    for (let i = 0; i < codes.length; i++)
      codes[i] = one.values[i] === "" ? none : (codeOf.get(one.values[i]) ?? other);
  }
  return codes;
}

/**
 * The codes of a column, others in the place of those that it does not know, so that what goes together stays together: by
 * the column from which this one follows; or evenly, as often as they occur, among those from which the row's own cells of
 * other columns follow. The plans' lookups say what follows from what.
 */
export function drawnCodes(plan: LevelsPlan, from: Table, plans: readonly ColumnPlan[]): Int32Array {
  const codes = codesOf(columnNamed(from, plan.name), plan);
  if (!codes.includes(-1)) return codes;
  const own = plans.find((one) => one.kind === "lookup" && one.name === plan.name) as LookupPlan | undefined;
  const root = plans.find((one) => one.kind === "levels" && one.name === own?.of) as LevelsPlan | undefined;
  if (own && root) {
    const roots = drawnCodes(root, from, plans);
    const gap = levelCount(plan) - 1;
    return codes.map((code, i) => (code >= 0 ? code : own.map[roots[i]] < 0 ? gap : own.map[roots[i]]));
  }
  const following = plans.flatMap((own) =>
    own.kind === "lookup" && own.of === plan.name
      ? [{ map: own.map, codes: codesOf(columnNamed(from, own.name), own) }]
      : [],
  );
  return standIns(codes, following);
}

/** The codes, in the place of −1 others, evenly among those from which the row's cells that follow from them do. */
function standIns(
  codes: Int32Array,
  following: readonly { readonly map: readonly number[]; readonly codes: Int32Array }[] = [],
): Int32Array {
  const known = codes.filter((code) => code >= 0).sort();
  const among = new Map<string, Int32Array>();
  let at = 0.5;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] >= 0) continue;
    const told = following.map((own) => own.codes[i]);
    const key = told.join();
    const fitting =
      among.get(key) ??
      known.filter((code) => following.every(({ map }, f) => told[f] < 0 || map[code] === told[f]));
    among.set(key, fitting);
    const pool = fitting.length > 0 ? fitting : known;
    codes[i] = pool.length > 0 ? pool[Math.floor(at * pool.length)] : 0;
    at = (at + golden) % 1;
  }
  return codes;
}

function columnRows(one: Column): number {
  return isCategorical(one) ? one.codes.length : one.values.length;
}

/** 1 where the column's cell is missing. */
export function missingRows(one: Column): Uint8Array {
  const gone = new Uint8Array(columnRows(one));
  if (isCategorical(one)) for (let i = 0; i < gone.length; i++) gone[i] = one.codes[i] < 0 ? 1 : 0;
  else
    for (let i = 0; i < gone.length; i++)
      gone[i] = one.values[i] === "" || Number.isNaN(one.values[i]) ? 1 : 0;
  return gone;
}

/** The column with some of its cells (1) missing. */
export function emptied(one: Column, gaps: ArrayLike<number>): Column {
  if (isCategorical(one)) return { ...one, codes: one.codes.map((code, i) => (gaps[i] === 1 ? -1 : code)) };
  if (one.type === "numeric")
    return { ...one, values: one.values.map((value, i) => (gaps[i] === 1 ? Number.NaN : value)) };
  return { ...one, values: one.values.map((text, i) => (gaps[i] === 1 ? "" : text)) };
}

/** The values of a numeric column, or of dates as milliseconds. */
export function numbersOf(one: Column, plan: NumberPlan | DatePlan): Float64Array {
  if (plan.kind === "date")
    return Float64Array.from(
      one.type === "date" || one.type === "text" ? one.values : [],
      dateReader(plan.format),
    );
  return one.type === "numeric" ? one.values : new Float64Array(0);
}

/** Reads the arguments of formulas from a table. */
export function argumentsFrom(plans: readonly ColumnPlan[], from: Table): Arguments {
  return (name) => {
    const plan = plans.find((plan) => plan.name === name);
    const column = columnNamed(from, name);
    if (plan?.kind !== "levels") return numbersOf(column, plan as NumberPlan);
    const codes = drawnCodes(plan, from, plans);
    if (plan.missing) return codes;
    // A cell that is missing beside the rules tells nothing.
    missingRows(column).forEach((gap, i) => {
      if (gap === 1) codes[i] = -1;
    });
    return codes;
  };
}

/** The values of a number, or what its formula leaves of them. */
export function drawnNumbers(plan: NumberPlan | DatePlan, from: Table, argument: Arguments): Float64Array {
  const { formula } = plan;
  const unit = drawnUnit(plan);
  const values = numbersOf(columnNamed(from, plan.name), plan);
  if (!formula) return unit === 1 ? values : values.map((value) => value / unit);
  const predicted = evaluate(formula, argument, values.length);
  const drawn = leavesRest(formula, argument);
  return values.map((value, i) => (drawn(i) ? restOf(formula, value, predicted[i]) / unit : Number.NaN));
}

/** How much one of what is drawn for the column is: dates, and how much later they are than others, are so in steps. */
export function drawnUnit(plan: ColumnPlan): number {
  return plan.kind === "date" ? plan.format.step : 1;
}

/** The columns by whose value there is a formula, or a rate, if there is one for missing cells, too. */
export function tellingGaps(plan: ColumnPlan, plans: readonly ColumnPlan[]): readonly string[] {
  const formula = formulaOf(plan);
  if (!formula) return [];
  const { each } = formula;
  const told = [
    ...(each ? [{ column: each.column, all: each.formulas }] : []),
    ...ratesIn(formula).flatMap(({ column, rates }) =>
      rates.at(-1) === null ? [] : [{ column, all: rates }],
    ),
  ];
  return told.flatMap(({ column, all }) => {
    const by = plans.find(({ name }) => name === column) as LevelsPlan | NumberPlan | undefined;
    return by?.missing && all.length === levelNames(by).length ? [column] : [];
  });
}

/** How levels are named when a missing value is one of them. */
export function levelNames(plan: LevelsPlan | NumberPlan): readonly string[] {
  const names = plan.kind === "levels" ? plan.levels : (plan.values ?? []).map(String);
  const other = plan.kind === "levels" && plan.texts ? [otherTextLabel] : [];
  return [...names, ...other, ...(plan.missing ? [missingLabel] : [])];
}

/** The names of the cells of what is drawn under a name, as exclusions write them (`cellLabels`); undefined where nothing is. */
export function cellNamesOf(
  { columns, combinations, gaps = [] }: Pick<Structure, "columns" | "combinations" | "gaps">,
  name: string,
): readonly string[] | undefined {
  if (gaps.some(({ variable }) => variable === name)) return gapLabels;
  const combination = combinations.find((one) => one.name === name);
  if (combination) return combinationLabels(combination);
  const plan = columns.find((one) => one.name === name);
  if (isDrawnBands(plan)) return plan.levels;
  if (plan?.kind === "levels" || (plan?.kind === "number" && plan.values)) return levelNames(plan);
  if (!plan || (plan.kind !== "date" && plan.kind !== "number") || isComputed(plan)) return undefined;
  const { atoms = [] } = plan;
  return [...atoms.map((atom) => `= ${atom}`), "other", ...(plan.missing ? [missingLabel] : [])];
}

function combinationLabels({ allowed, labels }: Combination): readonly string[] {
  return labels ?? allowed.map((texts) => texts.map((text) => text ?? missingLabel).join(" / "));
}

function variableOf(
  plan: ColumnPlan,
  from: Table,
  argument: Arguments,
  telling: {
    readonly plans: readonly ColumnPlan[];
    readonly unknown: Unknown;
    readonly least: number;
    readonly people: People | undefined;
  },
): Variable | undefined {
  const { name } = plan;
  const { plans, unknown, least, people } = telling;
  // Rows that are not learnt from tell nothing.
  const ended = (values: Float64Array) =>
    unknown === "none" ? { low: -Infinity, high: Infinity, values } : toldValues(values, least, people);
  const shared = unknown !== "none" && least > 1;
  if (isDrawnBands(plan))
    return { name, kind: "levels", codes: codesOf(columnNamed(from, name), plan), levels: plan.levels };
  if (plan.kind === "levels" && levelCount(plan) > 1) {
    const codes = unknown === "none" ? codesOf(columnNamed(from, name), plan) : drawnCodes(plan, from, plans);
    return { name, kind: "levels", codes, levels: levelNames(plan) };
  }
  if (plan.kind === "number" && plan.values) {
    const values = numbersOf(columnNamed(from, name), plan);
    const own = listedCodes(plan, columnNamed(from, name));
    const near = own.map((code, i) =>
      code < 0 && !Number.isNaN(values[i]) ? nearest(plan.values as readonly number[], values[i]) : code,
    );
    const codes = unknown === "none" ? own : standIns(near);
    return { name, kind: "levels", codes, levels: levelNames(plan) };
  }
  if (plan.kind === "number" && !isComputed(plan)) {
    const real = drawnNumbers(plan, from, argument);
    const values = ended(real);
    return numberVariable(plan, values.values, plan.formula ? values : plan, {
      grid: plan.formula ? undefined : plan.grid,
      shared,
      real,
    });
  }
  if (plan.kind === "date" && !isComputed(plan)) {
    const real = drawnNumbers(plan, from, argument);
    const steps = ended(real);
    const range = { low: plan.low / plan.format.step, high: plan.high / plan.format.step };
    return numberVariable(plan, steps.values, plan.formula ? steps : range, {
      grid: { decimals: 0, step: 1 },
      shared,
      real,
    });
  }
  return undefined;
}

function numberVariable(
  plan: NumberPlan | DatePlan,
  values: Float64Array,
  range: { readonly low: number; readonly high: number },
  {
    grid,
    shared,
    real,
  }: { readonly grid: NumberPlan["grid"]; readonly shared: boolean; readonly real: Float64Array },
): Variable {
  const { name, missing, support } = plan;
  const { low, high } = range;
  const { atoms = [], repeats }: Pick<Partial<NumberPlan>, "atoms" | "repeats"> = plan;
  // Values lie between the ends, and where enough rows have values; on a grid as far as they are somebody's own.
  const settle = settling({ low, high, atoms, grid: shared ? undefined : grid, support });
  const held = values.map((value, i) => settle(value, real[i]));
  return {
    name,
    kind: "number",
    values: held,
    missing,
    atoms,
    low,
    high,
    ...(grid && { grid }),
    ...(support && { support }),
    ...(repeats && { repeats }),
  };
}

/** Which of a combination's texts each row has. */
export function combinationVariable(one: Combination, from: Table, unknown: Unknown): LevelsVariable {
  const key = (texts: readonly (string | null)[]): string => JSON.stringify(texts);
  const codeOf = new Map(one.allowed.map((texts, code) => [key(texts), code]));
  const columns = one.columns.map((name) => columnNamed(from, name));
  const codes = Int32Array.from(
    { length: from.rows },
    (_, i) => codeOf.get(key(columns.map((column) => levelText(column, i)))) ?? -1,
  );
  return {
    name: one.name,
    kind: "levels",
    codes: unknown === "none" ? codes : standIns(codes),
    levels: combinationLabels(one),
  };
}

/** The place of the value that is nearest; for a missing one, the place after the last. */
export function nearest(values: readonly number[], value: number): number {
  if (Number.isNaN(value)) return values.length;
  let best = 0;
  values.forEach((one, k) => {
    if (Math.abs(one - value) < Math.abs(values[best] - value)) best = k;
  });
  return best;
}

/** The level of a cell, null where missing. */
export function levelText(one: Column, row: number): string | null {
  if (!isCategorical(one)) return null;
  return one.codes[row] < 0 ? null : one.levels[one.codes[row]];
}
