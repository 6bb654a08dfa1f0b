import type { Grid } from "../structure/grids";
import { cellLabels, cellsOf, type Variable } from "../structure/structure";
import type { Support } from "../structure/support";

/** A variable as drawing needs it, without its rows. */
export interface DrawnVariable {
  readonly name: string;
  readonly kind: "levels" | "number";
  /** The names of its cells. */
  readonly labels: readonly string[];
  /** Those that training rows have. */
  readonly seen: readonly number[];
  readonly atoms: readonly number[];
  readonly missing: boolean;
  readonly grid?: Grid;
  readonly support?: Support;
  readonly low: number;
  readonly high: number;
  /** The columns whose values it repeats where the variable before it says so. */
  readonly repeats?: readonly string[];
}

/** What drawing needs of a training variable. */
export function drawnVariable(variable: Variable): DrawnVariable {
  const { name, kind } = variable;
  const labels = cellLabels(variable);
  const counts = new Int32Array(labels.length);
  for (const cell of cellsOf(variable)) if (cell >= 0) counts[cell]++;
  const seen = [...counts.keys()].filter((cell) => counts[cell] > 0);
  if (kind === "levels") return { name, kind, labels, seen, atoms: [], missing: false, low: 0, high: 0 };
  const { atoms, missing, grid, support, low, high, repeats } = variable;
  return {
    name,
    kind,
    labels,
    seen,
    atoms,
    missing,
    low,
    high,
    ...(grid && { grid }),
    ...(support && { support }),
    ...(repeats && { repeats }),
  };
}
