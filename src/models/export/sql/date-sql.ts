import { check } from "../../../core/checks";
import { type DateFormat, plainDates } from "../../../data/formats/date-format";
import type { DateField } from "../../../features/parts";
import { type SqlWords, sqlNumber } from "./text";

/** Digits of the fields that a pattern may have to be written as SQL. */
const digits: Readonly<Record<string, string>> = {
  yyyy: "[0-9]{4}",
  MM: "[0-9]{2}",
  M: "[0-9]{1,2}",
  dd: "[0-9]{2}",
  d: "[0-9]{1,2}",
  HH: "[0-9]{2}",
  H: "[0-9]{1,2}",
  mm: "[0-9]{2}",
  ss: "[0-9]{2}",
};

const plainMoment = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?$";

/**
 * A column of dates as the engine's moments without a zone: as they are where the engine holds such, else its text read in
 * the format of training, or as ISO 8601 has it.
 */
export function momentSql(
  name: string,
  cell: string,
  text: string,
  format: DateFormat | undefined,
  words: SqlWords,
): string {
  if (format === undefined && words.group !== undefined)
    return `CASE WHEN NOT (${words.isText(cell)}) OR ${words.matches(text, plainMoment)} THEN ${words.moment(text)} END`;
  const { pattern, digits: native } = format ?? plainDates;
  const pieces = pattern.match(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']/g) ?? [];
  const fields = pieces.filter((piece) => /^[A-Za-z]/.test(piece));
  const sorted = /^y+M+(d+(H+m+(s+)?)?)?$/.test(fields.join(""));
  const fixed = fields.every((field) => field.length > 1);
  if (
    native !== undefined ||
    !fields.every((field) => field in digits) ||
    (words.group === undefined && !(sorted && fixed))
  )
    check(
      false,
      "write SQL",
      `the dates in column ${JSON.stringify(name)} must be written in the digits 0 to 9, and for sqlite as 2024-01-31: write them so and train on that, or export ONNX`,
      pattern,
    );
  const literal = (text: string): string => text.replaceAll("'", "");
  if (words.group === undefined) {
    const shape = pieces
      .map((piece) => (piece in digits ? "[0-9]".repeat(piece.length) : `[${literal(piece)}]`))
      .join("");
    return `CASE WHEN ${text} GLOB ${words.text(`${shape}*`)} THEN DATETIME(${text}) END`;
  }
  const shape = pieces
    .map((piece) => (piece in digits ? `(${digits[piece]})` : `[${literal(piece)}]`))
    .join("");
  const group = (letter: string, absent: string): string => {
    const at = fields.findIndex((field) => field.startsWith(letter));
    return at < 0 ? absent : (words.group as (n: number) => string)(at + 1);
  };
  const ordered = `${group("y", "")}-${group("M", "01")}-${group("d", "01")} ${group("H", "00")}:${group("m", "00")}:${group("s", "00")}`;
  const read = `REGEXP_REPLACE(${text}, ${words.text(`^${shape}$`)}, ${words.text(ordered)})`;
  return `CASE WHEN NOT (${words.isText(cell)}) THEN ${words.moment(text)} WHEN ${words.matches(text, `^${shape}$`)} THEN ${words.moment(read)} END`;
}

/** What is read off a moment. */
export function dateFieldSql(of: DateField, moment: string, reference: number, words: SqlWords): string {
  return of === "days"
    ? `((${words.epoch(moment)} - ${sqlNumber(reference / 1000)}) / 8.64e4)`
    : words.field(of, moment);
}
