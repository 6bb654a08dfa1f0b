/** Months from one day to another, both since 1970-01-01: whole calendar months, and the rest as a share of the next one. */
export function monthsBetween(from: number, to: number): number {
  let whole = monthOf(to) - monthOf(from);
  if (addMonths(from, whole) > to) whole--;
  const at = addMonths(from, whole);
  return whole + (to - at) / (addMonths(from, whole + 1) - at);
}

/** The same day so many months later; the last day of the month where that has no such day. */
export function addMonths(day: number, months: number): number {
  const month = monthOf(day);
  const first = firstDay(month + months);
  const length = firstDay(month + months + 1) - first;
  return first + Math.min(day - firstDay(month), length - 1);
}

/**
 * Months since March of the year 0 until that of a day. Years that begin in March put the leap day at their end, so that
 * division finds them (Hinnant, "chrono-compatible low-level date algorithms"); dates of the language are ten times slower.
 */
function monthOf(day: number): number {
  const era = Math.floor((day + shift) / daysPerEra);
  const at = day + shift - era * daysPerEra;
  const year = Math.floor(
    (at - Math.floor(at / 1460) + Math.floor(at / 36_524) - Math.floor(at / 146_096)) / 365,
  );
  const ofYear = at - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  return 12 * (year + 400 * era) + Math.floor((5 * ofYear + 2) / 153);
}

/** The first day of such a month. */
function firstDay(month: number): number {
  const year = Math.floor(month / 12);
  const ofYear = Math.floor((153 * (month - 12 * year) + 2) / 5);
  return 365 * year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + ofYear - shift;
}

/** From 0000-03-01 to 1970-01-01, and of 400 years. */
const shift = 719_468;
const daysPerEra = 146_097;
