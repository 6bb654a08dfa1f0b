import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { z } from "zod";
import { driftCounts } from "../../services/predict/drift";
import type { Desk } from "../../services/score/desk";
import { route } from "../access/route-scope";
import { answerCustomers } from "../answering";
import { BatchCount, type BatchForm, formFor, type ScoredRows } from "../batch/answer";
import { BodyError } from "../batch/json-list";
import type { CustomerRows, RowsOptions } from "../batch/rows";
import { rowsFromCsv } from "../batch/rows-from-csv";
import { rowsFromJson, rowsFromLines } from "../batch/rows-from-json";
import { Spool } from "../batch/spool";
import { limited, readRest } from "../body";
import type { App, Context } from "../context";
import { HttpProblem, problem, problemOf } from "../problem";
import { batchSummarySchema, predictionSchema, reasonsQuery, rowErrorSchema } from "../schemas";

const batchSchema = z
  .object({
    predictions: z.array(
      predictionSchema
        .extend({ row: z.number().int().describe("Counted from 1") })
        .meta({ id: "RowPrediction" }),
    ),
    errors: z.array(rowErrorSchema).describe("Rows that could not be used, the first thousand"),
    summary: batchSummarySchema,
    problem: problem
      .optional()
      .describe("Why the batch ends before its end, where that was found once the answer had begun"),
  })
  .meta({ id: "BatchPrediction" });

const readers: Readonly<
  Record<string, (body: AsyncIterable<Uint8Array>, options: RowsOptions) => AsyncGenerator<CustomerRows>>
> = {
  "application/json": rowsFromJson,
  "application/x-ndjson": rowsFromLines,
  "application/jsonl": rowsFromLines,
  "text/csv": rowsFromCsv,
  "application/csv": rowsFromCsv,
};

/** So much of an answer is held back, for what is wrong with a small batch to be told by the status. */
const heldBack = 1 << 14;

const batchQuery = reasonsQuery(0).extend({
  accept_loss: z
    .enum(["true", "false"])
    .default("false")
    .describe("Whether rows are predicted though training saw no value of a column that they hold"),
  summary: z
    .enum(["true", "false"])
    .default("false")
    .describe("Whether CSV ends with a line without a row's number, whose error is the summary as JSON"),
});

/** Predicts many customers, as they arrive. */
export function batchRoutes(root: App, context: Context): void {
  // The body is read here and not by a parser, so this route has a scope of its own.
  root.register(async (scope) => {
    const app = scope as unknown as App;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(Object.keys(readers), (_, body, done) => done(null, body));
    app.post(
      "/batch-predict",
      route("predict", {
        summary: "The same for many customers, as JSON or CSV",
        description:
          'Send application/json (a list of customers, or {"customers": […]}), application/x-ndjson (a customer a line) or text/csv with a header, in which a column customer_id or customerID names the customers. Rows are answered as they arrive, in the form that Accept names, and a row that breaks a rule is reported in its place. What is found wrong once the answer has begun is told at its end.',
        tags: ["predict"],
        querystring: batchQuery,
        produces: ["application/json", "application/x-ndjson", "text/csv"],
        response: { 200: batchSchema, 400: problem, 413: problem, 415: problem, 422: problem },
      }),
      async (request, reply) => {
        const { batchLimit } = context.settings;
        if (Number(request.headers["content-length"] ?? 0) > batchLimit) throw tooLarge(batchLimit);
        if (!(request.body instanceof Readable))
          throw new HttpProblem(400, `There must be a body of ${Object.keys(readers).join(", ")}`);
        const [type] = (request.headers["content-type"] ?? "").toLowerCase().split(/\s*;/, 1);
        const form = formFor(request.headers.accept ?? "", request.query.summary === "true");
        const gone = new AbortController();
        const end = context.admission.begin();
        reply.raw.once("close", () => {
          end();
          gone.abort();
        });
        const body = limited(request.body, batchLimit, () => tooLarge(batchLimit));
        let begun = false;
        // One batch, one model: another that is promoted meanwhile answers the next.
        const model = context.desk();
        const count = new BatchCount(model);
        const rows = readers[type](body, {
          fields: model.fields,
          sent: form.sent,
          columns: (unused, lacking) => count.columns(unused, lacking),
          encoding: (name) => count.encoding(name),
        });
        const text = answer(rows, form, context, {
          model,
          count,
          reasons: request.query.reasons,
          acceptLoss: request.query.accept_loss === "true",
          gone: gone.signal,
          begun: () => begun,
        });
        const held: string[] = [];
        let size = 0;
        let ended = false;
        while (size < heldBack && !ended) {
          const next = await text.next();
          if (next.done) ended = true;
          else {
            held.push(next.value);
            size += next.value.length;
          }
        }
        begun = true;
        reply.type(form.type);
        if (form.file) reply.header("content-disposition", `attachment; filename="${form.file}"`);
        const first = Buffer.from(held.join(""));
        if (ended) return reply.send(first as never);
        const { store, settings } = context;
        const spool = new Spool({
          folder: store.file === ":memory:" ? tmpdir() : dirname(store.file),
          memory: 1 << 20,
          most: settings.spoolLimit,
          patience: 60_000,
        });
        fill(spool, first, text)
          .catch((error: unknown) => {
            if (!gone.signal.aborted) request.log.error({ err: error }, "a batch was broken off");
            spool.end(error as Error);
          })
          // Whoever sends everything before it reads would wait for ever where the answer ends first.
          .finally(() => readRest(request.raw, batchLimit));
        return reply.send(Readable.from(spool, { objectMode: false }) as never);
      },
    );
  });
}

