/** "standard": quotes and types as ISO SQL has them, which DuckDB, PostgreSQL and Trino read. "spark": Spark SQL's own. */
export type SqlDialect = "standard" | "spark";

/** What dialects say differently. */
export interface SqlWords {
  /** A name, quoted. */
  name(name: string): string;
  /** The types of numbers and of text. */
  readonly double: string;
  readonly text: string;
}

export const sqlWords: Readonly<Record<SqlDialect, SqlWords>> = {
  standard: {
    name: (name) => `"${name.replaceAll('"', '""')}"`,
    double: "DOUBLE PRECISION",
    text: "VARCHAR",
  },
  spark: { name: (name) => `\`${name.replaceAll("`", "``")}\``, double: "DOUBLE", text: "STRING" },
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
