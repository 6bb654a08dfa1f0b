import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import {
  type Column,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  type TextColumn,
} from "../../data/table";
import { atomsOf } from "./atoms";
import { combinationLookups, findCombination } from "./combinations";
import { dateFormatOf, dateReader } from "./dates";
import { findExclusions } from "./exclusions";
import { findFormulas } from "./find-formulas";
import { evaluate } from "./formulas";
import { gridOf } from "./grids";
import { keyPlanOf } from "./keys";
import { findLookups } from "./lookups";
import { findOrders, holds } from "./orders";
import type { LevelsInput } from "./search";
import type { ColumnPlan, DatePlan, LevelsPlan, NumberPlan, Order, Structure } from "./structure";
import { textPlanOf } from "./texts";
import { argumentsFrom, codesOf, drawnNumbers, numbersOf, reduceTable } from "./variables";

export interface DiscoverOptions {
  /**
   * Columns that are always drawn, never computed from others; none by default. Levels of which none repeats are taken
   * for names, replaced by new ones, unless their column is kept.
   */
  readonly keep?: readonly string[];
  /** Lists of level columns of which only the combinations seen in training may appear; none by default. */
  readonly combinations?: readonly (readonly string[])[];
  /** Orders to hold beside those found; an error when a training row breaks one. */
  readonly orders?: readonly Order[];
  /** With `false` no rules are searched for; only the given ones hold. Defaults to true. */
  readonly search?: boolean;
}

/** Up to this many different values a number is drawn as levels. */
const fewValues = 6;

/**
 * What holds in every row of the table: types, grids and ranges, columns that follow from others, pairs of values that
 * never meet, orders. Each rule held in so many rows that chance is ruled out.
 */
export function discoverStructure(from: Table, rng: Rng, options: DiscoverOptions = {}): Structure {
  const { keep = [], combinations: asked = [], orders: given = [], search = true } = options;
  for (const name of [...keep, ...asked.flat(), ...given.flatMap((one) => [one.low, one.high])])
    columnNamed(from, name);
  const combinations = asked.map((names) => findCombination(from, names));
  let plans = from.columns.map((one) => planOf(one, rng, keep));
  plans = replaced(plans, combinations.flatMap(combinationLookups));
  if (search) {
    plans = replaced(plans, lookupsAmong(plans, from, keep));
    plans = withFormulas(plans, from, keep);
  }
  plans = withAtoms(plans, from);
  const bare: Structure = { version: 1, columns: plans, combinations, exclusions: [], orders: [] };
  checkOrders(given, from, plans);
  const same = (a: Order, b: Order): boolean => a.low === b.low && a.high === b.high;
  const found = search
    ? findOrders(from, bare).filter((one) => !given.some((other) => same(one, other)))
    : [];
  const exclusions = search ? findExclusions(reduceTable(bare, from)) : [];
  return { ...bare, exclusions, orders: [...given, ...found] };
}

function planOf(one: Column, rng: Rng, keep: readonly string[]): ColumnPlan {
  if (one.type === "numeric") return numberPlan(one);
  const { name } = one;
  if (isCategorical(one)) {
    const counts = new Int32Array(one.levels.length + 1);
    for (const code of one.codes) counts[code < 0 ? one.levels.length : code]++;
    const levels = one.levels.filter((_, code) => counts[code] > 0);
    const missing = counts[one.levels.length] > 0;
    if (levels.length + (missing ? 1 : 0) < 2) return { kind: "constant", name, text: levels[0] ?? "" };
    if (!keep.includes(name) && areNames(levels, counts))
      return textualPlan(
        {
          name,
          type: levels.some((level) => /\s/.test(level)) ? "text" : "id",
          values: Array.from(one.codes, (code) => one.levels[code] ?? ""),
        },
        rng,
      );
    return { kind: "levels", name, levels, missing };
  }
  return textualPlan(one, rng);
}

/** From so many levels on, levels of which none repeats name the rows. */
const leastNames = 20;

/** Whether levels name single rows, as identifiers and free text do: to draw them would be to give real ones away. */
function areNames(levels: readonly string[], counts: Int32Array): boolean {
  return levels.length >= leastNames && counts.subarray(0, -1).every((count) => count <= 1);
}

function numberPlan(one: NumericColumn): ColumnPlan {
  const { name } = one;
  let low = Infinity;
  let high = -Infinity;
  let missing = false;
  const distinct = new Set<number>();
  for (const value of one.values) {
    if (Number.isNaN(value)) missing = true;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
      if (distinct.size <= fewValues) distinct.add(value);
    }
  }
  if (distinct.size === 0) return { kind: "constant", name, text: "" };
  if (distinct.size === 1 && !missing) return { kind: "constant", name, text: String(low) };
  const grid = gridOf(one.values);
  const values = distinct.size <= fewValues ? [...distinct].sort((a, b) => a - b) : undefined;
  return {
    kind: "number",
    name,
    missing,
    low,
    high,
    atoms: [],
    ...(grid && { grid }),
    ...(values && { values }),
  };
}

