import { z } from "zod";
import { percent } from "../../core/format";
import { alerts } from "../../data/store/monitoring/alerts";
import { outcomeState } from "../../data/store/monitoring/outcomes";
import type { Interval } from "../../evaluate/bootstrap";
import { wilson } from "../../evaluate/intervals";
import type { ColumnDrift } from "../../services/monitoring/column-drift";
import type { JudgedModel } from "../../services/monitoring/judge";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import type { MonitoringReport } from "../monitoring/monitor";
import { judgedOf } from "./comparison";
import { intervalSchema, judgedModelSchema, shownJudged } from "./judged";

const driftSchema = z
  .object({
    column: z.string(),
    rows: z.number().int(),
    missing: z.number().describe("Share of the customers of whom it is not known"),
    missing_trained: z.number(),
    outside: z.number().int().describe("Values outside the range of training"),
    unseen: z.number().int().describe("Values that training did not see"),
    unseen_values: z.array(z.string()).describe("The first few"),
    psi: intervalSchema.describe("Population stability index; above 0.25 another population"),
    ks: intervalSchema
      .optional()
      .describe("Kolmogorov–Smirnov distance at the edges of the bins: it is at least so large"),
    findings: z.array(z.string()).describe("What of it is worth a word"),
    shares: z.array(z.object({ value: z.string(), trained: z.number(), now: z.number() })),
  })
  .meta({ id: "ColumnDrift" });

const monitoringSchema = z
  .object({
    model: z.string(),
    from: z.string().describe("The first day that is looked at"),
    rows: z.number().int().describe("Customers of whom it was asked since"),
    kept: z.string().describe("What is kept of their data"),
    comparable: z.boolean().describe("False where the model remembers nothing of training"),
    columns: z.array(driftSchema).describe("The most different from training first"),
    predictions: z
      .object({
        reference: z.enum(["training", "earlier days"]).optional(),
        drift: driftSchema.optional(),
        days: z.array(z.object({ day: z.string(), rows: z.number().int(), mean: z.number() })),
      })
      .optional(),
    outcomes: judgedModelSchema.describe("The model beside what became of the customers (POST /outcomes)"),
    alerts: z.array(z.object({ what: z.string(), since: z.string(), detail: z.string(), sent: z.boolean() })),
  })
  .meta({ id: "Monitoring" });
export type Monitoring = z.infer<typeof monitoringSchema>;

/** How often counts are removed that are older than they may be. */
const oldMs = 86_400_000;

/** How customers and predictions differ from training, and predictions from what came. */
export function monitoringRoutes(app: App, context: Context): void {
  const { settings, store, monitor, admission } = context;

  app.get(
    "/monitoring/report",
    route("read", {
      summary: "Drift of columns and predictions against training, calibration against outcomes, alerts",
      tags: ["status"],
      querystring: z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(7) }),
      response: { 200: monitoringSchema },
    }),
    async (request) => {
      const report = monitor.report(request.query.days);
      const { models } = await admission.run(() => judgedOf(store, [report.model]));
      return {
        ...shownReport(report),
        kept:
          settings.monitoring === "off"
            ? "nothing (TELELINK_MONITORING is off)"
            : `counts by day and column for ${settings.monitorDays} days, of no single customer`,
        outcomes: shownJudged(models[0]),
        alerts: alerts(store).map(({ sent, ...one }) => ({ ...one, sent: sent !== null })),
      };
    },
  );

  let judgedAt = "";
  let off: ReadonlyMap<string, string> = new Map();
  const look = async (): Promise<void> => {
    const { model } = context.desk().origin;
    const { outcomes, left, newest } = outcomeState(store);
    const state = `${model} ${outcomes} ${left} ${newest}`;
    if (state !== judgedAt && outcomes > 0) {
      const { models } = await judgedOf(store, [model]);
      off = calibrationAlert(models[0]);
      judgedAt = state;
    }
    await monitor.alert(off);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => app.log.warn({ err: error }, "alerts could not be looked for or sent"));
  }, 1000 * settings.alertSeconds).unref();
  const old = setInterval(() => {
    try {
      monitor.removeOld();
    } catch (error) {
      app.log.warn({ err: error }, "old counts could not be removed");
    }
  }, oldMs).unref();
  app.addHook("onClose", async () => {
    clearInterval(timer);
    clearInterval(old);
  });
}

/** An alert where the mean probability lies outside the interval of the share that left. */
function calibrationAlert({ figures, outcomes, churned, meanProbability }: JudgedModel): Map<string, string> {
  if (!figures) return new Map();
  const [low, high] = wilson(churned, outcomes);
  if (meanProbability >= low && meanProbability <= high) return new Map();
  return new Map([
    [
      "calibration",
      `${percent(meanProbability)} were predicted to leave, ${percent(churned / outcomes)} of ${outcomes} did (${percent(low)} to ${percent(high)})`,
    ],
  ]);
}

function shownReport({
  columns,
  predictions,
  ...report
}: MonitoringReport): Omit<z.infer<typeof monitoringSchema>, "kept" | "outcomes" | "alerts"> {
  return {
    ...report,
    columns: columns.map(shownDrift),
    ...(predictions && {
      predictions: {
        ...(predictions.reference && { reference: predictions.reference }),
        ...(predictions.drift && { drift: shownDrift(predictions.drift) }),
        days: [...predictions.days],
      },
    }),
  };
}

function shownDrift(drift: ColumnDrift): z.infer<typeof driftSchema> {
  const interval = ({ estimate, low, high }: Interval): Interval => ({ estimate, low, high });
  return {
    column: drift.column,
    rows: drift.rows,
    missing: drift.rows === 0 ? 0 : drift.missing / drift.rows,
    missing_trained: drift.missingTrained,
    outside: drift.outside,
    unseen: drift.unseen,
    unseen_values: [...drift.unseenLevels],
    psi: interval(drift.psi),
    ...(drift.kolmogorovSmirnov ? { ks: interval(drift.kolmogorovSmirnov) } : {}),
    findings: [...drift.findings],
    shares: [...drift.shares],
  };
}
