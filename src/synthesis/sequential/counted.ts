import { addEffects, type LogitLayout, type LogitRows, logitLayout, slopes } from "./logit";
import { type EncodedTerm, tableSize } from "./terms/terms";

/** Cells of more levels than this are told by counts: a logit takes rows × classes × steps, and a coefficient a pair of levels. */
export const mostModelled = 100;

/** So many rows, expected of a class by its share alone, weigh as much as those seen. */
const strengths = [0.3, 1, 3, 10, 30, 100, 300, 1000];
/** A term may have so much of its effect beside others that tell the same. */
const lessWeight = 0.5;
/** So many scores, rows × classes, are looked at to judge a choice … */
const mostJudged = 1_000_000;
/** … and so many to let each class come out as often as in the rows. */
const mostBalanced = 16_000_000;
const balancing = 3;
/** A term must gain so many nats a row. */
const leastGain = 1e-3;
/** Of so many terms at most, those that tell most alone. */
const mostTerms = 8;
/** Rows added to a class's when its share is balanced. */
const smoothing = 0.5;

/** What counts say of each class, as a logit's tables. */
interface Counted {
  readonly tables: readonly Float64Array[];
  /** How many scores were computed for it: bounded, whatever the rows. */
  readonly scored: number;
}

/** A term's rows by class and table place, class after class. */
interface TermCounts {
  readonly term: EncodedTerm;
  readonly layout: LogitLayout;
  readonly places: number;
  readonly counts: Float64Array;
}

/** How a term's counts count. */
interface Choice {
  readonly of: TermCounts;
  readonly strength: number;
  readonly weight: number;
}

interface Judged extends Choice {
  readonly loss: number;
}

function better(one: Judged, other: Judged): Judged {
  return other.loss < one.loss ? other : one;
}

/**
 * The tables of a naive Bayes of classes: log share, and for each term that helps log(1 + rows seen / (strength × share)), which
 * with one term makes its share among the term's rows shrunk to that among all (Cestnik's m-estimate, 1990). Which terms,
 * strengths and weights is told by rows that are each left out of the counts; then intercepts let every class keep its share.
 */
export function fitCounted(data: LogitRows, layout: LogitLayout, classes: number): Counted {
  const sums = new Float64Array(classes).fill(smoothing);
  for (const own of data.classes) sums[own]++;
  const total = data.rows + smoothing * classes;
  const share = sums.map((count) => count / total);
  const judged = Math.min(data.rows, Math.max(100, Math.floor(mostJudged / classes)));
  const base = Array.from({ length: classes }, (_, c) => new Float64Array(judged).fill(Math.log(share[c])));
  for (let i = 0; i < judged; i++)
    base[data.classes[i]][i] = Math.log((sums[data.classes[i]] - 1) / (total - 1));
  const trial = base.map((scores) => scores.slice());
  const terms = data.terms.map((_, t) => countsOf(data, layout, t, classes));
  let scored = 0;
  const judge = (choice: Choice): Judged => {
    base.forEach((scores, c) => {
      trial[c].set(scores);
    });
    add(data, choice, share, trial);
    scored += judged * classes;
    return { ...choice, loss: slopes(data, trial, classes, 0, judged) };
  };
  const best = (of: TermCounts): Judged => {
    const least = strengths.map((strength) => judge({ of, strength, weight: 1 })).reduce(better);
    return better(least, judge({ ...least, weight: lessWeight }));
  };
  let loss = slopes(
    data,
    base.map((own) => own.slice()),
    classes,
    0,
    judged,
  );
  const alone = terms.map(best).filter((one) => one.loss < loss - leastGain * judged);
  const chosen: Choice[] = [];
  for (const { of } of alone.sort((a, b) => a.loss - b.loss).slice(0, mostTerms)) {
    const next = best(of);
    if (!(next.loss < loss - leastGain * judged)) continue;
    add(data, next, share, base);
    chosen.push(next);
    loss = next.loss;
  }
  const tables = Array.from({ length: classes }, (_, c) => {
    const table = new Float64Array(layout.tables);
    table[0] = Math.log(share[c]);
    for (const one of chosen)
      table.set(effects(one, share[c], c).subarray(1), layout.tableStarts[terms.indexOf(one.of)]);
    return table;
  });
  return { tables, scored: scored + balance(data, layout, tables) };
}

