import { dot } from "../../../../core/math/linear-algebra";
import { countBelow } from "../../../../core/math/sorted";
import type { Formula } from "../../formulas";
import { spacing } from "../../grids";
import { type NumberInput, roomOf, spacedRows, standardised } from "../search";

/** Rows in which a product is looked at first. */
const probes = 8;
/** Of so many columns, those that go with a column most, products of three are looked for. */
const mostFactors = 24;
const screeningRows = 1000;
/** … and on so many it is tried before all are looked at. */
const checkedRows = 200;

/** A column, or so much more than it, that may multiply or divide. */
interface Factor {
  readonly input: NumberInput;
  readonly plus: number;
  readonly power: 1 | -1;
  /** The logarithm in each probe, less that in the first; NaN where it is missing or 0. */
  readonly logs: Float64Array;
}

/** One more than a count that may be 0: what came after the first. */
export function countShifts({ values }: NumberInput): readonly number[] {
  return values.includes(0) && values.every((value) => Number.isNaN(value) || (value >= 0 && value % 1 === 0))
    ? [1]
    : [];
}

/** What is left of a whole less a share, or is the whole with the share on top. */
export function shareShifts({ values }: NumberInput): readonly number[] {
  let [low, high, whole] = [0, 0, true];
  for (const one of values) {
    if (Number.isNaN(one)) continue;
    [low, high, whole] = [Math.min(low, one), Math.max(high, one), whole && one % 1 === 0];
  }
  const most = high > 1 ? 100 : 1;
  return low === 0 && high <= most && !(whole && high <= 1) ? [-most, most] : [];
}

/**
 * The products of two or three columns, of which one may stand twice, some of them divided by, that a number may be but for a constant, as far as a sample tells:
 * those of fewer columns first, of one with something added to it (`shifts`) all, if there is any. Those of three are of the `nearest`.
 */
export function productsFor(
  target: NumberInput,
  numbers: readonly NumberInput[],
  nearest: readonly NumberInput[],
  shifts: ReadonlyMap<NumberInput, readonly number[]>,
): readonly Formula["factors"][] {
  const others = numbers.filter((one) => one !== target);
  const rows = probesFor(target, others);
  if (rows.length < 3) return [];
  const logs = (values: Float64Array, plus: number, power: number): Float64Array => {
    const all = rows.map((i) => power * Math.log(Math.abs(values[i] + plus)));
    return Float64Array.from(all, (one) => (Number.isFinite(one - all[0]) ? one - all[0] : Number.NaN));
  };
  const whole = logs(target.values, 0, 1);
  const half = (spacing(target.grid) / 2) * (1 + 1e-6);
  const room = rows.map((i) => -Math.log1p(-Math.min(0.5, half / Math.abs(target.values[i]))));
  const slack = room.map((one) => one + room[0] + 1e-9);
  const factors = others.flatMap((input): Factor[] =>
    [0, ...(shifts.get(input) ?? [])].flatMap((plus) =>
      ([1, -1] as const).flatMap((power): Factor[] => {
        const own = logs(input.values, plus, power);
        return own.some(Number.isNaN) ? [] : [{ input, plus, power, logs: own }];
      }),
    ),
  );
  const isShifted = [...shifts.values()].some((own) => own.length > 0);
  const byFirst = [...factors].sort((a, b) => a.logs[1] - b.logs[1]);
  const seconds = Float64Array.from(byFirst, ({ logs: own }) => own[1]);
  const found: (readonly Factor[])[] = [];
  const rest = new Float64Array(rows.length);
  const close = (left: Float64Array, before: readonly Factor[]): void => {
    for (
      let at = countBelow(seconds, left[1] - slack[1]);
      at < byFirst.length && byFirst[at].logs[1] <= left[1] + slack[1];
      at++
    ) {
      const one = byFirst[at];
      let p = 2;
      while (p < slack.length && Math.abs(left[p] - one.logs[p]) <= slack[p]) p++;
      const same = before.filter(({ input }) => input === one.input);
      // A column may stand twice, as a height does in what is weight ÷ height².
      if (p < slack.length || same.length > 1 || same.some((other) => other !== one)) continue;
      const all = [...before, one];
      // One alone is a multiple, found before, but what divides or has something added.
      const told = before.length > 0 ? all.some(({ power }) => power > 0) : one.power < 0 || one.plus !== 0;
      if (told && (!isShifted || all.some(({ plus }) => plus !== 0)) && fits(target, all)) found.push(all);
    }
  };
  const few = factors.filter(({ input }) => nearest.includes(input));
  close(whole, []);
  for (const a of factors) {
    const left = whole.map((one, p) => one - a.logs[p]);
    close(left, [a]);
    for (let at = few.indexOf(a) + 1; at > 0 && at < few.length; at++) {
      if (few[at].input === a.input) continue;
      for (let p = 0; p < rest.length; p++) rest[p] = left[p] - few[at].logs[p];
      close(rest, [a, few[at]]);
    }
  }
  const weight = (one: readonly Factor[]): number =>
    10 * one.length + one.reduce((sum, { plus, power }) => sum + (plus ? 1 : 0) + (power < 0 ? 2 : 0), 0);
  const products = found
    .sort((a, b) => weight(a) - weight(b))
    .map((one) =>
      [...one]
        .sort((a, b) => b.power - a.power || others.indexOf(a.input) - others.indexOf(b.input))
        .map(({ input, plus, power }) => ({ column: input.name, power, ...(plus !== 0 && { plus }) })),
    );
  // Each was come upon from any two of its three.
  return [...new Map(products.map((one) => [JSON.stringify(one), one])).values()];
}

