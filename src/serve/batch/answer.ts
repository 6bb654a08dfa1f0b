import type { z } from "zod";
import { type Column, table } from "../../data/table";
import { csvText } from "../../data/write/write-csv";
import { addDrift, type DriftCounts, unusableColumn } from "../../services/predict/drift";
import { type Risk, risks } from "../../services/score/decide";
import type { Desk } from "../../services/score/desk";
import { driftOfBatch } from "../monitoring/drift";
import type { Problem } from "../problem";
import type { batchSummarySchema } from "../schemas";
import { fieldOf, type Prediction } from "../score";
import { type CustomerRows, idColumn, type RowError } from "./rows";

export type BatchSummary = z.infer<typeof batchSummarySchema>;

/** Some rows of a batch with what is said of them; rows named in `errors` have no prediction. */
export interface ScoredRows extends Pick<CustomerRows, "before" | "count" | "errors" | "sent"> {
  readonly predictions: readonly Prediction[];
}

/** How an answer is written, from one end to the other. */
export interface BatchForm {
  readonly type: string;
  readonly file?: string;
  /** Whether it repeats the columns that were sent. */
  readonly sent: boolean;
  head(): string;
  rows(lot: ScoredRows): string;
  /** `problem` says why the batch ends before its end. */
  tail(summary: BatchSummary, problem?: Problem): string;
}

/** Most columns named that no model reads. */
const mostNames = 100;

/** Most errors told of one batch in a single JSON document. */
const mostErrors = 1000;

/**
 * The form that an Accept header asks for: CSV, newline-delimited JSON, or else one JSON document. `summary` lets CSV end
 * with a line of it, as the others do.
 */
export function formFor(accept: string, summary: boolean): BatchForm {
  if (accept.includes("text/csv")) return csvForm(summary);
  return /ndjson|jsonl/.test(accept) ? linesForm() : jsonForm();
}

/** What is counted of a batch as it goes. */
export class BatchCount {
  private rows = 0;
  private predicted = 0;
  private unused: readonly string[] = [];
  private lacking: readonly string[] = [];
  private readAs: string | undefined;
  private readonly drift: DriftCounts[] = [];
  private readonly refused: Map<string, number> = new Map();
  private readonly byRisk = Object.fromEntries(risks.map((risk) => [risk, 0])) as Record<Risk, number>;

  constructor(private readonly desk: Desk) {}

  /** `drift` is what was counted of the rows that have a prediction. */
  add({ count, predictions, errors }: ScoredRows, drift: readonly DriftCounts[]): void {
    this.rows += count;
    this.predicted += predictions.length;
    addDrift(this.drift, drift);
    // A field counts once a row, whatever rules it breaks.
    const fields = new Set(errors.map(({ row, field }) => `${row} ${field}`));
    for (const one of fields) {
      const field = one.slice(one.indexOf(" ") + 1);
      this.refused.set(field, (this.refused.get(field) ?? 0) + 1);
    }
    for (const { risk_level } of predictions) this.byRisk[risk_level]++;
  }

  /** Takes over which columns of a file no model reads, and which optional ones it lacks. */
  columns(unused: readonly string[], lacking: readonly string[]): void {
    [this.unused, this.lacking] = [unused, lacking];
  }

  /** Takes over how a file was read that is no UTF-8. */
  encoding(name: string): void {
    this.readAs = name;
  }

  /** What is wrong with a column of which no row's value could be used; undefined where there is none. */
  unusable(acceptLoss: boolean): string | undefined {
    if (this.rows < 2) return undefined;
    if (this.predicted === 0) {
      const field = [...this.refused].find(([, count]) => count === this.rows)?.[0];
      return (
        field &&
        `Every row was refused for its ${field}: look at how it is written, and at the rules of /docs`
      );
    }
    const found = acceptLoss ? undefined : unusableColumn(this.drift);
    return (
      found &&
      `${fieldOf(this.desk, found.column)}: ${found.finding}; ?accept_loss=true predicts all the same, without it`
    );
  }

  summary(): BatchSummary {
    const drift = driftOfBatch(this.desk, this.drift);
    return {
      rows: this.rows,
      predicted: this.predicted,
      rejected: this.rows - this.predicted,
      high_risk: this.byRisk.High,
      medium_risk: this.byRisk.Medium,
      low_risk: this.byRisk.Low,
      ...(this.unused.length > 0 ? { unused_columns: this.unused.slice(0, mostNames) } : {}),
      ...(this.lacking.length > 0 ? { missing_columns: [...this.lacking] } : {}),
      ...(this.readAs === undefined ? {} : { encoding: this.readAs }),
      ...(drift.length > 0 ? { drift } : {}),
    };
  }
}

/** One row: its number and either what is said of it or why nothing is. */
interface Row {
  readonly row: number;
  readonly prediction?: Prediction;
  readonly errors: readonly RowError[];
  readonly sent?: readonly string[];
}

