import { addTrees, answersOf, treeTables } from "../drawing/tree-tables";
import type { TreeColumn } from "../drawing/trees";
import type { Boost, BoostRows } from "./boost";
import { fitCounted, mostModelled } from "./counted";
import { fastExp } from "./fast-exp";
import { foldEnds, others, type Stretch } from "./folds";
import {
  addEffects,
  fillTables,
  fitLogit,
  gramOf,
  type LogitFit,
  type LogitLayout,
  type LogitOptions,
  type LogitRows,
  logitLayout,
  logitSpace,
  slopes,
} from "./logit";
import { fitBoost, fitTarget } from "./target/fit-target";
import { evenPenalty, termPenalties } from "./terms/term-penalties";
import type { EncodedTerm, TermPlan } from "./terms/terms";

/** The conditional of one variable's cells: a logit on the terms of earlier variables, and trees where they help. */
export interface CellModel {
  /** The cells that can be drawn where more than one is allowed. */
  readonly classes: readonly number[];
  /** One table per class (for two classes: of the second against the first). */
  readonly tables: readonly Float64Array[];
  /** The common penalty that the folds chose; 0 where classes are told by counts. */
  readonly penalty: number;
  readonly boost?: Boost;
}

/** The penalty that each term's own is found from; one under which terms have no effect that a draw could show. */
const commonPenalty = 10;
const noEffect = 1e6;
/** So often each term's own penalty is told anew by the fit under the last ones. */
const ownRounds = 3;
const folds = 3;
const leastRows = 10;
/** From so many rows on the first fold alone chooses: what it can't tell apart does as well on others. */
const rowsForOne = 3000;
/** How many nats, over all rows, a fit in the search may lack (of more than eight classes, so many for each eight): far below what tells penalties apart. */
const searchSlack = (classes: number): number => 0.2 * Math.max(1, classes / 8);
/** … and the fit that is drawn from, of fewer classes and rows: far below what its rows' chance makes of it. */
const lastSlack = 0.02;
const leastForGram = 2000;
const rowsPerCoefficient = 8;
/** With more classes than this (the months), trees cost more than they can give. */
export const mostBoosted = 12;

/** Whether what is drawn goes by other variables at all. */
export function tellsOf({ penalty, boost }: CellModel): boolean {
  return penalty < noEffect || boost !== undefined;
}

/** The rows that teach a variable's cells, in random order, so that folds can be stretches of them. */
export interface CellRows {
  /** All of them; their classes are places in `classes`. */
  readonly data: LogitRows;
  /** The first of them, as trees see them, too: what the model looks like is chosen on these. */
  readonly choosing: BoostRows;
  readonly classes: readonly number[];
  /** Whether it is the last of the variables: the target, whose small groups count. */
  readonly target: boolean;
}

/** Fits the conditional. */
export function fitCells(
  { data, choosing, classes, target }: CellRows,
  plans: readonly TermPlan[],
): CellModel {
  const layout = logitLayout(plans);
  if (classes.length < 2 || data.rows === 0) return { classes, tables: [], penalty: 0 };
  if (classes.length > mostModelled)
    return { classes, tables: fitCounted(data, layout, classes.length).tables, penalty: 0 };
  const all: readonly Stretch[] = [[0, data.rows]];
  // Fits are only conditioned by X'X: a part of the rows tells enough of it.
  const some = Math.min(choosing.rows, Math.max(leastForGram, rowsPerCoefficient * layout.coefficients));
  const gram = gramOf(layout, choosing.terms, [[0, some]]);
  const plain = data.rows < leastRows || plans.length === 0;
  const space = logitSpace(choosing, layout, classes.length);
  const search = { gram, slack: searchSlack(classes.length), space };
  const chosen = plain ? undefined : choosePenalties(choosing, layout, classes.length, search);
  const { penalty, own } = chosen ?? { penalty: noEffect, own: evenPenalty(layout, noEffect) };
  const many = data.rows > choosing.rows || classes.length > mostBoosted;
  const slack = many ? search.slack : lastSlack;
  const options = { penalty: own, slack, ...(chosen && { start: chosen.fits[0] }) };
  const fit = fitLogit(data, layout, gram, classes.length, all, options);
  const model = {
    classes,
    tables: fit.coefficients.map((coefficient) => tablesOf(layout, coefficient)),
    penalty,
  };
  if (!chosen || classes.length > mostBoosted) return model;
  const scores = (fit: LogitFit): Float64Array[] => scoresOf(choosing, layout, fit, [0, choosing.rows]);
  const offsets = foldEnds(choosing.rows, folds).map((held, f) =>
    scores(
      chosen.fits[f] ??
        fitLogit(choosing, layout, gram, classes.length, others(held, choosing.rows), {
          ...search,
          penalty: own,
          start: fit,
        }),
    ),
  );
  if (!target || classes.length !== 2)
    return { ...model, ...fitBoost(choosing, classes.length, offsets, scores(fit)) };
  const { from, boost } = fitTarget(choosing, {
    offsets: offsets.map(([own]) => own),
    scores: scores(fit)[0],
  });
  return { ...(from === "share" ? shareAlone(model, data) : model), ...(boost && { boost }) };
}

