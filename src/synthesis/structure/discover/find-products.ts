import { dot } from "../../../core/math/linear-algebra";
import { quantileSorted } from "../../../core/math/statistics";
import { emptySum, evaluate, type Formula } from "../formulas";
import { spacing } from "../grids";
import { isWritten } from "./find-exact";
import {
  enoughKnown,
  type Found,
  mean,
  type NumberInput,
  place,
  placeOver,
  roomOf,
  shortest,
  shortestIn,
  spacedRows,
  spread,
  valuesOf,
} from "./search";
import { nearestTo, productsFor } from "./tried/products-for";
import { isProven, type Trials } from "./tried/trials";

const screeningRows = 1000;
/** A column must be above zero in this share of its present cells to enter a product. */
const leastPositive = 0.9;
/** What is left of the spread (of logarithms, between quartiles) when the product is known. */
const mostLeft = 0.15;
/** … and of what was left by the better one of its factors alone. */
const mostLeftOfFactor = 0.5;

interface Logs {
  readonly input: NumberInput;
  /** Among all that are looked at. */
  readonly place: number;
  /** Logarithms on the sample; NaN where the value is missing or not positive. */
  readonly values: Float64Array;
  readonly spread: number;
}

/**
 * Adds columns that a product of two or three others gives exactly, some of them divided by; 0 and less than that are values like
 * others. Where there are `shifts`, what may be added to a column first, one with such is looked for.
 */
export function findExactProducts(
  numbers: readonly NumberInput[],
  found: Found,
  {
    shifts,
    trials,
  }: { readonly shifts?: (input: NumberInput) => readonly number[]; readonly trials: Trials },
): void {
  const more = new Map(shifts && numbers.map((input) => [input, shifts(input)]));
  if (shifts && ![...more.values()].some((own) => own.length > 0)) return;
  const isSettled = (name: string): boolean => {
    const { kind, rest, terms = [] } = found.get(name) ?? {};
    return rest === "none" && (kind === "product" || terms.length < 2);
  };
  const open = numbers.filter(({ name, given }) => !given && !isSettled(name));
  const near = nearestTo(numbers);
  const all = open
    .map((target) => ({ target, digits: digitsOf(target) }))
    .sort((a, b) => b.digits - a.digits)
    .map(({ target }) => ({ target, products: productsFor(target, numbers, near(target), more) }));
  // Products before ratios, the more digits the sooner: of total, months and price, the total is the one to derive.
  for (const ratios of [false, true])
    for (const { target, products } of all) {
      const before = found.get(target.name);
      if (before?.kind === "product" && before.rest === "none") continue;
      for (const factors of products) {
        if (factors.some(({ power }) => power < 0) !== ratios) continue;
        const read = factors.map(({ column }) => numbers.find(({ name }) => name === column) as NumberInput);
        const pair = { factors, arguments: read, spread: 0 };
        const formula = settled(target, pair);
        if (formula?.rest !== "none" || !isProven(target, formula, trials, 1)) continue;
        const said = finest(target, pair, formula);
        if (isSettled(said[0])) continue;
        // A line that was fitted gives way; of two exact rules both stay, if they can.
        const stays = before?.rest === "none" && isWritten(before);
        if (stays ? place(found, numbers, ...said) : placeOver(found, numbers, ...said)) break;
      }
    }
}

/** How many different values it reaches over, as far as its grid says. */
function digitsOf({ values, grid }: NumberInput): number {
  return spread(values.filter((value) => !Number.isNaN(value))) / (spacing(grid) || 1e-12);
}

/** Adds columns that a product or ratio of two others explains up to a factor near a constant. */
export function findProducts(numbers: readonly NumberInput[], found: Found): void {
  const logs = numbers
    .flatMap((number) => logsOf(number) ?? [])
    .map((logs, place): Logs => ({ ...logs, place }));
  const screen = screenOf(logs);
  for (const powers of [
    [[1, 1]],
    [
      [1, -1],
      [-1, 1],
    ],
  ] as const) {
    for (const target of [...logs].sort((a, b) => b.spread - a.spread)) {
      const { name, given } = target.input;
      const before = found.get(name);
      if (given || (before && (before.kind === "product" || before.terms.length < 2))) continue;
      const others = logs.filter(({ input }) => input !== target.input);
      const roots = others.filter(({ input }) => !found.has(input.name));
      for (const open of roots.length < others.length ? [others, roots] : [roots]) {
        const best = bestPair(target, open, powers, screen);
        const formula = best && settled(target.input, best);
        if (!formula) continue;
        // What is left of a loose one is drawn: it is told of what is drawn itself.
        if (formula.rest !== "none" && open === roots && !found.has(name)) found.set(name, formula);
        if (found.has(name)) break;
      }
    }
  }
}

