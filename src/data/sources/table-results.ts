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

const commands = {
  ours: "node scripts/tables.mjs",
  peers: "python scripts/reference/tables.py",
  hillstrom: "python scripts/reference/hillstrom.py",
  "keras-churn": "python scripts/reference/keras_churn.py",
} as const;

/** The figures in `data/tables/NAME.json`; an error that names the command, where it is not there. */
export function savedFigures<Result>(name: keyof typeof commands): Result {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) throw new Error(`Cannot read ${file}: it is not there; ${commands[name]} makes it`);
  return JSON.parse(readFileSync(file, "utf8")) as Result;
}
