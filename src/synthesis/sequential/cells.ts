import type { TreeColumn } from "../drawing/trees";
import { addBoost, type Boost, type BoostRows, fitBoost } from "./boost";
import { foldEnds, others, type Stretch } from "./folds";
import {
  addEffects,
  fillTables,
  fitLogit,
  gramOf,
  type LogitFit,
  type LogitLayout,
  type LogitRows,
  logitLayout,
  logitSpace,
} from "./logit";
import type { EncodedTerm, TermPlan } from "./terms";

/** The conditional of one variable's cells: a logit on the terms of earlier variables, and trees where they help. */
export interface CellModel {
  /** The cells that can be drawn where more than one is allowed. */
  readonly classes: readonly number[];
  /** One table per class (for two classes: of the second against the first). */
  readonly tables: readonly Float64Array[];
  /** The penalty that the folds chose. */
  readonly penalty: number;
  readonly boost?: Boost;
}

/** From "nothing but the marginal" to nearly free. */
const penalties = [1e6, 100, 30, 10, 3, 1];
/** Where the search for the best of them begins: in the middle; with many classes, where fits cost least. */
const firstPenalty = (classes: number): number => (classes > 8 ? 0 : 2);
const folds = 3;
/** How many nats, over all rows, a fit in the search may lack: far below what tells penalties apart. */
const searchSlack = 0.2;
/** With more classes than this, trees cost more than they can give. */
const mostBoosted = 6;

/**
 * Fits the conditional. `data.classes` are places in `classes`; rows come in random order, so that folds can be
 * stretches of them.
 */
export function fitCells(data: BoostRows, plans: readonly TermPlan[], classes: readonly number[]): CellModel {
  const layout = logitLayout(plans);
  if (classes.length < 2 || data.rows === 0) return { classes, tables: [], penalty: 0 };
  const all: readonly Stretch[] = [[0, data.rows]];
  const gram = gramOf(layout, data.terms, all);
  const plain = data.rows < 10 * folds || plans.length === 0;
  const chosen = plain ? undefined : choosePenalty(data, layout, gram, classes.length);
  const penalty = chosen?.penalty ?? penalties[0];
  const options = { penalty, ...(chosen && { start: chosen.fit }) };
  const fit = fitLogit(data, layout, gram, classes.length, all, options);
  const model = { classes, tables: fit.coefficients.map((one) => tablesOf(layout, one)), penalty };
  if (!chosen || classes.length > mostBoosted) return model;
  const scores = (one: LogitFit): Float64Array[] => scoresOf(data, layout, one, [0, data.rows]);
  const boost = fitBoost(data, classes.length, chosen.fits.map(scores), scores(fit));
  return boost ? { ...model, boost } : model;
}

interface Chosen {
  readonly penalty: number;
  /** The fit to all rows, and those without each of the folds. */
  readonly fit: LogitFit;
  readonly fits: readonly LogitFit[];
}

/** The penalty with the least held-out loss: from the middle of the list towards the better side, until it gets worse. */
function choosePenalty(data: LogitRows, layout: LogitLayout, gram: Float64Array, classes: number): Chosen {
  const all: readonly Stretch[] = [[0, data.rows]];
  const space = logitSpace(data.rows, classes);
  const held = foldEnds(data.rows, folds);
  let last: LogitFit | undefined;
  const attempt = (place: number): Chosen & { loss: number } => {
    const penalty = penalties[place];
    const options = { penalty, slack: searchSlack, space, ...(last && { start: last }) };
    const fit = fitLogit(data, layout, gram, classes, all, options);
    last = fit;
    let loss = 0;
    const fits = held.map((own) => {
      const part = fitLogit(data, layout, gram, classes, others(own, data.rows), { ...options, start: fit });
      loss += heldOutLoss(data, layout, part, classes, own);
      return part;
    });
    return { penalty, fit, fits, loss };
  };
  let best = attempt(firstPenalty(classes));
  for (const side of [-1, 1]) {
    let found = false;
    for (
      let place = penalties.indexOf(best.penalty) + side;
      place >= 0 && place < penalties.length;
      place += side
    ) {
      const next = attempt(place);
      if (next.loss >= best.loss) break;
      best = next;
      found = true;
    }
    // What got better towards one side is worse on the other.
    if (found) break;
  }
  return best;
}

function scoresOf(
  data: LogitRows,
  layout: LogitLayout,
  fit: LogitFit,
  [first, last]: Stretch,
): Float64Array[] {
  return fit.coefficients.map((one) => {
    const out = new Float64Array(data.rows);
    addEffects(layout, tablesOf(layout, one), data.terms, out, first, last);
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
  const scores = scoresOf(data, layout, fit, held);
  let loss = 0;
  for (let i = held[0]; i < held[1]; i++) {
    const own = data.classes[i];
    if (classes === 2) {
      const s = own === 1 ? scores[0][i] : -scores[0][i];
      loss += Math.log1p(Math.exp(-Math.abs(s))) + Math.max(0, -s);
      continue;
    }
    const allowed = data.pattern && data.patterns[data.pattern[i]];
    let sum = 0;
    for (let c = 0; c < classes; c++)
      if (!allowed || allowed[c] === 1) sum += Math.exp(scores[c][i] - scores[own][i]);
    loss += Math.log(sum);
  }
  return loss;
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

/**
 * The probabilities of the model's classes in rows 0 … rows − 1: one array per class, valid until the next call. Where
 * `allowed` leaves a row none of the classes, all its probabilities are 0.
 */
export function cellProbabilities(
  model: CellModel,
  layout: LogitLayout,
  drawn: DrawnRows,
  scratch: Scratch,
  allowed?: (row: number, cell: number) => boolean,
): readonly Float64Array[] {
  const { classes, tables, boost } = model;
  const { rows, terms } = drawn;
  const scores = classes.map((_, c) => {
    if (!(scratch.scores[c]?.length >= rows)) scratch.scores[c] = new Float64Array(rows);
    return scratch.scores[c].fill(0, 0, rows);
  });
  tables.forEach((one, c) => {
    addEffects(layout, one, terms, scores[classes.length === 2 ? 1 : c], 0, rows);
  });
  if (boost) addBoost(boost, drawn.columns, rows, classes.length === 2 ? [scores[1]] : scores);
  if (classes.length === 2 && !allowed) {
    const [low, high] = scores;
    for (let i = 0; i < rows; i++) {
      high[i] = 1 / (1 + Math.exp(-high[i]));
      low[i] = 1 - high[i];
    }
    return scores;
  }
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (let c = 0; c < classes.length; c++) {
      if (allowed && !allowed(i, classes[c])) scores[c][i] = -Infinity;
      if (scores[c][i] > most) most = scores[c][i];
    }
    let sum = 0;
    for (let c = 0; c < classes.length; c++) {
      const e = most === -Infinity ? 0 : Math.exp(scores[c][i] - most);
      scores[c][i] = e;
      sum += e;
    }
    if (sum > 0) for (let c = 0; c < classes.length; c++) scores[c][i] /= sum;
  }
  return scores;
}
