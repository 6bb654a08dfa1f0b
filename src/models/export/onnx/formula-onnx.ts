import { check } from "../../../core/checks";
import type { Formula } from "../../discovery/discover-formula";
import type { OnnxColumn } from "./columns";
import type { OnnxGraph } from "./graph";

/** Missing where a part is, or where a divisor is 0. */
export function formulaOnnx(
  { kind, columns, signs }: Formula,
  known: readonly OnnxColumn[],
  graph: OnnxGraph,
): string {
  const parts = columns.map((j) => {
    const column = known[j];
    check("numeric" in column, "write ONNX", "a formula needs numeric columns");
    return column.numeric;
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
