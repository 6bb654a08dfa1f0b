import type { Rng } from "../../core/rng";
import { day, evenMonth, momentAt, placeOf } from "./date-parts";
import { bandCodes } from "./discover/bands";
import { type BandsPlan, type ColumnPlan, type DatePlan, isDrawnBands, type Structure } from "./structure";

const hour = day / 24;

/** What was drawn for a variable: codes of levels, or numbers. */
type Cells = Int32Array | Float64Array;

/** The dates of which this one is so much later as is drawn, up to one that follows from nothing; undefined where that is not all. */
export function earlierDates(plan: DatePlan, plans: readonly ColumnPlan[]): readonly DatePlan[] | undefined {
  const { formula } = plan;
  if (!formula) return [];
  const [term, ...others] = formula.terms;
  const earlier = plans.find(({ name }) => name === term?.column);
  const plain = formula.rest === "difference" && formula.constant === 0 && !formula.each && !formula.calendar;
  if (!plain || others.length > 0 || term?.weight !== 1 || term.from || earlier?.kind !== "date")
    return undefined;
  const before = earlierDates(earlier, plans);
  return before && [earlier, ...before];
}

/** The date with those of which it is so much later, as `earlierDates`; undefined where these are not all. */
export function chainOf(plan: DatePlan, plans: readonly ColumnPlan[]): readonly DatePlan[] | undefined {
  const earlier = earlierDates(plan, plans);
  return earlier && [plan, ...earlier];
}

/** A level that was drawn, and how much later the date that says it is than the one that is moved. */
interface Wanted {
  readonly bands: BandsPlan;
  readonly codes: Cells;
  readonly date: DatePlan;
  readonly after: Float64Array;
}

/**
 * What was drawn by name, with dates moved to moments near by that have the levels drawn of their weekday, month or hour: each such moment of
 * the week, day or year around the date is as likely as any other. A date that has them stays. What is so much later goes with it, and is
 * itself moved by days where it cannot have its own levels so.
 */
export function moveDates(
  { columns }: Structure,
  parts: ReadonlyMap<string, Cells>,
  rng: Rng,
): ReadonlyMap<string, Cells> {
  const bands = columns.filter(isDrawnBands).filter(({ name }) => parts.has(name));
  if (bands.length === 0) return parts;
  const moved = new Map(parts);
  const chains = columns.flatMap((plan) => {
    const chain = plan.kind === "date" ? chainOf(plan, columns) : undefined;
    return chain?.every(({ name }) => parts.has(name)) ? [chain] : [];
  });
  /** How much later one is than another one, or than nothing. */
  const after = (chain: readonly DatePlan[], than?: DatePlan): Float64Array => {
    const own = chain.slice(0, than && chain.indexOf(than));
    const sum = new Float64Array(moved.get(bands[0].name)?.length ?? 0);
    for (const { name, format } of own)
      moved.get(name)?.forEach((value, i) => {
        sum[i] += Math.round(value) * format.step;
      });
    return sum;
  };
  for (const chain of chains.sort((a, b) => a.length - b.length)) {
    const [plan, earlier] = chain;
    const { name, format } = plan;
    const all = chains.flatMap((one): Wanted[] =>
      one.includes(plan)
        ? bands
            .filter(({ of }) => of === one[0].name)
            .map((own) => ({
              bands: own,
              codes: parts.get(own.name) as Cells,
              date: one[0],
              after: after(one, plan),
            }))
        : [],
    );
    // Stretches of hours are what they are.
    if (all.length === 0 || (earlier && format.step < day)) continue;
    const dates = after(chain);
    const start = earlier && after(chain.slice(1));
    // No stretch is longer than those drawn, nor does one that goes on turn back.
    const longest = start?.reduce((most, moment, i) => Math.max(most, dates[i] - moment), 0) ?? 0;
    const room = {
      low: dates.map((moment, i) => Math.max(plan.low, start && moment >= start[i] ? start[i] : plan.low)),
      high: dates.map((_, i) => Math.min(plan.high, start ? start[i] + longest : plan.high)),
    };
    const own = rng.fork(`moved ${name}`);
    for (const wanted of [all, all.filter(({ date }) => date === plan)])
      moveTo(dates, room, wanted, own.fork(String(wanted.length)));
    moved.set(
      name,
      dates.map((moment, i) => (moment - (start?.[i] ?? 0)) / format.step),
    );
  }
  return moved;
}

/** Between which moments each date stays. */
interface Room {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Moves dates, in place: within the year for what a month says, then within the week or day for the rest. */
function moveTo(dates: Float64Array, room: Room, wanted: readonly Wanted[], rng: Rng): void {
  const within = (unit: string): readonly Wanted[] =>
    wanted.filter(({ bands }) => bands.value?.terms[1].from === unit);
  const months = within("year");
  const go = (to: readonly Wanted[], count: number, at: Shift["at"]): void =>
    tryPlaces(dates, room, to, { count, at }, rng.fork(String(count)));
  if (months.length > 0) go(months, 12, (date, k) => momentAt(placeOf(date) + k * evenMonth));
  const daily = wanted.every(({ bands }) => ["day", "month"].includes(String(bands.value?.terms[0].from)));
  const width = daily ? day : hour;
  const span = wanted.length > 0 && within("day").length === wanted.length ? day : 7 * day;
  go(wanted, span / width, (date, k) => date + k * width);
}

/** Where a date may go: one of so many places, of which it is in the middle. */
interface Shift {
  readonly count: number;
  readonly at: (date: number, k: number) => number;
}

/** So often a place is tried, for each that there is. */
const mostTries = 8;

function tryPlaces(
  dates: Float64Array,
  { low, high }: Room,
  wanted: readonly Wanted[],
  { count, at }: Shift,
  rng: Rng,
): void {
  const without = (rows: Int32Array, moments: Float64Array): Int32Array => {
    const told = wanted.map(({ bands, date, after, codes }) => {
      const values = moments.map((moment, r) => moment + after[rows[r]]);
      const own = bandCodes(bands, () => values);
      return (r: number): boolean =>
        own[r] === codes[rows[r]] && values[r] >= date.low && values[r] <= date.high;
    });
    return rows.filter((_, r) => !told.every((has) => has(r)));
  };
  let open = without(Int32Array.from(dates.keys()), dates);
  for (let tries = 0; open.length > 0 && tries < mostTries * count; tries++) {
    const places = Float64Array.from(open, (i) => {
      const moment = at(dates[i], Math.floor(count * rng.uniform()) - (count >> 1));
      return moment >= low[i] && moment <= high[i] ? moment : Number.NaN;
    });
    const left = new Set(without(open, places));
    open.forEach((i, r) => {
      if (!left.has(i)) dates[i] = places[r];
    });
    open = Int32Array.from(left);
  }
}
