import { check } from "../core/checks";
import type { Labelled } from "../core/matrix";
import { countOthers } from "./borderline-smote";
import { type Draws, drawsFrom } from "./draws";
import { type Oversample, type Oversampled, oversample } from "./interpolate";
import { checkSmote, classNeighbours, type SmoteOptions } from "./smote";

/**
 * SMOTE that starts from a row the more often, the more of its nearest rows are of the other class (He, Bai, Garcia
 * and Li, 2008). The number of new rows per row is rounded, so the total may differ a little from what was asked.
 *
 * @example
 * const x = matrix(30, 1, Float64Array.from({ length: 30 }, (_, i) => (i < 8 ? i : i - 3)));
 * const y = Float64Array.from({ length: 30 }, (_, i) => Number(i < 8));
 * const more = adasyn({ neighbours: 3 })({ x, y }, seeded(1));
 * more.x.rows > 30; // → true
 */
export function adasyn(options: SmoteOptions = {}): Oversample {
  checkSmote(options, "fit ADASYN");
  return (train, rng) => adasynRows(train, options, drawsFrom(rng));
}

/** The work of `adasyn`, with its random numbers from `draws`. */
export function adasynRows(train: Labelled, options: SmoteOptions, draws: Draws): Oversampled {
  const action = "fit ADASYN";
  const k = options.neighbours ?? 5;
  return oversample(train, options, action, (label, own, count) => {
    const others = countOthers(train, own.rows, k, label, action);
    const total = others.reduce((sum, value) => sum + value / k, 0);
    check(
      total > 0,
      action,
      `some rows of class ${label} must have a neighbour of the other class (use smote)`,
    );
    const copies = Array.from(others, (other) => roundHalfEven((other / k / total) * count));
    const base = Int32Array.from(copies.flatMap((n, i) => new Array<number>(n).fill(i)));
    check(
      base.length > 0,
      action,
      `the target must leave new rows after rounding`,
      `${count} rows asked for`,
    );
    const near = classNeighbours(own, k, label, action);
    const which = draws.integers(k, base.length);
    return [
      {
        parents: own,
        base,
        towards: base.map((i, n) => near[i * k + which[n]]),
        step: draws.uniforms(base.length),
        label,
      },
    ];
  });
}

/** The nearest whole number, halves to the even one: NumPy's rint. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
