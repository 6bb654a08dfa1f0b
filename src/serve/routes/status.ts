import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { isLoading } from "../../data/store/loading";
import { listModels } from "../../data/store/models";
import { type Store, StoreError, storeError, waitingAtMost } from "../../data/store/open";
import { predictionStats } from "../../data/store/predictions";
import { risks } from "../../services/score/decide";
import { route } from "../access/route-scope";
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
    data: z.string().describe("What the model learned from"),
    simulated: z.boolean().describe("True when those are simulated customers"),
    simulated_value: z.boolean().describe("True when the value is learned from a simulated label"),
    problems: z.array(z.string()).describe("What is not as it should be, though customers are answered"),
    version: z.string(),
    node: z.string(),
    uptime_seconds: z.number(),
  })
  .meta({ id: "Health" });

const readySchema = z
  .object({ status: z.enum(["ready", "not ready"]), reasons: z.array(z.string()) })
  .meta({ id: "Ready" });

const statsSchema = z
  .object({
    predictions: z.number().int(),
    by_risk: z.record(z.enum(risks), z.number().int()),
    mean_churn_probability: z.number().nullable(),
    mean_clv: z.number().nullable(),
    since: z.string().nullable(),
    models: z.number().int(),
    waiting: z.number().int().describe("Predictions that were made and are not counted yet"),
  })
  .meta({ id: "Stats" });

/** Whether the server is up, well, and what it has done. */
export function statusRoutes(app: App, context: Context): void {
  const up = route("open", {
    summary: "Whether the server answers",
    tags: ["status"],
    response: { 200: z.object({ status: z.literal("online") }) },
  });
  for (const url of ["/online", "/live"]) app.get(url, up, async () => ({ status: "online" as const }));

  app.get(
    "/ready",
    route("open", {
      summary: "Whether customers can be answered now, and if not, why",
      tags: ["status"],
      response: { 200: readySchema, 503: readySchema },
    }),
    async (_, reply) => {
      const reasons = [
        ...(loads(() => context.desk()) ? [] : ["no model is loaded"]),
        ...(loads(() => context.store.db.prepare("SELECT 1 FROM telelink_models LIMIT 1").get())
          ? []
          : ["the store can't be read"]),
      ];
      return reply
        .code(reasons.length === 0 ? 200 : 503)
        .send({ status: reasons.length === 0 ? "ready" : "not ready", reasons });
    },
  );

  healthRoute(app, context);
  statsRoute(app, context);
}

function healthRoute(app: App, context: Context): void {
  app.get(
    "/health",
    route("open", {
      summary: "Whether the model is loaded and predictions are kept",
      tags: ["status"],
      response: { 200: healthSchema, 503: healthSchema },
    }),
    async (request, reply) => {
      const model = loads(() => context.desk());
      const serving: Serving = context.champion?.serving() ?? {
        model: model ? context.desk().origin.model : "none",
        source: "desk",
      };
      const origin = model ? context.desk().origin : undefined;
      const fault = await lastingFault(context);
      const { lost, waiting, inMemory } = context.log.counts();
      const kept = context.log.problem();
      const full = kept !== undefined && !busyCodes.includes(kept.code);
      const failing = !model || fault !== undefined || inMemory > 0 || full;
      const problems = [
        ...(serving.problem === undefined ? [] : [serving.problem]),
        ...(fault === undefined ? [] : [faultWords[fault.code] ?? "the store can't be written"]),
        ...(kept === undefined ? [] : [`${waiting} predictions wait for the store`]),
        ...(lost > 0 ? [`${lost} predictions could not be kept`] : []),
      ];
      if (failing) request.log.warn({ model, fault: fault?.code, inMemory }, "health check failed");
      return reply.code(failing ? 503 : 200).send({
        status: failing ? "failing" : "ok",
        model_loaded: model,
        store_writable: fault === undefined && inMemory === 0 && !full,
        model: serving.model,
        model_source: serving.source,
        ...(serving.problem === undefined ? {} : { model_problem: serving.problem }),
        data: (origin?.data ?? [])
          .map(({ name, simulated }) => `${name}${simulated ? ", simulated" : ""}`)
          .join("; "),
        simulated: (origin?.data ?? []).some((one) => one.simulated === true),
        simulated_value: origin?.simulatedValue === true,
        problems,
        version: context.version,
        node: process.version,
        uptime_seconds: Math.round((Date.now() - context.started.getTime()) / 1000),
      });
    },
  );
}

function statsRoute(app: App, context: Context): void {
  app.get(
    "/stats",
    route("read", { summary: "What was predicted so far", tags: ["status"], response: { 200: statsSchema } }),
    async () => {
      // What was predicted just now counts too, unless the store is held by another.
      if (context.log.problem() === undefined) await context.log.flush();
      const found = predictionStats(context.store);
      const byRisk = Object.fromEntries(risks.map((risk) => [risk, found.byRisk[risk] ?? 0]));
      return {
        predictions: found.predictions,
        by_risk: byRisk as Record<(typeof risks)[number], number>,
        mean_churn_probability: found.probability,
        mean_clv: found.clv,
        since: found.since,
        models: listModels(context.store).length,
        waiting: context.log.counts().waiting,
      };
    },
  );
}

const faultWords: Readonly<Record<string, string>> = {
  SQLITE_BUSY: "another process is writing to the store; predictions wait in their file",
  SQLITE_FULL: "the disk is full",
  SQLITE_READONLY: "the store may not be written",
};

/** The store is held by another for now. */
const busyCodes = ["SQLITE_BUSY", "SQLITE_LOCKED"];

/** Another process may write to the store for so long before that counts as a fault. */
const patienceMs = 1000;

/** Why the store can't be written, where that lasts: a file that is ingested holds it for moments only. */
async function lastingFault({ store, log }: Context): Promise<StoreError | undefined> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const fault = writeFault(store);
    if (fault === undefined || !busyCodes.includes(fault.code)) return fault;
    // A file that is on its way leaves the store free again and again.
    if (isLoading(store.db)) return undefined;
    if (Date.now() > until) break;
    await pause(60);
  }
  // It may be this server itself that writes, in another thread.
  await Promise.race([log.flush(), pause(2 * patienceMs)]);
  return writeFault(store);
}

/** Why the store can't be written now; whoever asks for health must not keep all others waiting. */
function writeFault(store: Store): StoreError | undefined {
  try {
    waitingAtMost(store, 50, () => store.db.exec("BEGIN IMMEDIATE; ROLLBACK"));
    return undefined;
  } catch (error) {
    const known = storeError(error, "write to", store.file);
    return known instanceof StoreError ? known : new StoreError(String(error), "SQLITE_ERROR");
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
