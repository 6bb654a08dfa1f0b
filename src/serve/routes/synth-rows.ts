import { Readable } from "node:stream";
import { z } from "zod";
import { runInThread } from "../../core/pool";
import { addGeneration } from "../../data/store/generations";
import { findModel } from "../../data/store/models";
import { cellText, type Table } from "../../data/table";
import { csvWriter } from "../../data/write/write-csv";
import { type Beside, besideReal } from "../../services/synthetic/beside";
import { drawBlocks, notesOn } from "../../services/synthetic/draw";
import type { Where } from "../../synthesis/conditions";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { generatorSources, realRowsOf } from "../generators";
import { goneOf, problem } from "../problem";

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);
const rangeSchema = z.strictObject({
  from: z.union([z.number(), z.string()]).optional(),
  to: z.union([z.number(), z.string()]).optional(),
});
const sampleSchema = z
  .strictObject({
    model: z.string().min(1).max(120).describe("A model's name, name@version or alias"),
    rows: z.number().int().min(1).max(10_000_000).default(1000),
    seed: z.string().max(100).default("1"),
    where: z
      .record(z.string().max(200), z.union([scalar, z.array(scalar).max(1000), rangeSchema]))
      .optional()
      .describe("What every row has to satisfy, by column"),
  })
  .meta({ id: "SampleRequest" });

const share = z.number().min(0).max(1);
const heldOutSchema = z
  .object({
    quality: z.number().describe("What customers never seen reach beside those learned from"),
    privacy: z.number().describe("1 − memorisation, from 0 to 1"),
    privacy_low: z.number().describe("The ends of its 95% interval"),
    privacy_high: z.number(),
    memorisation: z
      .number()
      .describe("0 where drawn rows are no nearer to learned than to unseen customers, 1 for copies"),
    closest: z.number().describe("Median distance of drawn rows to the closest learned customer"),
    closest_held_out: z.number().describe("The same of customers never seen"),
    copies: share.describe("Drawn rows that equal a learned customer"),
    copies_held_out: share.describe("Customers never seen who do"),
  })
  .meta({ id: "HeldOut" });
const besideSchema = z
  .object({
    rows: z.object({
      real: z.number().int().describe("Those learned from"),
      synthetic: z.number().int(),
      held_out: z.number().int().describe("Those never seen"),
    }),
    quality: z.number().describe("SDMetrics' quality score, 1 is best"),
    shapes: z.number().describe("Its half on single columns"),
    trends: z.number().describe("Its half on pairs of columns"),
    copies: z.number().int().describe("Synthetic rows that equal a real one in every column but identifiers"),
    held_out: heldOutSchema
      .optional()
      .describe("Left out where no rows were held out: privacy is then not measured"),
    columns: z
      .array(
        z.object({
          column: z.string(),
          likeness: z.number().optional(),
          shares: z.array(z.object({ value: z.string(), real: share, synthetic: share })),
        }),
      )
      .describe("The least alike first"),
  })
  .meta({ id: "BesideReal" });
export type BesideReal = z.infer<typeof besideSchema>;

/** Rows drawn to be compared with the real ones. */
const comparedRows = 2000;

/** Rows drawn at a time for an answer. */
const streamedRows = 10_000;

/** What is said beside a file. */
const notesHeader = "telelink-notes";

/** Most rows shown before a download. */
const previewRows = 10;

