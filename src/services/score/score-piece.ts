import { type Task, task } from "../../core/pool";
import type { Dialect } from "../../data/dialect/dialect";
import { totalsRemark } from "../../data/infer/totals";
import type { Problem } from "../../data/problems";
import { parseCsv } from "../../data/read/read-csv";
import type { ColumnSchema } from "../../data/schema";
import { readRows } from "../../data/store/ingest";
import { openStore } from "../../data/store/open";
import { type Column, columnNamed, type Table, table } from "../../data/table";
import { csvWriter } from "../../data/write/write-csv";
import { type DriftCounts, driftCounts, type TrainedColumn } from "../predict/drift";
import { actions, type DecisionRules, decide, risks } from "./decide";
import { type Desk, type DeskOrigin, deskFromJSON, originOf } from "./desk";

/** Customers to be scored: some records of a CSV file, or some rows of a table in the store. */
export type CustomerPiece =
  | {
      readonly kind: "csv";
      readonly file: string;
      /** The header as the desk names its columns, ending with a line feed. */
      readonly header: string;
      readonly dialect: Dialect;
      readonly bytes: Uint8Array;
      /** The line of the file on which the piece begins. */
      readonly line: number;
    }
  | {
      readonly kind: "store";
      readonly file: string;
      readonly table: string;
      readonly from: number;
      readonly to: number;
    };

/** A piece and how to score it. */
export interface ScoreWork {
  /** Names the desk; a thread keeps the one that it read last. */
  readonly key: string;
  /** The desk's JSON, in memory that threads share. */
  readonly desk: Uint8Array;
  readonly rules: DecisionRules;
  /** Columns that are repeated in the answer. */
  readonly keep: readonly ColumnSchema[];
  /** Columns of the desk that the data has. */
  readonly columns: readonly ColumnSchema[];
  readonly spreadsheetSafe: boolean;
  /** How the columns were spread in training; left out, rows are not compared. */
  readonly profile?: readonly TrainedColumn[];
  readonly piece: CustomerPiece;
}

/** A piece's answer. */
export interface ScoredPiece {
  /** CSV without a header. */
  readonly csv: Uint8Array;
  readonly rows: number;
  readonly rejected: number;
  /** The numbers, from 1 within the piece, of rows left out. */
  readonly rejectedRows: readonly number[];
  readonly problemCount: number;
  /** The first ones. */
  readonly problems: readonly Problem[];
  readonly problemsByColumn: ReadonlyMap<string, number>;
  /** What there is to say of its last row, should it be the last of all. */
  readonly lastRow?: string;
  /** What the profile's columns hold. */
  readonly drift: readonly DriftCounts[];
  /** Customers of high, medium and low risk. */
  readonly byRisk: readonly number[];
  /** Sums over the customers. */
  readonly probability: number;
  readonly value: number;
  /** Customers whom the decision contacts, and what that is expected to bring in all. */
  readonly worthContacting: number;
  readonly profit: number;
}

/** The columns of an answer after those kept. */
export const answerColumns: readonly ColumnSchema[] = [
  { name: "churn_probability", type: "numeric", decimals: 6 },
  { name: "risk_level", type: "categorical", levels: risks },
  { name: "clv", type: "numeric", decimals: 2 },
  { name: "recommended_action", type: "categorical", levels: actions },
  { name: "expected_profit", type: "numeric", decimals: 2 },
  { name: "model", type: "text" },
];

// Reading a desk takes longer than scoring a piece, and all pieces of a file have the same.
let known: { readonly key: string; readonly desk: Desk } | undefined;

/** Scores a piece in whichever thread. */
export const scorePiece: Task<ScoreWork, ScoredPiece> = task(
  "services/score/score-piece",
  "scorePiece",
  (work) => {
    if (known?.key !== work.key) {
      const text = Buffer.from(work.desk).toString("utf8");
      known = { key: work.key, desk: deskFromJSON(JSON.parse(text)) };
    }
    const { table: rows, ...read } = readPiece(work);
    const drift = driftCounts(work.profile ?? [], rows);
    const lastRow = totalsRemark(rows);
    return { ...read, drift, ...(lastRow && { lastRow }), ...answer(known.desk, rows, work) };
  },
);

