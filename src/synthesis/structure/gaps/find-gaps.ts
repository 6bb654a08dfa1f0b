import { columnNamed, type Table } from "../../../data/table";
import { bandReads } from "../discover/bands";
import { evaluate, neededBy, rebuild } from "../formulas";
import {
  type ColumnPlan,
  formulaOf,
  type Gap,
  isComputed,
  type LevelsPlan,
  type NumberPlan,
} from "../structure";
import { argumentsFrom, codesOf, missingRows, tellingGaps } from "../variables";

/** A rule: what it computes, what it must read for that, and whether some row has one of them without the others. */
interface Rule {
  readonly columns: readonly string[];
  readonly torn: boolean;
}

/**
 * The columns of rules in which cells are missing although, or there although, the rule says otherwise: a total without its part, or a
 * part without which there is a total. Where all that is missing follows from the rule there are none. Those missing at random
 * (`holes`) are made whole before.
 */
export function findGaps(
  plans: readonly ColumnPlan[],
  from: Table,
  holes: ReadonlySet<string>,
): readonly Gap[] {
  const masks = new Map<string, Uint8Array>();
  const missing = (name: string): Uint8Array => {
    const own = masks.get(name) ?? missingRows(columnNamed(from, name));
    masks.set(name, own);
    return own;
  };
  const argument = argumentsFrom(plans, from);
  const rules = plans.flatMap((plan): Rule[] => {
    const read = readBy(plan, plans);
    if (read.length === 0) return [];
    const columns = [plan.name, ...read].filter((name) => missing(name).includes(1));
    if (columns.length === 0) return [];
    const own = missing(plan.name);
    const unknown = (i: number): boolean => columns.some((name) => holes.has(name) && missing(name)[i] === 1);
    const gives = emptyBy(plan, plans, from, argument, (i) => read.some((name) => missing(name)[i] === 1));
    const torn = own.some((gap, i) => !unknown(i) && gives(i) !== undefined && gives(i) !== (gap === 1));
    return [{ columns: columns.filter((name) => !holes.has(name)), torn }];
  });
  const torn = new Set(rules.flatMap((rule) => (rule.torn ? rule.columns : [])));
  // What is drawn whole gives no gaps to what follows from it.
  for (let size = -1; size < torn.size; ) {
    size = torn.size;
    for (const { columns } of rules)
      if (columns.some((name) => torn.has(name))) for (const name of columns) torn.add(name);
  }
  return gapsOf(plans, torn);
}

/** Identifiers that some rows have and some have not, `least` each: which ones may go with what else they hold. */
export function findKeyGaps(plans: readonly ColumnPlan[], from: Table, least: number): readonly Gap[] {
  const some = plans.filter((plan) => {
    if (plan.kind !== "key" || !plan.missing) return false;
    const none = missingRows(columnNamed(from, plan.name)).reduce((sum, gap) => sum + gap, 0);
    return Math.min(none, from.rows - none) >= Math.max(2, least);
  });
  return gapsOf(plans, new Set(some.map(({ name }) => name)));
}

/** Gaps of some columns, each with a variable of a name that no column has. */
function gapsOf(plans: readonly ColumnPlan[], torn: ReadonlySet<string>): readonly Gap[] {
  const names = new Set(plans.map(({ name }) => name));
  return plans.flatMap(({ name: column }) => {
    let variable = `${column} missing`;
    while (names.has(variable)) variable += "?";
    return torn.has(column) ? [{ column, variable }] : [];
  });
}

/** The columns that must be there for the rule to give the column; none where it has no such rule. */
function readBy(plan: ColumnPlan, plans: readonly ColumnPlan[]): readonly string[] {
  const formula = formulaOf(plan);
  const told = tellingGaps(plan, plans);
  if (formula)
    return formula.rest === "difference" ? [] : neededBy(formula).filter((name) => !told.includes(name));
  if (plan.kind === "bands") return plan.nothing === undefined ? bandReads(plan) : [];
  if (plan.kind !== "lookup" && plan.kind !== "part") return [];
  // Combinations are drawn with what they miss.
  return plans.some(({ name }) => name === plan.of) ? [plan.of] : [];
}

/** By row, whether the rule has the column missing; undefined where it says nothing. */
function emptyBy(
  plan: ColumnPlan,
  plans: readonly ColumnPlan[],
  from: Table,
  argument: ReturnType<typeof argumentsFrom>,
  lacks: (i: number) => boolean,
): (i: number) => boolean | undefined {
  if (plan.kind === "lookup") {
    const root = plans.find(({ name }) => name === plan.of) as LevelsPlan;
    const codes = codesOf(columnNamed(from, plan.of), root);
    return (i) => {
      if (codes[i] < 0) return undefined;
      const to = plan.map[codes[i]];
      return to !== undefined && to < 0;
    };
  }
  const formula = formulaOf(plan);
  if (!formula) return lacks;
  const gives = evaluate(formula, argument, from.rows);
  if (isComputed(plan)) return (i) => Number.isNaN(rebuild(formula, gives[i], Number.NaN));
  // What is left to draw may be missing itself; a part of what is there may not.
  return (i) => (lacks(i) ? formula.otherwise === null : undefined);
}

/** The columns drawn whole: nothing is missing there, and nothing is said of what would be. */
export function withoutMissing(plans: readonly ColumnPlan[], gaps: readonly Gap[]): ColumnPlan[] {
  const torn = new Set(gaps.map(({ column }) => column));
  if (torn.size === 0) return [...plans];
  const counts = new Map(
    plans.map((plan) => [
      plan.name,
      plan.kind === "levels"
        ? plan.levels.length + (plan.texts ? 1 : 0)
        : (plan as NumberPlan).values?.length,
    ]),
  );
  const told = <T>(name: string, all: readonly T[]): readonly T[] =>
    torn.has(name) ? all.slice(0, counts.get(name)) : all;
  return plans.map((plan) => {
    if (plan.kind === "key" && torn.has(plan.name)) return { ...plan, missing: 0 };
    const own = torn.has(plan.name) && "missing" in plan ? { ...plan, missing: false } : plan;
    if (own.kind === "lookup") return { ...own, map: told(own.of, own.map) };
    const rule = formulaOf(own as ColumnPlan);
    if (!rule) return own as ColumnPlan;
    const { effects, by, more, each, ...formula } = rule;
    return {
      ...own,
      formula: {
        ...formula,
        effects: effects.map((one) => ({ ...one, effects: told(one.column, one.effects) })),
        ...(by && { by: { ...by, rates: told(by.column, by.rates) } }),
        ...(more && { more: more.map((own) => ({ ...own, rates: told(own.column, own.rates) })) }),
        ...(each && { each: { ...each, formulas: told(each.column, each.formulas) } }),
      },
    } as ColumnPlan;
  });
}
