import type { Packed } from "../../../src/evaluate/synthetic/nearest";

/** What nearest.as.ts does, without SIMD: least distance, second least and nearest row of each query, three numbers each. */
export function searchPlain(reference: Packed, queries: Packed, skip: number): Float64Array {
  const { blocks, numbers } = reference;
  const width = blocks * 16;
  const out = new Float64Array(3 * queries.rows);
  for (let q = 0; q < queries.rows; q++) {
    const left = skip < 0 ? -1 : skip + q;
    let best = Infinity;
    let second = Infinity;
    let at = -1;
    for (let r = 0; r < reference.rows; r++) {
      let distance = 0;
      for (let b = 0; b < width; b++) {
        if (queries.cells[q * width + b] !== reference.cells[r * width + b]) distance++;
      }
      if (distance >= second) continue;
      for (let k = 0; k < numbers; k++) {
        const apart = Math.abs(queries.values[q * numbers + k] - reference.values[r * numbers + k]);
        distance += Math.min(apart, 1);
      }
      if (distance >= second || r === left) continue;
      if (distance < best) {
        second = best;
        best = distance;
        at = r;
      } else second = distance;
    }
    out[3 * q] = best;
    out[3 * q + 1] = second;
    out[3 * q + 2] = at;
  }
  return out;
}
