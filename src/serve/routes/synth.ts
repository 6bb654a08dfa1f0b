import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { runInThread } from "../../core/pool";
import { type PretrainedCard, pretrainedCards } from "../../data/sources/pretrained";
import type { SchemaName } from "../../data/sources/sources";
import { addGeneration } from "../../data/store/generations";
import { findModel, listModels, modelContent } from "../../data/store/models";
import { cellText, type Table } from "../../data/table";
import { csvWriter } from "../../data/write/write-csv";
import { type Beside, type BesideWork, besideReal } from "../../services/synthetic/beside";
import { checkData } from "../../services/synthetic/check-data";
import { drawBlocks, type GeneratorSource } from "../../services/synthetic/draw";
import { type HeldOut, heldOutShares } from "../../services/synthetic/real-rows";
import type { Where } from "../../synthesis/conditions";
import { methodNames } from "../../synthesis/methods";
import type { App, Context } from "../context";
import { csvFiles, dataFile, pathInside } from "../data-path";
import { ClientGone, HttpProblem, problem } from "../problem";
import { jobSchema, shownJob } from "./jobs";
import { describedModelSchema } from "./models";

const pathSchema = z.object({
  path: z.string().min(1).max(500).describe("A CSV file inside the data folder"),
});

const dataSchema = z
  .object({
    path: z.string(),
    rows: z.number().int(),
    rejected: z.number().int(),
    duplicates: z.number().int().describe("Rows of customers who stand further up; training leaves them out"),
    columns: z.array(
      z.object({ name: z.string(), type: z.string(), missing: z.number().int(), summary: z.string() }),
    ),
    problems: z.array(z.string()),
  })
  .meta({ id: "DataCheck" });

const trainSchema = z
  .strictObject({
    path: pathSchema.shape.path,
    method: z.enum(methodNames as [string, ...string[]]).default(methodNames[0]),
    epochs: z.number().int().min(1).max(10_000).default(100).describe("For the methods that train by epochs"),
    held_out: z
      .number()
      .min(heldOutShares.least)
      .max(heldOutShares.most)
      .default(heldOutShares.usual)
      .describe("The share of the customers that it does not see; without them privacy is not measured"),
    epsilon: z
      .number()
      .min(0.001)
      .max(1000)
      .default(1)
      .describe(
        "For mst: how much one customer may change what is learned. It holds nobody out, and its noise does not follow from the seed",
      ),
    seed: z.string().max(100).default("1"),
    name: z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u)
      .default("self-trained"),
  })
  .meta({ id: "TrainRequest" });

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

/** Rows drawn to be compared with the real ones. */
const comparedRows = 2000;

/** Simulated customers whom a pretrained generator never saw, to compare it with. */
const freshRows = 3000;

/** Rows drawn at a time for an answer. */
const streamedRows = 10_000;

/** Most rows shown before a download. */
const previewRows = 10;

