import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { ColumnCondition } from "../conditions";
import { drawUniforms } from "../drawing/draws";
import { missingLabel } from "../structure/structure";
import type { FittedForest } from "./forest";
import { sharesOf } from "./forest-shares";
import { type Piece, type PrivateVariable, piecesOf, valueAt } from "./variable";

/** What rows are drawn from. */
export interface Forest extends FittedForest {
  readonly variables: readonly PrivateVariable[];
}

/** Given the conditions: chances as in `Branch`, and what may be drawn in each variable's groups. */
interface Conditioned {
  readonly forest: FittedForest;
  readonly pieces: readonly (readonly (readonly Piece[])[])[];
  readonly possible: boolean;
}

/**
 * `n` rows of the forest given the conditions, by variable: places among the levels, or numbers; NaN where missing.
 * Conditions change the chances by messages from the leaves to the roots, so rows are drawn from exactly the conditional
 * distribution, and none is thrown away.
 */
export function drawForest(
  forest: Forest,
  n: number,
  rng: Rng,
  conditions: ReadonlyMap<number, ColumnCondition>,
): Float64Array[] {
  const given = conditioned(forest, conditions);
  if (!given.possible)
    refuse(forest.variables, conditions, (own, variable) => groupShares(forest, own, variable));
  const groups = forest.variables.map(() => new Int32Array(n));
  const classes = forest.target < 0 ? new Int32Array(n) : groups[forest.target];
  const out: Float64Array[] = forest.variables.map(() => new Float64Array(0));
  for (const { variable, parent, chances } of given.forest.branches) {
    const stream = rng.fork(forest.variables[variable].name);
    const pieces = given.pieces[variable];
    const size = pieces.length;
    const rows = chances.length / size;
    const cells = parent < 0 ? 1 : given.pieces[parent].length;
    // The row of chances: the parent's cell within the class.
    const above = new Int32Array(n);
    if (rows > 1)
      for (let i = 0; i < n; i++) above[i] = classes[i] * cells + (parent < 0 ? 0 : groups[parent][i]);
    const sums = cumulated(chances, size);
    const first = drawUniforms(above, rows, undefined, n, stream.fork("group"));
    const own = groups[variable];
    for (let i = 0; i < n; i++) own[i] = placeOf(sums, above[i] * size, size, first[i]);
    const second = drawUniforms(own, size, undefined, n, stream.fork("value"));
    out[variable] = valuesOf(forest.variables[variable], pieces, own, second, conditions.get(variable));
  }
  return out;
}

/** The value of each row, given its group, by a uniform number. */
export function valuesOf(
  { grid }: PrivateVariable,
  pieces: readonly (readonly Piece[])[],
  groups: Int32Array,
  uniforms: Float64Array,
  condition: ColumnCondition | undefined,
): Float64Array {
  const shares = pieces.map((all) =>
    cumulated(
      Float64Array.from(all, (piece) => piece.weight),
      all.length,
    ),
  );
  return uniforms.map((u, i) => {
    const held = shares[groups[i]];
    const p = placeOf(held, 0, held.length, u);
    const { cell, value } = pieces[groups[i]][p];
    if (cell === null) return Number.NaN;
    if (value !== undefined) return value;
    const before = p === 0 ? 0 : held[p - 1];
    // What is left of the uniform number within the piece is uniform again.
    const rest = Math.min(1 - 2 ** -53, Math.max(0, (u - before) / (held[p] - before)));
    const size = cell[1] - cell[0] + 1;
    const at = Math.min(cell[1], cell[0] + Math.floor(rest * size));
    return clipped(valueAt(grid, at, rest * size - Math.floor(rest * size)), condition);
  });
}

/** A continuous position can reach a little beyond the range that was asked for. */
function clipped(value: number, condition: ColumnCondition | undefined): number {
  const range = condition?.range;
  return range ? Math.min(range.to, Math.max(range.from, value)) : value;
}

