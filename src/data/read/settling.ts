import type { ColumnBuilder } from "../csv/columns";
import { layoutOf } from "../csv/find-layout";
import { builderOf, type Layout } from "../csv/layout";
import { NumericBuilder } from "../csv/numbers";
import type { CsvOptions } from "../csv/options";
import { TextBuilder } from "../csv/texts";
import { learnNumbers } from "../formats/learn-numbers";
import { notMeasured } from "../infer/infer-column";
import { settleDictionary, settleGiven, settleNumeric, settleText } from "../infer/settle";
import type { ColumnSchema } from "../schema";
import { type Column, isCategorical, type NumericColumn } from "../table";
import type { Tallied } from "../tally/column-tally";

/** What is to be said of a column: what was guessed, and the share of cells of words taken for missing. */
interface ColumnRemarks {
  readonly remarks: readonly string[];
  readonly guessedShare: number;
}

/** What becomes of a file's columns: guessed from its beginning, and settled once all of it was read, if need be twice. */
export class Settling {
  layout: Layout;
  readonly remarksOf: ColumnRemarks[];
  readonly options: CsvOptions;
  private readonly final: boolean[];
  private readonly name: string;
  private readonly whole: boolean;

  /** `whole` says that the head is all there is. */
  constructor(name: string, head: Uint8Array, whole: boolean, options: CsvOptions) {
    this.name = name;
    this.whole = whole;
    this.options = options;
    this.layout = layoutOf(name, head, whole, options);
    this.final = this.layout.given.slice();
    this.remarksOf = this.layout.names.map((_, j) => ({
      remarks: this.layout.remarks[j],
      guessedShare: this.layout.guessedShares[j],
    }));
  }

  /** Builders for the next reading. */
  builders(): ColumnBuilder[] {
    return this.layout.columns.map((_, j) => builderOf(this.layout, j, this.options));
  }

  /**
   * The columns of a reading as what they are, or their tallies where rows were not kept; undefined where they must be
   * read once more.
   */
  settle(builders: readonly ColumnBuilder[], tallies?: readonly Tallied[]): Column[] | undefined {
    const again = new Map<number, ColumnSchema>();
    const settled = builders.map((builder, j): Column => {
      const tally = tallies?.[j];
      const taken = tally?.column ?? builder.take();
      if (this.layout.unread[j]) return taken;
      const { name } = this.layout.columns[j];
      if (!this.final[j] && isDoubtful(builder)) {
        // The beginning misled: the column is read once more, by dictionary.
        again.set(j, { name, type: "categorical" });
        return taken;
      }
      return this.settleColumn(taken, j, tally, again);
    });
    if (again.size === 0) return settled;
    const { layout } = this;
    this.layout = { ...layout, columns: layout.columns.map((column, j) => again.get(j) ?? column) };
    return undefined;
  }

  private settleColumn(
    taken: Column,
    j: number,
    tally: Tallied | undefined,
    again: Map<number, ColumnSchema>,
  ): Column {
    const { given, columns, remarks, known } = this.layout;
    if (this.final[j]) {
      const done = settleGiven(taken, columns[j], {
        name: this.name,
        times: tally?.counts,
        spellings: this.options.spellings,
      });
      if (given[j]) this.remarksOf[j] = { remarks: [...remarks[j], ...done.remarks], guessedShare: 0 };
      const { column } = done;
      return column.type === "numeric" && !given[j] ? this.settleNumbers(column, j, tally) : column;
    }
    if (taken.type === "numeric") return this.told(this.settleNumbers(taken, j, tally), j, tally);
    if (!isCategorical(taken)) return this.whole ? taken : this.told(settleText(taken, tally), j, tally);
    const found = settleDictionary(taken, known(j), tally?.counts);
    const cells = found.guessed?.cells ?? 0;
    const rows = tally ? tally.counts.reduce((sum, count) => sum + count, 0) : taken.codes.length;
    this.remarksOf[j] = { remarks: found.remarks, guessedShare: cells / Math.max(1, rows) };
    if ("column" in found) return found.column;
    again.set(j, found.reread);
    this.final[j] = true;
    return taken;
  }

  /** Numbers as what they turned out to be, with remarks that say so, whatever the beginning suggested. */
  private settleNumbers(taken: NumericColumn, j: number, tally: Tallied | undefined): Column {
    const { column, remarks } = settleNumeric(taken, j === 0, tally);
    const known = this.remarksOf[j].remarks.filter((one) => one !== notMeasured);
    this.remarksOf[j] = { ...this.remarksOf[j], remarks: [...known, ...remarks] };
    return column;
  }

  /** The column, and in remarks that it has more values than its levels could be kept. */
  private told(column: Column, j: number, tally: Tallied | undefined): Column {
    if (column.type !== "text" || !tally || tally.complete || tally.distinct > 0.5 * tally.present)
      return column;
    const text = `its ${tally.exact ? "" : "about "}${tally.distinct} different values are too many to be held as levels: taken for text`;
    this.remarksOf[j] = {
      ...this.remarksOf[j],
      remarks: [...this.remarksOf[j].remarks.filter((one) => one !== text), text],
    };
    return column;
  }
}

/** Whether a column that the beginning took for numbers or dates must be looked at as a whole. */
function isDoubtful(one: unknown): boolean {
  if (one instanceof TextBuilder) return one.failures > 0;
  if (!(one instanceof NumericBuilder)) return false;
  if (one.codes > 0 || one.failures > 0.05 * one.present) return true;
  if (one.failures === 0) return false;
  // A few words among many numbers are mistakes, unless they return or are numbers in another style.
  const texts = [...one.failing.keys()];
  return [...one.failing.values()].some((count) => count > 1) || (learnNumbers(texts)?.share ?? 0) > 0;
}
