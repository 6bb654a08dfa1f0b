import type { Rng } from "../../../core/rng";
import { boundsOf, type RowRange } from "../../drawing/bounds";
import { type Candidates, gatherCandidates, noCandidates } from "../../drawing/candidates";
import type { DrawnVariable } from "../../drawing/drawn-variable";
import { drawClasses, drawUniforms } from "../../drawing/draws";
import { allowedBits, allows, type Mask, wordCount } from "../../drawing/masks";
import { addCells } from "../../drawing/restore-known";
import type { DrawnParts, Wishes } from "../../drawing/wishes";
import { type Leaf, leafQuantile, leafShare } from "../../sequential/scales/leaf";
import { snap } from "../../structure/grids";
import { cellOf } from "../../structure/structure";
import type { Block, BlockClass } from "./blocks";
import { leftOpen } from "./outputs";

/** What drawing needs: a net whose outputs, given latent numbers, are each variable's probabilities by class. */
export interface BlockParts extends DrawnParts {
  readonly blocks: readonly Block[];
  readonly masks: readonly (readonly Mask[])[];
  /** Each variable's shares of classes that rows without conditions are held to; none where left out. */
  readonly shares?: readonly (readonly number[])[];
  /** Scalars that the net gives before the probabilities. */
  readonly scalars: number;
  readonly latents: (rows: number, wishes: Wishes, rng: Rng) => Float32Array;
  /** Scalars, then the probabilities of all blocks side by side, row by row. */
  readonly outputs: (latents: Float32Array, rows: number) => Float32Array;
}

/** Rows being drawn, with their latent numbers and (while they are needed) the outputs that follow. */
export interface BlockPool extends Candidates {
  latents?: Float32Array;
  outputs?: Float32Array;
}

export function emptyBlockPool(rows: number): BlockPool {
  return { ...noCandidates(rows) };
}

export function gatherBlockPools(
  pools: readonly BlockPool[],
  indices: readonly Int32Array[],
  size: number,
): BlockPool {
  const pool: BlockPool = gatherCandidates(pools, indices);
  const latents = new Float32Array(pool.rows * size);
  let at = 0;
  pools.forEach((pool, p) => {
    const own = pool.latents as Float32Array;
    for (const i of indices[p]) {
      latents.set(own.subarray(i * size, (i + 1) * size), at);
      at += size;
    }
  });
  pool.latents = latents;
  return pool;
}

/** Draws the next variable for all rows from its probabilities, and multiplies the rows' weights by those of its conditions. */
export function drawBlock(pool: BlockPool, parts: BlockParts, wishes: Wishes, rng: Rng): void {
  const j = pool.cells.length;
  const { rows } = pool;
  const variable = parts.variables[j];
  pool.latents ??= parts.latents(rows, wishes, rng.fork("latents"));
  pool.outputs ??= parts.outputs(pool.latents, rows);
  const shares = sharesOf(pool, parts, wishes);
  const { classes } = parts.blocks[j];
  const chosen = new Int32Array(rows);
  drawClasses(shares.byClass, rows, rng.fork("classes"), chosen);
  const cells = new Int32Array(rows);
  const lumps = rng.fork("cells");
  for (let i = 0; i < rows; i++) {
    const own = classes[chosen[i]];
    cells[i] = own.cells.length === 1 ? own.cells[0] : pickCell(own, (cell) => shares.holds(i, cell), lumps);
  }
  let values: Float64Array | undefined;
  if (variable.kind === "number") {
    values = new Float64Array(rows).fill(Number.NaN);
    const groups = chosen.map((c) => (classes[c].leaf ? c : -1));
    const uniforms = drawUniforms(groups, classes.length, undefined, rows, rng.fork("values"));
    const onGrid = (value: number): number =>
      Math.min(variable.high, Math.max(variable.low, snap(value, variable.grid)));
    const lines = lineReader(pool, parts);
    for (let i = 0; i < rows; i++) {
      const own = classes[chosen[i]];
      if (own.leaf) {
        const u = shares.within ? shares.within(i, own.leaf, uniforms[i]) : uniforms[i];
        values[i] = onGrid(leafQuantile(own.leaf, u));
      } else if (own.line) {
        const given = lines(own.line, i);
        values[i] = onGrid(shares.nearest?.(i, given) ?? given);
        cells[i] = cellOf(variable, values[i]);
      } else if (cells[i] < variable.atoms.length) values[i] = variable.atoms[cells[i]];
    }
  }
  addCells(pool, parts, cells, values, wishes.columns.size > 0);
  // Candidates wait for their conditions to be weighed; what follows is drawn for the chosen ones only.
  if (j === wishes.last) pool.outputs = undefined;
}

