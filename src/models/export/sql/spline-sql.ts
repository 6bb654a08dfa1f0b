import type { SplineLogisticJson } from "../../spline/spline";
import { flag } from "./encoder-sql";
import { type Define, sqlNumber } from "./text";

/** The spline's own columns: a number, its hinges and its mark, or one 0/1 column a level. */
export function splineSql(
  parts: SplineLogisticJson["parts"],
  columns: readonly string[],
  define: Define,
): string[] {
  return parts.flatMap((part, j) => {
    const name = columns[j];
    if (part.kind === "levels")
      return Array.from({ length: part.levels }, (_, code) => flag(`${name} = ${sqlNumber(code)}`));
    const { fill, low, high, knots, centers, widths, indicator } = part;
    const inside = `GREATEST(${sqlNumber(low)}, LEAST(${sqlNumber(high)}, ${name}))`;
    const value = define(`CASE WHEN ${name} IS NULL THEN ${sqlNumber(fill)} ELSE ${inside} END`);
    const terms = [value, ...knots.map((knot) => `GREATEST(0e0, ${value} - ${sqlNumber(knot)})`)];
    const scaled = terms.map((term, k) => `((${term} - ${sqlNumber(centers[k])}) / ${sqlNumber(widths[k])})`);
    return indicator ? [...scaled, flag(`${name} IS NULL`)] : scaled;
  });
}
