import type { Problem } from "../problems";
import type { Schema } from "../schema";

/** How a CSV file is read. Whatever of its dialect isn't said is looked for in its first lines. */
export interface CsvOptions {
  /** Types, formats, levels and ranges by column name, and the usual dialect; columns it doesn't name are inferred. */
  readonly schema?: Schema;
  /** Columns of the schema that the file may lack, such as the target of rows to be predicted; defaults to none. */
  readonly optional?: readonly string[];
  /** The only columns wanted: cells of others are passed over unread. Defaults to all. */
  readonly only?: readonly string[];
  /** One character; left out, whichever of , ; tab | splits the lines into as many fields everywhere. */
  readonly delimiter?: string;
  /**
   * A label of the Encoding Standard; left out, by byte-order mark, zeros (UTF-16) or validity (UTF-8, whose few invalid
   * bytes are problems), else windows-1252.
   */
  readonly encoding?: string;
  /** The decimal mark of columns that don't tell by themselves; left out, that of the other columns. */
  readonly decimal?: "." | ",";
  /** What separates thousands, likewise. */
  readonly thousands?: string;
  /** Lines above the header; left out, lines that don't fit into the table below them. */
  readonly skip?: number;
  /** Whether the first line names the columns; left out, it doesn't where it holds what the columns hold. */
  readonly header?: boolean;
  /** Words that mean "missing" beside those of the schema or the usual ones; defaults to none. */
  readonly missing?: readonly string[];
  /**
   * What becomes of spellings that differ by letter case alone where no levels are given: "folded" into the commonest, or
   * "kept", so that what a cell is read as depends on no other row. Blanks go either way. Defaults to "folded".
   */
  readonly spellings?: "folded" | "kept";
  /** Patterns of dates ("dd/MM/yyyy") by column, under "*" for all; left out, they are learned. */
  readonly dateFormats?: ReadonlyMap<string, string>;
  /**
   * What becomes of a row with a bad cell: left out (the default), or kept with that cell missing. Rows with too few or
   * too many fields are always left out. Either way each is reported and counted.
   */
  readonly badCells?: "reject" | "missing";
  /** How many problems to keep for showing; all are counted. @default 100 */
  readonly maxProblems?: number;
  /** A longer field is a problem; defaults to 1 MiB. */
  readonly maxFieldBytes?: number;
  /** Reads in plain TypeScript even where WebAssembly runs; for tests. The result is the same. */
  readonly plain?: boolean;
  /** Called with each row left out: its line, its text and what was wrong with it. */
  readonly onReject?: (row: RejectedRow) => void;
  /** Called with the cells of each row that could be split into cells, as text and in the order of the header. */
  readonly onCells?: (row: number, cells: readonly string[]) => void;
}

export interface RejectedRow {
  /** Which data row it is, from 1. */
  readonly row: number;
  readonly line: number;
  readonly text: string;
  readonly problems: readonly Problem[];
}
