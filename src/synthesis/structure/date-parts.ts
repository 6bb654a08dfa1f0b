/** What a date lies in, from the finest to the coarsest. A week begins on Monday, if it does not on Sunday. */
export type DateUnit =
  | "instant"
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "week"
  | "week from Sunday"
  | "month"
  | "quarter"
  | "year"
  | "year of weeks";

/** Milliseconds of a day. */
export const day = 86_400_000;
const widths = { instant: 1, second: 1000, minute: 60_000, hour: 3_600_000, day } as const;
/** The first Monday and the first Sunday of 1970. */
const weeks = { week: 4 * day, "week from Sunday": 3 * day } as const;
const months = { month: 1, quarter: 3, year: 12 } as const;

export const dateUnits = [
  ...Object.keys(widths),
  ...Object.keys(weeks),
  ...Object.keys(months),
  "year of weeks",
] as readonly DateUnit[];

/** When the unit that holds a moment begins, or (`units` of them later) a later one; milliseconds since 1970, NaN for NaN. */
export function startOf(unit: DateUnit, moment: number, units = 0): number {
  if (Number.isNaN(moment)) return Number.NaN;
  if (unit === "year of weeks") {
    // Its first week is the one of 4 January, as most of it lies in the year.
    const year = new Date(startOf("week", moment) + 3 * day).getUTCFullYear() + units;
    return startOf("week", startOfMonth(12 * year) + 3 * day);
  }
  if (unit in widths) {
    const width = widths[unit as keyof typeof widths];
    return (Math.floor(moment / width) + units) * width;
  }
  if (unit in weeks) {
    const first = weeks[unit as keyof typeof weeks];
    return (Math.floor((moment - first) / (7 * day)) + units) * 7 * day + first;
  }
  const width = months[unit as keyof typeof months];
  const at = new Date(moment);
  const month = (Math.floor(at.getUTCMonth() / width) + units) * width;
  return startOfMonth(12 * at.getUTCFullYear() + month);
}

/** The roundest moment above `below` and up to `above`: where a year begins, else a quarter, a month, a day and so on. */
export function roundestMoment(below: number, above: number): number {
  const round = [...dateUnits].reverse().filter((unit) => !unit.includes("week"));
  const moments = round.map((unit) => startOf(unit, above));
  return moments.find((moment) => moment > below) ?? above;
}

/** Milliseconds of a month in a calendar all months of which have 31 days. */
export const evenMonth = 31 * day;

/**
 * A moment's place in a calendar whose months all have 31 days, in milliseconds from the year 0. Between two places lie as many whole
 * months as between the dates (a month is over on the same day of the next one), and 12 months later is the same day of the year.
 */
export function placeOf(moment: number): number {
  if (Number.isNaN(moment)) return Number.NaN;
  const at = new Date(moment);
  const month = 12 * at.getUTCFullYear() + at.getUTCMonth();
  return month * evenMonth + (moment - startOfMonth(month));
}

/** The moment at a place of that calendar: a day that its month does not have is the month's last. */
export function momentAt(place: number): number {
  if (!Number.isFinite(place)) return place;
  const month = Math.floor(place / evenMonth);
  const within = place - month * evenMonth;
  const [start, end] = [startOfMonth(month), startOfMonth(month + 1)];
  return start + within < end ? start + within : end - day + (within % day);
}

/** When a month begins, counted from the year 0. */
function startOfMonth(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month - 12 * Math.floor(month / 12), 1);
}
