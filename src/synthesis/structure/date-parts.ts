/** What a date lies in, from the finest to the coarsest. */
export type DateUnit = "instant" | "second" | "minute" | "hour" | "day" | "month" | "quarter" | "year";

const widths = { instant: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const months = { month: 1, quarter: 3, year: 12 } as const;

export const dateUnits = [...Object.keys(widths), ...Object.keys(months)] as readonly DateUnit[];

/** When the unit that holds a moment begins, or (`units` of them later) a later one; milliseconds since 1970, NaN for NaN. */
export function startOf(unit: DateUnit, moment: number, units = 0): number {
  if (Number.isNaN(moment)) return Number.NaN;
  if (unit in widths) {
    const width = widths[unit as keyof typeof widths];
    return (Math.floor(moment / width) + units) * width;
  }
  const width = months[unit as keyof typeof months];
  const at = new Date(moment);
  const month = (Math.floor(at.getUTCMonth() / width) + units) * width;
  const start = new Date(0);
  start.setUTCFullYear(at.getUTCFullYear(), month, 1);
  return start.getTime();
}

/** The roundest moment above `below` and up to `above`: where a year begins, else a quarter, a month, a day and so on. */
export function roundestMoment(below: number, above: number): number {
  const moments = [...dateUnits].reverse().map((unit) => startOf(unit, above));
  return moments.find((moment) => moment > below) ?? above;
}
