import { check } from "../../core/checks";
import { normalQuantile } from "../../core/math/normal-distribution";
import { codeCounts, quantileSorted, sampleVariance } from "../../core/math/statistics";
import { permutation, type Rng } from "../../core/rng";
import { type Table, takeTableRows } from "../../data/table";
import { alignTables, type Shared } from "./align";

/** 1 − total variation distance of binned columns, pairs and triples, beside what another real sample would reach. */
export interface BinnedAccuracy {
  /** The mean of the three. */
  readonly overall: number;
  readonly univariate: number;
  readonly bivariate: number;
  readonly trivariate: number;
  /** What a fresh real sample of the synthetic size would score on average. */
  readonly attainable: {
    readonly overall: number;
    readonly univariate: number;
    readonly bivariate: number;
    readonly trivariate: number;
  };
}

const bins = 10;
/** Triples looked at: all of them, or so many evenly spread over the list. */
const mostTriples = 1500;

/**
 * Accuracy as MOSTLY AI's quality assurance defines it: numbers in ten bins of equal real counts, levels with the ten
 * most frequent kept and the rest pooled, missing values in a bin of their own; all columns, pairs and triples.
 * The attainable value follows from the expected absolute difference of two binomial shares (half-normal).
 */
export function binnedAccuracy(real: Table, synthetic: Table): BinnedAccuracy {
  const action = "measure accuracy";
  check(real.rows > 0 && synthetic.rows > 0, action, "both tables must have rows");
  const columns = alignTables([real, synthetic], action).map((column) => used(binned(column)));
  check(columns.length > 0, action, "there must be a column that is no key or free text");
  const sets = subsets(columns.length);
  const means = sets.map((own) => {
    let accuracy = 0;
    let attainable = 0;
    for (const set of own) {
      const found = compare(
        set.map((j) => columns[j]),
        real.rows,
        synthetic.rows,
      );
      accuracy += found.accuracy;
      attainable += found.attainable;
    }
    return { accuracy: accuracy / own.length, attainable: attainable / own.length };
  });
  const filled = means.filter((_, k) => sets[k].length > 0);
  const overall = (of: "accuracy" | "attainable"): number =>
    filled.reduce((sum, one) => sum + one[of], 0) / filled.length;
  const values = (of: "accuracy" | "attainable"): Omit<BinnedAccuracy, "attainable"> => ({
    overall: overall(of),
    univariate: means[0][of],
    bivariate: means[1][of],
    trivariate: means[2][of],
  });
  return { ...values("accuracy"), attainable: values("attainable") };
}

interface Binned {
  readonly count: number;
  readonly real: Int32Array;
  readonly synthetic: Int32Array;
}

function binned(column: Shared): Binned {
  if (column.kind === "levels") {
    const counts = codeCounts(column.codes[0], column.levels.length);
    const kept = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, bins);
    const place = new Int32Array(column.levels.length).fill(bins);
    kept.forEach((code, k) => {
      place[code] = k;
    });
    const cells = (codes: Int32Array): Int32Array => codes.map((code) => (code < 0 ? bins + 1 : place[code]));
    return { count: bins + 2, real: cells(column.codes[0]), synthetic: cells(column.codes[1]) };
  }
  const sorted = column.values[0].filter((value) => !Number.isNaN(value)).sort();
  const edges = Array.from({ length: bins - 1 }, (_, k) => quantileSorted(sorted, (k + 1) / bins));
  const cells = (values: Float64Array): Int32Array =>
    Int32Array.from(values, (value) =>
      Number.isNaN(value) ? bins : edges.reduce((n, edge) => n + (value >= edge ? 1 : 0), 0),
    );
  return { count: bins + 1, real: cells(column.values[0]), synthetic: cells(column.values[1]) };
}

/** The same with those bins alone that hold a row: of three columns of two levels each 27 cells at most, not 1,728. */
function used({ count, ...cells }: Binned): Binned {
  const place = new Int32Array(count);
  for (const own of [cells.real, cells.synthetic]) for (let i = 0; i < own.length; i++) place[own[i]] = 1;
  let bins = 0;
  for (let bin = 0; bin < count; bin++) if (place[bin] === 1) place[bin] = bins++;
  const again = (own: Int32Array): Int32Array => own.map((bin) => place[bin]);
  return { count: bins, real: again(cells.real), synthetic: again(cells.synthetic) };
}

