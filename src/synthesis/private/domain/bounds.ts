import { normalQuantile } from "../../../core/math/normal-distribution";
import type { Account } from "../budget";
import { noisyCounts } from "../noise/mechanisms";

/** How far a count has to stand out of its noise, in standard deviations, to be taken for rows. */
export const standsOut = 3;

/** The same where the neighbour certainly holds rows. */
const likely = 2;

/** Exponents of 2 that sizes of whole and of other numbers are told apart by. */
const wholeExponents = [0, 52] as const;
const realExponents = [-40, 60] as const;

/**
 * Bounds of numbers from a histogram of their sign and order of magnitude (powers of 2), the same for every table: the
 * outermost of its cells that stand out of the noise, with neighbours that seem to. Undefined when none stands out.
 */
export function privateBounds(
  units: Float64Array,
  whole: boolean,
  rho: number,
  account: Account,
): { readonly bounds?: readonly [number, number]; readonly variance: number } {
  const [first, last] = whole ? wholeExponents : realExponents;
  const sizes = last - first + 1;
  // From the most negative over 0 to the most positive; whatever is nearer to 0 than the least size counts as 0.
  const counts = new Float64Array(2 * sizes + 1);
  for (const value of units) {
    if (Number.isNaN(value)) continue;
    const exponent = exponentOf(Math.abs(value));
    const size = exponent < first ? 0 : Math.min(exponent, last) - first + 1;
    counts[sizes + Math.sign(value) * size]++;
  }
  const noisy = noisyCounts(counts, rho, account);
  const deviation = Math.sqrt(noisy.variance);
  // Of all empty cells none is above it, but for a chance of one in a thousand.
  const sure = -deviation * normalQuantile(0.001 / counts.length);
  const found = [...noisy.counts.keys()].filter((cell) => noisy.counts[cell] > sure);
  const { variance } = noisy;
  if (found.length === 0) return { variance };
  const edge = (cell: number, outer: boolean): number => {
    const size = Math.abs(cell - sizes);
    if (size === 0) return 0;
    const value = 2 ** (first + size - (outer ? 0 : 1)) - (outer && whole ? 1 : 0);
    return cell < sizes ? -value : value;
  };
  let [low, high] = [found[0], found[found.length - 1]];
  // Beside cells that are sure, a weaker sign is enough: a bound that is too wide by a power of 2 does little harm.
  while (noisy.counts[low - 1] > likely * deviation) low--;
  while (noisy.counts[high + 1] > likely * deviation) high++;
  return { variance, bounds: [edge(low, low < sizes), edge(high, high > sizes)] };
}

/** The power of 2 that is at most `size`; −Infinity for 0. */
function exponentOf(size: number): number {
  if (size === 0) return -Infinity;
  const guess = Math.floor(Math.log2(size));
  return 2 ** guess > size ? guess - 1 : 2 ** (guess + 1) <= size ? guess + 1 : guess;
}
