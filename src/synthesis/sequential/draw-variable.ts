import type { Rng } from "../../core/rng";
import { type Bounds, boundsOf, inRanges, type RowRange } from "../drawing/bounds";
import { columnsOf } from "../drawing/candidates";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { drawClasses } from "../drawing/draws";
import { allowedBits, allows, withinLimits, wordCount } from "../drawing/masks";
import { addCells } from "../drawing/restore-known";
import type { Wishes } from "../drawing/wishes";
import { chosenGrid, snap } from "../structure/grids";
import { repeat } from "../structure/restore";
import { cellOf } from "../structure/structure";
import { ontoSupport, repeatedIn } from "../structure/support";
import { cellProbabilities } from "./cells";
import { distributionOf, drawNumbers, type NumberRowsDrawn, type Shares, sharesOf } from "./draw-numbers";
import type { NumberModel } from "./numbers";
import type { SequentialParts } from "./parts";
import type { Pool } from "./pool";
import { type EncodedTerm, encodeTerm } from "./terms/terms";

/** What was drawn of a variable; of a number, also from which distribution. */
export interface NextDrawn {
  readonly cells: Int32Array;
  readonly values?: Float64Array;
  readonly number?: { readonly model: NumberModel; readonly distribution: NumberRowsDrawn };
}

/** Draws the next variable for all rows of the pool, and multiplies their weights by the probability of its conditions. */
export function drawVariable(pool: Pool, parts: SequentialParts, wishes: Wishes, rng: Rng): void {
  addDrawn(pool, parts, nextDrawn(pool, parts, wishes, rng), wishes.columns.size > 0);
}

/** What is known of rows besides what was drawn. */
export interface Beside {
  /** May bend the probabilities of the next variable's cells. */
  readonly steer?: (choice: Choice) => void;
  /** Values that come later, NaN where none is known. */
  readonly later?: ReadonlyMap<string, Float64Array>;
  /** Where the bands and parts of a column that are known say that it lies. */
  readonly within?: ReadonlyMap<string, readonly RowRange[]>;
}

/** What the next variable is, in a draw for each row of the pool. */
export function nextDrawn(
  pool: Pool,
  parts: SequentialParts,
  wishes: Wishes,
  rng: Rng,
  beside: Beside = {},
): NextDrawn {
  return parts.variables[pool.cells.length].kind === "levels"
    ? { cells: drawCells(pool, parts, wishes, rng, beside) }
    : drawNumber(pool, parts, wishes, rng, beside);
}

/** Adds what the next variable is to the pool. */
export function addDrawn(
  pool: Pool,
  parts: SequentialParts,
  { cells, values }: NextDrawn,
  restores = false,
): void {
  const plans = parts.plans[pool.cells.length];
  pool.encoded.push(plans.map((plan) => encodeTerm(plan, cells, values)));
  addCells(pool, parts, cells, values, restores);
}

/** The terms that a variable's conditional reads. */
function termsOf(pool: Pool, parts: SequentialParts, j: number): readonly EncodedTerm[] {
  return parts.parents[j].flatMap((k) => pool.encoded[k]);
}

/** The probabilities of cells by class, structural zeros left out; and the cell of rows that have no choice. */
export interface Choice {
  readonly classes: readonly number[];
  readonly probabilities: readonly Float64Array[];
  /** −1 where the probabilities decide. */
  readonly forced: Int32Array | undefined;
}

