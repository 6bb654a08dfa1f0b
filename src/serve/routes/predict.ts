import { Readable } from "node:stream";
import { z } from "zod";
import { parseCsv } from "../../data/read-csv";
import type { Schema } from "../../data/schema";
import { type Table, table } from "../../data/table";
import { csvText } from "../../data/write-csv";
import { deskFields } from "../../studies/desk/columns";
import type { DeskCustomer } from "../../studies/desk/rows";
import type { App, Context } from "../app";
import { HttpProblem, problem } from "../problem";
import { ruleOf } from "../rule";
import {
  customerSchema,
  explanationSchema,
  predictionSchema,
  reasonsQuery,
  rowErrorSchema,
} from "../schemas";
import { explainCustomer, type Prediction, scoreCustomers, scoreTable } from "../score";

const batchSchema = z
  .object({
    predictions: z.array(predictionSchema),
    errors: z.array(rowErrorSchema).describe("Rows that could not be used; the others were"),
    summary: z.object({
      rows: z.number().int(),
      predicted: z.number().int(),
      rejected: z.number().int(),
      high_risk: z.number().int(),
      medium_risk: z.number().int(),
      low_risk: z.number().int(),
    }),
  })
  .meta({ id: "BatchPrediction" });

/** Most errors told of one batch. */
const mostErrors = 1000;

