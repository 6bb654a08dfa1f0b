import { check } from "../../core/checks";
import { isEncoding } from "./encoding";

/** How a text file lays out a table. */
export interface Dialect {
  /** A label of the Encoding Standard, such as "utf-8", "utf-16le" or "windows-1252". */
  readonly encoding: string;
  /** One ASCII character between fields. */
  readonly delimiter: string;
  /** Around fields that hold delimiters; left out, a double quote. */
  readonly quote?: "'";
  /** Whether a quote inside quotes is written with a backslash; left out, it is doubled. */
  readonly backslash?: boolean;
  /** Lines that begin so are passed over; left out, there are none. */
  readonly comment?: string;
  /** Lines above the header (or, without one, above the first row); left out, none. */
  readonly skip?: number;
  /** Whether the first line names the columns; left out, it does. Without one they are "column 1", "column 2", … */
  readonly header?: boolean;
  /** The decimal mark, where a column by itself doesn't tell. */
  readonly decimal?: "." | ",";
  /** What separates thousands, likewise. */
  readonly thousands?: string;
}

/** What in the dialect is not as in most files, in words; empty where all is. */
export function dialectWords(dialect: Dialect): string[] {
  const words: string[] = [];
  if (dialect.encoding !== "utf-8") words.push(`encoding ${dialect.encoding}`);
  if (dialect.delimiter !== ",") words.push(`delimiter ${delimiterName(dialect.delimiter)}`);
  if (dialect.quote) words.push(`quotes ${dialect.quote}`);
  if (dialect.backslash) words.push("backslashes before quotes");
  if (dialect.comment !== undefined) words.push(`lines that begin with ${dialect.comment} passed over`);
  if (dialect.skip)
    words.push(
      `${dialect.skip} line${dialect.skip === 1 ? "" : "s"} above the ${dialect.header === false ? "first row" : "header"} passed over`,
    );
  if (dialect.header === false) words.push('no header: columns are called "column 1", "column 2", …');
  if (dialect.decimal === ",") words.push("decimal comma");
  return words;
}

/** The delimiter's name, where it has no shape of its own. */
export function delimiterName(delimiter: string): string {
  return delimiter === "\t" ? "tab" : delimiter === " " ? "blank" : delimiter;
}

/** The dialect that `value` (parsed JSON) describes; throws, naming `action`, where it is none. */
export function dialectFromJson(value: unknown, action: string): Dialect {
  check(
    typeof value === "object" && value !== null && !Array.isArray(value),
    action,
    "dialect must be an object",
    value,
  );
  const one = value as Record<string, unknown>;
  const allowed = [
    "encoding",
    "delimiter",
    "quote",
    "backslash",
    "comment",
    "skip",
    "header",
    "decimal",
    "thousands",
  ];
  for (const name of Object.keys(one))
    check(allowed.includes(name), action, `dialect may only have ${allowed.join(", ")}`, name);
  const must = (fits: boolean, rule: string, found: unknown): void =>
    check(fits, action, `dialect.${rule}`, found);
  const flag = (found: unknown): boolean => found === undefined || typeof found === "boolean";
  must(
    typeof one.encoding === "string" && isEncoding(one.encoding),
    "encoding must be one that is known",
    one.encoding,
  );
  must(isDelimiter(one.delimiter), "delimiter must be one ASCII character", one.delimiter);
  must(one.quote === undefined || one.quote === "'", "quote must be an apostrophe", one.quote);
  must(
    one.comment === undefined || (typeof one.comment === "string" && isDelimiter(one.comment[0])),
    "comment must be text",
    one.comment,
  );
  must(flag(one.backslash), "backslash must be true or false", one.backslash);
  must(flag(one.header), "header must be true or false", one.header);
  const { skip = 0, decimal = ".", thousands = "," } = one;
  must(
    Number.isInteger(skip) && Number(skip) >= 0 && Number(skip) < 1e6,
    "skip must be a number of lines",
    skip,
  );
  must(decimal === "." || decimal === ",", 'decimal must be "." or ","', decimal);
  must(typeof thousands === "string" && thousands.length === 1, "thousands must be one character", thousands);
  return one as unknown as Dialect;
}

/** Whether the text may stand between fields. */
export function isDelimiter(text: unknown): text is string {
  return typeof text === "string" && text.length === 1 && text.charCodeAt(0) < 128 && !/["\r\n\0]/.test(text);
}
