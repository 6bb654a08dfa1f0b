import { expect } from "vitest";

interface Held {
  readonly values: Float32Array;
}

/**
 * Expects the slope of some of every weight to equal the difference quotient of the loss, and tells how many slopes are not
 * 0. Float32 keeps about four digits of a loss, and so two or three of a difference; a wider step would cross kinks.
 */
export function expectSlopes(
  weights: Readonly<Record<string, Held>>,
  slopes: readonly ArrayLike<number>[],
  loss: () => number,
  { step, tolerance }: { readonly step: number; readonly tolerance: number },
): number {
  let moved = 0;
  Object.entries(weights).forEach(([name, { values }], p) => {
    for (let j = 0; j < values.length; j += Math.max(1, Math.floor(values.length / 6))) {
      const kept = values[j];
      values[j] = kept + step;
      const [above, up] = [loss(), values[j]];
      values[j] = kept - step;
      const quotient = (above - loss()) / (up - values[j]);
      values[j] = kept;
      if (Math.abs(quotient) > 1e-3) moved++;
      const found = slopes[p][j];
      expect(Math.abs(found - quotient), `${name} ${j}: ${found} against ${quotient}`).toBeLessThan(
        tolerance * (1 + Math.abs(quotient)),
      );
    }
  });
  return moved;
}
