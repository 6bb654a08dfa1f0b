import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { ColumnCondition } from "../conditions";
import { drawUniforms } from "../drawing/draws";
import { missingLabel } from "../structure/structure";
import type { Branch } from "./forest";
import { type Piece, type PrivateVariable, piecesOf, valueAt } from "./variable";

/** What rows are drawn from. */
export interface Forest {
  readonly variables: readonly PrivateVariable[];
  /** One per variable, parents before their children. */
  readonly branches: readonly Branch[];
}

/** Values of one variable, by row: places among the levels (−1 missing), or numbers (NaN missing). */
export type DrawnValues = Float64Array;

/** Given the conditions: each variable's chances as in `Branch`, and what may be drawn in each of its groups. */
interface Conditioned {
  readonly chances: readonly Float64Array[];
  readonly pieces: readonly (readonly (readonly Piece[])[])[];
  readonly possible: boolean;
}

/**
 * `n` rows of the forest given the conditions, by variable. Conditions change the chances by messages from the leaves to
 * the roots, so rows are drawn from exactly the conditional distribution, and none is thrown away.
 */
export function drawForest(
  forest: Forest,
  n: number,
  rng: Rng,
  conditions: ReadonlyMap<number, ColumnCondition>,
): DrawnValues[] {
  const given = conditioned(forest, conditions);
  if (!given.possible) refuse(forest, conditions);
  const groups = forest.variables.map(() => new Int32Array(n));
  const out: DrawnValues[] = forest.variables.map(() => new Float64Array(0));
  for (const [b, { variable, parent }] of forest.branches.entries()) {
    const { name, grid } = forest.variables[variable];
    const stream = rng.fork(name);
    const size = given.pieces[variable].length;
    const above = parent < 0 ? new Int32Array(n) : groups[parent];
    const rows = given.chances[b].length / size;
    const sums = cumulated(given.chances[b], size);
    const first = drawUniforms(above, rows, undefined, n, stream.fork("group"));
    const own = groups[variable];
    for (let i = 0; i < n; i++) own[i] = placeOf(sums, above[i] * size, size, first[i]);
    const pieces = given.pieces[variable];
    const shares = pieces.map((all) =>
      cumulated(
        Float64Array.from(all, (piece) => piece.weight),
        all.length,
      ),
    );
    const second = drawUniforms(own, size, undefined, n, stream.fork("value"));
    out[variable] = Float64Array.from(second, (u, i) => {
      const held = shares[own[i]];
      const p = placeOf(held, 0, held.length, u);
      const { cell, value } = pieces[own[i]][p];
      if (cell === null) return Number.NaN;
      if (value !== undefined) return value;
      const before = p === 0 ? 0 : held[p - 1];
      // What is left of the uniform number within the piece is uniform again.
      const rest = Math.min(1 - 2 ** -53, Math.max(0, (u - before) / (held[p] - before)));
      const size = cell[1] - cell[0] + 1;
      const at = Math.min(cell[1], cell[0] + Math.floor(rest * size));
      return clipped(valueAt(grid, at, rest * size - Math.floor(rest * size)), conditions.get(variable));
    });
  }
  return out;
}

/** A continuous position can reach a little beyond the range that was asked for. */
function clipped(value: number, condition: ColumnCondition | undefined): number {
  const range = condition?.range;
  return range ? Math.min(range.to, Math.max(range.from, value)) : value;
}

function conditioned(forest: Forest, conditions: ReadonlyMap<number, ColumnCondition>): Conditioned {
  const { variables, branches } = forest;
  const pieces = variables.map((one, v) => piecesOf(one, conditions.get(v)));
  // How likely what is asked for below (and in) each variable's group is.
  const likely = pieces.map((groups) =>
    Float64Array.from(groups, (all) => all.reduce((sum, one) => sum + one.weight, 0)),
  );
  const chances = branches.map((one) => one.chances.slice());
  let possible = true;
  for (let b = branches.length - 1; b >= 0; b--) {
    const { variable, parent } = branches[b];
    const size = likely[variable].length;
    for (let row = 0; row * size < chances[b].length; row++) {
      let sum = 0;
      for (let j = 0; j < size; j++) {
        chances[b][row * size + j] *= likely[variable][j];
        sum += chances[b][row * size + j];
      }
      for (let j = 0; j < size && sum > 0; j++) chances[b][row * size + j] /= sum;
      if (parent >= 0) likely[parent][row] *= sum;
      else if (!(sum > 0)) possible = false;
    }
  }
  return { chances, pieces, possible };
}