/** What the next variable of the pool may be; whether dates are moved afterwards to where levels have them. */
export function choose(pool: Pool, parts: SequentialParts, moves = false): Choice {
  const j = pool.cells.length;
  const { rows } = pool;
  const { cells } = parts.conditionals[j];
  const { seen } = parts.variables[j];
  if (!cells) return { classes: seen, probabilities: [new Float64Array(rows).fill(1)], forced: undefined };
  const count = parts.variables[j].labels.length;
  const words = wordCount(count);
  const masked = allowedBits(parts.masks[j], pool.cells, count, rows);
  const bits = withinLimits(masked, parts.structure, parts.variables[j], pool.restored, { rows, moves });
  const drawn = { rows, terms: termsOf(pool, parts, j), columns: columnsOf(pool) };
  const layout = parts.layouts[j];
  if (!bits) {
    const probabilities = cellProbabilities(cells, layout, drawn, pool.scratch);
    return { classes: cells.classes, probabilities, forced: undefined };
  }
  const probabilities = cellProbabilities(cells, layout, drawn, pool.scratch, { bits, words });
  const sum = new Float64Array(rows);
  for (const own of probabilities) for (let i = 0; i < rows; i++) sum[i] += own[i];
  const forced = new Int32Array(rows).fill(-1);
  for (let i = 0; i < rows; i++) {
    // Where the masks of several variables leave nothing, the commonest cell stands in.
    if (sum[i] === 0) forced[i] = seen.find((cell) => allows(bits, words, i, cell)) ?? seen[0];
  }
  return { classes: cells.classes, probabilities, forced };
}

function drawCells(
  pool: Pool,
  parts: SequentialParts,
  wishes: Wishes,
  rng: Rng,
  { steer }: Beside,
): Int32Array {
  const { rows, weights } = pool;
  const choice = choose(pool, parts, !steer);
  steer?.(choice);
  const { classes, probabilities, forced } = choice;
  const wish = wishes.cells.get(pool.cells.length);
  if (wish) {
    for (let i = 0; i < rows; i++) {
      if (forced && forced[i] >= 0) {
        weights[i] *= wish[forced[i]];
        continue;
      }
      let kept = 0;
      for (let c = 0; c < classes.length; c++) if (wish[classes[c]] === 1) kept += probabilities[c][i];
      weights[i] *= kept;
      if (kept === 0) continue;
      for (let c = 0; c < classes.length; c++) {
        probabilities[c][i] = wish[classes[c]] === 1 ? probabilities[c][i] / kept : 0;
      }
    }
  }
  return asCells(classes, probabilities, forced, rows, rng);
}

function asCells(
  classes: readonly number[],
  probabilities: readonly Float64Array[],
  forced: Int32Array | undefined,
  rows: number,
  rng: Rng,
): Int32Array {
  const out = new Int32Array(rows);
  if (classes.length === 1) out.fill(0);
  else drawClasses(probabilities, rows, rng, out);
  for (let i = 0; i < rows; i++) {
    if (forced && forced[i] >= 0) out[i] = forced[i];
    else out[i] = out[i] < 0 ? classes[0] : classes[out[i]];
  }
  return out;
}

function drawNumber(
  pool: Pool,
  parts: SequentialParts,
  wishes: Wishes,
  rng: Rng,
  { steer, later, within }: Beside,
): NextDrawn {
  const j = pool.cells.length;
  const { rows } = pool;
  const one = parts.variables[j];
  const model = parts.conditionals[j].number;
  const distribution =
    model && distributionOf(model, parts.layouts[j], termsOf(pool, parts, j), columnsOf(pool), rows);
  const bounds = boundsOf(pool, parts, wishes.columns, {
    ...(later && { later }),
    ...(within && { within }),
  });
  const choice = choose(pool, parts, !steer);
  steer?.(choice);
  const number = model && distribution && { model, distribution };
  const repeated = repeatedValues(pool, parts);
  const shares = bounded(pool, one, choice, bounds, number, repeated);
  const cells = asCells(choice.classes, choice.probabilities, choice.forced, rows, rng.fork("cells"));
  const values = new Float64Array(rows);
  const other = one.atoms.length;
  for (let i = 0; i < rows; i++) values[i] = cells[i] < other ? one.atoms[cells[i]] : Number.NaN;
  if (model && distribution) {
    drawNumbers(model, distribution, (i) => cells[i] === other, shares, values, rng.fork("values"));
    const round = roundedFor(one, rng.fork("grids"));
    const { support } = one;
    // A multiple of another number lies anywhere.
    const placed = (value: number): number =>
      model.relative && support ? ontoSupport(support, value) : value;
    for (let i = 0; i < rows; i++) if (cells[i] === other) values[i] = placed(round(values[i]));
  }
  repeated?.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    values[i] = value;
    cells[i] = cellOf(one, value);
  });
  return { cells, values, ...(number && { number }) };
}

