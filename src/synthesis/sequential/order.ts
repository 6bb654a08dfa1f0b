import type { LevelsVariable, NumberVariable, Variable } from "../structure/structure";

/** Numbers whose variance the levels explain to this share wait for them. */
const explainedShare = 0.8;

/**
 * The order of drawing: numbers that the levels explain badly, then levels by how many they are, then the other
 * numbers, then what formulas leave open, the target last; before all of them those that are `given`. `formulas` names the numbers that are rests of a formula.
 */
export function drawingOrder(
  variables: readonly Variable[],
  formulas: ReadonlySet<string>,
  target: string | undefined,
  given: ReadonlySet<string> = new Set(),
): readonly Variable[] {
  const first = variables.filter((variable) => given.has(variable.name));
  const last = variables.filter((variable) => variable.name === target && !given.has(target));
  const others = variables.filter((variable) => !first.includes(variable) && !last.includes(variable));
  const levels = others.filter((other): other is LevelsVariable => other.kind === "levels");
  const numbers = others.filter((other): other is NumberVariable => other.kind === "number");
  const rests = numbers.filter((number) => formulas.has(number.name));
  const own = numbers.filter((number) => !formulas.has(number.name));
  const late = own.filter((variable) => explained(variable, levels) > explainedShare);
  const early = own.filter((variable) => !late.includes(variable));
  const byCount = levels.slice().sort((a, b) => a.levels.length - b.levels.length);
  return [...first, ...early, ...byCount, ...late, ...rests, ...last];
}

/** The share of a number's variance that the best single level column explains. */
function explained(one: NumberVariable, levels: readonly LevelsVariable[]): number {
  let best = 0;
  for (const other of levels) {
    const count = other.levels.length;
    if (count > one.values.length / 20) continue;
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
    if (whole > 0) best = Math.max(best, between / whole);
  }
  return best;
}
