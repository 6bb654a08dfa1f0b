import { column, type Matrix } from "../core/matrix";

/** Rows per block: six vectors of four sums, as many as the registers hold. */
export const blockRows = 24;
// Products of two 16-bit numbers are added up in 32 bits: four squared lengths have to fit.
const longestRow = Math.sqrt(2 ** 29);

/** Where things lie in the memory that the kernel and its twin work on, as byte offsets of 32-bit numbers. */
export interface Layout {
  /** Pairs of columns. */
  readonly pairs: number;
  /** Rows that may be neighbours: the first of all. */
  readonly rows: number;
  /** Candidates kept per query. */
  readonly kept: number;
  /** 1 if the queries are all rows, in order. */
  readonly symmetric: 0 | 1;
  /** Two 16-bit numbers each, in blocks of 24 rows: block, pair of columns, row. Rows are filled up with zeros. */
  readonly blocksAt: number;
  /** |a|² of each row; large where rows are filled up. */
  readonly squaresAt: number;
  /** Where each query's list begins, in entries; one more at the end. */
  readonly startsAt: number;
  /** Each query's pairs that are not both zero: byte offset of the pair within a block, the two numbers. */
  readonly listsAt: number;
  /** The row number of each query. */
  readonly queryRowsAt: number;
  /** Score of the last candidate kept for each query: others have to be below it. */
  readonly limitsAt: number;
  /** Scores kept for each query, ascending. */
  readonly scoresAt: number;
  /** Their row numbers. */
  readonly idsAt: number;
  readonly scratchAt: number;
  /** Row numbers within a limit: one per row. */
  readonly bandAt: number;
  readonly bytes: number;
}

/** What kernel and twin do. */
export interface Search {
  /** Offers the blocks `first` … `last` − 1 to the queries `from` … `to` − 1. */
  scan(from: number, to: number, first: number, last: number): void;
  /** Writes the rows whose score with the query is at most `limit`, ascending, to the band; returns how many. */
  within(query: number, limit: number, blocks: number): number;
}

/** Rows as whole numbers: no two of them are farther apart than the rows are, times `scale`, but for `residuals`. */
export interface Prepared {
  /** Row-major, as they were given. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly pairs: number;
  /** Row-major, `2 · pairs` numbers a row: columns that are seldom zero come first, so that whole pairs are zero. */
  readonly whole: Int16Array;
  readonly scale: number;
  /** How far rounding moved each row, in units of the whole numbers. */
  readonly residuals: Float64Array;
  readonly largestResidual: number;
}

/**
 * Shifts each column so that most values are zero, or small, which leaves all differences as they are; scales rows so
 * that twice the usual length fits; moves longer rows towards zero until they fit, which brings no two rows farther
 * apart (a projection onto a ball); and rounds.
 */
export function prepare(x: Matrix): Prepared {
  const { rows, columns } = x;
  const values = new Float64Array(rows * columns);
  const shifts = new Float64Array(columns);
  const filled = new Float64Array(columns);
  const squares = new Float64Array(rows);
  for (let j = 0; j < columns; j++) {
    const from = column(x, j);
    shifts[j] = shiftOf(from);
    filled[j] = spread(from, shifts[j], values, j, columns, squares);
  }
  const order = Array.from(filled.keys()).sort((a, b) => filled[b] - filled[a] || a - b);
  const pairs = Math.ceil(columns / 2);
  // Rounding may add half a unit a column.
  const longest = longestRow - Math.sqrt(columns) / 2 - 1;
  const usual =
    squares.slice().sort()[rows >> 1] || squares.reduce((most, value) => Math.max(most, value), 0);
  const scale = usual > 0 && usual < Infinity ? longest / (2 * Math.sqrt(usual)) : 1;
  const whole = new Int16Array(rows * pairs * 2);
  const residuals = new Float64Array(rows);
  let largestResidual = 0;
  for (let i = 0; i < rows; i++) {
    const factor = Math.min(scale, longest / Math.sqrt(squares[i]));
    residuals[i] = roundRow(values, i, order, shifts, factor, whole, 2 * pairs);
    largestResidual = Math.max(largestResidual, residuals[i]);
  }
  return { values, rows, columns, pairs, whole, scale, residuals, largestResidual };
}

// Loops of their own: the engine optimises functions called for each column or row sooner than one long loop.
function spread(
  from: Float64Array,
  shift: number,
  to: Float64Array,
  offset: number,
  step: number,
  squares: Float64Array,
): number {
  let filled = 0;
  for (let i = 0, at = offset; i < from.length; i++, at += step) {
    to[at] = from[i];
    const moved = from[i] - shift;
    squares[i] += moved * moved;
    if (moved !== 0) filled++;
  }
  return filled;
}