interface ClassShares {
  /** Adds up to 1 in every row. */
  readonly byClass: readonly Float64Array[];
  /** Whether a row may have a cell. */
  readonly holds: (row: number, cell: number) => boolean;
  /** The part of a leaf's distribution that a row may have, as a share of the way through it. */
  readonly within?: (row: number, leaf: Leaf, u: number) => number;
  /** The value that a row may have which is nearest to another, if it may have any. */
  readonly nearest?: (row: number, value: number) => number | undefined;
}

/** The probabilities of the classes, less what rules and conditions exclude; weighs the rows by their conditions. */
function sharesOf(pool: BlockPool, parts: BlockParts, wishes: Wishes): ClassShares {
  const j = pool.cells.length;
  const { rows, weights } = pool;
  const variable = parts.variables[j];
  const { classes } = parts.blocks[j];
  const plain = ownProbabilities(pool, parts, j);
  const expected = wishes.last < 0 && rows >= leastBalanced ? parts.shares?.[j] : undefined;
  const words = wordCount(variable.labels.length);
  const bits = allowedBits(parts.masks[j], pool.cells, variable.labels.length, rows);
  const wish = wishes.cells.get(j);
  const bounds = variable.kind === "number" ? boundsOf(pool, parts, wishes.columns) : undefined;
  const { rules, wishes: wished, both } = bounds ?? {};
  if (!bits && !wish && !both) {
    if (expected) balance(plain, expected);
    return { byClass: plain, holds: () => true };
  }
  const allowed = (i: number, cell: number): boolean => allows(bits, words, i, cell);
  const holds = (i: number, cell: number): boolean => allowed(i, cell) && (!wish || wish[cell] === 1);
  const within = both && ((i: number, leaf: Leaf, u: number): number => throughRanges(leaf, i, both, u));
  const nearest = both && ((i: number, value: number) => nearestIn(both, i, variable)(value));
  const lines = lineReader(pool, parts);
  const shares = { holds, ...(within && { within, nearest }) };
  const keepRules = (byClass: readonly Float64Array[]): void =>
    classes.forEach((own, c) => {
      if (bits) keepCells(own, byClass[c], allowed);
      if (rules) keepRanges(own, byClass[c], variable, rules, lines);
    });
  const ruled = plain.map((own) => own.slice());
  keepRules(ruled);
  let before = sumOf(ruled, rows);
  if (before.includes(0)) {
    // Where the net gives nothing to what rules leave, that is drawn as often as it occurs.
    const open = classes.map((_, c) => before.map((sum) => (sum > 0 ? 0 : (parts.shares?.[j][c] ?? 1))));
    keepRules(open);
    ruled.forEach((own, c) => {
      for (let i = 0; i < rows; i++) own[i] += open[c][i];
    });
    before = sumOf(ruled, rows);
  }
  if (!wish && !wished) {
    divide(ruled, before, plain);
    if (expected) balance(ruled, expected);
    return { byClass: ruled, ...shares };
  }
  classes.forEach((own, c) => {
    if (bits || wish) keepCells(own, plain[c], holds);
    if (both) keepRanges(own, plain[c], variable, both, lines);
    if (wished && !bounds?.missing && variable.kind === "number" && own.cells[0] > variable.atoms.length)
      plain[c].fill(0);
  });
  const after = sumOf(plain, rows);
  for (let i = 0; i < rows; i++) weights[i] *= before[i] > 0 ? after[i] / before[i] : 0;
  divide(plain, after, ruled);
  return { byClass: plain, ...shares };
}

