import { check } from "../../../core/checks";
import type { Encoder } from "../../../features/encoder";
import type { CodesPart, DatePart, OneHotPart, Part, Scaling, TargetMeanPart } from "../../../features/parts";
import { dateFieldSql } from "./date-sql";
import { type SqlWords, sqlNumber } from "./text";

/**
 * One expression a matrix column, in order. `columnOf` names what `columnSql` wrote of a column of the table; NULL stands for
 * a missing value.
 */
export function encoderSql(encoder: Encoder, columnOf: (name: string) => string, words: SqlWords): string[] {
  return encoder.parts.flatMap((part) => partSql(part, columnOf, words));
}

function partSql(part: Part, columnOf: (name: string) => string, words: SqlWords): string[] {
  const column = columnOf(part.name);
  if (part.kind === "number") return scaledSql(part, column);
  if (part.kind === "codes") return [codesSql(part, column, words)];
  if (part.kind === "one-hot") return oneHotSql(part, column, words);
  if (part.kind === "date") return dateSql(part, columnOf, words);
  const rule = `column ${JSON.stringify(part.name)} must not be free text, whose score SQL can't say: train without it (--drop)`;
  check(part.kind !== "text", "write SQL", rule);
  return targetMeanSql(part, column, words);
}

/** Of more levels than this no query is written: engines refuse or crawl over such an expression. */
const mostLevels = 10_000;

function targetMeanSql({ name, levels, numbers }: TargetMeanPart, column: string, words: SqlWords): string[] {
  const rule = `column ${JSON.stringify(name)} must have ${mostLevels} levels or fewer to be written out: train without it (--drop)`;
  check(levels.length <= mostLevels, "write SQL", rule, levels.length);
  return numbers.flatMap((number) => {
    const cases = levels.map((level, k) => `WHEN ${words.text(level)} THEN ${sqlNumber(number.means[k])}`);
    const mean = `CASE ${column} ${cases.join(" ")} ELSE ${sqlNumber(number.prior)} END`;
    return scaledSql(
      number,
      `CASE WHEN ${column} IS NULL THEN ${sqlNumber(number.missing)} ELSE ${mean} END`,
    );
  });
}

function dateSql(
  { name, reference, numbers }: DatePart,
  columnOf: (name: string) => string,
  words: SqlWords,
): string[] {
  const at = columnOf(name);
  return numbers.flatMap((number) =>
    scaledSql(
      number,
      number.of === "since"
        ? `((${words.epoch(at)} - ${words.epoch(columnOf(number.other as string))}) / 8.64e4)`
        : dateFieldSql(number.of, at, reference, words),
    ),
  );
}

/** The number, filled and scaled, and after it the mark of a missing one where there is such a column. */
function scaledSql({ fill, center, width, bounded, indicator }: Scaling, raw: string): string[] {
  const value = fill === undefined ? raw : `COALESCE(${raw}, ${sqlNumber(fill)})`;
  const scaled =
    center === 0 && width === 1 ? value : `((${value} - ${sqlNumber(center)}) / ${sqlNumber(width)})`;
  const out = [bounded ? `(${scaled} / SQRT(1e0 + (${scaled} / 3e0) * (${scaled} / 3e0)))` : scaled];
  if (indicator) out.push(flag(`${raw} IS NULL`));
  return out;
}

function oneHotSql(part: OneHotPart, column: string, words: SqlWords): string[] {
  const columns = part.levels.map((level) => flag(`${column} = ${words.text(level)}`));
  if (part.pooled.length > 0) columns.push(flag(`${column} IN (${part.pooled.map(words.text).join(", ")})`));
  const out = columns.slice(part.first);
  if (part.missing) out.push(flag(`${column} IS NULL`));
  return out;
}

function codesSql(part: CodesPart, column: string, words: SqlWords): string {
  const cases = part.levels.map((level, code) => `WHEN ${words.text(level)} THEN ${sqlNumber(code)}`);
  for (const level of part.pooled)
    cases.push(`WHEN ${words.text(level)} THEN ${sqlNumber(part.levels.length)}`);
  return `CASE ${column} ${cases.join(" ")} END`;
}

/** 1 where the condition holds, else 0. */
export function flag(condition: string): string {
  return `CASE WHEN ${condition} THEN 1e0 ELSE 0e0 END`;
}
