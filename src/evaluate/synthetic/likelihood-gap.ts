import { normalQuantile } from "../../core/math/normal-distribution";
import type { Table } from "../../data/table";

/** A model that knows how likely rows are. */
export interface LikelihoodModel {
  /** Each row's log-likelihood in nats. */
  logLikelihood(rows: Table): Float64Array;
}

/** How much likelier a model finds its training rows than others, in nats a row: what it learnt by heart. */
export interface LikelihoodGap {
  readonly train: number;
  readonly holdout: number;
  readonly gap: number;
  readonly low: number;
  readonly high: number;
}

/** The mean log-likelihood of training rows less that of held-out rows, with its interval. */
export function likelihoodGap(model: LikelihoodModel, train: Table, holdout: Table): LikelihoodGap {
  const [a, b] = [train, holdout].map((rows) => {
    const values = model.logLikelihood(rows);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, variance: squares / (values.length * Math.max(1, values.length - 1)) };
  });
  const gap = a.mean - b.mean;
  const half = normalQuantile(0.975) * Math.sqrt(a.variance + b.variance);
  return { train: a.mean, holdout: b.mean, gap, low: gap - half, high: gap + half };
}
