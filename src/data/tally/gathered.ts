import { type Column, cellText, columnNamed, isCategorical, type Table } from "../table";

/** A table that comes block by block, of which only the columns that `isWanted` names are held: texts once each, and four bytes a row. */
export class GatheredTable {
  private readonly names: readonly string[];
  private readonly gathered: ReadonlyMap<string, Gathered>;
  private readonly rows: number;

  /** For `rows` rows of columns like these. */
  constructor(like: readonly Column[], rows: number, isWanted: (name: string) => boolean) {
    this.rows = rows;
    this.names = like.map(({ name }) => name);
    const wanted = like.filter(({ name }) => isWanted(name));
    this.gathered = new Map(wanted.map((column) => [column.name, new Gathered(column, rows)]));
  }

  /** The columns that are held. */
  get wanted(): string[] {
    return [...this.gathered.keys()];
  }

  add(block: Table): void {
    for (const [name, cells] of this.gathered) cells.add(columnNamed(block, name));
  }

  /** All rows; columns that are not held have no cells. */
  table(): Table {
    const columns = this.names.map(
      (name): Column =>
        this.gathered.get(name)?.column() ?? {
          name,
          type: "categorical",
          levels: [],
          codes: new Int32Array(),
        },
    );
    return { rows: this.rows, columns };
  }
}

class Gathered {
  private readonly like: Column;
  private readonly numbers: Float64Array;
  private readonly codes: Int32Array;
  private readonly codeOf = new Map<string, number>();
  private at = 0;

  constructor(like: Column, rows: number) {
    this.like = like;
    this.numbers = new Float64Array(like.type === "numeric" ? rows : 0);
    this.codes = new Int32Array(like.type === "numeric" ? 0 : rows);
  }

  add(block: Column): void {
    if (block.type === "numeric") {
      this.numbers.set(block.values, this.at);
      this.at += block.values.length;
      return;
    }
    const rows = isCategorical(block) ? block.codes.length : block.values.length;
    for (let i = 0; i < rows; i++) {
      const text = cellText(block, i);
      const code = this.codeOf.get(text) ?? this.codeOf.size;
      if (code === this.codeOf.size) this.codeOf.set(text, code);
      this.codes[this.at++] = code;
    }
  }

  /** The column so far; texts are its levels, "" among them where it occurs. */
  column(): Column {
    const { like, codes } = this;
    if (like.type === "numeric") return { ...like, values: this.numbers };
    const levels = [...this.codeOf.keys()];
    if (like.type === "date") return { ...like, values: Array.from(codes, (code) => levels[code]) };
    return { name: like.name, type: "categorical", levels, codes };
  }
}
