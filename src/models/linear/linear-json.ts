import { z } from "zod";
import { checkSameLength } from "../../core/checks";
import type { LinearPredictor } from "./linear-predictor";

/** What every linear model writes of itself. */
export interface LinearJson {
  readonly features: readonly string[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
  readonly standardErrors: readonly number[];
  readonly interceptError: number;
  readonly means: readonly number[];
}

const numbers: z.ZodType<number[]> = z.array(z.number()).max(1_000_000);

/** The same as fields of a schema. */
export const linearFields: { readonly [field in keyof LinearJson]: z.ZodType<LinearJson[field]> } = {
  features: z.array(z.string().max(10_000)).max(1_000_000),
  coefficients: numbers,
  intercept: z.number(),
  standardErrors: numbers,
  interceptError: z.number(),
  means: numbers,
};

export function linearJson(from: LinearPredictor): LinearJson {
  return {
    features: from.features,
    coefficients: Array.from(from.coefficients),
    intercept: from.intercept,
    standardErrors: Array.from(from.standardErrors),
    interceptError: from.interceptError,
    means: Array.from(from.means),
  };
}

/** Throws unless all arrays have one entry a feature. */
export function readLinear(json: LinearJson, action: string): LinearPredictor {
  for (const field of ["coefficients", "standardErrors", "means"] as const)
    checkSameLength(json[field].length, json.features.length, action, `${field} and features`);
  return {
    features: json.features,
    coefficients: Float64Array.from(json.coefficients),
    intercept: json.intercept,
    standardErrors: Float64Array.from(json.standardErrors),
    interceptError: json.interceptError,
    means: Float64Array.from(json.means),
  };
}
