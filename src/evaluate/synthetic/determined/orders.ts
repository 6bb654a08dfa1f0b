import { allowed, type LookedAt, leastMore, type NotDetermined } from "./looked-at";

/** Numbers with fewer different values are in an order too easily. */
const leastDifferent = 20;
/** Of rows beside each other so many more are in another order. */
const leastOff = 0.03;

/** Numbers that rise, or fall, with another one through all real rows, as a rank does with what it ranks, and do not in the synthetic ones. */
export function ordersNotDetermined({ values, ends: [, judged, all] }: LookedAt): NotDetermined[] {
  const numbers = [...values].filter(
    ([, own]) =>
      new Set(own.subarray(0, judged).filter((value) => !Number.isNaN(value))).size >= leastDifferent,
  );
  // Of those that are in one order with each other only what is torn first is told.
  const groups = new Map(numbers.map(([name]) => [name, new Set([name])]));
  const join = (one: string, other: string): boolean => {
    const [a, b] = [one, other].map((name) => groups.get(name) as Set<string>);
    for (const name of b) groups.set(name, a.add(name));
    return a !== b;
  };
  return numbers.flatMap(([name, own], k): NotDetermined[] => {
    const sorted = (from: number, to: number): Int32Array =>
      Int32Array.from({ length: to - from }, (_, i) => from + i)
        .filter((i) => !Number.isNaN(own[i]))
        .sort((a, b) => own[a] - own[b]);
    const [real, made] = [sorted(0, judged), sorted(judged, all)];
    return numbers.slice(k + 1).flatMap(([what, other]): NotDetermined[] => {
      for (const sign of [1, -1] as const) {
        if (inOrder(real, own, other, sign, 0) < 1) continue;
        const synthetic = inOrder(made, own, other, sign, 1);
        if (!join(name, what) || synthetic > 1 - leastOff) return [];
        return [{ what, of: [what], by: [name], order: sign > 0 ? "rises" : "falls", real: 1, synthetic }];
      }
      return [];
    });
  });
}

/** The share of neighbours by one number of which the other one rises (falls) with it; 0 from more than so great a share on that does not. */
function inOrder(
  rows: Int32Array,
  own: Float64Array,
  other: Float64Array,
  sign: 1 | -1,
  most: number,
): number {
  let [pairs, off, last] = [0, 0, -1];
  for (const i of rows) {
    if (Number.isNaN(own[i] + other[i])) continue;
    if (last >= 0 && own[i] > own[last]) {
      pairs++;
      if (sign * (other[i] - other[last]) < 0) off++;
      if (off > most * rows.length) return 0;
    }
    last = i;
  }
  return pairs < leastDifferent ? 0 : 1 - off / pairs;
}

/** An order holds in nearly all real rows, of so many; so many that are torn most are told. */
const [leastKept, leastBoth, mostTold] = [0.95, 30, 5];
/** It is broken in this part at most of the rows in which columns that have nothing to do with each other would break it. */
const partBroken = 0.25;

/** Numbers and dates that are at most another one in all real rows or nearly all, and not in synthetic ones: of each the one that is torn most. */
export function limitsNotDetermined({ values, dates, ends: [, judged, all] }: LookedAt): NotDetermined[] {
  const numbers = [...values];
  const found = numbers.flatMap(([what, own]) => {
    const torn = numbers.flatMap(([name, other]): NotDetermined[] => {
      if (name === what || dates.has(name) !== dates.has(what)) return [];
      const [real, made] = [atMost(own, other, 0, judged), atMost(own, other, judged, all)];
      const [kept, synthetic] = [real, made].map(({ kept, rows }) => kept / rows);
      const apart = allowed(kept, real.rows, synthetic, made.rows);
      const told = Math.min(real.rows, made.rows) >= leastBoth && kept >= leastKept;
      if (!told || kept - synthetic < Math.max(leastMore, apart)) return [];
      if (1 - kept > partBroken * brokenByChance(own, other, judged)) return [];
      return [{ what, of: [what], by: [name], order: "is at most", real: kept, synthetic }];
    });
    return torn.sort(byTorn).slice(0, 1);
  });
  return found.sort(byTorn).slice(0, mostTold);
}

function byTorn(a: NotDetermined, b: NotDetermined): number {
  return b.real - b.synthetic - (a.real - a.synthetic);
}

/** In how many rows that have both the one is no more than the other. */
function atMost(own: Float64Array, other: Float64Array, from: number, to: number) {
  let [kept, rows] = [0, 0];
  for (let i = from; i < to; i++) {
    if (own[i] <= other[i]) kept++;
    if (!Number.isNaN(own[i] + other[i])) rows++;
  }
  return { kept, rows };
}

/** In which share of the first rows that have both the one would be more than the other, were each that of any row. */
function brokenByChance(own: Float64Array, other: Float64Array, to: number): number {
  const both = [...Array(to).keys()].filter((i) => !Number.isNaN(own[i] + other[i]));
  const others = Float64Array.from(both, (i) => other[i]).sort();
  let [below, broken] = [0, 0];
  for (const value of Float64Array.from(both, (i) => own[i]).sort()) {
    while (below < others.length && others[below] < value) below++;
    broken += below;
  }
  return broken / both.length ** 2;
}