/** Throws: says which condition can't hold beside those before it, and what could. */
function refuse(forest: Forest, conditions: ReadonlyMap<number, ColumnCondition>): void {
  const before = new Map<number, ColumnCondition>();
  for (const [variable, condition] of conditions) {
    if (!conditioned(forest, new Map([...before, [variable, condition]])).possible) {
      const names = [...before.keys()].map((v) => forest.variables[v].name);
      const given = names.length > 0 ? `beside the conditions on ${names.join(", ")}, ` : "";
      check(
        false,
        `sample where ${forest.variables[variable].name}`,
        `${given}${possibleValues(forest, before, variable)}`,
      );
    }
    before.set(variable, condition);
  }
}

/** What a variable can be beside the conditions. */
function possibleValues(
  forest: Forest,
  conditions: ReadonlyMap<number, ColumnCondition>,
  variable: number,
): string {
  const { grid, cells, groups, weights } = forest.variables[variable];
  const shares = groupShares(forest, conditions, variable);
  const left = cells.filter((_, c) => weights[c] > 0 && shares[groups[c]] > 0);
  const missing = left.includes(null);
  const ranges = left.filter((cell) => cell !== null);
  if (grid.kind === "levels") {
    const names = [...ranges.map(([at]) => grid.levels[at]), ...(missing ? [missingLabel] : [])];
    return names.length === 1 ? `the column is always ${names[0]}` : `only ${names.join(", ")} are possible`;
  }
  if (ranges.length === 0) return "the column is always missing";
  const ends = [ranges[0][0], ranges[ranges.length - 1][1]].map((at, end) =>
    shown(valueAt(grid, at, end), grid.kind),
  );
  return `values are possible between ${ends.join(" and ")}${missing ? ", or missing" : ""}`;
}

function shown(value: number, kind: PrivateVariable["grid"]["kind"]): string {
  return kind === "date" ? new Date(value).toISOString().slice(0, 10) : String(value);
}

/** The chance of each group of a variable given the conditions. */
function groupShares(
  forest: Forest,
  conditions: ReadonlyMap<number, ColumnCondition>,
  variable: number,
): Float64Array {
  const { chances, pieces } = conditioned(forest, conditions);
  const shares = new Map<number, Float64Array>([[-1, Float64Array.of(1)]]);
  for (const [b, branch] of forest.branches.entries()) {
    const above = shares.get(branch.parent) as Float64Array;
    const own = new Float64Array(pieces[branch.variable].length);
    for (let i = 0; i < above.length; i++)
      for (let j = 0; j < own.length; j++) own[j] += above[i] * chances[b][i * own.length + j];
    shares.set(branch.variable, own);
  }
  return shares.get(variable) as Float64Array;
}

/** Running sums of each row of `size`, as shares of the row's sum. */
function cumulated(weights: Float64Array, size: number): Float64Array {
  const out = new Float64Array(weights.length);
  for (let row = 0; row < weights.length; row += size) {
    let sum = 0;
    for (let j = 0; j < size; j++) {
      sum += weights[row + j];
      out[row + j] = sum;
    }
    for (let j = 0; j < size && sum > 0; j++) out[row + j] /= sum;
  }
  return out;
}

/** Where `u` falls among the running sums of a row; never on a place without a chance. */
function placeOf(sums: Float64Array, row: number, size: number, u: number): number {
  let place = 0;
  let last = 0;
  for (let before = 0; place < size; place++) {
    if (sums[row + place] > before) last = place;
    if (u < sums[row + place]) return place;
    before = sums[row + place];
  }
  return last;
}
