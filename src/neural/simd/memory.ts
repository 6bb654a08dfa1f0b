import { check } from "../../core/checks";
import { kernelBytes, startKernel } from "../../core/kernel";
import type { Kernels } from "../kernels";
import { wasm } from "../kernels.wasm";
import { plainKernels } from "../plain-kernels";

/** Where the product's scratch begins, in bytes: a panel of 8 × 512 floats, a tile of 32. */
export const scratchAt = 1024;
const firstFloat = (scratchAt + 8 * 512 * 4 + 32 * 4 + 64) >> 2;
const firstBytes = 4 << 20;

/** One growing array of Float32 numbers, a stack of what is in use, and the kernels over it. */
export interface SimdMemory {
  /** The whole array. It is another object after a growth: ask again after every `reserve`. */
  values(): Float32Array;
  /** The kernels over the array as it is now. */
  kernels(): Kernels;
  /** The offset of `count` new numbers on the top of the stack; their content is undefined. */
  reserve(count: number): number;
  /** The top of the stack; `release` goes back to it. */
  mark(): number;
  release(mark: number): void;
  /** Whether the kernels run in WebAssembly. */
  readonly simd: boolean;
}

/** A new memory. `plain` computes without WebAssembly, to the same bits. */
export function simdMemory(plain = false): SimdMemory {
  let floats: Float32Array;
  let kernels: Kernels;
  let simd = false;
  let top = firstFloat;
  const open = (bytes: number): void => {
    const started = plain ? undefined : startKernel<Kernels>(wasm, bytes);
    simd = started !== undefined;
    floats = started ? new Float32Array(started.memory) : new Float32Array(bytes >> 2);
    kernels = started ? started.run : plainKernels(floats);
  };
  open(firstBytes);
  return {
    values: () => floats,
    kernels: () => kernels,
    reserve: (count) => {
      const from = top;
      // Every tensor begins at a multiple of four floats, and the kernels may write the rest of its last four.
      top += (count + 3) & ~3;
      if (top > floats.length) {
        const bytes = top * 4;
        check(
          bytes <= kernelBytes,
          "compute a net",
          "one step must need at most 4 GB; take smaller batches",
          `${Math.round(bytes / 1e6)} MB`,
        );
        const before = floats;
        open(Math.min(kernelBytes, bytes * 2));
        floats.set(before);
      }
      return from;
    },
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    simd,
  };
}
