import { day, evenMonth, momentAt, placeOf, startOf } from "../structure/date-parts";
import type { WrittenDates } from "../structure/dates";
import { emptySum, type Formula } from "../structure/formulas";

/** Each parent's child rows, in order. */
export type Families = readonly (readonly number[])[];

/** In what steps a parent's dates follow each other. */
export interface Pace {
  /** Steps of the dates' format, or months: a day that a month does not have is its last. */
  readonly unit: "step" | "month";
  /** Every distance is a multiple of so many: 7 days, 3 months. */
  readonly by: number;
  /**
   * A date that all dates are whole distances from, as weeks that all begin on Mondays; for months in the calendar of even months
   * (`placeOf`). Left out, each parent's dates are so from the parent's first.
   */
  readonly phase?: number;
}

/** How dates follow each other. */
export interface Paced {
  readonly format: WrittenDates;
  readonly pace: Pace;
}

/** Fewer dates that follow another one, or of fewer parents than may be told, show no pace. */
const leastRows = 50;

/** The coarsest steps that all parents' dates keep. */
export function paceOf(times: Float64Array, families: Families, format: WrittenDates, least: number): Pace {
  const known = families
    .map((family) => family.map((row) => times[row]).filter((time) => !Number.isNaN(time)))
    .filter((own) => own.length > 0);
  const steps = known.map((own) => own.slice(1).filter((time, k) => time !== own[k]));
  const several = steps.filter((own) => own.length > 0).length;
  const enough = several >= least && steps.reduce((sum, own) => sum + own.length, 0) >= leastRows;
  const anchors = known.map((own) => own.reduce((most, time) => Math.max(most, withinMonth(time)), 0));
  const anchor = anchors.reduce((a, b) => Math.max(a, b), 0);
  const onAnchor = (own: readonly number[], at: number): boolean =>
    own.every((time) => momentAt(monthOf(time) * evenMonth + at) === time);
  const shared = known.length > 0 && known.every((own) => onAnchor(own, anchor));
  const pacedBy = (unit: Pace["unit"], places: (time: number) => number): Pace => {
    const apart = known.flatMap((own) => own.slice(1).map((time, k) => places(time) - places(own[k])));
    const by = enough ? apart.reduce(gcd, 0) : 1;
    const first = places(known[0]?.[0] ?? 0);
    const same = known.every((own) => (places(own[0]) - first) % by === 0);
    const phase = unit === "month" ? (first % by) * evenMonth + anchor : (first % by) * format.step;
    const whole = same && (unit === "step" ? by > 1 : shared);
    return { unit, by, ...(whole && { phase }) };
  };
  const monthly = shared || (enough && known.every((own, k) => onAnchor(own, anchors[k])));
  // Rows of the same moment have no distance that could be one of months.
  if (monthly && format.step <= day && several > 0) return pacedBy("month", monthOf);
  return pacedBy("step", (time) => Math.round(time / format.step));
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

function monthOf(time: number): number {
  return Math.floor(placeOf(time) / evenMonth);
}

function withinMonth(time: number): number {
  return time - startOf("month", time);
}

/** How many distances lie between two dates. */
export function gapOf({ format, pace: { unit, by } }: Paced, from: number, to: number): number {
  if (unit === "month") return (monthOf(to) - monthOf(from)) / by;
  return Math.round((to - from) / (by * format.step));
}

/** The date so many distances after another one, on the day of the month of the parent's first. */
export function datePast({ format, pace }: Paced, from: number, gap: number, first: number): number {
  const { unit, by, phase } = pace;
  if (unit === "step") return from + gap * by * format.step;
  const within = phase === undefined ? withinMonth(first) : phase % evenMonth;
  return momentAt((monthOf(from) + gap * by) * evenMonth + within);
}

/** The names of the columns by which a date is told. */
export interface DateTerms {
  /** The row before, and the parent's first. */
  readonly before: string;
  readonly first: string;
  /** How many distances lie between, or how many always do. */
  readonly gap: string | number;
}

/** The date as a formula of the row before and of the distance from it, as `datePast` has it. */
export function dateFormula({ format, pace }: Paced, { before, first, gap }: DateTerms): Formula {
  const { unit, by, phase } = pace;
  const width = by * (unit === "month" ? evenMonth : format.step);
  const far = typeof gap === "string" ? [{ column: gap, weight: width }] : [];
  const constant = typeof gap === "string" ? 0 : gap * width;
  if (unit === "step") return { ...emptySum, constant, terms: [{ column: before, weight: 1 }, ...far] };
  const even = { weight: 1, calendar: true } as const;
  const own =
    phase === undefined
      ? [
          { column: first, ...even },
          { column: first, ...even, weight: -1, from: "month" as const },
        ]
      : [];
  return {
    ...emptySum,
    constant: constant + (phase === undefined ? 0 : phase % evenMonth),
    terms: [{ column: before, ...even, from: "month" }, ...far, ...own],
    calendar: { plus: 0 },
  };
}

/** Which of the dates that lie whole distances from the common one a date is; undefined where they have none in common. */
export function placeOnPace({ format, pace }: Paced, time: number): number | undefined {
  const { unit, by, phase } = pace;
  if (phase === undefined) return undefined;
  const at = unit === "month" ? monthOf(time) - Math.floor(phase / evenMonth) : (time - phase) / format.step;
  return Math.floor(at / by);
}

/** The date at such a place. */
export function dateAtPlace({ format, pace: { unit, by, phase = 0 } }: Paced, place: number): number {
  return unit === "month" ? momentAt(phase + place * by * evenMonth) : phase + place * by * format.step;
}

/** The same as a formula of the place. */
export function formulaOfPlace({ format, pace }: Paced, column: string): Formula {
  const { unit, by, phase = 0 } = pace;
  const months = unit === "month";
  return {
    ...emptySum,
    constant: phase,
    terms: [{ column, weight: by * (months ? evenMonth : format.step) }],
    ...(months && { calendar: { plus: 0 } }),
  };
}
