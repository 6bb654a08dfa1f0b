import { z } from "zod";
import { runInThread } from "../../core/pool";
import { challenge, challengeModes } from "../../data/store/monitoring/challenge";
import { agreement, saidByModel } from "../../data/store/monitoring/outcomes";
import type { Store } from "../../data/store/open";
import { type Judged, judgeModels, judgeStored } from "../../services/monitoring/judge";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { problem } from "../problem";
import { noChallenger } from "./challenger";
import { judgedModelSchema, shownFigures, shownJudged } from "./judged";

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
export type Comparison = z.infer<typeof comparisonSchema>;

/** What the outcomes say of the two, in a sentence. */
function verdictOf(paired: Judged["paired"]): string {
  const loss = paired?.differences?.logLoss;
  if (!loss)
    return `Too few outcomes to tell: ${paired?.outcomes ?? 0} of customers of whom both were asked. POST /outcomes brings more.`;
  if (loss.low > 0) return "The challenger is better: its log loss is lower, and not by chance.";
  if (loss.high < 0) return "The champion is better: its log loss is lower, and not by chance.";
  return "No difference that could not be chance: the interval of the difference in log loss holds 0.";
}

/** What a model said since the trial began. */
function saidOf(store: Store, id: number, model: string, since: string): z.infer<typeof saidSchema> {
  const { answered, shadow, meanProbability, byRisk } = saidByModel(store, id, since);
  return { model, answered, shadow, mean_churn_probability: meanProbability, by_risk: byRisk };
}

/** Champion and challenger side by side. */
export function comparisonRoute(app: App, { store, desk, admission }: Context): void {
  app.get(
    "/models/comparison",
    route("read", {
      summary: "Champion and challenger side by side: what each said, where they agree, who was right",
      tags: ["models"],
      response: { 200: comparisonSchema, 404: problem },
    }),
    async () => {
      const found = challenge(store);
      if (!found) throw noChallenger();
      const { model, mode, share, since } = found;
      const { model: now, modelId = -1 } = desk().origin;
      const rival = `${model.name}@${model.version}`;
      const judged = await admission.run(() => judgedOf(store, [now, rival]));
      const both = agreement(store, modelId, model.id, since);
      const { paired } = judged;
      return {
        mode,
        share,
        since,
        champion: { ...saidOf(store, modelId, now, since), ...shownJudged(judged.models[0]) },
        challenger: { ...saidOf(store, model.id, rival, since), ...shownJudged(judged.models[1]) },
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
