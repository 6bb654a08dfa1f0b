import type { z } from "zod";
import { type Column, table } from "../../data/table";
import { csvText } from "../../data/write/write-csv";
import { type Risk, risks } from "../../services/score/decide";
import type { Problem } from "../problem";
import type { batchSummarySchema } from "../schemas";
import type { Prediction } from "../score";
import type { CustomerRows, RowError } from "./rows";

export type BatchSummary = z.infer<typeof batchSummarySchema>;

/** Some rows of a batch with what is said of them; rows named in `errors` have no prediction. */
export interface ScoredRows extends Pick<CustomerRows, "before" | "count" | "errors"> {
  readonly predictions: readonly Prediction[];
}

/** How an answer is written, from one end to the other. */
export interface BatchForm {
  readonly type: string;
  readonly file?: string;
  head(): string;
  rows(lot: ScoredRows): string;
  /** `problem` says why the batch ends before its end. */
  tail(summary: BatchSummary, problem?: Problem): string;
}

/** Most errors told of one batch in a single JSON document. */
const mostErrors = 1000;

/** The form that an Accept header asks for: CSV, newline-delimited JSON, or else one JSON document. */
export function formFor(accept: string): BatchForm {
  if (accept.includes("text/csv")) return csvForm();
  return /ndjson|jsonl/.test(accept) ? linesForm() : jsonForm();
}

/** What is counted of a batch as it goes. */
export class BatchCount {
  private rows = 0;
  private predicted = 0;
  private readonly byRisk = Object.fromEntries(risks.map((risk) => [risk, 0])) as Record<Risk, number>;

  add({ count, predictions }: ScoredRows): void {
    this.rows += count;
    this.predicted += predictions.length;
    for (const { risk_level } of predictions) this.byRisk[risk_level]++;
  }

  summary(): BatchSummary {
    return {
      rows: this.rows,
      predicted: this.predicted,
      rejected: this.rows - this.predicted,
      high_risk: this.byRisk.High,
      medium_risk: this.byRisk.Medium,
      low_risk: this.byRisk.Low,
    };
  }
}

/** One row: its number and either what is said of it or why nothing is. */
type Row = { readonly row: number; readonly prediction?: Prediction; readonly errors: readonly RowError[] };

/** The rows in their order. */
function* inOrder({ before, count, predictions, errors }: ScoredRows): Generator<Row> {
  let [p, e] = [0, 0];
  for (let row = before + 1; row <= before + count; row++) {
    const own: RowError[] = [];
    while (e < errors.length && errors[e].row === row) own.push(errors[e++]);
    yield own.length > 0 ? { row, errors: own } : { row, prediction: predictions[p++], errors: own };
  }
}

function jsonForm(): BatchForm {
  const errors: RowError[] = [];
  let first = true;
  return {
    type: "application/json; charset=utf-8",
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
    head: () => "",
    rows: (lot) =>
      Array.from(inOrder(lot), ({ row, prediction, errors }) => {
        const why = errors.map(({ field, rule }) => ({ field, rule }));
        return `${JSON.stringify(prediction ? { row, ...prediction } : { row, errors: why })}\n`;
      }).join(""),
    tail: (summary, problem) => `${JSON.stringify({ summary, ...(problem ? { problem } : {}) })}\n`,
  };
}

/** One line for each row of the request, safe to open in a spreadsheet. */
function csvForm(): BatchForm {
  let headed = false;
  const written = (rows: readonly Row[]): string => {
    const text = (name: string, cell: (one: Row) => string | undefined): Column => ({
      name,
      type: "text",
      values: rows.map((one) => cell(one) ?? ""),
    });
    const number = (name: string, cell: (one: Prediction) => number): Column => ({
      name,
      type: "numeric",
      values: Float64Array.from(rows, ({ prediction }) => (prediction ? cell(prediction) : Number.NaN)),
    });
    const csv = csvText(
      table([
        { name: "row", type: "numeric", values: Float64Array.from(rows, (one) => one.row || Number.NaN) },
        text("customer_id", (one) => one.prediction?.customer_id),
        number("churn_probability", (one) => one.churn_probability),
        text("risk_level", (one) => one.prediction?.risk_level),
        number("clv", (one) => one.clv ?? Number.NaN),
        number("clv_low", (one) => one.clv_interval?.[0] ?? Number.NaN),
        number("clv_high", (one) => one.clv_interval?.[1] ?? Number.NaN),
        text("recommended_action", (one) => one.prediction?.recommended_action),
        number("expected_profit", (one) => one.expected_profit ?? Number.NaN),
        text("reasons", (one) =>
          one.prediction?.reasons
            ?.map(
              ({ field, value, contribution }) =>
                `${field} ${value || "not known"} (${contribution > 0 ? "+" : ""}${contribution})`,
            )
            .join("; "),
        ),
        text("model", (one) => one.prediction?.model),
        text("error", (one) => one.errors.map(({ field, rule }) => `${field} ${rule}`).join("; ")),
      ]),
      { spreadsheetSafe: true },
    );
    const body = headed ? csv.slice(csv.indexOf("\n") + 1) : csv;
    headed = true;
    return body;
  };
  return {
    type: "text/csv; charset=utf-8",
    file: "predictions.csv",
    head: () => written([]),
    rows: (lot) => written([...inOrder(lot)]),
    tail: (_, problem) =>
      problem
        ? written([
            {
              row: 0,
              errors: [{ row: 0, field: "batch", rule: `ends here: ${problem.detail ?? problem.title}` }],
            },
          ])
        : "",
  };
}
