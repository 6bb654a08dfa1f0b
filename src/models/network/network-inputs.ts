import { check, checkFinite } from "../../core/checks";
import { quantileSorted } from "../../core/math/statistics";
import { column, type Matrix } from "../../core/matrix";
import { moments } from "../../features/scale";

/** A numeric column: centred and scaled by the training rows, a missing value in the middle. */
export interface NumberInput {
  readonly name: string;
  readonly column: number;
  readonly center: number;
  readonly width: number;
  /** Whether far values are drawn in, to at most 3 widths, and missing ones allowed; not for columns taken as given. */
  readonly bounded: boolean;
  /** Edges of the piecewise-linear code; none where the number goes through periodic functions. */
  readonly edges?: readonly number[];
}

/** An input of −1 or 1 (two values) or of 0 or 1 (one of several levels, or "missing"). */
export interface FlagInput {
  readonly name: string;
  readonly column: number;
  /** The value that makes it 1; NaN stands for missing. */
  readonly value: number;
  readonly off: -1 | 0;
}

/** What a net sees of each row, fitted on the training rows. */
export interface NetworkInputs {
  readonly numbers: readonly NumberInput[];
  readonly flags: readonly FlagInput[];
  /** Columns left out, with the reason. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

export interface InputOptions {
  /** Columns taken; all when absent. */
  readonly columns?: readonly number[];
  /** Categorical columns of more levels are left out. */
  readonly maxLevels: number;
  /** Edges of a piecewise-linear code of each number; 0 for none. */
  readonly bins: number;
  /** Numeric columns enter as they are: someone else has scaled them. */
  readonly asGiven?: boolean;
}

/** Decides how each column enters a net. Constant columns and those of too many levels are left out. */
export function fitInputs(x: Matrix, options: InputOptions): NetworkInputs {
  const numbers: NumberInput[] = [];
  const flags: FlagInput[] = [];
  const left: { name: string; why: string }[] = [];
  const asGiven = options.asGiven ?? false;
  const taken = options.columns ?? Array.from({ length: x.columns }, (_, j) => j);
  for (const j of taken) {
    const { name, levels } = x.features[j];
    const values = column(x, j);
    const present = values.filter((value) => !Number.isNaN(value));
    checkFinite(present, "fit network", `column ${JSON.stringify(name)}`);
    const distinct = distinctValues(present, levels ? options.maxLevels : 2);
    if (present.length < values.length && present.length > 0)
      flags.push({ name: `${name} missing`, column: j, value: Number.NaN, off: 0 });
    if (asGiven && !levels) numbers.push({ name, column: j, center: 0, width: 1, bounded: false });
    else if (distinct && distinct.length < 2) left.push({ name, why: "it has one value only" });
    else if (distinct && distinct.length === 2) flags.push({ name, column: j, value: distinct[1], off: -1 });
    else if (levels) {
      if (!distinct) left.push({ name, why: `it has more than ${options.maxLevels} levels` });
      else
        for (const value of distinct)
          flags.push({ name: `${name} = ${levels[value]}`, column: j, value, off: 0 });
    } else {
      const sorted = present.slice().sort();
      const quartileRange = quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25);
      const edges = options.bins > 0 ? binEdges(sorted, options.bins) : undefined;
      numbers.push({
        name,
        column: j,
        center: quantileSorted(sorted, 0.5),
        width: quartileRange || moments(present).deviation,
        bounded: true,
        ...(edges && { edges }),
      });
    }
  }
  check(
    numbers.length + flags.length > 0,
    "fit network",
    `some column must vary (left out: ${left.map((one) => one.name).join(", ")})`,
  );
  return { numbers, flags, left };
}

/** The different values in ascending order, or undefined where there are more than `most`. */
function distinctValues(values: Float64Array, most: number): number[] | undefined {
  const seen = new Set<number>();
  for (const value of values) {
    seen.add(value);
    if (seen.size > most) return undefined;
  }
  return [...seen].sort((a, b) => a - b);
}

