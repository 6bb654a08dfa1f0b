/** Engines whose SQL is written. */
export const sqlDialects = ["duckdb", "postgres", "spark", "sqlite"] as const;
export type SqlDialect = (typeof sqlDialects)[number];
