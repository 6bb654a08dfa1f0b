import { check, checkInteger } from "../core/checks";
import { mustStartKernel } from "../core/kernel";
import { column, type Matrix } from "../core/matrix";
import { wasm } from "./neighbours.wasm";
import {
  blockRows,
  fillMemory,
  type Layout,
  type Prepared,
  planLayout,
  prepare,
  type Search,
} from "./neighbours-layout";

// Candidates kept beyond those asked for: so many may be misplaced by rounding before a row is looked at again.
const spare = 3;
// Bytes of blocks that one pass over the queries reads: what stays near the processor.
const passBytes = 2 ** 16;
// Queries per call: short calls let the engine switch to optimised code between them.
const callQueries = 256;
// Below so many multiplications a plain search is quicker than setting up.
const smallWork = 2 ** 20;

/**
 * The `k` rows of `x` nearest to each row in `queries` (row numbers of `x`, none twice; all rows by default), nearest
 * first: query q has its neighbours at q·k … q·k + k − 1. They are looked for among all rows, or the first `among`. A row is not its own neighbour, though its duplicates are.
 * Distances are Euclidean, exact in Float64; equal ones are ordered by row number. Values must be finite.
 *
 * Rows rounded to 16-bit whole numbers name k + 3 candidates for each row, which are ranked in Float64. How far rounding
 * moved the rows proves that no other can be among the nearest; where it does not, as with many equal distances, all
 * rows that may be are ranked.
 */
export function nearestNeighbours(
  x: Matrix,
  k: number,
  queries: Int32Array = Int32Array.from({ length: x.rows }, (_, i) => i),
  among: number = x.rows,
): Int32Array {
  checkInteger(k, 1, among < x.rows ? among : x.rows - 1, "find neighbours", "k");
  const data = prepare(x);
  const out = new Int32Array(queries.length * k);
  const best = new Float64Array(k);
  if (queries.length * among * x.columns < smallWork || among <= k + spare) {
    queries.forEach((row, q) => {
      rankAll(data, row, among, best, out.subarray(q * k, q * k + k));
    });
    return out;
  }
  const found = candidates(data, queries, k + spare, among);
  queries.forEach((row, q) => {
    const nearest = out.subarray(q * k, q * k + k);
    const from = q * found.kept;
    rank(data, row, found.ids.subarray(from, from + found.kept), best, nearest);
    // The whole numbers are at most so much farther apart than the rows are.
    const slack = data.residuals[row] + data.largestResidual + 1e-6;
    const furthest = Math.sqrt(best[k - 1]) * data.scale * (1 + 1e-9) + slack;
    // Rows not kept score at least as high as the last that was.
    if (furthest ** 2 >= found.scores[from + found.kept - 1])
      rank(data, row, found.within(q, furthest ** 2), best, nearest);
  });
  return out;
}

/** Throws unless every value of the columns (all by default) is a finite number; says which column is not. */
export function checkValues(x: Matrix, action: string, columns: Iterable<number> = x.features.keys()): void {
  for (const j of columns) {
    const values = column(x, j);
    // NaN and infinities times zero are NaN: one sum tells about all of them.
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i] * 0;
    if (sum === 0) continue;
    const name = JSON.stringify(x.features[j].name);
    const wrong = values.find((value) => !Number.isFinite(value));
    check(false, action, `column ${name} must hold finite numbers (impute missing values first)`, wrong);
  }
}

/** What the search among whole numbers found. */
export interface Candidates {
  readonly kept: number;
  /** Squared distances, ascending, and row numbers: `kept` of them per query. */
  readonly scores: Int32Array;
  readonly ids: Uint32Array;
  /** The rows whose score with a query is at most `limit`, ascending. */
  within(query: number, limit: number): Uint32Array;
}

/** Runs the kernel, or what else `start` gives. */
export function candidates(
  data: Prepared,
  queries: Int32Array,
  kept: number,
  among: number = data.rows,
  start: (layout: Layout) => Started = startSearch,
): Candidates {
  const layout = planLayout(data, queries, kept, among);
  const { memory, search } = start(layout);
  fillMemory(memory, layout, data, queries);
  const blocks = Math.ceil(among / blockRows);
  const pass = Math.max(1, Math.floor(passBytes / (blockRows * 4 * data.pairs)));
  for (let first = 0; first < blocks; first += pass) {
    const last = Math.min(blocks, first + pass);
    const end = layout.symmetric ? Math.min(data.rows, last * blockRows) : queries.length;
    for (let from = 0; from < end; from += callQueries)
      search.scan(from, Math.min(end, from + callQueries), first, last);
  }
  return {
    kept,
    scores: new Int32Array(memory, layout.scoresAt, queries.length * kept),
    ids: new Uint32Array(memory, layout.idsAt, queries.length * kept),
    within: (query, limit) =>
      new Uint32Array(
        memory,
        layout.bandAt,
        search.within(query, Math.min(2 ** 31 - 1, Math.ceil(limit)), blocks),
      ),
  };
}

/** The nearest of one row among `others`. */
function rank(
  data: Prepared,
  row: number,
  others: Uint32Array,
  best: Float64Array,
  nearest: Int32Array,
): void {
  best.fill(Infinity);
  const last = best.length - 1;
  for (let n = 0; n < others.length; n++) {
    // Of duplicates beyond the k-th only those with lower numbers matter.
    if (best[last] === 0 && others[n] > nearest[last]) continue;
    place(best, nearest, others[n], squaredDistance(data, row, others[n], best[last]));
  }
}

/** The nearest of one row among the first of all others. */
function rankAll(data: Prepared, row: number, among: number, best: Float64Array, nearest: Int32Array): void {
  best.fill(Infinity);
  const last = best.length - 1;
  for (let i = 0; i < among; i++) {
    if (i !== row) place(best, nearest, i, squaredDistance(data, row, i, best[last]));
  }
}

/** Left once it is above `limit`: the row is then no candidate. */
function squaredDistance(data: Prepared, a: number, b: number, limit: number): number {
  const { values, columns } = data;
  const from = a * columns;
  const to = b * columns;
  let sum = 0;
  for (let j = 0; j < columns; ) {
    for (const end = Math.min(columns, j + 8); j < end; j++) {
      const difference = values[from + j] - values[to + j];
      sum += difference * difference;
    }
    if (sum > limit) return Infinity;
  }
  return sum;
}

/** Puts a row where it belongs among the nearest, by distance and then by row number; drops the last. */
function place(best: Float64Array, nearest: Int32Array, row: number, distance: number): void {
  let at = best.length;
  while (at > 0 && (best[at - 1] > distance || (best[at - 1] === distance && nearest[at - 1] > row))) at--;
  if (at === best.length) return;
  for (let n = best.length - 1; n > at; n--) {
    best[n] = best[n - 1];
    nearest[n] = nearest[n - 1];
  }
  best[at] = distance;
  nearest[at] = row;
}

interface Started {
  readonly memory: ArrayBuffer;
  readonly search: Search;
}

function startSearch(layout: Layout): Started {
  type Functions = Search & { layout(...numbers: number[]): void };
  const { run, memory } = mustStartKernel<Functions>(wasm, layout.bytes, "find neighbours");
  run.layout(
    layout.pairs,
    layout.rows,
    layout.kept,
    layout.symmetric,
    layout.blocksAt,
    layout.squaresAt,
    layout.startsAt,
    layout.listsAt,
    layout.queryRowsAt,
    layout.limitsAt,
    layout.scoresAt,
    layout.idsAt,
    layout.scratchAt,
    layout.bandAt,
  );
  return { memory, search: run };
}
