import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Figures of learners on tables, as a command wrote them down. */
export interface SavedTables<Result> {
  /** Of the programs that made them. */
  readonly versions: Readonly<Record<string, string>>;
  /** Rows taken of a table at most. */
  readonly rows: number;
  /** How often the rows were divided into two folds. */
  readonly repeats: number;
  readonly tables: Readonly<Record<string, Result>>;
}

const folder = join(resolve(__dirname, "..", "..", ".."), "data", "tables");

/** The figures in `data/tables/NAME.json`; an error that names the command, where it is not there. */
export function savedTables<Result>(name: "ours" | "peers"): SavedTables<Result> {
  const file = join(folder, `${name}.json`);
  const command = name === "ours" ? "node scripts/tables.mjs" : "python scripts/reference/tables.py";
  if (!existsSync(file)) throw new Error(`Cannot read ${file}: it is not there; ${command} makes it`);
  return JSON.parse(readFileSync(file, "utf8")) as SavedTables<Result>;
}
