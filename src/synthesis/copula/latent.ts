import { cholesky } from "../../core/math/linear-algebra";
import { normalCdf, normalPdf, normalQuantile } from "../../core/math/normal-distribution";

/** One dimension of the copula as seen in the rows: what each row tells about its latent normal number. */
export interface LatentColumn {
  /** E[Z | what was seen]; 0 where nothing was. */
  readonly means: Float64Array;
  /** 1 where the row tells something. */
  readonly present: Uint8Array;
  /** The Hermite coefficients 1, 2, … of z → E[Z | seen(z)], each divided by √k!. */
  readonly hermite: Float64Array;
}

const terms = 24;

/** The latent column of cells in their order: `edges` are the thresholds between them. */
export function latentCells(
  cells: Int32Array,
  place: readonly number[],
  edges: readonly number[],
): LatentColumn {
  const count = place.length;
  const at = (k: number): number => (k < 0 ? -Infinity : k >= edges.length ? Infinity : edges[k]);
  const density = (z: number): number => (Number.isFinite(z) ? normalPdf(z) : 0);
  const hermite = new Float64Array(terms);
  const mean = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const [low, high] = [at(k - 1), at(k)];
    const mass = cellMass(low, high);
    mean[k] = mass > 0 ? (density(low) - density(high)) / mass : 0;
    // ∫ He_m φ over the cell = He_{m−1}(low) φ(low) − He_{m−1}(high) φ(high).
    const [a, b] = [scaledHermite(low), scaledHermite(high)];
    for (let m = 1; m <= terms; m++) {
      hermite[m - 1] += (mean[k] * (a[m - 1] * density(low) - b[m - 1] * density(high))) / Math.sqrt(m);
    }
  }
  const present = Uint8Array.from(cells, (cell) => (cell < 0 ? 0 : 1));
  const means = Float64Array.from(cells, (cell) => (cell < 0 ? 0 : mean[place.indexOf(cell)]));
  return { means, present, hermite };
}

/** The latent column of a number on its normal scale, of which little is lost: its own score. */
export function latentScores(scores: Float64Array): LatentColumn {
  const hermite = new Float64Array(terms);
  let squares = 0;
  let count = 0;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    squares += score * score;
    count++;
  }
  // Ties and finite tails take a little of the variance.
  hermite[0] = count > 0 ? Math.sqrt(squares / count) : 1;
  return {
    means: scores.map((score) => (Number.isNaN(score) ? 0 : score)),
    present: Uint8Array.from(scores, (score) => (Number.isNaN(score) ? 0 : 1)),
    hermite,
  };
}

/**
 * The correlation of two latent normal numbers of which only the columns are seen: the one whose covariance of seen
 * means, by Mehler's series Σ ρᵏ aₖ bₖ, is the observed one.
 */
export function latentCorrelation(a: LatentColumn, b: LatentColumn): number {
  let count = 0;
  let meanA = 0;
  let meanB = 0;
  let product = 0;
  for (let i = 0; i < a.means.length; i++) {
    if (a.present[i] === 0 || b.present[i] === 0) continue;
    count++;
    meanA += a.means[i];
    meanB += b.means[i];
    product += a.means[i] * b.means[i];
  }
  if (count < 2) return 0;
  const seen = product / count - (meanA / count) * (meanB / count);
  const series = (rho: number): number => {
    let sum = 0;
    let power = 1;
    for (let k = 0; k < terms; k++) {
      power *= rho;
      sum += power * a.hermite[k] * b.hermite[k];
    }
    return sum;
  };
  let low = -0.999;
  let high = 0.999;
  if (seen <= series(low)) return low;
  if (seen >= series(high)) return high;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (series(middle) < seen) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The correlations drawn towards 0 by as little as makes them positive definite; row-major. */
export function definite(correlations: Float64Array, size: number): Float64Array {
  for (let share = 0; share < 1; share = share === 0 ? 1e-4 : share * 1.6) {
    const out = correlations.map((value, at) =>
      Math.floor(at / size) === at % size ? 1 : (1 - share) * value,
    );
    const factor = cholesky(out, size);
    // A nearly singular matrix would tie columns together that are not.
    if (factor && Array.from({ length: size }, (_, k) => factor[k * size + k]).every((own) => own > 0.02))
      return out;
  }
  return Float64Array.from(correlations, (_, at) => (Math.floor(at / size) === at % size ? 1 : 0));
}

/** The thresholds between cells of these counts, in order. */
export function edgesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const edges: number[] = [];
  let below = 0;
  for (let k = 0; k < counts.length - 1; k++) {
    below += counts[k];
    edges.push(normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, below / total))));
  }
  return edges;
}

/** P(low < Z ≤ high), without cancellation in the upper tail. */
function cellMass(low: number, high: number): number {
  return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
}

/** He_m(z) / √m! for m = 0, 1, …; at the ends the density makes them nothing. */
function scaledHermite(z: number): Float64Array {
  const out = new Float64Array(terms);
  if (!Number.isFinite(z)) return out;
  out[0] = 1;
  if (terms > 1) out[1] = z;
  for (let m = 2; m < terms; m++) out[m] = (z * out[m - 1] - Math.sqrt(m - 1) * out[m - 2]) / Math.sqrt(m);
  return out;
}
