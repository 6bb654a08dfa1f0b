import type { Engine } from "../engine";
import { blockOperations } from "./blocks";
import { matrixOperations } from "./matrices";
import { type SimdMemory, simdMemory } from "./memory";
import { optimiserOperations } from "./optimiser";
import { shapeOperations } from "./shapes";
import { SimdTensors } from "./tensors";

/**
 * telelink's own engine: WebAssembly SIMD kernels over one array. Nothing to install, the same bits on every machine, and
 * the quickest for nets of up to a few hundred units, where other backends spend their time between operations.
 */
export function simdEngine(memory: SimdMemory = simdMemory()): Engine {
  const tensors = new SimdTensors(memory);
  return {
    backend: "simd",
    version: "telelink kernels, WebAssembly SIMD",
    ...tensors.operations(),
    ...matrixOperations(tensors),
    ...blockOperations(tensors),
    ...shapeOperations(tensors),
    ...optimiserOperations(tensors),
  };
}
