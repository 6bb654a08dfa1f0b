import { type Column, isCategorical } from "../table";
import { DistinctCount } from "./distinct-count";
import { ValueCounts } from "./value-counts";

/** A column by its different cells: how often each occurs, and what else is asked of all cells. */
export interface Tallied {
  /** Different cells in a row each, one for those missing, and last the cells of `lastRows` rows, which count nothing. */
  readonly column: Column;
  /** How often the cell in each row occurs. */
  readonly counts: Float64Array;
  /** Different values, and values that are there. */
  readonly distinct: number;
  readonly present: number;
  /** Whether `distinct` is counted; else it is estimated. */
  readonly exact: boolean;
  /** Whether the column has each of them; else it has some of the texts, or numbers that stand for their neighbours. */
  readonly complete: boolean;
  /** Numbers: whether they go up by one from row to row. */
  readonly run: boolean;
  /** Texts: whether any holds a blank, and the length of the longest. */
  readonly blanks: boolean;
  readonly longest: number;
}

/** Rows at the end that a tally keeps as they are. */
export const lastRows = 3;

/** Counts the cells of a column that comes block by block, in a memory that `room` bounds and rows don't change. */
export class ColumnTally {
  private absent = 0;
  private present = 0;
  private run = true;
  private before = Number.NaN;
  private blanks = false;
  private longest = 0;
  private codes = new Float64Array(0);
  /** Codes in the order in which they first came. */
  private readonly order: number[] = [];
  private readonly texts: Map<string, number> = new Map();
  private last: (string | number)[] = [];
  private readonly most: number;
  private readonly several: DistinctCount;
  private readonly numbers: ValueCounts;

  constructor(room: number) {
    this.most = room >> 3;
    this.several = new DistinctCount(room >> 1);
    this.numbers = new ValueCounts(room, (value) => this.several.addNumber(value));
  }

  add(block: Column): void {
    if (block.type === "numeric") this.addNumbers(block.values);
    else if (isCategorical(block)) this.addCodes(block.codes, block.levels.length);
    else this.addTexts(block.values);
    const cells: ArrayLike<string | number> = isCategorical(block) ? block.codes : block.values;
    for (let i = Math.max(0, cells.length - lastRows); i < cells.length; i++) this.last.push(cells[i]);
    this.last = this.last.slice(-lastRows);
  }

  /** The cells so far; `end` is what is left of the column, and says how it was read. */
  taken(end: Column): Tallied {
    this.add(end);
    const { absent, present, run, blanks, longest, last } = this;
    const rest = { present, run: run && present > 0, blanks, longest };
    const counted = (counts: ArrayLike<number>): Float64Array =>
      Float64Array.from([...Array.from(counts), absent, ...last.map(() => 0)]);
    if (end.type === "numeric") {
      const { values, counts } = this.numbers.taken();
      const { exact } = this.numbers;
      const cells = new Float64Array(values.length + 1 + last.length).fill(Number.NaN);
      cells.set(values);
      cells.set(last as number[], values.length + 1);
      const distinct = exact ? values.length : Math.min(present, this.several.count);
      return {
        ...rest,
        column: { ...end, values: cells },
        counts: counted(counts),
        distinct,
        exact,
        complete: exact,
      };
    }
    if (isCategorical(end)) {
      const counts = this.order.map((code) => this.codes[code]);
      const codes = Int32Array.from([...this.order, -1, ...(last as number[])]);
      const distinct = this.order.length;
      return {
        ...rest,
        column: { ...end, codes },
        counts: counted(counts),
        distinct,
        exact: true,
        complete: true,
      };
    }
    const complete = this.texts.size <= this.most;
    const values = [...this.texts.keys(), "", ...(last as string[])];
    const distinct = complete ? this.texts.size : Math.min(present, this.several.count);
    return {
      ...rest,
      column: { ...end, values },
      counts: counted([...this.texts.values()]),
      distinct,
      exact: complete || this.several.exact,
      complete,
    };
  }

  private addNumbers(values: Float64Array): void {
    if (values.length === 0) return;
    if (this.run) {
      this.run =
        this.present + this.absent === 0 ? Number.isInteger(values[0]) : values[0] === this.before + 1;
      for (let i = 1; i < values.length && this.run; i++) this.run = values[i] === values[i - 1] + 1;
      this.before = values[values.length - 1];
    }
    const absent = this.numbers.add(values);
    this.absent += absent;
    this.present += values.length - absent;
  }

  private addCodes(codes: Int32Array, levels: number): void {
    if (levels > this.codes.length) {
      const larger = new Float64Array(Math.max(16, 2 * levels));
      larger.set(this.codes);
      this.codes = larger;
    }
    let absent = 0;
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] < 0) absent++;
      else if (this.codes[codes[i]]++ === 0) this.order.push(codes[i]);
    }
    this.absent += absent;
    this.present += codes.length - absent;
  }

  private addTexts(values: readonly string[]): void {
    for (const text of values) {
      if (text === "") {
        this.absent++;
        continue;
      }
      this.present++;
      if (text.length > this.longest) this.longest = text.length;
      if (!this.blanks && /\s/.test(text)) this.blanks = true;
      if (this.texts.size > this.most) {
        this.several.addText(text);
        continue;
      }
      const times = this.texts.get(text);
      // A copy: what was cut from a larger text would keep all of that.
      this.texts.set(times === undefined ? Buffer.from(text).toString() : text, (times ?? 0) + 1);
      if (this.texts.size > this.most) for (const one of this.texts.keys()) this.several.addText(one);
    }
  }
}
