import { check } from "../../core/checks";
import { Layout, mustStartKernel } from "../../core/kernel";
import { ends } from "../../core/math/statistics";
import { defaultThreads, mapThreads, type Task, task } from "../../core/pool";
import type { Shared } from "./align";
import { wasm } from "./nearest.wasm";

/** Each query row's nearest reference row, by the mean over columns of its differences (Gower). */
export interface Nearest {
  /** From 0 (equal) to 1. */
  readonly distance: Float64Array;
  /** The distance of the second nearest; infinite when there is none. */
  readonly second: Float64Array;
  readonly row: Int32Array;
}

export interface NearestOptions {
  /**
   * Which table's ranges the differences of numbers are divided by (its place among the shared tables); defaults to
   * the reference's, as in SDMetrics.
   */
  readonly ranges?: number;
  /** Leaves out the row of the same number, for a table that is compared with itself. @default false */
  readonly skipSame?: boolean;
  /** Defaults to the processors there are, for searches that are worth it. */
  readonly threads?: number;
}

/** Rows packed for the search: `blocks` × 16 bytes of cells and `numbers` scaled values a row. */
export interface Packed {
  readonly rows: number;
  readonly blocks: number;
  readonly numbers: number;
  readonly cells: Uint8Array;
  readonly values: Float64Array;
}

/** Rows of one search. */
interface Search {
  readonly reference: Packed;
  readonly queries: Packed;
  readonly skip: number;
}

/** Pairs of rows below which one thread is enough. */
const fewPairs = 2e7;

/** The task that `nearestRecords` hands to threads. */
export const searchNearest: Task<Search, Float64Array> = task(
  "evaluate/synthetic/nearest",
  "searchNearest",
  ({ reference, queries, skip }: Search) => searchKernel(reference, queries, skip),
);

/**
 * The exact nearest neighbours of every row of table `query` among those of table `reference` (places among the shared
 * tables). Differences: min(|Δ| / range, 1) of numbers, 0 or 1 of levels; missing against present is 1. Nothing is
 * subsampled.
 */
export async function nearestRecords(
  columns: readonly Shared[],
  query: number,
  reference: number,
  options: NearestOptions = {},
): Promise<Nearest> {
  const { ranges = reference, skipSame = false, threads = defaultThreads() } = options;
  check(
    columns.length > 0,
    "find nearest records",
    "the tables must share a column that is no key or free text",
  );
  const against = pack(columns, reference, ranges);
  const queries = pack(columns, query, ranges);
  const parts = against.rows * queries.rows < fewPairs ? 1 : threads;
  const searches = cut(queries, parts).map(({ part, from }) => ({
    reference: against,
    queries: part,
    skip: skipSame ? from : -1,
  }));
  const found = await mapThreads(searchNearest, searches, parts);
  const out = {
    distance: new Float64Array(queries.rows),
    second: new Float64Array(queries.rows),
    row: new Int32Array(queries.rows),
  };
  let i = 0;
  for (const part of found) {
    for (let q = 0; q < part.length; q += 3, i++) {
      out.distance[i] = part[q] / columns.length;
      out.second[i] = part[q + 1] / columns.length;
      out.row[i] = part[q + 2];
    }
  }
  return out;
}

/** Least distance, second least and nearest row of each query, three numbers each. */
export function searchKernel(reference: Packed, queries: Packed, skip: number): Float64Array {
  const space = new Layout();
  const cells = space.take(reference.cells.length);
  const values = space.take(8 * reference.values.length);
  const queryCells = space.take(queries.cells.length);
  const queryValues = space.take(8 * queries.values.length);
  const found = space.take(24 * queries.rows);
  const { memory, run } = mustStartKernel<{
    layout(...numbers: number[]): void;
    search(from: number, to: number, skip: number): void;
  }>(wasm, space.end, "find nearest records");
  new Uint8Array(memory).set(reference.cells, cells);
  new Uint8Array(memory).set(queries.cells, queryCells);
  new Float64Array(memory).set(reference.values, values / 8);
  new Float64Array(memory).set(queries.values, queryValues / 8);
  run.layout(
    reference.blocks,
    reference.numbers,
    reference.rows,
    cells,
    values,
    queryCells,
    queryValues,
    found,
  );
  // Short calls: the optimising compiler takes over between two of them.
  for (let from = 0; from < queries.rows; from += 64)
    run.search(from, Math.min(from + 64, queries.rows), skip);
  return new Float64Array(memory, found, 3 * queries.rows).slice();
}

/** Cells as bytes, 16 to a block; numbers divided by their range; levels beyond a byte as numbers that differ by 1. */
export function pack(columns: readonly Shared[], table: number, ranges: number): Packed {
  const small = columns.filter((column) => column.kind === "levels" && column.levels.length < 255);
  const large = columns.filter((column) => !small.includes(column));
  const [first] = columns;
  const rows = first.kind === "levels" ? first.codes[table].length : first.values[table].length;
  const blocks = Math.max(1, Math.ceil(small.length / 16));
  const cells = new Uint8Array(rows * blocks * 16);
  small.forEach((one, j) => {
    if (one.kind !== "levels") return;
    const codes = one.codes[table];
    for (let i = 0; i < rows; i++) cells[i * blocks * 16 + j] = codes[i] + 1;
  });
  const values = new Float64Array(rows * large.length);
  large.forEach((one, j) => {
    const scaled =
      one.kind === "levels"
        ? Float64Array.from(one.codes[table])
        : scaledNumbers(one.values[table], one.values[ranges]);
    for (let i = 0; i < rows; i++) values[i * large.length + j] = scaled[i];
  });
  return { rows, blocks, numbers: large.length, cells, values };
}

/** Numbers such that their absolute difference, cut at 1, is the difference wanted. */
function scaledNumbers(values: Float64Array, by: Float64Array): Float64Array {
  const [low, high] = ends(by);
  const range = high - low;
  // Missing stands far from everything but missing; without a range any difference is a whole one.
  const missing = 1e15;
  return values.map((value) => {
    if (Number.isNaN(value)) return missing;
    if (range > 0) return (value - low) / range;
    return value === low || !(high >= low) ? 0 : value > low ? 2 : -2;
  });
}

function cut(queries: Packed, parts: number): { part: Packed; from: number }[] {
  const width = queries.blocks * 16;
  return Array.from({ length: parts }, (_, p) => {
    const from = Math.floor((p * queries.rows) / parts);
    const to = Math.floor(((p + 1) * queries.rows) / parts);
    const part = {
      ...queries,
      rows: to - from,
      cells: queries.cells.slice(from * width, to * width),
      values: queries.values.slice(from * queries.numbers, to * queries.numbers),
    };
    return { part, from };
  });
}
