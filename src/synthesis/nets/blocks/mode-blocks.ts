import { integer, type Rng } from "../../../core/rng";
import { cellLabels, cellsOf, type NumberVariable, type Variable } from "../../structure/structure";
import { type EncodedBlock, oneHotBatch, sharesOf } from "./blocks";
import type { ConditionVector } from "./condition";
import { findModes } from "./modes";

/** A table as CTGAN and TVAE learn it: a scalar for each number, and a block of classes for each variable. */
export interface ModeRows {
  readonly rows: number;
  readonly blocks: readonly EncodedBlock[];
  /** By scalar: (value − mode's mean) / 4 deviations, within ±0.99; 0 where missing. */
  readonly scalars: readonly Float32Array[];
  readonly widths: readonly number[];
  /** Scalars and classes together. */
  readonly width: number;
}

/** Mode-specific normalisation (Xu et al., 2019, section 4.2); a missing number is one more class. */
export function encodeModes(variables: readonly Variable[], rows: number, rng: Rng): ModeRows {
  const scalars: Float32Array[] = [];
  const blocks = variables.map((variable): EncodedBlock => {
    if (variable.kind === "levels") return levelBlock(variable);
    const { block, scalar } = numberBlock(variable, scalars.length, rng.fork(variable.name));
    scalars.push(scalar);
    return block;
  });
  const widths = blocks.map((block) => block.classes.length);
  const width = widths.reduce((sum, own) => sum + own, scalars.length);
  return { rows, blocks, scalars, widths, width };
}

/** Every level that training rows have is a class. */
function levelBlock(variable: Variable): EncodedBlock {
  const cells = cellsOf(variable);
  const counts = new Int32Array(cellLabels(variable).length);
  for (const cell of cells) counts[cell]++;
  const seen = [...counts.keys()].filter((cell) => counts[cell] > 0);
  const classOf = new Int32Array(counts.length);
  seen.forEach((cell, c) => {
    classOf[cell] = c;
  });
  return {
    classes: seen.map((cell) => ({ cells: [cell], weights: [1] })),
    codes: cells.map((cell) => classOf[cell]),
  };
}

const reach = 0.99;

function numberBlock(
  variable: NumberVariable,
  scalar: number,
  rng: Rng,
): { block: EncodedBlock; scalar: Float32Array } {
  const known = variable.values.filter((value) => !Number.isNaN(value));
  const { modes, codes: found } =
    known.length > 0
      ? findModes(known, rng.fork("modes"))
      : { modes: [{ weight: 1, mean: 0, deviation: 1 }], codes: new Int32Array(0) };
  const other = variable.atoms.length;
  const lines = modes.map(({ mean, deviation }) => ({
    cells: [other],
    weights: [1],
    line: { scalar, shift: mean, scale: 4 * deviation },
  }));
  const classes = variable.missing ? [...lines, { cells: [other + 1], weights: [1] }] : lines;
  const codes = new Int32Array(variable.values.length);
  const scalars = new Float32Array(variable.values.length);
  let k = 0;
  for (let i = 0; i < codes.length; i++) {
    let value = variable.values[i];
    if (Number.isNaN(value) && variable.missing) {
      codes[i] = modes.length;
      continue;
    }
    if (Number.isNaN(value)) {
      // It follows from other columns; a net that reads whole rows is shown some known value.
      const some = known.length > 0 ? integer(rng, known.length) : 0;
      codes[i] = found[some] ?? 0;
      value = known[some] ?? 0;
    } else codes[i] = found[k++];
    const { mean, deviation } = modes[codes[i]];
    scalars[i] = Math.max(-reach, Math.min(reach, (value - mean) / (4 * deviation)));
  }
  return { block: { classes, codes }, scalar: scalars };
}

/** Rows as nets read them: scalars, then one-hot blocks. */
export function modeBatch({ blocks, scalars, width }: ModeRows, batch: Int32Array): Float32Array {
  const hot = oneHotBatch(blocks, batch);
  const hots = width - scalars.length;
  const out = new Float32Array(batch.length * width);
  for (let r = 0; r < batch.length; r++) {
    for (let s = 0; s < scalars.length; s++) out[r * width + s] = scalars[s][batch[r]];
    out.set(hot.subarray(r * hots, (r + 1) * hots), r * width + scalars.length);
  }
  return out;
}

/** The variables of levels, with their classes' shares: what CTGAN's condition vector is made of. */
export function conditionOf(variables: readonly Variable[], { blocks }: ModeRows): ConditionVector {
  return {
    variables: variables.flatMap((one, variable) =>
      one.kind === "levels" ? [{ variable, shares: sharesOf(blocks[variable]) }] : [],
    ),
  };
}
