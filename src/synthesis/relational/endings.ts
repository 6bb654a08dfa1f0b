import { chiSquaredScore } from "../../core/math/chi-squared-score";
import { isCategorical, type Table } from "../../data/table";
import type { ChildPlan } from "./child-table";
import type { Families } from "./pace";

/** So many rows before the last two are what the last one is compared with. */
const compared = 3;
/** Of columns with more levels each has too few parents. */
const mostLevels = 6;
/** So many standard deviations beyond chance, of the thousand pairs that may be looked at. */
const leastScore = 4.5;

/**
 * The plan with the column of levels of the parents by which their last rows differ most from those before, beyond chance: customers
 * who leave use less in their last months, others do not. As it is where they differ by none.
 */
export function withEnding(plan: ChildPlan, parents: Table, children: Table, families: Families): ChildPlan {
  const drawn = new Set(plan.columns.flatMap(({ name, role }) => (role === "drawn" ? [name] : [])));
  const cells = children.columns.flatMap((column): ((row: number) => number)[] => {
    if (!drawn.has(column.name)) return [];
    if (column.type === "numeric") return [(row) => column.values[row]];
    if (!isCategorical(column) || column.levels.length > mostLevels) return [];
    return column.levels.map((_, level) => (row) => (column.codes[row] === level ? 1 : 0));
  });
  const known = families.flatMap((family, p) => (family.length > 2 ? [{ family, p }] : []));
  let best: { readonly name: string; readonly score: number } | undefined;
  for (const cell of cells) {
    const changes = known.map(({ family }) => {
      const before = family.slice(-2 - compared, -2).map(cell);
      return cell(family[family.length - 1]) - before.reduce((a, b) => a + b, 0) / before.length;
    });
    for (const column of parents.columns) {
      if (!isCategorical(column) || column.levels.length > mostLevels) continue;
      const score = scoreOf(
        changes,
        known.map(({ p }) => column.codes[p]),
      );
      if (score > (best?.score ?? leastScore)) best = { name: column.name, score };
    }
  }
  return best ? { ...plan, ending: best.name } : plan;
}

/** How many standard deviations beyond chance the numbers differ by group. */
function scoreOf(numbers: readonly number[], groups: readonly number[]): number {
  const own = new Map<number, number[]>();
  numbers.forEach((value, i) => {
    if (groups[i] < 0 || Number.isNaN(value)) return;
    const some = own.get(groups[i]);
    if (some) some.push(value);
    else own.set(groups[i], [value]);
  });
  const all = [...own.values()].flat();
  const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const mean = meanOf(all);
  const whole = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const between = [...own.values()].reduce((sum, one) => sum + one.length * (meanOf(one) - mean) ** 2, 0);
  return own.size > 1 && whole > 0
    ? chiSquaredScore({ g: ((all.length - 1) * between) / whole, freedom: own.size - 1 })
    : 0;
}
