import { check } from "../../core/checks";
import { precisionArea, rankedWeights } from "../../core/math/ranking";
import type { Labelled } from "../../core/matrix";
import type { Fit, Model } from "../../core/model";
import { moments } from "../../features/scale";
import type { Engine } from "../../neural/engine";
import { simdEngine } from "../../neural/simd/engine";
import { hold, type Parameters } from "../../neural/weights";
import { checkClasses, checkColumns, checkLabelled } from "../check-rows";
import { classedWeights } from "../class-weights";
import { holdOut } from "../hold-out";
import { choose } from "./network-choose";
import { inputShape } from "./network-graph";
import { encodeRows, fitInputs } from "./network-inputs";
import { type NetworkState, networkJson, readNetwork } from "./network-json";
import { checkNetworkOptions, type NetworkOptions, type NetworkSettings } from "./network-options";
import { identity, logLoss, memberOutputs, sigmoid, type TrainingPlan, trainNetwork } from "./network-train";

/** A trained net, or several that are averaged. */
export interface Network extends Model, NetworkState {
  readonly kind: "network";
}

/**
 * A net for tables: numbers enter through periodic functions (or piecewise-linear codes) learned with the rest, columns
 * and settings are chosen on held-out folds of the training rows, and several nets are averaged. Missing values and
 * categories need no encoder. Rejects with the signal's reason when stopped while choosing; once the last training has
 * begun, a stop ends it within one batch and keeps the best weights.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => i));
 * const y = x.values.map((value) => Number(value > 39));
 * const fit = network({ hidden: [16], members: 1, epochs: 40, columns: "all" });
 * const model = await fit({ x, y }, seeded(1));
 * rocAuc(y, model.predict(x)) > 0.9; // → true
 */
export function network(options: NetworkOptions = {}): Fit<Network> {
  const asked = checkNetworkOptions(options);
  return async (all, rng, watch) => {
    const action = "fit network";
    watch?.progress?.({ phase: "prepare", done: 0, total: 1 });
    checkRows(asked, all, action);
    check(all.x.columns > 0, action, "there must be columns", 0);
    const classes = asked.task === "classification";
    const { fitted: train, held } = holdOut(all, asked.validation, classes, rng.fork("validation"), action);
    if (held) {
      checkRows(asked, held, "validate network");
      checkColumns(held.x, all.x.columns, "validate network");
    }
    const { targets, offset, scale } = scaledTargets(train.y, asked.task);
    const weights = rowWeights(train, asked.classWeights);
    watch?.progress?.({ phase: "prepare", done: 1, total: 1 });
    const { candidate, columns } = await choose(asked, { x: train.x, targets, weights }, train, rng, watch);
    const inputs = fitInputs(train.x, { ...candidate.inputs, columns });
    const shape = { ...candidate.plan.shape, members: asked.members, ...inputShape(inputs) };
    const plan: TrainingPlan = { ...candidate.plan, shape };
    const trained = await trainNetwork(
      plan,
      {
        inputs: encodeRows(train.x, inputs),
        targets: Float32Array.from(targets),
        weights: Float32Array.from(weights),
      },
      rng.fork("train"),
      watch,
      held && { inputs: encodeRows(held.x, inputs), judge: judgeOf(asked, held, offset, scale) },
    );
    const { history, backend } = trained;
    const { epochs, kept, ended, advice } = history;
    return networkOf({
      task: asked.task,
      columns: train.x.columns,
      inputs,
      shape,
      weights: trained.weights,
      offset,
      scale,
      training: { backend, rate: plan.rate, epochs, kept, ended, ...(advice !== undefined && { advice }) },
    });
  };
}

function checkRows({ task }: NetworkSettings, rows: Labelled, action: string): void {
  if (task === "classification") checkClasses(rows, action);
  else checkLabelled(rows, action);
}

/** The model that `toJSON` described. */
export function networkFromJSON(json: unknown): Network {
  return networkOf(readNetwork(json));
}

/** The model of a trained state. */
export function networkOf(state: NetworkState): Network {
  const { columns, inputs, shape, weights, task, offset, scale } = state;
  // Weights are put onto an engine at the first prediction and stay there: one customer costs microseconds then.
  let ready: { readonly engine: Engine; readonly net: Parameters } | undefined;
  const onEngine = (): { readonly engine: Engine; readonly net: Parameters } => {
    const engine = simdEngine();
    return { engine, net: hold(engine, weights) };
  };
  return {
    kind: "network",
    ...state,
    predict: (x) => {
      checkColumns(x, columns, "predict with network");
      ready ??= onEngine();
      const { engine, net } = ready;
      const link = task === "classification" ? sigmoid : identity;
      const out = memberOutputs(engine, shape, net, encodeRows(x, inputs), link);
      if (task === "regression") for (let i = 0; i < out.length; i++) out[i] = out[i] * scale + offset;
      return out;
    },
    toJSON: () => networkJson(state),
  };
}

/** Targets of a regression less their mean, over their deviation; classes as they are. */
function scaledTargets(
  y: Float64Array,
  task: NetworkSettings["task"],
): { targets: Float64Array; offset: number; scale: number } {
  if (task === "classification") return { targets: y, offset: 0, scale: 1 };
  const { mean, deviation } = moments(y);
  // With scale 0, whatever the net says, the prediction is the one target there is.
  return {
    targets: y.map((value) => (deviation > 0 ? (value - mean) / deviation : 0)),
    offset: mean,
    scale: deviation,
  };
}

/** The rows' weights times their classes', with mean 1. */
export function rowWeights(train: Labelled, classWeights: NetworkSettings["classWeights"]): Float64Array {
  const out = classedWeights(train, classWeights);
  const mean = out.reduce((sum, weight) => sum + weight, 0) / out.length;
  return out.map((weight) => weight / mean);
}

/** How outputs on the validation rows are judged: lower is better. */
export function judgeOf(
  { task, stopOn }: Pick<NetworkSettings, "task" | "stopOn">,
  { y, weights }: Labelled,
  offset: number,
  scale: number,
): (outputs: Float64Array) => number {
  return (outputs) => {
    const predicted = outputs.map((out) => out * scale + offset);
    if (stopOn === "averagePrecision") return -precisionArea(rankedWeights(y, predicted, weights));
    if (stopOn !== "loss") {
      const score = stopOn.metric(y, predicted, weights ? { weights } : {});
      return stopOn.better === "higher" ? -score : score;
    }
    let [sum, total] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      const weight = weights?.[i] ?? 1;
      total += weight;
      sum += weight * (task === "classification" ? logLoss(predicted[i], y[i]) : (predicted[i] - y[i]) ** 2);
    }
    return sum / total;
  };
}
