/** A metric over folds. */
export interface FoldScores {
  readonly mean: number;
  /** Standard deviation over the folds (n − 1); 0 for one fold. Folds overlap, so it is no standard error. */
  readonly deviation: number;
  /** One value a fold, in their order. */
  readonly values: readonly number[];
}

/** Mean and deviation of the folds' values. */
export function foldScores(values: readonly number[]): FoldScores {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, values };
}
