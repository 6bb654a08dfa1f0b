import type { PurchaseHistory } from "../../../models/clv/purchase-history";

/** Customers by recency, frequency and money, under a name that says what to do about them. */
export interface Segment {
  readonly name: string;
  readonly meaning: string;
  readonly rows: readonly number[];
}

const names: readonly (readonly [name: string, meaning: string])[] = [
  ["Champions", "bought of late, often and for much: thank them, ask them for others"],
  ["Loyal", "buy often: offer more of the same"],
  ["New", "first purchase of late: welcome them, lead them to the second"],
  ["Promising", "bought of late, seldom as yet: give a reason to return"],
  ["At risk", "bought often and have stopped: call while some are still there"],
  ["Sleeping", "bought seldom, long ago: write at little cost"],
  ["Gone", "nothing for long, hardly there any more: spend nothing"],
];

/**
 * Segments by recency, frequency and the chance to be there: thirds of the time since the last purchase, thirds of the
 * number of purchases among those who came back, and a chance below 0.15 for gone. Every customer is in one.
 */
export function segmentsOf(history: PurchaseHistory, alive: ArrayLike<number>): readonly Segment[] {
  const { frequency, recency, age } = history;
  const since = age.map((T, i) => T - recency[i]);
  const [late, early] = thirds(since);
  const repeats = frequency.filter((x) => x > 0);
  const [, often] = repeats.length > 0 ? thirds(repeats) : [1, 1];
  const of = Array.from(frequency, (x, i) => {
    if (alive[i] < 0.15) return 6;
    if (since[i] <= late) return x >= often ? 0 : x > 0 ? (x > 1 ? 1 : 3) : age[i] <= late ? 2 : 3;
    if (x >= often) return since[i] > early ? 4 : 1;
    return x > 0 && since[i] > early ? 4 : x > 0 ? 1 : 5;
  });
  return names.map(([name, meaning], k) => ({
    name,
    meaning,
    rows: of.flatMap((one, i) => (one === k ? [i] : [])),
  }));
}

function thirds(values: Float64Array): [number, number] {
  const sorted = values.slice().sort();
  return [sorted[Math.floor(sorted.length / 3)], sorted[Math.floor((2 * sorted.length) / 3)]];
}
