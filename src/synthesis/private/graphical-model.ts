import { type Clique, cellCount, type JunctionTree, junctionTree, projection } from "./junction-tree";

/** Noisy counts of cells, and the variance of each. */
export interface Measured {
  readonly counts: Float64Array;
  readonly variances: Float64Array;
}

/** Noisy counts of some variables together, their cells in order (the last variable runs fastest). */
export interface MeasuredSet extends Measured {
  readonly variables: readonly number[];
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

/** After so many steps the loss must have fallen by a share of itself, where one is given. */
const window = 50;

interface Placed {
  readonly clique: number;
  readonly cells: Int32Array;
}

/**
 * The distribution that fits all noisy counts best, in least squares weighted by their noise, of those with the greatest entropy:
 * Private-PGM (McKenna, Sheldon and Miklau, 2019) by mirror descent with exact messages along a junction tree. `start` are the
 * potentials of a fit to the first of the same counts; it ends before its steps where fifty take off less than `worthwhile` of the loss.
 */
export function fitGraphical(
  sizes: readonly number[],
  measured: readonly MeasuredSet[],
  rows: number,
  {
    steps,
    start = [],
    worthwhile = 0,
  }: { readonly steps: number; readonly start?: readonly Float64Array[]; readonly worthwhile?: number },
): GraphicalModel {
  const tree = junctionTree(
    sizes,
    measured.map((one) => one.variables),
  );
  const placed = measured.map((one) => placedIn(tree, one, sizes));
  const along = alongTree(tree.cliques, sizes);
  const beliefs = (potentials: readonly Float64Array[]): Beliefs =>
    beliefsOf({ ...along, placed }, potentials);
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
  let before = loss;
  for (let step = 1; step <= steps && loss > 0; step++) {
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
    if (step % window > 0) continue;
    if (before - loss < worthwhile * before) break;
    before = loss;
  }
  return {
    sizes,
    cliques: tree.cliques.map((clique, c) => ({ ...clique, chances: now.chances[c] })),
    potentials,
  };
}

/** How messages pass along cliques. */
export interface Along {
  readonly cliques: readonly Clique[];
  readonly sizes: readonly number[];
  /** By clique: the separator's cell of each of its own, and of each of its parent's. */
  readonly up: readonly Int32Array[];
  readonly toParent: readonly Int32Array[];
  readonly separators: readonly number[];
}

/** How they do along these. */
export function alongTree(cliques: readonly Clique[], sizes: readonly number[]): Along {
  return {
    cliques,
    sizes,
    up: cliques.map(({ variables, separator }) => projection(variables, separator, sizes)),
    toParent: cliques.map(({ parent, separator }) =>
      parent < 0 ? new Int32Array(0) : projection(cliques[parent].variables, separator, sizes),
    ),
    separators: cliques.map(({ separator }) => cellCount(separator, sizes)),
  };
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
  { placed, ...along }: Along & { readonly placed: readonly Placed[] },
  potentials: readonly Float64Array[],
): Beliefs {
  const { cliques, sizes, up, toParent, separators } = along;
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
  const joint = jointShares(logs, along);
  const shares = placed.map(({ clique, cells }, m) => {
    const out = new Float64Array(potentials[m].length);
    for (let cell = 0; cell < cells.length; cell++) out[cells[cell]] += joint[clique][cell];
    return out;
  });
  return { chances: logs, shares };
}

/** The share of rows in each cell of each clique. */
export function jointShares(
  chances: readonly Float64Array[],
  { cliques, up, toParent, separators }: Along,
): readonly Float64Array[] {
  const out: Float64Array[] = [];
  cliques.forEach(({ parent }, c) => {
    const above = new Float64Array(separators[c]);
    if (parent < 0) above[0] = 1;
    else for (let cell = 0; cell < out[parent].length; cell++) above[toParent[c][cell]] += out[parent][cell];
    out.push(chances[c].map((chance, cell) => chance * above[up[c][cell]]));
  });
  return out;
}

/** Variables of whose cells those are specks that fewer than `least` rows are expected in. */
export interface Specks {
  readonly variables: readonly number[];
  readonly least: number;
}

/**
 * The cliques without specks, which noise leaves where no row is: their chance is 0, and the others of their row share it. What is greatest
 * of a row stays, and the greatest of a variable's value that `leastWhole` rows or more are expected to have.
 */
export function withoutSpecks(
  { cliques, sizes }: Pick<GraphicalModel, "cliques" | "sizes">,
  rows: number,
  specks: readonly Specks[],
  leastWhole: number,
): readonly CliqueChances[] {
  const along = alongTree(cliques, sizes);
  const joint = jointShares(
    cliques.map((clique) => clique.chances),
    along,
  );
  const home = ({ variables }: Specks): number =>
    cliques.findIndex((clique) => variables.every((variable) => clique.variables.includes(variable)));
  return cliques.map((clique, c) => {
    const up = along.up[c];
    const greatest = new Float64Array(along.separators[c]);
    clique.chances.forEach((chance, cell) => {
      greatest[up[cell]] = Math.max(greatest[up[cell]], chance);
    });
    const chances = clique.chances.slice();
    for (const one of specks.filter((own) => home(own) === c)) {
      const cells = projection(clique.variables, one.variables, sizes);
      const shares = new Float64Array(cellCount(one.variables, sizes));
      for (let cell = 0; cell < cells.length; cell++) shares[cells[cell]] += rows * joint[c][cell];
      const gone = specksAmong(shares, one, sizes, leastWhole);
      for (let cell = 0; cell < cells.length; cell++)
        if (gone[cells[cell]] && clique.chances[cell] < greatest[up[cell]]) chances[cell] = 0;
    }
    const sums = new Float64Array(along.separators[c]);
    for (let cell = 0; cell < chances.length; cell++) sums[up[cell]] += chances[cell];
    return { ...clique, chances: chances.map((chance, cell) => chance / sums[up[cell]]) };
  });
}

/** 1 for the cells of some variables in which too few rows are expected. */
function specksAmong(
  shares: Float64Array,
  { variables, least }: Specks,
  sizes: readonly number[],
  leastWhole: number,
): Uint8Array {
  const gone = Uint8Array.from(shares, (share) => (share < least ? 1 : 0));
  for (const variable of variables) {
    const of = projection(variables, [variable], sizes);
    const [most, whole] = [new Float64Array(sizes[variable]), new Float64Array(sizes[variable])];
    shares.forEach((share, cell) => {
      most[of[cell]] = Math.max(most[of[cell]], share);
      whole[of[cell]] += share;
    });
    for (let cell = 0; cell < gone.length; cell++)
      if (shares[cell] === most[of[cell]] && whole[of[cell]] >= leastWhole) gone[cell] = 0;
  }
  return gone;
}
