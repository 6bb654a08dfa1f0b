import { permutation, type Rng } from "../../core/rng";

/** Rows that are worked on together, ascending, and the random stream that goes with them. */
export interface Part {
  readonly rows: Int32Array;
  readonly rng: Rng;
}

/**
 * The rows in random parts of at most `most`, of alike shares of those with 1 in `y`; larger ones where fewer than `least` of
 * these would be in each, and one of all rows, in their order, where they are not too many.
 */
export function inParts(y: Float64Array, least: number, most: number, rng: Rng): readonly Part[] {
  const own = y.reduce((sum, label) => sum + label, 0);
  const count = Math.max(1, Math.min(Math.ceil(y.length / most), Math.floor(own / least)));
  if (count === 1) return [{ rows: Int32Array.from({ length: y.length }, (_, i) => i), rng }];
  const drawn = rng.fork("parts");
  const parts = Array.from(
    { length: count },
    (_, k) => new Int32Array(partSize(y.length - own, count, k) + partSize(own, count, k)),
  );
  const filled = new Int32Array(count);
  for (const label of [0, 1]) {
    const rows = new Int32Array(label === 1 ? own : y.length - own);
    for (let i = 0, at = 0; i < y.length; i++) if (y[i] === label) rows[at++] = i;
    permutation(drawn, rows.length).forEach((place, k) => {
      parts[k % count][filled[k % count]++] = rows[place];
    });
  }
  return parts.map((rows, k) => ({ rows: rows.sort(), rng: rng.fork(`part ${k}`) }));
}

/** How many of so many rows, dealt in turns, part `k` gets. */
function partSize(rows: number, parts: number, k: number): number {
  return Math.ceil((rows - k) / parts);
}
