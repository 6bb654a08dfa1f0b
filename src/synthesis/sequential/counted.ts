import { fastExp } from "./fast-exp";
import {
  addEffects,
  type LogitLayout,
  type LogitRows,
  logitLayout,
  partOf,
  slopes,
  tileScores,
  tilesOf,
} from "./logit";
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
  /** The rows at each place, of those that choices are judged by. */
  readonly rowsAt: readonly Int32Array[];
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
  const terms = data.terms.map((_, t) => countsOf(data, layout, t, classes, judged));
  let scored = 0;
  let now = sharesOf(data, base);
  const judge = (choice: Choice): Judged => {
    scored += judged * classes;
    return { ...choice, loss: now.loss + lossBeside(data, choice, share, now.shares) };
  };
  const best = (of: TermCounts): Judged => {
    const least = strengths.map((strength) => judge({ of, strength, weight: 1 })).reduce(better);
    return better(least, judge({ ...least, weight: lessWeight }));
  };
  const helps = (one: Judged): boolean => one.loss < now.loss - leastGain * judged;
  const alone = terms.map(best).filter(helps);
  const chosen: Choice[] = [];
  for (const { of } of alone.sort((a, b) => a.loss - b.loss).slice(0, mostTerms)) {
    const next = best(of);
    if (!helps(next)) continue;
    add(data, next, share, base);
    chosen.push(next);
    now = sharesOf(data, base);
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
  judged: number,
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
  const rowsAt = Array.from({ length: places }, (): number[] => []);
  for (let i = 0; i < judged; i++) rowsAt[at[i]].push(i);
  return { term: terms[t], layout: one, places, counts, rowsAt: rowsAt.map((own) => Int32Array.from(own)) };
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

/** The classes' shares by scores of the first rows, and the loss. */
function sharesOf(
  data: LogitRows,
  scores: readonly Float64Array[],
): { readonly shares: readonly Float64Array[]; readonly loss: number } {
  const shares = scores.map((own) => own.slice());
  const rows = shares[0].length;
  const loss = slopes(data, shares, shares.length, 0, rows);
  for (let i = 0; i < rows; i++) shares[data.classes[i]][i] += 1;
  return { shares, loss };
}

/** What a choice adds to the loss of rows with these shares, each left out of what is counted for it: only classes seen where a row is move. */
function lossBeside(
  data: LogitRows,
  choice: Choice,
  share: Float64Array,
  shares: readonly Float64Array[],
): number {
  const { term, places, counts, rowsAt } = choice.of;
  const sums = new Float64Array(shares[0].length).fill(1);
  shares.forEach((own, c) => {
    const table = effects(choice, share[c], c);
    for (let k = 0; k < places; k++) {
      const low = table[k + 1];
      const rise = term.share && k + 1 < places ? table[k + 2] - low : 0;
      if (low === 0 && rise === 0) continue;
      const rows = rowsAt[k];
      if (term.share)
        for (let r = 0; r < rows.length; r++)
          sums[rows[r]] += own[rows[r]] * (fastExp(low + term.share[rows[r]] * rise) - 1);
      else {
        const more = Math.expm1(low);
        for (let r = 0; r < rows.length; r++) sums[rows[r]] += own[rows[r]] * more;
      }
    }
  });
  let loss = 0;
  for (let i = 0; i < sums.length; i++) {
    const c = data.classes[i];
    const part = term.share ? term.share[i] : 0;
    const from = c * places + term.at[i];
    const along = (left: number): number => {
      const low = effect(choice, share[c], counts[from] - left * (1 - part));
      return part > 0 ? low + part * (effect(choice, share[c], counts[from + 1] - left * part) - low) : low;
    };
    const without = along(1);
    sums[i] += shares[c][i] * (Math.exp(without) - Math.exp(along(0)));
    loss += Math.log(sums[i]) - without;
  }
  return loss;
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
  const told = toldTerms(layout, tables);
  const starts = { tableStarts: layout.tableStarts.filter((_, t) => told[t]) };
  const terms = data.terms.filter((_, t) => told[t]);
  const scores = tileScores(rows, tables.length);
  const shares = tables.map(() => new Float32Array(rows));
  for (const [first, last] of tilesOf([[0, rows]], scores[0].length)) {
    const tile = partOf({ ...data, terms }, [first, last]);
    tables.forEach((table, c) => {
      scores[c].fill(0, 0, tile.rows);
      addEffects(starts, table, tile.terms, scores[c], 0, tile.rows);
    });
    slopes(tile, scores, tables.length, 0, tile.rows);
    for (let i = 0; i < tile.rows; i++) scores[tile.classes[i]][i] += 1;
    shares.forEach((own, c) => {
      own.set(scores[c].subarray(0, tile.rows), first);
    });
  }
  const weights = new Float64Array(tables.length).fill(1);
  for (let step = 0; step < balancing; step++) {
    const sums = new Float64Array(rows);
    shares.forEach((own, c) => {
      for (let i = 0; i < rows; i++) sums[i] += weights[c] * own[i];
    });
    for (let i = 0; i < rows; i++) sums[i] = 1 / sums[i];
    shares.forEach((own, c) => {
      let expected = 0;
      for (let i = 0; i < rows; i++) expected += own[i] * sums[i];
      weights[c] *= (seen[c] + smoothing) / (weights[c] * expected + smoothing);
    });
  }
  tables.forEach((table, c) => {
    table[0] += Math.log(weights[c]);
  });
  return balancing * rows * tables.length;
}
