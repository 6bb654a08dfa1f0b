import { check } from "../../../core/checks";
import type { Model } from "../../../core/model";
import { allCards, cardOf } from "../../registry";
import type { OnnxInputs } from "./columns";
import type { OnnxGraph } from "./graph";

/** The model's prediction as a value of shape [N, 1]; throws for a kind whose card has no ONNX. */
export function modelOnnx(model: Model, inputs: OnnxInputs, graph: OnnxGraph): string {
  const card = cardOf(model.kind);
  const able = allCards().flatMap((card) => (card.onnx ? [card.kind] : []));
  check(card?.onnx !== undefined, "write ONNX", `the model must be one of ${able.join(", ")}`, model.kind);
  return card.onnx(model, inputs, graph, modelOnnx);
}
