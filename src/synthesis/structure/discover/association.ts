import { countUpTo } from "../../../core/math/sorted";
import { correlation, quantileSorted } from "../../../core/math/statistics";
import { takeValues } from "../../../core/matrix";

const mostBins = 8;

/** A column in at most eight bins. */
export interface Binned {
  readonly codes: Uint8Array;
  readonly count: number;
  /** Whether the bins are those of values, ascending, and the last one "missing". */
  readonly ordered: boolean;
}

/** Some rows of a column, binned: its frequent cells (the last bin takes the others), or quantiles of its values and missing. */
export function binned(
  rows: Int32Array,
  count: number,
  cells: ArrayLike<number>,
  values: Float64Array | undefined,
): Binned {
  if (values) {
    const own = takeValues(values, rows);
    const sorted = own.filter((value) => !Number.isNaN(value)).sort();
    const cuts = Array.from({ length: mostBins - 2 }, (_, q) =>
      quantileSorted(sorted, (q + 1) / (mostBins - 1)),
    );
    const edges = Float64Array.from(new Set(cuts));
    const codes = new Uint8Array(rows.length);
    for (let k = 0; k < rows.length; k++)
      codes[k] = Number.isNaN(own[k]) ? edges.length + 1 : countUpTo(edges, own[k]);
    return { codes, count: edges.length + 2, ordered: true };
  }
  const counts = new Int32Array(count);
  for (const i of rows) if (cells[i] >= 0) counts[cells[i]]++;
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, mostBins - 1);
  const place = new Uint8Array(count).fill(frequent.length);
  frequent.forEach((cell, at) => {
    place[cell] = at;
  });
  const codes = new Uint8Array(rows.length);
  for (let k = 0; k < rows.length; k++) codes[k] = place[Math.max(0, cells[rows[k]])];
  return { codes, count: frequent.length + 1, ordered: false };
}

/** The likelihood ratio statistic of independence, and how many degrees of freedom the bins leave it, one at least. */
export function likelihoodRatio(a: Binned, b: Binned): { readonly g: number; readonly freedom: number } {
  const joint = new Float64Array(a.count * b.count);
  const [left, right] = [new Float64Array(a.count), new Float64Array(b.count)];
  const n = a.codes.length;
  for (let i = 0; i < n; i++) {
    joint[a.codes[i] * b.count + b.codes[i]]++;
    left[a.codes[i]]++;
    right[b.codes[i]]++;
  }
  let g = 0;
  for (let x = 0; x < a.count; x++)
    for (let y = 0; y < b.count; y++) {
      const count = joint[x * b.count + y];
      if (count > 0) g += 2 * count * Math.log((count * n) / (left[x] * right[y]));
    }
  const used = (counts: Float64Array): number =>
    counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) - 1;
  return { g, freedom: Math.max(1, used(left) * used(right)) };
}

/**
 * The correlation of two ordered columns' bins as a statistic that is about χ² of one degree of freedom under independence
 * (Mantel, 1963): where what goes with what has a direction it sees weaker ties than all bins do. Nothing where either has no order.
 */
export function linearAssociation(a: Binned, b: Binned): { readonly g: number; readonly freedom: number } {
  const known = [...a.codes.keys()].filter((i) => a.codes[i] < a.count - 1 && b.codes[i] < b.count - 1);
  if (!a.ordered || !b.ordered || known.length < 2) return { g: 0, freedom: 1 };
  const r = correlation(...([a, b].map(({ codes }) => known.map((i) => codes[i])) as [number[], number[]]));
  return { g: (known.length - 1) * r * r, freedom: 1 };
}
