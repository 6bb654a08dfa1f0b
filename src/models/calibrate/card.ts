import { expit } from "../../core/math/special";
import type { Matrix } from "../../core/matrix";
import type { Explain, ModelCard } from "../card";
import { type Contributions, rescaled } from "../explain/rescale";
import { calibratorOnnx } from "../export/onnx/calibrator-onnx";
import { calibratorSql } from "../export/sql/calibrator-sql";
import { type CalibratedModel, calibratedModel } from "./calibrate";
import { calibratorFromJSON } from "./calibrator";

export const calibratedCard: ModelCard<CalibratedModel> = {
  kind: "calibrated",
  title: "Calibrated model",
  fromJSON: (json, inner) => calibratedModel(inner(json.model), calibratorFromJSON(json.calibrator)),
  explain: contributionsOfCalibrated,
  treeNodes: ({ model }, inner) => inner(model),
  sql: ({ model, calibrator }, columns, define, inner) =>
    calibratorSql(calibrator.toJSON(), define(inner(model, columns, define))),
  onnx: ({ model, calibrator }, inputs, graph, inner) =>
    calibratorOnnx(calibrator.toJSON(), inner(model, inputs, graph), graph),
};

function contributionsOfCalibrated(
  { model, calibrator }: CalibratedModel,
  x: Matrix,
  explain: Explain,
): Contributions | undefined {
  const inner = explain(model, x);
  if (!inner) return undefined;
  const { method } = calibrator.toJSON();
  const corrected = (p: number): number => calibrator.apply(Float64Array.of(p))[0];
  if (inner.unit !== "log odds")
    return rescaled(inner, (score) => corrected(Math.min(1, Math.max(0, score))), "probability", false);
  if (method === "isotonic") return rescaled(inner, (score) => corrected(expit(score)), "probability", false);
  const logOdds = (score: number): number => {
    // Short of 0 and 1, whose log odds are infinite.
    const p = Math.min(1 - 1e-15, Math.max(1e-15, corrected(expit(score))));
    return Math.log(p) - Math.log1p(-p);
  };
  return rescaled(inner, logOdds, "log odds", inner.exact && method === "sigmoid");
}
