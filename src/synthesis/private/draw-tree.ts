import type { Rng } from "../../core/rng";
import type { ColumnCondition } from "../conditions";
import { drawUniforms } from "../drawing/draws";
import { placeOf, refuse, valuesOf } from "./draw";
import { alongTree, type GraphicalModel, jointShares } from "./graphical-model";
import { cellCount, projection } from "./junction-tree";
import { type Piece, type PrivateVariable, piecesOf } from "./variable";

/** Groups of variables along a junction tree. */
export type GroupTree = Pick<GraphicalModel, "sizes" | "cliques">;

/** What rows are drawn from. */
export interface Tree extends GroupTree {
  readonly variables: readonly PrivateVariable[];
}

/** Each row's group of each variable, for `n` rows; groups may be weighted, by variable. */
export function drawGroups(
  { sizes, cliques }: GroupTree,
  n: number,
  rng: Rng,
  weights: ReadonlyMap<number, ArrayLike<number>> = new Map(),
): { readonly groups: readonly Int32Array[]; readonly possible: boolean } {
  const groups = sizes.map(() => new Int32Array(n));
  const chances =
    weights.size === 0 ? cliques.map((one) => one.chances) : weighted({ sizes, cliques }, weights);
  if (!chances) return { groups, possible: false };
  cliques.forEach(({ variables, separator }, c) => {
    const stream = rng.fork(`clique ${variables.join(" ")}`);
    const count = cellCount(separator, sizes);
    const above = new Int32Array(n);
    for (const variable of separator)
      for (let i = 0; i < n; i++) above[i] = above[i] * sizes[variable] + groups[variable][i];
    const { starts, cells, sums } = bySeparator(chances[c], projection(variables, separator, sizes), count);
    const uniforms = drawUniforms(above, count, undefined, n, stream);
    const strides = new Map<number, number>();
    let run = 1;
    for (const variable of [...variables].reverse()) {
      strides.set(variable, run);
      run *= sizes[variable];
    }
    const fresh = variables.filter((variable) => !separator.includes(variable));
    for (let i = 0; i < n; i++) {
      const cell = cells[placeOf(sums, starts[above[i]], starts[above[i] + 1], uniforms[i])];
      for (const variable of fresh)
        groups[variable][i] = Math.floor(cell / (strides.get(variable) as number)) % sizes[variable];
    }
  });
  return { groups, possible: true };
}

/**
 * `n` rows of the tree given the conditions, by variable: places among the levels, or numbers; NaN where missing. Conditions change
 * the chances by messages from the leaves to the root, so rows are drawn from exactly the conditional distribution, and none is
 * thrown away.
 */
export function drawTree(
  tree: Tree,
  n: number,
  rng: Rng,
  conditions: ReadonlyMap<number, ColumnCondition>,
): Float64Array[] {
  const { variables } = tree;
  const pieces = variables.map((variable, v) => piecesOf(variable, conditions.get(v)));
  const { groups, possible } = drawGroups(tree, n, rng, weightsOf(pieces, conditions));
  if (!possible)
    refuse(variables, conditions, (given, variable) => {
      const own = variables.map((one, v) => piecesOf(one, given.get(v)));
      return groupShares(tree, weightsOf(own, given), variable);
    });
  return variables.map((variable, v) => {
    const stream = rng.fork(variable.name).fork("value");
    const uniforms = drawUniforms(groups[v], pieces[v].length, undefined, n, stream);
    return valuesOf(variable, pieces[v], groups[v], uniforms, conditions.get(v));
  });
}

/** How much of each group conditions leave, for variables that have one. */
function weightsOf(
  pieces: readonly (readonly (readonly Piece[])[])[],
  conditions: ReadonlyMap<number, ColumnCondition>,
): ReadonlyMap<number, readonly number[]> {
  return new Map(
    [...conditions.keys()].map((v) => [
      v,
      pieces[v].map((all) => all.reduce((sum, piece) => sum + piece.weight, 0)),
    ]),
  );
}

/** The chances given the weights, by messages from the leaves to the root; undefined where nothing is possible. */
function weighted(
  { sizes, cliques }: GroupTree,
  weights: ReadonlyMap<number, ArrayLike<number>>,
): readonly Float64Array[] | undefined {
  const out = cliques.map((one) => one.chances.slice());
  for (let c = cliques.length - 1; c >= 0; c--) {
    const { variables, separator, parent } = cliques[c];
    const own = out[c];
    for (const variable of variables) {
      const weight = weights.get(variable);
      if (!weight || separator.includes(variable)) continue;
      const groups = projection(variables, [variable], sizes);
      for (let cell = 0; cell < own.length; cell++) own[cell] *= weight[groups[cell]];
    }
    const up = projection(variables, separator, sizes);
    const likely = new Float64Array(cellCount(separator, sizes));
    for (let cell = 0; cell < own.length; cell++) likely[up[cell]] += own[cell];
    for (let cell = 0; cell < own.length; cell++) if (own[cell] > 0) own[cell] /= likely[up[cell]];
    if (parent < 0) {
      if (!(likely[0] > 0)) return undefined;
      continue;
    }
    const above = projection(cliques[parent].variables, separator, sizes);
    for (let cell = 0; cell < out[parent].length; cell++) out[parent][cell] *= likely[above[cell]];
  }
  return out;
}

/** The chance of each group of a variable given the weights; all 0 where nothing is possible. */
function groupShares(
  tree: GroupTree,
  weights: ReadonlyMap<number, ArrayLike<number>>,
  variable: number,
): Float64Array {
  const { sizes, cliques } = tree;
  const shares = new Float64Array(sizes[variable]);
  const chances = weighted(tree, weights);
  if (!chances) return shares;
  const joint = jointShares(chances, alongTree(cliques, sizes));
  const c = cliques.findIndex(({ variables }) => variables.includes(variable));
  const groups = projection(cliques[c].variables, [variable], sizes);
  joint[c].forEach((share, cell) => {
    shares[groups[cell]] += share;
  });
  return shares;
}

/** A clique's cells, those of a separator's cell side by side, and the running sums of their chances. */
function bySeparator(
  chances: Float64Array,
  up: Int32Array,
  count: number,
): { readonly starts: Int32Array; readonly cells: Int32Array; readonly sums: Float64Array } {
  const starts = new Int32Array(count + 1);
  for (const at of up) starts[at + 1]++;
  for (let at = 0; at < count; at++) starts[at + 1] += starts[at];
  const next = starts.slice();
  const cells = new Int32Array(chances.length);
  for (let cell = 0; cell < chances.length; cell++) cells[next[up[cell]]++] = cell;
  const sums = new Float64Array(chances.length);
  for (let at = 0; at < count; at++) {
    let sum = 0;
    for (let k = starts[at]; k < starts[at + 1]; k++) {
      sum += chances[cells[k]];
      sums[k] = sum;
    }
    for (let k = starts[at]; k < starts[at + 1] && sum > 0; k++) sums[k] /= sum;
  }
  return { starts, cells, sums };
}
