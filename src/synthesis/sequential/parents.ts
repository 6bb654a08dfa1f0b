import { type Binned, binned as binnedColumn, likelihoodRatio } from "../structure/discover/association";
import { spacedRows } from "../structure/discover/search";
import type { Frame } from "./frame";
import { coefficientCount } from "./terms/terms";

const screeningRows = 5000;
/** So many coefficients a variable may have at least, and at most … */
const leastBudget = 60;
const mostBudget = 400;
/** … and in between one for so many rows. */
const rowsPerCoefficient = 8;
/** How many standard deviations an association must lie above chance to count. */
const leastScore = 2.5;
/** From fewer rows than this what looks like chance is not learnt: it would be about single rows, and blur the rest. */
const fewRows = 2000;

/**
 * For each variable, in the order of drawing, the earlier ones that its conditional looks at: all of them, unless rows are few
 * or there are more than they can bear; then those it goes with beyond chance, and most (the G statistic of binned pairs, standardised).
 */
export function parentsOf(frame: Frame): readonly (readonly number[])[] {
  const budget = Math.min(mostBudget, Math.max(leastBudget, frame.rows / rowsPerCoefficient));
  const sizes = frame.plans.map((own) => own.reduce((sum, plan) => sum + coefficientCount(plan), 0));
  const screened = spacedRows(frame.rows, screeningRows);
  let total = 0;
  let binned: readonly Binned[] | undefined;
  return frame.variables.map((_, j) => {
    const all = Array.from({ length: j }, (_, k) => k);
    const before = total;
    total += sizes[j];
    if (before <= budget && frame.rows >= fewRows) return all;
    binned ??= frame.variables.map((_, k) =>
      binnedColumn(screened, frame.counts[k], frame.cells[k], frame.values[k]),
    );
    const own = binned;
    const scored = all.map((k) => ({ k, score: association(own[j], own[k]) }));
    scored.sort((a, b) => b.score - a.score || a.k - b.k);
    const kept: number[] = [];
    let used = 0;
    for (const { k, score } of scored) {
      if (score < leastScore || (kept.length > 0 && used + sizes[k] > budget)) break;
      kept.push(k);
      used += sizes[k];
    }
    return kept.sort((a, b) => a - b);
  });
}

/** How many standard deviations the G statistic of two binned variables lies above what chance gives. */
function association(a: Binned, b: Binned): number {
  const { g, freedom } = likelihoodRatio(a, b);
  return (g - freedom) / Math.sqrt(2 * freedom);
}
