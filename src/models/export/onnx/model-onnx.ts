import { check } from "../../../core/checks";
import type { Model } from "../../../core/model";
import type { Blend } from "../../auto/blend";
import type { BoostedTrees } from "../../boosting/boosting";
import type { CalibratedModel } from "../../calibrate/calibrate";
import type { CalibratorJson } from "../../calibrate/calibrator";
import type { DerivedModel } from "../../discovery/discover";
import type { Formula } from "../../discovery/discover-formula";
import type { Forest } from "../../forest/forest";
import type { LinearPredictor } from "../../linear/linear-predictor";
import type { SplineLogistic, SplineLogisticJson } from "../../spline/spline";
import type { OnnxColumn } from "./encoder-onnx";
import type { OnnxGraph } from "./graph";
import { treesOnnx } from "./trees-onnx";

/** The encoder's columns; one entry of `columns` may be `widths` columns of the matrix wide. */
export interface OnnxInputs {
  readonly columns: readonly OnnxColumn[];
  readonly widths: readonly number[];
}

/** How each kind of model is written; returns a value of shape [N, 1]. */
const writers: { readonly [kind: string]: (model: never, inputs: OnnxInputs, graph: OnnxGraph) => string } = {
  blend: ({ members }: Blend, inputs, graph) => {
    const own = members.map(({ model }) => modelOnnx(model, inputs, graph));
    const parts = members.map(({ weight }, m) =>
      graph.node("Mul", [own[m], graph.constant([weight], [1, 1])]),
    );
    return graph.node("Min", [graph.node("Sum", parts), graph.node("Max", own)]);
  },
  "boosted-trees": ({ trees, base, loss }: BoostedTrees, inputs, graph) => {
    const sum = graph.node("Cast", [treesOnnx(trees, single(inputs, graph), graph)], { to: { int: 11 } });
    const score = graph.node("Add", [sum, graph.constant([base], [1, 1])]);
    if (loss === "logistic") return graph.node("Sigmoid", [score]);
    return loss === "poisson" || loss === "tweedie" ? graph.node("Exp", [score]) : score;
  },
  calibrated: ({ model, calibrator }: CalibratedModel, inputs, graph) =>
    calibratorOnnx(calibrator.toJSON(), modelOnnx(model, inputs, graph), graph),
  derived: ({ discovery, model }: DerivedModel, inputs, graph) => {
    const columns = single(inputs, graph);
    for (const one of discovery.toJSON().features)
      columns.push({ numeric: formulaOnnx(one, columns, graph) });
    return modelOnnx(model, { columns, widths: columns.map(() => 1) }, graph);
  },
  forest: ({ trees }: Forest, inputs, graph) => {
    const sum = graph.node("Cast", [treesOnnx(trees, single(inputs, graph), graph)], { to: { int: 11 } });
    return graph.node("Div", [sum, graph.constant([trees.roots.length - 1], [1, 1])]);
  },
  "linear-regression": linearOnnx,
  "logistic-regression": (model: LinearPredictor, inputs, graph) =>
    graph.node("Sigmoid", [linearOnnx(model, inputs, graph)]),
  "spline-logistic": (model: SplineLogistic, inputs, graph) => {
    const parts = model.toJSON().parts;
    const columns = single(inputs, graph).map((one, j) => splineOnnx(parts[j], one, graph));
    return modelOnnx(model.model, { columns: columns.map((numeric) => ({ numeric })), widths: [] }, graph);
  },
};

/** The model's prediction as a value of shape [N, 1]; throws for a kind that can't be written. */
export function modelOnnx(model: Model, inputs: OnnxInputs, graph: OnnxGraph): string {
  check(
    Object.hasOwn(writers, model.kind),
    "write ONNX",
    `the model must be one of ${Object.keys(writers).join(", ")}`,
    model.kind,
  );
  return writers[model.kind](model as never, inputs, graph);
}

function linearOnnx(
  { coefficients, intercept }: LinearPredictor,
  inputs: OnnxInputs,
  graph: OnnxGraph,
): string {
  const values = inputs.columns.map((one) => {
    check("numeric" in one, "write ONNX", "a linear model needs numeric columns");
    return one.numeric;
  });
  const x = values.length === 1 ? values[0] : graph.node("Concat", values, { axis: { int: 1 } });
  const sums = graph.node("MatMul", [x, graph.constant(coefficients, [coefficients.length, 1])]);
  return graph.node("Add", [sums, graph.constant([intercept], [1, 1])]);
}

