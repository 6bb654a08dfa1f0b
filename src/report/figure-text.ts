import { decimal, percent } from "../core/format";
import type { Figure } from "./figures";

/** A figure's value as readers see it, with its unit. */
export function figureText(figure: Figure, value: number = figure.value): string {
  if (figure.unit === "%") return percent(value, figure.digits ?? 1);
  const text = decimal(value, figure.digits ?? (Number.isInteger(figure.value) ? 0 : 3));
  return figure.unit ? `${text} ${figure.unit}` : text;
}

/** "0.91 to 0.94 (95% bootstrap)"; empty without an interval. */
export function intervalText(figure: Figure): string {
  if (figure.low === undefined || figure.high === undefined) return "";
  const ends = `${figureText(figure, figure.low)} to ${figureText(figure, figure.high)}`;
  return figure.interval ? `${ends} (${figure.interval})` : ends;
}