/** The rows in their order. */
function* inOrder({ before, count, predictions, errors, sent }: ScoredRows): Generator<Row> {
  let [p, e] = [0, 0];
  for (let row = before + 1; row <= before + count; row++) {
    const own: RowError[] = [];
    while (e < errors.length && errors[e].row === row) own.push(errors[e++]);
    yield {
      row,
      errors: own,
      sent: sent?.cells[row - before - 1],
      ...(own.length > 0 ? {} : { prediction: predictions[p++] }),
    };
  }
}

function jsonForm(): BatchForm {
  const errors: RowError[] = [];
  let first = true;
  return {
    type: "application/json; charset=utf-8",
    sent: false,
    head: () => '{"predictions":[',
    rows(lot) {
      let text = "";
      for (const { row, prediction, errors: own } of inOrder(lot)) {
        if (prediction) {
          text += `${first ? "" : ","}${JSON.stringify({ row, ...prediction })}`;
          first = false;
        } else errors.push(...own.slice(0, mostErrors - errors.length));
      }
      return text;
    },
    tail: (summary, problem) =>
      `],"errors":${JSON.stringify(errors)},"summary":${JSON.stringify(summary)}${problem ? `,"problem":${JSON.stringify(problem)}` : ""}}`,
  };
}

function linesForm(): BatchForm {
  return {
    type: "application/x-ndjson; charset=utf-8",
    sent: false,
    head: () => "",
    rows: (lot) =>
      Array.from(inOrder(lot), ({ row, prediction, errors }) => {
        const why = errors.map(({ field, rule }) => ({ field, rule }));
        return `${JSON.stringify(prediction ? { row, ...prediction } : { row, errors: why })}\n`;
      }).join(""),
    tail: (summary, problem) => `${JSON.stringify({ summary, ...(problem ? { problem } : {}) })}\n`,
  };
}

/** What an answer says of a row, by column. */
const answered: readonly (readonly [name: string, cell: (one: Prediction) => string | number | undefined])[] =
  [
    ["churn_probability", (one) => one.churn_probability],
    ["risk_level", (one) => one.risk_level],
    ["clv", (one) => one.clv],
    ["clv_low", (one) => one.clv_interval?.[0]],
    ["clv_high", (one) => one.clv_interval?.[1]],
    ["recommended_action", (one) => one.recommended_action],
    ["expected_profit", (one) => one.expected_profit],
    [
      "reasons",
      (one) =>
        one.reasons
          ?.map(
            ({ field, value, contribution }) =>
              `${field} ${value || "not known"} (${contribution > 0 ? "+" : ""}${contribution})`,
          )
          .join("; "),
    ],
    ["model", (one) => one.model],
  ];

/** The names of the columns that were sent: one that is called as a column of the answer stays, as "sent_…". */
function besideAnswers(own: readonly string[]): string[] {
  const ours = new Set(["row", "error", ...answered.map(([name]) => name)]);
  const taken = new Set([...ours, ...own]);
  return own.map((name) => {
    if (!ours.has(name)) return name;
    let other = `sent_${name}`;
    while (taken.has(other)) other = `sent_${other}`;
    taken.add(other);
    return other;
  });
}

/** One line for each row of the request: its own columns, then what is said of it; safe to open in a spreadsheet. */
function csvForm(withSummary: boolean): BatchForm {
  let names: readonly string[] | undefined;
  const written = (rows: readonly Row[], own: readonly string[] = [idColumn]): string => {
    const first = names === undefined;
    names ??= besideAnswers(own);
    const column = (name: string, cell: (one: Row) => string | number | undefined): Column => ({
      name,
      type: "text",
      values: rows.map((row) => String(cell(row) ?? "")),
    });
    return csvText(
      table([
        column("row", (row) => row.row || undefined),
        ...names.map((name, j) => column(name, (row) => row.sent?.[j])),
        ...answered.map(([name, cell]) => column(name, ({ prediction }) => prediction && cell(prediction))),
        column("error", (row) => row.errors.map(({ field, rule }) => `${field} ${rule}`).join("; ")),
      ]),
      { spreadsheetSafe: true, header: first },
    );
  };
  return {
    type: "text/csv; charset=utf-8",
    file: "predictions.csv",
    sent: true,
    head: () => "",
    rows: (lot) => written([...inOrder(lot)], lot.sent?.names),
    tail: (summary, problem) => {
      const said: Row[] = [];
      const say = (field: string, rule: string): void =>
        void said.push({ row: 0, errors: [{ row: 0, field, rule }] });
      if (problem) say("batch", `ends here: ${problem.detail ?? problem.title}`);
      if (withSummary) say("summary", JSON.stringify(summary));
      return said.length > 0 || names === undefined ? written(said) : "";
    },
  };
}
