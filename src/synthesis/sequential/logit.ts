import { cholesky } from "../../core/math/linear-algebra";
import { fastExp } from "./fast-exp";
import type { Stretch } from "./folds";
import { type JoinedTerms, joinTables, joinTerms, partTables } from "./terms/join-terms";
import { coefficientCount, type EncodedTerm, type TermPlan, tableMatrix, tableSize } from "./terms/terms";

/** Rows to learn a conditional from: the terms of earlier variables, and which class each row has. */
export interface LogitRows {
  readonly rows: number;
  readonly terms: readonly EncodedTerm[];
  readonly classes: Int32Array;
  /** For each row, which of `patterns` says what it may be; absent when every row may be anything. */
  readonly pattern?: Uint16Array;
  readonly patterns: readonly Uint8Array[];
}

/** Where each term's coefficients and table lie in one long vector per class; the intercept comes first in both. */
export interface LogitLayout {
  readonly plans: readonly TermPlan[];
  readonly matrices: readonly (Float64Array | undefined)[];
  readonly coefficientStarts: readonly number[];
  readonly tableStarts: readonly number[];
  readonly coefficients: number;
  readonly tables: number;
}

export function logitLayout(plans: readonly TermPlan[]): LogitLayout {
  const coefficientStarts: number[] = [];
  const tableStarts: number[] = [];
  let coefficients = 1;
  let tables = 1;
  for (const plan of plans) {
    coefficientStarts.push(coefficients);
    tableStarts.push(tables);
    coefficients += coefficientCount(plan);
    tables += tableSize(plan);
  }
  return { plans, matrices: plans.map(tableMatrix), coefficientStarts, tableStarts, coefficients, tables };
}

/** Fills the tables that the coefficients of one class stand for. */
export function fillTables(layout: LogitLayout, coefficients: Float64Array, tables: Float64Array): void {
  tables[0] = coefficients[0];
  layout.plans.forEach((plan, t) => {
    const from = layout.coefficientStarts[t];
    const to = layout.tableStarts[t];
    const count = coefficientCount(plan);
    const matrix = layout.matrices[t];
    if (!matrix) {
      for (let k = 0; k < count; k++) tables[to + k] = coefficients[from + k];
      return;
    }
    for (let r = 0; r < tableSize(plan); r++) {
      let total = 0;
      for (let k = 0; k < count; k++) total += matrix[r * count + k] * coefficients[from + k];
      tables[to + r] = total;
    }
  });
}

/** The gradient by coefficients from the gradient by table places. */
function pullBack(layout: LogitLayout, byTable: Float64Array, out: Float64Array): void {
  out[0] = byTable[0];
  layout.plans.forEach((plan, t) => {
    const to = layout.coefficientStarts[t];
    const from = layout.tableStarts[t];
    const count = coefficientCount(plan);
    const matrix = layout.matrices[t];
    if (!matrix) {
      for (let k = 0; k < count; k++) out[to + k] = byTable[from + k];
      return;
    }
    for (let k = 0; k < count; k++) {
      let total = 0;
      for (let r = 0; r < tableSize(plan); r++) total += matrix[r * count + k] * byTable[from + r];
      out[to + k] = total;
    }
  });
}

/** Adds the terms' effects to `out`, whose rows begin at `first` of the encoded rows. */
export function addEffects(
  layout: Pick<LogitLayout, "tableStarts">,
  tables: Float64Array,
  terms: readonly EncodedTerm[],
  out: Float64Array,
  first: number,
  last: number,
): void {
  const intercept = tables[0];
  for (let i = first; i < last; i++) out[i] += intercept;
  const starts = layout.tableStarts;
  for (let t = 0; t < terms.length; ) {
    const { at, share } = terms[t];
    // Four terms of cells at a time: the sum is read and written once, in the same order.
    if (t + 3 < terms.length && !share && !terms[t + 1].share && !terms[t + 2].share && !terms[t + 3].share) {
      addFour(tables, starts, terms, t, out, first, last);
      t += 4;
      continue;
    }
    const start = starts[t++];
    if (!share) for (let i = first; i < last; i++) out[i] += tables[start + at[i]];
    else {
      for (let i = first; i < last; i++) {
        const low = tables[start + at[i]];
        out[i] += low + share[i] * (tables[start + at[i] + 1] - low);
      }
    }
  }
}

