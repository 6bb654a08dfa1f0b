import { takeValues } from "../../../src/core/matrix";
import type { PurchaseHistory } from "../../../src/models/clv/purchase-history";
import { reference } from "../../support";

interface Fitted {
  readonly parameters: number[];
  readonly alive: number[];
  readonly expected39: number[];
  readonly expectedOfNew: number[];
}

interface Golden {
  readonly cdnow: Record<"frequency" | "recency" | "age" | "monetaryValue", number[]>;
  /** The customers that predictions are given for. */
  readonly some: number[];
  readonly bgNbd: Fitted;
  readonly mbgNbd: Fitted;
  readonly paretoNbd: Fitted;
  readonly counts: number[];
  /** alpha, beta, frequency, recency, age, P(alive). */
  readonly paretoAlive: [number, number, number, number, number, number][];
  readonly gammaGamma: { parameters: number[]; logLikelihood: number; expectedValue: number[] };
  readonly lifetimeValue: number[];
}

export const golden: Golden = reference<Golden>("btyd");

const { frequency, recency, age, monetaryValue } = golden.cdnow;
/** CDNOW's 2,357 customers, in weeks of two decimals as lifetimes ships them. */
export const cdnow: PurchaseHistory = {
  frequency: Float64Array.from(frequency),
  recency: Float64Array.from(recency),
  age: Float64Array.from(age),
  monetaryValue: Float64Array.from(monetaryValue),
};

const wholeDays = (weeks: number): number => Math.round(weeks * 7) / 7;
/** The same in weeks of whole days, which published estimates rest on. */
export const cdnowInDays: PurchaseHistory = {
  ...cdnow,
  recency: cdnow.recency.map(wholeDays),
  age: cdnow.age.map(wholeDays),
};

/** Some customers of a history. */
export function takeHistory(from: PurchaseHistory, rows: readonly number[]): PurchaseHistory {
  return {
    frequency: takeValues(from.frequency, rows),
    recency: takeValues(from.recency, rows),
    age: takeValues(from.age, rows),
    ...(from.monetaryValue ? { monetaryValue: takeValues(from.monetaryValue, rows) } : {}),
  };
}

/** One customer: frequency, recency, age, and perhaps value. */
export function customer(x: number, t: number, T: number, value?: number): PurchaseHistory {
  const one = { frequency: Float64Array.of(x), recency: Float64Array.of(t), age: Float64Array.of(T) };
  return value === undefined ? one : { ...one, monetaryValue: Float64Array.of(value) };
}
