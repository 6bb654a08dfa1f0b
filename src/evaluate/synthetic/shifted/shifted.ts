import { percent } from "../../../core/format";
import { permutation, type Rng } from "../../../core/rng";
import type { Table } from "../../../data/table";
import { alignTables } from "../align";
import { comparedIn, missing, momentsOf, peopleIn } from "./compared";

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
  /** So many customers differ so much that chance explains it, though not in as many rows: the table leans on those learnt from. */
  readonly customers?: number;
}

/** Off by so many standard errors, and by this part of itself; of numbers this part of their standard deviation is enough, too. */
const [leastErrors, leastPart, leastDeviations] = [5, 0.05, 0.2];
/** What chance in customers explains is told of shares that are off by this part of themselves and so many standard deviations. */
const [mostLeaning, levelDeviations] = [0.1, 0.05];
/** A level of so many rows may not be gone, nor the share of missing cells be off by so much. */
const [leastGone, mostMissing] = [0.05, 0.1];
/** More levels are too many for one share to be off by so much. */
const mostLevels = 100;
/** Fewer rows have no mean that could be off. */
const leastRows = 100;

/**
 * The columns whose mean, or one of whose levels' shares, differs between real and synthetic rows by more than chance explains, and by
 * more than two halves of the real rows differ. Rows of one customer count once; what is off in rows alone comes last, the worst first.
 */
export function shifted(
  real: Table,
  synthetic: Table,
  rng: Rng,
  { customer }: { readonly customer?: string | undefined } = {},
): readonly Shifted[] {
  if (Math.min(real.rows, synthetic.rows) < leastRows) return [];
  // As many rows as there are customers tell something of their own.
  const people = [real, synthetic].map((rows) => peopleIn(rows, customer));
  const [own, other] = people.map(({ share }) => share);
  const half = halvesOf(people[0].of, rng);
  const dates = new Set(real.columns.flatMap(({ name, type }) => (type === "date" ? [name] : [])));
  const columns = alignTables([real, synthetic], "compare means").flatMap((one) => {
    const found = comparedIn(one)
      .slice(0, mostLevels)
      .flatMap((what) => {
        const { level } = what;
        const [all, made] = [0, 1].map((t) => momentsOf(what, t));
        if (Math.min(all.rows, made.rows) < leastRows) return [];
        const halves = [0, 1].map((side) => momentsOf(what, 0, (i) => half[i] === side).mean);
        const gap = Math.abs(made.mean - all.mean);
        const errorOf = (some: number, others: number): number =>
          Math.sqrt(all.variance / (some * all.rows) + made.variance / (others * made.rows));
        const error = errorOf(own, other);
        const part = leastPart * Math.abs(all.mean);
        const deviations = leastDeviations * Math.sqrt(all.variance);
        // Nobody knows what a twentieth of a date is.
        const much =
          level !== undefined ? part : dates.has(one.name) ? deviations : Math.min(part, deviations);
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
        if (gap > least) return [{ off, by: grave ? Infinity : gap / error, leans: false }];
        const rather =
          level === undefined
            ? deviations
            : Math.max(mostLeaning * all.mean, levelDeviations * Math.sqrt(all.variance));
        const by = gap / errorOf(1, 1);
        return customer !== undefined && by > leastErrors && gap > rather ? [{ off, by, leans: true }] : [];
      });
    const sure = found.some(({ leans }) => !leans);
    // Of two that are infinitely far the first is named.
    const [worst, ...others] = found
      .filter(({ leans }) => leans !== sure)
      .sort((a, b) => Number(a.by < b.by) - Number(a.by > b.by));
    const date = dates.has(one.name) && { date: true as const };
    const leaning = !sure && { customers: Math.round(own * real.rows) };
    return worst
      ? [
          {
            of: { column: one.name, ...date, ...worst.off, ...leaning, more: others.length },
            by: sure ? Infinity : worst.by,
          },
        ]
      : [];
  });
  return columns.sort((a, b) => Number(a.by < b.by) - Number(a.by > b.by)).map(({ of }) => of);
}

/** What leans on few customers, in a sentence by the worst of them, with other ways out; none where nothing does. */
export function describeLeaning(
  found: readonly Shifted[],
  ways = ", or count rows (--no-customer)",
): string[] {
  const [worst, ...others] = found.filter(({ customers }) => customers !== undefined);
  if (!worst) return [];
  const more = others.length > 0 ? ` (so it is with ${others.map(({ column }) => column).join(", ")})` : "";
  return [
    `${describeShifted({ ...worst, more: 0 })}${more}, as ${worst.customers} customers are few and some are left out: give more of them${ways}`,
  ];
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

/** The half that each row is in, of a customer all in one. */
function halvesOf(of: Int32Array, rng: Rng): Uint8Array {
  const side = new Map<number, number>();
  for (const i of permutation(rng, of.length)) if (!side.has(of[i])) side.set(of[i], side.size % 2);
  return Uint8Array.from(of, (who) => side.get(who) as number);
}
