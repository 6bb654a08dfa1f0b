import { check } from "../../core/checks";
import { percent } from "../../core/format";
import { integer, type Rng } from "../../core/rng";
import { repeatedCustomers } from "../../data/customers";
import { evenly } from "../../data/even-rows";
import { type Table, takeTableRows } from "../../data/table";
import { PackedTable } from "../../data/tally/packed-table";
import { describeNotDetermined, notDetermined } from "../../evaluate/synthetic/determined/determined";
import { type Classes, lacking } from "./classes";
import { nearerLevels, rowsWithin, type TableRules } from "./within-rules";

/** So many made rows are looked at, and real ones of the classes that they are made for; others where these are fewer. */
const [mostMade, mostReal, leastReal] = [2000, 4000, 400];
/** So often it is looked whether what goes together is all together. */
const mostRounds = 4;
/** In so many more of the new rows than of the real ones a column may not follow from others as there. */
const mostTorn = 0.2;

/** What a table's rows hold that rules may say something of: those of classes that lack rows, and others where they are few. */
function realRows(held: PackedTable, { columns }: TableRules["structure"], classes: Classes, ratio: number) {
  const grow = lacking(classes, ratio);
  const own = grow.flatMap(({ own }) =>
    Array.from(evenly(own.length, Math.ceil(mostReal / grow.length)), (k) => own[k]),
  );
  const others = own.length < leastReal ? evenly(held.rows, leastReal) : [];
  const names = columns.flatMap(({ kind, name }) => (kind === "key" ? [] : [name]));
  return held.take([...new Set([...own, ...others])], names);
}

/**
 * The rules, and which columns go together by none of them: what follows from others in real rows, and in rows between any two of a
 * class does not.
 */
export async function withTogether(
  held: PackedTable,
  rules: TableRules,
  classes: Classes,
  ratio: number,
  rng: Rng,
): Promise<TableRules> {
  const real = realRows(held, rules.structure, classes, ratio);
  const customer = repeatedCustomers(real);
  let known = rules;
  for (let round = 0; round < mostRounds; round++) {
    const own = rng.fork(`round ${round}`);
    const made = rowsBetween(held, known, classes, ratio, own);
    if (made.rows === 0) return known;
    const { found } = await notDetermined(real, made, own, { customer });
    const together = new Set([...known.together, ...found.flatMap(({ of, by }) => [...of, ...by])]);
    if (together.size === known.together.size) return known;
    known = { ...known, together };
  }
  return known;
}

/** Rows between any two of a class that lacks some. */
function rowsBetween(held: PackedTable, rules: TableRules, classes: Classes, ratio: number, rng: Rng): Table {
  const grow = lacking(classes, ratio);
  const each = Math.floor(mostMade / Math.max(1, grow.length));
  const ends = [0, 1].flatMap(() =>
    grow.flatMap(({ own }) => Array.from({ length: each }, () => own[integer(rng, own.length)])),
  );
  const from = held.take(ends);
  const places = Int32Array.from(ends.keys());
  const half = places.length / 2;
  const [base, towards] = [places.subarray(0, half), places.subarray(half)];
  const between = { base, towards, step: Float64Array.from(base, () => rng.uniform()) };
  // Most neighbours of one column are others than those of another.
  const levels = nearerLevels(from, between, () => rng.uniform());
  return rowsWithin(rules, from, between, { levels, first: 0 }, rng).table;
}

/** Looks at made rows as they come, evenly over all, for what follows from other columns in the rows that they are made from and not in them. */
export class NotKept {
  private readonly rules: TableRules;
  private readonly real: Table;
  private readonly made: PackedTable;
  private readonly share: number;
  private seen = 0;

  constructor(held: PackedTable, rules: TableRules, classes: Classes, ratio: number) {
    const missing = lacking(classes, ratio).reduce((sum, one) => sum + one.missing, 0);
    this.rules = rules;
    this.share = Math.min(1, mostMade / Math.max(missing, 1));
    this.real = realRows(held, rules.structure, classes, ratio);
    this.made = new PackedTable(this.real.columns, mostMade);
  }

  add(made: Table): void {
    const places: number[] = [];
    for (let i = 0; i < made.rows; i++)
      if (Math.floor(++this.seen * this.share) > this.made.rows + places.length) places.push(i);
    if (places.length > 0) this.made.add(takeTableRows(made, places));
  }

  /** What is torn, in sentences, or that too few rows are there to look. Throws where it is in too many rows. */
  async remarks(rng: Rng): Promise<readonly string[]> {
    if (this.made.rows === 0) return [];
    const made = this.made.take(evenly(this.made.rows, this.made.rows));
    const customer = repeatedCustomers(this.real);
    const { found, notLookedAt } = await notDetermined(this.real, made, rng, { customer });
    // What is as in one row holds as it does there.
    const torn = found.filter(({ of, by }) => ![...of, ...by].every((name) => this.rules.together.has(name)));
    for (const one of torn)
      check(
        one.real - one.synthetic <= mostTorn,
        "make rows between others",
        `what follows from other columns must do so in new rows, but in ${percent(mostTorn)} (--drop a column, or copy rows: random-over)`,
        describeNotDetermined(one, "that is not kept"),
      );
    return [
      ...torn.map((one) => describeNotDetermined(one, "that is not kept")),
      ...(notLookedAt ? [notLookedAt] : []),
    ];
  }
}
