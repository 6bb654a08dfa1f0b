import { check } from "../../core/checks";
import { kernelBytes, mustStartKernel, type RunningKernel } from "../../core/kernel";
import type { Kernels } from "../kernels";
import { wasm } from "../kernels.wasm";

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
}

type Opened = Pick<RunningKernel<Kernels>, "run" | "memory">;

function openKernels(bytes: number): Opened {
  return mustStartKernel<Kernels>(wasm, bytes, "compute a net");
}

/** A new memory, all zero. `open` starts the kernels over so many bytes. */
export function simdMemory(open: (bytes: number) => Opened = openKernels): SimdMemory {
  let { run, memory } = open(firstBytes);
  let floats = new Float32Array(memory);
  let top = firstFloat;
  return {
    values: () => floats,
    kernels: () => run,
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
        ({ run, memory } = open(Math.min(kernelBytes, bytes * 2)));
        floats = new Float32Array(memory);
        floats.set(before);
      }
      return from;
    },
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
  };
}
