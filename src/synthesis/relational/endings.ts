import { chiSquaredScore } from "../../core/math/chi-squared-score";
import { normalQuantile } from "../../core/math/normal-distribution";
import { isCategorical, type Table } from "../../data/table";
import type { ChildPlan } from "./child-table";
import type { Families } from "./pace";

/** So many rows before the last two are what the last one is compared with. */
const compared = 3;
/** Of columns with more levels each has too few parents. */
const mostLevels = 6;
/** Of all pairs that are looked at, one differs so much by chance in one table of so many. */
const chance = 0.001;

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
  const groups = parents.columns.flatMap((column) =>
    isCategorical(column) && column.levels.length <= mostLevels
      ? [{ name: column.name, codes: known.map(({ p }) => column.codes[p]) }]
      : [],
  );
  const scores = cells.flatMap((cell) => {
    const changes = known.map(({ family }) => endingChange(family, cell));
    return groups.map(({ name, codes }) => ({ name, score: scoreOf(changes, codes) }));
  });
  const [best] = scores.sort((a, b) => b.score - a.score);
  const least = -normalQuantile(chance / Math.max(1, scores.length));
  return best?.score > least ? { ...plan, ending: best.name } : plan;
}

/** What the last row of a parent is more than those before the last two; no number where there are none. */
export function endingChange(family: readonly number[], cell: (row: number) => number): number {
  const before = family.slice(-2 - compared, -2).map(cell);
  return cell(family[family.length - 1]) - before.reduce((a, b) => a + b, 0) / before.length;
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
