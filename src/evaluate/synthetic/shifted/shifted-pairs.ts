import { normalQuantile } from "../../../core/math/normal-distribution";
import { pairedCorrelation } from "../../../core/math/statistics";
import { takeValues } from "../../../core/matrix";
import type { Table } from "../../../data/table";
import { ranks } from "../../ranking";
import { alignTables, type SharedNumber } from "../align";
import { peopleIn, spaced } from "./compared";

/** Two columns of numbers or dates that go together otherwise: their rank correlation comes out as another. */
export interface ShiftedPair {
  readonly columns: readonly [string, string];
  readonly real: number;
  readonly synthetic: number;
}

/** Of more columns the last are looked at: the target is often last. */
const mostColumns = 40;
/** Fewer customers that have both show no correlation. */
const leastPeople = 20;
/** More are counted. */
const mostNamed = 3;
/** Of all that is looked at, something is said by chance in one table of so many. */
const chance = 0.01;
/** Correlations are off by so much. */
const leastGap = 0.15;
/** The error of a rank correlation in `atanh` is the root of this by the rows (Fieller, Hartley and Pearson, 1957). */
const errorOfRanks = 1.06;

/**
 * The pairs of numbers whose rank correlation differs between real and synthetic rows by more than chance explains, of all that is
 * looked at (Bonferroni), and by much: the furthest first, those of two columns that are both named before after all others. Rows of
 * one customer count once.
 */
export function shiftedPairs(
  real: Table,
  synthetic: Table,
  { customer }: { readonly customer?: string | undefined } = {},
): readonly ShiftedPair[] {
  const tables = [real, synthetic];
  if (Math.min(real.rows, synthetic.rows) < leastPeople) return [];
  const shares = tables.map((rows) => peopleIn(rows, customer).share);
  const numbers = alignTables(tables, "compare pairs")
    .filter((one): one is SharedNumber => one.kind === "number")
    .slice(-mostColumns)
    .map(({ name, values }) => ({ name, ranked: values.map(rankedOf) }));
  const least = -normalQuantile(chance / Math.max(2, numbers.length * (numbers.length - 1)));
  const off = numbers
    .flatMap((b, k) => numbers.slice(0, k).map((a) => [b, a] as const))
    .flatMap(([b, a]) => {
      const own = tables.map((_, t) => {
        const { r, n } = pairedCorrelation(a.ranked[t], b.ranked[t]);
        return { r: r || 0, people: shares[t] * n };
      });
      if (own.some(({ people }) => people < leastPeople)) return [];
      const [from, to] = own.map(({ r }) => Math.atanh(Math.max(-0.999, Math.min(0.999, r))));
      const error = Math.sqrt(own.reduce((sum, { people }) => sum + errorOfRanks / (people - 3), 0));
      const [real, synthetic] = own.map(({ r }) => r);
      const gap = Math.abs(synthetic - real);
      return gap >= leastGap && Math.abs(to - from) > least * error
        ? [{ gap, found: { columns: [b.name, a.name] as const, real, synthetic } }]
        : [];
    });
  const said = new Set<string>();
  const [fresh, known]: [ShiftedPair[], ShiftedPair[]] = [[], []];
  for (const { found } of off.sort((a, b) => b.gap - a.gap)) {
    (found.columns.every((name) => said.has(name)) ? known : fresh).push(found);
    for (const name of found.columns) said.add(name);
  }
  return [...fresh, ...known];
}

/** It in words. */
function describeShiftedPair({ columns: [b, a], real, synthetic }: ShiftedPair): string {
  const [made, own] = [synthetic, real].map((value) => value.toFixed(2).replace("-", "−"));
  return `the correlation of ${b} with ${a} comes out as ${made} in place of ${own} (of ranks)`;
}

/** The furthest three in a sentence each, and how many others there are. */
export function describeShiftedPairs(found: readonly ShiftedPair[]): readonly string[] {
  const others = found.length - mostNamed;
  return found
    .slice(0, mostNamed)
    .map((one, k) =>
      k === mostNamed - 1 && others > 0
        ? `${describeShiftedPair(one)}; ${others} other${others > 1 ? "s are" : " is"} off, too`
        : describeShiftedPair(one),
    );
}

/** The ranks of the rows that are looked at, from the middle one; NaN where they have no value. */
function rankedOf(values: Float64Array): Float64Array {
  const own = takeValues(values, spaced(values.length));
  const there = [...own.keys()].filter((i) => !Number.isNaN(own[i]));
  const found = ranks(takeValues(own, there));
  const out = new Float64Array(own.length).fill(Number.NaN);
  there.forEach((i, k) => {
    out[i] = found[k] - (there.length + 1) / 2;
  });
  return out;
}
