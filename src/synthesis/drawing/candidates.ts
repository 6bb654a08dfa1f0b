import type { Drawn } from "../structure/restore";
import type { TreeColumn } from "./trees";

/** Rows being drawn, variable after variable, in an order of the method's own. */
export interface Candidates {
  readonly rows: number;
  /** By variable, in the order of drawing. */
  readonly cells: Int32Array[];
  readonly values: (Float64Array | undefined)[];
  /** Columns rebuilt so far, by name: what formulas, orders and conditions read. */
  readonly restored: Map<string, Drawn>;
  /** The probability with which each row met the conditions so far. */
  readonly weights: Float64Array;
}

/** What was drawn so far, as trees read it. */
export function columnsOf({ cells, values }: Candidates): readonly TreeColumn[] {
  return cells.map((own, k) => {
    const numbers = values[k];
    return { cells: own, ...(numbers && { values: numbers }) };
  });
}

export function noCandidates(rows: number): Candidates {
  return { rows, cells: [], values: [], restored: new Map(), weights: new Float64Array(rows).fill(1) };
}

/** The rows at `indices` of one of several lists each, all with the same variables drawn; weights begin anew. */
export function gatherCandidates(from: readonly Candidates[], indices: readonly Int32Array[]): Candidates {
  const [first] = from;
  const numbers = (of: (candidates: Candidates) => Float64Array): Float64Array =>
    gathered(from, indices, Float64Array, of);
  return {
    ...noCandidates(indices.reduce((total, own) => total + own.length, 0)),
    cells: first.cells.map((_, j) =>
      gathered(from, indices, Int32Array, (candidates) => candidates.cells[j]),
    ),
    values: first.values.map((value, j) => value && numbers((other) => other.values[j] as Float64Array)),
    restored: new Map(
      [...first.restored].map(([name, one]): [string, Drawn] => [
        name,
        one instanceof Int32Array
          ? gathered(from, indices, Int32Array, (other) => other.restored.get(name) as Int32Array)
          : numbers((other) => other.restored.get(name) as Float64Array),
      ]),
    ),
  };
}

/** One column of the rows at `indices`. */
export function gathered<P, T extends Int32Array | Float64Array | Uint16Array>(
  from: readonly P[],
  indices: readonly Int32Array[],
  make: new (length: number) => T,
  of: (one: P) => T,
): T {
  const out = new make(indices.reduce((total, own) => total + own.length, 0));
  let at = 0;
  from.forEach((one, p) => {
    const values = of(one);
    for (const i of indices[p]) out[at++] = values[i];
  });
  return out;
}
