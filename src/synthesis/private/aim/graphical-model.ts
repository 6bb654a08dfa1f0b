import { type Clique, cellCount, type JunctionTree, junctionTree, projection } from "./junction-tree";

/** Noisy counts of some variables together, their cells in order (the last variable runs fastest). */
export interface MeasuredSet {
  readonly variables: readonly number[];
  readonly counts: Float64Array;
  readonly variances: Float64Array;
}

/** A clique of a distribution that factors over a junction tree: the chance of each cell given its separator's. */
export interface CliqueChances extends Clique {
  readonly chances: Float64Array;
}

/** A distribution over groups of variables, and the potentials from which a later fit may go on. */
export interface GraphicalModel {
  readonly sizes: readonly number[];
  readonly cliques: readonly CliqueChances[];
  readonly potentials: readonly Float64Array[];
}

interface Placed {
  readonly clique: number;
  readonly cells: Int32Array;
}

/**
 * The distribution that fits all noisy counts best, in least squares weighted by their noise, of those with the greatest entropy:
 * Private-PGM (McKenna, Sheldon and Miklau, 2019) by mirror descent with exact messages along a junction tree. `start` are the
 * potentials of a fit to the first of the same counts.
 */
export function fitGraphical(
  sizes: readonly number[],
  measured: readonly MeasuredSet[],
  rows: number,
  { steps, start = [] }: { readonly steps: number; readonly start?: readonly Float64Array[] },
): GraphicalModel {
  const tree = junctionTree(
    sizes,
    measured.map((one) => one.variables),
  );
  const placed = measured.map((one) => placedIn(tree, one, sizes));
  const up = tree.cliques.map((clique) => projection(clique.variables, clique.separator, sizes));
  const toParent = tree.cliques.map(({ parent, separator }) =>
    parent < 0 ? new Int32Array(0) : projection(tree.cliques[parent].variables, separator, sizes),
  );
  const separators = tree.cliques.map((clique) => cellCount(clique.separator, sizes));
  const beliefs = (potentials: readonly Float64Array[]): Beliefs =>
    beliefsOf({ tree, up, toParent, separators, sizes, placed }, potentials);
  const lossOf = (shares: readonly Float64Array[]): { loss: number; slopes: Float64Array[] } => {
    let loss = 0;
    const slopes = measured.map(({ counts, variances }, m) =>
      counts.map((count, cell) => {
        const off = rows * shares[m][cell] - count;
        loss += (off * off) / variances[cell] / 2;
        return off / variances[cell];
      }),
    );
    return { loss, slopes };
  };
  let potentials = measured.map((one, m) => start[m] ?? new Float64Array(one.counts.length));
  let now = beliefs(potentials);
  let { loss, slopes } = lossOf(now.shares);
  let rate = 1 / rows;
  for (let step = 0; step < steps && loss > 0; step++) {
    const moved = potentials.map((own, m) => own.map((value, cell) => value - rate * slopes[m][cell]));
    const found = beliefs(moved);
    const next = lossOf(found.shares);
    const promised = slopes.reduce(
      (sum, own, m) =>
        sum +
        own.reduce((all, slope, cell) => all + slope * (now.shares[m][cell] - found.shares[m][cell]), 0),
      0,
    );
    // Half of what the slope promises must come true (Armijo's rule).
    if (!(loss - next.loss >= 0.5 * rows * promised)) {
      rate /= 2;
      if (rate < 1e-15) break;
      continue;
    }
    potentials = moved;
    now = found;
    ({ loss, slopes } = next);
    rate *= 1.5;
  }
  return {
    sizes,
    cliques: tree.cliques.map((clique, c) => ({ ...clique, chances: now.chances[c] })),
    potentials,
  };
}

interface Layout {
  readonly tree: JunctionTree;
  /** By clique: the separator's cell of each of its own, and of each of its parent's. */
  readonly up: readonly Int32Array[];
  readonly toParent: readonly Int32Array[];
  readonly separators: readonly number[];
  readonly sizes: readonly number[];
  readonly placed: readonly Placed[];
}

interface Beliefs {
  readonly chances: readonly Float64Array[];
  /** By measurement: the share of rows in each of its cells. */
  readonly shares: readonly Float64Array[];
}