function roundRow(
  values: Float64Array,
  i: number,
  order: readonly number[],
  shifts: Float64Array,
  factor: number,
  whole: Int16Array,
  width: number,
): number {
  let sum = 0;
  const from = i * shifts.length;
  for (let n = 0; n < order.length; n++) {
    const j = order[n];
    const value = (values[from + j] - shifts[j]) * factor;
    const rounded = Math.round(value);
    whole[i * width + n] = rounded;
    sum += (value - rounded) * (value - rounded);
  }
  return Math.sqrt(sum);
}

/** A value that at least a third of a sample has, else the sample's mean. */
function shiftOf(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / 256));
  const counts = new Map<number, number>();
  let mean = 0;
  let size = 0;
  for (let i = 0; i < values.length; i += step) {
    counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
    mean += values[i];
    size++;
  }
  let mode = 0;
  let most = 0;
  for (const [value, count] of counts) if (count > most) [mode, most] = [value, count];
  return 3 * most >= size ? mode : mean / size;
}

/** Lays the memory out. Each part begins at a multiple of 128 bytes. */
export function planLayout(data: Prepared, queries: Int32Array, kept: number, among: number): Layout {
  const padded = Math.ceil(data.rows / blockRows) * blockRows;
  const symmetric = queries.length === data.rows && among === data.rows ? 1 : 0;
  // With all rows as queries, limits are read block by block, so they are filled up too.
  const count = symmetric ? padded : queries.length;
  const { pairs } = data;
  const words = wordsOf(data);
  let entries = 0;
  for (let q = 0; q < queries.length; q++) entries += countFilled(words, queries[q] * pairs, pairs);
  // Below lies what the kernel's compiler puts there.
  let bytes = 1024;
  const place = (words: number): number => {
    const at = bytes;
    bytes += Math.ceil((words * 4) / 128) * 128;
    return at;
  };
  return {
    pairs,
    rows: among,
    kept,
    symmetric,
    blocksAt: place(padded * pairs),
    squaresAt: place(padded),
    startsAt: place(queries.length + 1),
    listsAt: place(entries * 2),
    queryRowsAt: place(count),
    limitsAt: place(count),
    scoresAt: place(count * kept),
    idsAt: place(count * kept),
    scratchAt: place(blockRows),
    bandAt: place(padded),
    bytes,
  };
}

/** A pair of 16-bit numbers as one of 32. */
function wordsOf(data: Prepared): Int32Array {
  return new Int32Array(data.whole.buffer);
}

function countFilled(words: Int32Array, from: number, count: number): number {
  let filled = 0;
  for (let p = from; p < from + count; p++) if (words[p] !== 0) filled++;
  return filled;
}

/** Writes rows and queries into the memory. */
export function fillMemory(memory: ArrayBuffer, layout: Layout, data: Prepared, queries: Int32Array): void {
  const { rows, pairs, whole } = data;
  const i32 = new Int32Array(memory);
  const words = wordsOf(data);
  const squares = i32.subarray(layout.squaresAt / 4);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    const to = layout.blocksAt / 4 + Math.floor(i / blockRows) * blockRows * pairs + (i % blockRows);
    for (let p = 0; p < pairs; p++) {
      const at = i * pairs + p;
      i32[to + p * blockRows] = words[at];
      sum += whole[2 * at] * whole[2 * at] + whole[2 * at + 1] * whole[2 * at + 1];
    }
    squares[i] = sum;
  }
  const padded = Math.ceil(rows / blockRows) * blockRows;
  squares.fill(2 ** 30, rows, padded);
  let entry = 0;
  for (let q = 0; q < queries.length; q++) {
    i32[layout.startsAt / 4 + q] = entry;
    i32[layout.queryRowsAt / 4 + q] = queries[q];
    for (let p = 0; p < pairs; p++) {
      const word = words[queries[q] * pairs + p];
      if (word === 0) continue;
      i32[layout.listsAt / 4 + 2 * entry] = p * blockRows * 4;
      i32[layout.listsAt / 4 + 2 * entry + 1] = word;
      entry++;
    }
  }
  i32[layout.startsAt / 4 + queries.length] = entry;
  const count = layout.symmetric ? padded : queries.length;
  i32.fill(2 ** 31 - 1, layout.limitsAt / 4, layout.limitsAt / 4 + queries.length);
  i32.fill(-1, layout.limitsAt / 4 + queries.length, layout.limitsAt / 4 + count);
  i32.fill(2 ** 31 - 1, layout.scoresAt / 4, layout.scoresAt / 4 + count * layout.kept);
}
