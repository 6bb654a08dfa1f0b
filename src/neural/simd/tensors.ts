import { check, checkSameLength } from "../../core/checks";
import type { Engine, Tensor } from "../engine";
import type { Kernels } from "../kernels";
import type { SimdMemory } from "./memory";

/** A tensor of the kernels' array. */
export interface Held extends Tensor {
  /** Where its first number lies. */
  readonly at: number;
}

/** Where a tensor's numbers lie in the array. */
export function at(a: Tensor): number {
  return (a as Held).at;
}

/** The same in bytes, for kernels. */
export function address(a: Tensor): number {
  return (a as Held).at << 2;
}

/** The tensors of one engine: where they lie, and which of them have to be freed. */
export class SimdTensors {
  private kept = 0;
  private made = 0;
  private depth = 0;
  private readonly bottom: number;

  constructor(private readonly memory: SimdMemory) {
    this.bottom = memory.mark();
  }

  /** A tensor of the step that is under way. */
  make(rows: number, columns: number): Held {
    check(this.depth > 0, "compute a net", "tensors must be made within a step");
    this.made++;
    return { rows, columns, at: this.memory.reserve(rows * columns) };
  }

  like(a: Tensor): Held {
    return this.make(a.rows, a.columns);
  }

  /** The array, after room was made for all results. */
  values(): Float32Array {
    return this.memory.values();
  }

  /** The kernels, after room was made for all results. */
  run(): Kernels {
    return this.memory.kernels();
  }

  keep(numbers: Float32Array, rows: number, columns: number): Tensor {
    checkSameLength(numbers.length, rows * columns, "keep tensor", "values and rows × columns");
    check(this.depth === 0, "keep tensor", "tensors are kept between steps, not within one");
    this.kept++;
    const place = this.memory.reserve(numbers.length);
    this.values().set(numbers, place);
    return { rows, columns, at: place } as Held;
  }

  /** The blocks' widths where kernels can read them. */
  widths(blocks: readonly number[]): number {
    const place = this.memory.reserve(blocks.length);
    const f = this.values();
    new Int32Array(f.buffer, f.byteOffset + place * 4, blocks.length).set(blocks);
    return place << 2;
  }

  /** What an engine offers of its memory. */
  operations(): Pick<Engine, "keep" | "free" | "put" | "read" | "write" | "step" | "live" | "close"> {
    const { memory } = this;
    const values = (): Float32Array => memory.values();
    return {
      keep: (numbers, rows, columns) => this.keep(numbers, rows, columns),
      free: () => {
        this.kept--;
        if (this.kept === 0 && this.depth === 0) memory.release(this.bottom);
      },
      put: (numbers, rows, columns) => {
        checkSameLength(numbers.length, rows * columns, "put tensor", "values and rows × columns");
        const y = this.make(rows, columns);
        values().set(numbers, y.at);
        return y;
      },
      read: (a) => values().slice(at(a), at(a) + a.rows * a.columns),
      write: (a, numbers) => {
        checkSameLength(numbers.length, a.rows * a.columns, "write tensor", "values and tensor");
        values().set(numbers, at(a));
      },
      step: (body) => {
        const mark = memory.mark();
        const before = this.made;
        this.depth++;
        try {
          return body();
        } finally {
          this.depth--;
          this.made = before;
          memory.release(mark);
        }
      },
      live: () => this.kept + this.made,
      close: () => memory.release(this.bottom),
    };
  }
}
