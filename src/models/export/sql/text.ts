/** "standard": quotes and types as ISO SQL has them, which DuckDB, PostgreSQL and Trino read. "spark": Spark SQL's own. */
export type SqlDialect = "standard" | "spark";

/** What dialects say differently. */
export interface SqlWords {
  /** A name, quoted. */
  name(name: string): string;
  /** The types of numbers and of text. */
  readonly double: string;
  readonly text: string;
  /** Seconds from 1970 to a timestamp without a zone. */
  epoch(moment: string): string;
  /** The field of a timestamp that counts weekdays from 1 for Monday. */
  readonly weekday: string;
}

export const sqlWords: Readonly<Record<SqlDialect, SqlWords>> = {
  standard: {
    name: (name) => `"${name.replaceAll('"', '""')}"`,
    double: "DOUBLE PRECISION",
    text: "VARCHAR",
    epoch: (moment) => `CAST(EXTRACT(EPOCH FROM ${moment}) AS DOUBLE PRECISION)`,
    weekday: "ISODOW",
  },
  spark: {
    name: (name) => `\`${name.replaceAll("`", "``")}\``,
    double: "DOUBLE",
    text: "STRING",
    // From the fields, as the seconds since 1970 would depend on the session's time zone.
    epoch: (moment) =>
      `(DATEDIFF(CAST(${moment} AS DATE), DATE '1970-01-01') * 8.64e4 + EXTRACT(HOUR FROM ${moment}) * 3.6e3 + EXTRACT(MINUTE FROM ${moment}) * 6e1 + CAST(EXTRACT(SECOND FROM ${moment}) AS DOUBLE))`,
    weekday: "DAYOFWEEK_ISO",
  },
};

/** Gives an expression a name that later expressions may use as often as they like. */
export type Define = (expression: string) => string;

/** A string in SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A number in SQL with all its digits; the exponent makes it a DOUBLE and not a decimal. */
export function sqlNumber(value: number): string {
  return value < 0 ? `(${value.toExponential()})` : value.toExponential();
}

/** The sum of terms, added in pairs, then pairs of pairs: engines limit how deep an expression may nest. */
export function sqlSum(terms: readonly string[]): string {
  if (terms.length === 0) return "0e0";
  if (terms.length === 1) return terms[0];
  const half = terms.length >> 1;
  return `(${sqlSum(terms.slice(0, half))} + ${sqlSum(terms.slice(half))})`;
}
