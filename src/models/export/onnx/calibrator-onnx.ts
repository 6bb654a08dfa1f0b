import type { CalibratorJson } from "../../calibrate/calibrator";
import type { OnnxGraph } from "./graph";

/** The calibrator over probabilities `p`, [N, 1]. */
export function calibratorOnnx(calibrator: CalibratorJson, p: string, graph: OnnxGraph): string {
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
