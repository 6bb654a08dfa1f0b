export interface ScoreOptions {
  /** One non-negative weight per row; all 1 when absent. */
  readonly weights?: ArrayLike<number>;
}

/** A figure that compares labels (or targets) with scores (or predictions), row by row. */
export type Metric = (
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options?: ScoreOptions,
) => number;

/** A metric with what a table or a search must know about it. */
export interface Scorer {
  /** As options and JSON say it: "rocAuc". */
  readonly name: string;
  /** As a reader knows it: "ROC AUC". */
  readonly title: string;
  readonly better: "higher" | "lower";
  /** The least and the greatest value there can be. */
  readonly range: readonly [number, number];
  readonly metric: Metric;
}
