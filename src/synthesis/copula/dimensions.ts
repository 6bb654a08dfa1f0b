import type { Variable } from "../structure/structure";
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

export function dimensionsOf(variables: readonly Variable[]): readonly Seen[] {
  const orders = levelOrders(variables);
  return variables.flatMap((one, j): Seen[] => {
    const variable = one.name;
    if (one.kind === "levels") {
      const counts = new Array<number>(one.levels.length).fill(0);
      for (const code of one.codes) if (code >= 0) counts[code]++;
      const cells = orders[j].filter((code) => counts[code] > 0);
      const edges = edgesOf(cells.map((code) => counts[code]));
      return [
        {
          dimension: { kind: "cells", variable, cells, edges },
          column: latentCells(one.codes, cells, edges),
        },
      ];
    }
    const seen: Seen[] = [];
    const present = one.values.filter((value) => !Number.isNaN(value));
    if (one.missing) {
      const gaps = Int32Array.from(one.values, (value) => (Number.isNaN(value) ? 1 : 0));
      const edges = edgesOf([present.length, one.values.length - present.length]);
      seen.push({
        dimension: { kind: "missing", variable, edges },
        column: latentCells(gaps, [0, 1], edges),
      });
    }
    if (present.length > 0) {
      const scale = copulaScale(present.sort());
      const scores = one.values.map((value) => (Number.isNaN(value) ? Number.NaN : scoreOf(scale, value)));
      seen.push({ dimension: { kind: "value", variable, scale }, column: latentScores(scores) });
    }
    return seen;
  });
}