/**
 * The product or ratio, or, where it is rounded, what one of its factors is as well, if it is told to finer steps: a share of 4 digits
 * times an income gives whole debts, but whole debts made so do not give the share; nor do whole calls that a percentage divides.
 */
function finest(target: NumberInput, pair: Pair, formula: Formula): [string, Formula] {
  const { factors } = formula;
  const predicted = evaluate(formula, valuesOf(pair.arguments), target.values.length);
  const whole = target.values.every(
    (value, i) => !(Math.abs(value - predicted[i]) > 1e-6 * spacing(target.grid)),
  );
  // What lies on no grid is no product's factor: it would be made anywhere.
  const told = whole && (!target.grid || pair.arguments.every(({ grid }) => grid));
  if (told) return [target.name, formula];
  for (const factor of [...pair.arguments].sort((a, b) => relativeStep(a) - relativeStep(b))) {
    const [own, twice] = factors.filter(({ column }) => column === factor.name);
    if (!own || twice || own.plus || own.also) continue;
    const implied = factor.values.every(
      (value, i) => !(Math.abs(predicted[i]) * spacing(factor.grid) > Math.abs(value) * spacing(target.grid)),
    );
    if (factor.given || !implied) continue;
    const ratio = solvedFor(factor, formula, target, pair.arguments);
    if (ratio?.rest === "none") return [factor.name, ratio];
  }
  return [target.name, formula];
}

/** The product that a number is, solved for one of its factors, which stands alone in it: loose where that is not exact. */
export function solvedFor(
  factor: NumberInput,
  { factors }: Formula,
  target: NumberInput,
  read: readonly NumberInput[],
): Formula | undefined {
  const { power } = factors.find(({ column }) => column === factor.name) as Formula["factors"][number];
  const turned = factors.map((other) =>
    other.column === factor.name
      ? { column: target.name, power }
      : { ...other, power: power === other.power ? (-1 as const) : (1 as const) },
  );
  return settled(factor, {
    factors: turned.sort((x, y) => y.power - x.power),
    arguments: [target, ...read.filter(({ name }) => turned.some(({ column }) => column === name))],
    spread: 0,
  });
}

/** How wide a step is beside what there is on average. */
function relativeStep({ values, grid }: NumberInput): number {
  return spacing(grid) / mean(values.filter((value) => !Number.isNaN(value)).map(Math.abs));
}

interface Pair {
  readonly factors: Formula["factors"];
  readonly arguments: readonly NumberInput[];
  readonly spread: number;
}

function bestPair(
  target: Logs,
  open: readonly Logs[],
  powers: readonly (readonly number[])[],
  screen: Screen | undefined,
): Pair | undefined {
  const whole = deviation(target, []);
  let best: Pair | undefined;
  for (let a = 0; a < open.length; a++) {
    for (let b = a + 1; b < open.length; b++) {
      if (open[a].input === open[b].input) continue;
      for (const [p, q] of powers) {
        if (screen && screen(target, open[a], p, open[b], q) > mostScreened * whole) continue;
        const pair = [
          [open[a], p],
          [open[b], q],
        ] as const;
        // Deviations are cheap and screen out nearly all pairs before anything is sorted.
        if (deviation(target, pair) > 0.5 * whole) continue;
        const left = quartileSpread(remainder(target, pair));
        if (!(left <= mostLeft * target.spread) || left >= (best?.spread ?? Infinity)) continue;
        const alone = pair.map(([one, power]) => quartileSpread(remainder(target, [[one, power]])));
        if (left > mostLeftOfFactor * Math.min(...alone)) continue;
        best = {
          factors: pair.map(([one, power]) => ({
            column: one.input.name,
            power: power === 1 ? 1 : -1,
          })),
          arguments: pair.map(([one]) => one.input),
          spread: left,
        };
      }
    }
  }
  return best;
}

