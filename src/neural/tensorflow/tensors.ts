import { checkSameLength } from "../../core/checks";
import type { Engine, Tensor } from "../engine";
import { RawOperations, type Tf, type Values } from "./raw";

/** A kept tensor changes what it holds at every step of an optimiser, which moves it as a variable. */
interface Held extends Tensor {
  held: Values;
  variable?: Values;
}

/** The tensors of one engine: what they hold, and which of them have to be freed. */
export class Tensors {
  private kept = 0;
  private made = 0;
  private readonly constants = new Map<string, Values>();

  readonly raw: RawOperations;

  constructor(readonly tf: Tf) {
    this.raw = new RawOperations(tf);
  }

  of = (a: Tensor): Values => (a as Held).held;

  /** A tensor of the step that is under way. */
  wrap(held: Values, rows: number, columns: number): Tensor {
    this.made++;
    return { rows, columns, held } as Held;
  }

  like(a: Tensor, held: Values): Tensor {
    return this.wrap(held, a.rows, a.columns);
  }

  /** The same, of values that may still be grouped. */
  flat(held: Values, rows: number, columns: number): Tensor {
    return this.wrap(held.rank === 2 ? held : this.tf.reshape(held, [rows, columns]), rows, columns);
  }

  /** A tensor that depends on nothing but its name, made once. */
  constant(name: string, produce: () => Values): Values {
    const known = this.constants.get(name);
    if (known && !known.isDisposed) return known;
    const fresh = this.tf.keep(produce());
    this.constants.set(name, fresh);
    return fresh;
  }

  grouped(a: Tensor, groups: number): Values {
    return groups === 1 ? this.of(a) : this.tf.reshape(this.of(a), [groups, a.rows / groups, a.columns]);
  }

  spread(b: Tensor, groups: number): Values {
    return groups > 1 && b.rows === groups ? this.tf.reshape(this.of(b), [groups, 1, b.columns]) : this.of(b);
  }

  keep(values: Float32Array, rows: number, columns: number): Tensor {
    checkSameLength(values.length, rows * columns, "keep tensor", "values and rows × columns");
    this.kept++;
    return { rows, columns, held: this.tf.keep(this.tf.tensor(values.slice(), [rows, columns])) } as Held;
  }

  replace(tensor: Tensor, held: Values): void {
    this.release(tensor as Held);
    (tensor as Held).held = this.tf.keep(held);
  }

  /** The kept tensor as a variable, which operations change in place. What the tensor holds is then out of date. */
  variable(tensor: Tensor): Values {
    const own = tensor as Held;
    own.variable ??= this.raw.variable(own.held);
    return own.variable;
  }

  /** Lets the kept tensor be changed as a variable. */
  move(tensor: Tensor, change: (variable: Values) => void): void {
    const variable = this.variable(tensor);
    // Values that somebody holds would be copied before they are changed.
    this.of(tensor).dispose();
    change(variable);
    (tensor as Held).held = this.tf.keep(this.raw.read(variable));
  }

  private release(tensor: Held): void {
    tensor.held.dispose();
    if (tensor.variable) this.raw.destroy(tensor.variable);
    delete tensor.variable;
  }

  /** What an engine offers of its memory. */
  memory(): Pick<Engine, "keep" | "free" | "put" | "read" | "write" | "step" | "live" | "close"> {
    const { tf, of } = this;
    return {
      keep: (values, rows, columns) => this.keep(values, rows, columns),
      free: (tensor) => {
        this.kept--;
        this.release(tensor as Held);
      },
      put: (values, rows, columns) => {
        checkSameLength(values.length, rows * columns, "put tensor", "values and rows × columns");
        return this.wrap(tf.tensor(values, [rows, columns]), rows, columns);
      },
      read: (a) => Float32Array.from(of(a).dataSync()),
      write: (tensor, values) => {
        checkSameLength(values.length, tensor.rows * tensor.columns, "write tensor", "values and tensor");
        this.replace(tensor, tf.tensor(values.slice(), [tensor.rows, tensor.columns]));
      },
      step: (body) => {
        const before = this.made;
        tf.engine().startScope();
        try {
          return body();
        } finally {
          tf.engine().endScope();
          this.made = before;
        }
      },
      live: () => this.kept + this.made,
      close: () => {
        for (const values of this.constants.values()) values.dispose();
        this.constants.clear();
      },
    };
  }
}
