import type { People } from "./people";

/** The values that a numeric column can take: whole multiples of `step` / 10^`decimals`. */
export interface Grid {
  /** Digits after the point. */
  readonly decimals: number;
  /** In units of the last digit: 5 with 2 decimals means 0.05, 0.10, 0.15, … */
  readonly step: number;
  /**
   * Coarser grids within this one (tenths beside hundredths): how many units of the last digit a step of each has, and
   * which share of the values that do not repeat is rounded to it. What is left lies anywhere on the grid itself.
   */
  readonly coarser?: readonly { readonly step: number; readonly share: number }[];
}

/** Whether numbers can lie on it, whoever wrote it. */
export function isGrid({ decimals, step }: Partial<Grid> = { decimals: 0, step: 1 }): boolean {
  return Number.isInteger(decimals) && Number(decimals) >= 0 && Number(decimals) <= 20 && Number(step) > 0;
}

const mostDecimals = 8;
/** Values lie on a step by chance as often as as many coins fall alike: 20 on every second, 9 on every fifth. */
const leastBits = 20;
/** Where fewer than so many times as many people have a value as may lie off a grid, those off it leave too few to tell a step. */
const leastShowing = 3;
const primes = [2, 3, 5, 7, 11, 13];

/**
 * The coarsest grid on which the values of all but fewer than `least` people lie, or undefined when they need more than eight
 * digits after the point: so no grid tells of fewer. A step above 1 needs so many different values that chance is ruled out.
 */
export function gridOf(values: ArrayLike<number>, least = 1, people?: People): Grid | undefined {
  // How many people need so many digits; each row is a person where nothing else is known.
  const needed = new Int8Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    let decimals = 0;
    for (let scale = 1; decimals <= mostDecimals && !isWhole(values[i] * scale); scale *= 10) decimals++;
    const person = people ? people.of[i] : i;
    needed[person] = Math.max(needed[person], decimals);
  }
  const needing = new Int32Array(mostDecimals + 2);
  for (const decimals of needed) if (decimals >= 0) needing[decimals]++;
  let decimals = mostDecimals + 1;
  for (let more = 0; decimals > 0 && more + needing[decimals] < least; decimals--) more += needing[decimals];
  if (decimals > mostDecimals) return undefined;
  const scale = 10 ** decimals;
  const units = new Float64Array(values).map((value) =>
    isWhole(value * scale) ? Math.abs(Math.round(value * scale)) : Number.NaN,
  );
  const showing = needing.reduce((sum, count) => sum + count, 0);
  const step = least > 1 && showing < leastShowing * least ? 1 : commonStep(units, least, people);
  return step === 1 || new Set(units.filter((one) => one >= 0)).size * Math.log2(step) < leastBits
    ? { decimals, step: 1 }
    : { decimals, step };
}

/** The digits after the point that `least` people's values have or more, as numbers are written; so no digit tells of fewer. */
export function decimalsOf(values: ArrayLike<number>, least = 1, people?: People): number {
  const needed = new Int16Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const [digits, power = "0"] = String(values[i]).split("e");
    const person = people ? people.of[i] : i;
    const decimals = (digits.split(".")[1]?.length ?? 0) - Number(power);
    needed[person] = Math.max(needed[person], decimals);
  }
  return Math.max(0, needed.sort()[values.length - least] ?? 0);
}

/** The greatest step of which all units but those of fewer than `least` people are multiples. */
function commonStep(units: Float64Array, least: number, people: People | undefined): number {
  let step = 0;
  for (const one of units) if (step !== 1 && one >= 0) step = greatestCommonDivisor(step, one);
  if (step === 0) return 1;
  const holds = (by: number): boolean => {
    const off = new Set<number>();
    for (let i = 0; i < units.length && off.size < least; i++)
      if (units[i] % by > 0) off.add(people ? people.of[i] : i);
    return off.size < least;
  };
  for (let grown = least > 1; grown; ) {
    const by = primes.find((prime) => step * prime < 1e9 && holds(step * prime));
    if (by) step *= by;
    grown = by !== undefined;
  }
  return step;
}

