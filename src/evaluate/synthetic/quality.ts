import { check, checkNumber } from "../../core/checks";
import { pairedCorrelation } from "../../core/math/statistics";
import { asTable, type PolarsFrame } from "../../data/polars";
import { schemaOf } from "../../data/schema";
import type { Table } from "../../data/table";
import { alignTables, cellsWithMissing, type Shared, type SharedLevels } from "./align";
import { contingencySimilarity, cramersV, ksComplement, ownBins, tvComplement } from "./similarity";

export interface ColumnShape {
  readonly column: string;
  readonly metric: "KSComplement" | "TVComplement";
  /** NaN where nothing can be compared: an empty column. */
  readonly score: number;
}

export interface PairTrend {
  readonly columns: readonly [string, string];
  readonly metric: "CorrelationSimilarity" | "ContingencySimilarity";
  readonly score: number;
  /** Pearson's correlation (two numbers), else Cramér's V, in the real table. */
  readonly real: number;
  /** The same in the synthetic table. */
  readonly synthetic: number;
  /** Whether the real strength is above the threshold, so that the pair counts. */
  readonly counts: boolean;
}

/** SDMetrics' Quality report: all scores from 0 to 1, higher is better. */
export interface Quality {
  readonly score: number;
  readonly shapes: number;
  readonly trends: number;
  readonly shapesByColumn: readonly ColumnShape[];
  readonly trendsByPair: readonly PairTrend[];
}

export interface QualityOptions {
  /** Pairs of numbers count above this absolute correlation in the real table; defaults to 0.5, as in SDMetrics 0.32. */
  readonly correlationThreshold?: number;
  /** Other pairs count above this Cramér's V. With both 0 all pairs count. @default 0.3 */
  readonly associationThreshold?: number;
}

/**
 * How alike single columns and pairs of columns are, as SDMetrics 0.32.0 defines it (Quality = mean of Column Shapes and
 * Column Pair Trends), without its subsampling above 50,000 rows. High scores prove little by themselves: set them
 * beside a holdout and shuffled columns.
 *
 * @example
 * const { table: real } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * qualityScore(real, real).score; // → 1
 */
export function qualityScore(
  givenReal: Table | PolarsFrame,
  givenSynthetic: Table | PolarsFrame,
  options: QualityOptions = {},
): Quality {
  const real = asTable(givenReal);
  const synthetic = asTable(givenSynthetic, schemaOf(real));
  const { correlationThreshold = 0.5, associationThreshold = 0.3 } = options;
  const action = "score quality";
  checkNumber(correlationThreshold, 0, 1, action, "correlationThreshold");
  checkNumber(associationThreshold, 0, 1, action, "associationThreshold");
  check(real.rows > 0 && synthetic.rows > 0, action, "both tables must have rows");
  const columns = alignTables([real, synthetic], action);
  const shapesByColumn = columns.map(shapeOf);
  const trendsByPair: PairTrend[] = [];
  const cells = columns.map(pairCells);
  for (let a = 0; a < columns.length; a++) {
    for (let b = a + 1; b < columns.length; b++) {
      const left = columns[a];
      const right = columns[b];
      trendsByPair.push(
        left.kind === "number" && right.kind === "number"
          ? correlationTrend(left.name, right.name, left.values, right.values, correlationThreshold)
          : contingencyTrend(left.name, right.name, cells[a], cells[b], associationThreshold),
      );
    }
  }
  const shapes = meanOf(shapesByColumn.map((shape) => shape.score));
  const trends = meanOf(trendsByPair.filter((trend) => trend.counts).map((trend) => trend.score));
  return { score: meanOf([shapes, trends]), shapes, trends, shapesByColumn, trendsByPair };
}

function shapeOf(one: Shared): ColumnShape {
  const column = one.name;
  return one.kind === "number"
    ? { column, metric: "KSComplement", score: ksComplement(one.values[0], one.values[1]) }
    : { column, metric: "TVComplement", score: tvComplement(one.codes[0], one.codes[1], one.levels.length) };
}

function correlationTrend(
  a: string,
  b: string,
  left: readonly Float64Array[],
  right: readonly Float64Array[],
  threshold: number,
): PairTrend {
  const { r: real } = pairedCorrelation(left[0], right[0]);
  const { r: synthetic } = pairedCorrelation(left[1], right[1]);
  const score = 1 - Math.abs(real - synthetic) / 2;
  const counts = Number.isFinite(score) && (threshold === 0 || Math.abs(real) > threshold);
  return { columns: [a, b], metric: "CorrelationSimilarity", score, real, synthetic, counts };
}

interface PairCells {
  readonly real: Int32Array;
  readonly synthetic: Int32Array;
  readonly count: number;
}

function contingencyTrend(
  a: string,
  b: string,
  left: PairCells,
  right: PairCells,
  threshold: number,
): PairTrend {
  const real = cramersV(left.real, right.real, left.count, right.count);
  const synthetic = cramersV(left.synthetic, right.synthetic, left.count, right.count);
  const score = contingencySimilarity(
    [left.real, right.real],
    [left.synthetic, right.synthetic],
    right.count,
    left.count,
  );
  const counts = threshold === 0 || real > threshold;
  return { columns: [a, b], metric: "ContingencySimilarity", score, real, synthetic, counts };
}

/** Levels with missing as one more; numbers in ten equal bins, each table by its own range. */
function pairCells(one: Shared): PairCells {
  if (one.kind === "number")
    return { real: ownBins(one.values[0]), synthetic: ownBins(one.values[1]), count: 12 };
  const cells = (table: number): Int32Array => cellsWithMissing(one as SharedLevels, table);
  return { real: cells(0), synthetic: cells(1), count: one.levels.length + 1 };
}

function meanOf(values: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((total, value) => total + value, 0) / present.length;
}
