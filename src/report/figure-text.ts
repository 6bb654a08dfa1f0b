import { decimal, percent } from "../core/format";
import type { Figure } from "./figures";

/** A figure's value as readers see it, with its unit. */
export function figureText(one: Figure, value: number = one.value): string {
  if (one.unit === "%") return percent(value, one.digits ?? 1);
  const text = decimal(value, one.digits ?? (Number.isInteger(one.value) ? 0 : 3));
  return one.unit ? `${text} ${one.unit}` : text;
}

/** "0.91 to 0.94 (95% bootstrap)"; empty without an interval. */
export function intervalText(one: Figure): string {
  if (one.low === undefined || one.high === undefined) return "";
  const ends = `${figureText(one, one.low)} to ${figureText(one, one.high)}`;
  return one.interval ? `${ends} (${one.interval})` : ends;
}
