import { takeValues } from "../../../core/matrix";
import { stepOf } from "../../drawing/bounds";
import {
  type Arguments,
  argumentsOf,
  decidersOf,
  evaluate,
  type Formula,
  neededBy,
  rebuild,
} from "../../structure/formulas";
import { snap, within } from "../../structure/grids";
import {
  type ComputedPlan,
  type DatePlan,
  gridOfPlan,
  isComputed,
  type NumberPlan,
  type Structure,
} from "../../structure/structure";
import { type Cells, isMissing, type Open } from "./cells";

/** What an exact formula gives in each row; NaN where something that it reads is missing. */
export function givenBy(formula: Formula, of: Arguments, rows: number): Float64Array {
  const read = neededBy(formula).map(of);
  return evaluate(formula, of, rows).map((value, i) =>
    read.some((values) => Number.isNaN(values[i])) ? Number.NaN : rebuild(formula, value, Number.NaN),
  );
}

/** The missing cells of a number all of whose parts are there, but no rate is told for the value that decides it. */
export function withoutRate(
  { of, rows, column }: Cells,
  { name, formula }: ComputedPlan,
  open: Open,
): readonly number[] {
  if (decidersOf(formula).length === 0) return [];
  const gives = givenBy(formula, of, rows);
  const read = argumentsOf(formula);
  return [...gives.keys()].filter(
    (i) => open(name, i) && Number.isNaN(gives[i]) && !read.some((one) => isMissing(column(one), i)),
  );
}

/** How far an exact formula's value may lie from the number: both are rounded. */
export function slackOf(plan: NumberPlan | DatePlan, value: number): number {
  return 0.500001 * stepOf(plan) + (plan.kind === "date" ? 0 : 1e-9 * Math.abs(value));
}

/** The exactly computed columns, each after those that it reads. */
export function computedInOrder({ columns }: Structure): readonly ComputedPlan[] {
  const plans = columns.filter(isComputed);
  const found = new Set<ComputedPlan>();
  const visit = (plan: ComputedPlan): void => {
    for (const name of argumentsOf(plan.formula)) {
      const read = plans.find((one) => one.name === name);
      if (read && !found.has(read)) visit(read);
    }
    found.add(plan);
  };
  plans.forEach(visit);
  return [...found];
}

/** The values that a column may have, in ascending order, by their place; computed ones may lie beyond the training range. */
interface Domain {
  readonly count: number;
  readonly at: (place: number) => number;
}

/** Steps of a column without a grid. */
const finest = 2 ** 45;
/** How many times further than in training a computed number may lie. */
const beyond = 1000;

function domainOf(plan: NumberPlan | DatePlan): Domain {
  const wide = isComputed(plan) ? beyond : 1;
  if (plan.kind === "number" && plan.values && wide === 1) {
    const values = [...plan.values].sort((a, b) => a - b);
    return { count: values.length, at: (place) => values[place] };
  }
  const low = plan.low * (plan.low > 0 ? 1 / wide : wide);
  const high = plan.high * (plan.high > 0 ? wide : 1 / wide);
  const step = stepOf(plan) || Math.max(high - low, Number.MIN_VALUE) / finest;
  const first = Math.ceil(low / step - 1e-9);
  const at = (place: number): number => (first + place) * step;
  return {
    count: Math.floor(high / step + 1e-9) - first + 1,
    at: (place) => snap(at(place), gridOfPlan(plan)),
  };
}

/** Values of another column instead of the cells'. */
type Instead = ReadonlyMap<string, ArrayLike<number>>;

/**
 * For each of the rows the value of the column at which every formula holds that it enters, be it through open cells that are
 * computed in between: a rounded number leaves an interval of values, and the narrowest decides. Of several values it is the one
 * nearest to `near`; NaN where none holds, nothing known tells of it, or there are several and `near` is NaN.
 */
export function solved(
  cells: Cells,
  open: Open,
  part: NumberPlan | DatePlan,
  rows: readonly number[],
  near: (row: number) => number,
  instead: Instead = new Map(),
): Float64Array {
  const { count, at, first, last, bound, off, decides } = narrowed(cells, open, part, rows, instead, near);
  if (decides) return tried(off, { count, at }, rows.length, (k) => near(rows[k]));
  const grids = part.kind === "number" ? part.grids : undefined;
  const coarser = (row: number) => grids?.grids[cells.of(grids.column)[row]] ?? undefined;
  const spread = part.kind === "number" && !part.grid && !part.values;
  const values = Float64Array.from(rows, (row, k) => {
    if (bound[k] === 0 || first[k] > last[k]) return Number.NaN;
    const wish = near(row);
    if (first[k] === last[k] || (spread && Number.isNaN(wish)))
      return at(Math.floor((first[k] + last[k]) / 2));
    if (spread) return Math.min(Math.max(wish, at(first[k])), at(last[k]));
    if (Number.isNaN(wish)) return wish;
    // On the level's own steps, where one lies there.
    const grid = coarser(row);
    const [low, high] = [within(at(first[k]), grid, 1), within(at(last[k]), grid, -1)];
    const own = !grid || low > high ? wish : Math.min(Math.max(snap(wish, grid), low), high);
    return nearest(at, first[k], last[k], own);
  });
  const left = off(values);
  return values.map((value, k) => (left.some((one) => Math.abs(one[k]) > 1) ? Number.NaN : value));
}

/** More values of one part are not tried in search of one that lets the other be solved for. */
const mostTried = 5000;

