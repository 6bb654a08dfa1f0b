import { check } from "./checks";

// Node's type package leaves WebAssembly to the browser's library, which nothing else here needs.
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
  Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => Memory;
};

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** A kernel that was given its memory: the functions that it exports, and that memory's bytes. */
export interface RunningKernel<Functions> {
  readonly run: Functions;
  readonly memory: ArrayBuffer;
  /** What another thread is sent to join with, if the kernel shares its memory. */
  readonly handle: object;
}

/** The most memory that a kernel can have, in bytes. */
export const kernelBytes: number = 2 ** 32;

// Compiled once per process: compiling anew for every fold would cost more than small work takes, and code compiled
// before is already optimised.
const compiled = new Map<string, object>();

/**
 * Starts a kernel compiled with `--importMemory` (`wasm` is what its .wasm.ts exports) on `bytes` of fresh memory, all
 * zero. With `shared`, the memory is one that threads can share; the kernel then has to be compiled with
 * `--sharedMemory --maximumMemory 65536`. The result is undefined where the work needs more memory than there can be.
 * Throws where WebAssembly lacks SIMD.
 */
export function startKernel<Functions extends object>(
  wasm: string,
  bytes: number,
  shared = false,
): RunningKernel<Functions> | undefined {
  if (bytes > kernelBytes) return undefined;
  const initial = Math.ceil(bytes / 65536);
  const limits = shared ? { initial, maximum: 65536, shared } : { initial };
  return run<Functions>(wasm, () => new WebAssembly.Memory(limits));
}

/** As `startKernel`, for work that has no other way: throws where it would need more memory than there can be. */
export function mustStartKernel<Functions extends object>(
  wasm: string,
  bytes: number,
  action: string,
  shared = false,
): RunningKernel<Functions> {
  const started = startKernel<Functions>(wasm, bytes, shared);
  const rule = "its rows must fit into WebAssembly's 4 GB (take fewer rows or columns)";
  check(started !== undefined, action, rule, `${(bytes / 2 ** 30).toFixed(1)} GB`);
  return started;
}

/** Scratch memory of up to so many bytes is kept for the next who asks. */
const keptBytes = 2 ** 22;
const kept = new Map<string, RunningKernel<object>>();

/**
 * As `mustStartKernel`, for work that leaves nothing behind in the kernel between one call of the host and the next: a
 * kernel started before serves again if its memory is large enough, whatever stands in it. To start one takes as long
 * as a small fit.
 */
export function scratchKernel<Functions extends object>(
  wasm: string,
  bytes: number,
  action: string,
): RunningKernel<Functions> {
  const before = kept.get(wasm);
  if (before && before.memory.byteLength >= bytes) return before as RunningKernel<Functions>;
  const started = mustStartKernel<Functions>(wasm, bytes, action);
  if (bytes <= keptBytes) kept.set(wasm, started);
  return started;
}

/** Starts a kernel in this thread on the memory of another thread's: `handle` is that one's. */
export function joinKernel<Functions extends object>(wasm: string, handle: object): RunningKernel<Functions> {
  return run<Functions>(wasm, () => handle as Memory);
}

function run<Functions extends object>(wasm: string, memoryOf: () => Memory): RunningKernel<Functions> {
  let module = compiled.get(wasm);
  if (!module) {
    const binary = Buffer.from(wasm, "base64");
    if (typeof WebAssembly === "undefined" || !WebAssembly.validate(binary))
      throw new Error(
        "Cannot compute here: telelink needs WebAssembly with SIMD, which Node 20 to 24 have unless started with --jitless or on a processor of before 2009",
      );
    module = new WebAssembly.Module(binary);
    compiled.set(wasm, module);
  }
  const memory = memoryOf();
  const instance = new WebAssembly.Instance(module, { env: { memory, log2: Math.log2 } });
  return { run: instance.exports as Functions, memory: memory.buffer, handle: memory };
}

/** Hands out addresses in a kernel's memory, one after the other, all multiples of 16. */
export class Layout {
  /** The first free byte; a kernel's own constants lie below 64 kB. */
  end = 65536;

  take(bytes: number): number {
    const start = this.end;
    this.end = start + 16 * Math.ceil(bytes / 16);
    return start;
  }
}
