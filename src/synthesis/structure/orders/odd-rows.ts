import { permutation, type Rng } from "../../../core/rng";
import { type Table, takeTableRows } from "../../../data/table";
import { rulesBrokenAmong } from "../../sequential/known/rules-kept";
import { personsIn } from "../people";
import { formulaOf, isComputed, type Structure } from "../structure";
import type { Broken } from "./broken-exclusions";

/** At most one row in a hundred may break a rule and be set aside for it. */
const mostOdd = 0.01;
/** Parts of more rows tell no more rules. */
const mostRows = 1000;
/** Four odd rows leave one of so many parts without any, nearly always; of more rows (or columns, for the time) fewer do. */
const [parts, partsOfMany] = [4, 2];
const [manyRows, manyColumns] = [5000, 40];
/** Of more columns rules that few rows break are not looked for: pairs and triples take long. */
const mostColumns = 60;

/** What the rules are searched with, and in. */
export interface OddSearch {
  readonly from: Table;
  /** By row whose it is, where people have several. */
  readonly people: Int32Array | undefined;
  /** The rules that hold in all of the rows. */
  readonly whole: Structure;
  /** The rules that hold in all of some rows, beside those that columns have. */
  readonly search: (rows: Table, columns?: Structure["columns"]) => Structure;
}

/**
 * The rows that are other than nearly all by some rule, in their order: each rule is found in a part of the rows of its own right, and
 * broken by fewer people of the whole table than share whatever is told. It would be lost for a misprint, and is theirs alone.
 */
export function oddRows({ from, people, whole, search }: OddSearch, rng: Rng): readonly number[] {
  const most = Math.min(whole.minCount - 1, Math.floor(mostOdd * from.rows));
  if (most < 1 || from.columns.length > mostColumns) return [];
  const isOdd = ({ rows }: Broken): boolean =>
    rows.length > 0 && rows.length <= mostOdd * from.rows && personsIn(rows, people) <= most;
  const known = new Set(
    whole.columns.flatMap((plan) => (isComputed(plan) || "of" in plan ? [plan.name] : [])),
  );
  const isNew = (name: string): boolean => !known.has(name);
  // Of whole numbers that are a quotient, rounded, fewer rows are other than of the product that it is of.
  const isQuotient = ({ columns }: Structure, name: string): boolean =>
    formulaOf(columns.find((plan) => plan.name === name))?.factors.some(({ power }) => power < 0) ?? false;
  const few = most === 1 || from.rows > manyRows || from.columns.length > manyColumns;
  const count = few ? partsOfMany : parts;
  const order = permutation(rng, from.rows);
  const size = Math.min(mostRows, Math.floor(from.rows / count));
  const odd = new Set<number>();
  for (let part = 0; part < count; part++) {
    const own = order.slice(part * size, (part + 1) * size).sort();
    const found = search(takeTableRows(from, own), whole.columns);
    for (const one of rulesBrokenAmong(found, from, isNew))
      if (isOdd(one) && !isQuotient(found, one.columns[0])) for (const i of one.rows) odd.add(i);
  }
  if (odd.size === 0) return [];
  // What the other rows say is what is told: of each of its rules, too, no more may be odd.
  const rows = [...odd].sort((a, b) => a - b);
  const found = search(withoutRows(from, rows));
  const aside = takeTableRows(from, rows);
  const broken = rulesBrokenAmong(found, aside, isNew).filter((one) => one.rows.length > 0);
  const inTable = broken.map((one) => ({ ...one, rows: one.rows.map((k) => rows[k]) }));
  if (!inTable.every((one) => isOdd(one) && !isQuotient(found, one.columns[0]))) return [];
  return [...new Set(inTable.flatMap((one) => one.rows))].sort((a, b) => a - b);
}

/** The table without some of its rows. */
export function withoutRows(from: Table, rows: readonly number[]): Table {
  if (rows.length === 0) return from;
  const out = new Set(rows);
  return takeTableRows(
    from,
    Array.from({ length: from.rows }, (_, i) => i).filter((i) => !out.has(i)),
  );
}

/** The rules that rows which were set aside break. */
export function oddRules(structure: Structure, from: Table, rows: readonly number[]): Structure["odd"] {
  const broken = rulesBrokenAmong(structure, takeTableRows(from, rows));
  return broken.flatMap((one) => (one.rows.length > 0 ? [one.rule] : []));
}
