import {
  type DateUnit,
  day,
  evenMonth,
  momentAt,
  placeOf,
  roundestMoment,
  startOf,
} from "../../../date-parts";
import {
  argumentsOf,
  decidersOf as decided,
  emptySum,
  evaluate,
  type Formula,
  leadsTo,
  placeAmong,
  type Term,
} from "../../../formulas";
import { spacing } from "../../../grids";
import { personsIn } from "../../../people";
import {
  type ColumnPlan,
  type DatePlan,
  formulasOf,
  isComputed,
  type LevelsPlan,
  levelCount,
  type NumberPlan,
} from "../../../structure";
import type { Look } from "../../look";
import { spacedRows } from "../../search";
import { withStandIns } from "../missing-terms";
import { type Target, type Tests, type Trials, testsOf } from "../trials";

/** With more levels a column decides no term. */
const mostLevels = 50;

/**
 * The columns that follow from dates, with their formulas: dates so many days, months or years after others (by a number or level
 * column, too), from where a unit begins; whole years, months, weeks and so on between two dates, or from one to a fixed day, that
 * all rows agree with; numbers of the month, the weekday and so on.
 */
export function findDates(all: readonly ColumnPlan[], look: Look): readonly ColumnPlan[] {
  const plans = all.filter(({ name }) => !look.given.includes(name));
  const { whose: people } = look;
  const dates = plans.filter((plan): plan is DatePlan => plan.kind === "date");
  if (dates.length === 0) return [];
  const numbers = plans.filter((plan): plan is NumberPlan => plan.kind === "number");
  const levels = plans.filter(
    (plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && plan.levels.length <= mostLevels,
  );
  const kept = new Map<string, ArrayLike<number>>();
  const of = (name: string): ArrayLike<number> => {
    const plan = plans.find((one) => one.name === name) as LevelsPlan | NumberPlan | DatePlan;
    const values = kept.get(name) ?? (plan.kind === "levels" ? look.codes(plan) : look.numbers(plan));
    kept.set(name, values);
    return values;
  };
  const tried = 100 * dates.length ** 2 * (numbers.length + levels.length + 1);
  const trials: Trials = { rows: look.from.rows, of, people, tried };
  const formulas = formulasOf(plans);
  const decides = new Set([...formulas.values()].flatMap(decided));
  const found = new Map<string, ColumnPlan>();
  const free = (plan: DatePlan | NumberPlan): boolean =>
    !look.drawn.includes(plan.name) && !isComputed(plan) && !found.has(plan.name);
  const targetOf = (plan: DatePlan | NumberPlan): Target => ({
    name: plan.name,
    values: of(plan.name) as Float64Array,
    // Dates have to be met to the millisecond.
    grid: plan.kind === "date" ? { decimals: 0, step: 1 } : plan.grid,
  });
  const milliseconds = new Map(dates.map(({ name }) => [name, 1]));
  const place = (plan: DatePlan | NumberPlan, given: Formula): boolean => {
    const formula = withStandIns(given, { ...targetOf(plan), people }, of, milliseconds);
    const trial = new Map([...formulas, [plan.name, formula]]);
    if (leadsTo(trial, plan.name, plan.name)) return false;
    formulas.set(plan.name, formula);
    if (plan.kind === "date") found.set(plan.name, { ...plan, formula });
    else {
      const { values: _, rare: __, ...drawn } = plan;
      found.set(plan.name, { ...drawn, atoms: [], formula });
    }
    return true;
  };
  // The earlier one is drawn, unless the later one has to be.
  const deciders = [...levels, ...numbers.filter((one) => one.values)];
  for (const later of [true, false])
    for (const plan of dates) {
      const tests = testsOf(targetOf(plan), trials);
      const pairs = (): Pair[] =>
        dates.flatMap((source): Pair[] => {
          if (source === plan || !free(plan)) return [];
          const after = (i: number): number => of(plan.name)[i] - of(source.name)[i];
          const both = tests.present.filter((i) => !Number.isNaN(after(i)));
          if (both.length === 0 || (later && both.slice(0, 20).some((i) => after(i) < 0))) return [];
          return [{ plan, source, of, first: both[0], both, numbers, deciders, tests, look }];
        });
      for (const pair of pairs())
        for (const { formula, read } of free(plan) ? laterDates(pair) : [])
          if (tests.proven(formula, read) && place(plan, formula)) break;
      // Where most values have a rule, the others' dates are drawn.
      for (const pair of later && !plan.missing ? pairs() : [])
        for (const decider of deciders) {
          const found = free(plan) ? eachOf(pair, decider, true) : undefined;
          if (found && tests.proven(found.formula, found.read)) place(plan, opened(found.formula, pair));
        }
    }
  for (const plan of numbers) {
    if (!free(plan) || !plan.grid || decides.has(plan.name)) continue;
    const tests = testsOf(targetOf(plan), trials);
    for (const formula of countsOf(plan, dates, of, tests))
      if (tests.proven(formula) && place(plan, formula)) break;
  }
  return [...found.values()];
}

interface Candidate {
  readonly formula: Formula;
  /** How many of its numbers were read off rows. */
  readonly read: number;
}

interface Pair {
  readonly plan: DatePlan;
  readonly source: DatePlan;
  readonly of: (name: string) => ArrayLike<number>;
  /** Rows that have both, and the first of them. */
  readonly both: readonly number[];
  readonly first: number;
  readonly numbers: readonly NumberPlan[];
  /** Columns whose values may each have a rule of their own. */
  readonly deciders: readonly (LevelsPlan | NumberPlan)[];
  readonly tests: Tests;
  readonly look: Look;
}

const plainUnits = [day, 7 * day, 3_600_000, 60_000, 1000];
const evenUnits = [evenMonth, 12 * evenMonth];
/** A contract ends on the day of its start, or on the one before. */
const ends = [0, -day, day];

/** Formulas that might give a date from an earlier one: first those of stretches that the first row that has both says. */
function* laterDates(pair: Pair): Generator<Candidate> {
  for (const formula of stretches(pair, pair.first)) yield { formula, read: 1 };
  for (const formula of counted(pair)) yield { formula, read: 1 };
  for (const decider of pair.deciders) {
    const found = eachOf(pair, decider);
    if (found) yield found;
  }
}

const steps: Readonly<Record<number, DateUnit>> = {
  1000: "second",
  60000: "minute",
  3600000: "hour",
  [day]: "day",
};

/** From where on a date is read beside one that is written less finely: in days from the day of a moment. */
function startBeside({ format }: DatePlan, other: DatePlan): DateUnit | undefined {
  return other.format.step > format.step ? steps[other.format.step] : undefined;
}

/** How a date is read, and what lies between it and the later one in a row. */
function readOf({ plan, source, of }: Pair) {
  const [own, other] = [of(plan.name), of(source.name)];
  const start = startBeside(source, plan);
  const term: Term = { column: source.name, weight: 1, ...(start && { from: start }) };
  const even: Term = { ...term, calendar: true };
  const begun = (i: number): number => (start ? startOf(start, other[i]) : other[i]);
  const shift = (i: number): number => own[i] - begun(i);
  const months = (i: number, plus: number): number =>
    Math.round((placeOf(own[i] - plus) - placeOf(begun(i))) / evenMonth) * evenMonth;
  return { own, other, term, even, shift, months };
}

/** One stretch of time after the date, or after the start of what it lies in, as a row says. */
function* stretches(pair: Pair, first: number): Generator<Formula> {
  const { own, other, term, even, shift, months } = readOf(pair);
  const sum = (one: Partial<Formula>): Formula => ({ ...emptySum, ...one });
  yield sum({ constant: shift(first), terms: [term] });
  for (const plus of ends) yield sum({ constant: months(first, plus), terms: [even], calendar: { plus } });
  for (const from of ["week", "month", "quarter", "year"] as const) {
    const terms = [{ ...term, from }];
    if (from === "week") {
      yield sum({ constant: own[first] - startOf(from, other[first]), terms });
      continue;
    }
    const width = from === "month" ? 1 : from === "quarter" ? 3 : 12;
    const since =
      (placeOf(startOf(from, own[first])) - placeOf(startOf(from, other[first]))) / (width * evenMonth);
    // The last day is the one before the next begins; 30 days after it may be two months later.
    for (const more of [0, 1, -1, -2, -3].map((one) => since + one))
      yield sum({
        constant: more * width * evenMonth,
        terms: [{ ...terms[0], calendar: true }],
        calendar: { plus: own[first] - startOf(from, other[first], more) },
      });
  }
}

/** As many days, months and so on after the date as a number says, or a number times another or one more than it. */
function* counted(pair: Pair): Generator<Formula> {
  const { of, first, both, numbers } = pair;
  const { term, even, shift, months } = readOf(pair);
  const sum = (one: Partial<Formula>): Formula => ({ ...emptySum, ...one });
  for (const { name } of numbers) {
    const count = of(name)[first];
    if (Number.isNaN(count)) continue;
    for (const weight of plainUnits)
      yield sum({ constant: shift(first) - weight * count, terms: [term, { column: name, weight }] });
    for (const weight of evenUnits)
      for (const plus of ends) {
        const constant = months(first, plus) - weight * count;
        yield sum({ constant, terms: [even, { column: name, weight }], calendar: { plus } });
      }
  }
  const few = numbers.filter(({ grid }) => grid && spacing(grid) >= 1);
  const some = spacedRows(both.length, pairedRows).map((at) => both[at]);
  for (const [at, { name }] of few.entries())
    for (const [place, one] of few.entries())
      for (const more of [0, 1]) {
        if (place === at || (more === 0 && place < at)) continue;
        const [a, b] = [of(name), of(one.name)];
        const product = (i: number): number => a[i] * (b[i] + more);
        const told = some.filter((i) => !Number.isNaN(product(i)));
        if (told.length < 2) continue;
        const times = { column: one.name, plus: more };
        const fits = (weight: number, is: (i: number) => number): boolean =>
          told.every((i) => is(i) - is(told[0]) === weight * (product(i) - product(told[0])));
        for (const weight of plainUnits)
          if (fits(weight, shift))
            yield sum({
              constant: shift(told[0]) - weight * product(told[0]),
              terms: [term, { column: name, weight, times }],
            });
        for (const weight of evenUnits)
          for (const plus of ends)
            if (fits(weight, (i) => months(i, plus)))
              yield sum({
                constant: months(told[0], plus) - weight * product(told[0]),
                terms: [even, { column: name, weight, times }],
                calendar: { plus },
              });
      }
}

/** In so many rows a product is looked at before it is tried. */
const pairedRows = 12;

/** Where more of the rows have no rule, a column is no decider. */
const mostOpen = 0.5;

/** The formula by a column's value with what is drawn where none is told: a stretch of time after the other date. */
function opened(formula: Formula, pair: Pair): Formula {
  const each = formula.each as NonNullable<Formula["each"]>;
  const drawn: Formula = { ...emptySum, terms: [readOf(pair).term], rest: "difference" };
  return {
    ...formula,
    rest: "difference",
    each: { ...each, formulas: each.formulas.map((own) => own ?? drawn) },
  };
}

/** The rule of each value of a column, where most rows have one: those of its largest values are tried first with others. */
function eachOf(pair: Pair, decider: LevelsPlan | NumberPlan, open = false): Candidate | undefined {
  const { plan, of, both, tests } = pair;
  const { least, whose } = pair.look;
  const cells = of(decider.name);
  const values = decider.kind === "number" ? decider.values : undefined;
  const count = decider.kind === "levels" ? levelCount(decider) : (values ?? []).length + 1;
  if (plan.name === decider.name) return undefined;
  const rows = Array.from({ length: count }, (): number[] => []);
  for (const i of both) rows[placeAmong(values, cells[i])]?.push(i);
  const missing = decider.missing ? count - 1 : -1;
  const formulas = new Array<Formula | null>(count).fill(null);
  const kinds: number[] = [];
  let left = 0;
  for (const [code, own] of [...rows.entries()].sort((a, b) => b[1].length - a[1].length)) {
    if (own.length === 0) continue;
    const tried = personsIn(own, whose) >= Math.max(2, least) ? [...stretches(pair, own[0])] : [];
    const order = [...new Set([...kinds, ...tried.keys()])];
    const kind = order.find((one) => tried[one] && tests.holdsIn(tried[one], own));
    if (kind !== undefined) {
      formulas[code] = tried[kind];
      kinds.push(kind);
    } else if (code !== missing) left += own.length;
    if (left > (open ? mostOpen * both.length : 0)) return undefined;
  }
  const told = formulas.filter((one) => one !== null);
  if (new Set(told.map((one) => JSON.stringify(one))).size < 2) return undefined;
  const kept =
    formulas.at(-1) || (decider.kind === "levels" && missing < 0) ? formulas : formulas.slice(0, -1);
  const each = { column: decider.name, ...(values && { values }), formulas: kept };
  const formula = { ...emptySum, each };
  return { formula, read: 2 * told.length };
}

/** Units of time between dates: of even months, or milliseconds. */
const spans: readonly { readonly unit: number; readonly calendar?: true }[] = [
  { unit: 12 * evenMonth, calendar: true },
  { unit: evenMonth, calendar: true },
  ...[365.25, 365, 30.4375, 30.44, 30, 7, 1, 1 / 24, 1 / 1440].map((days) => ({ unit: days * day })),
];
const roundings = [-1, 0, 1] as const;
/** A number that is its lowest in fewer of its rows is not cut off there. */
const leastAtEnd = 0.05;

/** What a number says of a date alone, but for where it begins to count: the place of one unit within another. */
const parts: readonly (readonly [
  of: DateUnit,
  within: DateUnit | undefined,
  width: number,
  calendar?: true,
])[] = [
  ["month", "year", evenMonth, true],
  ["quarter", "year", 3 * evenMonth, true],
  ["day", "week", day],
  ["day", "week from Sunday", day],
  ["day", "month", day],
  ["week", "year of weeks", 7 * day],
  ["day", "year", day],
  ["hour", "day", 3_600_000],
  ["minute", "hour", 60_000],
  ["year", undefined, 12 * evenMonth, true],
  ["month", undefined, evenMonth, true],
];

/** Formulas that might give a number from one date, or from two of them. */
function* countsOf(
  plan: NumberPlan,
  dates: readonly DatePlan[],
  of: (name: string) => ArrayLike<number>,
  { present, holds }: Tests,
): Generator<Formula> {
  const step = spacing(plan.grid);
  const own = of(plan.name);
  const rounded = (towards: -1 | 0 | 1): Partial<Formula> =>
    towards === 0 ? {} : { round: { step, towards } };
  const lowest = present.reduce((low, i) => Math.min(low, own[i]), Infinity);
  const atLowest = present.reduce((count, i) => count + (own[i] === lowest ? 1 : 0), 0);
  // Days late are none where it is not late.
  const ends = atLowest >= leastAtEnd * present.length ? [{}, { least: lowest }] : [{}];
  /** With the constant that the first row says, of those above an end. */
  const starting = (one: Partial<Formula>): Formula | undefined => {
    const formula = { ...emptySum, ...one };
    const columns = argumentsOf(formula).map(of);
    const { least = -Infinity } = one;
    const first = present.find((i) => own[i] > least && columns.every((values) => !Number.isNaN(values[i])));
    if (first === undefined) return undefined;
    const [value] = evaluate({ ...formula, least: -Infinity }, (name) => [of(name)[first]], 1);
    return { ...formula, constant: Math.round((own[first] - value) / step) * step };
  };
  for (const { name } of dates)
    for (const [from, within, width, calendar] of parts)
      for (const weight of within ? [1 / width] : [1 / width, -1 / width]) {
        const term = { column: name, weight, from, ...(calendar && { calendar }) };
        const formula = starting({
          terms: within ? [term, { ...term, weight: -weight, from: within }] : [term],
        });
        if (formula) yield formula;
      }
  // A year and what lies in it, as one number: 202407.
  for (const { name: column } of dates)
    for (const [from, within, width, even] of [
      ["month", "year", evenMonth, true],
      ["week", "year of weeks", 7 * day, false],
    ] as const) {
      const weight = 1 / width;
      const calendar = even && { calendar: true as const };
      const formula = starting({
        terms: [
          { column, weight: 100 / (12 * evenMonth), from: within, calendar: true },
          { column, weight, from, ...calendar },
          { column, weight: -weight, from: within, ...calendar },
        ],
      });
      if (formula) yield formula;
    }
  for (const a of dates)
    for (const b of dates) {
      if (a === b) continue;
      const read = ({ name: column }: DatePlan, from: DateUnit | undefined): Term => ({
        column,
        weight: 1,
        ...(from && { from }),
      });
      const between = (weight: number, also: Partial<Term>, whole = false): Partial<Formula> => ({
        terms: [
          { ...read(b, whole ? startBeside(b, a) : undefined), weight, ...also },
          { ...read(a, whole ? startBeside(a, b) : undefined), weight: -weight, ...also },
        ],
      });
      const ways = a.format.step === b.format.step ? [false] : [false, true];
      for (const end of ends)
        for (const towards of "least" in end ? [0 as const, ...roundings] : roundings)
          for (const { unit, ...also } of spans)
            for (const whole of ways) {
              const formula = starting({ ...between(1 / unit, also, whole), ...rounded(towards), ...end });
              if (formula) yield formula;
            }
      for (const [from, width] of [
        ["month", evenMonth],
        ["year", 12 * evenMonth],
      ] as const) {
        const formula = starting(between(1 / width, { from, calendar: true }));
        if (formula) yield formula;
      }
    }
  for (const { name } of dates)
    for (const towards of roundings)
      for (const { unit, calendar } of spans)
        for (const sign of [1, -1] as const) {
          const range = fixedRange(own, of(name), { unit, calendar, sign, towards, step });
          for (const fixed of range ? [roundestMoment(range[0] - 1, range[1]), ...range] : []) {
            const formula: Formula = {
              ...emptySum,
              constant: (sign * (calendar ? placeOf(fixed) : fixed)) / unit,
              terms: [{ column: name, weight: -sign / unit, ...(calendar && { calendar }) }],
              ...rounded(towards),
            };
            if (!holds(formula)) continue;
            yield formula;
            break;
          }
        }
}

/** The moments from which on (or up to which) dates may be counted for these numbers to come out in every row. */
function fixedRange(
  counts: ArrayLike<number>,
  dates: ArrayLike<number>,
  {
    unit,
    calendar,
    sign,
    towards,
    step,
  }: {
    readonly unit: number;
    readonly calendar: true | undefined;
    readonly sign: 1 | -1;
    readonly towards: -1 | 0 | 1;
    readonly step: number;
  },
): readonly [number, number] | undefined {
  let [low, high] = [-Infinity, Infinity];
  const [below, above] = towards === 0 ? [0.5, 0.5] : towards < 0 ? [0, 1] : [1, 0];
  for (let i = 0; i < counts.length; i++) {
    if (Number.isNaN(counts[i] + dates[i])) continue;
    const at = sign * (calendar ? placeOf(dates[i]) : dates[i]);
    low = Math.max(low, at + (counts[i] - below * step) * unit + (towards > 0 ? 1 : 0));
    high = Math.min(high, at + (counts[i] + above * step) * unit - (towards < 0 ? 1 : 0));
    if (low > high) return undefined;
  }
  if (!Number.isFinite(high - low)) return undefined;
  const [first, last] = sign > 0 ? [low, high] : [-high, -low];
  return calendar ? [momentAt(first), momentAt(last)] : [Math.ceil(first), Math.floor(last)];
}
