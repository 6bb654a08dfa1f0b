import { integer, type Rng } from "../../../core/rng";
import { cellLabels, cellsOf, type NumberVariable, type Variable } from "../../structure/structure";
import type { Block } from "./blocks";

/** A table as a plain GAN learns it: one scalar in [0, 1] for each variable, and one for whether a number is missing. */
export interface LabelRows {
  readonly blocks: readonly Block[];
  readonly scalars: readonly Float32Array[];
}

/** Label codes and min-max scaling; `Block`s as `netOutputs` reads them for the choice "rounded". */
export function encodeLabels(variables: readonly Variable[], rng: Rng): LabelRows {
  const scalars: Float32Array[] = [];
  const blocks = variables.map((variable): Block => {
    if (variable.kind === "number") return numberLabels(variable, scalars, rng.fork(variable.name));
    const count = cellLabels(variable).length;
    scalars.push(Float32Array.from(cellsOf(variable), (cell) => (count > 1 ? cell / (count - 1) : 0)));
    return { classes: Array.from({ length: count }, (_, cell) => ({ cells: [cell], weights: [1] })) };
  });
  return { blocks, scalars };
}

function numberLabels(variable: NumberVariable, scalars: Float32Array[], rng: Rng): Block {
  const { values, low, high } = variable;
  const other = variable.atoms.length;
  const scale = high > low ? high - low : 1;
  const known = values.filter((value) => !Number.isNaN(value));
  // An unknown value is shown as some known one: a constant in its place would be learnt as a value of its own.
  const filled = Float32Array.from(values, (value) => {
    const shown = Number.isNaN(value) ? (known[integer(rng, Math.max(1, known.length))] ?? low) : value;
    return (shown - low) / scale;
  });
  const line = { cells: [other], weights: [1], line: { scalar: scalars.length, shift: low, scale } };
  scalars.push(filled);
  if (!variable.missing) return { classes: [line] };
  scalars.push(Float32Array.from(values, (value) => (Number.isNaN(value) ? 1 : 0)));
  return { classes: [line, { cells: [other + 1], weights: [1] }] };
}

/** The rows' scalars, row by row. */
export function labelBatch({ scalars }: LabelRows, batch: Int32Array): Float32Array {
  const out = new Float32Array(batch.length * scalars.length);
  for (let r = 0; r < batch.length; r++)
    for (let s = 0; s < scalars.length; s++) out[r * scalars.length + s] = scalars[s][batch[r]];
  return out;
}
