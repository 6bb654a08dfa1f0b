import { check, checkInteger } from "../../../core/checks";
import { curves } from "../curves";
import { dateUnits } from "../date-parts";
import { type Formula, leadsTo, type RatesBy, type Term } from "../formulas";
import { earlierDates } from "../move-dates";
import { codeOf } from "../orders/limits";
import {
  type ColumnPlan,
  type DatePlan,
  formulasOf,
  isComputed,
  type LevelsPlan,
  levelCount,
  type NumberPlan,
  type Structure,
} from "../structure";
import { checkCells } from "./check-cells";
import { checkPlan, type Holds } from "./check-plans";

const kinds: readonly ColumnPlan["kind"][] = [
  "constant",
  "levels",
  "number",
  "date",
  "lookup",
  "bands",
  "part",
  "key",
];

/** By less than this part of itself a number is not told from the next. */
const finest = 2 ** -52;

/** What a file holds in the place of an object: one without fields where it holds none. */
const object = <T>(own: T): T => Object(own);

/** Throws unless the name is a column's of such a kind. */
type Must = (name: string, of: readonly ColumnPlan["kind"][], who: string) => void;

/**
 * Throws where rules, which somebody may have written or changed by hand, cannot be kept: columns that follow from others that are not
 * there or of another kind, formulas that are incomplete or lead back to their own column.
 */
export function checkRules(structure: Structure, action: string): void {
  const lists = [structure?.columns, structure?.combinations, structure?.exclusions, structure?.orders];
  check(
    lists.every(Array.isArray),
    action,
    "its rules must list columns, combinations, exclusions and orders",
  );
  // Generators of before it was written down have none.
  if (structure.minCount !== undefined) checkInteger(structure.minCount, 1, 1e9, action, "minCount");
  const plans = new Map(structure.columns.map((plan) => [plan?.name, plan]));
  const named = [...plans.keys(), ...structure.combinations.map((one) => one?.name)];
  const texts = named.every((name) => typeof name === "string");
  check(texts, action, "each column and each combination must have a name");
  const combined = structure.combinations.map((one) => one?.name);
  const gaps = (structure.gaps ?? []).map((one) => one?.variable);
  const must: Must = (name, of, who) => {
    const plan = plans.get(name);
    check(
      plan !== undefined && of.includes(plan.kind),
      action,
      `${who} must name columns of ${of.join(" or ")}`,
      plan ? `${name}, of ${plan.kind}` : (name ?? "none"),
    );
  };
  for (const plan of structure.columns) {
    check(
      kinds.includes(plan?.kind),
      action,
      `the kind of ${plan?.name} must be one of ${kinds.join(", ")}`,
      plan?.kind,
    );
    const who = `what ${plan.name} follows from`;
    if (plan.kind === "lookup" && !combined.includes(plan.of)) must(plan.of, ["levels"], who);
    if (plan.kind === "bands") {
      must(plan.of, ["number", "date"], who);
      if (plan.value !== undefined) checkValue(plan.value, plans, must, who, action);
      if (plan.drawn !== undefined) {
        const date = plans.get(plan.of);
        const earlier = date?.kind === "date" && !date.missing && earlierDates(date, structure.columns);
        const whole = plan.drawn === true && earlier && earlier.every(({ missing }) => !missing);
        const part = plan.value?.terms.every(({ column, from }) => column === plan.of && from !== undefined);
        const rule = `${plan.name} must be drawn of a part of a date that is drawn, too, and never missing`;
        check(whole === true && part === true, action, rule, plan.of);
      }
    }
    if (plan.kind === "part") must(plan.of, ["date"], who);
    if ((plan.kind === "number" || plan.kind === "date") && plan.formula !== undefined)
      checkFormula(plan, plans, must, action);
  }
  for (const { low, high } of structure.orders.map(object))
    for (const name of [low, high]) must(name, ["number", "date"], "an order");
  checkLater(structure, must, action);
  checkLimits(structure, must, action);
  for (const { columns } of structure.exclusions.map(object)) {
    const two = columns === undefined || (Array.isArray(columns) && columns.length === 2);
    check(two, action, "an exclusion must be of two columns", String(columns));
    for (const name of columns ?? [undefined])
      if (!combined.includes(name as string) && !gaps.includes(name as string))
        must(name as string, kinds, "an exclusion");
  }
  for (const { column } of (structure.holes ?? []).map(object)) must(column, kinds, "a hole");
  for (const { column, variable } of (structure.gaps ?? []).map(object)) {
    must(column, kinds, "a gap");
    check(
      typeof variable === "string" && !plans.has(variable),
      action,
      `the gaps of ${column} must have a name that no column has`,
      variable,
    );
  }
  const formulas = formulasOf(structure.columns);
  for (const name of formulas.keys())
    check(!leadsTo(formulas, name, name), action, `the formula of ${name} must not lead back to ${name}`);
  for (const plan of structure.columns) checkPlan(plan, structure, action);
  checkCells(structure, action);
}

