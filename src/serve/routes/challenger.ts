import { z } from "zod";
import { findModel } from "../../data/store/models";
import { challenge, challengeModes, setChallenge } from "../../data/store/monitoring/challenge";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";
import { modelReference } from "./models";

const reasonSchema = z.string().max(500).default("").describe("Why: it stands in the audit log");

const challengerSchema = z
  .object({
    model: z.string(),
    mode: z.enum(challengeModes),
    share: z.number().describe("The share of customers whom it answers; 0 in the mode shadow"),
    since: z.string(),
    problem: z.string().optional().describe("Why it takes no part, or did not the last time"),
    failures: z
      .number()
      .int()
      .describe("Requests that were answered without it since the start, as it failed"),
  })
  .meta({ id: "Challenger" });
export type Challenger = z.infer<typeof challengerSchema>;

/** What is answered where no model is tried out. */
export const noChallenger = (): HttpProblem =>
  new HttpProblem(404, "There is no challenger; PUT /models/challenger sets one");

/** A model that is tried out beside the champion: in shadow, or answering a share of the customers. */
export function challengerRoutes(app: App, { store, champion }: Context): void {
  const shown = (): z.infer<typeof challengerSchema> => {
    const found = challenge(store);
    if (!found) throw noChallenger();
    const { model, mode, share, since } = found;
    const state = champion?.challengerState() ?? { failures: 0 };
    return { model: `${model.name}@${model.version}`, mode, share, since, ...state };
  };

  app.get(
    "/models/challenger",
    route("read", {
      summary: "Which model is tried out beside the one that answers",
      tags: ["models"],
      response: { 200: challengerSchema, 404: problem },
    }),
    async () => shown(),
  );

  app.put(
    "/models/challenger",
    route("admin", {
      summary:
        "Try out a model: in shadow it is asked beside the champion, by share it answers some customers",
      description:
        "In either mode both models are asked and what each says is kept, so that they can be compared once outcomes come. A customer with a customer_id is always answered by the same one.",
      tags: ["models"],
      body: z.strictObject({
        model: modelReference,
        mode: z.enum(challengeModes).default("shadow"),
        share: z
          .number()
          .min(0.001)
          .max(0.999)
          .default(0.1)
          .describe("For the mode share: the share of customers whom it answers"),
        reason: reasonSchema,
      }),
      response: { 200: challengerSchema, 404: problem, 422: problem },
    }),
    async (request) => {
      const { model: reference, mode, share, reason } = request.body;
      const model = findModel(store, reference);
      if (!model) throw new HttpProblem(404, "There is no such model; /models/described lists them");
      champion?.checkChallenger(`${model.name}@${model.version}`);
      setChallenge(store, { model, mode, share: mode === "share" ? share : 0 }, { who: request.who, reason });
      champion?.refresh();
      return shown();
    },
  );

  app.delete(
    "/models/challenger",
    route("admin", {
      summary: "End the trial; what was said in it stays",
      tags: ["models"],
      querystring: z.strictObject({ reason: reasonSchema }),
      response: { 200: challengerSchema, 404: problem },
    }),
    async (request) => {
      const ended = shown();
      setChallenge(store, undefined, { who: request.who, reason: request.query.reason });
      champion?.refresh();
      return ended;
    },
  );
}
