import type { CodesPart, Encoder, NumberPart, OneHotPart } from "../../../features/encoder";
import type { OnnxColumn } from "./columns";
import type { OnnxGraph } from "./graph";

/**
 * Declares an input for each raw column (double, NaN where missing; or string, empty where missing) and returns the
 * encoder's columns: several may share one value of shape [N, width].
 */
export function encoderOnnx(
  encoder: Encoder,
  graph: OnnxGraph,
): { readonly columns: OnnxColumn[]; readonly widths: number[] } {
  const columns: OnnxColumn[] = [];
  const widths: number[] = [];
  const add = (column: OnnxColumn, width: number): void => {
    columns.push(column);
    widths.push(width);
  };
  for (const part of encoder.parts) {
    if (part.kind === "number") for (const one of numberOnnx(part, graph)) add({ numeric: one }, 1);
    else if (part.kind === "codes") add(codesOnnx(part, graph), 1);
    else {
      const { value, width } = oneHotOnnx(part, graph);
      if (width > 0) add({ numeric: value }, width);
    }
  }
  return { columns, widths };
}

function numberOnnx(part: NumberPart, graph: OnnxGraph): string[] {
  const { fill, center, width, bounded, indicator } = part;
  const raw = graph.input(part.name, "double");
  const missing = graph.node("IsNaN", [raw]);
  let value = fill === undefined ? raw : graph.node("Where", [missing, graph.constant([fill], [1, 1]), raw]);
  if (center !== 0) value = graph.node("Sub", [value, graph.constant([center], [1, 1])]);
  if (width !== 1) value = graph.node("Div", [value, graph.constant([width], [1, 1])]);
  if (bounded) {
    const third = graph.node("Div", [value, graph.constant([3], [1, 1])]);
    const square = graph.node("Add", [graph.node("Mul", [third, third]), graph.constant([1], [1, 1])]);
    value = graph.node("Div", [value, graph.node("Sqrt", [square])]);
  }
  return indicator ? [value, graph.node("Cast", [missing], { to: { int: 11 } })] : [value];
}

function oneHotOnnx(part: OneHotPart, graph: OnnxGraph): { readonly value: string; readonly width: number } {
  const words = part.missing ? [...part.levels, ...part.pooled, ""] : [...part.levels, ...part.pooled];
  const flags = levelFlags(part.name, words, graph);
  // Each word's column among the encoder's: none for the first level, one for all pooled ones.
  const shown = part.levels.length - part.first + (part.pooled.length > 0 ? 1 : 0) + (part.missing ? 1 : 0);
  const place = words.map((_, k) => {
    if (part.missing && k === words.length - 1) return shown - 1;
    return Math.min(k, part.levels.length) - part.first;
  });
  return { value: graph.node("MatMul", [flags, mask(place, shown, graph)]), width: shown };
}

function codesOnnx(part: CodesPart, graph: OnnxGraph): OnnxColumn {
  const words = [...part.levels, ...part.pooled];
  const count = part.levels.length + (part.pooled.length > 0 ? 1 : 0);
  const place = words.map((_, k) => Math.min(k, part.levels.length));
  const flags = levelFlags(part.name, words, graph);
  return { levels: graph.node("MatMul", [flags, mask(place, count, graph)]), count };
}

/** Doubles of shape [N, words]: 1 where the text is that word. */
function levelFlags(name: string, words: readonly string[], graph: OnnxGraph): string {
  const text = graph.input(name, "string");
  const domain = { domain: "ai.onnx.ml" };
  const flags = graph.node(
    "OneHotEncoder",
    [text],
    { cats_strings: { texts: words }, zeros: { int: 1 } },
    domain,
  );
  const flat = graph.node("Reshape", [flags, graph.integers([-1, words.length])]);
  return graph.node("Cast", [flat], { to: { int: 11 } });
}

/** The matrix [words, columns] that sends word k to column place[k]; below 0 to none. */
function mask(place: readonly number[], columns: number, graph: OnnxGraph): string {
  const values = new Float64Array(place.length * columns);
  place.forEach((to, k) => {
    if (to >= 0) values[k * columns + to] = 1;
  });
  return graph.constant(values, [place.length, columns]);
}
