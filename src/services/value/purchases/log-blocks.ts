import { type Column, columnNamed, type Table } from "../../../data/table";
import { Gathered } from "../../../data/tally/gathered";
import { SeenTexts } from "../../../data/tally/keys";
import { isRead, rowKey, type TransactionOptions } from "./transactions";

/** A log that comes block by block, of which only columns with a part to play are held, by their different cells. */
export class LogBlocks {
  /** The only columns that blocks must have; all of them where left out. */
  readonly wanted?: readonly string[];
  private readonly names: readonly string[];
  private readonly gathered: ReadonlyMap<string, Gathered>;
  private readonly seen?: SeenTexts;
  private readonly repeated: Uint8Array;
  private readonly rows: number;
  private at = 0;

  /** For `rows` rows of columns like these. */
  constructor(like: readonly Column[], rows: number, options: TransactionOptions) {
    this.rows = rows;
    this.names = like.map(({ name }) => name);
    const read = like.filter(({ name }) => isRead(name, options));
    this.gathered = new Map(read.map((column) => [column.name, new Gathered(column, rows)]));
    if (options.duplicates === "keep") this.wanted = [...this.gathered.keys()];
    else this.seen = new SeenTexts();
    this.repeated = new Uint8Array(this.seen ? rows : 0);
  }

  add(block: Table): void {
    for (const [name, cells] of this.gathered) cells.add(columnNamed(block, name));
    if (this.seen)
      for (let i = 0; i < block.rows; i++)
        if (!this.seen.add(rowKey(block, i))) this.repeated[this.at + i] = 1;
    this.at += block.rows;
  }

  /** Whether a row equals an earlier one in all its cells. */
  readonly repeats = (row: number): boolean => this.repeated[row] === 1;

  /** All rows; columns without a part to play hold nothing. */
  table(): Table {
    const none = new Int32Array(this.rows).fill(-1);
    const columns = this.names.map(
      (name): Column =>
        this.gathered.get(name)?.column() ?? { name, type: "categorical", levels: [], codes: none },
    );
    return { rows: this.rows, columns };
  }
}