function textualPlan(one: TextColumn, rng: Rng): ColumnPlan {
  const { name, values } = one;
  const present = values.filter((value) => value !== "");
  if (present.length === 0) return { kind: "constant", name, text: "" };
  if (one.type === "id") return { kind: "key", name, keys: keyPlanOf(values, rng.fork(name)) };
  if (present.length === values.length && present.every((value) => value === present[0])) {
    return { kind: "constant", name, text: present[0] };
  }
  const format = one.type === "date" ? dateFormatOf(values) : undefined;
  if (!format) return textPlanOf(name, values);
  const numbers = present.map(dateReader(format.pattern));
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  return { kind: "date", name, missing: present.length < values.length, format, low, high };
}

function lookupsAmong(plans: readonly ColumnPlan[], from: Table, keep: readonly string[]): ColumnPlan[] {
  const free = plans.filter(
    (plan): plan is LevelsPlan => plan.kind === "levels" && !keep.includes(plan.name),
  );
  return [
    ...findLookups(
      free.map((plan) => levelsInput(plan, from)),
      free,
    ).values(),
  ];
}

function withFormulas(plans: readonly ColumnPlan[], from: Table, keep: readonly string[]): ColumnPlan[] {
  const free = plans.filter((plan) => !keep.includes(plan.name));
  const numbers = free.filter(
    (plan): plan is NumberPlan => plan.kind === "number" && plan.values === undefined,
  );
  const levels = free.filter((plan): plan is LevelsPlan => plan.kind === "levels");
  const formulas = findFormulas(
    numbers.map((plan) => ({
      name: plan.name,
      values: numbersOf(columnNamed(from, plan.name), plan),
      ...(plan.grid && { grid: plan.grid }),
    })),
    levels.map((plan) => levelsInput(plan, from)),
  );
  return replaced(
    plans,
    numbers.flatMap((plan) => {
      const formula = formulas.get(plan.name);
      return formula ? [{ ...plan, formula }] : [];
    }),
  );
}

/** Settles the frequent values of what is drawn, and whether it can be missing where its formula is defined. */
function withAtoms(plans: readonly ColumnPlan[], from: Table): ColumnPlan[] {
  const argument = argumentsFrom(plans, from);
  return plans.map((plan) => {
    if (plan.kind !== "number" || plan.values || plan.formula?.rest === "none") return plan;
    const drawn = drawnNumbers(plan, from, argument);
    const { formula } = plan;
    if (!formula) return { ...plan, atoms: atomsOf(drawn, plan.grid) };
    return {
      ...plan,
      missing: plan.missing && missingWhereDefined(plan, from, argument),
      atoms: atomsOf(drawn, undefined),
    };
  });
}

function missingWhereDefined(
  plan: NumberPlan,
  from: Table,
  argument: ReturnType<typeof argumentsFrom>,
): boolean {
  const values = numbersOf(columnNamed(from, plan.name), plan);
  const formula = plan.formula as NonNullable<NumberPlan["formula"]>;
  const predicted = evaluate(formula, argument, values.length);
  return values.some((value, i) => Number.isNaN(value) && predicted[i] !== 0 && !Number.isNaN(predicted[i]));
}

function checkOrders(given: readonly Order[], from: Table, plans: readonly ColumnPlan[]): void {
  const values = (name: string): Float64Array => {
    const plan = plans.find((one) => one.name === name);
    const numeric = plan?.kind === "number" || plan?.kind === "date";
    check(numeric, "discover structure", "an order needs columns of numbers or dates", name);
    return numbersOf(columnNamed(from, name), plan as NumberPlan | DatePlan);
  };
  for (const { low, high } of given) {
    const rule = `${low} must never be above ${high} in the training rows`;
    check(holds(values(low), values(high)), "discover structure", rule);
  }
}

function levelsInput(plan: LevelsPlan, from: Table): LevelsInput {
  const codes = codesOf(columnNamed(from, plan.name), plan.levels, plan.missing);
  return { name: plan.name, codes, count: plan.levels.length + (plan.missing ? 1 : 0) };
}

function replaced(plans: readonly ColumnPlan[], by: readonly ColumnPlan[]): ColumnPlan[] {
  const named = new Map(by.map((plan) => [plan.name, plan]));
  return plans.map((plan) => named.get(plan.name) ?? plan);
}
