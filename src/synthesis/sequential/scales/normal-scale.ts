import { normalQuantile } from "../../../core/math/normal-distribution";
import { countBelow, countUpTo, interpolate } from "../../../core/math/sorted";
import { quantileSorted } from "../../../core/math/statistics";
import type { NumberVariable } from "../../structure/structure";
import { pieceOf, rowsByPiece, type Support } from "../../structure/support";

/**
 * A monotone scale on which a column's values are about normal: pieces of values, linear within, side by side on the scale.
 * A value that repeats is a piece of its own, as wide as it is frequent.
 */
export interface NormalScale {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Where the pieces begin, and where the last one ends. */
  readonly scores: readonly number[];
}

const mostKnots = 512;
const golden = 0.6180339887498949;

/**
 * The scale of values: the pieces of the variable's support; without one, between different values or 512 quantiles, and on to
 * the ends that rows left out tell of.
 */
export function normalScale(values: Float64Array, one: NumberEnds): NormalScale {
  return one.support
    ? pieceScale(values, one.support)
    : toEnds(knotScale(values.slice().sort()), one, values.length);
}

type NumberEnds = Pick<NumberVariable, "support" | "atoms" | "low" | "high">;

/** The scale with a quarter of a row's worth beyond its last value on each side, as far as the end, unless that is an atom. */
function toEnds(
  { from, to, scores }: NormalScale,
  { atoms, low, high }: NumberEnds,
  rows: number,
): NormalScale {
  const [first, last] = [from[0], to[to.length - 1]];
  const edge = -normalQuantile(0.25 / rows);
  const below = low < first && -edge < scores[0] && !atoms.some((atom) => atom < first);
  const above = high > last && edge > scores[scores.length - 1] && !atoms.some((atom) => atom > last);
  return {
    from: [...(below ? [low] : []), ...from, ...(above ? [last] : [])],
    to: [...(below ? [first] : []), ...to, ...(above ? [high] : [])],
    scores: [...(below ? [-edge] : []), ...scores, ...(above ? [edge] : [])],
  };
}

function pieceScale(values: Float64Array, support: Support): NormalScale {
  const { from, to } = support;
  const counts = rowsByPiece(support, values);
  const kept = [...counts.keys()].filter((piece) => counts[piece] > 0);
  const scores = [normalQuantile(0.5 / (values.length + 1))];
  let below = 0;
  for (const piece of kept) {
    below += counts[piece];
    scores.push(normalQuantile((below + 0.5) / (values.length + 1)));
  }
  return { from: kept.map((piece) => from[piece]), to: kept.map((piece) => to[piece]), scores };
}

function knotScale(sorted: Float64Array): NormalScale {
  const n = sorted.length;
  const values: number[] = [];
  const scores: number[] = [];
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && sorted[j] === sorted[i]) j++;
    values.push(sorted[i]);
    scores.push(normalQuantile((i + j) / (2 * n)));
    i = j;
  }
  if (values.length <= mostKnots) return between(values, scores);
  const kept = { values: [] as number[], scores: [] as number[] };
  for (let k = 0; k < mostKnots; k++) {
    const p = (k * (n - 1)) / (mostKnots - 1);
    const value = quantileSorted(sorted, p / (n - 1));
    if (kept.values.length > 0 && value <= (kept.values.at(-1) as number)) continue;
    kept.values.push(value);
    kept.scores.push(interpolate(values, scores, value));
  }
  return between(kept.values, kept.scores);
}

/** The scale whose pieces lie between neighbouring knots. */
function between(values: readonly number[], scores: readonly number[]): NormalScale {
  return values.length === 1
    ? { from: values, to: values, scores: [scores[0], scores[0]] }
    : { from: values.slice(0, -1), to: values.slice(1), scores };
}

/** The values' scores; rows that share a value are spread evenly over its piece. */
export function scoresOf(scale: NormalScale, values: Float64Array): Float64Array {
  const seen = new Float64Array(scale.from.length);
  return values.map((value) => {
    const piece = pieceOf(scale, value);
    if (scale.from[piece] < scale.to[piece]) return scoreOf(scale, value, false);
    const share = (0.5 + seen[piece]++ * golden) % 1;
    return scale.scores[piece] + share * (scale.scores[piece + 1] - scale.scores[piece]);
  });
}

/** The least score whose value reaches `value`, or (`upper`) the greatest whose value does not exceed it. */
export function scoreOf({ from, to, scores }: NormalScale, value: number, upper: boolean): number {
  // The first piece that reaches beyond the value, or up to it.
  const low = upper ? countUpTo(to, value) : countBelow(to, value);
  if (low === from.length) return scores[low];
  const along = to[low] > from[low] ? (value - from[low]) / (to[low] - from[low]) : 0;
  return scores[low] + Math.max(0, along) * (scores[low + 1] - scores[low]);
}

/**
 * The score turned back where it lies beyond an end that is no value of its own: else a half row's worth of draws would be that
 * end itself, to the last digit.
 */
export function withinEnds({ from, to, scores }: NormalScale, score: number): number {
  const last = from.length - 1;
  if (score < scores[0] && from[0] < to[0]) return Math.min(scores[1], 2 * scores[0] - score);
  if (score > scores[last + 1] && from[last] < to[last])
    return Math.max(scores[last], 2 * scores[last + 1] - score);
  return score;
}

/** The value of a score; beyond the ends, the end. */
export function fromScore({ from, to, scores }: NormalScale, score: number): number {
  const last = from.length - 1;
  if (!(score > scores[0])) return from[0];
  if (score >= scores[last + 1]) return to[last];
  const low = countUpTo(scores, score) - 1;
  const width = scores[low + 1] - scores[low];
  return width > 0 ? from[low] + ((score - scores[low]) / width) * (to[low] - from[low]) : from[low];
}
