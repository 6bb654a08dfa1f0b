import type { DateField } from "../../../features/parts";
import type { OnnxGraph } from "./graph";

/**
 * A field of the date that seconds since 1970 fall on, in UTC; NaN stays. Months and days of the Gregorian calendar come by
 * whole divisions of the days since 1 March of the year 0 (Hinnant, "chrono-compatible low-level date algorithms", 2013).
 */
export function calendarOnnx(field: Exclude<DateField, "days">, seconds: string, graph: OnnxGraph): string {
  const whole = (value: string, by: number): string => graph.node("Floor", [graph.divided(value, by)]);
  const minus = (a: string, b: string): string => graph.node("Sub", [a, b]);
  const add = (a: string, b: string): string => graph.node("Add", [a, b]);
  /** What is left of a division. */
  const rest = (value: string, by: number): string => minus(value, graph.times(whole(value, by), by));
  if (field === "hour") return whole(rest(seconds, 86_400), 3_600);
  const days = whole(seconds, 86_400);
  if (field === "weekday") return graph.plus(rest(graph.plus(days, 3), 7), 1);
  // Eras of 400 years of 146,097 days.
  const day = rest(graph.plus(days, 719_468), 146_097);
  const leaps = add(minus(whole(day, 1_460), whole(day, 36_524)), whole(day, 146_096));
  const year = whole(minus(day, leaps), 365);
  const before = add(graph.times(year, 365), minus(whole(year, 4), whole(year, 100)));
  const ofYear = minus(day, before);
  // Months from March, of 153 days to five.
  const month = whole(graph.plus(graph.times(ofYear, 5), 2), 153);
  if (field === "day") return graph.plus(minus(ofYear, whole(graph.plus(graph.times(month, 153), 2), 5)), 1);
  return graph.plus(rest(graph.plus(month, 2), 12), 1);
}