/** The values of other columns that the next variable repeats; NaN where its value is its own. */
function repeatedValues(pool: Pool, { variables }: SequentialParts): Float64Array | undefined {
  const j = pool.cells.length;
  const one = variables[j];
  if (!one.repeats) return undefined;
  const values = new Float64Array(pool.rows).fill(Number.NaN);
  const at = (name: string) => pool.values[variables.findIndex((other) => other.name === name)];
  repeat(one, values, pool.cells[j - 1], (name) => (at(name) ?? pool.restored.get(name)) as Float64Array);
  return values;
}

/** Rounds a drawn value to the variable's grid, or to one of the coarser ones that values prefer which do not repeat. */
function roundedFor({ grid, support, low, high }: DrawnVariable, rng: Rng): (value: number) => number {
  const repeats = new Set(repeatedIn(support));
  return (value) => {
    if (repeats.has(value)) return value;
    const own = grid?.coarser ? chosenGrid(grid, rng.uniform()) : grid;
    return Math.min(high, Math.max(low, snap(value, own)));
  };
}

/** Bends the probabilities of the cells to the bounds; returns the shares of the cell "other" that are left. */
function bounded(
  pool: Pool,
  one: DrawnVariable,
  { classes, probabilities, forced }: Choice,
  bounds: Bounds,
  number: NextDrawn["number"],
  repeated: Float64Array | undefined,
): Shares | undefined {
  const { rows, weights } = pool;
  const { rules, wishes, both } = bounds;
  if (!both) return undefined;
  const inside = (ranges: typeof both, value: number, i: number): number =>
    inRanges(ranges, i, value) ? 1 : 0;
  const byRules = rules && number ? sharesOf(number.model, number.distribution, rules, rows) : undefined;
  const byBoth = number ? sharesOf(number.model, number.distribution, both, rows) : undefined;
  const other = one.atoms.length;
  const part = (
    ranges: typeof both | undefined,
    shares: Shares | undefined,
    cell: number,
    i: number,
  ): number => {
    if (!ranges) return 1;
    if (cell < other) return inside(ranges, one.atoms[cell], i);
    return cell === other ? (shares ? shares.total[i] : 0) : 1;
  };
  for (let i = 0; i < rows; i++) {
    if (repeated && !Number.isNaN(repeated[i])) {
      if (wishes) weights[i] *= inside(wishes, repeated[i], i);
      continue;
    }
    let before = 0;
    let after = 0;
    const known = forced !== undefined && forced[i] >= 0;
    const fits = (cell: number): number =>
      cell > other && wishes && !bounds.missing ? 0 : part(both, byBoth, cell, i);
    for (let c = 0; c < classes.length; c++) {
      const p = known ? (classes[c] === forced[i] ? 1 : 0) : probabilities[c][i];
      before += p * part(rules, byRules, classes[c], i);
      after += p * fits(classes[c]);
    }
    if (known && !classes.includes(forced[i])) {
      before = part(rules, byRules, forced[i], i);
      after = fits(forced[i]);
    }
    // Rules that leave nothing are mended after drawing; conditions that leave nothing end the row.
    if (wishes) weights[i] *= before > 0 ? after / before : after > 0 ? 1 : 0;
    if (!(after > 0) || known) continue;
    for (let c = 0; c < classes.length; c++) probabilities[c][i] *= fits(classes[c]) / after;
  }
  return byBoth;
}
