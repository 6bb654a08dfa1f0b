import { check } from "../../../core/checks";
import { type DurationFormat, isPlainDuration } from "../../../data/formats/duration-format";
import { formatSample, type ValueFormat } from "../../../data/formats/format";
import { isPlain, type NumberFormat } from "../../../data/formats/number-format";
import { type SqlWords, sqlNumber } from "./text";

/** A column as a number: as it is where the engine holds a number, else its text read in the format of training. */
export function numberSql(
  name: string,
  cell: string,
  text: string,
  format: ValueFormat | undefined,
  words: SqlWords,
): string {
  const plain = words.numberOf(cell, text);
  if (!format || (format.kind === "number" && isPlain({ ...format, leastDecimals: undefined }))) return plain;
  if (format.kind === "duration") return durationSql(name, cell, text, format, words);
  check(
    format.digits === undefined,
    "write SQL",
    `the numbers in column ${JSON.stringify(name)} must be written in the digits 0 to 9: write them so and train on that, or export ONNX`,
    formatSample(format),
  );
  return `CASE WHEN ${words.isText(cell)} THEN ${formattedSql(text, format, words)} ELSE ${plain} END`;
}

/** Numbers with marks, groups, signs or units: the same texts as `numberParser` reads. */
function formattedSql(text: string, format: NumberFormat, words: SqlWords): string {
  const { decimal, thousands, grouping } = format;
  const mark = `[${decimal}]`;
  const between = thousands === undefined ? "" : separators(thousands);
  const group = `[${between}]`;
  const groups =
    between === ""
      ? "[0-9]+"
      : grouping === "lakh"
        ? `([0-9]{1,3}(${group}[0-9]{2})*${group}[0-9]{3}|[0-9]+)`
        : `([0-9]{1,3}(${group}[0-9]{3})+|[0-9]+)`;
  const core = `(${groups}(${mark}[0-9]*)?|${mark}[0-9]+)([eE][+-]?[0-9]{1,3})?`;
  const prefix = (format.prefix ?? "").trim();
  const suffix = (format.suffix ?? "").trim();
  const before = prefix === "" ? "" : `${literal(prefix)} ?`;
  const after = suffix === "" ? "" : ` ?${literal(suffix)}`;
  const sign = "([-+−] ?)?";
  const pattern = `^[(]? ?${sign}${before}${sign}${core} ?[-−]?${after} ?[-−]? ?[)]?$|^0+(${mark}0*)?$`;
  let digits = text;
  for (const word of [prefix, suffix])
    if (word !== "") digits = `REPLACE(${digits}, ${words.text(word)}, '')`;
  const negative = words.matches(digits, "^[^0-9]*[-(−]|[-−][^0-9]*$");
  digits = words.strip(digits, " ()+−-");
  for (const text of between) digits = `REPLACE(${digits}, ${words.text(text)}, '')`;
  if (decimal === ",") digits = `REPLACE(${digits}, ',', '.')`;
  return `CASE WHEN ${words.matches(text, pattern)} THEN (CASE WHEN ${negative} THEN ${sqlNumber(-1)} ELSE 1e0 END) * ${words.numberOf(digits, digits)} END`;
}

/** Hours, minutes and seconds as seconds. */
function durationSql(
  name: string,
  cell: string,
  text: string,
  format: DurationFormat,
  words: SqlWords,
): string {
  const { piece } = words;
  if (piece === undefined || !isPlainDuration(format))
    check(
      false,
      "write SQL",
      `the times in column ${JSON.stringify(name)} must be written as 13:45 and the engine be able to split text; load them as seconds and train on that, or export ONNX`,
      format.pattern,
    );
  // Spark reads a time of day as a moment of today.
  const time = `CASE WHEN ${words.isText(cell)} THEN ${text} ELSE REGEXP_REPLACE(${text}, '^[0-9]{4}-[0-9]{2}-[0-9]{2} ', '') END`;
  const part = (n: number): string => {
    const text = `REPLACE(REPLACE(${(piece as NonNullable<typeof piece>)(time, n)}, '-', ''), ',', '.')`;
    return words.numberOf(text, text);
  };
  const seconds = `(${part(1)} * 3.6e3 + ${part(2)} * 6e1 + COALESCE(${part(3)}, 0e0))`;
  const shape = "^-?[0-9]{1,5}:[0-5][0-9](:[0-5][0-9]([.,][0-9]{1,9})?)?$";
  return `CASE WHEN ${words.matches(`(${time})`, shape)} THEN (CASE WHEN ${text} LIKE '-%' THEN ${sqlNumber(-1)} ELSE 1e0 END) * ${seconds} END`;
}

/** The marks that may separate thousands; blanks and apostrophes of any kind stand for each other. */
function separators(thousands: string): string {
  if (thousands.trim() === "") return " ";
  return thousands === "'" || thousands === "’" ? "'’" : thousands;
}

/** A word in a regular expression, without backslashes. */
function literal(word: string): string {
  return word.replace(/[$.*+?()[\]{}|]/g, "[$&]").replace(/\^|\\/g, ".");
}
