import { countUpTo } from "../../core/math/sorted";
import { quantileSorted } from "../../core/math/statistics";
import { spacedRows } from "../structure/discover/search";
import type { Frame } from "./frame";
import { coefficientCount } from "./terms/terms";

const screeningRows = 5000;
const mostBins = 8;
/** So many coefficients a variable may have at least, and at most … */
const leastBudget = 60;
const mostBudget = 400;
/** … and in between one for so many rows. */
const rowsPerCoefficient = 8;
/** How many standard deviations an association must lie above chance to count. */
const leastScore = 2.5;
const leastParents = 3;

/**
 * For each variable, in the order of drawing, the earlier ones that its conditional looks at: all of them, unless there are
 * more than the rows can bear; then those it goes with most (the G statistic of binned pairs, standardised).
 */
export function parentsOf(frame: Frame): readonly (readonly number[])[] {
  const budget = Math.min(mostBudget, Math.max(leastBudget, frame.rows / rowsPerCoefficient));
  const sizes = frame.plans.map((own) => own.reduce((sum, plan) => sum + coefficientCount(plan), 0));
  let total = 0;
  let binned: readonly Binned[] | undefined;
  return frame.variables.map((_, j) => {
    const all = Array.from({ length: j }, (_, k) => k);
    const before = total;
    total += sizes[j];
    if (before <= budget) return all;
    binned ??= frame.variables.map((_, k) => binsOf(frame, k));
    const own = binned;
    const scored = all.map((k) => ({ k, score: association(own[j], own[k]) }));
    scored.sort((a, b) => b.score - a.score || a.k - b.k);
    const kept: number[] = [];
    let used = 0;
    for (const { k, score } of scored) {
      if (kept.length >= leastParents && (score < leastScore || used + sizes[k] > budget)) break;
      kept.push(k);
      used += sizes[k];
    }
    return kept.sort((a, b) => a - b);
  });
}

interface Binned {
  readonly codes: Uint8Array;
  readonly count: number;
}

/** A variable in at most eight bins: its frequent cells, or quantiles of its values. */
function binsOf(frame: Frame, k: number): Binned {
  const rows = spacedRows(frame.rows, screeningRows);
  const values = frame.values[k];
  if (values) {
    const own = Float64Array.from(rows, (i) => values[i]);
    const sorted = own.filter((value) => !Number.isNaN(value)).sort();
    const cuts = Array.from({ length: mostBins - 2 }, (_, q) =>
      quantileSorted(sorted, (q + 1) / (mostBins - 1)),
    );
    const edges = Float64Array.from(new Set(cuts));
    const codes = Uint8Array.from(own, (value) =>
      Number.isNaN(value) ? edges.length + 1 : countUpTo(edges, value),
    );
    return { codes, count: edges.length + 2 };
  }
  const cells = frame.cells[k];
  const counts = new Int32Array(frame.counts[k]);
  for (const i of rows) if (cells[i] >= 0) counts[cells[i]]++;
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, mostBins - 1);
  const place = new Uint8Array(frame.counts[k]).fill(frequent.length);
  frequent.forEach((cell, at) => {
    place[cell] = at;
  });
  return { codes: Uint8Array.from(rows, (i) => place[Math.max(0, cells[i])]), count: frequent.length + 1 };
}

/** How many standard deviations the G statistic of two binned variables lies above what chance gives. */
function association(a: Binned, b: Binned): number {
  const joint = new Float64Array(a.count * b.count);
  const [left, right] = [new Float64Array(a.count), new Float64Array(b.count)];
  const n = a.codes.length;
  for (let i = 0; i < n; i++) {
    joint[a.codes[i] * b.count + b.codes[i]]++;
    left[a.codes[i]]++;
    right[b.codes[i]]++;
  }
  let g = 0;
  for (let x = 0; x < a.count; x++)
    for (let y = 0; y < b.count; y++) {
      const count = joint[x * b.count + y];
      if (count > 0) g += 2 * count * Math.log((count * n) / (left[x] * right[y]));
    }
  const used = (counts: Float64Array): number =>
    counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) - 1;
  const freedom = Math.max(1, used(left) * used(right));
  return (g - freedom) / Math.sqrt(2 * freedom);
}
