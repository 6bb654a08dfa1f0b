import { emptySum, type Formula, leadsTo } from "../../formulas";
import { spacing } from "../../grids";
import { determined } from "../../pairs/lookups";
import {
  type ColumnPlan,
  formulasOf,
  isComputed,
  type LevelsPlan,
  levelCount,
  type NumberPlan,
} from "../../structure";
import { bandsOf } from "../bands";
import type { Look } from "../look";
import { shortest } from "../search";

/** Of fewer values what never meets is told pair by pair. */
const leastListed = 3;
/** Where a number reaches over more steps than this, but has no more values than that, its values are listed. */
const mostReached = 1000;
const mostListed = 30;

/** Numbers of which each level of a column has one value, by that column: the price of an article, the fee of a tariff. */
export function findPrices(plans: readonly ColumnPlan[], look: Look): readonly NumberPlan[] {
  const levels = plans.filter((plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts);
  const inputs = levels
    .map((plan) => ({ name: plan.name, codes: look.codes(plan), count: levelCount(plan) }))
    .sort((a, b) => a.count - b.count);
  return plans.flatMap((plan): NumberPlan[] => {
    if (plan.kind !== "number" || plan.values || plan.formula || isDrawn(plan, look)) return [];
    const values = look.numbers(plan);
    for (const of of inputs) {
      const own = valuesWhereTold(values, of.codes, of.count);
      if (!own || isOrdinal(own.all, of.count)) continue;
      const map = determined(of, { name: plan.name, codes: own.codes, count: own.all.length }, look.whose);
      if (!map) continue;
      const used = new Set(of.codes);
      const told = Array.from(map, (code, level) => (used.has(level) ? own.all[code] : Number.NaN));
      const effects = told.map((value) => (Number.isNaN(value) ? null : value));
      const formula: Formula = { ...emptySum, effects: [{ column: of.name, effects }] };
      const listed = effects.filter((value) => value !== null);
      return [{ ...plan, low: Math.min(...listed), high: Math.max(...listed), atoms: [], formula }];
    }
    return [];
  });
}

/** Whether no rule may compute the column. */
export function isDrawn({ name }: ColumnPlan, { drawn, given }: Look): boolean {
  return drawn.includes(name) || given.includes(name);
}

/** Whether the values number the levels: as a number they tell more. */
function isOrdinal(values: readonly number[], levels: number): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    values.length === levels && sorted.every((value, k) => value === sorted[0] + k * (sorted[1] - sorted[0]))
  );
}

/**
 * A number's different values (NaN for missing) where a level is told, with each row's place among them, −1 elsewhere; undefined where
 * there is one alone, or more than there are levels.
 */
function valuesWhereTold(values: Float64Array, levels: Int32Array, most: number) {
  const places = new Map<number, number>();
  const codes = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    if (levels[i] < 0) continue;
    codes[i] = places.get(values[i]) ?? places.size;
    places.set(values[i], codes[i]);
    if (places.size > most) return undefined;
  }
  return places.size < 2 ? undefined : { codes, all: [...places.keys()] };
}

/**
 * Numbers of few values that each hold along a stretch of another number: a discount by quantity, the price of sending by the amount.
 */
export function findSteps(plans: readonly ColumnPlan[], look: Look): readonly NumberPlan[] {
  const formulas = formulasOf(plans);
  const numbers = plans.filter((plan): plan is NumberPlan => plan.kind === "number");
  // By their values dates have formulas.
  const decide = new Set([...formulas.values()].map(({ each }) => each?.column));
  return numbers.flatMap((plan): NumberPlan[] => {
    const { values = [], rare, ...computed } = plan;
    if (values.length < 2 || rare !== undefined || isDrawn(plan, look) || decide.has(plan.name)) return [];
    const codes = Int32Array.from(look.numbers(plan), (value) =>
      Number.isNaN(value) ? values.length : values.indexOf(value),
    );
    const levels = values.map(String);
    const target: LevelsPlan = { kind: "levels", name: plan.name, levels, missing: plan.missing };
    for (const other of numbers) {
      if (other === plan || other.values) continue;
      const input = {
        name: other.name,
        values: look.numbers(other),
        people: look.whose,
        given: look.given.includes(other.name),
        ...(other.grid && { grid: other.grid }),
      };
      const bands = bandsOf({ name: plan.name, codes, count: levels.length }, target, input);
      if (!bands) continue;
      const steps = { cuts: bands.cuts, values: bands.order.map((code) => values[code]) };
      const formula: Formula = { ...emptySum, terms: [{ column: other.name, weight: 1, steps }] };
      if (leadsTo(new Map([...formulas, [plan.name, formula]]), plan.name, plan.name)) continue;
      formulas.set(plan.name, formula);
      return [{ ...computed, atoms: [], formula }];
    }
    return [];
  });
}

