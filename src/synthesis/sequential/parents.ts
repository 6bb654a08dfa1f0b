import { chiSquaredScore } from "../../core/math/chi-squared-score";
import {
  type Binned,
  binned as binnedColumn,
  likelihoodRatio,
  linearAssociation,
} from "../structure/discover/association";
import { spacedRows } from "../structure/discover/search";
import { mostModelled } from "./counted";
import type { Frame } from "./frame";
import { coefficientCount } from "./terms/terms";

const screeningRows = 5000;
/** So many coefficients a variable may have at least, and at most … */
const leastBudget = 60;
const mostBudget = 400;
/** … and in between one for so many rows. */
const rowsPerCoefficient = 8;
/** How many standard deviations an association must lie above chance to count. */
const leastScore = 2;
/** From fewer rows than this what looks like chance is not learnt: it would be about single rows, and blur the rest. */
export const fewRows = 2000;
/** … unless two together tell of a third what neither tells alone, by so many standard deviations (some 20,000 pairs are tried). */
const leastJoint = 5;

/** An association that lies so many above it (of thousands of pairs hardly one by chance) and finds no room is told. */
const clearScore = 4;

export interface Parents {
  /** For each variable the places of those that its conditional looks at. */
  readonly parents: readonly (readonly number[])[];
  /** How many pairs go together beyond chance and found no room. */
  readonly crowded: number;
}

/**
 * For each variable, in the order of drawing, the earlier ones that its conditional looks at: all of them, unless rows are few
 * or there are more than they can bear; then those it goes with beyond chance, and most (the G statistic of binned pairs, standardised).
 * A target of levels looks at all that `mostBudget` bears: many weak effects under one penalty are what it is about.
 */
export function parentsOf(frame: Frame): Parents {
  const usual = Math.min(mostBudget, Math.max(leastBudget, frame.rows / rowsPerCoefficient));
  const sizes = frame.plans.map((own) => own.reduce((sum, plan) => sum + coefficientCount(plan), 0));
  const screened = spacedRows(frame.rows, screeningRows);
  let total = 0;
  let crowded = 0;
  let binned: readonly Binned[] | undefined;
  const parents = frame.variables.map((variable, j) => {
    const all = Array.from({ length: j }, (_, k) => k);
    const before = total;
    total += sizes[j];
    // What is told by counts takes of all earlier variables those that help.
    if (frame.counts[j] > mostModelled) return all;
    const target = j === frame.variables.length - 1 && variable.kind === "levels";
    const budget = target ? mostBudget : usual;
    if (before <= budget && (target || frame.rows >= fewRows)) return all;
    binned ??= frame.variables.map((_, k) =>
      binnedColumn(screened, frame.counts[k], frame.cells[k], frame.values[k]),
    );
    const own = binned;
    const scored = all.map((k) => ({ k, found: association(own[j], own[k]) }));
    scored.sort((a, b) => b.found - a.found || a.k - b.k);
    const kept: number[] = before <= budget ? together(own, j) : [];
    let used = 0;
    for (const { k, found } of scored) {
      if (found < leastScore && !target) break;
      if (kept.length > 0 && used + sizes[k] > budget) {
        // Hundreds of levels that do not fit leave their room to the next.
        if (frame.counts[k] > mostModelled) continue;
        break;
      }
      if (!kept.includes(k)) kept.push(k);
      used += sizes[k];
    }
    for (const { k, found } of scored) if (found >= clearScore && !kept.includes(k)) crowded++;
    return kept.sort((a, b) => a - b);
  });
  return { parents, crowded };
}

/** The earlier variables of which two go together with the variable. */
function together(binned: readonly Binned[], j: number): number[] {
  const found = new Set<number>();
  for (let a = 1; a < j; a++)
    for (let b = 0; b < a; b++) {
      if (found.has(a) && found.has(b)) continue;
      if (jointly(binned[j], binned[a], binned[b]) < leastJoint) continue;
      found.add(a).add(b);
    }
  return [...found];
}

/** What the G statistic of two variables together is above the sum of both, on the normal scale. */
function jointly(one: Binned, a: Binned, b: Binned): number {
  const codes = a.codes.map((code, i) => code * b.count + b.codes[i]);
  const both = { codes, count: a.count * b.count, ordered: false };
  const [joint, ...alone] = [both, a, b].map((other) => likelihoodRatio(one, other));
  const g = alone.reduce((rest, own) => rest - own.g, joint.g);
  const freedom = Math.max(
    1,
    alone.reduce((rest, own) => rest - own.freedom, joint.freedom),
  );
  return chiSquaredScore({ g, freedom });
}

/** How many standard deviations the association of two binned variables, of all bins or in a line, lies above chance. */
function association(a: Binned, b: Binned): number {
  return Math.max(chiSquaredScore(likelihoodRatio(a, b)), chiSquaredScore(linearAssociation(a, b)));
}
