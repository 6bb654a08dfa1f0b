import { type Column, columnNamed, isCategorical, type Table } from "../../data/table";
import { dateReader } from "./dates";
import { type Arguments, evaluate, restOf } from "./formulas";
import {
  type ColumnPlan,
  type Combination,
  type DatePlan,
  type LevelsPlan,
  missingLabel,
  type NumberPlan,
  type Structure,
  type Variable,
} from "./structure";

/** What is left to draw of a table once everything that follows from something else is taken out, in the table's order. */
export function reduceTable(structure: Structure, from: Table): readonly Variable[] {
  const combined = new Set(structure.combinations.flatMap((one) => one.columns));
  const variables = structure.combinations.map((one) => combinationVariable(one, from));
  const argument = argumentsFrom(structure.columns, from);
  for (const plan of structure.columns) {
    if (combined.has(plan.name)) continue;
    const one = variableOf(plan, from, argument);
    if (one) variables.push(one);
  }
  return variables;
}

/** The cells of a column as level codes, with missing as the last level; an unknown level becomes −1. */
export function codesOf(one: Column, levels: readonly string[], missing: boolean): Int32Array {
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const none = missing ? levels.length : -1;
  if (isCategorical(one)) {
    const map = one.levels.map((level) => codeOf.get(level) ?? -1);
    return one.codes.map((code) => (code < 0 ? none : map[code]));
  }
  return Int32Array.from(one.values as ArrayLike<string>, (text) =>
    text === "" ? none : (codeOf.get(text) ?? -1),
  );
}

/** The values of a numeric column, or of dates as milliseconds. */
export function numbersOf(one: Column, plan: NumberPlan | DatePlan): Float64Array {
  if (plan.kind === "date")
    return Float64Array.from(one.type === "date" ? one.values : [], dateReader(plan.format.pattern));
  return one.type === "numeric" ? one.values : new Float64Array(0);
}

/** Reads the arguments of formulas from a table. */
export function argumentsFrom(plans: readonly ColumnPlan[], from: Table): Arguments {
  return (name) => {
    const plan = plans.find((one) => one.name === name);
    const column = columnNamed(from, name);
    return plan?.kind === "levels"
      ? codesOf(column, plan.levels, plan.missing)
      : numbersOf(column, plan as NumberPlan);
  };
}

/** The values of a number, or what its formula leaves of them. */
export function drawnNumbers(plan: NumberPlan, from: Table, argument: Arguments): Float64Array {
  const values = numbersOf(columnNamed(from, plan.name), plan);
  const { formula } = plan;
  if (!formula) return values;
  const predicted = evaluate(formula, argument, values.length);
  return values.map((value, i) => restOf(formula, value, predicted[i]));
}

/** How levels are named when a missing value is one of them. */
export function levelNames(plan: LevelsPlan | NumberPlan): readonly string[] {
  const names = plan.kind === "levels" ? plan.levels : (plan.values ?? []).map(String);
  return plan.missing ? [...names, missingLabel] : names;
}

function variableOf(plan: ColumnPlan, from: Table, argument: Arguments): Variable | undefined {
  const { name } = plan;
  if (plan.kind === "levels") {
    const codes = codesOf(columnNamed(from, name), plan.levels, plan.missing);
    return { name, kind: "levels", codes, levels: levelNames(plan) };
  }
  if (plan.kind === "number" && plan.values) {
    const codeOf = new Map(plan.values.map((value, code) => [value, code]));
    const values = numbersOf(columnNamed(from, name), plan);
    const codes = Int32Array.from(values, (value) => codeOf.get(value) ?? codeOf.size);
    return { name, kind: "levels", codes, levels: levelNames(plan) };
  }
  if (plan.kind === "number" && plan.formula?.rest !== "none") {
    const values = drawnNumbers(plan, from, argument);
    const grid = plan.formula ? undefined : plan.grid;
    const range = plan.formula ? rangeOf(values) : plan;
    return numberVariable(plan, values, plan.atoms, range, grid);
  }
  if (plan.kind === "date") {
    const days = numbersOf(columnNamed(from, name), plan).map((value) => value / plan.format.step);
    const range = { low: plan.low / plan.format.step, high: plan.high / plan.format.step };
    return numberVariable(plan, days, [], range, { decimals: 0, step: 1 });
  }
  return undefined;
}

function numberVariable(
  plan: NumberPlan | DatePlan,
  values: Float64Array,
  atoms: readonly number[],
  range: { readonly low: number; readonly high: number },
  grid: NumberPlan["grid"],
): Variable {
  const { name, missing } = plan;
  const { low, high } = range;
  return { name, kind: "number", values, missing, atoms, low, high, ...(grid && { grid }) };
}

function combinationVariable(one: Combination, from: Table): Variable {
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
    codes,
    levels: one.allowed.map((texts) => texts.map((text) => text ?? missingLabel).join(" / ")),
  };
}

/** The level of a cell, null where missing. */
export function levelText(one: Column, row: number): string | null {
  if (!isCategorical(one)) return null;
  return one.codes[row] < 0 ? null : one.levels[one.codes[row]];
}

function rangeOf(values: Float64Array): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? { low: 0, high: 0 } : { low, high };
}
