import type { Drawn } from "../structure/restore";
import type { Scratch } from "./cells";
import type { EncodedTerm } from "./terms";

/** Rows being drawn, variable after variable. */
export interface Pool {
  readonly rows: number;
  /** By variable, in the order of drawing. */
  readonly cells: Int32Array[];
  readonly values: (Float64Array | undefined)[];
  readonly encoded: (readonly EncodedTerm[])[];
  /** Columns rebuilt so far, by name: what formulas, orders and conditions read. */
  readonly restored: Map<string, Drawn>;
  /** The probability with which each row met the conditions so far. */
  readonly weights: Float64Array;
  readonly scratch: Scratch;
}

export function emptyPool(rows: number): Pool {
  return {
    rows,
    cells: [],
    values: [],
    encoded: [],
    restored: new Map(),
    weights: new Float64Array(rows).fill(1),
    scratch: { scores: [] },
  };
}

/** The rows at `indices` of one of several pools each, all with the same variables drawn; their weights begin anew. */
export function gatherPools(pools: readonly Pool[], indices: readonly Int32Array[]): Pool {
  const rows = indices.reduce((total, own) => total + own.length, 0);
  const gather = <T extends Int32Array | Float64Array | Uint16Array>(out: T, of: (pool: Pool) => T): T => {
    let at = 0;
    pools.forEach((pool, p) => {
      const from = of(pool);
      for (const i of indices[p]) out[at++] = from[i];
    });
    return out;
  };
  const [first] = pools;
  const numbers = (of: (pool: Pool) => Float64Array): Float64Array => gather(new Float64Array(rows), of);
  return {
    ...emptyPool(rows),
    cells: first.cells.map((_, j) => gather(new Int32Array(rows), (pool) => pool.cells[j])),
    values: first.values.map((one, j) => one && numbers((pool) => pool.values[j] as Float64Array)),
    encoded: first.encoded.map((own, j) =>
      own.map((term, t) => ({
        at: gather(new Uint16Array(rows), (pool) => pool.encoded[j][t].at),
        ...(term.share && { share: numbers((pool) => pool.encoded[j][t].share as Float64Array) }),
      })),
    ),
    restored: new Map(
      [...first.restored].map(([name, one]): [string, Drawn] => [
        name,
        one instanceof Int32Array
          ? gather(new Int32Array(rows), (pool) => pool.restored.get(name) as Int32Array)
          : numbers((pool) => pool.restored.get(name) as Float64Array),
      ]),
    ),
  };
}
