import { z } from "zod";
import { runInThread } from "../../core/pool";
import { findModel } from "../../data/store/models";
import { challenge, challengeModes, setChallenge } from "../../data/store/monitoring/challenge";
import { agreement, saidByModel } from "../../data/store/monitoring/outcomes";
import type { Store } from "../../data/store/open";
import { type Judged, judgeModels, judgeStored } from "../../services/monitoring/judge";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";
import { judgedModelSchema, shownFigures, shownJudged } from "./judged";

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

const noChallenger = (): HttpProblem =>
  new HttpProblem(404, "There is nothing here", "There is no challenger; PUT /models/challenger sets one");

/** A model that is tried out beside the champion: in shadow, or answering a share of the customers. */
export function challengerRoutes(app: App, { store, champion, desk, admission }: Context): void {
  const shown = (): z.infer<typeof challengerSchema> => {
    const found = challenge(store);
    if (!found) throw noChallenger();
    const { model, mode, share, since } = found;
    const state = champion?.challengerState() ?? { failures: 0 };
    return { model: `${model.name}@${model.version}`, mode, share, since, ...state };
  };

  app.get(
    "/models/challenger",
    {
      config: { scope: "read" },
      schema: {
        summary: "Which model is tried out beside the one that answers",
        tags: ["models"],
        response: { 200: challengerSchema, 404: problem },
      },
    },
    async () => shown(),
  );

  app.put(
    "/models/challenger",
    {
      config: { scope: "admin" },
      schema: {
        summary:
          "Try out a model: in shadow it is asked beside the champion, by share it answers some customers",
        description:
          "In either mode both models are asked and what each says is kept, so that they can be compared once outcomes come. A customer with a customer_id is always answered by the same one.",
        tags: ["models"],
        body: z.strictObject({
          model: z
            .string()
            .min(1)
            .max(200)
            .describe("A name, or name@version")
            .meta({ examples: ["churn@2"] }),
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
      },
    },
    async (request) => {
      const { model: reference, mode, share, reason } = request.body;
      const model = findModel(store, reference);
      if (!model)
        throw new HttpProblem(
          404,
          "There is nothing here",
          "There is no such model; /models/described lists them",
        );
      champion?.checkChallenger(`${model.name}@${model.version}`);
      setChallenge(store, { model, mode, share: mode === "share" ? share : 0 }, { who: request.who, reason });
      champion?.refresh();
      return shown();
    },
  );

  app.delete(
    "/models/challenger",
    {
      config: { scope: "admin" },
      schema: {
        summary: "End the trial; what was said in it stays",
        tags: ["models"],
        querystring: z.object({ reason: reasonSchema }),
        response: { 200: challengerSchema, 404: problem },
      },
    },
    async (request) => {
      const ended = shown();
      setChallenge(store, undefined, { who: request.who, reason: request.query.reason });
      champion?.refresh();
      return ended;
    },
  );

  app.get(
    "/models/comparison",
    {
      config: { scope: "read" },
      schema: {
        summary: "Champion and challenger side by side: what each said, where they agree, who was right",
        tags: ["models"],
        response: { 200: comparisonSchema, 404: problem },
      },
    },
    async () => {
      const found = challenge(store);
      if (!found) throw noChallenger();
      const { model, mode, share, since } = found;
      const { model: now, modelId = -1 } = desk().origin;
      const rival = `${model.name}@${model.version}`;
      const judged = await admission.run(() => judgedOf(store, [now, rival]));
      const said = (id: number, name: string): z.infer<typeof saidSchema> => {
        const { answered, shadow, meanProbability, byRisk } = saidByModel(store, id, since);
        return {
          model: name,
          answered,
          shadow,
          mean_churn_probability: meanProbability,
          by_risk: byRisk,
        };
      };
      const both = agreement(store, modelId, model.id, since);
      const { paired } = judged;
      return {
        mode,
        share,
        since,
        champion: { ...said(modelId, now), ...shownJudged(judged.models[0]) },
        challenger: { ...said(model.id, rival), ...shownJudged(judged.models[1]) },
        agreement: {
          customers: both.customers,
          same_risk: both.sameRisk,
          mean_difference: both.meanDifference,
        },
        paired: {
          outcomes: paired?.outcomes ?? 0,
          ...(paired?.differences ? { differences: shownFigures(paired.differences) } : {}),
          verdict: verdictOf(paired),
        },
      };
    },
  );
}

/** Judged in another thread, which a store that lies in memory can't be. */
export function judgedOf(store: Store, models: readonly string[]): Promise<Judged> {
  if (store.file === ":memory:") return Promise.resolve(judgeModels(store, models));
  return runInThread(judgeStored, { file: store.file, models });
}

const saidSchema = z.object({
  model: z.string(),
  answered: z.number().int().describe("Customers whom it answered since the trial began"),
  shadow: z.number().int().describe("Customers of whom it was only asked"),
  mean_churn_probability: z.number().nullable(),
  by_risk: z.record(z.string(), z.number().int()),
});

const sideSchema = saidSchema.extend(judgedModelSchema.shape).meta({ id: "ComparedModel" });

const comparisonSchema = z
  .object({
    mode: z.enum(challengeModes),
    share: z.number(),
    since: z.string(),
    champion: sideSchema,
    challenger: sideSchema,
    agreement: z.object({
      customers: z
        .number()
        .int()
        .describe("Of whom both were asked; those without a customer_id can't be paired"),
      same_risk: z.number().int(),
      mean_difference: z.number().nullable().describe("Mean distance of the two probabilities"),
    }),
    paired: z.object({
      outcomes: z.number().int().describe("Outcomes of customers of whom both were asked before"),
      differences: judgedModelSchema.shape.figures.describe("Champion less challenger, with 95 % intervals"),
      verdict: z.string(),
    }),
  })
  .meta({ id: "Comparison" });

/** What the outcomes say of the two, in a sentence. */
function verdictOf(paired: Judged["paired"]): string {
  const loss = paired?.differences?.logLoss;
  if (!loss)
    return `Too few outcomes to tell: ${paired?.outcomes ?? 0} of customers of whom both were asked. POST /outcomes brings more.`;
  if (loss.low > 0) return "The challenger is better: its log loss is lower, and not by chance.";
  if (loss.high < 0) return "The champion is better: its log loss is lower, and not by chance.";
  return "No difference that could not be chance: the interval of the difference in log loss holds 0.";
}
