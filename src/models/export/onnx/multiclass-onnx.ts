import type { Multiclass } from "../../multiclass/multiclass";
import type { OnnxInputs } from "./columns";
import type { OnnxGraph } from "./graph";
import { modelOnnx } from "./model-onnx";

/** The probabilities of the classes as one value of shape [N, classes]. */
export function multiclassOnnx(model: Multiclass, inputs: OnnxInputs, graph: OnnxGraph): string {
  const parts = model.members.map(({ scores, link, weight }) => {
    const own = graph.node(
      "Concat",
      scores.map((score) => modelOnnx(score, inputs, graph)),
      { axis: { int: 1 } },
    );
    const shares =
      link === "softmax" ? graph.node("Softmax", [own], { axis: { int: 1 } }) : sharesOf(own, model, graph);
    return graph.times(shares, weight);
  });
  return graph.node("Sum", parts);
}

/** Shares of the sum; alike where there is none. */
function sharesOf(scores: string, { classes }: Multiclass, graph: OnnxGraph): string {
  const own = graph.node("Relu", [scores]);
  const sum = graph.node("ReduceSum", [own, graph.integers([1])]);
  const some = graph.node("Greater", [sum, graph.constant([0], [1, 1])]);
  return graph.node("Where", [some, graph.node("Div", [own, sum]), graph.constant([1 / classes], [1, 1])]);
}