/** Predicts one customer, or many. */
export function predictRoutes(app: App, context: Context): void {
  const { log } = context;

  app.post(
    "/predict",
    {
      schema: {
        summary: "Churn probability, value and action for one customer",
        description: "Minutes may be left out; a model that does without them then answers.",
        tags: ["predict"],
        body: customerSchema,
        querystring: reasonsQuery(3),
        response: { 200: predictionSchema, 400: problem },
      },
    },
    async (request) => {
      const { reasons } = request.query;
      const customers = [request.body as DeskCustomer];
      const [prediction] = scoreCustomers(context.desk(), context.settings, customers, reasons);
      log.add(prediction);
      return prediction;
    },
  );

  app.post(
    "/explain",
    {
      schema: {
        summary: "Why a customer gets its prediction, and what would change it",
        description:
          "Contributions are SHAP values: with `expected` they add up to the model's score. Changes are one at a time.",
        tags: ["predict"],
        body: customerSchema,
        querystring: reasonsQuery(20),
        response: { 200: explanationSchema, 400: problem, 422: problem },
      },
    },
    async (request) => {
      const customer = request.body as DeskCustomer;
      const said = explainCustomer(context.desk(), context.settings, customer, request.query.reasons);
      if (!said)
        throw new HttpProblem(
          422,
          "There are no reasons",
          `${context.desk().origin.model} is of a kind that has no reasons of its own`,
        );
      return said;
    },
  );

  app.addContentTypeParser(["text/csv", "application/csv"], { parseAs: "buffer" }, (_, body, done) =>
    done(null, body),
  );
  app.post(
    "/batch-predict",
    {
      schema: {
        summary: "The same for many customers, as JSON or CSV",
        description:
          'Send application/json (a list of customers, or {"customers": […]}) or text/csv with a header; a row that breaks a rule is reported and the others are answered. With Accept: text/csv the answer is CSV.',
        tags: ["predict"],
        querystring: reasonsQuery(0),
        produces: ["application/json", "text/csv"],
        response: { 200: batchSchema, 400: problem, 413: problem, 415: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const batch = Buffer.isBuffer(request.body)
        ? fromCsv(request.body, context, request.query.reasons)
        : fromJson(request.body, context, request.query.reasons);
      for (const one of batch.predictions) log.add(one);
      if ((request.headers.accept ?? "").includes("text/csv")) {
        return reply
          .header("x-rejected-rows", batch.errors.length)
          .header("content-disposition", 'attachment; filename="predictions.csv"')
          .type("text/csv; charset=utf-8")
          .send(Readable.from(csvPieces(batch.predictions)) as never);
      }
      const count = (risk: string): number =>
        batch.predictions.filter((one) => one.risk_level === risk).length;
      return {
        predictions: batch.predictions,
        errors: batch.errors.slice(0, mostErrors),
        summary: {
          rows: batch.rows,
          predicted: batch.predictions.length,
          rejected: batch.rows - batch.predictions.length,
          high_risk: count("High"),
          medium_risk: count("Medium"),
          low_risk: count("Low"),
        },
      };
    },
  );
}

interface Batch {
  readonly rows: number;
  readonly predictions: Prediction[];
  readonly errors: z.infer<typeof rowErrorSchema>[];
}

function fromJson(body: unknown, { desk, settings }: Context, top: number): Batch {
  const list = Array.isArray(body) ? body : (body as { customers?: unknown } | null)?.customers;
  if (!Array.isArray(list)) {
    throw new HttpProblem(
      400,
      "The request is not as it must be",
      'The body must be a list of customers or {"customers": […]}',
    );
  }
  const good: DeskCustomer[] = [];
  const errors: Batch["errors"] = [];
  list.forEach((one, i) => {
    const checked = customerSchema.safeParse(one, { reportInput: true });
    if (checked.success) good.push(checked.data as DeskCustomer);
    else
      for (const issue of checked.error.issues)
        errors.push({ row: i + 1, field: issue.path.join(".") || "customer", rule: ruleOf(issue) });
  });
  return { rows: list.length, predictions: scoreCustomers(desk(), settings, good, top), errors };
}

function fromCsv(body: Buffer, { desk, settings }: Context, top: number): Batch {
  const header = body.subarray(0, 65_536).toString("utf8").split(/\r?\n/, 1)[0];
  // Columns are found by their key or by their name in churn-bigml.
  const byKey = /(^|[,;\t])"?account_length"?([,;\t]|$)/.test(header.replace(/^\uFEFF/, ""));
  const nameOf = (field: (typeof deskFields)[number]): string => (byKey ? field.key : field.column);
  const wanted = deskFields.filter((field) => header.includes(nameOf(field)));
  const schema: Schema = {
    columns: [
      ...(header.includes("customer_id") ? [{ name: "customer_id", type: "id" as const }] : []),
      ...wanted.map((field) =>
        field.kind === "number"
          ? {
              name: nameOf(field),
              type: "numeric" as const,
              minimum: field.low,
              maximum: field.high,
              required: !field.optional,
            }
          : field.kind === "choice"
            ? { name: nameOf(field), type: "categorical" as const, levels: field.choices, required: true }
            : // With its words given, another word is that row's fault; any usual pair is read.
              { name: nameOf(field), type: "boolean" as const, levels: ["No", "Yes"], required: true },
      ),
    ],
  };
  const missing = deskFields.filter(
    (field) => !wanted.includes(field) && !(field.kind === "number" && field.optional),
  );
  if (missing.length > 0) {
    throw new HttpProblem(
      422,
      "The data cannot be used",
      `The CSV must have the columns ${missing.map(nameOf).join(", ")} as well`,
    );
  }
  const read = parseCsv(body, { schema, maxProblems: mostErrors }, "the CSV sent");
  const rows = read.table.rows === 0 ? undefined : inDeskColumns(read.table, nameOf);
  const ids = read.table.columns.find((one) => one.name === "customer_id");
  const predictions = rows
    ? scoreTable(
        desk(),
        settings,
        rows,
        (i) => (ids && "values" in ids && ids.type !== "numeric" ? ids.values[i] : undefined),
        top,
      )
    : [];
  const errors = read.problems.map((one) => ({
    row: Math.max(1, one.line - 1),
    field: one.column ?? "row",
    rule: `${one.rule}, got ${one.value}`,
  }));
  return { rows: read.rows, predictions, errors };
}

function inDeskColumns(read: Table, nameOf: (field: (typeof deskFields)[number]) => string): Table {
  return table(
    deskFields.map((field) => {
      const found = read.columns.find((one) => one.name === nameOf(field));
      if (found) return { ...found, name: field.column };
      return {
        name: field.column,
        type: "numeric" as const,
        values: new Float64Array(read.rows).fill(Number.NaN),
      };
    }),
  );
}

/** The answer as CSV, some rows at a time, safe to open in a spreadsheet. */
function* csvPieces(predictions: readonly Prediction[]): Generator<string> {
  const numeric = (name: string, rows: readonly Prediction[], value: (one: Prediction) => number) => ({
    name,
    type: "numeric" as const,
    values: Float64Array.from(rows, value),
  });
  const text = (name: string, rows: readonly Prediction[], value: (one: Prediction) => string) => ({
    name,
    type: "text" as const,
    values: rows.map(value),
  });
  for (let from = 0; from === 0 || from < predictions.length; from += 5000) {
    const rows = predictions.slice(from, from + 5000);
    const csv = csvText(
      table([
        text("customer_id", rows, (one) => one.customer_id ?? ""),
        numeric("churn_probability", rows, (one) => one.churn_probability),
        text("risk_level", rows, (one) => one.risk_level),
        numeric("clv", rows, (one) => one.clv),
        numeric("clv_low", rows, (one) => one.clv_interval[0]),
        numeric("clv_high", rows, (one) => one.clv_interval[1]),
        text("recommended_action", rows, (one) => one.recommended_action),
        numeric("expected_profit", rows, (one) => one.expected_profit),
      ]),
      { spreadsheetSafe: true },
    );
    yield from === 0 ? csv : csv.slice(csv.indexOf("\n") + 1);
  }
}
