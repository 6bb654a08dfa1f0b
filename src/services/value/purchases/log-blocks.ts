import type { Column, Table } from "../../../data/table";
import { GatheredTable } from "../../../data/tally/gathered";
import { SeenTexts } from "../../../data/tally/keys";
import { isRead, rowKey, type TransactionOptions } from "./transactions";

/** A log that comes block by block, of which only columns with a part to play are held, by their different cells. */
export class LogBlocks {
  /** The only columns that blocks must have; all of them where left out. */
  readonly wanted?: readonly string[];
  private readonly held: GatheredTable;
  private readonly seen?: SeenTexts;
  private readonly repeated: Uint8Array;
  private at = 0;

  /** For `rows` rows of columns like these. */
  constructor(like: readonly Column[], rows: number, options: TransactionOptions) {
    this.held = new GatheredTable(like, rows, (name) => isRead(name, options));
    if (options.duplicates === "keep") this.wanted = this.held.wanted;
    else this.seen = new SeenTexts();
    this.repeated = new Uint8Array(this.seen ? rows : 0);
  }

  add(block: Table): void {
    this.held.add(block);
    if (this.seen)
      for (let i = 0; i < block.rows; i++)
        if (!this.seen.add(rowKey(block, i))) this.repeated[this.at + i] = 1;
    this.at += block.rows;
  }

  /** Whether a row equals an earlier one in all its cells. */
  readonly repeats = (row: number): boolean => this.repeated[row] === 1;

  /** All rows; columns without a part to play hold nothing. */
  table(): Table {
    return this.held.table();
  }
}
