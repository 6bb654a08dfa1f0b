import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { type Column, isCategorical, type Table, type TextColumn } from "../../data/table";

/** How many rows are drawn again at least (few rows are drawn less evenly), and at most at a time, for memory's sake. */
const leastAgain = 64;
const mostAgain = 100_000;
/** Of so many rows drawn … */
const enoughDrawn = 10_000;
/** … at least one in so many has to keep the rules. */
const rarest = 1000;
/** Where kinds must be met, each round draws so many times as many as the one before, and after some rounds any kind will do. */
const moreEach = 1.5;
const mostRounds = 12;

/** What says which rows have to be drawn again, and how. */
export interface Redrawing {
  readonly broken: (rows: Table) => readonly number[];
  readonly draw: (rows: number, rng: Rng) => Table;
  /** Columns of identifiers: each row keeps its own. */
  readonly keys: ReadonlySet<string>;
  /** Of which kind rows are: those that break a rule are replaced by ones of theirs, so that none gets rarer by its rules. One by default. */
  readonly kinds?: (rows: Table) => ArrayLike<number>;
  /** The rule and the way out, where hardly a row can be drawn that breaks nothing. */
  readonly refusal: (rows: Table, broken: readonly number[]) => string;
}

/**
 * The rows with those that break a rule replaced by ones drawn again: rows of the same distribution, given the rules. Throws as soon as
 * rows that keep them turn out too rare to wait for.
 */
export function redrawn(first: Table, { broken, draw, keys, kinds, refusal }: Redrawing, rng: Rng): Table {
  let made = first;
  let open = broken(made);
  let drawn = made.rows;
  let kept = drawn - open.length;
  for (let round = 1; open.length > 0; round++) {
    const rare = drawn >= enoughDrawn && kept * rarest < drawn;
    check(!rare, "sample", rare ? refusal(made, open) : "", `${kept} of ${drawn} rows drawn`);
    const more = kinds ? moreEach ** (round - 1) : 1;
    const each = more * (kept === 0 ? 2 ** round : Math.max(2, drawn / kept));
    const most = Math.max(mostAgain, leastAgain + 2 * open.length);
    const again = draw(
      Math.min(most, leastAgain + Math.ceil(each * open.length)),
      rng.fork(`again ${round}`),
    );
    const out = new Set(broken(again));
    const good = Array.from({ length: again.rows }, (_, i) => i).filter((i) => !out.has(i));
    const [own, others] = [made, again].map((rows) => (round > mostRounds ? undefined : kinds?.(rows)));
    const places = new Map<number, number[]>();
    for (const i of [...open].reverse()) {
      const kind = own?.[i] ?? 0;
      places.set(kind, places.get(kind) ?? []);
      places.get(kind)?.push(i);
    }
    const pairs = good.flatMap((from) => {
      const place = places.get(others?.[from] ?? 0)?.pop();
      return place === undefined ? [] : [[place, from] as const];
    });
    const filled = new Set(pairs.map(([place]) => place));
    drawn += again.rows;
    kept += good.length;
    made = withRows(
      made,
      pairs.map(([place]) => place),
      again,
      pairs.map(([, from]) => from),
      keys,
    );
    open = open.filter((i) => !filled.has(i));
  }
  return made;
}

/** The rows with those at `places` replaced by the others' at `from`; each keeps its identifiers. */
function withRows(
  rows: Table,
  places: readonly number[],
  others: Table,
  from: readonly number[],
  keys: ReadonlySet<string>,
): Table {
  const replaced = <T extends { [i: number]: unknown }>(values: T, by: T): T => {
    for (let k = 0; k < places.length; k++) values[places[k]] = by[from[k]];
    return values;
  };
  const columns = rows.columns.map((column, j): Column => {
    if (keys.has(column.name)) return column;
    const other = others.columns[j];
    if (isCategorical(column) && isCategorical(other))
      return { ...column, codes: replaced(column.codes.slice(), other.codes) };
    if (column.type === "numeric" && other.type === "numeric")
      return { ...column, values: replaced(column.values.slice(), other.values) };
    const [texts, by] = [column, other] as [TextColumn, TextColumn];
    return { ...texts, values: replaced([...texts.values], [...by.values]) };
  });
  return { rows: rows.rows, columns };
}
