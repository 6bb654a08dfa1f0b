import { check } from "../../core/checks";
import type { ColumnCondition } from "../conditions";
import { missingLabel } from "../structure/structure";
import { type Piece, type PrivateVariable, valueAt } from "./variable";

/** The value of each row, given its group, by a uniform number. */
export function valuesOf(
  { grid }: PrivateVariable,
  pieces: readonly (readonly Piece[])[],
  groups: Int32Array,
  uniforms: Float64Array,
  condition: ColumnCondition | undefined,
): Float64Array {
  const shares = pieces.map(cumulated);
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

/** Running sums of the pieces' weights, as shares of all. */
function cumulated(pieces: readonly Piece[]): Float64Array {
  let sum = 0;
  const out = Float64Array.from(pieces, ({ weight }) => {
    sum += weight;
    return sum;
  });
  return sum > 0 ? out.map((one) => one / sum) : out;
}

/** Where `u` falls among the running sums from `from` up to `to`; never on a place without a chance. */
export function placeOf(sums: Float64Array, from: number, to: number, u: number): number {
  let [low, high] = [from, to - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > u) high = middle;
    else low = middle + 1;
  }
  // Past the last sum, by rounding: the last place that adds to it.
  while (low > from && sums[low] === sums[low - 1]) low--;
  return low;
}
