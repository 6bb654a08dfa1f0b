/** The values that a numeric column can take: whole multiples of `step` / 10^`decimals`. */
export interface Grid {
  /** Digits after the point. */
  readonly decimals: number;
  /** In units of the last digit: 5 with 2 decimals means 0.05, 0.10, 0.15, … */
  readonly step: number;
}

const mostDecimals = 6;
const leastDistinct = 20;

/**
 * The coarsest grid that all values lie on, or undefined when they need more than six digits after the point.
 * A step above 1 needs 20 different values to be believed: fewer lie on a coarse grid by chance.
 */
export function gridOf(values: ArrayLike<number>): Grid | undefined {
  let decimals = 0;
  let scale = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    while (!isWhole(value * scale)) {
      if (++decimals > mostDecimals) return undefined;
      scale *= 10;
    }
  }
  const distinct = new Set<number>();
  let step = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const units = Math.round(values[i] * scale);
    if (distinct.size < leastDistinct) distinct.add(units);
    step = greatestCommonDivisor(step, Math.abs(units));
  }
  return { decimals, step: distinct.size < leastDistinct || step === 0 ? 1 : step };
}

/** The value on the grid that is nearest; the value itself without a grid. */
export function snap(value: number, grid: Grid | undefined): number {
  if (grid === undefined) return value;
  const scale = 10 ** grid.decimals;
  return (Math.round((value * scale) / grid.step) * grid.step) / scale;
}

/** The distance between two neighbours on the grid; 0 without one. */
export function spacing(grid: Grid | undefined): number {
  return grid === undefined ? 0 : grid.step / 10 ** grid.decimals;
}

function isWhole(value: number): boolean {
  // 0.29 × 100 is 28.999999999999996: whole up to the error of one product.
  return Math.abs(value - Math.round(value)) <= 4e-16 * Math.abs(value);
}

/** Of two whole numbers from 0; that of a and 0 is a. */
export function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
