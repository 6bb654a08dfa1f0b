/** One row of the reference system's table of value models, on its 667 test customers; money in its own unit. */
export interface PublishedValueRow {
  readonly mae: number;
  readonly rmse: number;
  readonly r2: number;
}

/** The reference system's table 2. */
export const publishedValue: Readonly<Record<string, PublishedValueRow>> = {
  "Linear regression": { mae: 852.48, rmse: 1085.32, r2: 0.9343 },
  "Gradient boosting": { mae: 864.33, rmse: 1095.7, r2: 0.933 },
  "Tuned gradient boosting": { mae: 863.97, rmse: 1092.35, r2: 0.9334 },
  "Deep network": { mae: 881.64, rmse: 1121.07, r2: 0.9299 },
};
