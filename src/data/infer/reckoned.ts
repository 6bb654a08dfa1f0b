import { evenly } from "../even-rows";
import type { Column } from "../table";

/** So many rows are looked at, so many of which must tell; so many different values must come out. */
const [mostRead, fewestTelling, fewestValues] = [400, 30, 10];
/** So large a share of the rows must come out (a rate is paid for 24 months at most); of the first few, a third of that. */
const [leastReckoned, first] = [0.25, 40];
/** Of more numbers only the first are looked at, two by two. */
const mostOthers = 40;

/** Whether rounding leaves the one of the other: whole numbers are rounded to units, others to cents. */
function rounds(value: number, reckoned: number): boolean {
  const half = value % 1 === 0 ? 0.5 : 0.005;
  return Math.abs(value - reckoned) <= Math.min(half, 0.01 * Math.abs(value)) + 1e-9 * Math.abs(value);
}

const isZero = (own: number, a: number): boolean => Math.abs(own) <= 1e-6 + 1e-9 * Math.abs(a);
const sums = [
  (own: number, a: number, b: number): boolean => isZero(own - a - b, own),
  (own: number, a: number, b: number): boolean => isZero(own - a + b, a),
  (own: number, a: number, b: number): boolean => isZero(own + a - b, b),
];
const products = [
  (own: number, a: number, b: number): boolean => rounds(own, a * b),
  (own: number, a: number, b: number): boolean => rounds(a, own * b),
  (own: number, a: number, b: number): boolean => rounds(b, own * a),
];

/**
 * Whether a number is an amount by what is done with it: in many rows it is the sum, difference or product of two others (or a square), or one of
 * these its product with the other. Nobody reckons with what names a thing or a person. Rows in which one of the three is 0, or a
 * factor 1, say nothing.
 */
export function isReckoned(column: Column, columns: readonly Column[]): boolean {
  if (column.type !== "numeric") return false;
  const own = column.values;
  const rows = evenly(own.length, mostRead);
  const others = columns
    .flatMap((one) => (one.type === "numeric" && one.name !== column.name ? [one.values] : []))
    .slice(0, mostOthers);
  const comesOut = (a: Float64Array, b: Float64Array, isProduct: boolean): boolean =>
    (isProduct ? products : sums).some((reckons) => {
      const least = isProduct ? 1 : 0;
      const out = new Set<number>();
      let [telling, right] = [0, 0];
      for (const i of rows) {
        if (![own[i], a[i], b[i]].every((one) => Math.abs(one) > 0 && Math.abs(one) !== least)) continue;
        telling++;
        if (reckons(own[i], a[i], b[i])) right += out.add(own[i]) ? 1 : 0;
        if (telling === first && 3 * right < leastReckoned * telling) return false;
      }
      return telling >= fewestTelling && right >= leastReckoned * telling && out.size >= fewestValues;
    });
  return others.some(
    (a, k) =>
      comesOut(a, a, true) || others.slice(k + 1).some((b) => comesOut(a, b, false) || comesOut(a, b, true)),
  );
}
