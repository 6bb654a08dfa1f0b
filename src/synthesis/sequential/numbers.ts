import { cholesky, choleskySolve, dot } from "../../core/math/linear-algebra";
import { quantileSorted } from "../../core/math/statistics";
import { type Grown, growTree, type TreeRows } from "../drawing/grow-tree";
import { leavesOf, type Tree, type TreeColumn } from "../drawing/trees";
import { foldEnds, others, rowsOf, type Stretch } from "./folds";
import { type Leaf, leafOf, rankedScore } from "./leaf";
import { addEffects, fillTables, gramOf, type LogitLayout, logitLayout, momentsOf } from "./logit";
import { type NormalScale, scoresOf } from "./normal-scale";
import { coefficientCount, type EncodedTerm, type TermPlan, tableSize } from "./terms/terms";

/** The conditional of a number's values: on the normal scale, an additive mean (or none) and a tree of leaves around it. */
export interface NumberModel {
  readonly scale: NormalScale;
  /** The mean's tables, in the layout of the earlier terms. */
  readonly mean?: Float64Array;
  readonly tree: Tree;
  readonly leaves: readonly Leaf[];
}

/** The rows that a number's values are learnt from, in random order. */
export interface NumberRows {
  readonly rows: number;
  readonly values: Float64Array;
  /** The scale of the column, which these rows may be a part of. */
  readonly scale: NormalScale;
  readonly terms: readonly EncodedTerm[];
  readonly tree: TreeRows;
  readonly columns: readonly TreeColumn[];
}

const leafRows = [20, 40, 80, 160, 320];
const ridgePenalties = [100, 10, 1];
const folds = 3;
/** The mean must explain this share of the held-out variance to be tried. */
const leastExplained = 0.02;
/** One variable must explain this share of the variance for a mean of its own. */
const leastAlone = 0.5;
/** That mean is of this share of the rows, those nearest to it, found in so many steps. */
const nearest = 0.6;
const mostSteps = 8;

export function fitNumber(data: NumberRows, plans: readonly TermPlan[]): NumberModel {
  const { scale } = data;
  const scores = scoresOf(scale, data.values);
  const layout = logitLayout(plans);
  const all: readonly Stretch[] = [[0, data.rows]];
  const penalty = plans.length > 0 && data.rows >= 100 ? meanPenalty(data, layout, scores) : undefined;
  let best: { score: number; leaf: number; mean?: Mean } = { score: Infinity, leaf: data.rows };
  if (data.tree.features.length > 0 && data.rows >= 2 * leafRows[0]) {
    for (const mean of [
      undefined,
      ...(penalty === undefined ? [] : meansOf(data, layout, scores, penalty)),
    ]) {
      const found = bestLeaf(data, layout, scores, mean);
      // A simpler model wins unless the other is better beyond noise.
      if (found.score < best.score * (1 - 1e-3)) best = { ...found, ...(mean && { mean }) };
    }
  }
  const mean = best.mean && meanTables(data, layout, scores, all, best.mean);
  const rest = mean ? residuals(data, layout, scores, mean) : scores;
  const grown = grow(data, rest, rowsOf(all), best.leaf);
  const leaves = grown.leafRows.map((rows) => leafOf(sortedAt(rest, rows), grown.leafRows.length === 1));
  return { scale, tree: grown.tree, leaves, ...(mean && { mean }) };
}

/** What an additive mean is made of. */
interface Mean {
  readonly penalty: number;
  /** The only variable that it reads; left out, all of them. */
  readonly only?: number;
}

/**
 * The means worth a try: of all variables; and where one alone explains nearly everything, of that one, as the month before
 * explains a bill: what many effects do not add they blur.
 */
function meansOf(data: NumberRows, layout: LogitLayout, scores: Float64Array, penalty: number): Mean[] {
  const { gram, moments } = normalEquations(data, layout, scores, [[0, data.rows]]);
  const whole = scores.reduce((sum, score) => sum + score * score, 0);
  let best = { explained: leastAlone * whole, only: -1 };
  for (const only of new Set(layout.plans.map(({ variable }) => variable))) {
    const own = coefficientsOf(layout, only);
    const p = own.length;
    const a = Float64Array.from(
      { length: p * p },
      (_, k) => gram[own[Math.floor(k / p)] * layout.coefficients + own[k % p]],
    );
    for (let k = 0; k < p; k++) a[k * p + k] += 1e-3;
    const moment = Float64Array.from(own, (k) => moments[k]);
    const factor = cholesky(a, p);
    const explained = factor ? dot(choleskySolve(factor, p, moment), moment) : 0;
    if (explained > best.explained) best = { explained, only };
  }
  return best.only < 0 ? [{ penalty }] : [{ penalty }, { penalty, only: best.only }];
}

/** The places of the intercept and of a variable's coefficients. */
function coefficientsOf(layout: LogitLayout, variable: number): number[] {
  const own = layout.plans.flatMap((plan, t) =>
    plan.variable === variable
      ? Array.from({ length: coefficientCount(plan) }, (_, k) => layout.coefficientStarts[t] + k)
      : [],
  );
  return [0, ...own];
}

