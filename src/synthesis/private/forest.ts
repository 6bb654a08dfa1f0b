/** A variable's cells: the noisy count of each, and its variance. */
export interface Measured {
  readonly counts: Float64Array;
  readonly variances: Float64Array;
}

/** The cells of two variables counted together, row-major by those of the first. */
export interface MeasuredPair {
  readonly pair: readonly [number, number];
  readonly counts: Float64Array;
  readonly variance: number;
}

/** One variable of a forest, drawn given its parent. */
export interface Branch {
  readonly variable: number;
  /** The parent's variable; −1 for the first of a tree. */
  readonly parent: number;
  /** A row for each cell of the parent (one for the first of a tree): the chances of the variable's cells. */
  readonly chances: Float64Array;
}

/** A branch while it is fitted. */
interface Growing {
  readonly variable: number;
  /** The parent's place among the branches. */
  readonly parent: number;
  readonly rows: number;
  readonly size: number;
  readonly own: Measured;
  readonly pair?: { readonly counts: Float64Array; readonly variance: number };
}

/** Chances of each branch given its parent, and its own. */
interface Beliefs {
  readonly chances: readonly Float64Array[];
  readonly own: readonly Float64Array[];
}

const mostSteps = 2000;
/** After so many steps the loss must have fallen by that share of itself. */
const [window, worthwhile] = [50, 1e-4];

/**
 * The distribution over a forest, an edge for each measured pair, that fits all noisy counts best: least squares weighted
 * by the noise among distributions only, which settles counts below 0 and sums that contradict each other at once. Mirror
 * descent as in Private-PGM (McKenna, Sheldon and Miklau, 2019); messages along a forest are exact. Parents come before
 * their children.
 */
export function fitForest(
  single: readonly Measured[],
  pairs: readonly MeasuredPair[],
  rows: number,
): readonly Branch[] {
  const branches = rooted(single, pairs);
  let potentials = branches.map((one) => new Float64Array(one.rows * one.size));
  let beliefs = beliefsOf(branches, potentials);
  let { loss, slopes } = lossOf(branches, beliefs, rows);
  let rate = 1 / rows;
  let before = loss;
  for (let step = 1; step <= mostSteps && loss > 0; step++) {
    const moved = potentials.map((own, b) => own.map((value, c) => value - rate * slopes[b][c]));
    const found = beliefsOf(branches, moved);
    const next = lossOf(branches, found, rows);
    // Half of what the slope promises must come true (Armijo's rule).
    if (loss - next.loss < 0.5 * promised(branches, slopes, beliefs, found, rows)) {
      rate /= 2;
      if (rate < 1e-15) break;
      continue;
    }
    potentials = moved;
    beliefs = found;
    ({ loss, slopes } = next);
    rate *= 1.5;
    if (step % window === 0) {
      if (before - loss < worthwhile * before) break;
      before = loss;
    }
  }
  return branches.map(({ variable, parent }, b) => ({
    variable,
    parent: parent < 0 ? -1 : branches[parent].variable,
    chances: beliefs.chances[b],
  }));
}

/** The branches from the first variable of each tree outwards, pairs turned so that the parent's cells are rows. */
function rooted(single: readonly Measured[], pairs: readonly MeasuredPair[]): Growing[] {
  const out: Growing[] = [];
  const seen = new Set<number>();
  const size = (variable: number): number => single[variable].counts.length;
  const grow = (variable: number, parent: number, pair?: MeasuredPair): void => {
    seen.add(variable);
    const from = parent < 0 ? undefined : out[parent].variable;
    const rows = from === undefined ? 1 : size(from);
    const branch = { variable, parent, rows, size: size(variable), own: single[variable] };
    out.push(pair ? { ...branch, pair: turned(pair, from as number, rows, size(variable)) } : branch);
    const place = out.length - 1;
    for (const other of pairs) {
      const [a, b] = other.pair;
      if (a === variable && !seen.has(b)) grow(b, place, other);
      else if (b === variable && !seen.has(a)) grow(a, place, other);
    }
  };
  for (let variable = 0; variable < single.length; variable++) if (!seen.has(variable)) grow(variable, -1);
  return out;
}

