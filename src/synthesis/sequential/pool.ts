import { type Candidates, gatherCandidates, gathered, noCandidates } from "../drawing/candidates";
import type { Scratch } from "./cells";
import type { EncodedTerm } from "./terms/terms";

/** Rows being drawn, and what conditionals read of them. */
export interface Pool extends Candidates {
  readonly encoded: (readonly EncodedTerm[])[];
  readonly scratch: Scratch;
}

export function emptyPool(rows: number): Pool {
  return { ...noCandidates(rows), encoded: [], scratch: { scores: [] } };
}

/** The rows at `indices` of each pool. */
export function gatherPools(pools: readonly Pool[], indices: readonly Int32Array[]): Pool {
  const numbers = (of: (pool: Pool) => Float64Array): Float64Array =>
    gathered(pools, indices, Float64Array, of);
  return {
    ...gatherCandidates(pools, indices),
    encoded: pools[0].encoded.map((own, j) =>
      own.map((term, t) => ({
        at: gathered(pools, indices, Uint16Array, (pool) => pool.encoded[j][t].at),
        ...(term.share && { share: numbers((pool) => pool.encoded[j][t].share as Float64Array) }),
      })),
    ),
    scratch: { scores: [] },
  };
}
