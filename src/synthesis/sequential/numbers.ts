import { cholesky, choleskySolve } from "../../core/math/linear-algebra";
import { pairedCorrelation, quantileSorted } from "../../core/math/statistics";
import { takeValues } from "../../core/matrix";
import { type Grown, growTree, rootHistogram, type TreeRows, type TreeTarget } from "../drawing/grow-tree";
import { leavesOf, type Tree, type TreeColumn, valueFeature } from "../drawing/trees";
import { foldEnds, others, rowsOf, type Stretch } from "./folds";
import { addEffects, fillTables, gramOf, type LogitLayout, logitLayout, momentsOf } from "./logit";
import { type Leaf, leafOf, rankedScore } from "./scales/leaf";
import { type NormalScale, scoresOf } from "./scales/normal-scale";
import { evenPenalty, termPenalties } from "./terms/term-penalties";
import type { EncodedTerm, TermPlan } from "./terms/terms";

/** The conditional of a number's values: on the normal scale, an additive mean (or none) and a tree of leaves around it. */
export interface NumberModel {
  readonly scale: NormalScale;
  /** The mean's tables, in the layout of the earlier terms. */
  readonly mean?: Float64Array;
  /** Where that is the mean of the rows near it: what the mean of all rows is more, which the tree asks about as a column after the last. */
  readonly more?: Float64Array;
  /** The mean of rows that lack a column's value, where it is one of its own: that of a customer's first month, before which lies none. */
  readonly apart?: { readonly variable: number; readonly mean: Float64Array };
  readonly tree: Tree;
  readonly leaves: readonly Leaf[];
  /** What it is a multiple of, if that is nearer: the first that is above 0. */
  readonly relative?: readonly Relative[];
}

