import { evenly } from "../even-rows";
import { type Column, columnNamed, isCategorical, type Table } from "../table";
import { PackedNames } from "./names";

/**
 * Columns of a table that comes block by block, in as few bytes a row as their cells ask for: one where at most 256 differ,
 * two up to 65,536, then four, or eight for numbers; identifiers and free text as their bytes. Cells are as they came.
 *
 * @example
 * const { table: rows } = parseCsv("plan,months\nbasic,3\nplus,24\n");
 * const held = new PackedTable(rows.columns, 2);
 * held.add(rows);
 * csvText(held.take([1])); // → "plan,months\nplus,24\n"
 */
export class PackedTable {
  rows = 0;
  private readonly columns: readonly (PackedCells | PackedTexts)[];

  /** For columns like these, and so many rows, or more. */
  constructor(like: readonly Column[], rows: number) {
    this.columns = like.map((one) =>
      one.type === "id" || one.type === "text" ? new PackedTexts(one) : new PackedCells(one, rows),
    );
  }

  get names(): string[] {
    return this.columns.map(({ like }) => like.name);
  }

  add(block: Table): void {
    for (const held of this.columns) held.add(columnNamed(block, held.like.name));
    this.rows += block.rows;
  }

  /** The rows of these numbers, in that order; `only` these columns. */
  take(rows: ArrayLike<number>, only?: readonly string[]): Table {
    const held = only ? this.columns.filter(({ like }) => only.includes(like.name)) : this.columns;
    return { rows: rows.length, columns: held.map((one) => one.take(rows)) };
  }

  /** All cells of one column. */
  column(name: string): Column {
    return this.take(evenly(this.rows, this.rows), [name]).columns[0];
  }

  /** All rows, so many at a time. */
  *blocks(rows = 65_536): Generator<Table> {
    const all = evenly(this.rows, this.rows);
    for (let from = 0; from === 0 || from < this.rows; from += rows)
      yield this.take(all.subarray(from, from + rows));
  }
}

const [fewCodes, manyCodes] = [2 ** 8, 2 ** 16];

/** Bytes that a row of the column takes, of which this has all different cells, or so many that all are different. */
export function packedBytes(one: Column): number {
  if (isCategorical(one)) return one.levels.length < fewCodes ? 1 : one.levels.length < manyCodes ? 2 : 4;
  const different = one.values.length;
  if (one.type === "numeric" || one.type === "date")
    return different <= fewCodes ? 1 : different <= manyCodes ? 2 : one.type === "date" ? 4 : 8;
  const some = one.values.slice(0, 1000).map((text) => Buffer.byteLength(text));
  return 4 + some.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, some.length);
}

/** Numbers, levels and dates by the place of their value among those that occur, 0 for a level that is missing. */
class PackedCells {
  readonly like: Column;
  private cells: Uint8Array | Uint16Array | Uint32Array | Float64Array;
  private known: (number | string)[] = [];
  private placeOf = new Map<number | string, number>();
  private at = 0;

  constructor(like: Column, rows: number) {
    this.like = like;
    this.cells = new Uint8Array(rows);
    if (isCategorical(like)) for (const level of like.levels) this.place(level);
  }

  add(block: Column): void {
    const rows = isCategorical(block) ? block.codes.length : block.values.length;
    if (this.at + rows > this.cells.length) this.hold(this.cells, Math.ceil(1.5 * (this.at + rows)));
    if (isCategorical(block)) {
      const places = block.levels.map((level) => this.place(level) + 1);
      const { cells, at } = this;
      for (let i = 0; i < rows; i++) cells[at + i] = block.codes[i] < 0 ? 0 : places[block.codes[i]];
    } else {
      for (let i = 0; i < rows; i++) {
        // The place first: it may widen the cells.
        const cell =
          this.cells instanceof Float64Array
            ? block.values[i]
            : (this.placeOf.get(block.values[i]) ?? this.place(block.values[i]));
        this.cells[this.at + i] = cell as number;
      }
    }
    this.at += rows;
  }

  take(rows: ArrayLike<number>): Column {
    const { like, cells, known } = this;
    const count = rows.length;
    if (isCategorical(like)) {
      const codes = new Int32Array(count);
      for (let k = 0; k < count; k++) codes[k] = cells[rows[k]] - 1;
      const levels = known.length === like.levels.length ? like.levels : ([...known] as string[]);
      return { ...like, codes, levels };
    }
    if (like.type !== "numeric")
      return { ...like, values: Array.from({ length: count }, (_, k) => known[cells[rows[k]]] as string) };
    const values = new Float64Array(count);
    if (cells instanceof Float64Array) for (let k = 0; k < count; k++) values[k] = cells[rows[k]];
    else for (let k = 0; k < count; k++) values[k] = known[cells[rows[k]]] as number;
    return { ...like, values };
  }

  /** The place of a value that may be a new one. A number's is the number itself once too many differ. */
  private place(value: number | string): number {
    const old = this.placeOf.get(value);
    if (old !== undefined) return old;
    const place = this.known.length;
    const numbers = this.like.type === "numeric";
    if (place >= manyCodes && numbers) {
      const { cells, known } = this;
      this.cells = new Float64Array(cells.length);
      for (let i = 0; i < cells.length; i++) this.cells[i] = known[cells[i]] as number;
      this.known = [];
      this.placeOf = new Map();
      return value as number;
    }
    this.known.push(value);
    this.placeOf.set(value, place);
    // Of levels, which may be missing, each has the number after its place.
    const highest = isCategorical(this.like) ? place + 1 : place;
    if (highest === fewCodes || highest === manyCodes) this.hold(this.cells, this.cells.length);
    return place;
  }

  /** Copies the cells to an array of so many that holds places up to the last. */
  private hold(cells: PackedCells["cells"], rows: number): void {
    const last = this.known.length;
    const longer =
      cells instanceof Float64Array
        ? new Float64Array(rows)
        : last < fewCodes
          ? new Uint8Array(rows)
          : last < manyCodes
            ? new Uint16Array(rows)
            : new Uint32Array(rows);
    longer.set(cells);
    this.cells = longer;
  }
}

/** Identifiers and free text. */
class PackedTexts {
  readonly like: Column;
  private readonly texts = new PackedNames();

  constructor(like: Column) {
    this.like = like;
  }

  add(block: Column): void {
    if (block.type === "numeric" || isCategorical(block))
      throw new Error(`Cannot hold ${JSON.stringify(block.name)}: it must be text`);
    for (const text of block.values) this.texts.push(text);
  }

  take(rows: ArrayLike<number>): Column {
    const values = Array.from({ length: rows.length }, (_, k) => this.texts.at(rows[k]) as string);
    return { ...(this.like as Extract<Column, { type: "id" | "text" | "date" }>), values };
  }
}
