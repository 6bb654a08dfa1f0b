import type { Command } from "commander";
import { percentOf } from "../../core/format";
import type { CsvOptions } from "../../data/csv/options";
import type { CsvRead, ReadReport, Remark } from "../../data/read/read-csv";
import { CliError, exitCodes, usageError } from "./exit";
import { wholeNumber } from "./options";
import { note, noteProblems } from "./output";

/** What a person may say of how a file is written; whatever is left out is looked for in the file. */
export interface ReadingFlags {
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly decimal?: string;
  readonly thousands?: string;
  readonly skip?: string;
  readonly header?: boolean;
  readonly missing?: readonly string[];
  readonly dateFormat?: readonly string[];
  readonly acceptLoss?: boolean;
}

/** Adds the options that say how a file is written; `missing` names the one of missing words where --missing means another thing. */
export function readingOptions(command: Command, missing = "--missing"): Command {
  return command
    .option("--delimiter <character>", "between fields: , ; | or tab (default: what splits all lines alike)")
    .option("--encoding <name>", "such as utf-8, utf-16le, windows-1252 (default: what the bytes show)")
    .option("--decimal <mark>", "the decimal mark, . or , (default: what the columns show)")
    .option("--thousands <mark>", "what separates thousands (default: what the columns show)")
    .option("--skip <lines>", "lines above the header (default: those that don't fit into the table)")
    .option("--header", "the first line names the columns")
    .option("--no-header", 'the first line is data: columns are called "column 1", "column 2", …')
    .option(`${missing} <words...>`, "words that mean missing, beside NA, n/a, null, ?, - and the like")
    .option("--date-format <patterns...>", "of all dates, or column=pattern: dd/MM/yyyy, MM/dd/yy HH:mm, …")
    .option("--accept-loss", "go on although more than 1% of rows, or 20% of a column, can't be used");
}

/** The flags as the reader takes them. */
export function csvOptions(flags: ReadingFlags): CsvOptions {
  const { delimiter, encoding, decimal, thousands, header, missing, dateFormat } = flags;
  if (decimal !== undefined && decimal !== "." && decimal !== ",")
    throw usageError(`Cannot use --decimal: it must be . or , got ${JSON.stringify(decimal)}`);
  if (thousands !== undefined && ([...thousands].length !== 1 || /\d/.test(thousands)))
    throw usageError(`Cannot use --thousands: it must be one character, got ${JSON.stringify(thousands)}`);
  return {
    ...(delimiter === undefined ? {} : { delimiter: /^(tab|\\t)$/i.test(delimiter) ? "\t" : delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(thousands === undefined ? {} : { thousands }),
    ...(flags.skip === undefined ? {} : { skip: wholeNumber(flags.skip, "--skip", 0, 1_000_000) }),
    ...(header === undefined ? {} : { header }),
    ...(missing === undefined ? {} : { missing }),
    ...(dateFormat === undefined ? {} : { dateFormats: patternsOf(dateFormat) }),
  };
}

function patternsOf(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf("=");
      const pattern = text.slice(at + 1);
      if (/%/.test(pattern) || !/[yt]/i.test(pattern))
        throw usageError(
          `Cannot use --date-format: a pattern must be such as yyyy-MM-dd, dd.MM.yyyy or MM/dd/yy HH:mm, got ${JSON.stringify(pattern)}`,
        );
      return [at < 0 ? "*" : text.slice(0, at), pattern] as const;
    }),
  );
}

/** Notes what was guessed of a file, once of all columns of which it is the same. */
export function noteRemarks(remarks: readonly Remark[], most = 12): void {
  const columnsOf = new Map<string, string[]>();
  for (const { column, text } of remarks)
    columnsOf.set(text, [...(columnsOf.get(text) ?? []), ...(column === undefined ? [] : [column])]);
  for (const [text, columns] of [...columnsOf].slice(0, most))
    note(columns.length === 0 ? text : `${columns.join(", ")}: ${text}`);
  if (columnsOf.size > most) note(`… and ${columnsOf.size - most} more (telelink data show tells all)`);
}

/** Shares of rows, and of a column's cells, that may be lost before the work stops. */
const mostRows = 0.01;
const mostCells = 0.2;

/** Notes the problems and guesses of a file, and stops where too much of it is lost; `outcome` says what was done. */
export function checkLoss(
  file: string,
  read: ReadReport & Partial<Pick<CsvRead, "guessedMissing">>,
  flags: ReadingFlags,
  outcome = "stopped",
): void {
  noteRemarks(read.remarks);
  noteProblems(read.problems, read.problemCount, 5);
  const { rows, rejected } = read;
  if (rejected > 0) note(`${rejected} of ${rows} rows are left out`);
  if (flags.acceptLoss) return;
  if (rejected > mostRows * rows)
    throw lost(
      `${rejected} of ${rows} rows of ${file} (${percentOf(rejected, rows)}) can't be read`,
      "",
      outcome,
    );
  const kept = rows - rejected;
  for (const [column, count] of read.problemsByColumn)
    if (rejected === 0 && count > mostCells * kept)
      throw lost(
        `${count} of ${kept} cells of ${column} (${percentOf(count, kept)}) can't be read`,
        "",
        outcome,
      );
  for (const [column, count] of read.guessedMissing ?? [])
    if (count > mostCells * kept)
      throw lost(
        `${count} of ${kept} cells of ${column} (${percentOf(count, kept)}) hold words that are only guessed to mean missing`,
        "--missing with these words confirms it, ",
        outcome,
      );
}

/** The error that stops where too much is lost; `instead` is a better way out than accepting the loss. */
export function lost(what: string, instead = "", outcome = "stopped"): CliError {
  return new CliError(`${outcome}: ${what} (${instead}--accept-loss goes on without them)`, exitCodes.loss);
}
