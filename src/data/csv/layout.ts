import type { Dialect } from "../dialect/dialect";
import type { Known } from "../infer/settle";
import type { ColumnSchema } from "../schema";
import { isNumber, missingTest } from "./cells";
import { type ColumnBuilder, passedOver } from "./columns";
import { DictionaryBuilder } from "./levels";
import { NumericBuilder } from "./numbers";
import type { CsvOptions } from "./options";
import { TextBuilder } from "./texts";

/** What the beginning of a file tells: its dialect, its header, and how to read each column. */
export interface Layout {
  readonly names: readonly string[];
  /** Cells of the header that are read without the blanks, or the #, around the name. */
  readonly trimmed: readonly string[];
  readonly dialect: Dialect;
  readonly delimiter: number;
  readonly looseQuotes: boolean;
  /** The encoding, where the beginning shows it or it was given; and the one of bytes that turn out not to be UTF-8. */
  readonly encoding: string | undefined;
  readonly guessedEncoding: boolean;
  readonly fallback: string | undefined;
  /** Bytes before the first record, in UTF-8, and lines. */
  readonly skip: number;
  readonly skipLines: number;
  readonly columns: readonly ColumnSchema[];
  /** Columns whose type came from the schema: their cells are held to it. */
  readonly given: readonly boolean[];
  /** Columns that are passed over. */
  readonly unread: readonly boolean[];
  /** Levels of inferred columns that the beginning shows, in order. */
  readonly levels: readonly (readonly string[])[];
  /** What inferring goes by, column by column. */
  readonly known: (j: number) => Known;
  /** What was guessed of each column's format and missing words, for people. */
  readonly remarks: readonly (readonly string[])[];
  /** Share of each column's cells that hold words which are only guessed to mean "missing". */
  readonly guessedShares: readonly number[];
}

/** A builder for column `j` of the layout. */
export function builderOf(layout: Layout, j: number, options: CsvOptions): ColumnBuilder {
  const { missing: also = [], schema } = options;
  const column = layout.columns[j];
  if (layout.unread[j]) return passedOver(column.name);
  // Of an inferred column read by dictionary, unless it is held to levels, all cells decide what its missing words are.
  const held = layout.given[j] || column.levels || !["categorical", "boolean"].includes(column.type);
  const own = [...(column.missing ?? []), ...also];
  const isMissing = held ? missingTest(column.type, schema?.missing, own) : (): boolean => false;
  if (column.type === "numeric") {
    const numbers = [...own, ...(schema?.missing ?? [])].filter(isNumber);
    return new NumericBuilder(column, isMissing, numbers);
  }
  if (column.type === "categorical" || column.type === "boolean")
    return new DictionaryBuilder(column, isMissing, layout.levels[j]);
  return new TextBuilder(column, isMissing);
}