/** The ridge penalty with the least held-out squares, or undefined when the mean explains next to nothing. */
function meanPenalty(data: NumberRows, layout: LogitLayout, scores: Float64Array): number | undefined {
  const squares = new Float64Array(ridgePenalties.length);
  let whole = 0;
  for (const held of foldEnds(data.rows, folds)) {
    const stretches = others(held, data.rows);
    const system = normalEquations(data, layout, scores, stretches);
    ridgePenalties.forEach((penalty, k) => {
      const tables = solve(system, layout, penalty);
      const rest = residuals(data, layout, scores, tables, held);
      for (let i = held[0]; i < held[1]; i++) squares[k] += rest[i] ** 2;
    });
    for (let i = held[0]; i < held[1]; i++) whole += scores[i] ** 2;
  }
  const least = Math.min(...squares);
  return least < (1 - leastExplained) * whole ? ridgePenalties[squares.indexOf(least)] : undefined;
}

/** The leaf size with the least held-out ranked probability score. */
function bestLeaf(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  of: Mean | undefined,
): { score: number; leaf: number } {
  const sizes = [...leafRows.filter((size) => 2 * size <= (data.rows * (folds - 1)) / folds), data.rows];
  const totals = new Float64Array(sizes.length);
  const leaf = new Int32Array(data.rows);
  for (const held of foldEnds(data.rows, folds)) {
    const stretches = others(held, data.rows);
    const mean = of && meanTables(data, layout, scores, stretches, of);
    const rest = mean ? residuals(data, layout, scores, mean) : scores;
    const rows = rowsOf(stretches);
    sizes.forEach((size, k) => {
      const grown = grow(data, rest, rows, size);
      const score = grown.leafRows.map((own) => rankedScore(sortedAt(rest, own)));
      leavesOf(grown.tree, data.columns, held[0], held[1], leaf);
      for (let i = held[0]; i < held[1]; i++) totals[k] += score[leaf[i]](rest[i]);
    });
  }
  let k = sizes.length - 1;
  // Larger leaves win ties: they tell less about single rows.
  for (let other = sizes.length - 2; other >= 0; other--)
    if (totals[other] < totals[k] * (1 - 1e-3)) k = other;
  return { score: totals[k], leaf: sizes[k] };
}

function grow(data: NumberRows, rest: Float64Array, rows: Int32Array, leaf: number): Grown {
  const squares = rest.map((value) => value * value);
  return growTree(
    data.tree,
    rows,
    { sums: [rest, squares] },
    {
      leaves: Infinity,
      minRows: leaf,
      minGain: 8,
      worth: gaussianWorth,
    },
  );
}

/** Twice the log-likelihood of a normal distribution of its own; the floor keeps a constant leaf finite. */
function gaussianWorth(totals: Float64Array, at: number): number {
  const rows = totals[at];
  const mean = totals[at + 1] / rows;
  return -rows * Math.log(Math.max(totals[at + 2] / rows - mean * mean, 1e-4));
}

interface Equations {
  readonly gram: Float64Array;
  readonly moments: Float64Array;
}

function normalEquations(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  stretches: readonly Stretch[],
): Equations {
  return {
    gram: gramOf(layout, data.terms, stretches),
    moments: momentsOf(layout, data.terms, scores, stretches),
  };
}

function solve({ gram, moments }: Equations, layout: LogitLayout, penalty: number): Float64Array {
  const p = layout.coefficients;
  const a = gram.slice();
  for (let k = 0; k < p; k++) a[k * p + k] += k === 0 ? 1e-9 : penalty;
  const factor = cholesky(a, p);
  const tables = new Float64Array(layout.tables);
  if (factor) fillTables(layout, choleskySolve(factor, p, moments), tables);
  return tables;
}

function meanTables(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  stretches: readonly Stretch[],
  { penalty, only }: Mean,
): Float64Array {
  return only === undefined
    ? solve(normalEquations(data, layout, scores, stretches), layout, penalty)
    : trimmedTables(data, layout, scores, rowsOf(stretches), only);
}

/**
 * The mean given one variable of the rows that are nearest to it (least trimmed squares; Rousseeuw, 1984, by concentration steps):
 * where most are near and some anywhere, the squares of these would pull it away from those.
 */
function trimmedTables(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  rows: Int32Array,
  only: number,
): Float64Array {
  const own = [...layout.plans.keys()].filter((t) => layout.plans[t].variable === only);
  const small = logitLayout(own.map((t) => layout.plans[t]));
  const terms = own.map((t) => data.terms[t]);
  let kept = rows;
  let tables: Float64Array = new Float64Array(small.tables);
  for (let step = 0; step < mostSteps; step++) {
    const some = terms.map(({ at, share }) => ({
      at: Uint16Array.from(kept, (i) => at[i]),
      ...(share && { share: Float64Array.from(kept, (i) => share[i]) }),
    }));
    const part = { ...data, rows: kept.length, terms: some };
    const system = normalEquations(
      part,
      small,
      Float64Array.from(kept, (i) => scores[i]),
      [[0, kept.length]],
    );
    tables = solve(system, small, ridgePenalties[2]);
    const off = residuals({ ...data, terms }, small, scores, tables).map(Math.abs);
    const limit = quantileSorted(sortedAt(off, rows), nearest);
    kept = rows.filter((i) => off[i] <= limit);
  }
  const out = new Float64Array(layout.tables);
  out[0] = tables[0];
  own.forEach((t, k) => {
    const first = small.tableStarts[k];
    out.set(tables.subarray(first, first + tableSize(layout.plans[t])), layout.tableStarts[t]);
  });
  return out;
}

function residuals(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  tables: Float64Array,
  [first, last]: Stretch = [0, data.rows],
): Float64Array {
  const out = new Float64Array(data.rows);
  addEffects(layout, tables, data.terms, out, first, last);
  for (let i = first; i < last; i++) out[i] = scores[i] - out[i];
  return out;
}

function sortedAt(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (i) => values[i]).sort();
}
