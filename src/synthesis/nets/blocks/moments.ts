import type { Engine, Tensor } from "../../../neural/engine";
import { type Tape, tape, type Var } from "../../../neural/tape";
import { type EncodedBlock, oneHotBatch, sharesOf } from "./blocks";

/** Keeps the weights of rare classes finite, as a share of the rows. */
const rarest = 0.02;
const countedRows = 2000;
/** What a number's place counts beside its classes. */
const placeWeight = 0.5;
/** How much of what batches were off by stays at each step: some ten of them count together. */
const offKeep = 0.9;

/** What the training rows' classes do together: kept tensors, freed by `free`. */
export interface MomentTargets {
  /** For all rows, and for those of one class of the target. */
  readonly parts: readonly MomentPart[];
  /** What stands beside the classes, classes × scores: 1 for every row, and where numbers lie. */
  readonly scores: Tensor;
  free(): void;
}

/** Mean products of two of the classes and scores: rows of their own. */
export interface MomentPart {
  /** The column of outputs that weighs the rows; all rows count alike without. */
  readonly given?: number;
  readonly target: Tensor;
  /** What a difference counts: 0 within a variable. */
  readonly weights: Tensor;
  /** What the last batches were off by. */
  readonly off: Tensor;
}

/** One of the scores: what each class is worth, and the variable that it speaks of. */
interface Score {
  readonly variable: number;
  readonly from: number;
  readonly byClass: Float64Array;
}

/** Takes mean products over the training rows, and once more among the rows of class `given` of the outputs. */
export function momentTargets(
  engine: Engine,
  blocks: readonly EncodedBlock[],
  rows: number,
  given: number | undefined,
): MomentTargets {
  const own = scoresOf(blocks);
  const variables = [
    ...blocks.flatMap(({ classes }, j) => classes.map(() => j)),
    ...own.map(({ variable }) => variable),
  ];
  const width = variables.length;
  const classes = width - own.length;
  const table = new Float32Array(classes * own.length);
  own.forEach(({ from, byClass }, k) => {
    for (let c = 0; c < byClass.length; c++) table[(from + c) * own.length + k] = byClass[c];
  });
  const scores = engine.keep(table, classes, own.length);
  const parts = [undefined, ...(given === undefined ? [] : [given])].map((column): MomentPart => {
    const target = meanProducts(engine, blocks, rows, scores, column);
    const scale: number[] = own.map(({ variable }) => (variable < 0 ? 1 : placeWeight));
    for (let a = classes - 1; a >= 0; a--) scale.unshift(1 / Math.sqrt(target[a * width + a] + rarest));
    const weights = target.map((_, k) => {
      const [a, b] = [Math.floor(k / width), k % width];
      return variables[a] === variables[b] ? 0 : scale[a] * scale[b];
    });
    const keep = (values: Float32Array): Tensor => engine.keep(values, 1, values.length);
    return {
      ...(column !== undefined && { given: column }),
      target: keep(target),
      weights: keep(weights),
      off: keep(new Float32Array(target.length)),
    };
  });
  const kept = [scores, ...parts.flatMap(({ target, weights, off }) => [target, weights, off])];
  return {
    parts,
    scores,
    free: () => {
      for (const tensor of kept) engine.free(tensor);
    },
  };
}

/**
 * 1 for every row, and where the classes of each number lie, of mean 0 and variance 1: to the shares of pairs a stretch
 * too far is as wrong as the whole range, and numbers that rise together came out half as close.
 */
function scoresOf(blocks: readonly EncodedBlock[]): Score[] {
  let next = 0;
  const places = blocks.flatMap((block, variable): Score[] => {
    const from = next;
    next += block.classes.length;
    const shares = sharesOf(block);
    const means = meansOf(block);
    const known = [...means.keys()].filter((c) => !Number.isNaN(means[c]));
    // Of two classes their shares say all.
    if (known.length < 3) return [];
    const total = known.reduce((sum, c) => sum + shares[c], 0);
    const mean = known.reduce((sum, c) => sum + (shares[c] * means[c]) / total, 0);
    const variance = known.reduce((sum, c) => sum + (shares[c] * (means[c] - mean) ** 2) / total, 0);
    const byClass = means.map((own) => {
      const place = (own - mean) / Math.sqrt(variance);
      return Number.isFinite(place) ? place : 0;
    });
    return [{ variable, from, byClass }];
  });
  return [
    { variable: -1, from: 0, byClass: new Float64Array(blocks[0]?.classes.length ?? 0).fill(1) },
    ...places,
  ];
}

/** The mean value of each class, NaN where it has none. */
function meansOf({ classes, codes, values }: EncodedBlock): Float64Array {
  const sums = new Float64Array(classes.length);
  const counts = new Float64Array(classes.length);
  values?.forEach((value, i) => {
    if (codes[i] < 0 || Number.isNaN(value)) return;
    sums[codes[i]] += value;
    counts[codes[i]]++;
  });
  return sums.map((sum, c) => sum / counts[c]);
}

function meanProducts(
  engine: Engine,
  blocks: readonly EncodedBlock[],
  rows: number,
  scores: Tensor,
  given: number | undefined,
): Float32Array {
  const sums = new Float64Array((scores.rows + scores.columns) ** 2);
  for (let from = 0; from < rows; from += countedRows) {
    const batch = Int32Array.from({ length: Math.min(countedRows, rows - from) }, (_, i) => from + i);
    const part = engine.step(() => {
      const t = tape(engine);
      const hot = t.constant(engine.put(oneHotBatch(blocks, batch), batch.length, scores.rows));
      return engine.read(products(t, hot, scores, given).value);
    });
    for (let k = 0; k < sums.length; k++) sums[k] += part[k];
  }
  return Float32Array.from(sums, (sum) => sum / rows);
}

/** Sums over the rows of the products of two classes or scores. */
function products(t: Tape, classes: Var, scores: Tensor, given: number | undefined): Var {
  const x = t.concat([classes, t.matMul(classes, t.constant(scores))]);
  const weighted = given === undefined ? x : t.multiply(x, t.slice(x, given, given + 1));
  return t.matMul(weighted, x, { transposeA: true });
}

/**
 * How far the probabilities' shares, by class and by pair of classes of different variables, are from the training rows',
 * and the places of numbers with them. Values are drawn independently given the latent numbers, so a pair's share is the
 * mean product of its probabilities. A batch has too few rows to tell a pair's share: each counts by what the last ones
 * were off by (Santos et al., 2019), with `keep` 0 by its own, which is twice the squared distance.
 */
export function momentLoss(
  t: Tape,
  probabilities: Var,
  { parts, scores }: Pick<MomentTargets, "parts" | "scores">,
  keep: number = offKeep,
): Var {
  const losses = parts.map(({ given, target, weights, off }) => {
    const sums = t.reshape(products(t, probabilities, scores, given), 1, target.columns);
    const own = t.subtract(t.affine(sums, 1 / probabilities.value.rows), t.constant(target));
    t.engine.average([off], [own.value], keep);
    const slope = t.engine.affine(t.engine.binary("multiply", off, weights), 2, 0);
    return t.sum(t.multiply(own, t.constant(slope)));
  });
  return losses.reduce((sum, loss) => t.add(sum, loss));
}
