import { randomUUID } from "node:crypto";
import type * as TensorFlow from "@tensorflow/tfjs-core";

export type Tf = typeof TensorFlow;
export type Values = TensorFlow.Tensor;

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend offers beside the kernels that its JavaScript API calls. */
interface NodeBackend {
  readonly binding: Readonly<Record<string, number>>;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Values[]): Values;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Values[],
    outputs: number,
  ): Values[];
}

/** Adam's numbers of one step, each a tensor of one number, in the order in which the operation takes them. */
export type AdamNumbers = readonly [
  power1: Values,
  power2: Values,
  rate: Values,
  beta1: Values,
  beta2: Values,
  epsilon: Values,
];

/** Operations of TensorFlow's C library that have no name in its JavaScript API: one in place of five to ten. */
export class RawOperations {
  private readonly backend: NodeBackend;
  private readonly float: (name: string) => Attribute;
  // Variables are known by their names to all engines of a process.
  private readonly names = randomUUID();
  private made = 0;

  constructor(private readonly tf: Tf) {
    this.backend = tf.backend() as unknown as NodeBackend;
    const { TF_ATTR_TYPE, TF_FLOAT } = this.backend.binding;
    this.float = (name) => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT });
  }

  /** dy · f′, of a function that has a derivative of its own by its value or result. */
  slope(name: "ReluGrad" | "LeakyReluGrad", y: Values, dy: Values, alpha?: number): Values {
    const { TF_ATTR_FLOAT } = this.backend.binding;
    const shape = alpha === undefined ? [] : [{ name: "alpha", type: TF_ATTR_FLOAT, value: alpha }];
    return this.backend.executeSingleOutput(name, [this.float("T"), ...shape], [dy, y]);
  }

  /** A variable that holds these values until it is destroyed. */
  variable(values: Values): Values {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.backend.binding;
    const name = `${this.names} ${this.made++}`;
    const handle = this.backend.executeSingleOutput(
      "VarHandleOp",
      [
        this.float("dtype"),
        { name: "shape", type: TF_ATTR_SHAPE, value: values.shape },
        { name: "shared_name", type: TF_ATTR_STRING, value: name },
        { name: "container", type: TF_ATTR_STRING, value: "" },
      ],
      [],
    );
    this.act("AssignVariableOp", [this.float("dtype")], [handle, values]);
    return this.tf.keep(handle);
  }

  read(variable: Values): Values {
    return this.backend.executeSingleOutput("ReadVariableOp", [this.float("dtype")], [variable]);
  }

  subtract(variable: Values, values: Values): void {
    this.act("AssignSubVariableOp", [this.float("dtype")], [variable, values]);
  }

  /** One step of Adam on a variable and its two running means, in place. */
  adam(variable: Values, first: Values, second: Values, numbers: AdamNumbers, gradient: Values): void {
    const off = (name: string): Attribute => ({
      name,
      type: this.backend.binding.TF_ATTR_BOOL,
      value: false,
    });
    const attributes = [this.float("T"), off("use_locking"), off("use_nesterov")];
    this.act("ResourceApplyAdam", attributes, [variable, first, second, ...numbers, gradient]);
  }

  destroy(variable: Values): void {
    const { TF_ATTR_BOOL } = this.backend.binding;
    this.act(
      "DestroyResourceOp",
      [{ name: "ignore_lookup_error", type: TF_ATTR_BOOL, value: true }],
      [variable],
    );
    variable.dispose();
  }

  private act(name: string, attributes: readonly Attribute[], inputs: readonly Values[]): void {
    this.backend.executeMultipleOutputs(name, attributes, inputs, 0);
  }
}