/** Fewer rows are left to chance: their shares may differ from the expected ones by more than this would mend. */
const leastBalanced = 500;
const balancingRounds = 4;

/**
 * Moves all rows' probabilities a little, so that their mean is the expected share of each class (iterative proportional
 * fitting): neither what the latent numbers of these rows happen to be nor what rules took off shows in the margins.
 */
function balance(byClass: readonly Float64Array[], expected: readonly number[]): void {
  if (byClass.length < 2) return;
  const { length: rows } = byClass[0];
  const factors = new Float64Array(byClass.length).fill(1);
  const sum = new Float64Array(rows);
  const total = (): void => {
    sum.fill(0);
    byClass.forEach((own, c) => {
      const factor = factors[c];
      for (let i = 0; i < rows; i++) sum[i] += factor * own[i];
    });
    for (let i = 0; i < rows; i++) sum[i] = sum[i] > 0 ? 1 / sum[i] : 0;
  };
  for (let round = 0; round < balancingRounds; round++) {
    total();
    byClass.forEach((own, c) => {
      let mean = 0;
      for (let i = 0; i < rows; i++) mean += own[i] * sum[i];
      mean *= factors[c] / rows;
      if (mean > 0) factors[c] *= expected[c] / mean;
    });
  }
  total();
  byClass.forEach((own, c) => {
    const factor = factors[c];
    for (let i = 0; i < rows; i++) own[i] *= factor * sum[i];
  });
}

/** Takes off each row's share of the class what its cells may not be. */
function keepCells(
  { cells, weights }: BlockClass,
  share: Float64Array,
  holds: (row: number, cell: number) => boolean,
): void {
  for (let i = 0; i < share.length; i++) {
    if (share[i] === 0) continue;
    if (cells.length === 1) {
      if (!holds(i, cells[0])) share[i] = 0;
      continue;
    }
    let kept = 0;
    for (let k = 0; k < cells.length; k++) if (holds(i, cells[k])) kept += weights[k];
    share[i] *= kept;
  }
}

/** Takes off each row's share of the class what lies outside its ranges; a missing value lies nowhere. */
function keepRanges(
  { cells, leaf, line }: BlockClass,
  share: Float64Array,
  variable: DrawnVariable,
  ranges: readonly RowRange[],
  lines: LineReader,
): void {
  const { atoms } = variable;
  if (!leaf && !line && cells[0] > atoms.length) return;
  const [least, most] = leaf ? [leaf.points[0], leaf.points[leaf.points.length - 1]] : [0, 0];
  const atom = leaf || line ? Number.NaN : atoms[cells[0]];
  for (let i = 0; i < share.length; i++) {
    let part = line ? besideLine(lines(line, i), line.scale, nearestIn(ranges, i, variable), variable) : 0;
    for (const { low, high } of line ? [] : ranges) {
      if (!leaf) part = Math.max(part, atom >= low[i] && atom <= high[i] ? 1 : 0);
      else if (low[i] <= least && high[i] >= most) part = 1;
      else if (low[i] <= high[i] && low[i] <= most && high[i] >= least)
        part += Math.max(0, reachTo(leaf, high[i]) - reachFrom(leaf, low[i]));
    }
    if (part < 1) share[i] *= part;
  }
}

type Nearest = (value: number) => number | undefined;

/** 1 where the row may have what the net gives; a little of the nearest that it may have, less the further off that is. */
function besideLine(given: number, scale: number, nearest: Nearest, { low, high }: DrawnVariable): number {
  const value = Math.min(high, Math.max(low, given));
  const near = nearest(value);
  if (near === undefined || near === value) return near === undefined ? 0 : 1;
  return leftOpen * 2 ** -(Math.abs(near - value) / scale);
}

