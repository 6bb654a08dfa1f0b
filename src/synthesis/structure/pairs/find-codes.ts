import { pairedCorrelation } from "../../../core/math/statistics";
import { greatestCommonDivisor } from "../grids";
import { countPeople, type People } from "../people";
import { isClosed, seenPairs } from "./find-pairs";
import type { OwnCells } from "./own-cells";
import { tied } from "./tied";

/** Fewer values are drawn as levels anyway; of more nothing could be told one by one. */
const leastValues = 7;
const mostValues = 4000;
/** What enough people share must hold so many of the rows. */
const leastShared = 0.5;
/** A column of fewer levels may be a band of any number. */
const leastLevels = 3;
/** Codes leave out this share of the numbers between them at least … */
const mostOfPlaces = 0.5;
/** … or change so many times as often, one after another, as what belongs to them has levels. */
const leastChanges = 2;
/** So many levels are no bands, where a value goes with at most so many of them on average. */
const manyLevels = 20;
const mostEach = 2;
/** Two numbers whose ranks agree more than this are amounts of one another. */
const mostAlike = 0.9;

/** A column of numbers that might be codes. */
export interface MaybeCodes {
  readonly name: string;
  readonly values: Float64Array;
}

/** A number's values that enough people share, and its rows as cells of them. */
interface Codes extends OwnCells {
  readonly shared: readonly number[];
}

/**
 * Whole numbers that are names and not amounts, with the values that enough people share: of few values that belong to another column's
 * levels as a post code to its towns, and do not lie as amounts do. Those leave hardly a number of their step out, and what goes
 * with them is one of a few bands: age and its group.
 */
export function findCodes(
  numbers: readonly MaybeCodes[],
  levels: readonly OwnCells[],
  least: number,
  people: People | undefined,
): ReadonlyMap<string, readonly number[]> {
  const candidates = numbers.flatMap((one) => candidate(one, least, people) ?? []);
  const found = candidates.filter((one) => {
    const sparse = isSparse(one.shared);
    const seenBeside = (other: OwnCells): number => {
      if (other.told < leastLevels || !tied(one, other)) return Infinity;
      const seen = seenPairs(one, other, least, people);
      return isClosed(seen) ? seen.told.length : Infinity;
    };
    return (
      levels.some((other) => {
        const pairs = seenBeside(other);
        const names = other.told >= manyLevels && pairs <= mostEach * one.told;
        return pairs < Infinity && (sparse || names || changes(one, other));
      }) ||
      (sparse &&
        candidates.some(
          (other) =>
            other !== one && isSparse(other.shared) && !alike(one, other) && seenBeside(other) < Infinity,
        ))
    );
  });
  return new Map(found.map(({ name, shared }) => [name, shared]));
}

function candidate(
  { name, values }: MaybeCodes,
  least: number,
  people: People | undefined,
): Codes | undefined {
  if (!values.every((value) => Number.isNaN(value) || (Number.isSafeInteger(value) && value >= 0)))
    return undefined;
  const counts = countPeople(values, people, 4 * mostValues);
  if (counts.size > 4 * mostValues) return undefined;
  const shared = [...counts].flatMap(([value, count]) => (count >= least ? [value] : []));
  if (shared.length < leastValues || shared.length > mostValues) return undefined;
  shared.sort((a, b) => a - b);
  const places = new Map(shared.map((value, place) => [value, place]));
  const codes = Int32Array.from(values, (value) => places.get(value) ?? -1);
  const present = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  const held = codes.reduce((sum, code) => sum + (code < 0 ? 0 : 1), 0);
  if (held < leastShared * present) return undefined;
  return { name, labels: shared.map(String), told: shared.length, codes, shared };
}

/** Whether the values in the middle leave out most numbers of their common step. */
function isSparse(shared: readonly number[]): boolean {
  const quarter = Math.floor(shared.length / 4);
  const middle = shared.slice(quarter, shared.length - quarter);
  const gaps = middle.slice(1).map((value, k) => value - middle[k]);
  const step = gaps.reduce(greatestCommonDivisor);
  return middle.length <= mostOfPlaces * ((middle[middle.length - 1] - middle[0]) / step + 1);
}

/** Whether the level that most of each value's rows have changes from one value to the next far more often than bands would. */
function changes(one: Codes, other: OwnCells): boolean {
  const counts = new Int32Array(one.told * other.told);
  one.codes.forEach((a, i) => {
    const b = other.codes[i];
    if (a >= 0 && b >= 0 && b < other.told) counts[a * other.told + b]++;
  });
  const usual = one.shared.map((_, a) => {
    const own = counts.subarray(a * other.told, (a + 1) * other.told);
    return own.indexOf(Math.max(...own));
  });
  const runs = usual.filter((level, a) => level !== usual[a - 1]).length;
  return runs >= leastChanges * new Set(usual).size;
}

/** Whether the ranks of two numbers agree, one way or the other. */
function alike(one: Codes, other: Codes): boolean {
  const [a, b] = [one, other].map(({ codes }) => Float64Array.from(codes, (code) => (code < 0 ? NaN : code)));
  return Math.abs(pairedCorrelation(a, b).r) > mostAlike;
}