/** The values that a column may have while another is open as well, the nearest first; none where there are too many. */
export function valuesBeside(
  cells: Cells,
  open: Open,
  part: NumberPlan | DatePlan,
  other: string,
  row: number,
): readonly number[] {
  const near = cells.of(part.name)[row];
  const without = new Map([[other, [Number.NaN]]]);
  const { at, first, last } = narrowed(cells, open, part, [row], without, () => near);
  const count = last[0] - first[0] + 1;
  return Array.from({ length: count > mostTried ? 0 : Math.max(count, 0) }, (_, k) => at(first[0] + k)).sort(
    (a, b) => Math.abs(a - near) - Math.abs(b - near),
  );
}

/** The places of the values that the rules allow which tell of the column, in rows where one is known to (`bound`). */
function narrowed(
  cells: Cells,
  open: Open,
  part: NumberPlan | DatePlan,
  rows: readonly number[],
  instead: Instead,
  near: (row: number) => number,
) {
  const names = new Set([part.name, ...instead.keys()]);
  const rules = computedInOrder(cells.structure).filter(({ name, formula }) => {
    const enters = names.has(name) || argumentsOf(formula).some((one) => names.has(one));
    if (enters) names.add(name);
    return enters;
  });
  const off = offBy(cells, open, part.name, rules, rows, instead);
  const { count, at } = domainOf(part);
  // Where the column's value decides a rate no order leads to it: every value stays.
  const decides = rules.some(({ formula }) => decidersOf(formula).includes(part.name));
  const first = new Float64Array(rows.length);
  const last = new Float64Array(rows.length).fill(count - 1);
  if (
    rules.some(({ formula }) => formula.terms.some(({ as, column }) => as === "size" && column === part.name))
  )
    rows.forEach((row, k) => {
      // Of a size there are two values, between which the wish decides: without one it is not known.
      const zero = firstFrom(at, count, 0);
      if (near(row) < 0) last[k] = zero - 1;
      else if (near(row) >= 0) first[k] = zero;
      else [first[k], last[k]] = [1, 0];
    });
  const [lows, highs] = [off(first.map(at)), off(last.map(at))];
  const bound = new Uint8Array(rows.length);
  if (decides) return { count, at, first, last, bound, off, decides };
  rules.forEach((_, r) => {
    const signs = highs[r].map((high, k) => Math.sign(high - lows[r][k]) || 0);
    // The first place from which on the formula is out by more than the edge, in slacks.
    const search = (edge: number): Float64Array => {
      const [from, to] = [first.slice(), last.map((place) => place + 1)];
      while (from.some((place, k) => signs[k] !== 0 && place < to[k])) {
        const middle = from.map((place, k) => Math.min(count - 1, Math.floor((place + to[k]) / 2)));
        const here = off(middle.map(at))[r];
        middle.forEach((place, k) => {
          if (signs[k] === 0 || from[k] >= to[k]) return;
          if (signs[k] * here[k] > edge) to[k] = place;
          else from[k] = place + 1;
        });
      }
      return from;
    };
    const [from, to] = [search(-1), search(1)];
    signs.forEach((sign, k) => {
      if (sign === 0) return;
      bound[k] = 1;
      [first[k], last[k]] = [from[k], to[k] - 1];
    });
  });
  return { count, at, first, last, bound, off, decides };
}

/** As `solved`, where the column's value decides a rate and no order leads to it: every value is tried. */
function tried(
  off: (values: Float64Array) => readonly Float64Array[],
  { count, at }: Domain,
  rows: number,
  near: (k: number) => number,
): Float64Array {
  const all = Array.from({ length: count }, (_, place) => ({
    value: at(place),
    left: off(new Float64Array(rows).fill(at(place))),
  }));
  return new Float64Array(rows).map((_, k) => {
    const fitting = all.filter(
      ({ left }) => left.some((one) => !Number.isNaN(one[k])) && !left.some((one) => Math.abs(one[k]) > 1),
    );
    const [wish, apart] = [near(k), ({ value }: { value: number }) => Math.abs(value - near(k))];
    if (fitting.length < 2) return fitting[0]?.value ?? Number.NaN;
    return Number.isNaN(wish) ? wish : fitting.sort((a, b) => apart(a) - apart(b))[0].value;
  });
}

/** The first place whose value is not below the number. */
function firstFrom(at: Domain["at"], count: number, value: number): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (at(middle) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function nearest(at: Domain["at"], first: number, last: number, wish: number): number {
  const to = Math.min(Math.max(firstFrom(at, last, wish), first), last);
  const from = Math.max(to - 1, first);
  return Math.abs(at(from) - wish) <= Math.abs(at(to) - wish) ? at(from) : at(to);
}

/** By how many slacks each rule is off when the column has these values; NaN where the rule's number or a part of it is open. */
function offBy(
  { of }: Cells,
  open: Open,
  name: string,
  rules: readonly ComputedPlan[],
  rows: readonly number[],
  instead: Instead,
): (values: Float64Array) => readonly Float64Array[] {
  const kept = new Map(instead);
  for (const rule of rules)
    for (const one of [rule.name, ...argumentsOf(rule.formula)]) {
      const values = of(one);
      if (!kept.has(one)) kept.set(one, takeValues(values, rows));
    }
  const free = rules.map((rule) => rows.map((i) => rule.name !== name && open(rule.name, i)));
  return (values) => {
    const now = new Map([...kept, [name, values]]);
    return rules.map((rule, r) => {
      const gives = givenBy(rule.formula, (one) => now.get(one) as ArrayLike<number>, rows.length);
      const own = Float64Array.from(now.get(rule.name) as ArrayLike<number>, (value, k) =>
        free[r][k] ? snap(gives[k], gridOfPlan(rule)) : value,
      );
      now.set(rule.name, own);
      return gives.map((value, k) => (free[r][k] ? Number.NaN : (value - own[k]) / slackOf(rule, own[k])));
    });
  };
}
