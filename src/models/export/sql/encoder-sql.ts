import { check } from "../../../core/checks";
import type { Encoder } from "../../../features/encoder";
import type { CodesPart, DatePart, OneHotPart, Part, Scaling, TargetMeanPart } from "../../../features/parts";
import { type SqlWords, sqlNumber, sqlText } from "./text";

/** One expression a matrix column, in order, over the raw columns of a table; NULL stands for a missing value. */
export function encoderSql(encoder: Encoder, words: SqlWords): string[] {
  return encoder.parts.flatMap((part) => partSql(part, words));
}

function partSql(part: Part, words: SqlWords): string[] {
  const column = words.name(part.name);
  if (part.kind === "number") return scaledSql(part, `CAST(${column} AS ${words.double})`, column);
  if (part.kind === "codes") return [codesSql(part, words)];
  if (part.kind === "one-hot") return oneHotSql(part, words);
  if (part.kind === "date") return dateSql(part, words);
  const rule = `column ${JSON.stringify(part.name)} must not be free text, whose score SQL can't say: train without it (--drop)`;
  check(part.kind !== "text", "write SQL", rule);
  return targetMeanSql(part, words);
}

/** Of more levels than this no query is written: engines refuse or crawl over such an expression. */
const mostLevels = 10_000;

function targetMeanSql(part: TargetMeanPart, words: SqlWords): string[] {
  const { name, levels, numbers } = part;
  const rule = `column ${JSON.stringify(name)} must have ${mostLevels} levels or fewer to be written out: train without it (--drop)`;
  check(levels.length <= mostLevels, "write SQL", rule, levels.length);
  const column = words.name(name);
  return numbers.flatMap((one) => {
    const cases = levels.map((level, k) => `WHEN ${sqlText(level)} THEN ${sqlNumber(one.means[k])}`);
    const mean = `CASE CAST(${column} AS ${words.text}) ${cases.join(" ")} ELSE ${sqlNumber(one.prior)} END`;
    return scaledSql(
      one,
      `CASE WHEN ${column} IS NULL THEN ${sqlNumber(one.missing)} ELSE ${mean} END`,
      column,
    );
  });
}

function dateSql({ name, reference, numbers }: DatePart, words: SqlWords): string[] {
  const moment = (column: string): string => `CAST(${words.name(column)} AS TIMESTAMP)`;
  const at = moment(name);
  return numbers.flatMap((one) => {
    const days = (seconds: string): string => `((${words.epoch(at)} - ${seconds}) / 8.64e4)`;
    const value =
      one.of === "days"
        ? days(sqlNumber(reference / 1000))
        : one.of === "since"
          ? days(words.epoch(moment(one.other as string)))
          : `CAST(EXTRACT(${one.of === "weekday" ? words.weekday : one.of.toUpperCase()} FROM ${at}) AS ${words.double})`;
    return scaledSql(one, value, words.name(name));
  });
}

/** The number, filled and scaled, and after it the mark of a missing one where there is such a column. */
function scaledSql(part: Scaling, raw: string, column: string): string[] {
  const { fill, center, width, bounded, indicator } = part;
  const value = fill === undefined ? raw : `COALESCE(${raw}, ${sqlNumber(fill)})`;
  const scaled =
    center === 0 && width === 1 ? value : `((${value} - ${sqlNumber(center)}) / ${sqlNumber(width)})`;
  const out = [bounded ? `(${scaled} / SQRT(1e0 + (${scaled} / 3e0) * (${scaled} / 3e0)))` : scaled];
  if (indicator) out.push(`CASE WHEN ${column} IS NULL THEN 1e0 ELSE 0e0 END`);
  return out;
}

function oneHotSql(part: OneHotPart, words: SqlWords): string[] {
  const text = levelText(part, words);
  const flag = (condition: string): string => `CASE WHEN ${condition} THEN 1e0 ELSE 0e0 END`;
  const columns = part.levels.map((level) => flag(`${text} = ${levelSql(part, level)}`));
  if (part.pooled.length > 0)
    columns.push(flag(`${text} IN (${part.pooled.map((level) => levelSql(part, level)).join(", ")})`));
  const out = columns.slice(part.first);
  if (part.missing) out.push(flag(`${words.name(part.name)} IS NULL`));
  return out;
}

function codesSql(part: CodesPart, words: SqlWords): string {
  const text = levelText(part, words);
  const cases = part.levels.map((level, code) => `WHEN ${levelSql(part, level)} THEN ${sqlNumber(code)}`);
  for (const level of part.pooled)
    cases.push(`WHEN ${levelSql(part, level)} THEN ${sqlNumber(part.levels.length)}`);
  return `CASE ${text} ${cases.join(" ")} END`;
}

/** The column as text; engines write truth values in lower case, files often do not. */
function levelText(part: OneHotPart | CodesPart, words: SqlWords): string {
  const text = `CAST(${words.name(part.name)} AS ${words.text})`;
  return isTruth(part) ? `LOWER(${text})` : text;
}

function levelSql(part: OneHotPart | CodesPart, level: string): string {
  return sqlText(isTruth(part) ? level.toLowerCase() : level);
}

function isTruth({ levels }: OneHotPart | CodesPart): boolean {
  return levels.length <= 2 && levels.every((level) => /^(true|false)$/i.test(level));
}