function conditioned(forest: Forest, conditions: ReadonlyMap<number, ColumnCondition>): Conditioned {
  const { variables, target } = forest;
  const pieces = variables.map((variable, v) => piecesOf(variable, conditions.get(v)));
  const weights = pieces.map((groups) =>
    groups.map((all) => all.reduce((sum, piece) => sum + piece.weight, 0)),
  );
  const classes = target < 0 ? 1 : weights[target].length;
  // How likely what is asked for below (and in) each variable's group is, class by class.
  const likely = weights.map((own) =>
    Float64Array.from({ length: classes * own.length }, (_, k) => own[k % own.length]),
  );
  const tops = Float64Array.from({ length: classes }, (_, c) => (target < 0 ? 1 : weights[target][c]));
  const branches = forest.branches.map((branch) => ({ ...branch, chances: branch.chances.slice() }));
  for (const { variable, parent, chances } of branches.slice().reverse()) {
    if (variable === target) continue;
    const size = weights[variable].length;
    const rows = chances.length / size / classes;
    const above = parent < 0 ? tops : likely[parent];
    for (let row = 0; row < classes * rows; row++) {
      const from = Math.floor(row / rows) * size;
      above[row] *= scaled(
        chances.subarray(row * size, (row + 1) * size),
        likely[variable].subarray(from, from + size),
      );
    }
  }
  if (target < 0) return { forest: { branches, target }, pieces, possible: tops[0] > 0 };
  return { forest: { branches, target }, pieces, possible: scaled(branches[0].chances, tops) > 0 };
}

/** Multiplies chances by weights and makes them sum to 1 again; returns what they summed to. */
function scaled(chances: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < chances.length; j++) {
    chances[j] *= weights[j];
    sum += chances[j];
  }
  for (let j = 0; j < chances.length && sum > 0; j++) chances[j] /= sum;
  return sum;
}

/** The chance of each group of a variable given conditions; all 0 where they are not possible. */
type Shares = (conditions: ReadonlyMap<number, ColumnCondition>, variable: number) => Float64Array;

/** Throws: says which condition can't hold beside those before it, and what could. */
export function refuse(
  variables: readonly PrivateVariable[],
  conditions: ReadonlyMap<number, ColumnCondition>,
  shares: Shares,
): void {
  const before = new Map<number, ColumnCondition>();
  for (const [variable, condition] of conditions) {
    if (shares(new Map([...before, [variable, condition]]), variable).every((share) => share === 0)) {
      const names = [...before.keys()].map((v) => variables[v].name);
      const given = names.length > 0 ? `beside the conditions on ${names.join(", ")}, ` : "";
      const possible = possibleValues(variables[variable], shares(before, variable));
      check(false, `sample where ${variables[variable].name}`, `${given}${possible}`);
    }
    before.set(variable, condition);
  }
}

/** What a variable can be beside the conditions. */
function possibleValues({ grid, cells, groups, weights }: PrivateVariable, shares: Float64Array): string {
  const left = cells.filter((_, c) => weights[c] > 0 && shares[groups[c]] > 0);
  const missing = left.includes(null);
  const ranges = left.filter((cell) => cell !== null);
  if (grid.kind === "levels") {
    const names = [...ranges.map(([at]) => grid.levels[at]), ...(missing ? [missingLabel] : [])];
    return names.length === 1 ? `the column is always ${names[0]}` : `only ${names.join(", ")} are possible`;
  }
  if (ranges.length === 0) return "the column is always missing";
  const steps = grid.kind === "decimals" && grid.step !== undefined ? `, in steps of ${grid.step}` : "";
  const ends = [ranges[0][0], ranges[ranges.length - 1][1]].map((at, end) =>
    shown(valueAt(grid, at, end), grid.kind),
  );
  return `values are possible between ${ends.join(" and ")}${steps}${missing ? ", or missing" : ""}`;
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
  const { forest: given, pieces, possible } = conditioned(forest, conditions);
  if (!possible) return new Float64Array(pieces[variable].length);
  const shares = sharesOf(given).get(variable) as Float64Array;
  const own = new Float64Array(pieces[variable].length);
  for (let k = 0; k < shares.length; k++) own[k % own.length] += shares[k];
  return own;
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