/** Which terms tell something of any class. */
export function toldTerms(
  { plans, tableStarts }: LogitLayout,
  tables: readonly Float64Array[],
): readonly boolean[] {
  return plans.map((plan, t) =>
    tables.some((table) =>
      table.subarray(tableStarts[t], tableStarts[t] + tableSize(plan)).some((effect) => effect !== 0),
    ),
  );
}

function countsOf(
  { rows, terms, classes: own }: LogitRows,
  layout: LogitLayout,
  t: number,
  classes: number,
): TermCounts {
  const one = logitLayout([layout.plans[t]]);
  const places = one.tables - 1;
  const counts = new Float64Array(classes * places);
  const { at, share } = terms[t];
  for (let i = 0; i < rows; i++) {
    const from = own[i] * places + at[i];
    counts[from] += 1 - (share ? share[i] : 0);
    if (share && share[i] > 0) counts[from + 1] += share[i];
  }
  // A curve says nothing where there is no value: its last two places.
  if (layout.plans[t].kind === "curve")
    for (let c = 1; c <= classes; c++) counts.fill(0, c * places - 2, c * places);
  return { term: terms[t], layout: one, places, counts };
}

/** What `rows` of a class in a place add to its score. */
function effect({ strength, weight }: Choice, share: number, rows: number): number {
  return rows > 0 ? weight * Math.log1p(rows / (strength * share)) : 0;
}

/** The effects of one term on a class, as a table of its own: the intercept, 0, comes first. */
function effects(choice: Choice, share: number, c: number): Float64Array {
  const { places, counts } = choice.of;
  const table = new Float64Array(places + 1);
  for (let k = 0; k < places; k++) table[k + 1] = effect(choice, share, counts[c * places + k]);
  return table;
}

/** Adds a term's effects to the scores of the first rows, each left out of what is counted for it. */
function add(data: LogitRows, choice: Choice, share: Float64Array, scores: readonly Float64Array[]): void {
  const { term, layout, places, counts } = choice.of;
  const rows = scores[0].length;
  const right = Float64Array.from({ length: rows }, (_, i) => scores[data.classes[i]][i]);
  scores.forEach((own, c) => {
    addEffects(layout, effects(choice, share[c], c), [term], own, 0, rows);
  });
  for (let i = 0; i < rows; i++) {
    const c = data.classes[i];
    const part = term.share ? term.share[i] : 0;
    const from = c * places + term.at[i];
    const low = effect(choice, share[c], counts[from] - (1 - part));
    scores[c][i] = right[i] + low;
    if (part > 0) scores[c][i] += part * (effect(choice, share[c], counts[from + 1] - part) - low);
  }
}

/** Moves the intercepts until classes come out about as often as they are (iterative proportional fitting); returns how many scores that took. */
function balance(data: LogitRows, layout: LogitLayout, tables: readonly Float64Array[]): number {
  const rows = Math.min(data.rows, Math.max(100, Math.floor(mostBalanced / tables.length)));
  const seen = new Float64Array(tables.length);
  for (let i = 0; i < rows; i++) seen[data.classes[i]]++;
  const scores = tables.map(() => new Float64Array(rows));
  for (let step = 0; step < balancing; step++) {
    tables.forEach((table, c) => {
      scores[c].fill(0);
      addEffects(layout, table, data.terms, scores[c], 0, rows);
    });
    slopes(data, scores, tables.length, 0, rows);
    tables.forEach((table, c) => {
      const own = seen[c] + smoothing;
      const beyond = scores[c].reduce((sum, slope) => sum + slope, 0);
      table[0] += Math.log(own / (own + beyond));
    });
  }
  return balancing * rows * tables.length;
}
