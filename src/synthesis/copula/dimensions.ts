import { normalCdf, normalQuantile } from "../../core/math/normal-distribution";
import { quantileSorted } from "../../core/math/statistics";
import type { LevelsVariable, NumberVariable, Variable } from "../structure/structure";
import { edgesOf, type LatentColumn, latentCells, latentScores } from "./latent";
import { levelOrders } from "./level-order";
import { type CopulaScale, copulaScale, scoreOf } from "./scale";

/** One latent normal number of the copula. */
export type Dimension = CellDimension | MissingDimension | ValueDimension;

/** Levels, in their order along the dimension. */
export interface CellDimension {
  readonly kind: "cells";
  readonly variable: string;
  readonly cells: readonly number[];
  /** The thresholds between them. */
  readonly edges: readonly number[];
}

/** Whether a number is missing: above the edge. */
export interface MissingDimension {
  readonly kind: "missing";
  readonly variable: string;
  readonly edges: readonly number[];
}

/** A number's value. */
export interface ValueDimension {
  readonly kind: "value";
  readonly variable: string;
  readonly scale: CopulaScale;
}

/** The dimensions of a variable and what the rows tell about them. */
export interface Seen {
  readonly dimension: Dimension;
  readonly column: LatentColumn;
}

/**
 * The dimensions of all variables. Rows in which structural zeros leave a variable one cell only, given the variables
 * before it, tell nothing about its dimension; `unforced` leaves them out. Where they are all there are, the margin is theirs
 * (rows to come may be free), and no correlation is learnt.
 */
export function dimensionsOf(
  variables: readonly Variable[],
  unforced: (variable: number) => Uint8Array | undefined,
): readonly Seen[] {
  const orders = levelOrders(variables);
  return variables.flatMap((one, j): readonly Seen[] => {
    const free = unforced(j);
    const of = (rows: Uint8Array | undefined): readonly Seen[] =>
      one.kind === "levels" ? [cellDimension(one, orders[j], rows)] : numberDimensions(one, rows);
    if (!free || free.includes(1)) return of(free);
    return of(undefined).map(({ dimension, column }) => ({
      dimension,
      column: { ...column, present: free },
    }));
  });
}

function cellDimension(one: LevelsVariable, order: readonly number[], free: Uint8Array | undefined): Seen {
  const codes = free ? one.codes.map((code, i) => (free[i] === 1 ? code : -1)) : one.codes;
  const counts = new Array<number>(one.levels.length).fill(0);
  for (const code of codes) if (code >= 0) counts[code]++;
  const cells = order.filter((code) => counts[code] > 0);
  const edges = edgesOf(cells.map((code) => counts[code]));
  return {
    dimension: { kind: "cells", variable: one.name, cells, edges },
    column: latentCells(codes, cells, edges),
  };
}

function numberDimensions(one: NumberVariable, free: Uint8Array | undefined): Seen[] {
  const variable = one.name;
  const seen: Seen[] = [];
  const rows = one.values.length;
  const tells = (i: number): boolean => !free || free[i] === 1;
  if (one.missing) {
    const gaps = Int32Array.from(one.values, (value, i) => (!tells(i) ? -1 : Number.isNaN(value) ? 1 : 0));
    const absent = gaps.filter((gap) => gap === 1).length;
    const edges = edgesOf([gaps.filter((gap) => gap === 0).length, absent]);
    seen.push({ dimension: { kind: "missing", variable, edges }, column: latentCells(gaps, [0, 1], edges) });
  }
  const present = one.values.filter((value, i) => tells(i) && !Number.isNaN(value));
  if (present.length > 0) {
    const scale = copulaScale(present.sort());
    const scores = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      scores[i] = tells(i) && !Number.isNaN(one.values[i]) ? scoreOf(scale, one.values[i]) : Number.NaN;
    }
    seen.push({ dimension: { kind: "value", variable, scale }, column: latentScores(scores) });
  }
  return seen;
}

/** The dimension such that latent numbers with this distribution, instead of the normal one, give the same margin. */
export function adjustDimension<D extends Dimension>(dimension: D, latent: Float64Array): D {
  if (latent.length < 100) return dimension;
  const sorted = latent.slice().sort();
  const deviation = Math.sqrt(latent.reduce((sum, z) => sum + z * z, 0) / latent.length);
  const moved = (score: number): number => {
    const p = normalCdf(score);
    const within = Math.min(1 - 0.5 / sorted.length, Math.max(0.5 / sorted.length, p));
    // Beyond what the rows reach, the tail goes on as the normal one does.
    return quantileSorted(sorted, within) + deviation * (within === p ? 0 : score - normalQuantile(within));
  };
  if (dimension.kind === "value") {
    const { scale } = dimension;
    return { ...dimension, scale: { values: scale.values, scores: rising(scale.scores.map(moved)) } };
  }
  return { ...dimension, edges: rising(dimension.edges.map(moved)) };
}

function rising(values: readonly number[]): number[] {
  const out = values.slice();
  for (let k = 1; k < out.length; k++) out[k] = Math.max(out[k], out[k - 1]);
  return out;
}
