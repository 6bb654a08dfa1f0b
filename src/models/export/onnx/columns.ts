import type { OnnxGraph } from "./graph";

/** A matrix column inside a graph: reals of shape [N, 1], or a category as 0/1 columns. */
export type OnnxColumn =
  | { readonly numeric: string }
  /** One column a level, [N, levels]; a missing or unknown level has none. */
  | { readonly levels: string; readonly count: number };

/** The encoder's columns; one entry of `columns` may be `widths` columns of the matrix wide. */
export interface OnnxInputs {
  readonly columns: readonly OnnxColumn[];
  readonly widths: readonly number[];
}

/** One entry for each matrix column: trees ask columns one by one. */
export function singleColumns({ columns, widths }: OnnxInputs, graph: OnnxGraph): OnnxColumn[] {
  return columns.flatMap((column, k) => {
    if (widths[k] === 1 || !("numeric" in column)) return [column];
    return Array.from({ length: widths[k] }, (_, j) => ({
      numeric: graph.node("Gather", [column.numeric, graph.integers([j])], { axis: { int: 1 } }),
    }));
  });
}