function addFour(
  tables: Float64Array,
  starts: readonly number[],
  terms: readonly EncodedTerm[],
  t: number,
  out: Float64Array,
  first: number,
  last: number,
): void {
  const [a, b, c, d] = [terms[t].at, terms[t + 1].at, terms[t + 2].at, terms[t + 3].at];
  const [startA, startB, startC, startD] = [starts[t], starts[t + 1], starts[t + 2], starts[t + 3]];
  for (let i = first; i < last; i++)
    out[i] =
      out[i] + tables[startA + a[i]] + tables[startB + b[i]] + tables[startC + c[i]] + tables[startD + d[i]];
}

/** Collects `slope` (by row) into the places of the terms' tables. */
function collect(
  layout: Pick<LogitLayout, "tableStarts">,
  terms: readonly EncodedTerm[],
  slope: Float64Array,
  first: number,
  last: number,
  byTable: Float64Array,
): void {
  let intercept = 0;
  for (let i = first; i < last; i++) intercept += slope[i];
  byTable[0] += intercept;
  for (let t = 0; t < terms.length; t++) {
    const start = layout.tableStarts[t];
    const { at, share } = terms[t];
    if (!share) for (let i = first; i < last; i++) byTable[start + at[i]] += slope[i];
    else {
      for (let i = first; i < last; i++) {
        const part = share[i] * slope[i];
        byTable[start + at[i]] += slope[i] - part;
        byTable[start + at[i] + 1] += part;
      }
    }
  }
}

/** X'y over stretches of rows, by coefficients. */
export function momentsOf(
  layout: LogitLayout,
  terms: readonly EncodedTerm[],
  y: Float64Array,
  stretches: readonly Stretch[],
): Float64Array {
  const byTable = new Float64Array(layout.tables);
  for (const [first, last] of stretches) collect(layout, terms, y, first, last, byTable);
  const out = new Float64Array(layout.coefficients);
  pullBack(layout, byTable, out);
  return out;
}

/** X'X over stretches of rows by coefficients (intercept first), row-major. */
export function gramOf(
  layout: LogitLayout,
  terms: readonly EncodedTerm[],
  stretches: readonly Stretch[],
): Float64Array {
  const size = layout.tables;
  const byTable = new Float64Array(size * size);
  for (const [first, last] of stretches) {
    byTable[0] += last - first;
    for (let a = 0; a < terms.length; a++) {
      const startA = layout.tableStarts[a];
      const one = terms[a];
      for (let i = first; i < last; i++) {
        const share = one.share ? one.share[i] : 0;
        byTable[(startA + one.at[i]) * size] += 1 - share;
        if (share > 0) byTable[(startA + one.at[i] + 1) * size] += share;
      }
      for (let b = 0; b <= a; b++) {
        pairGram(terms[a], terms[b], startA, layout.tableStarts[b], size, first, last, byTable);
      }
    }
  }
  return reduceGram(layout, byTable);
}

function pairGram(
  a: EncodedTerm,
  b: EncodedTerm,
  startA: number,
  startB: number,
  size: number,
  first: number,
  last: number,
  out: Float64Array,
): void {
  const atA = a.at;
  const atB = b.at;
  if (!a.share && !b.share) {
    for (let i = first; i < last; i++) out[(startA + atA[i]) * size + startB + atB[i]]++;
    return;
  }
  for (let i = first; i < last; i++) {
    const x = a.share ? a.share[i] : 0;
    const y = b.share ? b.share[i] : 0;
    const place = (startA + atA[i]) * size + startB + atB[i];
    out[place] += (1 - x) * (1 - y);
    if (y > 0) out[place + 1] += (1 - x) * y;
    if (x > 0) {
      out[place + size] += x * (1 - y);
      if (y > 0) out[place + size + 1] += x * y;
    }
  }
}

