import { takeValues } from "../../../../core/matrix";
import { type Grid, gridOf, snap, spacing } from "../../grids";
import { type ColumnPlan, isComputed, type LevelsPlan, type NumberPlan } from "../../structure";
import type { Look } from "../look";
import { enoughKnown, rowsByCode } from "../search";

/** With more levels a column tells no grids. */
const mostLevels = 50;
/** A level with fewer different values has these, and no grid. */
const leastDifferent = 10;
/** So many rows of a level are looked at first, if so many of their values differ: of fewer `gridOf` tells no step. */
const [screeningRows, enoughToScreen] = [200, 20];

/**
 * Numbers that lie on a coarser grid in the rows of a level (whole yen beside cents of other currencies), where chance would have put some
 * of them elsewhere: with the grids by the column that tells them of most rows.
 */
export function findLevelGrids(
  plans: readonly ColumnPlan[],
  { numbers: read, codes: codesOf, whose: people }: Look,
): readonly NumberPlan[] {
  const levels = plans.filter(
    (plan): plan is LevelsPlan =>
      plan.kind === "levels" && plan.levels.length > 1 && plan.levels.length <= mostLevels,
  );
  const numbers = plans.filter(
    (plan): plan is NumberPlan => plan.kind === "number" && !plan.values && !isComputed(plan),
  );
  const tests = numbers.length * levels.reduce((sum, plan) => sum + plan.levels.length, 0);
  const needed = Math.log(100 * tests);
  return numbers.flatMap((plan): NumberPlan[] => {
    const values = read(plan);
    const known = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
    let [best, most] = [plan, 0];
    for (const by of levels) {
      const codes = codesOf(by);
      let bound = 0;
      const rows = rowsByCode(codes, by.levels.length, known);
      const grids = by.levels.map((_, code): Grid | null => {
        const own = rows[code];
        const grid = coarserOf(plan.grid, values, own, people);
        if (!grid) return null;
        const others = known.filter((i) => codes[i] !== code);
        const off = others.filter((i) => snap(values[i], grid) !== snap(values[i], plan.grid)).length;
        const bits = -Math.log1p(-off / (others.length + 1));
        if (off === 0 || !enoughKnown({ people }, own, Math.ceil(needed / bits))) return null;
        bound += own.length;
        return grid;
      });
      if (bound > most) [best, most] = [{ ...plan, grids: { column: by.name, grids } }, bound];
    }
    return best === plan ? [] : [best];
  });
}

/** The grid of these rows' values, where it is coarser than all rows' own; undefined where it is not. */
function coarserOf(
  all: Grid | undefined,
  values: Float64Array,
  rows: Int32Array,
  people: Int32Array | undefined,
): Grid | undefined {
  if (!enoughKnown({ people }, rows, leastDifferent)) return undefined;
  const coarser = (some: Int32Array): Grid | undefined => {
    const grid = gridOf(takeValues(values, some));
    return grid && spacing(grid) > spacing(all) * (1 + 1e-9) ? grid : undefined;
  };
  // What the first rows do not lie on, all do not.
  const first = rows.subarray(0, screeningRows);
  const different = new Set(Array.from(first, (i) => values[i])).size;
  if (different >= enoughToScreen && !coarser(first)) return undefined;
  if (different < leastDifferent && new Set(Array.from(rows, (i) => values[i])).size < leastDifferent)
    return undefined;
  return coarser(rows);
}
