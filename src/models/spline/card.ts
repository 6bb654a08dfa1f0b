import type { LearnerCard } from "../card";
import { singleColumns } from "../export/onnx/columns";
import { splineOnnx } from "../export/onnx/spline-onnx";
import { splineSql } from "../export/sql/spline-sql";
import {
  type SplineLogistic,
  type SplineLogisticOptions,
  splineLogistic,
  splineLogisticFromJSON,
  splineOptions,
} from "./spline";

export const splineCard: LearnerCard<"spline-logistic", SplineLogisticOptions, SplineLogistic> = {
  kind: "spline-logistic",
  name: "splineLogistic",
  title: "Additive logistic regression",
  aliases: ["SplineTransformer + LogisticRegression", "spline"],
  options: splineOptions,
  fit: splineLogistic,
  targets: { classes: {} },
  encode: "codes",
  needsBothClasses: true,
  search: { knots: { integer: [0, 16] }, C: { logUniform: [1e-2, 1e2] } },
  fromJSON: splineLogisticFromJSON,
  explain: ({ expected, contributions }, x) => ({
    unit: "log odds",
    expected,
    exact: true,
    values: contributions(x),
    x,
  }),
  sql: (model, columns, define, inner) =>
    inner(model.model, splineSql(model.toJSON().parts, columns, define), define),
  onnx(model, inputs, graph, inner) {
    const { parts } = model.toJSON();
    const columns = singleColumns(inputs, graph).map((column, j) => splineOnnx(parts[j], column, graph));
    return inner(model.model, { columns: columns.map((numeric) => ({ numeric })), widths: [] }, graph);
  },
};
