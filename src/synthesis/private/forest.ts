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

/** What a forest is fitted to. */
export interface Measurements {
  readonly single: readonly Measured[];
  /** The pairs that are the forest's edges: no circles, and none with the target. */
  readonly pairs: readonly MeasuredPair[];
  /** A variable that all others depend on, and the counts of the others beside it (it is the first of each pair). */
  readonly target?: { readonly variable: number; readonly pairs: readonly MeasuredPair[] };
  /** About how many rows there are. */
  readonly rows: number;
}

/** One variable of a forest, drawn given its parent and the target. */
export interface Branch {
  readonly variable: number;
  /** The parent's variable; −1 for the first of a tree. */
  readonly parent: number;
  /**
   * The chances of the variable's cells: a row for each cell of the parent (one for the first of a tree), and those rows
   * for each cell of the target (once without one).
   */
  readonly chances: Float64Array;
}

/** A distribution that factors over a forest, given the target if there is one. */
export interface FittedForest {
  /** The target first, parents before their children. */
  readonly branches: readonly Branch[];
  /** −1 without one. */
  readonly target: number;
}

/** A branch while it is fitted. */
interface Growing {
  readonly variable: number;
  /** The parent's place among the branches. */
  readonly parent: number;
  readonly rows: number;
  readonly size: number;
  readonly pair?: { readonly counts: Float64Array; readonly variance: number };
}

/** Numbers by branch, as they are shared by all classes (a class is a cell of the target), and by class. */
interface Layers {
  /** By branch: a row for each cell of the parent. */
  readonly pairs: readonly Float64Array[];
  /** By branch: a row for each class. */
  readonly stars: readonly Float64Array[];
  readonly classes: Float64Array;
}

/** What potentials mean: chances as in `Branch`, and the shares of rows that they make. */
interface Beliefs {
  readonly chances: readonly Float64Array[];
  readonly shares: Layers;
}

const mostSteps = 1500;
/** After so many steps the loss must have fallen by that share of itself. */
const [window, worthwhile] = [50, 1e-4];

/**
 * The distribution over a forest, an edge for each measured pair, that fits all noisy counts best: least squares weighted
 * by the noise among distributions only, which settles counts below 0 and sums that contradict each other at once. With a
 * target there is a forest for each of its cells, of the same edges and with the same dependence along them as far as the
 * counts allow (the greatest entropy), so that no three columns have to be counted together. Mirror descent as in
 * Private-PGM (McKenna, Sheldon and Miklau, 2019); messages along a forest are exact.
 */
