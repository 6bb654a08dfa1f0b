import { column, type Matrix } from "../core/matrix";

/** Rows per block: six vectors of four Float32 values, as many as the registers hold sums for. */
export const blockRows = 24;

/**
 * Where things lie in the memory that the kernel and its twin work on, as byte offsets. All but the lists are Float32
 * or Uint32 arrays.
 */
export interface Layout {
  readonly columns: number;
  /** Candidates kept per query. */
  readonly kept: number;
  /** 1 if the queries are all rows, in order. */
  readonly symmetric: 0 | 1;
  /** The values in blocks of 24 rows: block, column, row. Rows are filled up with zeros. */
  readonly blocksAt: number;
  /** |a|²/2 of each row; infinite where rows are filled up. */
  readonly halvesAt: number;
  /** Where each query's list begins, in entries; one more at the end. */
  readonly startsAt: number;
  /** Each query's values that are not zero: byte offset of the column within a block, value. */
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

/** What the plan needs to know of the rows. */
export interface Prepared {
  /** Row-major. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** What was taken from each column so that many values are zero, which leaves all differences as they are. */
  readonly shifts: Float64Array;
  /** Values that are not zero once shifted, in the rows queried. */
  readonly entries: number;
}

/** Row-major values and the shifts under which most of them are zero, or small. */
export function prepare(x: Matrix, queries: Int32Array): Prepared {
  const { rows, columns } = x;
  const values = new Float64Array(rows * columns);
  const shifts = new Float64Array(columns);
  let entries = 0;
  for (let j = 0; j < columns; j++) {
    const from = column(x, j);
    shifts[j] = shiftOf(from);
    spread(from, values, j, columns);
    entries += countShifted(from, queries, shifts[j]);
  }
  return { values, rows, columns, shifts, entries };
}

// Loops of their own: the engine optimises functions called for each column sooner than one long loop.
function spread(from: Float64Array, to: Float64Array, offset: number, step: number): void {
  for (let i = 0, at = offset; i < from.length; i++, at += step) to[at] = from[i];
}

function countShifted(values: Float64Array, rows: Int32Array, shift: number): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (Math.fround(values[rows[i]] - shift) !== 0) count++;
  return count;
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
export function planLayout(data: Prepared, queries: Int32Array, kept: number): Layout {
  const padded = Math.ceil(data.rows / blockRows) * blockRows;
  const symmetric = queries.length === data.rows ? 1 : 0;
  // With all rows as queries, limits are read block by block, so they are filled up too.
  const count = symmetric ? padded : queries.length;
  // Below lies what the kernel's compiler puts there.
  let bytes = 1024;
  const place = (words: number): number => {
    const at = bytes;
    bytes += Math.ceil((words * 4) / 128) * 128;
    return at;
  };
  return {
    columns: data.columns,
    kept,
    symmetric,
    blocksAt: place(padded * data.columns),
    halvesAt: place(padded),
    startsAt: place(queries.length + 1),
    listsAt: place(data.entries * 2),
    queryRowsAt: place(count),
    limitsAt: place(count),
    scoresAt: place(count * kept),
    idsAt: place(count * kept),
    scratchAt: place(blockRows),
    bandAt: place(padded),
    bytes,
  };
}

/** Writes rows and queries into the memory. */
export function fillMemory(memory: ArrayBuffer, layout: Layout, data: Prepared, queries: Int32Array): void {
  const { columns, rows, values, shifts } = data;
  const f32 = new Float32Array(memory);
  const u32 = new Uint32Array(memory);
  const halves = f32.subarray(layout.halvesAt / 4);
  const padded = Math.ceil(rows / blockRows) * blockRows;
  for (let i = 0; i < padded; i++) {
    let sum = 0;
    const to = layout.blocksAt / 4 + Math.floor(i / blockRows) * blockRows * columns + (i % blockRows);
    for (let j = 0; i < rows && j < columns; j++) {
      const value = Math.fround(values[i * columns + j] - shifts[j]);
      f32[to + j * blockRows] = value;
      sum += value * value;
    }
    halves[i] = i < rows ? sum / 2 : Infinity;
  }
  let entry = 0;
  queries.forEach((row, q) => {
    u32[layout.startsAt / 4 + q] = entry;
    u32[layout.queryRowsAt / 4 + q] = row;
    for (let j = 0; j < columns; j++) {
      const value = Math.fround(values[row * columns + j] - shifts[j]);
      if (value === 0) continue;
      u32[layout.listsAt / 4 + 2 * entry] = j * blockRows * 4;
      f32[layout.listsAt / 4 + 2 * entry + 1] = value;
      entry++;
    }
  });
  u32[layout.startsAt / 4 + queries.length] = entry;
  const count = layout.symmetric ? padded : queries.length;
  f32.fill(Infinity, layout.limitsAt / 4, layout.limitsAt / 4 + queries.length);
  f32.fill(-Infinity, layout.limitsAt / 4 + queries.length, layout.limitsAt / 4 + count);
  f32.fill(Infinity, layout.scoresAt / 4, layout.scoresAt / 4 + count * layout.kept);
}
