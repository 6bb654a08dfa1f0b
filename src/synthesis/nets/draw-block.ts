import type { Rng } from "../../core/rng";
import { type Bounds, boundsOf, meet, type RowRange } from "../drawing/bounds";
import { type Candidates, gatherCandidates, noCandidates } from "../drawing/candidates";
import { drawClasses, drawUniforms } from "../drawing/draws";
import { allowedBits, allows, type Mask, wordCount } from "../drawing/masks";
import { restoreKnown } from "../drawing/restore-known";
import type { Wishable, Wishes } from "../drawing/wishes";
import { type Leaf, leafQuantile, leafShare } from "../sequential/leaf";
import { snap } from "../structure/grids";
import type { DatePlan, NumberPlan } from "../structure/structure";
import type { Block, BlockClass } from "./blocks";

/** What drawing needs: a net whose outputs, given latent numbers, are each variable's probabilities by class. */
export interface BlockParts extends Wishable {
  readonly blocks: readonly Block[];
  readonly masks: readonly (readonly Mask[])[];
  readonly latents: (rows: number, rng: Rng) => Float32Array;
  /** Probabilities: all blocks side by side, row by row. */
  readonly probabilities: (latents: Float32Array, rows: number) => Float32Array;
}

/** Rows being drawn, with their latent numbers and (while they are needed) the probabilities that follow. */
export interface BlockPool extends Candidates {
  latents?: Float32Array;
  probabilities?: Float32Array;
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
  pools.forEach((one, p) => {
    const own = one.latents as Float32Array;
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
  const one = parts.variables[j];
  pool.latents ??= parts.latents(rows, rng.fork("latents"));
  pool.probabilities ??= parts.probabilities(pool.latents, rows);
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
  if (one.kind === "number") {
    values = new Float64Array(rows).fill(Number.NaN);
    const groups = chosen.map((c) => (classes[c].leaf ? c : -1));
    const uniforms = drawUniforms(groups, classes.length, undefined, rows, rng.fork("values"));
    for (let i = 0; i < rows; i++) {
      const { leaf } = classes[chosen[i]];
      if (leaf) {
        const u = shares.within ? shares.within(i, leaf, uniforms[i]) : uniforms[i];
        values[i] = Math.min(one.high, Math.max(one.low, snap(leafQuantile(leaf, u), one.grid)));
      } else if (cells[i] < one.atoms.length) values[i] = one.atoms[cells[i]];
    }
  }
  pool.cells.push(cells);
  pool.values.push(values);
  if (parts.structure.orders.length > 0 || wishes.columns.size > 0) restoreKnown(pool, parts);
  // Candidates wait for their conditions to be weighed; what follows is drawn for the chosen ones only.
  if (j === wishes.last) pool.probabilities = undefined;
}

interface ClassShares {
  /** Adds up to 1 in every row. */
  readonly byClass: readonly Float64Array[];
  /** Whether a row may have a cell. */
  readonly holds: (row: number, cell: number) => boolean;
  /** The part of a leaf's distribution that a row may have, as a share of the way through it. */
  readonly within?: (row: number, leaf: Leaf, u: number) => number;
}

/** The probabilities of the classes, less what rules and conditions exclude; weighs the rows by their conditions. */
function sharesOf(pool: BlockPool, parts: BlockParts, wishes: Wishes): ClassShares {
  const j = pool.cells.length;
  const { rows, weights } = pool;
  const one = parts.variables[j];
  const { classes } = parts.blocks[j];
  const plain = ownProbabilities(pool, parts, j);
  const words = wordCount(one.labels.length);
  const bits = allowedBits(parts.masks[j], pool.cells, one.labels.length, rows);
  const wish = wishes.cells.get(j);
  const bounds = one.kind === "number" ? limits(pool, parts, wishes, j) : undefined;
  if (!bits && !wish && !bounds) return { byClass: plain, holds: () => true };
  const { rules, wishes: wished } = bounds ?? {};
  const both = meet([rules, wished].filter((list) => list !== undefined));
  const allowed = (i: number, cell: number): boolean => allows(bits, words, i, cell);
  const holds = (i: number, cell: number): boolean => allowed(i, cell) && (!wish || wish[cell] === 1);
  const other = one.atoms.length;
  const isMissing = (cell: number): boolean => one.kind === "number" && cell > other;
  const reach = (own: BlockClass, i: number, ranges: readonly RowRange[] | undefined): number => {
    if (!ranges || isMissing(own.cells[0])) return 1;
    if (own.leaf) return leafRanges(own.leaf, i, ranges).total;
    return inside(ranges, i, one.atoms[own.cells[0]]) ? 1 : 0;
  };
  const partOf = (own: BlockClass, keep: (cell: number) => boolean): number =>
    own.cells.reduce((sum, cell, k) => sum + (keep(cell) ? own.weights[k] : 0), 0);
  const rule = (i: number, own: BlockClass): number =>
    partOf(own, (cell) => allowed(i, cell)) * reach(own, i, rules);
  const fits = (i: number, own: BlockClass): number => {
    if (wished && isMissing(own.cells[0]) && !bounds?.missing) return 0;
    return partOf(own, (cell) => holds(i, cell)) * reach(own, i, both);
  };
  const conditioned = wish !== undefined || wished !== undefined;
  for (let i = 0; i < rows; i++) {
    let before = 0;
    let after = 0;
    for (let c = 0; c < classes.length; c++) {
      before += plain[c][i] * rule(i, classes[c]);
      if (conditioned) after += plain[c][i] * fits(i, classes[c]);
    }
    if (!conditioned) after = before;
    else weights[i] *= before > 0 ? after / before : 0;
    const part = after > 0 && conditioned ? fits : rule;
    const total = after > 0 ? after : before;
    // Rules that leave nothing are mended after drawing.
    if (total > 0) for (let c = 0; c < classes.length; c++) plain[c][i] *= part(i, classes[c]) / total;
  }
  const within = both && ((i: number, leaf: Leaf, u: number): number => throughRanges(leaf, i, both, u));
  return { byClass: plain, holds, ...(within && { within }) };
}

function ownProbabilities(pool: BlockPool, parts: BlockParts, j: number): Float64Array[] {
  const { rows } = pool;
  const from = parts.blocks.slice(0, j).reduce((sum, block) => sum + block.classes.length, 0);
  const width = parts.blocks.reduce((sum, block) => sum + block.classes.length, 0);
  const probabilities = pool.probabilities as Float32Array;
  return parts.blocks[j].classes.map((_, c) => {
    const own = new Float64Array(rows);
    for (let i = 0; i < rows; i++) own[i] = probabilities[i * width + from + c];
    return own;
  });
}

function limits(pool: BlockPool, parts: BlockParts, wishes: Wishes, j: number): Bounds | undefined {
  const plan = parts.structure.columns.find((one) => one.name === parts.variables[j].name);
  const bounds = boundsOf(plan as NumberPlan | DatePlan, parts.structure, wishes.columns, {
    rows: pool.rows,
    has: (name) => pool.restored.has(name),
    of: (name) => pool.restored.get(name) as Float64Array,
  });
  return bounds.rules || bounds.wishes ? bounds : undefined;
}

function inside(ranges: readonly RowRange[], i: number, value: number): boolean {
  return ranges.some(({ low, high }) => value >= low[i] && value <= high[i]);
}

/** The stretches of a leaf's distribution that lie in the row's ranges, as shares from and to. */
function leafRanges(
  leaf: Leaf,
  i: number,
  ranges: readonly RowRange[],
): { readonly parts: readonly (readonly [number, number])[]; readonly total: number } {
  const parts: (readonly [number, number])[] = [];
  let total = 0;
  const least = leaf.points[0];
  const most = leaf.points[leaf.points.length - 1];
  for (const { low, high } of ranges) {
    if (!(low[i] <= high[i]) || low[i] > most || high[i] < least) continue;
    const from = low[i] <= least ? 0 : leafShare(leaf, low[i], false);
    const to = high[i] >= most ? 1 : leafShare(leaf, high[i], true);
    if (to <= from) continue;
    parts.push([from, to]);
    total += to - from;
  }
  return { parts, total };
}

function throughRanges(leaf: Leaf, i: number, ranges: readonly RowRange[], u: number): number {
  const { parts, total } = leafRanges(leaf, i, ranges);
  if (total === 0) return u;
  let left = u * total;
  for (const [from, to] of parts) {
    if (left <= to - from) return from + left;
    left -= to - from;
  }
  return parts[parts.length - 1][1];
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