/** Gives the value nearest to one that the row's ranges and the variable's have, if there is any. */
function nearestIn(ranges: readonly RowRange[], i: number, variable: DrawnVariable): Nearest {
  return (value) => {
    let best: number | undefined;
    for (const { low, high } of ranges) {
      const [from, to] = [Math.max(low[i], variable.low), Math.min(high[i], variable.high)];
      const near = Math.min(to, Math.max(from, value));
      if (from <= to && !(Math.abs(near - value) >= Math.abs((best ?? Infinity) - value))) best = near;
    }
    return best;
  };
}

function sumOf(shares: readonly Float64Array[], rows: number): Float64Array {
  const sum = new Float64Array(rows);
  for (const own of shares) for (let i = 0; i < rows; i++) sum[i] += own[i];
  return sum;
}

/** Brings each row's shares to a sum of 1; rows with nothing left take `instead`: they are mended after drawing. */
function divide(shares: readonly Float64Array[], sum: Float64Array, instead: readonly Float64Array[]): void {
  shares.forEach((own, c) => {
    for (let i = 0; i < own.length; i++) own[i] = sum[i] > 0 ? own[i] / sum[i] : instead[c][i];
  });
}

function ownProbabilities(pool: BlockPool, parts: BlockParts, j: number): Float64Array[] {
  const { rows } = pool;
  const stride = outputWidth(parts);
  const from = parts.blocks.slice(0, j).reduce((sum, block) => sum + block.classes.length, parts.scalars);
  const outputs = pool.outputs as Float32Array;
  const shares = parts.blocks[j].classes.map(() => new Float64Array(rows));
  // Row by row, as the net wrote them: the classes of a row lie side by side.
  for (let i = 0; i < rows; i++) {
    const start = i * stride + from;
    for (let c = 0; c < shares.length; c++) shares[c][i] = outputs[start + c];
  }
  return shares;
}

function outputWidth({ blocks, scalars }: Pick<BlockParts, "blocks" | "scalars">): number {
  return blocks.reduce((sum, block) => sum + block.classes.length, scalars);
}

type LineReader = (line: NonNullable<BlockClass["line"]>, row: number) => number;

/** Reads a number's value from the net's scalars. */
function lineReader({ outputs }: BlockPool, parts: BlockParts): LineReader {
  const stride = outputWidth(parts);
  return ({ scalar, shift, scale }, i) => shift + scale * (outputs as Float32Array)[i * stride + scalar];
}

/** The shares of a leaf's distribution at which a range begins and ends. */
function reachFrom(leaf: Leaf, low: number): number {
  return low <= leaf.points[0] ? 0 : leafShare(leaf, low, false);
}

function reachTo(leaf: Leaf, high: number): number {
  return high >= leaf.points[leaf.points.length - 1] ? 1 : leafShare(leaf, high, true);
}

/** The share at `u` of the way through the parts of a leaf's distribution that lie in the row's ranges. */
function throughRanges(leaf: Leaf, i: number, ranges: readonly RowRange[], u: number): number {
  const parts = ranges
    .filter(({ low, high }) => low[i] <= high[i])
    .map(({ low, high }) => [reachFrom(leaf, low[i]), reachTo(leaf, high[i])])
    .filter(([from, to]) => to > from);
  let left = u * parts.reduce((sum, [from, to]) => sum + to - from, 0);
  for (const [from, to] of parts) {
    if (left <= to - from) return from + left;
    left -= to - from;
  }
  return parts.at(-1)?.[1] ?? u;
}

function pickCell({ cells, weights }: BlockClass, holds: (cell: number) => boolean, rng: Rng): number {
  let total = 0;
  cells.forEach((cell, k) => {
    if (holds(cell)) total += weights[k];
  });
  let left = rng.uniform() * total;
  let found = cells[0];
  for (let k = 0; k < cells.length; k++) {
    if (!holds(cells[k])) continue;
    found = cells[k];
    left -= weights[k];
    if (left < 0) break;
  }
  return found;
}
