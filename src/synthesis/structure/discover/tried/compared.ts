import { day } from "../../date-parts";
import { emptySum, type Formula, type Term } from "../../formulas";
import type { ColumnPlan, DatePlan, LevelsPlan, NumberPlan } from "../../structure";
import { shortest } from "../search";

/** A number that rows say, in words of a formula. */
export interface Measure {
  readonly value: Formula;
  readonly of: string;
  readonly at: (row: number) => number;
  /** What is held against each other, if two things are. */
  readonly sides?: readonly ((row: number) => number)[];
}

/** A column of levels by which a limit may differ. */
export interface Limiter {
  readonly plan: LevelsPlan;
  readonly codes: Int32Array;
  readonly count: number;
}

/** What a number of time may count. */
const units = [day, day / 24, 60_000, 1000];

type Values = (name: string) => Float64Array;

/** How long it is from one date to another, in milliseconds. */
function spans(dates: readonly DatePlan[], values: Values): readonly Measure[] {
  return dates.flatMap((later) =>
    dates.flatMap((earlier) => (later === earlier ? [] : [difference(later, earlier, 1, values)])),
  );
}

function difference(a: ColumnPlan, b: ColumnPlan, weight: number, values: Values): Measure {
  const [one, other] = [values(a.name), values(b.name)];
  const terms: readonly Term[] = [
    { column: a.name, weight },
    { column: b.name, weight: -weight },
  ];
  return {
    value: { ...emptySum, terms },
    of: a.name,
    at: (i) => weight * one[i] - weight * other[i],
    sides: [(i) => one[i], (i) => other[i]],
  };
}

/** How much greater one column is than another, or the time between two dates than what a number counts. */
export function comparisons(
  numbers: readonly NumberPlan[],
  dates: readonly DatePlan[],
  values: Values,
): readonly Measure[] {
  const pairs = [numbers, dates].flatMap((all) =>
    all.flatMap((a) =>
      all.flatMap((b) => (a === b ? [] : [difference(a, b, a.kind === "date" ? 1 / day : 1, values)])),
    ),
  );
  const counted = spans(dates, values).flatMap((span) =>
    numbers.flatMap(({ name }) =>
      units.flatMap((unit) =>
        // Where no row lies at the limit itself, it is within.
        [-1, 1].map((sign): Measure => {
          const own = values(name);
          const terms = [
            ...span.value.terms.map((term) => ({ ...term, weight: sign * term.weight })),
            { column: name, weight: -sign * unit },
          ];
          return {
            value: { ...emptySum, terms },
            of: span.of,
            at: (i) => sign * (span.at(i) - unit * own[i]),
            sides: [span.at, (i) => own[i]],
          };
        }),
      ),
    ),
  );
  return [...pairs, ...counted];
}

/** Numbers and times between dates beyond a limit: one for all rows before those of their own by another column's level. */
export function* limits(
  codes: Int32Array,
  numbers: readonly NumberPlan[],
  dates: readonly DatePlan[],
  limiters: readonly Limiter[],
  values: Values,
): Generator<{ readonly measure: Measure; readonly read: number }> {
  const between = spans(dates, values);
  const days = dates.every(({ format }) => format.step % day === 0);
  for (const limiter of [undefined, ...limiters])
    for (const measure of [...numbers.map((plan) => plainly(plan, values)), ...between]) {
      const unit = measure.value.terms.length === 1 ? 1 : days ? day : day / 24;
      const sides = ([1, -1] as const).flatMap((sign) => {
        const cuts = limitsOf(codes, (i) => (sign * measure.at(i)) / unit, limiter);
        return cuts ? [{ sign, cuts }] : [];
      });
      // At the limit itself it is within or beyond, whichever makes the rounder one.
      const [side] = sides.sort((a, b) => length(a.cuts) - length(b.cuts));
      if (!side) continue;
      const { sign, cuts } = side;
      const terms = measure.value.terms.map((term) => ({ ...term, weight: sign * term.weight }));
      const own = cuts.map((cut) => (cut === null ? null : 0 - cut * unit));
      const effects = limiter ? [{ column: limiter.plan.name, effects: own }] : [];
      const value = { ...measure.value, terms, effects, constant: limiter ? 0 : (own[0] as number) };
      const at = (i: number): number => sign * measure.at(i) + (own[limiter?.codes[i] ?? 0] ?? Number.NaN);
      yield { measure: { ...measure, value, at }, read: cuts.length };
    }
}

function length(cuts: readonly (number | null)[]): number {
  return cuts.reduce((sum: number, cut) => sum + (cut ? String(Math.abs(cut)).length : 0), 0);
}

function plainly({ name }: NumberPlan, values: Values): Measure {
  const own = values(name);
  return { value: { ...emptySum, terms: [{ column: name, weight: 1 }] }, of: name, at: (i) => own[i] };
}

/** By the limiter's level (or all as one) the number from which on the level is the other of two; undefined where none parts them. */
function limitsOf(
  codes: Int32Array,
  at: (row: number) => number,
  limiter: Limiter | undefined,
): readonly (number | null)[] | undefined {
  const count = limiter?.count ?? 1;
  const ends = [0, 1].map(() => ({
    low: new Float64Array(count).fill(Infinity),
    high: new Float64Array(count).fill(-Infinity),
  }));
  const open = [true, true];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const value = at(i);
    const group = limiter?.codes[i] ?? 0;
    if (code < 0 || code > 1 || Number.isNaN(value) || group < 0) continue;
    const { low, high } = ends[code];
    if (value < low[group]) low[group] = value;
    if (value > high[group]) high[group] = value;
    // The first level lies below the second one everywhere, or above.
    open[0] &&= ends[0].high[group] < ends[1].low[group];
    open[1] &&= ends[1].high[group] < ends[0].low[group];
    if (!open[0] && !open[1]) return undefined;
  }
  const [below, above] = open[0] ? ends : [ends[1], ends[0]];
  const cuts = Array.from({ length: count }, (_, group) => {
    const [from, to] = [below.high[group], above.low[group]];
    if (from === -Infinity && to === Infinity) return null;
    if (!Number.isFinite(to - from)) return undefined;
    return from < 0 && to >= 0 ? 0 : shortest((from + to) / 2, (one) => one > from && one <= to);
  });
  return cuts.includes(undefined) || cuts.every((cut) => cut === null)
    ? undefined
    : (cuts as readonly (number | null)[]);
}