/** From table places to coefficients on both sides. Only the lower triangle of `byTable` is read. */
function reduceGram(layout: LogitLayout, byTable: Float64Array): Float64Array {
  const size = layout.tables;
  const count = layout.coefficients;
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) byTable[i * size + j] = byTable[j * size + i];
  const half = new Float64Array(size * count);
  for (let i = 0; i < size; i++) {
    pullBack(layout, byTable.subarray(i * size, (i + 1) * size), half.subarray(i * count, (i + 1) * count));
  }
  const column = new Float64Array(size);
  const pulled = new Float64Array(count);
  const out = new Float64Array(count * count);
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < size; i++) column[i] = half[i * count + j];
    pullBack(layout, column, pulled);
    for (let i = 0; i < count; i++) out[i * count + j] = pulled[i];
  }
  return out;
}

export interface LogitFit {
  /** One vector of coefficients per class; for two classes only the second has one. */
  readonly coefficients: readonly Float64Array[];
  /** For each of them the Cholesky factor of what the loss's curvature is near to. */
  readonly factors: readonly Float64Array[];
  /** By coefficient, what it was fitted under. */
  readonly penalty: Float64Array;
}

export interface LogitOptions {
  /** By coefficient (of intercepts 0): half of it times the squared coefficient is added to the loss. */
  readonly penalty: Float64Array;
  /** A fit with another penalty to begin from. */
  readonly start?: LogitFit;
  /** The search ends when about so many nats, over all rows, are left to gain. @default 0.001 */
  readonly slack?: number;
  /** Buffers to reuse from fit to fit of the same rows. */
  readonly space?: LogitSpace;
}

/** What fits of the same rows share. */
export interface LogitSpace {
  readonly joined: JoinedTerms;
  /** Scores by free class of so many rows as are worked on together. */
  readonly scores: readonly Float64Array[];
}

/** So many scores, of rows × classes, stay in the processor's cache. */
const mostScores = 32_768;
const leastTile = 128;

export function logitSpace({ rows, terms }: LogitRows, layout: LogitLayout, classes: number): LogitSpace {
  return {
    joined: joinTerms(layout.plans, layout.tableStarts, terms, rows),
    scores: tileScores(rows, classes === 2 ? 1 : classes),
  };
}

/** Room for the scores by free class of one piece of the rows. */
export function tileScores(rows: number, free: number): readonly Float64Array[] {
  const tile = Math.min(rows, Math.max(leastTile, Math.floor(mostScores / free)));
  return Array.from({ length: free }, () => new Float64Array(tile));
}

/** A stretch of the rows, in the same memory. */
export function partOf({ terms, classes, pattern, patterns }: LogitRows, [first, last]: Stretch): LogitRows {
  return {
    rows: last - first,
    terms: terms.map(({ at, share }) =>
      share
        ? { at: at.subarray(first, last), share: share.subarray(first, last) }
        : { at: at.subarray(first, last) },
    ),
    classes: classes.subarray(first, last),
    ...(pattern && { pattern: pattern.subarray(first, last) }),
    patterns,
  };
}

/** With more classes than this one conditioner serves them all. */
const mostConditioners = 8;

/**
 * Multinomial logit with an L2 penalty on all coefficients but the intercept, by L-BFGS conditioned with the rows' X'X. */
export function fitLogit(
  data: LogitRows,
  layout: LogitLayout,
  gram: Float64Array,
  classes: number,
  stretches: readonly Stretch[],
  options: LogitOptions,
): LogitFit {
  const { penalty, start, slack = 1e-3, space = logitSpace(data, layout, classes) } = options;
  const free = classes === 2 ? 1 : classes;
  const p = layout.coefficients;
  const total = stretches.reduce((sum, [first, last]) => sum + last - first, 0);
  const counts = new Float64Array(classes);
  for (const [first, last] of stretches) for (let i = first; i < last; i++) counts[data.classes[i]]++;
  const x = new Float64Array(free * p);
  if (start)
    start.coefficients.forEach((coefficient, c) => {
      x.set(coefficient, c * p);
    });
  else {
    for (let c = 0; c < free; c++) {
      const share = (count: number): number => Math.log((count + 0.5) / total);
      x[c * p] = classes === 2 ? share(counts[1]) - share(counts[0]) : share(counts[c]);
    }
  }
  const conditioned = (count: number): Float64Array => {
    const share = (count + 0.5) / (total + 1);
    return conditioner(gram, p, (share * (1 - share) * total) / gram[0], penalty);
  };
  const factors =
    free > mostConditioners
      ? new Array<Float64Array>(free).fill(conditioned(total / classes))
      : Array.from({ length: free }, (_, c) => conditioned(counts[classes === 2 ? 1 : c]));
  const evaluate = objective(data, layout, classes, stretches, penalty, space);
  minimise(
    evaluate,
    x,
    (gradient, out) => {
      for (let c = 0; c < free; c++) {
        solveInPlace(factors[c], p, gradient.subarray(c * p, (c + 1) * p), out.subarray(c * p, (c + 1) * p));
      }
    },
    slack,
  );
  const coefficients = Array.from({ length: free }, (_, c) => x.slice(c * p, (c + 1) * p));
  return { coefficients, factors, penalty };
}