/** Throws where dates are later than others by no months, or where a column has no such level. */
function checkLater({ later = [], columns }: Structure, must: Must, action: string): void {
  check(Array.isArray(later), action, "which dates are later than others must be a list", later);
  for (const { low, high, months, strict, apart, where } of later.map(object)) {
    const plain = months === undefined && where === undefined && (strict === true || Number(apart) > 0);
    for (const name of [low, high]) must(name, plain ? ["date", "number"] : ["date"], "an order of dates");
    const who = `the order of ${low} and ${high}`;
    const told =
      plain ||
      (months !== undefined && Number.isInteger(months) && months > 0) ||
      (months === undefined && where !== undefined);
    check(
      told && low !== high,
      action,
      `${who} must have months above 0 between two dates, or a level in whose rows it holds, or be strict, or have how much two numbers are apart`,
      months,
    );
    check(strict === undefined || strict === true, action, `${who} must be strict or not`, strict);
    if (where === undefined) continue;
    must(where?.column, ["levels", "number"], who);
    const plan = columns.find(({ name }) => name === where.column) as LevelsPlan | NumberPlan;
    check(
      plan.kind === "number" ? Number.isFinite(Number(where.level)) : plan.levels.includes(where.level),
      action,
      `${who} must hold for a level of ${where.column}`,
      where.level,
    );
  }
}

/** Throws where numbers have no ends, or a column no such level. */
function checkLimits({ limits = [], columns }: Structure, must: Must, action: string): void {
  check(Array.isArray(limits), action, "the ends of numbers by levels must be a list", limits);
  for (const { where, beside = [], ...own } of limits.map(object)) {
    const who = `the ends of ${own.column} by a level`;
    check(Array.isArray(beside), action, `${who} must hold beside a list of others`, beside);
    for (const { column, least, most } of [own, ...beside].map(object)) {
      must(column, ["number", "date"], who);
      const ends = [least, most].filter((end) => end !== undefined);
      const rule = `${who} must be one or two numbers of ${column}, the least not above the most`;
      const plain = ends.length > 0 && ends.every(Number.isFinite);
      check(plain && !(Number(least) > Number(most)), action, rule, ends.join(", "));
    }
    must(where?.column, ["levels", "bands"], who);
    check(
      codeOf(columns, where) >= 0,
      action,
      `${who} must hold for a level of ${where.column}`,
      where.level,
    );
  }
}

/** Throws where bands do not lie on a sum of numbers and dates. */
function checkValue(
  value: Formula,
  plans: ReadonlyMap<string, ColumnPlan>,
  must: Must,
  who: string,
  action: string,
): void {
  const { kind, rest, terms, constant, factors, effects, by } = object(value);
  const plain = kind === "sum" && rest === "none" && Number.isFinite(constant) && by === undefined;
  const empty = Array.isArray(factors) && factors.length === 0;
  const few = Array.isArray(terms) && terms.length >= 1 && terms.length <= 3;
  const listed = plain && empty && few && Array.isArray(effects) && effects.length <= 1;
  check(
    listed,
    action,
    `${who} must be a number of a column, or as value a sum of up to three terms, less a limit by levels`,
  );
  for (const { column, effects: own } of effects.map(object)) {
    must(column, ["levels"], who);
    const read = plans.get(column);
    const each = Array.isArray(own) && own.every((one) => one === null || Number.isFinite(one));
    const count = read?.kind === "levels" ? levelCount(read) : 0;
    check(
      each && own.length === count,
      action,
      `${who} must have a limit for each of the ${count} levels of ${column}`,
    );
  }
  for (const { column, weight, from, calendar } of terms.map(object)) {
    const read = from === undefined || dateUnits.includes(from);
    const whole = Number.isFinite(weight) && read && (calendar === undefined || calendar === true);
    check(whole, action, `${who} must have terms with a number as weight, read from a unit of dates or none`);
    must(column, from || calendar ? ["date"] : ["number", "date"], who);
  }
}

