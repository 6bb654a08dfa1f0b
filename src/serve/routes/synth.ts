import { z } from "zod";
import { runInThread } from "../../core/pool";
import { type PretrainedCard, pretrainedCards } from "../../data/sources/pretrained";
import { listModels } from "../../data/store/models";
import { checkData } from "../../services/synthetic/check-data";
import { heldOutShares } from "../../services/synthetic/real-rows";
import { methodNames } from "../../synthesis/method-names";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { csvFiles, dataFile, pathInside } from "../data-path";
import { pretrainedPrefix } from "../generators";
import { goneOf, HttpProblem, problem } from "../problem";
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
    duplicates: z
      .number()
      .int()
      .describe("Few rows of customers who have an earlier row; training leaves them out"),
    notes: z.array(z.string()).describe("Whose the rows are and what training counts, in sentences"),
    columns: z.array(
      z.object({ name: z.string(), type: z.string(), missing: z.number().int(), summary: z.string() }),
    ),
    problems: z.array(z.string()),
  })
  .meta({ id: "DataCheck" });
export type DataCheck = z.infer<typeof dataSchema>;

const trainSchema = z
  .strictObject({
    path: pathSchema.shape.path,
    method: z.enum(methodNames as [string, ...string[]]).default(methodNames[0]),
    epochs: z.number().int().min(1).max(10_000).default(60).describe("For the methods that train by epochs"),
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

/** Synthetic customers: check the data, train a generator, list those there are. */
export function synthRoutes(app: App, { settings, store, queue, admission }: Context): void {
  app.get(
    "/synth/files",
    route("read", {
      summary: "The CSV files of the data folder",
      tags: ["synth"],
      response: { 200: z.array(z.string()) },
    }),
    async () => csvFiles(settings.data),
  );

  app.post(
    "/synth/check",
    route("read", {
      summary: "What a data file holds, and what is wrong with it",
      tags: ["synth"],
      body: pathSchema,
      response: { 200: dataSchema, 422: problem },
    }),
    async (request, reply) => {
      const { path } = request.body;
      const full = dataFile(settings.data, path);
      const found = await admission.run(
        () =>
          runInThread(checkData, { path: full, file: path }).catch((error: Error) => {
            // What can't be read at all is told with the name that was given, not with where it lies here.
            throw new HttpProblem(422, error.message.replaceAll(full, path));
          }),
        goneOf(reply),
      );
      return {
        path: pathInside(settings.data, full),
        ...found,
        notes: [...found.notes],
        columns: [...found.columns],
        problems: [...found.problems],
      };
    },
  );

  app.post(
    "/synth/train",
    route("write", {
      summary: "Train a generator; the answer is a job",
      tags: ["synth"],
      body: trainSchema,
      response: { 202: jobSchema, 422: problem },
    }),
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
    route("read", {
      summary: "The generators there are",
      tags: ["synth"],
      response: { 200: z.array(describedModelSchema) },
    }),
    async () => [
      ...listModels(store).filter((model) => model.kind.startsWith("synthesiser ")),
      ...pretrainedCards().map(pretrainedModel),
    ],
  );
}

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
