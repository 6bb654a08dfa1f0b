import { expect, test } from "vitest";
import { mustStartKernel, startKernel } from "../../src/core/kernel";

// A module that imports memory and exports `get`, which loads the 32-bit number at byte 8.
const loads = Buffer.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 2, 15, 1, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65,
  0x6d, 0x6f, 0x72, 0x79, 2, 0, 1, 3, 2, 1, 0, 7, 7, 1, 3, 0x67, 0x65, 0x74, 0, 0, 10, 9, 1, 7, 0, 0x41, 8,
  0x28, 2, 0, 0x0b,
]).toString("base64");

test("startKernel(wasm, bytes) gives each start a memory of its own", () => {
  const a = startKernel<{ get(): number }>(loads, 100);
  const b = startKernel<{ get(): number }>(loads, 70_000);
  if (!a || !b) throw new Error("the module should start");
  expect([a.memory.byteLength, b.memory.byteLength]).toEqual([65536, 131072]);
  new Int32Array(a.memory)[2] = 42;
  expect([a.run.get(), b.run.get()]).toEqual([42, 0]);
});

test("kernels say what they need where the module or its memory is out of reach", () => {
  const unknown = Buffer.from([0x00, 0x61, 0x73, 0x6d, 9, 0, 0, 0]).toString("base64");
  expect(() => startKernel(unknown, 100)).toThrow(
    "Cannot compute here: telelink needs WebAssembly with SIMD",
  );
  expect(startKernel(loads, 2 ** 33)).toBeUndefined();
  expect(() => mustStartKernel(loads, 2 ** 33, "fit a model")).toThrow(
    'Cannot fit a model: its rows must fit into WebAssembly\'s 4 GB (take fewer rows or columns), got "8.0 GB"',
  );
});