/** Quantiles of sorted values that cut into `bins` parts, equal ones merged. */
function binEdges(sorted: Float64Array, bins: number): number[] {
  const edges = Array.from({ length: bins + 1 }, (_, i) => quantileSorted(sorted, i / bins));
  return edges.filter((edge, i) => i === 0 || edge > edges[i - 1]);
}

/** How many plain inputs a row has: flags, and the parts of piecewise-linear codes. */
export function plainWidth({ numbers, flags }: NetworkInputs): number {
  return flags.length + numbers.reduce((sum, input) => sum + (input.edges ? input.edges.length - 1 : 0), 0);
}

/** The rows as a net takes them, row after row. */
export interface EncodedRows {
  readonly rows: number;
  /** Scaled numbers, of which periodic functions can be made. */
  readonly numbers: Float32Array;
  readonly plain: Float32Array;
}

export function encodeRows(x: Matrix, inputs: NetworkInputs): EncodedRows {
  const { rows } = x;
  const smooth = inputs.numbers.filter((number) => !number.edges);
  const numbers = new Float32Array(rows * smooth.length);
  smooth.forEach((input, j) => {
    const values = column(x, input.column);
    if (!input.bounded) checkFinite(values, "predict with network", `column ${JSON.stringify(input.name)}`);
    for (let i = 0; i < rows; i++) {
      const x = (values[i] - input.center) / input.width;
      numbers[i * smooth.length + j] = Number.isNaN(x) ? 0 : input.bounded ? drawnIn(x) : x;
    }
  });
  const width = plainWidth(inputs);
  const plain = new Float32Array(rows * width);
  let at = 0;
  for (const { column: j, value, off } of inputs.flags) {
    const values = column(x, j);
    const absent = Number.isNaN(value);
    for (let i = 0; i < rows; i++) {
      const found = values[i];
      // A missing value of a two-valued column lies between the two.
      const on = absent ? Number.isNaN(found) : found === value;
      plain[i * width + at] = on ? 1 : off === -1 && Number.isNaN(found) ? 0 : off;
    }
    at++;
  }
  for (const input of inputs.numbers) {
    if (!input.edges) continue;
    piecewise(column(x, input.column), input.edges, plain, width, at);
    at += input.edges.length - 1;
  }
  return { rows, numbers, plain };
}

/** x / √(1 + (x/3)²): straight near 0, never beyond 3, also for infinite x. */
function drawnIn(x: number): number {
  return Math.abs(x) > 1e9 ? 3 * Math.sign(x) : x / Math.sqrt(1 + (x / 3) ** 2);
}

/** Per bin, how far the value has come through it: 0 before, 1 beyond (Gorishniy et al., 2022, section 3.2). */
function piecewise(
  values: Float64Array,
  edges: readonly number[],
  out: Float32Array,
  width: number,
  at: number,
): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    for (let b = 0; b + 1 < edges.length; b++) {
      const way = (values[i] - edges[b]) / (edges[b + 1] - edges[b]);
      // The outer bins go on beyond their edges, up to one width.
      const low = b === 0 ? -1 : 0;
      const high = b + 2 === edges.length ? 2 : 1;
      out[i * width + at + b] = Math.min(high, Math.max(low, way));
    }
  }
}

/** The encoded rows at `indices`. */
export function takeEncoded(
  from: EncodedRows,
  indices: ArrayLike<number>,
  numbers: number,
  width: number,
): EncodedRows {
  return {
    rows: indices.length,
    numbers: rowsAt(from.numbers, indices, numbers),
    plain: rowsAt(from.plain, indices, width),
  };
}

function rowsAt(values: Float32Array, indices: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(indices.length * width);
  for (let i = 0, to = 0; i < indices.length; i++)
    for (let from = indices[i] * width, end = from + width; from < end; ) out[to++] = values[from++];
  return out;
}
