import { z } from "zod";
import { findModel, listModels, promote, promotions } from "../../data/store/models";
import { challenge, setChallenge } from "../../data/store/monitoring/challenge";
import { route } from "../access/route-scope";
import { championAlias } from "../champion";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";

const fields = {
  name: z.string(),
  version: z.number().int(),
  kind: z.string(),
  sha256: z.string(),
  at: z.string(),
  aliases: z.array(z.string()).readonly(),
};
const modelSchema = z.object(fields).meta({ id: "StoredModel" });
/** The same with what its trainer found worth keeping. */
export const describedModelSchema = z
  .object({ ...fields, metadata: z.record(z.string(), z.unknown()).readonly() })
  .meta({ id: "Model" });
export type DescribedModel = z.infer<typeof describedModelSchema>;

const servingSchema = z
  .object({
    model: z.string(),
    source: z.enum(["champion", "desk"]),
    problem: z.string().optional().describe("Why the champion does not answer"),
  })
  .meta({ id: "Serving" });

const promotionSchema = z
  .object({
    at: z.string(),
    who: z.string(),
    model: z.string(),
    before: z.string().optional(),
    reason: z.string(),
  })
  .meta({ id: "Promotion" });
const championSchema = servingSchema.extend({ history: z.array(promotionSchema) }).meta({ id: "Champion" });
export type Champion = z.infer<typeof championSchema>;

export const modelReference = z
  .string()
  .min(1)
  .max(200)
  .describe("A name, or name@version")
  .meta({ examples: ["churn@1"] });

/** What the store keeps of models, and which of them answers. */
export function modelRoutes(app: App, context: Context): void {
  const { store, champion, desk } = context;
  app.get(
    "/models",
    route("read", {
      summary: "The models in the store, the newest first",
      tags: ["models"],
      response: { 200: z.array(modelSchema) },
    }),
    async () => listModels(store).slice(0, 1000),
  );

  app.get(
    "/models/described",
    route("read", {
      summary: "The models that can answer, with metrics, data and provenance, the newest first",
      tags: ["models"],
      response: { 200: z.array(describedModelSchema) },
    }),
    async () =>
      listModels(store)
        .filter((model) => !model.kind.startsWith("synthesiser "))
        .slice(0, 200),
  );

  app.get(
    "/models/champion",
    route("read", {
      summary: "Which model answers, and who promoted what, when and why",
      tags: ["models"],
      response: { 200: championSchema },
    }),
    async () => ({
      ...(champion?.serving() ?? { model: desk().origin.model, source: "desk" as const }),
      history: promotions(store, championAlias),
    }),
  );

  app.put(
    "/models/champion",
    route("admin", {
      summary: "Let a model of the store answer from now on",
      tags: ["models"],
      body: z.strictObject({
        model: modelReference,
        reason: z.string().max(500).default("").describe("Why: it stands in the history"),
      }),
      response: { 200: servingSchema, 400: problem, 404: problem, 422: problem },
    }),
    async (request) => promoted(context, request.body.model, request.who, request.body.reason),
  );

  app.post(
    "/models/champion/rollback",
    route("admin", {
      summary: "Let the model answer again that was champion before",
      tags: ["models"],
      body: z.strictObject({ reason: z.string().max(500).default("") }),
      response: { 200: servingSchema, 404: problem, 409: problem, 422: problem },
    }),
    async (request) => {
      const before = promotions(store, championAlias)[0]?.before;
      if (before === undefined) throw new HttpProblem(409, "No model was champion before this one");
      return promoted(context, before, request.who, request.body.reason || "rolled back");
    },
  );
}

/** Lets a model of the store answer from now on; one that was tried out is so no longer. */
function promoted(
  { store, champion }: Context,
  reference: string,
  who: string,
  reason: string,
): z.infer<typeof servingSchema> {
  const found = findModel(store, reference);
  if (!found) throw new HttpProblem(404, "There is no such model; /models lists them");
  champion?.check(reference);
  promote(store, championAlias, found, { who, reason });
  if (challenge(store)?.model.id === found.id)
    setChallenge(store, undefined, { who, reason: "it answers now" });
  champion?.refresh();
  return champion?.serving() ?? { model: found.name, source: "desk" as const };
}