function checkFormula(
  plan: NumberPlan | DatePlan,
  plans: ReadonlyMap<string, ColumnPlan>,
  must: Must,
  action: string,
): void {
  const who = `the formula of ${plan.name}`;
  const holds: Holds = (that, rule, found) => check(that, action, `${who} ${rule}`, found);
  const formula = object(plan.formula) as { readonly [K in keyof Formula]?: unknown };
  const { kind, rest, constant, otherwise, error, least = -Infinity, most = Infinity } = formula;
  const dated = plan.kind === "date";
  holds(dated || !plan.values, "must not be of a number that is one of a few values");
  holds(kind === "product" || kind === "sum", "must be of kind product or sum", kind);
  holds(
    ["none", "factor", "difference"].includes(rest as string),
    "must have as rest none, factor or difference",
    rest,
  );
  holds(
    !dated || (kind === "sum" && rest !== "factor"),
    "must be a sum, with no factor as its rest, as it is of a date",
    rest,
  );
  const { round, calendar } = plan.formula as Formula;
  checkRounding(round, holds, finest * Math.max(Math.abs(plan.low), Math.abs(plan.high)));
  holds(
    calendar === undefined || (dated && Number.isFinite(calendar?.plus)),
    "must be of a date, with a number as plus, to be a place in a calendar",
    JSON.stringify(calendar),
  );
  for (const [name, own] of Object.entries({ constant, error }))
    holds(Number.isFinite(own), `must have a number as ${name}`, own);
  holds(
    otherwise === null || Number.isFinite(otherwise),
    "must have a number or null as otherwise",
    otherwise,
  );
  holds(
    typeof least === "number" && typeof most === "number" && least <= most,
    "must have numbers as least and most, least not above most",
    `${least} and ${most}`,
  );
  for (const part of ["factors", "terms", "effects"] as const)
    holds(Array.isArray(formula[part]), `must have a list of ${part}`, formula[part]);
  const { factors, by, more = [], terms, effects } = plan.formula as Formula;
  for (const { column, power, plus = 0, also = [], nothing = false } of factors.map(object)) {
    holds(typeof nothing === "boolean", "must say as nothing of a factor true or false", nothing);
    holds(power === 1 || power === -1, "must have factors of power 1 or -1", power);
    holds(Number.isFinite(plus), "must have a number as plus", plus);
    holds(Array.isArray(also), "must have a list of columns as also", also);
    for (const name of [column, ...also]) must(name, ["number", "date"], `the factors of ${who}`);
  }
  checkTerms(terms, must, holds, who);
  for (const { column, effects: own } of effects.map(object)) {
    must(column, ["levels"], `the effects of ${who}`);
    const read = plans.get(column);
    const count = read?.kind === "levels" ? levelCount(read) : 0;
    // A last one, of missing cells, stays where these are made after all else; nothing reads it.
    const most = read?.kind === "levels" && !read.missing ? count + 1 : count;
    const told = Array.isArray(own) && own.length >= count && own.length <= most;
    const whole =
      told && own.every((effect) => (effect === null && rest === "none") || Number.isFinite(effect));
    holds(whole, `must have ${count} numbers as the effects of ${column}, one a level`, own);
  }
  holds(Array.isArray(more), "must have a list of more rates", more);
  for (const rates of by === undefined ? more : [by, ...more]) checkRates(rates, plans, must, holds, who);
  const { each } = plan.formula as Formula;
  if (each === undefined) return;
  const { column, values, formulas } = object(each);
  const told = Array.isArray(formulas) ? formulas : [];
  // Of each there are as many as there are rates, and none has others within.
  const counts = formulas && told.map((own) => (own === null ? null : 1));
  holds(!told.some((own) => own?.each), "must be one for each value, and none of those so");
  checkRates({ column, ...(values && { values }), rates: counts }, plans, must, holds, who);
  for (const formula of told)
    if (formula !== null) checkFormula({ ...plan, formula } as NumberPlan | DatePlan, plans, must, action);
}

function checkRounding(round: Formula["round"], holds: Holds, above = 0): void {
  const whole = round === undefined || (round?.step > above && Number.isFinite(round.step));
  holds(
    whole && (round === undefined || [1, -1].includes(round.towards)),
    "must be rounded to a step above 0 that tells its values apart, towards 1 or -1",
    JSON.stringify(round),
  );
}

