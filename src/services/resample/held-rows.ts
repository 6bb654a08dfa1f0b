import type { RowSource } from "../../data/even-rows";
import { checkHeld } from "../../data/read/check-room";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type Table,
  table,
  takeTableRows,
} from "../../data/table";
import { PackedTable, packedBytes } from "../../data/tally/packed-table";
import { emptyCells, namingColumns } from "./own-cells";

/** What is held of rows that come block by block: what distances and rules look at, and the texts of rows that new ones start from. */
export class HeldRows {
  /** Numbers, levels, dates and the target, but for what was dropped. */
  readonly seen: PackedTable;
  /** Identifiers that new rows may need others of. */
  readonly names: PackedTable;
  /** Other texts, of the rows of classes that grow. */
  private readonly texts: PackedTable;
  private readonly target: string;
  private readonly like: readonly Column[];
  private readonly grows: (name: string) => boolean;
  /** Of each row its number among those of classes that grow. */
  private readonly places: Int32Array;

  constructor(
    { columns, kept }: RowSource,
    asked: {
      readonly method: string;
      readonly target: string;
      readonly ratio: number;
      readonly drop: readonly string[];
      readonly texts: boolean;
    },
  ) {
    const { method, target, ratio, drop, texts } = asked;
    this.target = target;
    this.like = columns.map(({ column }) => column);
    const used = this.like.filter(({ name }) => !drop.includes(name));
    const isSeen = (one: Column): boolean =>
      one.name === target || one.type === "numeric" || one.type === "date" || isCategorical(one);
    const naming = texts ? namingColumns(used, [target]) : [];
    const others = texts ? used.filter((one) => !isSeen(one) && !naming.includes(one.name)) : [];
    // Of other texts those of the classes that grow alone are held: at most half of the rows.
    const bytes = used.reduce(
      (sum, one) => sum + packedBytes(one) * (others.includes(one) ? 0.5 : isSeen(one) || texts ? 1 : 0),
      0,
    );
    checkHeld(
      `resample by ${method}`,
      kept * bytes,
      "--drop columns that need not be looked at, random-under or random-over, or a part of the rows",
    );
    this.seen = new PackedTable(used.filter(isSeen), kept);
    this.names = new PackedTable(
      used.filter(({ name }) => naming.includes(name)),
      kept,
    );
    this.texts = new PackedTable(others, 0);
    this.places = new Int32Array(others.length > 0 ? kept : 0);
    const classes = columns.find(({ column }) => column.name === target);
    const rows = new Map<string, number>();
    for (let k = 0; classes && k < classes.counts.length; k++) {
      const name = cellText(classes.column, k);
      rows.set(name, (rows.get(name) ?? 0) + classes.counts[k]);
    }
    const wanted = Math.floor(ratio * Math.max(...rows.values()));
    this.grows = (name) => (rows.get(name) ?? 0) < wanted;
  }

  add(block: Table): void {
    if (this.places.length > 0) {
      const target = columnNamed(block, this.target);
      const grown: number[] = [];
      for (let i = 0; i < block.rows; i++) {
        this.places[this.seen.rows + i] = this.texts.rows + grown.length;
        if (this.grows(cellText(target, i))) grown.push(i);
      }
      this.texts.add(takeTableRows(block, grown));
    }
    this.seen.add(block);
    this.names.add(block);
  }

  /** Rows of classes that grow, by their numbers; nothing in what was dropped. */
  take(rows: Int32Array): Table {
    const places = rows.map((i) => this.places[i] ?? 0);
    const columns = [this.seen.take(rows), this.names.take(rows), this.texts.take(places)].flatMap(
      (part) => part.columns,
    );
    return table(
      this.like.map((one) => columns.find(({ name }) => name === one.name) ?? emptyCells(one, rows.length)),
    );
  }
}
