import { type Coefficient, tableOfErrors } from "../../core/math/inference";
import { column, type Matrix, matrix } from "../../core/matrix";
import { checkColumns, checkNumbers } from "../check-rows";
import type { Design } from "./design";

/** The weighted sum that every linear model rests on. Entry k of each array belongs to feature k. */
export interface LinearPredictor {
  readonly features: readonly string[];
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** Wald's standard errors; 0 where a penalty removed the column or the rows can't tell. */
  readonly standardErrors: Float64Array;
  readonly interceptError: number;
  /** Means of the training rows, from which contributions count. */
  readonly means: Float64Array;
}

/** intercept + Σ coefficient × value, for each row; throws on other columns, missing values and infinities. */
export function linearSums(x: Matrix, from: LinearPredictor, action: string): Float64Array {
  checkColumns(x, from.coefficients.length, action);
  checkNumbers(x, action);
  const out = new Float64Array(x.rows).fill(from.intercept);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const b = from.coefficients[j];
    for (let i = 0; i < out.length; i++) out[i] += b * values[i];
  }
  return out;
}

/**
 * Each column's part in each row's sum: coefficient × (value − training mean), the exact SHAP values of a linear model
 * whose columns are taken as independent. A row's parts add up to its sum minus the sum at the means.
 */
export function linearContributions(x: Matrix, from: LinearPredictor, action: string): Matrix {
  checkColumns(x, from.coefficients.length, action);
  checkNumbers(x, action);
  const values = new Float64Array(x.values.length);
  for (let j = 0; j < x.columns; j++) {
    const given = column(x, j);
    for (let i = 0; i < x.rows; i++)
      values[j * x.rows + i] = from.coefficients[j] * (given[i] - from.means[j]);
  }
  return matrix(x.rows, x.columns, values, x.features);
}

/** The sum at the training rows' means, from which contributions count. */
export function expectedSum(from: LinearPredictor): number {
  return from.coefficients.reduce((sum, b, j) => sum + b * from.means[j], from.intercept);
}

/** The intercept, called "(intercept)", and the coefficients, with Wald intervals of coverage `level`. */
export function linearTable(from: LinearPredictor, level?: number, degreesOfFreedom?: number): Coefficient[] {
  return tableOfErrors(
    ["(intercept)", ...from.features],
    [from.intercept, ...from.coefficients],
    [from.interceptError, ...from.standardErrors],
    level,
    degreesOfFreedom,
  );
}

/** Weighted means of the matrix's own columns. */
export function columnMeans(x: Design, weights: Float64Array): Float64Array {
  const sums = new Float64Array(x.width);
  x.transposeTimes(weights, sums);
  // The last sum is that of the ones.
  return sums.subarray(0, x.width - 1).map((sum, j) => x.shift[j] + sum / sums[x.width - 1]);
}
