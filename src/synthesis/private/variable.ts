import type { ColumnCondition } from "../conditions";
import { snap } from "../structure/grids";
import { type Grid, scaleOf } from "./domain/columns";

/** Positions on the grid from the first to the last, or the missing ones. */
export type Cell = readonly [number, number] | null;

/** A column as it is drawn: first a group, which other columns depend on, then a cell of it, then a position. */
export interface PrivateVariable {
  readonly name: string;
  readonly grid: Grid;
  readonly cells: readonly Cell[];
  /** Each cell's group, from 0 without gaps. */
  readonly groups: readonly number[];
  /** Each cell's share of its group. */
  readonly weights: readonly number[];
}

/** Positions that may be drawn, with the share of the group that they are. */
export interface Piece {
  readonly cell: Cell;
  readonly weight: number;
  /** For a single value asked of a continuous column: that value. */
  readonly value?: number;
}

export function groupCount({ groups }: PrivateVariable): number {
  return groups.reduce((most, group) => Math.max(most, group + 1), 0);
}

/** What may be drawn in each group: everything, or what satisfies the condition. */
export function piecesOf(variable: PrivateVariable, condition: ColumnCondition | undefined): Piece[][] {
  const out: Piece[][] = Array.from({ length: groupCount(variable) }, () => []);
  for (const [c, cell] of variable.cells.entries()) {
    const weight = variable.weights[c];
    if (weight === 0) continue;
    const own = condition ? allowed(variable.grid, cell, condition) : [{ cell, weight: 1 }];
    for (const piece of own) out[variable.groups[c]].push({ ...piece, weight: piece.weight * weight });
  }
  return out;
}

/** The parts of a cell that satisfy the condition, with their shares of it. */
function allowed(grid: Grid, cell: Cell, condition: ColumnCondition): Piece[] {
  if (cell === null) return condition.missing ? [{ cell, weight: 1 }] : [];
  const [from, to] = cell;
  const size = to - from + 1;
  if (condition.levels) return condition.levels[from] === 1 ? [{ cell, weight: 1 }] : [];
  if (condition.range) {
    const low = Math.max(from, firstPosition(grid, condition.range.from));
    const high = Math.min(to, lastPosition(grid, condition.range.to));
    return low <= high ? [{ cell: [low, high], weight: (high - low + 1) / size }] : [];
  }
  return (condition.values ?? []).flatMap((value): Piece[] => {
    const at = lastPosition(grid, value);
    if (at < from || at > to) return [];
    if (grid.kind === "continuous") return [{ cell: [at, at], weight: 1 / size, value }];
    return at === firstPosition(grid, value) ? [{ cell: [at, at], weight: 1 / size }] : [];
  });
}

/** The first position whose value may be at least `value`. */
function firstPosition(grid: Grid, value: number): number {
  if (!Number.isFinite(value)) return value;
  if (grid.kind === "continuous") return lastPosition(grid, value);
  const guess = Math.floor(value * scaleOf(grid)) - 1;
  return [guess, guess + 1, guess + 2].find((at) => valueAt(grid, at, 0) >= value) ?? guess + 3;
}

/** The last position whose value may be at most `value`. */
function lastPosition(grid: Grid, value: number): number {
  if (!Number.isFinite(value)) return value;
  if (grid.kind === "continuous") return grid.step === 0 ? 0 : Math.floor((value - grid.low) / grid.step);
  const guess = Math.ceil(value * scaleOf(grid)) + 1;
  return [guess, guess - 1, guess - 2].find((at) => valueAt(grid, at, 0) <= value) ?? guess - 3;
}

/** The value at a position; `u` in [0, 1) says where in it, for continuous columns. Dates in milliseconds since 1970. */
export function valueAt(grid: Grid, position: number, u: number): number {
  if (grid.kind === "decimals")
    return grid.step === undefined
      ? position / scaleOf(grid)
      : snap(position * grid.step, { decimals: grid.decimals, step: 1 });
  if (grid.kind === "continuous") return grid.low + (position + u) * grid.step;
  return grid.kind === "date" ? position * grid.format.step : position;
}