/** Puts the text into the spool until nobody reads it any more. */
async function fill(spool: Spool, first: Buffer, text: AsyncGenerator<string>): Promise<void> {
  await spool.write(first);
  for await (const piece of text) {
    if (spool.abandoned) return;
    await spool.write(Buffer.from(piece));
  }
  spool.end();
}

interface Asked {
  readonly model: Desk;
  readonly count: BatchCount;
  readonly reasons: number;
  /** Whether rows are answered though no value of a column can be used. */
  readonly acceptLoss: boolean;
  readonly gone: AbortSignal;
  /** Whether the answer was begun, so that its status can't be changed any more. */
  readonly begun: () => boolean;
}

/** The answer's text, piece by piece. */
async function* answer(
  rows: AsyncGenerator<CustomerRows>,
  form: BatchForm,
  context: Context,
  { model, count, reasons, acceptLoss, gone, begun }: Asked,
): AsyncGenerator<string> {
  yield form.head();
  try {
    for await (const { rows: good, ids, ...lot } of rows) {
      gone.throwIfAborted();
      const predictions =
        good.rows > 0 ? await answerCustomers(context, model, good, (i) => ids[i], reasons) : [];
      const scored: ScoredRows = { ...lot, predictions };
      count.add(scored, driftCounts(model.profile ?? [], good));
      yield form.rows(scored);
      await context.log.room();
      // Others wait no longer than one lot takes.
      await turn();
    }
  } catch (error) {
    const known = error instanceof BodyError ? bodyProblem(error) : error;
    if (!begun() || gone.aborted) throw known;
    yield form.tail(count.summary(), problemOf(known as Error));
    return;
  }
  const unusable = count.unusable(acceptLoss);
  if (unusable === undefined) {
    yield form.tail(count.summary());
    return;
  }
  const refused = new HttpProblem(422, unusable, { title: "No value of a column can be used" });
  if (!begun()) throw refused;
  yield form.tail(count.summary(), problemOf(refused));
}

function bodyProblem({ kind, message }: BodyError): HttpProblem {
  return kind === "size" ? new HttpProblem(413, message) : new HttpProblem(400, message);
}

function tooLarge(most: number): HttpProblem {
  return new HttpProblem(413, `A batch may have ${most} bytes (TELELINK_BATCH_LIMIT)`);
}