function placedIn(tree: JunctionTree, { variables }: MeasuredSet, sizes: readonly number[]): Placed {
  const holding = [...tree.cliques.keys()].filter((c) =>
    variables.every((variable) => tree.cliques[c].variables.includes(variable)),
  );
  const clique = holding.reduce((a, b) =>
    cellCount(tree.cliques[b].variables, sizes) < cellCount(tree.cliques[a].variables, sizes) ? b : a,
  );
  return { clique, cells: projection(tree.cliques[clique].variables, variables, sizes) };
}

/** Messages from the leaves to the root give the chances, and shares follow from the root on. */
function beliefsOf(
  { tree, up, toParent, separators, sizes, placed }: Layout,
  potentials: readonly Float64Array[],
): Beliefs {
  const { cliques } = tree;
  const logs = cliques.map(({ variables }) => new Float64Array(cellCount(variables, sizes)));
  placed.forEach(({ clique, cells }, m) => {
    const [own, potential] = [logs[clique], potentials[m]];
    for (let cell = 0; cell < own.length; cell++) own[cell] += potential[cells[cell]];
  });
  for (let c = cliques.length - 1; c >= 0; c--) {
    const own = logs[c];
    const most = new Float64Array(separators[c]).fill(-Infinity);
    for (let cell = 0; cell < own.length; cell++)
      if (own[cell] > most[up[c][cell]]) most[up[c][cell]] = own[cell];
    const sums = new Float64Array(separators[c]);
    for (let cell = 0; cell < own.length; cell++) {
      own[cell] = Math.exp(own[cell] - most[up[c][cell]]);
      sums[up[c][cell]] += own[cell];
    }
    for (let cell = 0; cell < own.length; cell++) own[cell] /= sums[up[c][cell]];
    const { parent } = cliques[c];
    if (parent < 0) continue;
    const above = logs[parent];
    for (let cell = 0; cell < above.length; cell++) {
      const at = toParent[c][cell];
      above[cell] += most[at] + Math.log(sums[at]);
    }
  }
  const joint = jointShares(logs, { tree, up, toParent, separators });
  const shares = placed.map(({ clique, cells }, m) => {
    const out = new Float64Array(potentials[m].length);
    for (let cell = 0; cell < cells.length; cell++) out[cells[cell]] += joint[clique][cell];
    return out;
  });
  return { chances: logs, shares };
}

/** The share of rows in each cell of each clique. */
function jointShares(
  chances: readonly Float64Array[],
  { tree, up, toParent, separators }: Pick<Layout, "tree" | "up" | "toParent" | "separators">,
): readonly Float64Array[] {
  const out: Float64Array[] = [];
  tree.cliques.forEach(({ parent }, c) => {
    const above = new Float64Array(separators[c]);
    if (parent < 0) above[0] = 1;
    else for (let cell = 0; cell < out[parent].length; cell++) above[toParent[c][cell]] += out[parent][cell];
    out.push(chances[c].map((chance, cell) => chance * above[up[c][cell]]));
  });
  return out;
}

/** The same without cells that fewer than `least` of `rows` are expected in, which noise leaves; the greatest of a row stays. */
export function withoutSpecks(model: GraphicalModel, rows: number, least: number): readonly CliqueChances[] {
  const { cliques, sizes } = model;
  const up = cliques.map((clique) => projection(clique.variables, clique.separator, sizes));
  const toParent = cliques.map(({ parent, separator }) =>
    parent < 0 ? new Int32Array(0) : projection(cliques[parent].variables, separator, sizes),
  );
  const separators = cliques.map((clique) => cellCount(clique.separator, sizes));
  const tree = { cliques, cells: 0 };
  const joint = jointShares(
    cliques.map((clique) => clique.chances),
    { tree, up, toParent, separators },
  );
  return cliques.map((clique, c) => {
    const greatest = new Float64Array(separators[c]);
    clique.chances.forEach((chance, cell) => {
      greatest[up[c][cell]] = Math.max(greatest[up[c][cell]], chance);
    });
    const chances = clique.chances.map((chance, cell) =>
      rows * joint[c][cell] < least && chance < greatest[up[c][cell]] ? 0 : chance,
    );
    const sums = new Float64Array(separators[c]);
    for (let cell = 0; cell < chances.length; cell++) sums[up[c][cell]] += chances[cell];
    return { ...clique, chances: chances.map((chance, cell) => chance / sums[up[c][cell]]) };
  });
}
