import { check } from "../core/checks";
import { kernelBytes, startKernel } from "../core/kernel";
import { type Gemm, plainGemm } from "./gemm";
import { wasm } from "./kernels.wasm";

/** Where the kernel's own scratch begins, in bytes: a panel of 8 × 512 floats, a tile of 32. */
const scratchAt = 1024;
const firstFloat = (scratchAt + 8 * 512 * 4 + 32 * 4 + 64) >> 2;
const firstBytes = 4 << 20;

type GemmKernel = (...numbers: number[]) => void;

/** One growing array of Float32 numbers, a stack of what is in use, and the product over it. */
export interface SimdMemory {
  /** The whole array. It is another object after a growth: ask again after every `reserve`. */
  values(): Float32Array;
  /** The offset of `count` new numbers on the top of the stack; their content is undefined. */
  reserve(count: number): number;
  /** The top of the stack; `release` goes back to it. */
  mark(): number;
  release(mark: number): void;
  readonly gemm: Gemm;
  /** Whether the product runs in WebAssembly. */
  readonly simd: boolean;
}

/** A new memory. `plain` computes without WebAssembly, to the same bits. */
export function simdMemory(plain = false): SimdMemory {
  let floats: Float32Array;
  let kernel: GemmKernel | undefined;
  let top = firstFloat;
  const open = (bytes: number): void => {
    const started = plain ? undefined : startKernel<{ gemm: GemmKernel }>(wasm, bytes);
    kernel = started?.run.gemm;
    floats = started ? new Float32Array(started.memory) : new Float32Array(bytes >> 2);
  };
  open(firstBytes);
  const values = (): Float32Array => floats;
  const byKernel: Gemm = (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add) => {
    (kernel as GemmKernel)(
      m,
      n,
      k,
      a * 4,
      aRow,
      aColumn,
      b * 4,
      bRow,
      bColumn,
      c * 4,
      cRow,
      add ? 1 : 0,
      scratchAt,
    );
  };
  return {
    values,
    reserve: (count) => {
      const from = top;
      // What begins at a multiple of four floats is aligned to a vector.
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
    gemm: kernel ? byKernel : plainGemm(values),
    simd: kernel !== undefined,
  };
}
