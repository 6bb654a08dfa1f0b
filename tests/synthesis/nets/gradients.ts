import { expect } from "vitest";
import { type BackendName, openEngine } from "../../../src/neural/backend";
import { type Tape, tape, type Var } from "../../../src/neural/tape";
import { hold, type Parameters, type Weights } from "../../../src/neural/weights";

/** Expects the derivative of `loss` for every weight (at most 40 of a matrix, about) to lie between the difference quotients of both sides. */
export async function expectGradients(
  backend: BackendName,
  weights: Weights,
  loss: (t: Tape, held: Parameters) => Var,
): Promise<void> {
  const engine = await openEngine(backend);
  const held = hold(engine, weights);
  const value = (): number => engine.step(() => engine.read(loss(tape(engine), held).value)[0]);
  const slopes = engine.step(() => {
    const t = tape(engine);
    t.backward(loss(t, held));
    return held.tensors.map((one) => engine.read(t.gradient(one)));
  });
  const h = 2e-3;
  let largest = 0;
  held.names.forEach((name, k) => {
    const values = engine.read(held.tensors[k]);
    // The others take up to a hundred times as long.
    const most = backend === "simd" ? 40 : 12;
    const stride = Math.max(1, Math.floor(values.length / most));
    for (let j = 0; j < values.length; j += stride) {
      const moved = (by: number): number => {
        const copy = values.slice();
        copy[j] += by;
        engine.write(held.tensors[k], copy);
        return value();
      };
      const [below, here, above] = [moved(-h), moved(0), moved(h)];
      engine.write(held.tensors[k], values);
      const quotients = [(here - below) / h, (above - here) / h];
      const size = Math.max(...quotients.map(Math.abs));
      largest = Math.max(largest, size);
      // A kink of ReLU may lie on one side; Float32 keeps about three digits of such differences.
      const off = Math.max(Math.min(...quotients) - slopes[k][j], slopes[k][j] - Math.max(...quotients));
      expect(off, `${name}[${j}]: ${slopes[k][j]} against ${quotients}`).toBeLessThan(4e-3 + 0.01 * size);
    }
  });
  // Derivatives that are all next to nothing would prove nothing.
  expect(largest).toBeGreaterThan(0.05);
  held.free();
  expect(engine.live()).toBe(0);
  engine.close();
}