/** Rows of a generator: the first ones, beside the real ones, or all as a file. */
export function synthRowsRoutes(app: App, { settings, store, admission }: Context): void {
  const sourceOf = generatorSources(store);

  app.post(
    "/synth/preview",
    route("read", {
      summary: "The first rows of a sample",
      tags: ["synth"],
      body: sampleSchema,
      response: {
        200: z.object({
          columns: z.array(z.string()),
          rows: z.array(z.array(z.string())),
          notes: z.array(z.string()).describe("What the whole sample is short of: identifiers that repeat"),
        }),
        404: problem,
        422: problem,
      },
    }),
    async (request, reply) => {
      const { model, rows, seed, where } = request.body;
      // The first block is the one that a download begins with.
      const draw = { source: sourceOf(model), rows, seed, where: where as Where };
      const first = await admission.run(() => drawBlocks(draw, { each: streamedRows }).next(), goneOf(reply));
      const block: Table | undefined = first.done ? undefined : first.value;
      return {
        notes: [...(await runInThread(notesOn, { source: draw.source, rows }))],
        columns: (block?.columns ?? []).map((column) => column.name),
        rows: Array.from({ length: Math.min(previewRows, block?.rows ?? 0) }, (_, i) =>
          (block?.columns ?? []).map((column) => cellText(column, i)),
        ),
      };
    },
  );

  app.post(
    "/synth/compare",
    route("read", {
      summary: "Drawn rows beside the real ones that the generator learned from, and those that it never saw",
      tags: ["synth"],
      body: z.strictObject({
        model: z.string().min(1).max(200),
        seed: z.string().max(100).default("1"),
      }),
      response: { 200: besideSchema, 404: problem, 422: problem },
    }),
    async (request, reply) => {
      const { model, seed } = request.body;
      const made = { source: sourceOf(model), rows: comparedRows, seed };
      const real = realRowsOf(store, settings.data, model);
      return shownBeside(await admission.run(() => runInThread(besideReal, { real, made }), goneOf(reply)));
    },
  );

  app.post(
    "/synth/sample",
    route("write", {
      summary: "Rows as CSV, streamed",
      description: `The header ${notesHeader} holds what the rows are short of (identifiers that repeat): a list of sentences as JSON, URI-encoded; without it there is nothing to be said.`,
      tags: ["synth"],
      body: sampleSchema,
      produces: ["text/csv"],
      response: { 200: z.string().describe("CSV with a header"), 404: problem, 422: problem },
    }),
    async (request, reply) => {
      const { model, rows, seed, where } = request.body;
      const draw = { source: sourceOf(model), rows, seed, where: where as Where };
      const blocks = drawBlocks(draw, { each: streamedRows });
      const end = admission.begin();
      reply.raw.once("close", end);
      const gone = goneOf(reply);
      // Conditions that can't be met fail here, before the answer has begun.
      const first = await admission.run(() => blocks.next(), gone);
      addGeneration(store, {
        modelId: findModel(store, model)?.id,
        model,
        rows,
        seed,
        conditions: where ?? {},
      });
      const notes = await runInThread(notesOn, { source: draw.source, rows });
      if (notes.length > 0) reply.header(notesHeader, encodeURIComponent(JSON.stringify(notes)));
      const rest = (): Promise<IteratorResult<Table>> => admission.inTurn(() => blocks.next(), gone);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", 'attachment; filename="synthetic.csv"')
        .send(Readable.from(csvOf(first, rest)) as never);
    },
  );
}

/** A comparison as the API tells of it. */
function shownBeside({ rows, heldOut, columns, ...found }: Beside): z.infer<typeof besideSchema> {
  return {
    ...found,
    rows: { real: rows.real, synthetic: rows.synthetic, held_out: rows.heldOut },
    ...(heldOut && {
      held_out: {
        quality: heldOut.quality,
        privacy: heldOut.privacy,
        privacy_low: heldOut.privacyLow,
        privacy_high: heldOut.privacyHigh,
        memorisation: heldOut.memorisation,
        closest: heldOut.closest,
        copies: heldOut.copies,
        closest_held_out: heldOut.closestHeldOut,
        copies_held_out: heldOut.copiesHeldOut,
      },
    }),
    columns: columns.map((column) => ({ ...column, shares: [...column.shares] })),
  };
}

async function* csvOf(
  first: IteratorResult<Table>,
  rest: () => Promise<IteratorResult<Table>>,
): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  const writer = csvWriter((bytes) => pieces.push(Buffer.from(bytes)), { spreadsheetSafe: true });
  for (let next = first; !next.done; next = await rest()) {
    writer.write(next.value);
    yield* pieces.splice(0);
  }
  writer.end();
  yield* pieces.splice(0);
}