type Objective = (x: Float64Array, gradient: Float64Array) => number;

function objective(
  data: LogitRows,
  layout: LogitLayout,
  classes: number,
  stretches: readonly Stretch[],
  penalty: Float64Array,
  { joined, scores }: LogitSpace,
): Objective {
  const p = layout.coefficients;
  const tables = new Float64Array(layout.tables);
  const effects = scores.map(() => new Float64Array(joined.ends.length));
  const sums = scores.map(() => new Float64Array(joined.ends.length));
  const tiles = tilesOf(stretches, scores[0].length).map((tile) =>
    partOf({ ...data, terms: joined.terms }, tile),
  );
  return (x, gradient) => {
    let loss = 0;
    scores.forEach((_, c) => {
      fillTables(layout, x.subarray(c * p, (c + 1) * p), tables);
      joinTables(joined, tables, effects[c]);
      sums[c].fill(0);
    });
    for (const tile of tiles) {
      scores.forEach((own, c) => {
        own.fill(0, 0, tile.rows);
        addEffects(joined, effects[c], tile.terms, own, 0, tile.rows);
      });
      loss += slopes(tile, scores, classes, 0, tile.rows);
      scores.forEach((own, c) => {
        collect(joined, tile.terms, own, 0, tile.rows, sums[c]);
      });
    }
    for (let c = 0; c < scores.length; c++) {
      partTables(joined, sums[c], tables);
      const own = gradient.subarray(c * p, (c + 1) * p);
      pullBack(layout, tables, own);
      for (let k = 1; k < p; k++) {
        const value = x[c * p + k];
        own[k] += penalty[k] * value;
        loss += 0.5 * penalty[k] * value * value;
      }
    }
    return loss;
  };
}

/** The stretches in pieces of at most `most` rows. */
export function tilesOf(stretches: readonly Stretch[], most: number): Stretch[] {
  return stretches.flatMap(([first, last]) =>
    Array.from(
      { length: Math.ceil((last - first) / most) },
      (_, k): Stretch => [first + k * most, Math.min(last, first + (k + 1) * most)],
    ),
  );
}

/** Turns the scores into the slopes of the loss, in place, and returns the loss. */
export function slopes(
  data: LogitRows,
  scores: readonly Float64Array[],
  classes: number,
  first: number,
  last: number,
): number {
  const own = data.classes;
  let loss = 0;
  if (classes === 2) {
    const [score] = scores;
    // The sum of log(1 + e) is the logarithm of a product, taken before it grows too large: each factor is at most 2.
    let product = 1;
    for (let i = first; i < last; i++) {
      const s = own[i] === 1 ? score[i] : -score[i];
      const e = fastExp(-Math.abs(s));
      product *= 1 + e;
      if (product > 1e250) {
        loss += Math.log(product);
        product = 1;
      }
      if (s < 0) loss -= s;
      const wrong = s >= 0 ? e / (1 + e) : 1 / (1 + e);
      score[i] = own[i] === 1 ? -wrong : wrong;
    }
    return loss + Math.log(product);
  }
  // Class by class, so that what is read lies side by side.
  const most = new Float64Array(last - first).fill(-Infinity);
  const sum = new Float64Array(last - first);
  for (let i = first; i < last; i++) loss -= scores[own[i]][i];
  const { pattern, patterns } = data;
  for (let c = 0; c < classes; c++) {
    const score = scores[c];
    if (pattern) {
      const allowed = patterns.map((one) => one[c]);
      for (let i = first; i < last; i++) if (allowed[pattern[i]] === 0) score[i] = -Infinity;
    }
    for (let i = first; i < last; i++) if (score[i] > most[i - first]) most[i - first] = score[i];
  }
  for (let c = 0; c < classes; c++) {
    const score = scores[c];
    for (let i = first; i < last; i++) {
      const e = fastExp(score[i] - most[i - first]);
      score[i] = e;
      sum[i - first] += e;
    }
  }
  for (let k = 0; k < sum.length; k++) {
    loss += most[k] + Math.log(sum[k]);
    sum[k] = 1 / sum[k];
  }
  for (let c = 0; c < classes; c++) {
    const score = scores[c];
    for (let i = first; i < last; i++) score[i] *= sum[i - first];
  }
  for (let i = first; i < last; i++) scores[own[i]][i] -= 1;
  return loss;
}