/** Synthetic customers: check the data, train a generator, draw rows. */
export function synthRoutes(app: App, { settings, store, queue, admission }: Context): void {
  app.get(
    "/synth/files",
    {
      config: { scope: "read" },
      schema: {
        summary: "The CSV files of the data folder",
        tags: ["synth"],
        response: { 200: z.array(z.string()) },
      },
    },
    async () => csvFiles(settings.data),
  );

  app.post(
    "/synth/check",
    {
      config: { scope: "read" },
      schema: {
        summary: "What a data file holds, and what is wrong with it",
        tags: ["synth"],
        body: pathSchema,
        response: { 200: dataSchema, 422: problem },
      },
    },
    async (request, reply) => {
      const { path } = request.body;
      const full = dataFile(settings.data, path);
      const found = await admission.run(
        () =>
          runInThread(checkData, { path: full, file: path }).catch((error: Error) => {
            // What can't be read at all is told with the name that was given, not with where it lies here.
            throw new HttpProblem(422, "The data cannot be used", error.message.replaceAll(full, path));
          }),
        goneOf(reply),
      );
      return {
        path: pathInside(settings.data, full),
        ...found,
        columns: [...found.columns],
        problems: [...found.problems],
      };
    },
  );

  app.post(
    "/synth/train",
    {
      config: { scope: "write" },
      schema: {
        summary: "Train a generator; the answer is a job",
        tags: ["synth"],
        body: trainSchema,
        response: { 202: jobSchema, 422: problem },
      },
    },
    async (request, reply) => {
      const { path: file, held_out: heldOut, ...rest } = request.body;
      const path = dataFile(settings.data, file);
      // Where a folder was named, the file that lies in it: what is told of a model must be found again.
      const job = queue.add("train synthesiser", {
        ...rest,
        heldOut,
        file: pathInside(settings.data, path),
        path,
      });
      return reply.code(202).send(shownJob(job));
    },
  );

  app.get(
    "/synth/models",
    {
      config: { scope: "read" },
      schema: {
        summary: "The generators there are",
        tags: ["synth"],
        response: { 200: z.array(describedModelSchema) },
      },
    },
    async () => [
      ...listModels(store).filter((one) => one.kind.startsWith("synthesiser ")),
      ...pretrainedCards().map(pretrainedModel),
    ],
  );

  // Bytes are read once and shared with the threads that draw: those of the newest few models stay.
  const read = new Map<number, GeneratorSource>();
  const sourceOf = (reference: string): GeneratorSource => {
    const name = pretrainedName(reference);
    if (name !== undefined) return { kind: "pretrained", name };
    const found = findModel(store, reference);
    if (!found?.kind.startsWith("synthesiser "))
      throw new HttpProblem(
        404,
        "There is nothing here",
        "There is no such generator; /synth/models lists those there are",
      );
    const known = read.get(found.id) ?? {
      kind: "saved" as const,
      key: `${found.id} ${found.sha256}`,
      bytes: shared(modelContent(store, found.id)),
    };
    read.delete(found.id);
    read.set(found.id, known);
    for (const id of [...read.keys()].slice(0, -4)) read.delete(id);
    return known;
  };

  /** Where the rows are to be had that a generator learned from; throws where they are not here. */
  const realOf = (reference: string): BesideWork["real"] => {
    const name = pretrainedName(reference);
    if (name !== undefined) {
      const { schema, rows, seed } = pretrainedCards().find((one) => one.name === name) as PretrainedCard;
      return { kind: "simulator", schema: schema as SchemaName, rows, seed, fresh: freshRows };
    }
    const { data, sha256, heldOut, privacy } = findModel(store, reference)?.metadata ?? {};
    if (privacy !== undefined)
      throw new HttpProblem(
        422,
        "The data cannot be used",
        "A private generator keeps nothing of its data to be compared with: telelink synth report compares files",
      );
    if (typeof data !== "string" || typeof sha256 !== "string")
      throw new HttpProblem(
        422,
        "The data cannot be used",
        "The real customers of this generator are not here: compare one that was trained here",
      );
    const path = dataFile(settings.data, data);
    return { kind: "file", path, file: data, sha256, ...(heldOut ? { heldOut: heldOut as HeldOut } : {}) };
  };

  app.post(
    "/synth/preview",
    {
      config: { scope: "read" },
      schema: {
        summary: "The first rows of a sample",
        tags: ["synth"],
        body: sampleSchema,
        response: {
          200: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
          404: problem,
          422: problem,
        },
      },
    },
    async (request, reply) => {
      const { model, rows, seed, where } = request.body;
      // The first block is the one that a download begins with.
      const draw = { source: sourceOf(model), rows, seed, where: where as Where };
      const first = await admission.run(() => drawBlocks(draw, { each: streamedRows }).next(), goneOf(reply));
      const block: Table | undefined = first.done ? undefined : first.value;
      return {
        columns: (block?.columns ?? []).map((one) => one.name),
        rows: Array.from({ length: Math.min(previewRows, block?.rows ?? 0) }, (_, i) =>
          (block?.columns ?? []).map((one) => cellText(one, i)),
        ),
      };
    },
  );

  app.post(
    "/synth/compare",
    {
      config: { scope: "read" },
      schema: {
        summary:
          "Drawn rows beside the real ones that the generator learned from, and those that it never saw",
        tags: ["synth"],
        body: z.strictObject({
          model: z.string().min(1).max(200),
          seed: z.string().max(100).default("1"),
        }),
        response: { 200: besideSchema, 404: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const { model, seed } = request.body;
      const made = { source: sourceOf(model), rows: comparedRows, seed };
      const real = realOf(model);
      return shownBeside(await admission.run(() => runInThread(besideReal, { real, made }), goneOf(reply)));
    },
  );

  app.post(
    "/synth/sample",
    {
      config: { scope: "write" },
      schema: {
        summary: "Rows as CSV, streamed",
        tags: ["synth"],
        body: sampleSchema,
        produces: ["text/csv"],
        response: { 200: z.string().describe("CSV with a header"), 404: problem, 422: problem },
      },
    },
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
    columns: columns.map((one) => ({ ...one, shares: [...one.shares] })),
  };
}

/** Pretrained generators are listed and asked for as "pretrained NAME", so that a trained one never hides them. */
const pretrainedPrefix = "pretrained ";

/** A pretrained generator as the list shows it. */
function pretrainedModel(card: PretrainedCard): z.infer<typeof describedModelSchema> {
  const { name, title, method, sha256, made, rows, figures } = card;
  return {
    name: `${pretrainedPrefix}${name}`,
    version: 1,
    kind: `synthesiser ${method}`,
    sha256,
    at: made,
    aliases: [],
    metadata: { data: title, rows, figures },
  };
}

/** The pretrained generator that a reference means, if it means one. */
function pretrainedName(reference: string): string | undefined {
  const name = reference.replace(/@1$/, "").slice(pretrainedPrefix.length);
  if (!reference.startsWith(pretrainedPrefix)) return undefined;
  return pretrainedCards().some((one) => one.name === name) ? name : undefined;
}

/** Says when the client has gone: what it asked for need not be done any more. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => gone.abort(new ClientGone()));
  return gone.signal;
}

/** The bytes where all threads can read them. */
function shared(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(new SharedArrayBuffer(bytes.length));
  out.set(bytes);
  return out;
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