/** The pair as a formula checked on all rows, or undefined where it leaves rows unexplained. */
function settled(target: NumberInput, pair: Pair): Formula | undefined {
  const bare: Formula = {
    ...emptySum,
    kind: "product",
    constant: 1,
    factors: pair.factors,
    rest: "factor",
  };
  const rows = target.values.length;
  const bases = evaluate(bare, valuesOf(pair.arguments), rows);
  const ratios: number[] = [];
  const known: number[] = [];
  const idle: number[] = [];
  let torn = 0;
  for (let i = 0; i < rows; i++) {
    const base = bases[i];
    const gap = pair.arguments.some(({ values }) => Number.isNaN(values[i]));
    if (gap && !Number.isNaN(target.values[i])) torn++;
    else if (Number.isNaN(base) || base === 0) idle.push(target.values[i]);
    else if (!Number.isNaN(target.values[i])) {
      ratios.push(target.values[i] / base);
      known.push(i);
    }
  }
  // Where the product says nothing (no months yet), the value must be one and the same: missing, or zero.
  const values = idle.filter((value) => !Number.isNaN(value));
  if (values.some((value) => value !== values[0])) return undefined;
  if ((torn > 0 || (values.length > 0 && values.length < idle.length)) && !enoughKnown(target, known))
    return undefined;
  const nothing = pair.factors.every(({ power }) => power === 1) ? 0 : Number.NaN;
  const other = values[0] ?? idle[0] ?? nothing;
  const otherwise = Number.isNaN(other) ? null : other;
  ratios.sort((a, b) => a - b);
  const middle = quantileSorted(ratios, 0.5);
  const constant = shortest(middle, (shorter) => Math.abs(shorter - middle) <= 0.3 * pair.spread * middle);
  const room = known.length > 0 ? roomOf(target, bases, known) : undefined;
  if (room) return { ...bare, constant: shortestIn(room), rest: "none", otherwise };
  const errors = ratios.map((ratio) => Math.abs(ratio / constant - 1)).sort((a, b) => a - b);
  return { ...bare, constant, otherwise, error: quantileSorted(errors, 0.5) };
}

/** The deviation of a target's logarithm when two others' are taken off, from covariances: about right, and quick. */
type Screen = (target: Logs, a: Logs, p: number, b: Logs, q: number) => number;

/** Beyond so many columns pairs are screened by covariances first; fewer are looked at one by one. */
const mostUnscreened = 24;
const mostScreened = 0.7;

function screenOf(logs: readonly Logs[]): Screen | undefined {
  if (logs.length <= mostUnscreened) return undefined;
  const centred = logs.map(({ values }) => {
    const present = values.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    return values.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  });
  const covariances = centred.map((a) => Float64Array.from(centred, (b) => dot(a, b) / a.length));
  const of = (a: Logs, b: Logs): number => covariances[a.place][b.place];
  return (t, a, p, b, q) =>
    Math.sqrt(
      Math.max(
        0,
        of(t, t) + of(a, a) + of(b, b) - 2 * p * of(t, a) - 2 * q * of(t, b) + 2 * p * q * of(a, b),
      ),
    );
}

function logsOf(input: NumberInput): Omit<Logs, "place"> | undefined {
  const present = input.values.filter((value) => !Number.isNaN(value));
  const positive = present.filter((value) => value > 0).length;
  if (present.length < 0.5 * input.values.length || positive < leastPositive * present.length)
    return undefined;
  if (present.length < 10) return undefined;
  const values = Float64Array.from(spacedRows(input.values.length, screeningRows), (i) =>
    input.values[i] > 0 ? Math.log(input.values[i]) : Number.NaN,
  );
  const spread = quartileSpread(values);
  return spread > 0 ? { input, values, spread } : undefined;
}

function remainder(target: Logs, pair: readonly (readonly [Logs, number])[]): Float64Array {
  const out = target.values.slice();
  for (const [one, power] of pair) for (let i = 0; i < out.length; i++) out[i] -= power * one.values[i];
  return out;
}

function deviation(target: Logs, pair: readonly (readonly [Logs, number])[]): number {
  let count = 0;
  let total = 0;
  let squares = 0;
  for (let i = 0; i < target.values.length; i++) {
    let left = target.values[i];
    for (const [one, power] of pair) left -= power * one.values[i];
    if (Number.isNaN(left)) continue;
    count++;
    total += left;
    squares += left * left;
  }
  return count > 0 ? Math.sqrt(Math.max(0, squares / count - (total / count) ** 2)) : Infinity;
}

function quartileSpread(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length > 0 ? quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25) : Number.NaN;
}
