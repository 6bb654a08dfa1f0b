import { check } from "../../core/checks";
import { type Matrix, takeLabelled } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkLabelled } from "../check-rows";

export interface HurdleOptions<A extends Model, B extends Model> {
  /** Learns the chance of any amount above 0, from labels 0 and 1. */
  readonly occurrence: Fit<A>;
  /** Learns the mean of amounts above 0, from those rows alone. */
  readonly amount: Fit<B>;
}

/** P(amount > 0 | x) · E[amount | amount > 0, x]: `predict` gives the mean. */
export interface HurdleModel<A extends Model = Model, B extends Model = Model> extends Model {
  readonly kind: "hurdle";
  readonly occurrence: A;
  readonly amount: B;
  chance(x: Matrix): Float64Array;
}

/**
 * A learner in two steps, each by any learner: whether there is an amount, and how much.
 *
 * @example
 * const x = matrix(40, 1, Float64Array.from({ length: 40 }, (_, i) => i));
 * const y = x.values.map((value) => (value > 19 ? 2 * value : 0));
 * const fit = hurdle({ occurrence: logisticRegression(), amount: linearRegression() });
 * const model = await fit({ x, y }, seeded(1));
 * model.chance(matrixFromRows([[0], [39]])).map(Math.round); // → [0, 1]
 */
export function hurdle<A extends Model, B extends Model>(
  options: HurdleOptions<A, B>,
): Fit<HurdleModel<A, B>> {
  return async (train, rng, watch) => {
    const action = "fit hurdle";
    checkLabelled(train, action);
    const paid: number[] = [];
    for (let i = 0; i < train.y.length; i++) {
      if (train.y[i] < 0) check(false, action, `amounts must not be negative, got ${train.y[i]} in row ${i}`);
      if (train.y[i] > 0) paid.push(i);
    }
    check(paid.length > 0, action, "some amounts must be above 0");
    check(paid.length < train.y.length, action, "some amounts must be 0 (else fit the amounts alone)");
    const occurrence = await options.occurrence(
      { ...train, y: train.y.map((y) => (y > 0 ? 1 : 0)) },
      rng.fork("occurrence"),
      watch,
    );
    const amount = await options.amount(takeLabelled(train, paid), rng.fork("amount"), watch);
    return hurdleModel(occurrence, amount);
  };
}

function hurdleModel<A extends Model, B extends Model>(occurrence: A, amount: B): HurdleModel<A, B> {
  return {
    kind: "hurdle",
    occurrence,
    amount,
    chance: (x) => occurrence.predict(x),
    predict: (x) => {
      const means = amount.predict(x);
      return occurrence.predict(x).map((chance, i) => chance * Math.max(0, means[i]));
    },
    toJSON: () => ({ kind: "hurdle", version: 1, occurrence: occurrence.toJSON(), amount: amount.toJSON() }),
  };
}

/** The model that `toJSON` described; `load` turns the inner models' JSON back. */
export function hurdleFromJSON(from: unknown, load: (json: ModelJson) => Model): HurdleModel {
  const json = from as {
    kind?: unknown;
    version?: unknown;
    occurrence?: ModelJson;
    amount?: ModelJson;
  } | null;
  check(
    json?.kind === "hurdle" && json.version === 1,
    "load hurdle",
    "kind and version must be hurdle 1",
    json?.kind,
  );
  check(
    json.occurrence !== undefined && json.amount !== undefined,
    "load hurdle",
    "there must be an occurrence and an amount model",
  );
  return hurdleModel(load(json.occurrence), load(json.amount));
}