type Read = Pick<
  ScoredPiece,
  "rejected" | "rejectedRows" | "problemCount" | "problems" | "problemsByColumn"
> & {
  readonly table: Table;
};

function readPiece({ piece, columns, keep }: ScoreWork): Read {
  const wanted = [...columns, ...keep.filter(({ name }) => !columns.some((column) => column.name === name))];
  if (piece.kind === "store") {
    const store = openStore(piece.file);
    try {
      const { from, to } = piece;
      return {
        table: readRows(store, piece.table, wanted, { from, to }),
        rejected: 0,
        rejectedRows: [],
        problemCount: 0,
        problems: [],
        problemsByColumn: new Map(),
      };
    } finally {
      store.close();
    }
  }
  const { file, header, dialect, bytes, line } = piece;
  // Bad cells are taken for missing: every customer gets an answer.
  const read = parseCsv(
    Buffer.concat([Buffer.from(header), bytes]),
    {
      schema: { columns: wanted, dialect },
      only: wanted.map((schema) => schema.name),
      delimiter: dialect.delimiter,
      encoding: "utf-8",
      skip: 0,
      header: true,
      badCells: "missing",
    },
    file,
  );
  const problems = read.problems.map((problem) => ({ ...problem, line: problem.line - 2 + line }));
  const { rejected, rejectedRows } = read;
  return {
    table: read.table,
    rejected,
    rejectedRows,
    problemCount: read.problemCount,
    problems,
    problemsByColumn: read.problemsByColumn,
  };
}

function answer(
  desk: Desk,
  rows: Table,
  { rules, keep, spreadsheetSafe }: ScoreWork,
): Omit<ScoredPiece, keyof Read | "drift" | "lastRow"> {
  const n = rows.rows;
  const { probability, value, variant } = desk.score(rows);
  const risk = new Int32Array(n);
  const action = new Int32Array(n);
  const profit = new Float64Array(n);
  const byRisk = [0, 0, 0];
  const sums = { probability: 0, value: 0, worthContacting: 0, profit: 0 };
  for (let i = 0; i < n; i++) {
    const decision = decide(probability[i], value[i], rules);
    risk[i] = decision.risk;
    action[i] = decision.action;
    profit[i] = decision.expectedProfit;
    byRisk[risk[i]]++;
    sums.probability += probability[i];
    sums.value += value[i];
    if (decision.contact) {
      sums.worthContacting++;
      sums.profit += profit[i];
    }
  }
  const names = desk.variants.map((_, v) => modelName(originOf(desk, v)));
  const model = Array.from(variant, (v) => names[v]);
  const data = [probability, risk, value, action, profit];
  const made = answerColumns.map((column, k): Column => {
    if (column.type === "text") return { name: column.name, type: "text", values: model };
    if (column.type === "numeric")
      return {
        name: column.name,
        type: column.type,
        values: data[k] as Float64Array,
        decimals: column.decimals,
      };
    return {
      name: column.name,
      type: "categorical",
      codes: data[k] as Int32Array,
      levels: column.levels ?? [],
    };
  });
  const kept = keep.map((schema) => columnNamed(rows, schema.name));
  return { csv: csvBody(table([...kept, ...made]), spreadsheetSafe), rows: n, byRisk, ...sums };
}

/** What answered, and whether its value is more than a simulation. */
export function modelName({ model, simulatedValue }: DeskOrigin): string {
  return simulatedValue ? `${model}, value simulated` : model;
}

function csvBody(rows: Table, spreadsheetSafe: boolean): Uint8Array {
  const pieces: Uint8Array[] = [];
  // The header is written once, by whoever puts the pieces together.
  const writer = csvWriter((bytes) => pieces.push(bytes.slice()), { spreadsheetSafe, header: false });
  writer.write(rows);
  writer.end();
  return new Uint8Array(Buffer.concat(pieces));
}
