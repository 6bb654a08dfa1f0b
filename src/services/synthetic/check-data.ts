import { type Task, task } from "../../core/pool";
import { problemText } from "../../data/problems";
import { profile } from "../../data/profile";
import { readCsv } from "../../data/read/read-csv";
import { describeLearning } from "../../synthesis/learning";
import { rowsToLearn } from "./rows-to-learn";

/** What a data file holds, and what is wrong with it. */
export interface DataCheck {
  /** Rows that can be used, and those that can't. */
  readonly rows: number;
  readonly rejected: number;
  /** Of those that can, the few rows of customers who have an earlier row: they are left out. */
  readonly duplicates: number;
  /** Whose the rows are, and what a generator counts, in sentences. */
  readonly notes: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly missing: number;
    readonly summary: string;
  }[];
  /** The first ones, in words. */
  readonly problems: readonly string[];
}

const mostProblems = 20;

/** Looks at a CSV file, which may be large, away from the thread that answers requests; `file` names it in messages. */
export const checkData: Task<{ readonly path: string; readonly file: string }, DataCheck> = task(
  "services/synthetic/check-data",
  "checkData",
  ({ path, file }) => {
    const { table, rows, rejected, problems } = readCsv(path);
    const { duplicates, whose } = rowsToLearn(table);
    return {
      rows: rows - rejected,
      rejected,
      duplicates,
      notes: describeLearning(whose, table.rows),
      columns: profile(table).map(({ name, type, missing, summary }) => ({ name, type, missing, summary })),
      problems: problems.slice(0, mostProblems).map((problem) => problemText({ ...problem, file })),
    };
  },
);
