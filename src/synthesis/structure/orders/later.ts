import { evenMonth, momentAt, placeOf } from "../date-parts";
import type { Later, Structure } from "../structure";
import { codeOf } from "./limits";

/** The rows that break the rule, given numbers and dates by name, and codes of levels. */
export function brokenLater(
  { columns }: Pick<Structure, "columns">,
  { low, high, strict, months = 0, apart = 0, where }: Later,
  valuesOf: (name: string) => ArrayLike<number>,
): readonly number[] {
  const [earlier, later] = [valuesOf(low), valuesOf(high)];
  const codes = where && valuesOf(where.column);
  const code = where && codeOf(columns, where);
  const rows: number[] = [];
  for (let i = 0; i < earlier.length; i++) {
    if (codes && codes[i] !== code) continue;
    const least = months > 0 ? momentAt(placeOf(earlier[i]) + months * evenMonth) : earlier[i] + apart;
    if (least > later[i] || (strict && least === later[i])) rows.push(i);
  }
  return rows;
}

/** The rule in words. */
export function describeLater({ low, high, strict, months = 0, apart = 0, where }: Later): string {
  const years = months % 12 === 0;
  const count = years ? months / 12 : months;
  const stretch = `${count} ${years ? "year" : "month"}${count === 1 ? "" : "s"}`;
  const rule =
    months > 0
      ? `${high} is at least ${stretch} after ${low}.`
      : apart > 0
        ? `${low} is never above ${high} − ${apart}.`
        : strict
          ? `${low} is always below ${high}.`
          : `${low} is never above ${high}.`;
  return where ? `Where ${where.column} = ${where.level}, ${rule}` : rule;
}
