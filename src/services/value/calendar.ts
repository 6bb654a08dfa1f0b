/** Months from one day to another, both since 1970-01-01: whole calendar months, and the rest as a share of the next one. */
export function monthsBetween(from: number, to: number): number {
  const a = new Date(from * 86_400_000);
  const b = new Date(to * 86_400_000);
  let whole = 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
  if (addMonths(from, whole) > to) whole--;
  const at = addMonths(from, whole);
  return whole + (to - at) / (addMonths(from, whole + 1) - at);
}

/** The same day so many months later; the last day of the month where that has no such day. */
export function addMonths(day: number, months: number): number {
  const at = new Date(day * 86_400_000);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(at.getUTCDate(), last)) / 86_400_000;
}