/** Missing where a part is, or where a divisor is 0. */
function formulaOnnx(
  { kind, columns, signs }: Formula,
  known: readonly OnnxColumn[],
  graph: OnnxGraph,
): string {
  const parts = columns.map((j) => {
    const one = known[j];
    check("numeric" in one, "write ONNX", "a formula needs numeric columns");
    return one.numeric;
  });
  const constant = (value: number): string => graph.constant([value], [1, 1]);
  if (kind === "product") return graph.node("Mul", parts);
  if (kind === "ratio") {
    const zero = graph.node("Equal", [parts[1], constant(0)]);
    return graph.node("Where", [zero, constant(Number.NaN), graph.node("Div", parts)]);
  }
  return graph.node(
    "Sum",
    parts.map((name, k) => (signs[k] < 0 ? graph.node("Neg", [name]) : name)),
  );
}

/** The columns [N, width] that a spline makes of one: a number, its hinges and its mark, or its level's flags. */
function splineOnnx(part: SplineLogisticJson["parts"][number], column: OnnxColumn, graph: OnnxGraph): string {
  if (part.kind === "levels") {
    check("levels" in column, "write ONNX", "a spline's category must be one");
    return column.levels;
  }
  check("numeric" in column, "write ONNX", "a spline's number must be one");
  const { fill, low, high, knots, centers, widths, indicator } = part;
  const constant = (...values: number[]): string => graph.constant(values, [1, values.length]);
  const missing = graph.node("IsNaN", [column.numeric]);
  const filled = graph.node("Where", [missing, constant(fill), column.numeric]);
  const value = graph.node("Max", [graph.node("Min", [filled, constant(high)]), constant(low)]);
  const join = (parts: string[]): string => graph.node("Concat", parts, { axis: { int: 1 } });
  let terms = value;
  if (knots.length > 0)
    terms = join([value, graph.node("Max", [graph.node("Sub", [value, constant(...knots)]), constant(0)])]);
  const scaled = graph.node("Div", [graph.node("Sub", [terms, constant(...centers)]), constant(...widths)]);
  return indicator ? join([scaled, graph.node("Cast", [missing], { to: { int: 11 } })]) : scaled;
}

/** One entry for each matrix column: trees ask columns one by one. */
function single({ columns, widths }: OnnxInputs, graph: OnnxGraph): OnnxColumn[] {
  return columns.flatMap((one, k) => {
    if (widths[k] === 1 || !("numeric" in one)) return [one];
    return Array.from({ length: widths[k] }, (_, j) => ({
      numeric: graph.node("Gather", [one.numeric, graph.integers([j])], { axis: { int: 1 } }),
    }));
  });
}

function calibratorOnnx(calibrator: CalibratorJson, p: string, graph: OnnxGraph): string {
  const number = (value: number): string => graph.constant([value], [1, 1]);
  if (calibrator.method === "isotonic") return isotonicOnnx(calibrator, p, graph);
  const edge = 2 ** -52;
  const inside = graph.node("Max", [graph.node("Min", [p, number(1 - edge)]), number(edge)]);
  const up = graph.node("Log", [inside]);
  const down = graph.node("Log", [graph.node("Sub", [number(1), inside])]);
  const { intercept } = calibrator;
  const [a, b] =
    calibrator.method === "beta" ? [calibrator.a, calibrator.b] : [calibrator.slope, calibrator.slope];
  const sum = graph.node("Sub", [graph.node("Mul", [up, number(a)]), graph.node("Mul", [down, number(b)])]);
  return graph.node("Sigmoid", [graph.node("Add", [sum, number(intercept)])]);
}

/** The first value plus, for each step, its slope times how far p is into it. */
function isotonicOnnx(
  { at, values }: Extract<CalibratorJson, { method: "isotonic" }>,
  p: string,
  graph: OnnxGraph,
): string {
  const steps = at.length - 1;
  const first = graph.constant([values[0]], [1, 1]);
  if (steps === 0) return graph.node("Add", [graph.node("Mul", [p, graph.constant([0], [1, 1])]), first]);
  const low = graph.constant(at.slice(0, -1), [1, steps]);
  const high = graph.constant(at.slice(1), [1, steps]);
  const into = graph.node("Sub", [graph.node("Min", [graph.node("Max", [p, low]), high]), low]);
  const slopes = values.slice(1).map((value, k) => (value - values[k]) / (at[k + 1] - at[k]));
  return graph.node("Add", [graph.node("MatMul", [into, graph.constant(slopes, [steps, 1])]), first]);
}
