import { check } from "../checks";

/**
 * Gauss's ₂F₁(a, b; c; z) for real arguments, z < 1 and c > 0. Up to 0.95 it sums the series; nearer to 1 it
 * continues the solution of the hypergeometric equation by Taylor steps, each at most half of the way that is left: no
 * special case where c − a − b is a whole number, and the work grows with −log(1 − z) only.
 */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  const action = "evaluate the hypergeometric function";
  check(c > 0, action, "c must be above 0", c);
  check(z < 1, action, "z must be below 1", z);
  if (z === 0 || a === 0 || b === 0) return 1;
  // Pfaff's transformation brings negative z into (0, 1).
  if (z < 0) return (1 - z) ** -a * hypergeometric(a, c - b, c, z / (z - 1));
  // Euler's transformation, where it makes the numerators smaller: less growth, less cancellation.
  if (Math.abs(c - a) + Math.abs(c - b) < Math.abs(a) + Math.abs(b)) {
    return (1 - z) ** (c - a - b) * continued(c - a, c - b, c, z);
  }
  return continued(a, b, c, z);
}

function continued(a: number, b: number, c: number, z: number): number {
  // Against a large c the steps would be many, and the series is good.
  let at = c > 1e4 ? z : Math.min(z, 0.95);
  let term = 1;
  let value = 1;
  let slope = 0;
  for (let n = 0; n < 1_000_000; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * at;
    value += term;
    slope += ((n + 1) * term) / at;
    if (n > 2 && Math.abs((n + 1) * term) < 1e-17 * Math.abs(value)) break;
  }
  while (at < z) {
    // Rounding also stirs the equation's other solution, z^(1 − c): steps short against 1 / c keep it from growing.
    const step = Math.min(z - at, (1 - at) / 2, 4 / c);
    [value, slope] = taylorStep([a, b, c], at, step, value, slope);
    at += step;
  }
  return value;
}

/** The value and slope at `at + step` of the equation's solution with this value and slope at `at`. */
function taylorStep(
  [a, b, c]: readonly [number, number, number],
  at: number,
  step: number,
  value: number,
  slope: number,
): [number, number] {
  const lead = at * (1 - at);
  let before = value;
  let now = slope;
  let power = step;
  let sum = value + slope * step;
  let sumSlope = slope;
  for (let n = 0; n < 1000; n++) {
    const pull = (1 - 2 * at) * n + c - (a + b + 1) * at;
    const next = ((n + a) * (n + b) * before - pull * (n + 1) * now) / (lead * (n + 2) * (n + 1));
    before = now;
    now = next;
    sumSlope += (n + 2) * next * power;
    power *= step;
    sum += next * power;
    const small = (n + 2) * (Math.abs(next) + Math.abs(before / step)) * power;
    if (small < 1e-17 * Math.abs(sum)) break;
  }
  return [sum, sumSlope];
}
