import { countUpTo } from "../../../core/math/sorted";
import { roundestMoment, startOf } from "../date-parts";
import { type Arguments, argumentsOf, evaluate } from "../formulas";
import { spacing } from "../grids";
import type { BandsPlan, LevelsPlan } from "../structure";
import type { LevelsInput, NumberInput } from "./search";
import { enoughKnown, shortest } from "./search";

/** So many people must lie in each band for it not to be one by chance. */
const leastRows = 5;
/** Bands lie side by side: what separates two of them is no wider than so many steps between neighbouring values. */
const mostSteps = 6;
/** Beside a stretch lie so many times as many random gaps as there are to a known row, nearly always less. */
const mostOutside = 5;
/** What is computed of numbers that are equal may be so much beside 0. */
const noise = 1e-9;
const longestMonth = 31 * 86_400_000;

/** Level columns whose levels are stretches of a number (an age group of the age), by name. */
export function findBands(
  inputs: readonly LevelsInput[],
  plans: readonly LevelsPlan[],
  numbers: readonly NumberInput[],
): ReadonlyMap<string, BandsPlan> {
  const found = new Map<string, BandsPlan>();
  inputs.forEach((input, k) => {
    for (const number of numbers) {
      const plan = bandsOf(input, plans[k], number);
      if (!plan) continue;
      found.set(plan.name, plan);
      break;
    }
  });
  return found;
}

/** The columns whose numbers say the level. */
export function bandReads({ of, value }: BandsPlan): readonly string[] {
  return value ? argumentsOf(value) : [of];
}

/** Whether a level is no one stretch of a column: what is computed lies in none, and some lie in several places. */
export function isScattered({ value, order }: BandsPlan): boolean {
  return value !== undefined || new Set(order).size < order.length;
}

/** The bands' codes of rows, given their numbers; −1 where the number is missing, and no level says so. */
export function bandCodes(plan: BandsPlan, argument: Arguments): Int32Array {
  const { of, value, cuts, order, nothing = -1 } = plan;
  const own = argument(of);
  const hair = value ? noise : 0;
  return Int32Array.from(value ? evaluate(value, argument, own.length) : own, (value) => {
    if (Number.isNaN(value)) return nothing;
    return order[countUpTo(cuts, value + hair)];
  });
}

/** The bands of the number that are the levels; undefined where it has none. */
export function bandsOf(input: LevelsInput, plan: LevelsPlan, number: NumberInput): BandsPlan | undefined {
  const count = plan.levels.length;
  if (count < 2) return undefined;
  const low = new Float64Array(count).fill(Infinity);
  const high = new Float64Array(count).fill(-Infinity);
  const rows = new Int32Array(count);
  let torn = false;
  for (let i = 0; i < input.codes.length; i++) {
    const code = input.codes[i];
    const value = number.values[i];
    torn ||= code >= count !== Number.isNaN(value);
    // What others are drawn by is not made whole: a first row has none before, and would have no level.
    if (number.given && code < count && Number.isNaN(value)) return undefined;
    if (code >= count || Number.isNaN(value)) continue;
    if (value < low[code]) low[code] = value;
    if (value > high[code]) high[code] = value;
    rows[code]++;
  }
  if (rows.some((own) => own < leastRows)) return undefined;
  const order = [...low.keys()].sort((a, b) => low[a] - low[b]);
  // Most are ruled out here, before all values are looked at once more.
  if (order.some((code, b) => b > 0 && !(high[order[b - 1]] < low[code]))) return undefined;
  const span = high[order[count - 1]] - low[order[0]];
  const room = mostSteps * Math.max(spacing(number.grid), span / new Set(number.values).size);
  const cuts: number[] = [];
  for (let b = 1; b < count; b++) {
    const [below, above] = [high[order[b - 1]], low[order[b]]];
    // The roundest number between them is where a person would have cut.
    const cut = number.date
      ? roundestMoment(below, above)
      : below < 0 && above >= 0
        ? 0
        : shortest((below + above) / 2, (shorter) => shorter > below && shorter <= above);
    // Where a month begins, dates may be rare.
    const wide = number.date && cut === startOf("month", cut) ? longestMonth : 0;
    if (above - below > Math.max(room, wide)) return undefined;
    cuts.push(cut);
  }
  if (!shownByEnough(input, number, count, torn)) return undefined;
  const ends = order.flatMap((code) => [low[code], high[code]]);
  if (leavesOut(ends, number.values, (i) => input.codes[i] >= count)) return undefined;
  return { kind: "bands", name: plan.name, levels: plan.levels, of: number.name, cuts, order };
}

/**
 * Whether the level is missing in more of the rows outside its stretches, or between two of them, than random gaps are: a code of summer
 * and one of December leave the other months without any. `ends` has where each stretch begins and ends.
 */
export function leavesOut(
  ends: readonly number[],
  values: Float64Array,
  isMissing: (row: number) => boolean,
): boolean {
  const outside = new Float64Array(ends.length + 1);
  let gaps = 0;
  let known = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    if (!isMissing(i)) {
      known++;
      continue;
    }
    gaps++;
    const place = countUpTo(ends, values[i]);
    if (ends[place - 1] !== values[i] && place % 2 === 0) outside[place]++;
  }
  return outside.some((own) => own > leastRows + mostOutside * (gaps / known));
}

/** Whether enough people lie in each band, and know both where some rows do not. */
function shownByEnough({ codes }: LevelsInput, number: NumberInput, count: number, torn: boolean): boolean {
  const known = Int32Array.from(codes.keys()).filter(
    (i) => codes[i] < count && !Number.isNaN(number.values[i]),
  );
  const each = Array.from({ length: count }, (_, code) => known.filter((i) => codes[i] === code));
  return each.every((rows) => enoughKnown(number, rows, leastRows)) && (!torn || enoughKnown(number, known));
}