/** A number as a multiple of another one, or of the mean of a level: its logarithm beside that of the other. */
export interface Relative {
  /** The other's variable. */
  readonly variable: number;
  /** The means of its cells, 0 where they have none; left out, it is a number. */
  readonly centres?: readonly number[];
  /** Of the logarithms of the multiple. */
  readonly model: NumberModel;
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
const freePenalty = 1;
/** The one in the middle is what each term's own is found from, in so many rounds. */
const ridgePenalties = [100, 10, freePenalty];
const ownRounds = 3;
const folds = 3;
/** From so few rows on a mean is tried. */
const leastForMean = 10;
/** The mean must explain this share of the held-out variance to be tried: what chance explains of so few rows falls with them. */
const leastExplained = (rows: number): number => Math.max(0.02, (4 + 20 / rows) / rows);
/** From so many rows on half of that, by the first fold, is asked before others are looked at. */
const rowsForOne = 3000;
/** From this share on a mean of the rows nearest to it is tried, too: of this share of the rows, found in so many steps. */
const mostlyExplained = 0.5;
const nearest = 0.6;
const trimmingSteps = 3;
/** Rows that lack a column's value may have a mean of their own: so many of them and of the others, who go with it by this share. */
const leastApart = 40;
const leastTelling = 0.1;

/** The same on the normal scale, and X'X of the rows without one fold, or of all: counted once for all that is tried. */
interface Scored extends NumberRows {
  readonly layout: LogitLayout;
  readonly scores: Float64Array;
  readonly held: readonly Stretch[];
  readonly systemOf: (fold?: number) => Equations;
}

function scored(data: NumberRows, plans: readonly TermPlan[]): Scored {
  const layout = logitLayout(plans);
  const scores = scoresOf(data.scale, data.values);
  const held = foldEnds(data.rows, folds);
  const known = new Map<number | undefined, Equations>();
  const systemOf = (fold?: number): Equations => {
    const system =
      known.get(fold) ?? normalEquations(data, layout, scores, stretchesOf(data.rows, held, fold));
    known.set(fold, system);
    return system;
  };
  return { ...data, layout, scores, held, systemOf };
}

function stretchesOf(rows: number, held: readonly Stretch[], fold: number | undefined): readonly Stretch[] {
  return fold === undefined ? [[0, rows]] : others(held[fold], rows);
}

export function fitNumber(rows: NumberRows, plans: readonly TermPlan[]): NumberModel {
  const data = scored(rows, plans);
  let best: { score: number; leaf: number; mean?: Mean } = { score: Infinity, leaf: data.rows };
  if (plans.length > 0 && data.rows >= leastForMean) {
    for (const mean of [undefined, ...meansOf(data)]) {
      const found = bestLeaf(data, mean);
      // A simpler model wins unless the other is better beyond noise.
      if (found.score < best.score * (1 - 1e-3)) best = { ...found, ...(mean && { mean }) };
    }
  }
  const tables = best.mean && meanTables(data, best.mean);
  const rest = tables ? residuals(data, tables) : data.scores;
  const grown = grower(seenBy(data, tables), rest, rowsOf([[0, data.rows]]))(best.leaf);
  const leaves = grown.leafRows.map((rows) => leafOf(sortedAt(rest, rows), grown.leafRows.length === 1));
  return { scale: data.scale, tree: grown.tree, leaves, ...tables };
}

/** How an additive mean is fitted. */
interface Mean {
  /** Left out, each term's own, as the rows tell. */
  readonly penalty?: Float64Array;
  /** By least trimmed squares, from that fit on, nearly unpenalised. */
  readonly trimmed: boolean;
  /** The column without whose value rows have a mean of their own. */
  readonly apart?: number;
}

/**
 * The means worth a try, under the ridge penalties with the least held-out squares: all the same, or each term's own, or of rows that
 * lack a column's value apart; none when a mean explains next to nothing.
 */
function meansOf(data: Scored): Mean[] {
  const { layout, scores } = data;
  const evens = ridgePenalties.map((penalty) => evenPenalty(layout, penalty));
  const apart = lackedColumn(data);
  const squares = new Float64Array(evens.length + (apart === undefined ? 1 : 2));
  const explained = leastExplained(data.rows);
  let whole = 0;
  for (const [f, held] of data.held.entries()) {
    const system = data.systemOf(f);
    const tried: MeanTables[] = [...evens, ownPenalties(system, layout)].map((penalty) => ({
      mean: tablesFrom(system, layout, penalty),
    }));
    if (apart !== undefined) tried.push(meanTables(data, { trimmed: false, apart }, f));
    tried.forEach((tables, k) => {
      const rest = residuals(data, tables, held);
      for (let i = held[0]; i < held[1]; i++) squares[k] += rest[i] ** 2;
    });
    for (let i = held[0]; i < held[1]; i++) whole += scores[i] ** 2;
    if (data.rows >= rowsForOne && !(Math.min(...squares) < (1 - explained / 2) * whole)) return [];
  }
  const [together, own = Infinity] = [squares.subarray(0, evens.length + 1), squares[evens.length + 1]];
  const common = Math.min(...together);
  const better = own < (1 - explained) * common;
  const least = better ? own : common;
  if (!(least < (1 - explained) * whole)) return [];
  const penalty = evens[together.indexOf(common)] ?? ownPenalties(data.systemOf(), layout);
  const plain: Mean = { ...(better && apart !== undefined ? { apart } : { penalty }), trimmed: false };
  return least < (1 - mostlyExplained) * whole ? [plain, { ...plain, trimmed: true }] : [plain];
}

/** The column, lacking in some rows, that most goes with the scores of those that have it. */
function lackedColumn({ rows, columns, scores }: Scored): number | undefined {
  let best: { readonly variable: number; readonly found: number } | undefined;
  columns.forEach(({ values }, variable) => {
    if (!values) return;
    const { r, n } = pairedCorrelation(values, scores);
    if (Math.min(n, rows - n) < leastApart) return;
    if (r ** 2 > (best?.found ?? leastTelling)) best = { variable, found: r ** 2 };
  });
  return best?.variable;
}

/** The leaf size with the least held-out ranked probability score. */
function bestLeaf(data: Scored, of: Mean | undefined): { score: number; leaf: number } {
  const sizes = [...leafRows.filter((size) => 2 * size <= (data.rows * (folds - 1)) / folds), data.rows];
  const totals = new Float64Array(sizes.length);
  const leaf = new Int32Array(data.rows);
  data.held.forEach(([first, last], f) => {
    const tables = of && meanTables(data, of, f);
    const rest = tables ? residuals(data, tables) : data.scores;
    const seen = seenBy(data, tables);
    const grow = grower(seen, rest, rowsOf(stretchesOf(data.rows, data.held, f)));
    sizes.forEach((size, k) => {
      const grown = grow(size);
      const score = grown.leafRows.map((own) => rankedScore(sortedAt(rest, own)));
      leavesOf(grown.tree, seen.columns, first, last, leaf);
      for (let i = first; i < last; i++) totals[k] += score[leaf[i]](rest[i]);
    });
  });
  let k = sizes.length - 1;
  // Larger leaves win ties: they tell less about single rows.
  for (let other = sizes.length - 2; other >= 0; other--)
    if (totals[other] < totals[k] * (1 - 1e-3)) k = other;
  return { score: totals[k], leaf: sizes[k] };
}

/** The rows as trees see them: beside the columns, what the mean of all rows is more than that of those near it. */
function seenBy(data: Scored, tables: MeanTables | undefined): NumberRows {
  if (!tables?.more) return data;
  const values = new Float64Array(data.rows);
  addEffects(data.layout, tables.more, data.terms, values, 0, data.rows);
  const feature = valueFeature(values, data.columns.length);
  if (!feature) return data;
  const { features, bins } = data.tree;
  const width = features.length;
  const wider = new Uint8Array(data.rows * (width + 1));
  for (let i = 0; i < data.rows; i++) {
    wider.set(bins.subarray(i * width, (i + 1) * width), i * (width + 1));
    wider[i * (width + 1) + width] = feature.bins[i];
  }
  return {
    ...data,
    tree: { rows: data.rows, features: [...features, feature], bins: wider },
    columns: [...data.columns, { cells: [], values }],
  };
}

/** Grows a tree of leaves of at least so many rows; what is counted of all rows is so once. */
function grower({ tree }: NumberRows, rest: Float64Array, rows: Int32Array): (leaf: number) => Grown {
  const target: TreeTarget = { sums: [rest, rest.map((value) => value * value)] };
  const root = rootHistogram(tree, rows, target);
  return (minRows) =>
    growTree(tree, rows, target, { leaves: Infinity, minRows, minGain: 8, worth: gaussianWorth, root });
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
  /** The sum of squares. */
  readonly squares: number;
}

function normalEquations(
  data: NumberRows,
  layout: LogitLayout,
  scores: Float64Array,
  stretches: readonly Stretch[],
): Equations {
  let squares = 0;
  for (const [first, last] of stretches) for (let i = first; i < last; i++) squares += scores[i] ** 2;
  return {
    gram: gramOf(layout, data.terms, stretches),
    moments: momentsOf(layout, data.terms, scores, stretches),
    squares,
  };
}

/** The ridge regression's coefficients, and the Cholesky factor of its system; undefined where that has none. */
function solve({ gram, moments }: Equations, penalty: Float64Array) {
  const p = penalty.length;
  const a = gram.slice();
  for (let k = 0; k < p; k++) a[k * p + k] += k === 0 ? 1e-9 : penalty[k];
  const factor = cholesky(a, p);
  return factor && { factor, coefficients: choleskySolve(factor, p, moments) };
}

function tablesFrom(system: Equations, layout: LogitLayout, penalty: Float64Array): Float64Array {
  const tables = new Float64Array(layout.tables);
  const solved = solve(system, penalty);
  if (solved) fillTables(layout, solved.coefficients, tables);
  return tables;
}

/** Each term's own penalty, which the rows tell (`termPenalties`), in units of the variance that is left. */
function ownPenalties(system: Equations, layout: LogitLayout): Float64Array {
  const common = ridgePenalties[1];
  let penalty = evenPenalty(layout, common);
  for (let round = 0; round < ownRounds; round++) {
    const solved = solve(system, penalty);
    if (!solved) break;
    const { factor, coefficients } = solved;
    const left = coefficients.reduce(
      (rest, own, k) => rest - own * (system.moments[k] + penalty[k] * own),
      system.squares,
    );
    const spread = Math.sqrt(Math.max(left / system.gram[0], 1e-6));
    const scaled = [coefficients.map((own) => own / spread)];
    penalty = termPenalties({ coefficients: scaled, factors: [factor], penalty }, layout, common);
  }
  return penalty;
}

type MeanTables = Required<Pick<NumberModel, "mean">> & Pick<NumberModel, "more" | "apart">;

/** Some of the rows, as if they were all. */
function partOf(data: Scored, kept: Int32Array): Scored {
  const terms = data.terms.map(({ at, share }) => ({
    at: Uint16Array.from(kept, (i) => at[i]),
    ...(share && { share: takeValues(share, kept) }),
  }));
  const part = { ...data, rows: kept.length, terms, scores: takeValues(data.scores, kept), held: [] };
  const system = normalEquations(part, data.layout, part.scores, [[0, kept.length]]);
  return { ...part, systemOf: () => system };
}

/**
 * The mean's tables; trimmed, of the rows that are nearest to it (least trimmed squares; Rousseeuw, 1984, by concentration steps):
 * where most bills are near the last one and some anywhere, the squares of these would pull the mean away from those.
 */
function meanTables(data: Scored, { penalty, trimmed, apart }: Mean, fold?: number): MeanTables {
  const { layout } = data;
  if (apart !== undefined) {
    const lacking = lacks(data.columns, apart);
    const all = rowsOf(stretchesOf(data.rows, data.held, fold));
    const [known, others] = [false, true].map((gone) =>
      partOf(
        data,
        all.filter((i) => lacking(i) === gone),
      ),
    );
    const { mean } = meanTables(others, { trimmed: false });
    return { ...meanTables(known, { trimmed }), apart: { variable: apart, mean } };
  }
  const system = data.systemOf(fold);
  const whole = tablesFrom(system, layout, penalty ?? ownPenalties(system, layout));
  if (!trimmed) return { mean: whole };
  const rows = rowsOf(stretchesOf(data.rows, data.held, fold));
  const free = evenPenalty(layout, freePenalty);
  let mean = whole;
  for (let step = 0; step < trimmingSteps; step++) {
    const off = residuals(data, { mean }).map(Math.abs);
    const limit = quantileSorted(sortedAt(off, rows), nearest);
    const near = partOf(
      data,
      rows.filter((i) => off[i] <= limit),
    );
    mean = tablesFrom(near.systemOf(), layout, free);
  }
  return { mean, more: whole.map((effect, k) => effect - mean[k]) };
}

/** Which rows have no value of the column. */
function lacks(columns: readonly TreeColumn[], variable: number): (row: number) => boolean {
  const { values } = columns[variable];
  return (row) => values === undefined || Number.isNaN(values[row]);
}

/** The means of rows. */
export function meanEffects(
  { mean, apart }: MeanTables,
  layout: LogitLayout,
  { terms, columns }: Pick<NumberRows, "terms" | "columns">,
  [first, last]: Stretch,
  out: Float64Array,
): Float64Array {
  addEffects(layout, mean, terms, out, first, last);
  if (!apart) return out;
  const lacking = lacks(columns, apart.variable);
  for (let i = first; i < last; i++) {
    if (!lacking(i)) continue;
    out[i] = 0;
    addEffects(layout, apart.mean, terms, out, i, i + 1);
  }
  return out;
}

function residuals(data: Scored, tables: MeanTables, [first, last]: Stretch = [0, data.rows]): Float64Array {
  const out = meanEffects(tables, data.layout, data, [first, last], new Float64Array(data.rows));
  for (let i = first; i < last; i++) out[i] = data.scores[i] - out[i];
  return out;
}

function sortedAt(values: Float64Array, rows: Int32Array): Float64Array {
  return takeValues(values, rows).sort();
}