/** The model without its terms: at the greatest penalty they have no effect. */
function shareAlone({ classes, tables }: CellModel, data: LogitRows): CellModel {
  const ones = data.classes.reduce((sum, own) => sum + own, 0);
  const table = new Float64Array(tables[0].length);
  table[0] = Math.log((ones + 1) / (data.rows - ones + 1));
  return { classes, tables: [table], penalty: noEffect };
}

interface Chosen {
  readonly penalty: number;
  /** By coefficient: the same, or each term's own. */
  readonly own: Float64Array;
  /** Without each of the folds that were looked at. */
  readonly fits: readonly LogitFit[];
}

/**
 * What held-out rows want: terms without effect, all under one penalty, or each under its own, which its rows tell
 * (`termPenalties`).
 */
function choosePenalties(
  data: LogitRows,
  layout: LogitLayout,
  classes: number,
  { gram, ...search }: Omit<LogitOptions, "penalty" | "start"> & { readonly gram: Float64Array },
): Chosen {
  const held = foldEnds(data.rows, folds).slice(0, data.rows < rowsForOne ? folds : 1);
  const fitted = (f: number, penalty: Float64Array, start?: LogitFit): LogitFit => {
    const options = { ...search, penalty, ...(start && { start }) };
    return fitLogit(data, layout, gram, classes, others(held[f], data.rows), options);
  };
  const chosen = (penalty: number, own: Float64Array, fits: readonly LogitFit[]) => ({
    ...{ penalty, own, fits },
    loss: held.reduce((sum, rows, f) => sum + heldOutLoss(data, layout, fits[f], classes, rows), 0),
  });
  const even = (penalty: number, starts: readonly LogitFit[] = []) => {
    const own = evenPenalty(layout, penalty);
    return chosen(
      penalty,
      own,
      held.map((_, f) => fitted(f, own, starts[f])),
    );
  };
  const none = even(noEffect);
  const common = even(commonPenalty, none.fits);
  const fits = common.fits.map((start, f) => {
    let fit = start;
    for (let round = 0; round < ownRounds; round++)
      fit = fitted(f, termPenalties(fit, layout, commonPenalty), fit);
    return fit;
  });
  const apart = chosen(commonPenalty, termPenalties(fits[0], layout, commonPenalty), fits);
  return [none, common, apart].reduce((best, next) => (next.loss < best.loss ? next : best));
}

function scoresOf(
  data: LogitRows,
  layout: LogitLayout,
  fit: LogitFit,
  [first, last]: Stretch,
): Float64Array[] {
  return fit.coefficients.map((coefficient) => {
    const out = new Float64Array(data.rows);
    addEffects(layout, tablesOf(layout, coefficient), data.terms, out, first, last);
    return out;
  });
}

function heldOutLoss(
  data: LogitRows,
  layout: LogitLayout,
  fit: LogitFit,
  classes: number,
  held: Stretch,
): number {
  return slopes(data, scoresOf(data, layout, fit, held), classes, ...held);
}

function tablesOf(layout: LogitLayout, coefficients: Float64Array): Float64Array {
  const tables = new Float64Array(layout.tables);
  fillTables(layout, coefficients, tables);
  return tables;
}

