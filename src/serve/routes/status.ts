import { z } from "zod";
import { runInThread } from "../../core/pool";
import { listModels } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import { predictionStats, readPredictionStats } from "../../data/store/predictions";
import { risks } from "../../services/score/decide";
import type { Serving } from "../champion";
import type { App, Context } from "../context";

const healthSchema = z
  .object({
    status: z.enum(["ok", "failing"]),
    model_loaded: z.boolean(),
    store_writable: z.boolean(),
    model: z.string().describe("What answers"),
    model_source: z
      .enum(["champion", "desk"])
      .describe("The store's champion, or the model trained when the server started"),
    model_problem: z.string().optional().describe("Why the store's champion does not answer"),
    version: z.string(),
    node: z.string(),
    uptime_seconds: z.number(),
  })
  .meta({ id: "Health" });

const statsSchema = z
  .object({
    predictions: z.number().int(),
    by_risk: z.record(z.enum(risks), z.number().int()),
    mean_churn_probability: z.number().nullable(),
    mean_clv: z.number().nullable(),
    since: z.string().nullable(),
    models: z.number().int(),
  })
  .meta({ id: "Stats" });

/** Whether the server is up, well, and what it has done. */
export function statusRoutes(app: App, context: Context): void {
  app.get(
    "/online",
    {
      schema: {
        summary: "Whether the server answers",
        tags: ["status"],
        response: { 200: z.object({ status: z.literal("online") }) },
      },
    },
    async () => ({ status: "online" as const }),
  );

  app.get(
    "/health",
    {
      schema: {
        summary: "Whether the model is loaded and the store can be written",
        tags: ["status"],
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (request, reply) => {
      const model = loads(() => context.desk());
      const serving: Serving = context.champion?.serving() ?? {
        model: model ? context.desk().origin.model : "none",
        source: "desk",
      };
      // A full disk shows only where something was to be kept.
      const writable = loads(() => checkWritable(context.store)) && !context.log.failing();
      if (!model || !writable) request.log.warn({ model, writable }, "health check failed");
      return reply.code(model && writable ? 200 : 503).send({
        status: model && writable ? "ok" : "failing",
        model_loaded: model,
        store_writable: writable,
        model: serving.model,
        model_source: serving.source,
        ...(serving.problem === undefined ? {} : { model_problem: serving.problem }),
        version: context.version,
        node: process.version,
        uptime_seconds: Math.round((Date.now() - context.started.getTime()) / 1000),
      });
    },
  );

  app.get(
    "/stats",
    { schema: { summary: "What was predicted so far", tags: ["status"], response: { 200: statsSchema } } },
    async () => {
      await context.log.flush();
      const { store } = context;
      const found =
        store.file === ":memory:"
          ? predictionStats(store)
          : await runInThread(readPredictionStats, { file: store.file });
      const byRisk = Object.fromEntries(risks.map((risk) => [risk, found.byRisk[risk] ?? 0]));
      return {
        predictions: found.predictions,
        by_risk: byRisk as Record<(typeof risks)[number], number>,
        mean_churn_probability: found.probability,
        mean_clv: found.clv,
        since: found.since,
        models: listModels(context.store).length,
      };
    },
  );
}

/** Throws where the store can't be written now; whoever asks for health must not keep all others waiting. */
function checkWritable({ db }: Store): void {
  const { timeout } = db.prepare("PRAGMA busy_timeout").get() as { timeout: number };
  db.pragma("busy_timeout = 50");
  try {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
  } finally {
    db.pragma(`busy_timeout = ${timeout}`);
  }
}

function loads(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
