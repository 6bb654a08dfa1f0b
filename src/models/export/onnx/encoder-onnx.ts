import { check } from "../../../core/checks";
import type { Encoder } from "../../../features/encoder";
import type { CodesPart, DatePart, OneHotPart, Scaling, TargetMeanPart } from "../../../features/parts";
import { calendarOnnx } from "./calendar-onnx";
import type { OnnxColumn } from "./columns";
import type { OnnxGraph } from "./graph";

/**
 * Declares an input for each raw column (double, NaN where missing; string, empty where missing; dates as double, seconds
 * since 1970 in UTC) and returns the encoder's columns: several may share one value of shape [N, width]. Throws, naming the
 * column, for free text.
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
  // Intervals read dates of other parts.
  const dates = new Map(
    encoder.parts.flatMap(({ kind, name }) => (kind === "date" ? [[name, graph.input(name, "double")]] : [])),
  );
  for (const part of encoder.parts) {
    if (part.kind === "codes") add(codesOnnx(part, graph), 1);
    else if (part.kind === "one-hot") {
      const { value, width } = oneHotOnnx(part, graph);
      if (width > 0) add({ numeric: value }, width);
    } else {
      const rule = `column ${JSON.stringify(part.name)} must not be free text, whose score ONNX's operators can't say: train without it (--drop)`;
      check(part.kind !== "text", "write ONNX", rule);
      const made =
        part.kind === "number"
          ? scaledOnnx(part, graph.input(part.name, "double"), graph)
          : part.kind === "date"
            ? dateOnnx(part, dates, graph)
            : targetMeanOnnx(part, graph);
      for (const text of made) add({ numeric: text }, 1);
    }
  }
  return { columns, widths };
}

function dateOnnx(
  { name, reference, numbers }: DatePart,
  inputs: ReadonlyMap<string, string>,
  graph: OnnxGraph,
): string[] {
  const seconds = inputs.get(name) as string;
  return numbers.flatMap((number) => {
    const numberOf = (): string => {
      if (number.of === "days") return graph.divided(graph.plus(seconds, -reference / 1000), 86_400);
      if (number.of === "since")
        return graph.divided(
          graph.node("Sub", [seconds, inputs.get(number.other as string) as string]),
          86_400,
        );
      return calendarOnnx(number.of, seconds, graph);
    };
    return scaledOnnx(number, numberOf(), graph);
  });
}

function targetMeanOnnx({ name, levels, numbers }: TargetMeanPart, graph: OnnxGraph): string[] {
  // The places of the levels, then those of a missing and of an unknown one.
  const place = graph.node(
    "LabelEncoder",
    [graph.input(name, "string")],
    {
      keys_strings: { texts: [...levels, ""] },
      values_int64s: { ints: Int32Array.from({ length: levels.length + 1 }, (_, k) => k) },
      default_int64: { int: levels.length + 1 },
    },
    { domain: "ai.onnx.ml" },
  );
  return numbers.flatMap((number) => {
    const means = graph.constant([...number.means, number.missing, number.prior]);
    return scaledOnnx(number, graph.node("Gather", [means, place]), graph);
  });
}

/** The number, filled and scaled, and after it the mark of a missing one where there is such a column. */
function scaledOnnx(part: Scaling, raw: string, graph: OnnxGraph): string[] {
  const { fill, center, width, bounded, indicator } = part;
  const missing = graph.node("IsNaN", [raw]);
  let value = fill === undefined ? raw : graph.node("Where", [missing, graph.constant([fill], [1, 1]), raw]);
  if (center !== 0) value = graph.plus(value, -center);
  if (width !== 1) value = graph.divided(value, width);
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
