import { leastChance } from "../../multiclass/class-calibration";
import type { Multiclass } from "../../multiclass/multiclass";
import { calibratorOnnx } from "./calibrator-onnx";
import type { OnnxInputs } from "./columns";
import type { OnnxGraph } from "./graph";
import { modelOnnx } from "./model-onnx";

/** The probabilities of the classes as one value of shape [N, classes]. */
export function multiclassOnnx(model: Multiclass, inputs: OnnxInputs, graph: OnnxGraph): string {
  const parts = model.members.map(({ scores, link, weight }) => {
    const own = beside(
      scores.map((score) => modelOnnx(score, inputs, graph)),
      graph,
    );
    const shares =
      link === "softmax" ? graph.node("Softmax", [own], { axis: { int: 1 } }) : sharesOf(own, model, graph);
    return graph.times(shares, weight);
  });
  const mean = graph.node("Sum", parts);
  const calibration = model.calibration?.toJSON();
  if (!calibration) return mean;
  if (calibration.method === "one-vs-rest") {
    const own = calibration.calibrators.map((calibrator, k) =>
      calibratorOnnx(
        calibrator,
        graph.node("Gather", [mean, graph.integers([k])], { axis: { int: 1 } }),
        graph,
      ),
    );
    return sharesOf(beside(own, graph), model, graph);
  }
  const logs = graph.node("Log", [graph.node("Max", [mean, graph.constant([leastChance], [1, 1])])]);
  return graph.node("Softmax", [graph.times(logs, 1 / calibration.temperature)], { axis: { int: 1 } });
}

/** Columns [N, 1] as one value of as many columns. */
function beside(columns: string[], graph: OnnxGraph): string {
  return graph.node("Concat", columns, { axis: { int: 1 } });
}

/** Shares of the sum; alike where there is none. */
function sharesOf(scores: string, { classes }: Multiclass, graph: OnnxGraph): string {
  const own = graph.node("Relu", [scores]);
  const sum = graph.node("ReduceSum", [own, graph.integers([1])]);
  const some = graph.node("Greater", [sum, graph.constant([0], [1, 1])]);
  return graph.node("Where", [some, graph.node("Div", [own, sum]), graph.constant([1 / classes], [1, 1])]);
}
