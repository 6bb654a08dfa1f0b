import { percent } from "../../../core/format";
import { permutation, type Rng } from "../../../core/rng";
import { customerOf } from "../../../data/duplicates";
import type { Table } from "../../../data/table";
import { alignTables, cellsWithMissing, type Shared } from "../align";

/** A mean, or a level's share of the rows, that comes out as another. */
export interface Shifted {
  readonly column: string;
  /** Left out where it is the column's mean. */
  readonly level?: string;
  /** Whether it is a date, told in milliseconds. */
  readonly date?: true;
  readonly real: number;
  readonly synthetic: number;
  /** How many other levels of the column are off as well. */
  readonly more: number;
  /** Whether rows are of another kind: a level that many have is gone, or cells are missing as in another table. */
  readonly grave?: true;
}

/** Off by so many standard errors, and by this part of itself; of numbers this part of their standard deviation is enough, too. */
const [leastErrors, leastPart, leastDeviations] = [5, 0.05, 0.2];
/** A level of so many rows may not be gone, nor the share of missing cells be off by so much. */
const [leastGone, mostMissing] = [0.05, 0.1];
/** More levels are too many for one share to be off by so much. */
const mostLevels = 100;
/** Fewer rows have no mean that could be off. */
const leastRows = 100;

/**
 * The columns whose mean, or one of whose levels' shares, differs between real and synthetic rows by more than chance explains, and by
 * more than two halves of the real rows differ. Rows of one customer count once.
 */
export function shifted(
  real: Table,
  synthetic: Table,
  rng: Rng,
  { customer }: { readonly customer?: string | undefined } = {},
): readonly Shifted[] {
  if (Math.min(real.rows, synthetic.rows) < leastRows) return [];
  const { half, people } = halvesOf(real, customer, rng);
  // As many rows as there are customers tell something of their own.
  const [own, other] = [people / real.rows, halvesOf(synthetic, customer, rng).people / synthetic.rows];
  const dates = new Set(real.columns.flatMap(({ name, type }) => (type === "date" ? [name] : [])));
  return alignTables([real, synthetic], "compare means").flatMap((one): Shifted[] => {
    const found = momentsIn(one, half).flatMap(({ level, all, made, halves }) => {
      if (Math.min(all.rows, made.rows) < leastRows) return [];
      const gap = Math.abs(made.mean - all.mean);
      const error = Math.sqrt(all.variance / (own * all.rows) + made.variance / (other * made.rows));
      const part = leastPart * Math.abs(all.mean);
      const deviations = leastDeviations * Math.sqrt(all.variance);
      // Nobody knows what a twentieth of a date is.
      const much = level !== undefined ? part : dates.has(one.name) ? deviations : Math.min(part, deviations);
      const least = Math.max(leastErrors * error, much, Math.abs(halves[0] - halves[1]));
      const grave =
        level === missing
          ? gap > mostMissing
          : level !== undefined && made.mean === 0 && all.mean >= leastGone;
      const off = {
        ...(level !== undefined && { level }),
        real: all.mean,
        synthetic: made.mean,
        ...(grave && { grave: true as const }),
      };
      return gap > least ? [{ off, by: grave ? Infinity : gap / error }] : [];
    });
    // Of two that are infinitely far the first is named.
    const [worst] = found.sort((a, b) => Number(a.by < b.by) - Number(a.by > b.by));
    const date = dates.has(one.name) && { date: true as const };
    return worst ? [{ column: one.name, ...date, ...worst.off, more: found.length - 1 }] : [];
  });
}

/** It in words. */
export function describeShifted({ column, date, level, real, synthetic, more }: Shifted): string {
  const [made, own] = [synthetic, real].map((value) =>
    level !== undefined
      ? percent(value)
      : date
        ? new Date(value).toISOString().slice(0, 10)
        : String(Number(value.toPrecision(4))),
  );
  const what = level === undefined ? `the mean of ${column}` : `the share of ${column} = ${level}`;
  const others = more > 0 ? `; ${more} other level${more > 1 ? "s are" : " is"} off, too` : "";
  return `${what} comes out as ${made} in place of ${own}${others}`;
}

/** What a missing cell is called. */
const missing = "(missing)";

interface Moments {
  readonly rows: number;
  readonly mean: number;
  readonly variance: number;
}

/** What is compared of a column: the mean of a number, or each level's share; of the real rows, of their halves, and of the others. */
function momentsIn(one: Shared, half: Uint8Array) {
  const of = (value: (row: number) => number, rows: number, among: (row: number) => boolean): Moments => {
    let [count, sum, squares] = [0, 0, 0];
    for (let i = 0; i < rows; i++) {
      const own = value(i);
      if (Number.isNaN(own) || !among(i)) continue;
      count++;
      const step = own - sum;
      sum += step / count;
      squares += step * (own - sum);
    }
    return { rows: count, mean: sum, variance: squares / Math.max(1, count - 1) };
  };
  const both = (real: (row: number) => number, made: (row: number) => number, rows: number) => ({
    all: of(real, half.length, () => true),
    made: of(made, rows, () => true),
    halves: [0, 1].map((side) => of(real, half.length, (i) => half[i] === side).mean),
  });
  if (one.kind === "number") {
    const [real, made] = one.values;
    const gap = (value: number): number => Number(Number.isNaN(value));
    return [
      {
        level: missing,
        ...both(
          (i) => gap(real[i]),
          (i) => gap(made[i]),
          made.length,
        ),
      },
      {
        level: undefined,
        ...both(
          (i) => real[i],
          (i) => made[i],
          made.length,
        ),
      },
    ];
  }
  const [real, made] = [0, 1].map((table) => cellsWithMissing(one, table));
  return [...one.levels, missing].slice(0, mostLevels).map((level, code) => ({
    level,
    ...both(
      (i) => Number(real[i] === code),
      (i) => Number(made[i] === code),
      made.length,
    ),
  }));
}

/** The half that each row is in, of a customer all in one, and how many customers there are. */
function halvesOf(real: Table, customer: string | undefined, rng: Rng) {
  const of = customer === undefined ? undefined : customerOf(real, [customer]);
  const seen = new Map<string, number>();
  const half = new Uint8Array(real.rows);
  for (const i of permutation(rng, real.rows)) {
    const who = of?.(i) ?? `row ${i}`;
    const own = seen.get(who) ?? seen.size % 2;
    seen.set(who, own);
    half[i] = own;
  }
  return { half, people: seen.size };
}
