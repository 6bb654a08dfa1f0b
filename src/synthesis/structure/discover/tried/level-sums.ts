import type { Formula } from "../../formulas";
import { spacing } from "../../grids";
import { findSums } from "../find-sums";
import { type Found, type LevelsInput, type NumberInput, place, shortest } from "../search";
import { type Trials, testsOf } from "./trials";

/** With more levels an amount for each is no rule to read. */
const mostLevels = 20;
/** So many indicators of levels are looked at, of the columns of fewest levels, and no more than a tenth of the rows. */
const mostIndicators = 200;
/** Of a step of the grid so far an amount may lie beside the one that is written. */
const rounded = [0.5, 0.05, 0.005, 0];

/**
 * Adds numbers that are a sum of an amount for each level of one or more columns, with other numbers or none:
 * bill = usage + (by plan: S → 19.99, M → 29.99) + (by tv: none → 0, TV → 10).
 */
export function findLevelSums(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  found: Found,
  trials: Trials,
): void {
  const used: LevelsInput[] = [];
  let room = Math.min(mostIndicators, trials.rows / 10);
  for (const input of [...levels].sort((a, b) => a.count - b.count)) {
    if (input.count < 2 || input.count > mostLevels) continue;
    room -= input.count - 1;
    if (room >= 0) used.push(input);
  }
  const indicators = used.flatMap(indicatorsOf);
  if (indicators.length === 0) return;
  // What has few values decides much: of bill = price + discount it is the bill that follows.
  for (const few of [undefined, true]) {
    const isOpen = (one: NumberInput): boolean =>
      (few ? one.few === true : !one.given) && found.get(one.name)?.rest !== "none";
    const targets = numbers.filter(isOpen);
    if (targets.length === 0) continue;
    const inside: Found = new Map();
    // Of what has many values no number of few follows.
    const all = numbers.flatMap((one) =>
      few && !one.few ? [] : [{ ...one, given: !targets.includes(one) }],
    );
    findSums([...all, ...indicators.map(({ input }) => input)], inside);
    for (const target of targets) {
      const formula = inside.get(target.name);
      const told = formula && withAmounts(target, formula, indicators, trials);
      if (told) place(found, numbers, target.name, told);
    }
  }
}

/** The sum with amounts in the place of indicators; undefined where it has none of these, or is not proven. */
function withAmounts(
  target: NumberInput,
  sum: Formula,
  indicators: readonly Indicator[],
  trials: Trials,
): Formula | undefined {
  const weights = new Map(sum.terms.map(({ column, weight }) => [column, weight]));
  const own = indicators.filter(({ input }) => weights.has(input.name));
  if (own.length === 0) return undefined;
  const effects = [...new Set(own.map(({ of }) => of))].map(({ name, count, hole }): Amounts => {
    const amounts = Array.from({ length: count }, (_, code) =>
      code === hole ? null : (weights.get(indicatorName(name, code)) ?? 0),
    );
    return { column: name, effects: amounts };
  });
  const terms = sum.terms.filter(({ column }) => !own.some(({ input }) => input.name === column));
  const tests = testsOf({ ...target, grid: target.grid }, trials);
  return rounded
    .map((share) => written({ ...sum, terms, effects }, share * spacing(target.grid)))
    .find((one) => tests.proven(one, terms.length + own.length + 1));
}

type Amounts = Formula["effects"][number];

interface Indicator {
  readonly of: LevelsInput;
  readonly code: number;
  readonly input: NumberInput;
}

function indicatorName(column: string, code: number): string {
  return `${column}\n${code}`;
}

/** For each level but the most frequent one a number that is 1 in its rows and 0 in others. */
function indicatorsOf(of: LevelsInput): readonly Indicator[] {
  const counts = new Int32Array(of.count);
  for (const code of of.codes) counts[code]++;
  const usual = counts.indexOf(Math.max(...counts));
  return [...counts.keys()].flatMap((code) => {
    if (code === usual || code === of.hole) return [];
    const values = Float64Array.from(of.codes, (own) =>
      own < 0 || own === of.hole ? Number.NaN : Number(own === code),
    );
    return [{ of, code, input: { name: indicatorName(of.name, code), values, given: true } }];
  });
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
