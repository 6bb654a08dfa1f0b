import { ProtoWriter } from "./proto";

/** Element types by ONNX's numbers. */
export const elementTypes = { float: 1, int64: 7, string: 8, double: 11 } as const;
export type ElementType = keyof typeof elementTypes;

/** A constant tensor. */
export interface Tensor {
  readonly type: "double" | "int64";
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** An attribute of a node; whole numbers are written as such, `float` marks a single real one. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly texts: readonly string[] }
  | { readonly tensor: Tensor };

/**
 * A graph of ONNX operators being written. Values are called by name; `node` and `constant` make up names and return
 * them.
 */
export class OnnxGraph {
  private readonly body = new ProtoWriter();
  private readonly inputs: ProtoWriter[] = [];
  private readonly outputs: ProtoWriter[] = [];
  private readonly constants: ProtoWriter[] = [];
  private count = 0;

  /** Declares an input of one value a row, shape [N, 1]. */
  input(name: string, type: ElementType): string {
    this.inputs.push(valueInfo(name, type));
    return name;
  }

  /** Declares that `from` is an output called `name`, of shape [N, columns]. */
  output(name: string, from: string, type: ElementType, columns = 1): void {
    this.node("Identity", [from], {}, { name });
    this.outputs.push(valueInfo(name, type, columns));
  }

  /** A constant of reals, [rows, columns] or of the given shape. */
  constant(values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.tensor({ type: "double", dims, values });
  }

  /** A constant of whole numbers. */
  integers(values: readonly number[]): string {
    return this.tensor({ type: "int64", dims: [values.length], values });
  }

  /** An operator's first output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { domain = "", name = `#${this.count++}` }: { readonly domain?: string; readonly name?: string } = {},
  ): string {
    const out = new ProtoWriter();
    for (const text of inputs) out.data(1, text);
    out.data(2, name).data(4, op);
    for (const [key, value] of Object.entries(attributes)) out.message(5, attribute(key, value));
    if (domain) out.data(7, domain);
    this.body.message(1, out);
    return name;
  }

  /** Reals and a number added to each. */
  plus(value: string, number: number): string {
    return this.node("Add", [value, this.constant([number], [1, 1])]);
  }

  /** Reals and a number multiplied into each. */
  times(value: string, number: number): string {
    return this.node("Mul", [value, this.constant([number], [1, 1])]);
  }

  /** Reals divided by a number. */
  divided(value: string, by: number): string {
    return this.node("Div", [value, this.constant([by], [1, 1])]);
  }

  /** The whole model as the bytes of an .onnx file; `metadata` is what runtimes give back as its custom metadata. */
  finish(producer: string, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const graph = this.body.data(2, "model");
    for (const writer of this.constants) graph.message(5, writer);
    for (const writer of this.inputs) graph.message(11, writer);
    for (const writer of this.outputs) graph.message(12, writer);
    const opset = (domain: string, version: number): ProtoWriter =>
      new ProtoWriter().data(1, domain).int(2, version);
    const out = new ProtoWriter()
      .int(1, 8)
      .data(2, producer)
      .message(7, graph)
      .message(8, opset("", 17))
      .message(8, opset("ai.onnx.ml", 3));
    for (const [key, value] of Object.entries(metadata))
      out.message(14, new ProtoWriter().data(1, key).data(2, value));
    return out.finish();
  }

  private tensor(value: Tensor): string {
    const name = `#${this.count++}`;
    this.constants.push(tensorProto(value).data(8, name));
    return name;
  }
}

function valueInfo(name: string, type: ElementType, columns = 1): ProtoWriter {
  const shape = new ProtoWriter()
    .message(1, new ProtoWriter().data(2, "N"))
    .message(1, new ProtoWriter().int(1, columns));
  const tensor = new ProtoWriter().int(1, elementTypes[type]).message(2, shape);
  return new ProtoWriter().data(1, name).message(2, new ProtoWriter().message(1, tensor));
}

function tensorProto({ type, dims, values }: Tensor): ProtoWriter {
  const raw =
    type === "double"
      ? new Uint8Array(Float64Array.from(values).buffer)
      : new Uint8Array(BigInt64Array.from(Array.from(values, BigInt)).buffer);
  const out = new ProtoWriter();
  for (const size of dims) out.int(1, size);
  return out.int(2, elementTypes[type]).data(9, raw);
}

function attribute(name: string, value: Attribute): ProtoWriter {
  const out = new ProtoWriter().data(1, name);
  if ("int" in value) return out.int(3, value.int).int(20, 2);
  if ("float" in value) return out.float(2, value.float).int(20, 1);
  if ("text" in value) return out.data(4, value.text).int(20, 3);
  if ("tensor" in value) return out.message(5, tensorProto(value.tensor)).int(20, 4);
  if ("ints" in value) return out.ints(8, value.ints).int(20, 7);
  for (const text of value.texts) out.data(9, text);
  return out.int(20, 8);
}