function turned(
  { pair, counts, variance }: MeasuredPair,
  first: number,
  rows: number,
  columns: number,
): Growing["pair"] {
  if (pair[0] === first) return { counts, variance };
  return { variance, counts: counts.map((_, c) => counts[(c % columns) * rows + Math.floor(c / columns)]) };
}

function beliefsOf(branches: readonly Growing[], potentials: readonly Float64Array[]): Beliefs {
  const below = branches.map((one) => new Float64Array(one.size));
  const chances = branches.map((one) => new Float64Array(one.rows * one.size));
  for (let b = branches.length - 1; b >= 0; b--) {
    const { rows, size, parent } = branches[b];
    for (let i = 0; i < rows; i++) {
      let most = -Infinity;
      for (let j = 0; j < size; j++) most = Math.max(most, potentials[b][i * size + j] + below[b][j]);
      let sum = 0;
      for (let j = 0; j < size; j++) {
        const weight = Math.exp(potentials[b][i * size + j] + below[b][j] - most);
        chances[b][i * size + j] = weight;
        sum += weight;
      }
      for (let j = 0; j < size; j++) chances[b][i * size + j] /= sum;
      if (parent >= 0) below[parent][i] += most + Math.log(sum);
    }
  }
  const own: Float64Array[] = [];
  for (const [b, { rows, size, parent }] of branches.entries()) {
    const shares = new Float64Array(size);
    for (let i = 0; i < rows; i++) {
      const weight = parent < 0 ? 1 : own[parent][i];
      for (let j = 0; j < size; j++) shares[j] += weight * chances[b][i * size + j];
    }
    own.push(shares);
  }
  return { chances, own };
}

/** Half the squared distances from all noisy counts in their standard deviations, and its slope by expected rows. */
function lossOf(
  branches: readonly Growing[],
  { chances, own }: Beliefs,
  total: number,
): { loss: number; slopes: Float64Array[] } {
  let loss = 0;
  const slopes = branches.map(({ rows, size, parent, own: measured, pair }, b) => {
    const slope = new Float64Array(rows * size);
    for (let j = 0; j < size; j++) {
      const off = total * own[b][j] - measured.counts[j];
      loss += (off * off) / measured.variances[j] / 2;
      for (let i = 0; i < rows; i++) slope[i * size + j] = off / measured.variances[j];
    }
    for (let i = 0; pair && i < rows; i++) {
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        const off = total * own[parent][i] * chances[b][at] - pair.counts[at];
        loss += (off * off) / pair.variance / 2;
        slope[at] += off / pair.variance;
      }
    }
    return slope;
  });
  return { loss, slopes };
}

/** How much the loss falls between two beliefs if its slope stays as it is. */
function promised(
  branches: readonly Growing[],
  slopes: readonly Float64Array[],
  from: Beliefs,
  to: Beliefs,
  total: number,
): number {
  let sum = 0;
  for (const [b, { rows, size, parent }] of branches.entries()) {
    for (let i = 0; i < rows; i++) {
      const [old, now] = parent < 0 ? [1, 1] : [from.own[parent][i], to.own[parent][i]];
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        sum += slopes[b][at] * total * (old * from.chances[b][at] - now * to.chances[b][at]);
      }
    }
  }
  return sum;
}

/**
 * The same without cells of a smaller share than `least`: their chance is 0, and the others of their row share it. The
 * likeliest cell of a row always stays.
 */
export function withoutSpecks(branches: readonly Branch[], least: number): readonly Branch[] {
  const shares = new Map<number, Float64Array>([[-1, Float64Array.of(1)]]);
  return branches.map((branch) => {
    const above = shares.get(branch.parent) as Float64Array;
    const size = branch.chances.length / above.length;
    const chances = branch.chances.slice();
    const own = new Float64Array(size);
    for (let i = 0; i < above.length; i++) {
      const row = chances.subarray(i * size, (i + 1) * size);
      const most = row.reduce((a, b) => Math.max(a, b), 0);
      let sum = 0;
      for (let j = 0; j < size; j++) {
        own[j] += above[i] * row[j];
        if (row[j] < most && above[i] * row[j] < least) row[j] = 0;
        sum += row[j];
      }
      for (let j = 0; j < size; j++) row[j] /= sum;
    }
    shares.set(branch.variable, own);
    return { ...branch, chances };
  });
}