/** Rows whose earlier variables are drawn. */
export interface DrawnRows {
  readonly rows: number;
  readonly terms: readonly EncodedTerm[];
  readonly columns: readonly TreeColumn[];
}

/** Buffers for scores, kept from one variable to the next. */
export interface Scratch {
  readonly scores: Float64Array[];
}

/** Which cells rows may have: `words` integers of bits a row, as `allowedBits` gives them. */
export interface AllowedCells {
  readonly bits: Int32Array;
  readonly words: number;
}

/**
 * The probabilities of the model's classes in rows 0 … rows − 1: one array per class, valid until the next call. Where
 * `allowed` leaves a row none of the classes, all its probabilities are 0.
 */
export function cellProbabilities(
  model: CellModel,
  layout: LogitLayout,
  drawn: DrawnRows,
  scratch: Scratch,
  allowed?: AllowedCells,
): readonly Float64Array[] {
  const { classes, tables, boost } = model;
  const { rows, terms } = drawn;
  const scores = classes.map((_, c) => {
    if (!(scratch.scores[c]?.length >= rows)) scratch.scores[c] = new Float64Array(rows);
    return scratch.scores[c].fill(0, 0, rows);
  });
  const free = classes.length === 2 ? [scores[1]] : scores;
  const trees = boost && treeTables(boost.trees, boost.steps);
  const answers = trees && answersOf(trees, drawn.columns, rows);
  const buffer = new Int32Array(trees ? tileRows : 0);
  // At the greatest penalty terms have no effect that a draw could show.
  const effective = model.penalty < noEffect ? terms : [];
  for (let first = 0; first < rows; first += tileRows) {
    const tile: Stretch = [first, Math.min(rows, first + tileRows)];
    tables.forEach((table, c) => {
      addEffects(layout, table, effective, free[c], ...tile);
    });
    if (trees && answers) addTrees(trees, answers, ...tile, free, buffer);
    if (classes.length === 2) twoShares(classes, scores, tile, allowed);
    else shares(classes, scores, tile, allowed);
  }
  return scores;
}

/** Rows that are worked on together, so that what many classes and trees read stays in the processor's cache. */
const tileRows = 1024;

/** From the score of the second class to both classes' probabilities. */
function twoShares(
  classes: readonly number[],
  [low, high]: readonly Float64Array[],
  [first, last]: Stretch,
  allowed: AllowedCells | undefined,
): void {
  for (let i = first; i < last; i++) {
    high[i] = 1 / (1 + fastExp(-high[i]));
    low[i] = 1 - high[i];
  }
  if (!allowed) return;
  const { bits, words } = allowed;
  const [wordA, bitA] = [classes[0] >> 5, classes[0] & 31];
  const [wordB, bitB] = [classes[1] >> 5, classes[1] & 31];
  for (let i = first; i < last; i++) {
    const a = (bits[i * words + wordA] >>> bitA) & 1;
    const b = (bits[i * words + wordB] >>> bitB) & 1;
    if ((a & b) === 1) continue;
    low[i] = a;
    high[i] = b;
  }
}

/** From scores to probabilities, class by class. */
function shares(
  classes: readonly number[],
  scores: readonly Float64Array[],
  [first, last]: Stretch,
  allowed: AllowedCells | undefined,
): void {
  const most = new Float64Array(last - first).fill(-Infinity);
  classes.forEach((cell, c) => {
    const own = scores[c];
    if (allowed) {
      const { bits, words } = allowed;
      const [word, bit] = [cell >> 5, cell & 31];
      for (let i = first; i < last; i++) if (((bits[i * words + word] >>> bit) & 1) === 0) own[i] = -Infinity;
    }
    for (let i = first; i < last; i++) if (own[i] > most[i - first]) most[i - first] = own[i];
  });
  const sum = new Float64Array(last - first);
  for (const own of scores) {
    for (let i = first; i < last; i++) {
      // Nothing allowed: −∞ − −∞ is no number, and its exponential 0.
      const e = fastExp(own[i] - most[i - first]);
      own[i] = e;
      sum[i - first] += e;
    }
  }
  for (let k = 0; k < sum.length; k++) sum[k] = sum[k] > 0 ? 1 / sum[k] : 0;
  for (const own of scores) for (let i = first; i < last; i++) own[i] *= sum[i - first];
}
