import { standsOut } from "./domain/bounds";
import type { Grid, Places } from "./domain/columns";
import type { Measured } from "./graphical-model";
import { ontoSimplex } from "./simplex";
import type { Cell, PrivateVariable } from "./variable";

/** Groups, and each row's cell, before single columns are counted. */
export interface Shaped {
  readonly name: string;
  readonly grid: Grid;
  readonly cells: readonly Cell[];
  /** Rows estimated in each cell; undefined where only counting will tell. */
  readonly within?: readonly number[];
  /** Each cell's place among the counts. */
  readonly bins: readonly number[];
  /** Each row's place among the counts; −1 in none. */
  readonly places: Places;
  /** Counts that are dropped unless they stand out of the noise: missing ones. */
  readonly doubtful: readonly number[];
}

/** A variable with its private counts and the rows' groups, which are as private as the rows. */
export interface LearntVariable {
  readonly variable: PrivateVariable;
  readonly measured: Measured;
  readonly groups: Places;
}

/** Drops doubtful counts that don't stand out, and puts rare levels, whose pairs would be all noise, into one group. */
export function settle(one: Shaped, counts: Float64Array, variance: number, rows: number): LearntVariable {
  const enough = standsOut * Math.sqrt(variance);
  const dropped = new Set(one.doubtful.filter((place) => counts[place] < enough));
  // Something must be left to draw: a missing value.
  if (dropped.size === counts.length) dropped.delete(counts.length - 1);
  const kept = [...counts.keys()].filter((place) => !dropped.has(place));
  const shares = ontoSimplex(
    Float64Array.from(kept, (place) => counts[place]),
    rows,
  );
  const rare = one.grid.kind === "levels" ? kept.filter((place) => counts[place] < enough) : [];
  const together = rare.length > 1 ? new Set(rare) : new Set<number>();
  const groupOf = new Int32Array(counts.length).fill(-1);
  let size = 0;
  for (const place of kept) if (!together.has(place)) groupOf[place] = size++;
  if (together.size > 0) {
    for (const place of together) groupOf[place] = size;
    size++;
  }
  const measured = { counts: new Float64Array(size), variances: new Float64Array(size) };
  for (const place of kept) {
    measured.counts[groupOf[place]] += counts[place];
    measured.variances[groupOf[place]] += variance;
  }
  const left = [...one.cells.keys()].filter((cell) => !dropped.has(one.bins[cell]));
  const share = (cell: number): number => one.within?.[cell] ?? shares[kept.indexOf(one.bins[cell])];
  const groups = left.map((cell) => groupOf[one.bins[cell]]);
  const variable = { name: one.name, grid: one.grid, cells: left.map((cell) => one.cells[cell]), groups };
  const grouped = one.places.slice();
  for (let i = 0; i < grouped.length; i++) if (grouped[i] >= 0) grouped[i] = groupOf[grouped[i]];
  return {
    variable: { ...variable, weights: normalised(left.map(share), groups, size) },
    measured,
    groups: grouped,
  };
}

/** Shares that sum to 1 in each group; equal ones where nothing is estimated to be there. */
function normalised(shares: readonly number[], groups: readonly number[], size: number): number[] {
  const sums = new Float64Array(size);
  const counts = new Float64Array(size);
  for (const [cell, group] of groups.entries()) {
    sums[group] += shares[cell];
    counts[group]++;
  }
  return shares.map((share, cell) => {
    const group = groups[cell];
    return sums[group] > 0 ? share / sums[group] : 1 / counts[group];
  });
}
