import type { CodesPart, Encoder, NumberPart, OneHotPart, Part } from "../../../features/encoder";
import { type SqlWords, sqlNumber, sqlText } from "./text";

/** One expression a matrix column, in order, over the raw columns of a table; NULL stands for a missing value. */
export function encoderSql(encoder: Encoder, words: SqlWords): string[] {
  return encoder.parts.flatMap((part) => partSql(part, words));
}

function partSql(part: Part, words: SqlWords): string[] {
  if (part.kind === "number") return numberSql(part, words);
  return part.kind === "codes" ? [codesSql(part, words)] : oneHotSql(part, words);
}

function numberSql(part: NumberPart, words: SqlWords): string[] {
  const { fill, center, width, bounded, indicator } = part;
  const raw = `CAST(${words.name(part.name)} AS ${words.double})`;
  const value = fill === undefined ? raw : `COALESCE(${raw}, ${sqlNumber(fill)})`;
  const scaled =
    center === 0 && width === 1 ? value : `((${value} - ${sqlNumber(center)}) / ${sqlNumber(width)})`;
  const out = [bounded ? `(${scaled} / SQRT(1e0 + (${scaled} / 3e0) * (${scaled} / 3e0)))` : scaled];
  if (indicator) out.push(`CASE WHEN ${words.name(part.name)} IS NULL THEN 1e0 ELSE 0e0 END`);
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
