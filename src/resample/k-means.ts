import type { Matrix } from "../core/matrix";
import type { Rng } from "../core/rng";

/**
 * Which of `clusters` groups each row belongs to: k-means by Lloyd's iteration, started by k-means++ (Arthur and
 * Vassilvitskii, 2007) and run until no row moves, at most 100 times. A group may end up empty.
 */
export function kMeans(x: Matrix, clusters: number, rng: Rng): Int32Array {
  const { rows, columns } = x;
  const centres = startingCentres(x, clusters, rng);
  const assigned = new Int32Array(rows).fill(-1);
  const distances = new Float64Array(rows);
  const nearest = new Float64Array(rows);
  for (let round = 0; round < 100; round++) {
    nearest.fill(Infinity);
    const next = new Int32Array(rows);
    for (let c = 0; c < clusters; c++) {
      squaredDistances(x, centres.subarray(c * columns, (c + 1) * columns), distances);
      for (let i = 0; i < rows; i++) {
        if (distances[i] < nearest[i]) {
          nearest[i] = distances[i];
          next[i] = c;
        }
      }
    }
    if (next.every((c, i) => c === assigned[i])) break;
    assigned.set(next);
    moveCentres(x, assigned, centres, clusters);
  }
  return assigned;
}

function startingCentres(x: Matrix, clusters: number, rng: Rng): Float64Array {
  const { rows, columns } = x;
  const centres = new Float64Array(clusters * columns);
  const distances = new Float64Array(rows);
  const nearest = new Float64Array(rows).fill(Infinity);
  let chosen = Math.floor(rng.uniform() * rows);
  for (let c = 0; c < clusters; c++) {
    for (let j = 0; j < columns; j++) centres[c * columns + j] = x.values[j * rows + chosen];
    squaredDistances(x, centres.subarray(c * columns, (c + 1) * columns), distances);
    let total = 0;
    for (let i = 0; i < rows; i++) {
      nearest[i] = Math.min(nearest[i], distances[i]);
      total += nearest[i];
    }
    let left = rng.uniform() * total;
    chosen = 0;
    while (chosen < rows - 1 && left >= nearest[chosen]) left -= nearest[chosen++];
  }
  return centres;
}

function squaredDistances(x: Matrix, centre: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let j = 0; j < x.columns; j++) {
    const from = j * x.rows;
    for (let i = 0; i < x.rows; i++) {
      const difference = x.values[from + i] - centre[j];
      out[i] += difference * difference;
    }
  }
}

/** Puts each centre at the mean of its rows; one without rows stays where it is. */
function moveCentres(x: Matrix, assigned: Int32Array, centres: Float64Array, clusters: number): void {
  const sizes = new Int32Array(clusters);
  for (const c of assigned) sizes[c]++;
  const sums = new Float64Array(clusters);
  for (let j = 0; j < x.columns; j++) {
    sums.fill(0);
    for (let i = 0; i < x.rows; i++) sums[assigned[i]] += x.values[j * x.rows + i];
    for (let c = 0; c < clusters; c++) if (sizes[c] > 0) centres[c * x.columns + j] = sums[c] / sizes[c];
  }
}
