import { cholesky, choleskySolve, dot } from "../../../../core/math/linear-algebra";
import { decidersOf, emptySum, type Formula, leadsTo } from "../../formulas";
import {
  type ColumnPlan,
  formulasOf,
  isComputed,
  type LevelsPlan,
  levelCount,
  type NumberPlan,
} from "../../structure";
import type { Look } from "../look";
import { isDrawn } from "./find-told";
import { type Trials, testsOf } from "./trials";

/** A column counts in full or not at all, up to so much. */
const offWhole = 0.05;

interface Cells {
  readonly plan: ColumnPlan;
  /** 1 where the cell is there. */
  readonly there: Float64Array;
}

/** Numbers that say how many of some columns are there, as of the extras that a customer has: the columns are those that least squares gives a weight of 1. */
export function findCounts(plans: readonly ColumnPlan[], look: Look): readonly NumberPlan[] {
  const read = new Map<string, ArrayLike<number>>();
  const cells = plans.flatMap((plan): Cells[] => {
    if ((plan.kind !== "levels" && plan.kind !== "number" && plan.kind !== "date") || !plan.missing)
      return [];
    const values = plan.kind === "levels" ? look.codes(plan) : look.numbers(plan);
    const gap = plan.kind === "levels" ? levelCount(plan) - 1 : Number.NaN;
    read.set(plan.name, values);
    return [{ plan, there: Float64Array.from(values, (value) => Number(!Object.is(value, gap))) }];
  });
  const formulas = formulasOf(plans);
  const decides = new Set([...formulas.values()].flatMap(decidersOf));
  const trials: Trials = {
    rows: look.from.rows,
    of: (name) => read.get(name) as ArrayLike<number>,
    people: look.whose,
    tried: 100 * plans.length,
  };
  return plans.flatMap((plan): NumberPlan[] => {
    if (plan.kind !== "number" || isComputed(plan) || isDrawn(plan, look) || decides.has(plan.name))
      return [];
    if (!plan.grid || plan.grid.decimals > 0) return [];
    const values = look.numbers(plan);
    const others = cells.filter((one) => one.plan !== plan && !leadsTo(formulas, one.plan.name, plan.name));
    const counted = countedOf(values, others);
    if (counted.length < 2) return [];
    const first = values.findIndex((value) => !Number.isNaN(value));
    const more = values[first] - counted.reduce((sum, { there }) => sum + there[first], 0);
    const formula = countOf(
      counted.map((one) => one.plan),
      more,
    );
    if (!testsOf({ name: plan.name, values, grid: plan.grid }, trials).proven(formula, counted.length))
      return [];
    const { values: _, rare: __, ...drawn } = plan;
    return [{ ...drawn, atoms: [], formula }];
  });
}

/** The columns whose presence the number counts, if it counts any: all others' weights are 0. */
function countedOf(values: Float64Array, cells: readonly Cells[]): readonly Cells[] {
  const rows = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  const about = (own: ArrayLike<number>): Float64Array => {
    const mean = rows.reduce((sum, i) => sum + own[i], 0) / rows.length;
    return Float64Array.from(rows, (i) => own[i] - mean);
  };
  const seen = new Set<string>();
  // What is there in the same rows is one.
  const apart = cells.filter(({ there }) => seen.size < seen.add(there.join("")).size);
  const columns = apart.map(({ there }) => about(there));
  const size = columns.length;
  const gram = Float64Array.from({ length: size * size }, (_, at) =>
    dot(columns[Math.floor(at / size)], columns[at % size]),
  );
  const factor = cholesky(gram, size);
  if (!factor) return [];
  const own = about(values);
  const weights = choleskySolve(
    factor,
    size,
    columns.map((column) => dot(column, own)),
  );
  const whole = weights.every((weight) => Math.min(Math.abs(weight), Math.abs(weight - 1)) < offWhole);
  return whole ? apart.filter((_, k) => weights[k] > 0.5) : [];
}

/** The formula that counts how many of the columns are there, and so many more. */
function countOf(columns: readonly ColumnPlan[], constant: number): Formula {
  const levels = columns.filter((plan): plan is LevelsPlan => plan.kind === "levels");
  return {
    ...emptySum,
    constant,
    terms: columns
      .filter(({ kind }) => kind !== "levels")
      .map(({ name }) => ({ column: name, weight: 1, nothing: true, steps: { cuts: [], values: [1] } })),
    effects: levels.map((plan) => ({
      column: plan.name,
      effects: Array.from({ length: levelCount(plan) }, (_, code) => Number(code < levelCount(plan) - 1)),
    })),
  };
}
