import type { Rng } from "../../core/rng";
import type { RowRange } from "../drawing/bounds";
import { drawUniforms } from "../drawing/draws";
import { leavesOf, type TreeColumn } from "../drawing/trees";
import { addEffects, type LogitLayout } from "./logit";
import { meanEffects, type NumberModel } from "./numbers";
import { leafQuantile, leafShare } from "./scales/leaf";
import { fromScore, scoreOf, withinEnds } from "./scales/normal-scale";
import type { EncodedTerm } from "./terms/terms";

/** Each row's distribution of a number: its leaf, and the mean around which the leaf lies. */
export interface NumberRowsDrawn {
  readonly leaf: Int32Array;
  readonly mean?: Float64Array;
  /** Of what it is a multiple, and how that lies. */
  readonly relative?: readonly Multiples[];
}

interface Multiples {
  readonly model: NumberModel;
  /** No number or 0 where it is a multiple of something else, or of nothing. */
  readonly base: Float64Array;
  readonly drawn: NumberRowsDrawn;
}

export function distributionOf(
  model: NumberModel,
  layout: LogitLayout,
  terms: readonly EncodedTerm[],
  columns: readonly TreeColumn[],
  rows: number,
): NumberRowsDrawn {
  const effectOf = (tables: Float64Array): Float64Array => {
    const values = new Float64Array(rows);
    addEffects(layout, tables, terms, values, 0, rows);
    return values;
  };
  const leaf = new Int32Array(rows);
  const seen = model.more ? [...columns, { cells: [], values: effectOf(model.more) }] : columns;
  leavesOf(model.tree, seen, 0, rows, leaf);
  const { mean, apart } = model;
  const known = new Uint8Array(rows);
  const multiples = model.relative?.map(({ variable, centres, model: own }): Multiples => {
    const { cells, values } = columns[variable];
    const base = Float64Array.from(known, (taken, i) => {
      const found = (centres ? centres[cells[i]] : values?.[i]) ?? 0;
      if (taken || !(found > 0)) return 0;
      known[i] = 1;
      return found;
    });
    return { model: own, base, drawn: distributionOf(own, layout, terms, columns, rows) };
  });
  const relative = multiples && { relative: multiples };
  if (!mean) return { leaf, ...relative };
  const tables = { mean, ...(apart && { apart }) };
  const means = meanEffects(tables, layout, { terms, columns }, [0, rows], new Float64Array(rows));
  return { leaf, mean: means, ...relative };
}

/** The part of each row's distribution that lies in ranges, as ranges of shares. */
export interface Shares {
  readonly from: readonly Float64Array[];
  readonly to: readonly Float64Array[];
  /** Their total: the probability of the ranges. */
  readonly total: Float64Array;
}

export function sharesOf(
  model: NumberModel,
  { leaf, mean, relative }: NumberRowsDrawn,
  ranges: readonly RowRange[],
  rows: number,
): Shares {
  const { scale, leaves } = model;
  const multiples = relative?.map(({ model: own, base, drawn }) => ({
    base,
    own: sharesOf(own, drawn, multiplesOf(ranges, base), rows),
  }));
  const least = scale.from[0];
  const most = scale.to[scale.to.length - 1];
  const total = new Float64Array(rows);
  const from: Float64Array[] = [];
  const to: Float64Array[] = [];
  ranges.forEach(({ low, high }, r) => {
    const start = new Float64Array(rows);
    const end = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const of = multiples?.find(({ base }) => base[i] > 0);
      if (of) {
        start[i] = of.own.from[r][i];
        end[i] = of.own.to[r][i];
        total[i] = of.own.total[i];
        continue;
      }
      if (!(low[i] <= high[i]) || low[i] > most || high[i] < least) continue;
      const centre = mean ? mean[i] : 0;
      const one = leaves[leaf[i]];
      start[i] = low[i] <= least ? 0 : leafShare(one, scoreOf(scale, low[i], false) - centre, false);
      end[i] = high[i] >= most ? 1 : leafShare(one, scoreOf(scale, high[i], true) - centre, true);
      if (end[i] > start[i]) total[i] += end[i] - start[i];
      else end[i] = start[i];
    }
    from.push(start);
    to.push(end);
  });
  return { from, to, total };
}

/** The ranges of the logarithms of the multiples. */
function multiplesOf(ranges: readonly RowRange[], base: Float64Array): readonly RowRange[] {
  const logs = (ends: Float64Array) => ends.map((end, i) => Math.log(Math.max(0, end) / base[i]));
  return ranges.map(({ low, high }) => ({ low: logs(low), high: logs(high) }));
}

/** A value for each row that `wanted` marks, within its shares if there are any; other rows keep theirs. */
export function drawNumbers(
  model: NumberModel,
  drawn: NumberRowsDrawn,
  wanted: (row: number) => boolean,
  shares: Shares | undefined,
  out: Float64Array,
  rng: Rng,
): void {
  const { scale, leaves } = model;
  const { leaf, mean, relative } = drawn;
  const rows = out.length;
  relative?.forEach(({ model: own, base, drawn: multiples }, k) => {
    const those = (i: number): boolean => wanted(i) && base[i] > 0;
    drawNumbers(own, multiples, those, shares, out, rng.fork(`multiples ${k}`));
    for (let i = 0; i < rows; i++) if (those(i)) out[i] = base[i] * Math.exp(out[i]);
  });
  const isMultiple = (i: number): boolean => relative?.some(({ base }) => base[i] > 0) ?? false;
  const groups = new Int32Array(rows);
  for (let i = 0; i < rows; i++) groups[i] = wanted(i) && !isMultiple(i) ? leaf[i] : -1;
  const uniforms = drawUniforms(groups, leaves.length, mean, rows, rng);
  for (let i = 0; i < rows; i++) {
    if (groups[i] < 0) continue;
    const limited = shares !== undefined && shares.total[i] > 0;
    const u = limited ? within(shares, i, uniforms[i]) : uniforms[i];
    const score = (mean ? mean[i] : 0) + leafQuantile(leaves[leaf[i]], u);
    out[i] = fromScore(scale, limited ? score : withinEnds(scale, score));
  }
}

/** The share at `u` of the way through the row's ranges of shares. */
function within({ from, to, total }: Shares, i: number, u: number): number {
  let left = u * total[i];
  for (let r = 0; r < from.length; r++) {
    const width = to[r][i] - from[r][i];
    if (left <= width || r === from.length - 1) return from[r][i] + Math.min(left, width);
    left -= width;
  }
  return u;
}
