import { dot } from "../../../../core/math/linear-algebra";
import { takeValues } from "../../../../core/matrix";
import { type Formula, leadsTo, stepped, type Term } from "../../formulas";
import { spacing } from "../../grids";
import { findSums } from "../find-sums";
import {
  type Found,
  isOpen,
  type LevelsInput,
  type NumberInput,
  placeOver,
  shortest,
  solveForFinest,
  spacedRows,
  spread,
  standardised,
} from "../search";
import { type Trials, testsOf } from "./trials";

/** With more levels an amount for each is no rule to read. */
const mostLevels = 20;
/** So many indicators of levels are looked at, of the columns of fewest levels, and no more than a tenth of the rows. */
const mostIndicators = 200;
/** Of a step of the grid so far an amount may lie beside the one that is written. */
const rounded = [0.5, 0.05, 0.005, 0];
const screeningRows = 1000;
/** Products are made of so many columns that go with a number most, so much at least, and any other; … */
const mostNear = 3;
/** … those that go with it so much, and of what one alone leaves leave no more than this. */
const leastFactor = 0.2;
const leastProduct = 0.9;
const mostLeft = 0.5;

/** What a sum may read of columns beside their values: as an input of its own, and as the term, or the level's amount, that it stands for. */
interface Reading {
  readonly input: NumberInput;
  readonly term?: Omit<Term, "weight">;
  readonly level?: { readonly of: LevelsInput; readonly code: number };
}

/**
 * Adds numbers that are a sum of what is read of others: an amount for each level of one or more columns, a number rounded up or down to
 * whole ones or without its sign, a product of two; with other numbers or none:
 * bill = usage + (by plan: S → 19.99, M → 29.99) + (by tv: none → 0, TV → 10), fee = 0.09 × minutes + 2 × gigabytes begun,
 * cost = 0.01 × used × price + 12 × standing charge.
 */
export function findReadSums(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  found: Found,
  trials: Trials,
): void {
  const openAmong = (some: readonly NumberInput[]) => some.filter((one) => isOpen(one, found));
  const amounts = amountsAmong(levels, trials.rows);
  sumsOver(numbers, amounts, found, { trials, targets: openAmong(numbers) });
  // What has few values decides much: of bill = price + discount it is the bill that follows; and of what has many none of few does.
  const few = numbers.filter((one) => one.few);
  const open = few.filter(({ name }) => found.get(name)?.rest !== "none");
  sumsOver(few, amounts, found, { trials, targets: open });
  sumsOver(numbers, numbers.flatMap(readingsOf), found, { trials, targets: openAmong(numbers) });
  const left = openAmong(numbers);
  if (left.length === 0) return;
  sumsOver(numbers, productsNear(left, numbers, found), found, { trials, targets: left });
}

/** Adds the targets that are a sum of numbers and readings, one of these at least. */
function sumsOver(
  numbers: readonly NumberInput[],
  readings: readonly Reading[],
  found: Found,
  { trials, targets }: { readonly trials: Trials; readonly targets: readonly NumberInput[] },
): void {
  if (readings.length === 0 || targets.length === 0) return;
  const inside: Found = new Map();
  const all = numbers.map((one) => ({ ...one, given: !targets.includes(one) }));
  const read = readings.map(({ input }) => input);
  findSums([...all, ...read], inside);
  const readIn = (sum: Formula | undefined): readonly Reading[] => (sum ? readBy(sum, readings) : []);
  for (const target of targets) {
    let sum = inside.get(target.name);
    const others = numbers.filter((one) => one !== target && !leadsTo(found, one.name, target.name));
    // A sum that follows from the target (net = gross − refund) says nothing new of it.
    if (sum && readIn(sum).length === 0 && others.length < numbers.length - 1) {
      const again: Found = new Map();
      findSums([target, ...others.map((one) => ({ ...one, given: true })), ...read], again);
      sum = again.get(target.name);
    }
    const own = readIn(sum);
    // Of halves each is the mean of its own two neighbours: no rule.
    if (!sum || own.length === 0 || own.some(({ term }) => term && readsOf(term).includes(target.name)))
      continue;
    const tests = testsOf(target, trials);
    const told = asWritten(sum, own, target).find((one) =>
      tests.proven(one, one.terms.length + own.length + 1),
    );
    if (!told) continue;
    const one: Found = new Map([[target.name, told]]);
    if (told.terms.some(({ times }) => times)) solveForFinest(one, numbers);
    for (const [name, own] of one) placeOver(found, numbers, name, own);
  }
}

function readsOf({ column, times }: Omit<Term, "weight">): readonly string[] {
  return times ? [column, times.column] : [column];
}

function readBy({ terms }: Formula, readings: readonly Reading[]): readonly Reading[] {
  return readings.filter(({ input }) => terms.some(({ column }) => column === input.name));
}

/** The sum as people may have written it, the shortest amounts first: of what stands behind the readings. */
export function asWritten(
  sum: Formula,
  readings: readonly Reading[],
  { grid }: NumberInput,
): readonly Formula[] {
  const formula = withReadings(sum, readBy(sum, readings));
  return formula.effects.length > 0
    ? rounded.map((share) => written(formula, share * spacing(grid)))
    : [formula];
}

/** The sum with terms, and amounts of levels, in the place of readings. */
function withReadings(sum: Formula, own: readonly Reading[]): Formula {
  const weights = new Map(sum.terms.map(({ column, weight }) => [column, weight]));
  const leveled = own.flatMap(({ level }) => level ?? []);
  const effects = [...new Set(leveled.map(({ of }) => of))].map(({ name, count, hole }): Amounts => {
    const amounts = Array.from({ length: count }, (_, code) =>
      code === hole ? null : (weights.get(readingName(name, code)) ?? 0),
    );
    return { column: name, effects: amounts };
  });
  const terms = sum.terms.flatMap((term): Term[] => {
    const reading = own.find(({ input }) => input.name === term.column);
    if (reading?.level) return [];
    return [reading?.term ? { ...term, ...reading.term } : term];
  });
  return { ...sum, terms, effects };
}

