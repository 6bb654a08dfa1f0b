import type { Rng } from "../../core/rng";
import { repeatedCustomers } from "../../data/customers";
import { evenly } from "../../data/even-rows";
import { type Table, table, takeTableRows } from "../../data/table";
import { PackedTable } from "../../data/tally/packed-table";
import { describeNotDetermined, notDetermined } from "../../evaluate/synthetic/determined/determined";
import { type Classes, lacking } from "./classes";
import type { HeldRows } from "./held-rows";

/** So many made rows are looked at, and real ones of the classes that they are made for. */
const [mostMade, mostReal] = [2000, 4000];

/** Looks at made rows as they come, evenly over all, for what follows from other columns in the rows that they are made from and not in them. */
export class NotKept {
  private readonly real: Table;
  private readonly made: PackedTable;
  private readonly share: number;
  private seen = 0;

  constructor(held: HeldRows, classes: Classes, ratio: number) {
    const grow = lacking(classes, ratio);
    const missing = grow.reduce((sum, one) => sum + one.missing, 0);
    this.share = Math.min(1, mostMade / Math.max(missing, 1));
    const rows = grow.flatMap(({ own }) => {
      const most = Math.ceil(mostReal / grow.length);
      return Array.from(evenly(own.length, most), (k) => own[k]);
    });
    const places = Int32Array.from(rows);
    this.real = table([...held.seen.take(places).columns, ...held.names.take(places).columns]);
    this.made = new PackedTable(this.real.columns, mostMade);
  }

  add(made: Table): void {
    const places: number[] = [];
    for (let i = 0; i < made.rows; i++)
      if (Math.floor(++this.seen * this.share) > this.made.rows + places.length) places.push(i);
    if (places.length > 0) this.made.add(takeTableRows(made, places));
  }

  /** What is torn, in sentences, or that too few rows are there to look. */
  async remarks(rng: Rng): Promise<readonly string[]> {
    if (this.made.rows === 0) return [];
    const made = this.made.take(evenly(this.made.rows, this.made.rows));
    const customer = repeatedCustomers(this.real);
    const { found, notLookedAt } = await notDetermined(this.real, made, rng, { customer });
    return [
      ...found.map((one) => describeNotDetermined(one, "that is not kept")),
      ...(notLookedAt ? [notLookedAt] : []),
    ];
  }
}