/** Whether some constant times the product is the target, rounded, in a sample of the rows. */
function fits(target: NumberInput, factors: readonly Factor[]): boolean {
  const rows = spacedRows(target.values.length, checkedRows);
  const base = new Float64Array(target.values.length).fill(Number.NaN);
  for (const i of rows)
    base[i] = factors.reduce((own, { input, plus, power }) => own * (input.values[i] + plus) ** power, 1);
  const idle = rows.some((i) => base[i] === 0 && Math.abs(target.values[i]) > spacing(target.grid));
  return !idle && roomOf(target, base, rows) !== undefined;
}

/** Rows in which the target is far from 0 and next to nothing is missing. */
function probesFor({ values }: NumberInput, others: readonly NumberInput[]): number[] {
  const sizes = values.map(Math.abs);
  const there = [...spacedRows(values.length, screeningRows)].filter((i) => sizes[i] > 0);
  const middle = [...there].sort((a, b) => sizes[a] - sizes[b])[there.length >> 1];
  const gaps = (i: number): number =>
    others.reduce((sum, own) => sum + (Number.isNaN(own.values[i]) ? 1 : 0), 0);
  const known = there
    .filter((i) => sizes[i] >= sizes[middle])
    .map((i) => ({ i, gaps: gaps(i) }))
    .sort((a, b) => a.gaps - b.gaps);
  const whole = known.filter(({ gaps: own }) => own === known[0].gaps);
  const from = whole.length >= probes ? whole : known.slice(0, 4 * probes);
  return [...spacedRows(from.length, probes)].map((at) => from[at].i);
}

/** By target the columns that go with it most, by size. */
export function nearestTo(numbers: readonly NumberInput[]): (target: NumberInput) => readonly NumberInput[] {
  if (numbers.length <= mostFactors + 1) return (target) => numbers.filter((one) => one !== target);
  const sample = spacedRows(numbers[0].values.length, screeningRows);
  const every = sample.map((_, k) => k);
  const scores = new Map(
    numbers.map((input) => [
      input,
      standardised(
        Float64Array.from(sample, (i) => Math.abs(input.values[i])),
        every,
      ),
    ]),
  );
  return (target) => {
    const own = scores.get(target) as Float64Array;
    return [...scores]
      .filter(([input]) => input !== target)
      .map(([input, score]) => ({ input, goes: Math.abs(dot(score, own)) }))
      .sort((a, b) => b.goes - a.goes)
      .slice(0, mostFactors)
      .map(({ input }) => input);
  };
}
