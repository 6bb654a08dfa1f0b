import { argumentsOf, leadsTo } from "../structure/formulas";
import {
  formulaOf,
  formulasOf,
  type LevelsVariable,
  type NumberVariable,
  repeatsName,
  type Structure,
  type Variable,
} from "../structure/structure";

/** Of more than two levels and tied to so many columns, a target is drawn in its place. */
const mostTied = 1;
/** Numbers whose variance the levels explain to this share wait for them. */
const explainedShare = 0.8;

/**
 * The order of drawing: numbers that the levels explain badly, then levels by how many they are, then the other
 * numbers, then what formulas leave open, each after those that its formula reads, the target last, or before the
 * formulas that read it, unless it has more than two levels that several columns go together with: drawn without it these may leave it
 * nothing to be; before all of them those that are `given`, and what says whether cells are missing: where one is, that its
 * value is not known must tell nothing. What is `told` by others later comes after all that is not, which would go by a guess.
 */
export function drawingOrder(
  variables: readonly Variable[],
  { columns, exclusions, gaps = [] }: Structure,
  target: string | undefined,
  given: ReadonlySet<string> = new Set(),
  told: ReadonlySet<string> = new Set(),
): readonly Variable[] {
  const early = new Set(gaps.map(({ variable }) => variable));
  const first = [given, early].flatMap((names) => variables.filter(({ name }) => names.has(name)));
  const tied = exclusions.filter((one) => one.columns.includes(target ?? "")).length;
  const last = variables.filter(
    (one) =>
      one.name === target &&
      !given.has(target) &&
      !(tied > mostTied && one.kind === "levels" && one.levels.length > 2),
  );
  const which = new Set(variables.flatMap((one) => ("repeats" in one ? [repeatsName(one.name)] : [])));
  const others = variables.filter((one) => ![...first, ...last].includes(one) && !which.has(one.name));
  const levels = others.filter((other): other is LevelsVariable => other.kind === "levels");
  const numbers = others.filter((other): other is NumberVariable => other.kind === "number");
  const read = formulasOf(columns);
  const reads = (name: string, other: string): boolean => leadsTo(read, name, other);
  const rests: NumberVariable[] = [];
  for (let open = numbers.filter(({ name }) => read.has(name)); open.length > 0; ) {
    const next = open.find(({ name }) => !open.some((one) => reads(name, one.name))) ?? open[0];
    rests.push(next);
    open = open.filter((one) => one !== next);
  }
  const own = numbers.filter(({ name }) => !read.has(name));
  const after = last.length === 0 ? [] : rests.filter(({ name }) => reads(name, last[0].name));
  const before = rests.filter((one) => !after.includes(one));
  const late = own.filter((variable) => explained(variable, levels) > explainedShare);
  const soon = own.filter((variable) => !late.includes(variable));
  const byCount = levels.slice().sort((a, b) => a.levels.length - b.levels.length);
  const all = [...first, ...soon, ...byCount, ...late, ...before, ...last, ...after];
  const parts = [false, true].map((late) => all.filter(({ name }) => told.has(name) === late));
  return withRepeats(parts.flat(), variables, columns);
}

/** Numbers that repeat others come after them, and all that reads a number after it; what says whose value it is, right before it. */
function withRepeats(
  order: readonly Variable[],
  variables: readonly Variable[],
  columns: Structure["columns"],
): readonly Variable[] {
  if (!order.some((one) => "repeats" in one && one.repeats)) return order;
  const plans = new Map(columns.map((plan) => [plan.name, plan]));
  const drawn = new Set(variables.map(({ name }) => name));
  const needs = (name: string): readonly string[] => {
    const plan = plans.get(name);
    const formula = formulaOf(plan);
    const repeats = plan?.kind === "number" ? (plan.repeats ?? []) : [];
    const read = [...(formula ? argumentsOf(formula) : []), ...repeats];
    return read.flatMap((other) => (drawn.has(other) ? [other] : needs(other)));
  };
  const out: Variable[] = [];
  const open = new Map(order.map((one) => [one.name, { one, needed: needs(one.name) }]));
  while (open.size > 0) {
    const ready = [...open.values()].find(({ needed }) => !needed.some((name) => open.has(name)));
    const { one } = ready ?? ([...open.values()][0] as { one: Variable });
    open.delete(one.name);
    const which = variables.filter(
      ({ name }) => "repeats" in one && one.repeats && name === repeatsName(one.name),
    );
    out.push(...which, one);
  }
  return out;
}

/** The share of a number's variance that the best single level column explains, less what chance would of so many levels. */
function explained(one: NumberVariable, levels: readonly LevelsVariable[]): number {
  let best = 0;
  for (const other of levels) {
    const count = other.levels.length;
    const sums = new Float64Array(count);
    const counts = new Float64Array(count);
    let total = 0;
    let squares = 0;
    let rows = 0;
    for (let i = 0; i < one.values.length; i++) {
      const value = one.values[i];
      if (Number.isNaN(value)) continue;
      sums[other.codes[i]] += value;
      counts[other.codes[i]]++;
      total += value;
      squares += value * value;
      rows++;
    }
    const whole = squares - (total * total) / rows;
    let between = -(total * total) / rows;
    for (let level = 0; level < count; level++)
      if (counts[level] > 0) between += sums[level] ** 2 / counts[level];
    const used = counts.reduce((sum, own) => sum + (own > 0 ? 1 : 0), 0);
    const within = (whole - between) / (rows - used);
    if (whole > 0 && rows > 2 * used) best = Math.max(best, 1 - (within * (rows - 1)) / whole);
  }
  return best;
}