/** What else a sum may read of a number: whole ones above and below, or its size where it has both signs. */
function readingsOf(of: NumberInput): readonly Reading[] {
  const { name, values, grid, date } = of;
  const known = values.filter((one) => !Number.isNaN(one));
  const reading = (k: number, own: Float64Array, term: Partial<Term>): Reading => ({
    input: { ...of, name: readingName(name, k), values: own, given: true },
    term: { column: name, ...term },
  });
  const whole = spacing(grid) < 1 && spread(known) > 1 ? ([1, -1] as const) : [];
  const signed = !date && known.some((one) => one < 0) && known.some((one) => one > 0);
  return [
    ...whole.map((towards, k) => {
      const round = { step: 1, towards };
      return reading(
        k,
        values.map((value) => stepped(value, round)),
        { round },
      );
    }),
    ...(signed ? [reading(2, values.map(Math.abs), { as: "size" })] : []),
  ];
}

/** Products of two numbers that go with one of the targets more than either does. */
function productsNear(
  targets: readonly NumberInput[],
  numbers: readonly NumberInput[],
  found: Found,
): readonly Reading[] {
  const sample = spacedRows(numbers[0].values.length, screeningRows);
  const every = sample.map((_, k) => k);
  const scoreOf = (values: Float64Array): Float64Array => standardised(values, every);
  const sampled = numbers.map(({ values }) => takeValues(values, sample));
  const scores = sampled.map(scoreOf);
  const made = new Map<string, Reading>();
  for (const target of targets) {
    const at = numbers.indexOf(target);
    const near = scores.map((own) => Math.abs(dot(own, scores[at])));
    const others = [...numbers.keys()].filter(
      (k) => k !== at && !leadsTo(found, numbers[k].name, target.name),
    );
    const first = others
      .filter((k) => near[k] >= leastFactor)
      .sort((a, b) => near[b] - near[a])
      .slice(0, mostNear);
    for (const a of first)
      for (const b of others) {
        if (first.indexOf(b) >= 0 && first.indexOf(b) <= first.indexOf(a)) continue;
        const goes = Math.abs(dot(scoreOf(sampled[a].map((value, k) => value * sampled[b][k])), scores[at]));
        const alone = Math.max(near[a], near[b]);
        if (goes < leastProduct || 1 - goes ** 2 > mostLeft * (1 - alone ** 2)) continue;
        const [{ name: column, values }, { name: by, values: more }] = [numbers[a], numbers[b]];
        const input = {
          name: readingName(column, `×\n${by}`),
          values: values.map((value, i) => value * more[i]),
          given: true,
        };
        made.set(input.name, { input, term: { column, times: { column: by, plus: 0 } } });
      }
  }
  return [...made.values()];
}

function readingName(column: string, what: string | number): string {
  return `${column}\n${what}`;
}

/** The indicators of the columns of fewest levels. */
export function amountsAmong(levels: readonly LevelsInput[], rows: number): readonly Reading[] {
  const used: LevelsInput[] = [];
  let room = Math.min(mostIndicators, rows / 10);
  for (const input of [...levels].sort((a, b) => a.count - b.count)) {
    if (input.count < 2 || input.count > mostLevels) continue;
    room -= input.count - 1;
    if (room >= 0) used.push(input);
  }
  return used.flatMap(indicatorsOf);
}

type Amounts = Formula["effects"][number];

/** For each level but the most frequent one a number that is 1 in its rows and 0 in others. */
function indicatorsOf(of: LevelsInput): readonly Reading[] {
  const counts = new Int32Array(of.count);
  for (const code of of.codes) counts[code]++;
  const usual = counts.indexOf(Math.max(...counts));
  const told = [...counts.keys()].filter((code) => code !== usual && code !== of.hole && counts[code] > 0);
  const indicators = new Map(told.map((code) => [code, new Float64Array(of.codes.length)]));
  of.codes.forEach((own, i) => {
    const one = indicators.get(own);
    if (one) one[i] = 1;
    else if (own < 0 || own === of.hole) for (const values of indicators.values()) values[i] = Number.NaN;
  });
  return [...indicators].map(([code, values]) => ({
    level: { of, code },
    input: { name: readingName(of.name, code), values, given: true },
  }));
}

/** The sum as a person would write it: amounts from 0 on for all columns but the one in which they differ most. */
function written(formula: Formula, tolerance: number): Formula {
  const reach = ({ effects }: Amounts): readonly [number, number] => {
    const told = effects.filter((one) => one !== null);
    return [Math.min(...told), Math.max(...told)];
  };
  const wide = ([low, high]: readonly [number, number]): number => high - low;
  const first = formula.effects.reduce((a, b) => (wide(reach(b)) > wide(reach(a)) ? b : a));
  const moved = formula.effects.reduce(
    (sum, one) => sum + (one === first ? 0 : reach(one)[0]),
    formula.constant,
  );
  const short = (value: number): number =>
    Math.abs(value) <= tolerance ? 0 : shortest(value, (one) => Math.abs(one - value) <= tolerance);
  const effects = formula.effects.map((one) => {
    const more = one === first ? moved : -reach(one)[0];
    return { ...one, effects: one.effects.map((own) => (own === null ? null : short(own + more))) };
  });
  return { ...formula, constant: 0, effects };
}
