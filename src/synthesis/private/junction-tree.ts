/** A tree of cliques: every set of variables that is counted together lies in one of them. */
export interface JunctionTree {
  /** Parents before their children; variables of a clique ascend. */
  readonly cliques: readonly Clique[];
  /** How many cells all cliques have together. */
  readonly cells: number;
}

export interface Clique {
  readonly variables: readonly number[];
  /** The parent's place among the cliques; −1 for the first. */
  readonly parent: number;
  /** The variables that it has in common with its parent. */
  readonly separator: readonly number[];
}

/** Each cell of variables with such sizes (the last one runs fastest), as its place among the cells of some of them. */
export function projection(
  variables: readonly number[],
  onto: readonly number[],
  sizes: ArrayLike<number>,
): Int32Array {
  const cells = cellCount(variables, sizes);
  const out = new Int32Array(cells);
  let stride = 1;
  const strides = new Map<number, number>();
  for (const variable of [...onto].reverse()) {
    strides.set(variable, stride);
    stride *= sizes[variable];
  }
  let run = 1;
  for (const variable of [...variables].reverse()) {
    const own = strides.get(variable);
    if (own !== undefined)
      for (let cell = 0; cell < cells; cell++) out[cell] += own * (Math.floor(cell / run) % sizes[variable]);
    run *= sizes[variable];
  }
  return out;
}

export function cellCount(variables: readonly number[], sizes: ArrayLike<number>): number {
  return variables.reduce((product, variable) => product * sizes[variable], 1);
}

/**
 * A junction tree of sets of variables: the graph is made chordal by eliminating the variable whose clique has the fewest cells
 * first, and the cliques are joined by those that share most (Koller and Friedman, 2009, chapter 10).
 */
export function junctionTree(sizes: ArrayLike<number>, sets: readonly (readonly number[])[]): JunctionTree {
  const cliques = maximalCliques(sizes, sets);
  const parent = new Int32Array(cliques.length).fill(-1);
  const order = [...cliques.keys()].slice(0, 1);
  const shared = (a: number, b: number): readonly number[] =>
    cliques[a].filter((variable) => cliques[b].includes(variable));
  const open = new Set([...cliques.keys()].slice(1));
  while (open.size > 0) {
    let best = { child: -1, parent: -1, size: -1 };
    for (const child of open)
      for (const one of order) {
        const size = shared(child, one).length;
        if (size > best.size) best = { child, parent: one, size };
      }
    parent[best.child] = best.parent;
    open.delete(best.child);
    order.push(best.child);
  }
  return {
    cliques: order.map((own) => ({
      variables: cliques[own],
      parent: parent[own] < 0 ? -1 : order.indexOf(parent[own]),
      separator: parent[own] < 0 ? [] : shared(own, parent[own]),
    })),
    cells: cliques.reduce((sum, clique) => sum + cellCount(clique, sizes), 0),
  };
}

function maximalCliques(sizes: ArrayLike<number>, sets: readonly (readonly number[])[]): readonly number[][] {
  const near = Array.from(sizes, () => new Set<number>());
  const join = (a: number, b: number): void => {
    if (a === b) return;
    near[a].add(b);
    near[b].add(a);
  };
  for (const set of sets) for (const a of set) for (const b of set) join(a, b);
  const left = new Set(near.keys());
  const found: number[][] = [];
  while (left.size > 0) {
    let [next, least] = [-1, Infinity];
    for (const variable of left) {
      const cells = cellCount([variable, ...near[variable]], sizes);
      if (cells < least) [next, least] = [variable, cells];
    }
    const clique = [next, ...near[next]].sort((a, b) => a - b);
    if (!found.some((other) => clique.every((variable) => other.includes(variable)))) found.push(clique);
    for (const a of near[next]) {
      for (const b of near[next]) join(a, b);
      near[a].delete(next);
    }
    left.delete(next);
  }
  return found;
}
