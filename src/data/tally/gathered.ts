import { type Column, cellText, isCategorical } from "../table";

/** A column that comes block by block: texts are held once each, four bytes a row. */
export class Gathered {
  private readonly like: Column;
  private readonly numbers: Float64Array;
  private readonly codes: Int32Array;
  private readonly codeOf = new Map<string, number>();
  private readonly dates: string[] = [];
  private at = 0;

  constructor(like: Column, rows: number) {
    this.like = like;
    const numeric = like.type === "numeric";
    this.numbers = new Float64Array(numeric ? rows : 0);
    this.codes = new Int32Array(numeric || like.type === "date" ? 0 : rows);
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
      if (block.type === "date") {
        this.dates.push(text);
        continue;
      }
      const code = this.codeOf.get(text) ?? this.codeOf.size;
      if (code === this.codeOf.size) this.codeOf.set(text, code);
      this.codes[this.at++] = code;
    }
  }

  /** The column so far; texts are its levels, "" among them where it occurs. */
  column(): Column {
    const { like } = this;
    if (like.type === "numeric") return { ...like, values: this.numbers };
    if (like.type === "date") return { ...like, values: this.dates };
    return { name: like.name, type: "categorical", levels: [...this.codeOf.keys()], codes: this.codes };
  }
}