/** A column of more levels than this stands alone in its conditional, and X'X is diagonal but for the intercept. */
export const mostFactored = 500;

/** The Cholesky factor of scale × X'X + penalty: what the Hessian is near to. */
function conditioner(gram: Float64Array, p: number, scale: number, penalty: Float64Array): Float64Array {
  const a = new Float64Array(p * p);
  for (let i = 0; i < p * p; i++) a[i] = scale * gram[i];
  for (let k = 0; k < p; k++) a[k * p + k] += (k === 0 ? 1e-6 * a[0] : penalty[k]) + 1e-9;
  const factor = p > mostFactored ? undefined : cholesky(a, p);
  if (factor) return factor;
  const plain = new Float64Array(p * p);
  for (let k = 0; k < p; k++) plain[k * p + k] = Math.sqrt(a[k * p + k]);
  return plain;
}

function solveInPlace(factor: Float64Array, n: number, b: Float64Array, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    const row = i * n;
    for (let k = 0; k < i; k++) sum -= factor[row + k] * x[k];
    x[i] = sum / factor[row + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i] / factor[i * n + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= factor[i * n + k] * value;
  }
}

const memory = 8;
const mostSteps = 60;

/** L-BFGS from `x`, in place: `precondition` is the inverse Hessian to start from; ends when about `slack` is left to gain. */
function minimise(
  evaluate: Objective,
  x: Float64Array,
  precondition: (gradient: Float64Array, out: Float64Array) => void,
  slack: number,
): void {
  const n = x.length;
  let gradient = new Float64Array(n);
  let next = new Float64Array(n);
  const direction = new Float64Array(n);
  const scratch = new Float64Array(n);
  const trial = new Float64Array(n);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let value = evaluate(x, gradient);
  for (let step = 0; step < mostSteps; step++) {
    scratch.set(gradient);
    const alphas: number[] = [];
    for (let k = steps.length - 1; k >= 0; k--) {
      const alpha = steps[k].rho * inner(steps[k].s, scratch);
      alphas[k] = alpha;
      for (let i = 0; i < n; i++) scratch[i] -= alpha * steps[k].y[i];
    }
    precondition(scratch, direction);
    for (let k = 0; k < steps.length; k++) {
      const beta = steps[k].rho * inner(steps[k].y, direction);
      for (let i = 0; i < n; i++) direction[i] += (alphas[k] - beta) * steps[k].s[i];
    }
    const descent = inner(gradient, direction);
    // Near the minimum a full step gains half of this.
    if (!(descent > 2 * slack)) return;
    let length = 1;
    let reached = Infinity;
    for (let tries = 0; tries < 20; tries++, length /= 2) {
      for (let i = 0; i < n; i++) trial[i] = x[i] - length * direction[i];
      reached = evaluate(trial, next);
      if (reached <= value - 1e-4 * length * descent) break;
    }
    if (!(reached < value)) return;
    const s = new Float64Array(n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      s[i] = trial[i] - x[i];
      y[i] = next[i] - gradient[i];
    }
    const curvature = inner(s, y);
    if (curvature > 0) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > memory) steps.shift();
    }
    x.set(trial);
    [gradient, next] = [next, gradient];
    value = reached;
  }
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