function compare(
  set: readonly Binned[],
  real: number,
  synthetic: number,
): { accuracy: number; attainable: number } {
  const size = set.reduce((product, column) => product * column.count, 1);
  const counts = (["real", "synthetic"] as const).map((side) => {
    const cells = set[0][side].slice();
    for (const { [side]: own, count } of set.slice(1))
      for (let i = 0; i < cells.length; i++) cells[i] = cells[i] * count + own[i];
    const found = new Float64Array(size);
    for (let i = 0; i < cells.length; i++) found[cells[i]]++;
    return found;
  });
  let distance = 0;
  let expected = 0;
  for (let cell = 0; cell < size; cell++) {
    const p = counts[0][cell] / real;
    distance += Math.abs(p - counts[1][cell] / synthetic) / 2;
    // E|N(0, σ²)| = σ √(2/π).
    expected += Math.sqrt((2 / Math.PI) * p * (1 - p) * (1 / real + 1 / synthetic)) / 2;
  }
  return { accuracy: 1 - distance, attainable: 1 - expected };
}

/** All single columns, pairs and triples. */
function subsets(columns: number): [number[][], number[][], number[][]] {
  const out: [number[][], number[][], number[][]] = [[], [], []];
  for (let a = 0; a < columns; a++) {
    out[0].push([a]);
    for (let b = a + 1; b < columns; b++) {
      out[1].push([a, b]);
      for (let c = b + 1; c < columns; c++) out[2].push([a, b, c]);
    }
  }
  const every = Math.max(1, Math.ceil(out[2].length / mostTriples));
  return [out[0], out[1], out[2].filter((_, k) => k % every === 0)];
}

/** An accuracy with the ends of its 95 % interval. */
export interface Accuracy {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How near the margins of so many columns are to those of other real rows. */
export interface Margins {
  readonly columns: 1 | 2 | 3;
  readonly synthetic: Accuracy;
  /** The same of the rows learnt from; absent without held-out rows. */
  readonly real?: Accuracy;
}

const halves = 6;
const mostCompared = 5000;

/**
 * Accuracy of the margins of one, two and three columns against `rows`: of synthetic rows, and of the real rows learnt from, as
 * many of each, since few rows are off by chance. Intervals are from random halves of both sides, whose spread is that of the whole
 * (the delete-half jackknife: Shao and Wu, 1989).
 */
export function marginAccuracy(
  { rows, synthetic, learnt }: { readonly rows: Table; readonly synthetic: Table; readonly learnt?: Table },
  rng: Rng,
): Margins[] {
  const size = Math.min(rows.rows, synthetic.rows, learnt?.rows ?? Infinity, mostCompared);
  const drawn = (from: Table, of: number, label: string): Table =>
    takeTableRows(from, permutation(rng.fork(label), from.rows).subarray(0, of));
  const names = ["univariate", "bivariate", "trivariate"] as const;
  const against = (other: Table): readonly (Accuracy | undefined)[] => {
    const [one, two] = [drawn(rows, size, "rows"), drawn(other, size, "other")];
    const whole = binnedAccuracy(one, two);
    const split = Array.from({ length: halves }, (_, k) => {
      const half = Math.floor(size / 2);
      return binnedAccuracy(drawn(one, half, `rows ${k}`), drawn(two, half, `other ${k}`));
    });
    return names.map((name) => {
      const value = whole[name];
      if (!Number.isFinite(value)) return undefined;
      const own = split.map((found) => found[name]);
      const off = normalQuantile(0.975) * Math.sqrt(sampleVariance(own));
      return { value, low: Math.max(0, value - off), high: Math.min(1, value + off) };
    });
  };
  const [made, real] = [against(synthetic), learnt && against(learnt)];
  return made.flatMap((found, k): Margins[] =>
    found ? [{ columns: (k + 1) as 1 | 2 | 3, synthetic: found, ...(real?.[k] && { real: real[k] }) }] : [],
  );
}
