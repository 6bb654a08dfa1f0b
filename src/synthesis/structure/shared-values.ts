/** No group is looked for that begins earlier than so many rows before the latest possible: a customer may have any number. */
const mostStarts = 256;

/**
 * Ascending values as `least` people or more tell them. A value that so many share stays. The others, between two such or the
 * `ends`, are cut into groups of so many people each where the gaps are widest (univariate microaggregation; Domingo-Ferrer and
 * Mateo-Sanz, 2002); a group's rows then lie evenly around its mean, as far as half the way to the nearer mean beside it. All that
 * a model keeps of these values follows from means. Where fewer people lie between two shared values, they lie evenly there.
 */
export function sharedValues(
  sorted: Float64Array,
  least: number,
  [low, high]: readonly [number, number],
  owners?: ArrayLike<number>,
): Float64Array {
  if (least <= 1) return sorted;
  const out = sorted.slice();
  const isShared = (from: number, to: number): boolean =>
    to - from >= least &&
    (!owners || new Set(Array.from({ length: to - from }, (_, k) => owners[from + k])).size >= least);
  let open = 0;
  let below = low;
  const close = (to: number, above: number): void => {
    if (to > open) spread(out, { from: open, to, below, above }, latestStarts(open, to, least, owners));
  };
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (!isShared(from, to)) continue;
    close(from, sorted[from]);
    [open, below] = [to, sorted[from]];
  }
  close(sorted.length, high);
  return out;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Between what the values lie. */
  readonly below: number;
  readonly above: number;
}

/** Puts the groups' values in the place of a stretch's own. */
function spread(values: Float64Array, { from, to, below, above }: Stretch, starts: Int32Array): void {
  const cuts = cutsOf(values.subarray(from, to), starts);
  const means = cuts.slice(1).map((end, g) => {
    let beyond = 0;
    for (let i = cuts[g]; i < end; i++) beyond += values[from + i] - values[from];
    return values[from] + beyond / (end - cuts[g]);
  });
  const last = means.length - 1;
  means.forEach((mean, g) => {
    const left = g === 0 ? mean - below : (mean - means[g - 1]) / 2;
    const right = g === last ? above - mean : (means[g + 1] - mean) / 2;
    const reach = Math.max(0, Math.min(left, right));
    const rows = cuts[g + 1] - cuts[g];
    for (let k = 0; k < rows; k++) values[from + cuts[g] + k] = mean + reach * ((2 * k + 1) / rows - 1);
  });
  if (last >= 0) return;
  for (let i = from; i < to; i++) values[i] = below + ((i - from + 0.5) / (to - from)) * (above - below);
}

/** Where groups begin and the last one ends, such that the gaps between them add up to most; none where too few people are. */
function cutsOf(values: Float64Array, starts: Int32Array): number[] {
  const n = values.length;
  if (starts[n] < 0) return [];
  const width = new Float64Array(n + 1).fill(-Infinity);
  const start = new Int32Array(n + 1);
  width[0] = 0;
  for (let end = 1; end <= n; end++) {
    const latest = starts[end];
    if (latest < 0) continue;
    let best = 0;
    // What is longer could be cut in two.
    const first = Math.max(starts[latest] + 1, latest - mostStarts, 1);
    for (let i = latest; i >= first; i--) if (width[i] > width[best]) best = i;
    start[end] = best;
    width[end] = width[best] + (end < n ? values[end] - values[end - 1] : 0);
  }
  const cuts = [n];
  for (let end = n; end > 0; end = start[end]) cuts.push(start[end]);
  return cuts.reverse();
}

/** For each end of a group within a stretch the latest start with so many people; −1 where there is none. */
function latestStarts(from: number, to: number, least: number, owners?: ArrayLike<number>): Int32Array {
  const n = to - from;
  const out = new Int32Array(n + 1).fill(-1);
  if (!owners) return out.map((_, end) => Math.max(-1, end - least));
  const rows = new Map<number, number>();
  let start = 0;
  for (let end = 1; end <= n; end++) {
    const own = owners[from + end - 1];
    rows.set(own, (rows.get(own) ?? 0) + 1);
    // The first row goes as long as enough people are left.
    for (;;) {
      const first = owners[from + start];
      const times = rows.get(first) ?? 0;
      if (rows.size - (times === 1 ? 1 : 0) < least) break;
      if (times === 1) rows.delete(first);
      else rows.set(first, times - 1);
      start++;
    }
    if (rows.size >= least) out[end] = start;
  }
  return out;
}
