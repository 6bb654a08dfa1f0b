import { plainDecimal } from "../../../data/csv/cells";
import type { DateFormat } from "../../../data/formats/date-format";
import { parserOf, type ValueFormat } from "../../../data/formats/format";
import { unmistakable } from "../../../data/formats/words";
import { foldKey } from "../../../data/infer/fold";
import { type ColumnSchema, columnSchema, type Schema, truthOf, truthWords } from "../../../data/schema";
import type { CodesPart, DatePart, OneHotPart, Part, TargetMeanPart } from "../../../features/parts";
import { momentSql } from "./date-sql";
import { numberSql } from "./number-sql";
import { type SqlWords, sqlNumber } from "./text";

/**
 * A cell as the reader of files would have read it, whatever type the engine gave its column: a number, or the text of a
 * level in the spelling of training; NULL where it is missing or can't be read. `cell` is the column, `text` the same as
 * text without blanks around it.
 */
export function columnSql(
  part: Part | Pick<DatePart, "kind" | "name">,
  cell: string,
  text: string,
  schema: Schema,
  words: SqlWords,
): string {
  const own = columnSchema(schema, part.name);
  const absent = [...(schema.missing ?? []), ...(own?.missing ?? [])].map((word) => word.trim());
  if (part.kind === "date")
    return momentSql(part.name, cell, text, own?.format as DateFormat | undefined, words);
  if (part.kind === "text") return text;
  if (part.kind !== "number")
    return levelSql(part, { cell, text }, { own, absent, usual: schema.missing === undefined }, words);
  const format = own?.format as ValueFormat | undefined;
  const parse = format ? parserOf(format) : Number;
  const codes = new Set(absent.filter((word) => word !== "").map(parse));
  return [...codes]
    .filter(Number.isFinite)
    .reduce(
      (value, code) => `NULLIF(${value}, ${sqlNumber(code)})`,
      numberSql(part.name, cell, text, format, words),
    );
}

/** How a column's levels were read: its schema, the words that mean missing, and whether the usual ones do too. */
interface LevelReading {
  readonly own: ColumnSchema | undefined;
  readonly absent: readonly string[];
  readonly usual: boolean;
}

function levelSql(
  part: OneHotPart | CodesPart | TargetMeanPart,
  { cell, text }: { readonly cell: string; readonly text: string },
  { own, absent, usual }: LevelReading,
  words: SqlWords,
): string {
  const levels = own?.levels ?? ("pooled" in part ? [...part.levels, ...part.pooled] : part.levels);
  const keys = new Map<string, number>();
  for (const level of levels) keys.set(foldKey(level), (keys.get(foldKey(level)) ?? 0) + 1);
  const list = (of: readonly string[]): string => of.map(words.text).join(", ");
  const strange = (word: string): boolean => !keys.has(foldKey(word));
  const lower = `LOWER(${text})`;
  const cases: string[] = [];
  // Elsewhere a missing level counts as one that training did not see.
  const asked = part.kind === "target-mean" || (part.kind === "one-hot" && part.missing);
  if (asked && own?.type !== "boolean") {
    const given = absent.filter((word) => word !== "" && strange(word));
    cases.push(`WHEN ${text} IN (${list(["", ...given])}) THEN NULL`);
    if (usual) cases.push(`WHEN ${lower} IN (${list([...unmistakable].filter(strange))}) THEN NULL`);
  }
  // Spellings that differ by letter case are one level where no two levels do.
  const spelled = own?.levels?.filter(
    (level) => keys.get(foldKey(level)) === 1 && level.toLowerCase() !== level.toUpperCase(),
  );
  for (const level of spelled ?? [])
    cases.push(`WHEN ${lower} = LOWER(${words.text(level)}) THEN ${words.text(level)}`);
  // Engines read Yes and No as truth values, and write those otherwise.
  const truths = [0, 1].map((value) => levels.filter((level) => truthOf(level) === value));
  if (truths.every((truth) => truth.length === 1))
    for (const [value, [level]] of truths.entries()) {
      const others = own?.type === "boolean" ? truthWords(value) : [value === 0 ? "false" : "true"];
      cases.push(`WHEN ${lower} IN (${list(others)}) THEN ${words.text(level)}`);
    }
  // And codes as numbers, which lose leading zeros or gain decimals.
  const numbers = levels.map((level) => (plainDecimal.test(level) ? Number(level) : Number.NaN));
  if (numbers.every(Number.isFinite) && new Set(numbers).size === numbers.length) {
    const number = words.numberOf(cell, text);
    const coded = levels
      .map((level, k) => `WHEN ${sqlNumber(numbers[k])} THEN ${words.text(level)}`)
      .join(" ");
    cases.push(`WHEN NOT (${words.isText(cell)}) THEN CASE ${number} ${coded} ELSE ${text} END`);
  }
  const rest = own?.type === "boolean" ? `CASE WHEN ${text} IN (${list(levels)}) THEN ${text} END` : text;
  return cases.length === 0 ? rest : `CASE ${cases.join(" ")} ELSE ${rest} END`;
}
