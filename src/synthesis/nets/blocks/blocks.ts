import { countBelow } from "../../../core/math/sorted";
import { quantileSorted } from "../../../core/math/statistics";
import { integer, type Rng } from "../../../core/rng";
import type { Leaf } from "../../sequential/scales/leaf";
import { cellLabels, cellsOf, type NumberVariable, type Variable } from "../../structure/structure";

/** What one unit of a block stands for: a cell, several rare cells, or a stretch of a number's values. */
export interface BlockClass {
  /** Indices into `cellLabels`. */
  readonly cells: readonly number[];
  /** How the cells share the class: adds up to 1. */
  readonly weights: readonly number[];
  /** The distribution of a number's values within the class. */
  readonly leaf?: Leaf;
  /** A number's value within the class, from one of the net's scalars: shift + scale · scalar. */
  readonly line?: { readonly scalar: number; readonly shift: number; readonly scale: number };
}

/** A variable as a net gives it: one softmax over classes. */
export interface Block {
  readonly classes: readonly BlockClass[];
}

/** A block with the training rows in it. */
export interface EncodedBlock extends Block {
  /** Each row's class; −1 where the value follows from other variables and teaches nothing. */
  readonly codes: Int32Array;
  /** A number's values, NaN where missing. */
  readonly values?: Float64Array;
}

/** Beyond so many, a number's stretches no longer add fidelity, and rows in each get few. */
export const mostStretches = 32;
const leastRows = 20;
/** A stretch keeps so many quantiles of its values: enough for its shape, too few to tell single rows. */
const quantiles = 17;
/** Rarer levels share one unit, and their frequencies within it: a net learns nothing from so few rows each. */
const mostClasses = 128;

/** Numbers become up to `stretches` stretches of equally many rows beside their frequent values; levels stay what they are. */
export function encodeBlock(variable: Variable, stretches: number = mostStretches): EncodedBlock {
  const cells = cellsOf(variable);
  const counts = new Int32Array(cellLabels(variable).length);
  for (const cell of cells) if (cell >= 0) counts[cell]++;
  const other = variable.kind === "number" ? variable.atoms.length : -1;
  const seen = [...counts.keys()].filter((cell) => counts[cell] > 0 && cell !== other);
  const classes: BlockClass[] = singles(seen, counts);
  const classOf = new Int32Array(counts.length).fill(-1);
  classes.forEach((own, c) => {
    for (const cell of own.cells) classOf[cell] = c;
  });
  const codes = cells.map((cell) => (cell < 0 ? -1 : classOf[cell]));
  if (variable.kind === "number" && counts[other] > 0)
    addStretches(variable, cells, stretches, classes, codes);
  // A variable that no row shows still needs a unit; what it gives is never used.
  if (classes.length === 0)
    classes.push({ cells: [Math.max(other, 0)], weights: [1], leaf: { rows: 1, points: [0] } });
  return { classes, codes, ...(variable.kind === "number" && { values: variable.values }) };
}

function singles(seen: readonly number[], counts: Int32Array): BlockClass[] {
  const sorted = seen.slice().sort((a, b) => counts[b] - counts[a] || a - b);
  const own = new Set(sorted.slice(0, seen.length > mostClasses ? mostClasses - 1 : seen.length));
  const rare = seen.filter((cell) => !own.has(cell));
  const total = rare.reduce((sum, cell) => sum + counts[cell], 0);
  const classes: BlockClass[] = seen
    .filter((cell) => own.has(cell))
    .map((cell) => ({ cells: [cell], weights: [1] }));
  if (rare.length > 0) classes.push({ cells: rare, weights: rare.map((cell) => counts[cell] / total) });
  return classes;
}

/** Adds stretches of about equally many rows, cut between different values, and the rows' classes. */
function addStretches(
  variable: NumberVariable,
  cells: Int32Array,
  stretches: number,
  classes: BlockClass[],
  codes: Int32Array,
): void {
  const other = variable.atoms.length;
  const sorted = variable.values.filter((_, i) => cells[i] === other).sort();
  const count = Math.max(1, Math.min(stretches, Math.floor(sorted.length / leastRows)));
  const first = classes.length;
  const upTo: number[] = [];
  for (let from = 0; from < sorted.length; ) {
    const left = count - upTo.length;
    let to = left <= 1 ? sorted.length : from + Math.max(1, Math.round((sorted.length - from) / left));
    while (to < sorted.length && sorted[to] === sorted[to - 1]) to++;
    const values = sorted.subarray(from, to);
    upTo.push(values[values.length - 1]);
    classes.push({ cells: [other], weights: [1], leaf: stretch(values) });
    from = to;
  }
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] !== other) continue;
    codes[i] = first + Math.min(upTo.length - 1, countBelow(upTo, variable.values[i]));
  }
}

function stretch(sorted: Float64Array): Leaf {
  const rows = sorted.length;
  if (sorted[0] === sorted[rows - 1]) return { rows, points: [sorted[0]] };
  if (rows <= quantiles) return { rows, points: Array.from(sorted) };
  const points = Array.from({ length: quantiles }, (_, k) => quantileSorted(sorted, k / (quantiles - 1)));
  return { rows, points };
}

/** The one-hot rows of a batch, all blocks side by side; unknown values leave their block 0. */
export function oneHotBatch(blocks: readonly EncodedBlock[], batch: Int32Array): Float32Array {
  const width = blocks.reduce((sum, own) => sum + own.classes.length, 0);
  const out = new Float32Array(batch.length * width);
  let from = 0;
  for (const { codes, classes } of blocks) {
    for (let r = 0; r < batch.length; r++) {
      const code = codes[batch[r]];
      if (code >= 0) out[r * width + from + code] = 1;
    }
    from += classes.length;
  }
  return out;
}

/** The block with unknown values drawn by the shares of the known ones: for nets that compare whole rows. */
export function fillUnknown(block: EncodedBlock, rng: Rng): EncodedBlock {
  const known = block.codes.filter((code) => code >= 0);
  if (known.length === block.codes.length) return block;
  const draw = (): number => (known.length > 0 ? known[integer(rng, known.length)] : 0);
  return { ...block, codes: block.codes.map((code) => (code < 0 ? draw() : code)) };
}

/** The training rows' share of each class. */
export function sharesOf({ classes, codes }: EncodedBlock): number[] {
  const shares = new Array<number>(classes.length).fill(0);
  let known = 0;
  for (const code of codes) {
    if (code < 0) continue;
    shares[code]++;
    known++;
  }
  return shares.map((count) => (known > 0 ? count / known : 1 / classes.length));
}
