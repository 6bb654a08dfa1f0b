import { lgamma } from "../../../core/math/special";
import type { NumberVariable } from "../../structure/structure";
import { mostChoosing } from "../folds";
import { drawnExactly, frequentRows } from "./terms";

/** So many rows beside a value at least, on either side, say what its rows would be like if it were nothing special. */
const leastBeside = 50;
/** How likely chance may find any value of a column to be exceptional. */
const level = 0.01;
const mostExceptional = 12;

/** A later variable's cells, −1 for none. */
export interface LaterCells {
  readonly cells: Int32Array;
  readonly count: number;
}

/**
 * The values of a number, of `least` people or more (`owners` of rows) but not frequent, whose rows are unlike those beside them
 * in other variables, beyond chance (Fisher's exact test of each cell, Bonferroni over all that is tried): 0 months, where
 * others grow smoothly. What is smooth in the value, or said by thresholds, cannot tell them from their neighbours.
 */
export function exceptionalValues(
  one: NumberVariable,
  later: readonly LaterCells[],
  least: number,
  owners?: Int32Array,
): readonly number[] {
  const { values } = one;
  const exact = drawnExactly(one);
  const known = [...values.subarray(0, mostChoosing).keys()].filter((i) => !Number.isNaN(values[i]));
  // Equal values stay in random order, so that those at the edge are a sample of their like.
  const frequent = frequentRows(Math.min(values.length, mostChoosing));
  const order = Int32Array.from(known.sort((a, b) => values[a] - values[b] || a - b));
  const logFactorial = Float64Array.from({ length: order.length + 1 }, (_, n) => lgamma(n + 1));
  const found: { value: number; p: number }[] = [];
  let tried = 0;
  for (let first = 0, last = 0; first < order.length; first = last) {
    const value = values[order[first]];
    while (last < order.length && values[order[last]] === value) last++;
    const own = last - first;
    const people = owners ? new Set(order.subarray(first, last).map((i) => owners[i])).size : own;
    if (people < least || own >= frequent || !exact(value)) continue;
    const beside = Math.max(leastBeside, own);
    const [from, to] = [Math.max(0, first - beside), Math.min(order.length, last + beside)];
    let p = 1;
    for (const { cells, count } of later) {
      tried += count;
      const [inside, all] = [new Int32Array(count), new Int32Array(count)];
      let total = 0;
      for (let k = from; k < to; k++) {
        const cell = cells[order[k]];
        if (cell < 0) continue;
        total++;
        all[cell]++;
        if (k >= first && k < last) inside[cell]++;
      }
      const drawn = inside.reduce((sum, n) => sum + n, 0);
      for (let cell = 0; cell < count; cell++)
        if (inside[cell] * total > all[cell] * drawn)
          p = Math.min(p, tail(logFactorial, inside[cell], drawn, all[cell], total));
    }
    found.push({ value, p });
  }
  return found
    .filter(({ p }) => p * tried < level)
    .sort((a, b) => a.p - b.p || a.value - b.value)
    .slice(0, mostExceptional)
    .map(({ value }) => value);
}

/** The probability that of `drawn` out of `total` rows at least `hits` are among the `marked`. */
function tail(
  logFactorial: Float64Array,
  hits: number,
  drawn: number,
  marked: number,
  total: number,
): number {
  const choose = (n: number, k: number): number => logFactorial[n] - logFactorial[k] - logFactorial[n - k];
  let p = 0;
  for (let x = Math.max(hits, drawn + marked - total); x <= Math.min(drawn, marked); x++)
    p += Math.exp(choose(marked, x) + choose(total - marked, drawn - x) - choose(total, drawn));
  return p;
}
