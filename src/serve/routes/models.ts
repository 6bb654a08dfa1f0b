import { z } from "zod";
import { findModel, listModels, setAlias } from "../../data/store/models";
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

const servingSchema = z
  .object({
    model: z.string(),
    source: z.enum(["champion", "desk"]),
    problem: z.string().optional().describe("Why the champion does not answer"),
  })
  .meta({ id: "Serving" });

/** What the store keeps of models, and which of them answers. */
export function modelRoutes(app: App, { store, champion }: Context): void {
  app.get(
    "/models",
    {
      config: { scope: "read" },
      schema: {
        summary: "The models in the store, the newest first",
        tags: ["models"],
        response: { 200: z.array(modelSchema) },
      },
    },
    async () => listModels(store).slice(0, 1000),
  );

  app.put(
    "/models/champion",
    {
      config: { scope: "admin" },
      schema: {
        summary: "Let a model of the store answer from now on",
        tags: ["models"],
        body: z.strictObject({
          model: z
            .string()
            .min(1)
            .max(200)
            .describe("A name, or name@version")
            .meta({ examples: ["churn@1"] }),
        }),
        response: { 200: servingSchema, 400: problem, 404: problem, 422: problem },
      },
    },
    async (request) => {
      const found = findModel(store, request.body.model);
      if (!found)
        throw new HttpProblem(404, "There is nothing here", "There is no such model; /models lists them");
      champion?.check(request.body.model);
      setAlias(store, championAlias, found.id);
      champion?.refresh();
      return champion?.serving() ?? { model: found.name, source: "desk" as const };
    },
  );
}
