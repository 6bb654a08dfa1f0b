import { columnNamed, type Table } from "../../../data/table";
import type { People } from "../people";
import type { BandsPlan, ColumnPlan, DatePlan, LevelsPlan, LookupPlan, NumberPlan } from "../structure";
import { codesOf, numbersOf } from "../variables";

/** How many people must share what is told, and whose the rows are. */
export interface Telling {
  readonly least: number;
  readonly people: People | undefined;
}

/** What finders look through: a table, what must not be computed, and who must share what is told. */
export interface Look extends Telling {
  readonly from: Table;
  /** By row whose it is, where people have several. */
  readonly whose: Int32Array | undefined;
  /** Columns that are always drawn; and those beside the ends of given orders. */
  readonly keep: readonly string[];
  readonly drawn: readonly string[];
  /** Columns of which rules neither compute nor read numbers. */
  readonly given: readonly string[];
  /** Columns of `keep` that may decide rates all the same. */
  readonly deciding: readonly string[];
  /** Columns with cells missing at random. */
  readonly torn: ReadonlySet<string>;
  readonly numbers: (plan: NumberPlan | DatePlan) => Float64Array;
  readonly codes: (plan: LevelsPlan | LookupPlan | BandsPlan) => Int32Array;
}

/** Looks for what columns follow from: those that do, with how. */
export type Finder = (plans: readonly ColumnPlan[], look: Look) => readonly ColumnPlan[];

/** What reads a table's columns, the texts of dates once. */
export function readerOf(from: Table): Pick<Look, "from" | "numbers" | "codes"> {
  const read = new Map<string, Float64Array>();
  return {
    from,
    numbers: (plan) => {
      const values = read.get(plan.name) ?? numbersOf(columnNamed(from, plan.name), plan);
      read.set(plan.name, values);
      return values;
    },
    codes: (plan) => codesOf(columnNamed(from, plan.name), plan),
  };
}