export function fitForest(measured: Measurements): FittedForest {
  const { single, target, rows } = measured;
  const branches = rooted(measured);
  const classes = target ? single[target.variable].counts.length : 1;
  const zeros = (length: (one: Growing) => number): Float64Array[] =>
    branches.map((branch) => new Float64Array(length(branch)));
  let potentials: Layers = {
    pairs: zeros((growing) => growing.rows * growing.size),
    stars: zeros((growing) => classes * growing.size),
    classes: new Float64Array(classes),
  };
  let beliefs = beliefsOf(branches, potentials);
  let { loss, slopes } = lossOf(branches, measured, beliefs.shares);
  let rate = 1 / rows;
  let before = loss;
  for (let step = 1; step <= mostSteps && loss > 0; step++) {
    const moved = combined(potentials, slopes, (value, slope) => value - rate * slope);
    const found = beliefsOf(branches, moved);
    const next = lossOf(branches, measured, found.shares);
    // Half of what the slope promises must come true (Armijo's rule).
    if (
      loss - next.loss <
      0.5 *
        rows *
        dot(
          slopes,
          combined(beliefs.shares, found.shares, (a, b) => a - b),
        )
    ) {
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
  const forest = branches.map(({ variable, parent }, b) => ({
    variable,
    parent: parent < 0 ? -1 : branches[parent].variable,
    chances: beliefs.chances[b],
  }));
  if (!target) return { branches: forest, target: -1 };
  const first = { variable: target.variable, parent: -1, chances: beliefs.shares.classes };
  return { branches: [first, ...forest], target: target.variable };
}

/** The branches from the first variable of each tree outwards, pairs turned so that the parent's cells are rows. */
function rooted({ single, pairs, target }: Measurements): Growing[] {
  const out: Growing[] = [];
  const seen = new Set<number>(target ? [target.variable] : []);
  const size = (variable: number): number => single[variable].counts.length;
  const grow = (variable: number, parent: number, pair?: MeasuredPair): void => {
    seen.add(variable);
    const from = parent < 0 ? undefined : out[parent].variable;
    const rows = from === undefined ? 1 : size(from);
    const branch = { variable, parent, rows, size: size(variable) };
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
  size: number,
): Growing["pair"] {
  if (pair[0] === first) return { counts, variance };
  return { variance, counts: counts.map((_, c) => counts[(c % size) * rows + Math.floor(c / size)]) };
}

/** Messages from the leaves give the chances, and shares follow from them from the roots on, class by class. */
function beliefsOf(branches: readonly Growing[], potentials: Layers): Beliefs {
  const classes = potentials.classes.length;
  const chances = branches.map((branch) => new Float64Array(classes * branch.rows * branch.size));
  const weights = potentials.classes.slice();
  for (let c = 0; c < classes; c++) {
    const below = branches.map((branch) => new Float64Array(branch.size));
    for (let b = branches.length - 1; b >= 0; b--) {
      const { rows, size, parent } = branches[b];
      for (let j = 0; j < size; j++) below[b][j] += potentials.stars[b][c * size + j];
      for (let i = 0; i < rows; i++) {
        const row = chances[b].subarray((c * rows + i) * size, (c * rows + i + 1) * size);
        const own = potentials.pairs[b];
        let most = -Infinity;
        for (let j = 0; j < size; j++) most = Math.max(most, own[i * size + j] + below[b][j]);
        let sum = 0;
        for (let j = 0; j < size; j++) {
          row[j] = Math.exp(own[i * size + j] + below[b][j] - most);
          sum += row[j];
        }
        for (let j = 0; j < size; j++) row[j] /= sum;
        if (parent >= 0) below[parent][i] += most + Math.log(sum);
        else weights[c] += most + Math.log(sum);
      }
    }
  }
  const heaviest = weights.reduce((a, b) => Math.max(a, b), -Infinity);
  const likely = weights.map((weight) => Math.exp(weight - heaviest));
  const all = likely.reduce((a, b) => a + b, 0);
  const shares: Layers = {
    pairs: branches.map((branch) => new Float64Array(branch.rows * branch.size)),
    stars: branches.map((branch) => new Float64Array(classes * branch.size)),
    classes: likely.map((weight) => weight / all),
  };
  for (const [b, { rows, size, parent }] of branches.entries()) {
    for (let c = 0; c < classes; c++) {
      for (let i = 0; i < rows; i++) {
        const above = parent < 0 ? shares.classes[c] : shares.stars[parent][c * rows + i];
        for (let j = 0; j < size; j++) {
          const share = above * chances[b][(c * rows + i) * size + j];
          shares.pairs[b][i * size + j] += share;
          shares.stars[b][c * size + j] += share;
        }
      }
    }
  }
  return { chances, shares };
}

/** Half the squared distances from all noisy counts in their standard deviations, and its slope by expected rows. */
function lossOf(
  branches: readonly Growing[],
  { single, target, rows: total }: Measurements,
  shares: Layers,
): { loss: number; slopes: Layers } {
  let loss = 0;
  const apart = (share: number, count: number, variance: number): number => {
    const off = total * share - count;
    loss += (off * off) / variance / 2;
    return off / variance;
  };
  const classes = shares.classes.length;
  const slopes: Layers = {
    pairs: branches.map((branch) => new Float64Array(branch.rows * branch.size)),
    stars: branches.map((branch) => new Float64Array(classes * branch.size)),
    classes: new Float64Array(classes),
  };
  for (const [b, { variable, rows, size, pair }] of branches.entries()) {
    const measured = single[variable];
    const star = target?.pairs.find((pair) => pair.pair[1] === variable);
    for (let j = 0; j < size; j++) {
      let own = 0;
      for (let c = 0; c < classes; c++) own += shares.stars[b][c * size + j];
      const slope = apart(own, measured.counts[j], measured.variances[j]);
      for (let c = 0; c < classes; c++) slopes.stars[b][c * size + j] = slope;
    }
    for (let at = 0; star && at < classes * size; at++)
      slopes.stars[b][at] += apart(shares.stars[b][at], star.counts[at], star.variance);
    for (let at = 0; pair && at < rows * size; at++)
      slopes.pairs[b][at] = apart(shares.pairs[b][at], pair.counts[at], pair.variance);
  }
  const own = target && single[target.variable];
  for (let c = 0; own && c < classes; c++)
    slopes.classes[c] = apart(shares.classes[c], own.counts[c], own.variances[c]);
  return { loss, slopes };
}

function combined(a: Layers, b: Layers, of: (a: number, b: number) => number): Layers {
  const each = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => of(value, y[i]));
  return {
    pairs: a.pairs.map((pair, k) => each(pair, b.pairs[k])),
    stars: a.stars.map((star, k) => each(star, b.stars[k])),
    classes: each(a.classes, b.classes),
  };
}

function dot(a: Layers, b: Layers): number {
  let sum = 0;
  const add = (x: Float64Array, y: Float64Array): void => {
    for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  };
  for (const [k, one] of a.pairs.entries()) add(one, b.pairs[k]);
  for (const [k, one] of a.stars.entries()) add(one, b.stars[k]);
  add(a.classes, b.classes);
  return sum;
}
