import { chiSquaredUpper } from "../../../core/math/special";
import { columnNamed, type Table } from "../../../data/table";
import { binned, likelihoodRatio } from "../discover/association";
import { spacedRows } from "../discover/search";
import { type ColumnPlan, type Hole, levelCount } from "../structure";
import { drawnCodes, missingRows, numbersOf } from "../variables";

const screeningRows = 10_000;
/** So many cells of a column at least, and at most this share of them, must be missing for anything to be said of it. */
const leastHoles = 30;
const mostMissing = 0.5;
/** How likely chance may make a column whose cells are missing at random look otherwise: Bonferroni over all other columns. */
const level = 0.01;
/** Where fewer rows than this share have a hole, they are not worth a second fit. */
const leastRows = 0.2;

/**
 * Columns whose cells are missing at random: whether they are goes with no other column, neither with its values nor
 * with what it misses (likelihood ratio of binned pairs). None where too few rows have a hole.
 */
export function findHoles(plans: readonly ColumnPlan[], from: Table): readonly Hole[] {
  const gaps = plans.map((plan) => missingRows(columnNamed(from, plan.name)));
  const open = plans.flatMap((plan, j) => {
    const share = gaps[j].reduce((sum, gap) => sum + gap, 0) / from.rows;
    const drawn = plan.kind === "levels" || plan.kind === "number" || plan.kind === "date";
    const some = drawn && share * from.rows >= leastHoles && share <= mostMissing;
    return some ? [{ column: plan.name, share, gap: gaps[j], j }] : [];
  });
  const torn = Array.from({ length: from.rows }, (_, i) => open.some(({ gap }) => gap[i] === 1));
  if (open.length === 0 || torn.filter(Boolean).length < leastRows * from.rows) return [];
  const rows = spacedRows(from.rows, screeningRows);
  const columns = plans.map((plan, j) => binnedPlan(plan, from, rows, gaps[j]));
  return open
    .filter(({ gap, j }) => {
      const own = binned(rows, 2, gap, undefined);
      return columns.every((other, k) => {
        if (k === j) return true;
        const { g, freedom } = likelihoodRatio(own, other);
        return chiSquaredUpper(g, freedom) * (columns.length - 1) >= level;
      });
    })
    .map(({ column, share }) => ({ column, share: Number(share.toPrecision(3)) }));
}

function binnedPlan(plan: ColumnPlan, from: Table, rows: Int32Array, gaps: Uint8Array) {
  const one = columnNamed(from, plan.name);
  if (plan.kind === "levels") return binned(rows, levelCount(plan), drawnCodes(plan, from, []), undefined);
  const numbers = plan.kind === "number" || plan.kind === "date";
  return numbers ? binned(rows, 0, [], numbersOf(one, plan)) : binned(rows, 2, gaps, undefined);
}