/** Numbers of which each value of another one, that enough people share, has one value: an index of prices by year. */
export function findTables(plans: readonly ColumnPlan[], look: Look): readonly NumberPlan[] {
  const { given, whose, least } = look;
  const formulas = formulasOf(plans);
  const decide = new Set([...formulas.values()].flatMap(({ each }) => each?.column ?? []));
  const inputs = plans.flatMap((plan) => {
    // By its place among a parent's rows a number that runs along them would be listed up to the last place learnt.
    if (plan.kind !== "number" || given.includes(plan.name)) return [];
    const values = look.numbers(plan);
    return [{ plan, values, shared: sharedBy(values, least, whose) }];
  });
  const found = new Map<string, NumberPlan>();
  for (const [b, { plan, values }] of inputs.entries()) {
    const { values: _, rare, ...computed } = plan;
    if (isComputed(plan) || rare !== undefined || isDrawn(plan, look) || decide.has(plan.name)) continue;
    for (const [a, { plan: other, shared }] of inputs.entries()) {
      if (a === b || !shared) continue;
      const wide = !other.values && other.high - other.low > mostReached * spacing(other.grid);
      if (wide && (formulas.has(other.name) || shared.all.length > mostListed)) continue;
      const own = valuesWhereTold(values, shared.codes, shared.all.length);
      const torn = values.some((value, i) => Number.isNaN(value) !== shared.codes[i] < 0);
      if (!own || own.all.length < leastListed || torn) continue;
      // Of two that tell each other the one that numbers them is drawn, as it may run from row to row, or the first one.
      const fixed = formulas.has(other.name) || isDrawn(other, look);
      if (own.all.length === shared.all.length && !fixed) {
        const [numbers, numbered] = [own, shared].map(({ all }) => isOrdinal(all, all.length));
        if (numbers === numbered ? a > b : numbers) continue;
      }
      const of = { name: other.name, codes: shared.codes, count: shared.all.length };
      const map = determined(of, { name: plan.name, codes: own.codes, count: own.all.length }, whose);
      if (!map) continue;
      const places = [...shared.all.keys()].sort((x, y) => shared.all[x] - shared.all[y]);
      const between = (above: number, below: number): number =>
        shortest((below + above) / 2, (one) => one > below && one <= above);
      const cuts = places.slice(1).map((place, k) => between(shared.all[place], shared.all[places[k]]));
      const steps = { cuts, values: places.map((place) => own.all[map[place]]) };
      const formula: Formula = { ...emptySum, terms: [{ column: other.name, weight: 1, steps }] };
      // What is rounded more than the column it is a line of gives way: of cpi = 30 + 3 × year and noise whole years run by chance.
      const line = formulas.get(other.name);
      const [{ column = "", weight = 0 } = {}, ...more] = line?.terms ?? [];
      const gives = column === plan.name && more.length === 0 && line?.rest === "none";
      const coarse = gives && spacing(other.grid) > Math.abs(weight) * spacing(plan.grid) * (1 + 1e-9);
      const trial = new Map([...formulas, [plan.name, formula]]);
      if (coarse) trial.delete(other.name);
      if (leadsTo(trial, plan.name, plan.name)) continue;
      if (coarse) {
        const { formula: _, ...drawn } = other;
        formulas.delete(other.name);
        found.set(other.name, drawn);
      }
      formulas.set(plan.name, formula);
      found.set(plan.name, { ...computed, atoms: [], formula });
      const [low, high] = [shared.all[places[0]], shared.all[places[places.length - 1]]];
      if (wide) found.set(other.name, { ...other, low, high, values: places.map((one) => shared.all[one]) });
      break;
    }
  }
  return [...found.values()];
}

/** A number's different values, each that of `least` people, with each row's place among them, −1 where it is missing; undefined where they are not. */
function sharedBy(values: Float64Array, least: number, people: Int32Array | undefined) {
  const all = new Map<number, Set<number>>();
  const places = new Map<number, number>();
  const codes = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    codes[i] = places.get(values[i]) ?? places.size;
    places.set(values[i], codes[i]);
    if (places.size * 5 > values.length) return undefined;
    const own = all.get(values[i]) ?? new Set();
    all.set(values[i], own.add(people ? people[i] : i));
  }
  const enough = [...all.values()].every((own) => own.size >= least);
  return enough && places.size >= leastListed ? { codes, all: [...places.keys()] } : undefined;
}