function checkTerms(terms: Formula["terms"], must: Must, holds: Holds, who: string): void {
  for (const term of terms.map((own) => object<Term>(own))) {
    const { column, weight, from, calendar: even, times, among, instead = 0, steps, round, as } = term;
    const { nothing = false } = term;
    holds(typeof nothing === "boolean", "must say as nothing of a term true or false", nothing);
    const { pick = "least", others = [column] }: Partial<NonNullable<Term["among"]>> = object(among ?? {});
    const picks = ["least", "greatest"].includes(pick) && Array.isArray(others) && others.length > 0;
    holds(picks, "must pick the least or greatest of columns", JSON.stringify(among));
    if (among) for (const name of [column, ...others]) must(name, ["number"], `the terms of ${who}`);
    holds(Number.isFinite(instead), "must have a number as what a term is instead of missing", instead);
    checkRounding(round, holds);
    const {
      cuts,
      values,
      slopes = values,
    } = object<NonNullable<Term["steps"]>>(steps ?? { cuts: [], values: [0] });
    const listed = [cuts, values, slopes].every(Array.isArray) && slopes.length === values.length;
    const stretches = listed && values.length === cuts.length + 1;
    const rising = stretches && cuts.every((cut, k) => k === 0 || cut > cuts[k - 1]);
    holds(
      rising && [...cuts, ...values, ...slopes].every(Number.isFinite),
      "must have rising numbers as cuts of steps, and one value more, and a slope for each or none",
      JSON.stringify(steps),
    );
    holds(Number.isFinite(weight), "must have terms with a number as weight", weight);
    holds(
      from === undefined || dateUnits.includes(from),
      `must read dates from the start of one of ${dateUnits.join(", ")}`,
      from,
    );
    holds(even === undefined || even === true, "must have true as calendar of a term, or none", even);
    const read = as === undefined || Object.hasOwn(curves, as);
    holds(read, `must read numbers as one of ${Object.keys(curves).join(", ")}, or as they are`, as);
    must(
      column,
      from || even ? ["date"] : times || as ? ["number"] : ["number", "date"],
      `the terms of ${who}`,
    );
    if (times === undefined) continue;
    holds(
      Number.isFinite(times?.plus),
      "must have a number as plus of what a term is multiplied by",
      times?.plus,
    );
    must(times.column, ["number"], `the terms of ${who}`);
  }
}

function checkRates(
  by: RatesBy,
  plans: ReadonlyMap<string, ColumnPlan>,
  must: Must,
  holds: Holds,
  who: string,
): void {
  const { column, values, cuts, rates }: Partial<RatesBy> = object(by);
  must(column as string, cuts ? ["number"] : ["levels", "number"], `the rates of ${who}`);
  if (cuts !== undefined) {
    const rising =
      Array.isArray(cuts) && cuts.every((cut, k) => Number.isFinite(cut) && !(cut <= cuts[k - 1]));
    const all = rising && Array.isArray(rates) && rates.length === cuts.length + 1;
    holds(
      all && rates.every(Number.isFinite),
      `must have rising numbers as cuts of ${column}, and one rate more`,
      cuts,
    );
    return;
  }
  const read = plans.get(column as string);
  // What is computed itself is of the values that are listed.
  const listed = read && isComputed(read) && Array.isArray(values) ? values : [];
  const own = read?.kind === "number" ? (read.values ?? listed) : undefined;
  const few = read?.kind === "levels" || (own ?? []).length > 0;
  holds(few, "must have rates by levels or by a number of few values", column);
  holds(
    String(values) === String(own),
    `must list the values of ${column} beside its rates (${own ?? "none"})`,
    values ?? "none",
  );
  const { missing } = read as LevelsPlan | NumberPlan;
  const most = read?.kind === "levels" ? levelCount(read) : (own ?? []).length + (missing ? 1 : 0);
  // Cells missing at random have no rate.
  const lengths = missing ? [most - 1, most] : [most];
  const told = Array.isArray(rates) && lengths.includes(rates.length);
  holds(
    told && rates.every((rate) => rate === null || Number.isFinite(rate)),
    `must have ${lengths.join(" or ")} rates for the values of ${column}, each a number or null`,
    rates ?? "none",
  );
}
