import type { Problem } from "../problems";
import type { Schema } from "../schema";

/** How a CSV file is read. */
export interface CsvOptions {
  /** Types, levels and ranges by column name; columns it doesn't name are inferred. */
  readonly schema?: Schema;
  /** Columns of the schema that the file may lack, such as the target of rows to be predicted; defaults to none. */
  readonly optional?: readonly string[];
  /** The only columns wanted: cells of others are passed over unread. Defaults to all. */
  readonly only?: readonly string[];
  /** One character; left out, whichever of , ; tab | occurs most in the header. */
  readonly delimiter?: string;
  /** Defaults to utf-8, whose invalid bytes are problems; latin1 accepts any byte. */
  readonly encoding?: "utf-8" | "latin1";
  /**
   * What becomes of a row with a bad cell: left out (the default), or kept with that cell missing. Rows with too few or
   * too many fields are always left out. Either way each is reported and counted.
   */
  readonly badCells?: "reject" | "missing";
  /** How many problems to keep for showing; all are counted. Defaults to 100. */
  readonly maxProblems?: number;
  /** A longer field is a problem; defaults to 1 MiB. */
  readonly maxFieldBytes?: number;
  /** Reads in plain TypeScript even where WebAssembly runs; for tests. The result is the same. */
  readonly plain?: boolean;
  /** Called with each row left out: its line, its text and what was wrong with it. */
  readonly onReject?: (row: RejectedRow) => void;
}

export interface RejectedRow {
  /** Which data row it is, from 1. */
  readonly row: number;
  readonly line: number;
  readonly text: string;
  readonly problems: readonly Problem[];
}
