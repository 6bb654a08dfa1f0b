import type { Engine, Tensor } from "../../../neural/engine";
import type { Tape, Var } from "../../../neural/tape";
import { type EncodedBlock, oneHotBatch } from "./blocks";

/** Keeps the weights of rare classes finite, as a share of the rows. */
const rarest = 0.02;
const countedRows = 2000;

/** What the training rows' classes do together: kept tensors, freed by `free`. */
export interface MomentTargets {
  /** For all rows, and for those of one class of the target. */
  readonly parts: readonly MomentPart[];
  free(): void;
}

interface MomentPart {
  /** The column of outputs that weighs the rows; all rows count alike without. */
  readonly given?: number;
  /** Shares of rows by class, and by pair of classes: rows of their own, as are the weights. */
  readonly single: Tensor;
  readonly pairs: Tensor;
  /** What a difference counts, by class and by pair: 0 within a block. */
  readonly singleWeights: Tensor;
  readonly pairWeights: Tensor;
}

/** Counts pairs of classes over the training rows, and once more among the rows of class `given` of the outputs. */
export function momentTargets(
  engine: Engine,
  blocks: readonly EncodedBlock[],
  rows: number,
  given: number | undefined,
): MomentTargets {
  const kept: Tensor[] = [];
  const keep = (values: Float32Array): Tensor => {
    const tensor = engine.keep(values, 1, values.length);
    kept.push(tensor);
    return tensor;
  };
  const parts = [undefined, ...(given === undefined ? [] : [given])].map((column): MomentPart => {
    const counts = pairCounts(engine, blocks, rows, column);
    const width = Math.sqrt(counts.length);
    const single = Float32Array.from({ length: width }, (_, a) => counts[a * width + a] / rows);
    const pairs = Float32Array.from(counts, (count) => count / rows);
    const scale = single.map((share) => 1 / Math.sqrt(share + rarest));
    const blockOf = blocks.flatMap((block, j) => block.classes.map(() => j));
    const pairWeights = Float32Array.from(counts, (_, k) => {
      const [a, b] = [Math.floor(k / width), k % width];
      return blockOf[a] === blockOf[b] ? 0 : scale[a] * scale[b];
    });
    return {
      ...(column !== undefined && { given: column }),
      single: keep(single),
      pairs: keep(pairs),
      singleWeights: keep(scale.map((value) => value * value)),
      pairWeights: keep(pairWeights),
    };
  });
  return {
    parts,
    free: () => {
      for (const tensor of kept) engine.free(tensor);
    },
  };
}

function pairCounts(
  engine: Engine,
  blocks: readonly EncodedBlock[],
  rows: number,
  given: number | undefined,
): Float64Array {
  const width = blocks.reduce((sum, block) => sum + block.classes.length, 0);
  const counts = new Float64Array(width * width);
  for (let from = 0; from < rows; from += countedRows) {
    const batch = Int32Array.from({ length: Math.min(countedRows, rows - from) }, (_, i) => from + i);
    const part = engine.step(() => {
      const x = engine.put(oneHotBatch(blocks, batch), batch.length, width);
      const weighted =
        given === undefined ? x : engine.binary("multiply", x, engine.slice(x, given, given + 1));
      return engine.read(engine.matMul(weighted, x, { transposeA: true }));
    });
    for (let k = 0; k < counts.length; k++) counts[k] += part[k];
  }
  return counts;
}

/**
 * How far the probabilities' shares, by class and by pair of classes of different variables, are from the training
 * rows': the differences of the batch's two halves multiplied, so that the batch's own noise does not count. Values are
 * drawn independently given the latent numbers, so a pair's share is the mean product of its probabilities.
 */
export function momentLoss(t: Tape, probabilities: Var, targets: MomentTargets): Var {
  const losses = targets.parts.map(({ given, single, pairs, singleWeights, pairWeights }) => {
    const p = probabilities;
    const half = p.value.rows / 2;
    const weighted = given === undefined ? p : t.multiply(p, t.slice(p, given, given + 1));
    const shares = t.affine(t.sumRows(weighted, 2), 1 / half);
    const together = t.affine(t.matMul(weighted, p, { transposeA: true, groups: 2 }), 1 / half);
    return t.add(product(t, shares, single, singleWeights), product(t, together, pairs, pairWeights));
  });
  return losses.reduce((sum, loss) => t.add(sum, loss));
}

/** Σ (first − target)(second − target) · weight, where `both` holds the first half's numbers and then the second's. */
function product(t: Tape, both: Var, target: Tensor, weights: Tensor): Var {
  const size = target.columns;
  const flat = t.reshape(both, 1, 2 * size);
  const [first, second] = [0, size].map((from) =>
    t.subtract(t.slice(flat, from, from + size), t.constant(target)),
  );
  return t.sum(t.multiply(t.multiply(first, second), t.constant(weights)));
}