/** Fives and tens of a grid's steps, up to a thousand of them or to whole numbers. */
const coarserSteps = (decimals: number): readonly number[] =>
  Array.from({ length: 2 * Math.max(3, decimals) }, (_, k) => (k % 2 === 0 ? 5 : 10) * 10 ** (k >> 1));
/** A grid within the grid counts from this share of the values on: below it, chance puts as many there. */
const leastCoarser = 0.03;

/**
 * The grid with the coarser ones in it that the values prefer: by how many more of them lie there than if all lay
 * anywhere on the grid.
 */
export function withCoarser(grid: Grid, values: ArrayLike<number>): Grid {
  if (values.length === 0) return grid;
  const scale = 10 ** grid.decimals;
  const steps = [grid.step, ...coarserSteps(grid.decimals).map((step) => step * grid.step)];
  const exact = new Float64Array(steps.length);
  for (let i = 0; i < values.length; i++) {
    const units = Math.round(values[i] * scale);
    let own = 0;
    steps.forEach((step, k) => {
      if (units % step === 0) own = k;
    });
    exact[own] += 1 / values.length;
  }
  // Whoever is rounded to a grid lands on the coarser ones within it by chance: that much is taken off first.
  const by = (k: number, from: number): number =>
    steps[from] / steps[k] - (k + 1 < steps.length ? steps[from] / steps[k + 1] : 0);
  const shares: number[] = [];
  steps.forEach((_, k) => {
    const chance = shares.reduce((sum, share, from) => sum + share * by(k, from), 0);
    shares.push(Math.min(1, Math.max(0, (exact[k] - chance) / by(k, k))));
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const coarser = steps
    .map((step, k) => ({ step, share: shares[k] / total }))
    .filter(({ step, share }) => step > grid.step && share >= leastCoarser);
  return coarser.length > 0 ? { ...grid, coarser } : grid;
}

/** The step of the coarsest grid within the grid on which a value lies; 0 without one. */
export function stepOf(value: number, grid: Grid | undefined): number {
  if (grid === undefined) return 0;
  const units = Math.round(value * 10 ** grid.decimals);
  return grid.coarser?.findLast(({ step }) => units % step === 0)?.step ?? grid.step;
}

/** All places on the grid from `first` to `last`. */
export function placesOf(grid: Grid, first: number, last: number): number[] {
  const start = Math.ceil(first / spacing(grid) - noise);
  const places = Math.floor(last / spacing(grid) + noise) - start + 1;
  return Array.from({ length: Math.max(0, places) }, (_, k) => snap((start + k) * spacing(grid), grid));
}

/** The grid that a value is rounded to which does not repeat: one of the coarser ones by their shares, at `u` of the way. */
export function chosenGrid(grid: Grid, u: number): Grid {
  let left = u;
  for (const { step, share } of grid.coarser ?? []) {
    if (left < share) return { decimals: grid.decimals, step };
    left -= share;
  }
  return grid;
}

/** A half as binary digits have it lies as far below it, in steps. */
const noise = 1e-7;

/** The value on the grid that is nearest, of two the higher one: so 1.07 × net is net + 0.07 × net; the value itself without a grid. */
export function snap(value: number, grid: Grid | undefined): number {
  if (grid === undefined) return value;
  const scale = 10 ** grid.decimals;
  return (Math.round((value * scale) / grid.step + noise) * grid.step) / scale;
}

/** The value moved onto the grid, upwards or downwards; the value itself without a grid. */
export function within(value: number, grid: Grid | undefined, towards: 1 | -1): number {
  const unit = spacing(grid);
  const near = snap(value, grid);
  return (value - near) * towards > 1e-9 * unit ? snap(near + towards * unit, grid) : near;
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
