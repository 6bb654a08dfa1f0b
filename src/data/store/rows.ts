import type Database from "libsql";

interface Opened {
  readonly db: Database.Database;
}

/**
 * The rows that a query finds, as the objects that they stand for: its columns are called as the object's fields, what is
 * NULL is left out, and the fields of `json` are read as such. A damaged cell becomes what `json` has for it.
 */
export function rowsOf<T>(
  { db }: Opened,
  query: string,
  values: readonly unknown[] = [],
  json: Partial<NoInfer<T>> = {},
): T[] {
  const rows = db.prepare(query).all(...values) as Record<string, unknown>[];
  return rows.map((row) => {
    const known = Object.entries(row).filter(([, value]) => value !== null);
    return Object.fromEntries(
      known.map(([name, value]) => [
        name,
        name in json ? storedJson(value as string, json[name as keyof T]) : value,
      ]),
    ) as T;
  });
}

/** The first of the rows that a query finds; undefined where it finds none. */
export function rowOf<T>(...query: Parameters<typeof rowsOf<T>>): T | undefined {
  return rowsOf<T>(...query)[0];
}

/** How many rows there are of "a table WHERE …". */
export function countOf({ db }: Opened, of: string, ...values: readonly unknown[]): number {
  return (db.prepare(`SELECT count(*) AS n FROM ${of}`).get(...values) as { n: number }).n;
}

/** What a cell of JSON holds; where it is damaged, `instead`: one row must not take the others with it (`telelink doctor` tells of it). */
export function storedJson<T>(text: string, instead: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return instead;
  }
}
