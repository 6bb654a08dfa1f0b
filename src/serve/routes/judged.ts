import { z } from "zod";
import type { Interval } from "../../evaluate/bootstrap";
import type { JudgedFigure, JudgedModel } from "../../services/monitoring/judge";

/** A figure with the ends of its 95 % interval. */
export const intervalSchema = z
  .object({ estimate: z.number(), low: z.number(), high: z.number() })
  .meta({ id: "Interval" });

const figuresSchema = z.object({
  brier_loss: intervalSchema,
  log_loss: intervalSchema,
  roc_auc: intervalSchema,
  calibration_error: intervalSchema,
});

/** A model beside what became of the customers. */
export const judgedModelSchema = z.object({
  outcomes: z.number().int().describe("Outcomes for which it had made a prediction before"),
  churned: z.number().int().describe("Of them, customers who left"),
  mean_predicted: z.number().nullable().describe("Its mean probability for them"),
  figures: figuresSchema.optional().describe("Left out below ten outcomes of either kind"),
  calibration: z
    .array(
      z.object({
        low: z.number(),
        high: z.number(),
        rows: z.number(),
        mean_predicted: z.number(),
        observed: z.number(),
        observed_low: z.number(),
        observed_high: z.number(),
      }),
    )
    .describe(
      "Fifths of the customers by probability: what was promised and what came, with Wilson's interval",
    ),
});

export function shownFigures(
  figures: Readonly<Record<JudgedFigure, Interval>>,
): z.infer<typeof figuresSchema> {
  return {
    brier_loss: figures.brierLoss,
    log_loss: figures.logLoss,
    roc_auc: figures.rocAuc,
    calibration_error: figures.calibrationError,
  };
}

export function shownJudged(model: JudgedModel): z.infer<typeof judgedModelSchema> {
  return {
    outcomes: model.outcomes,
    churned: Math.round(model.churned),
    mean_predicted: model.outcomes === 0 ? null : model.meanProbability,
    ...(model.figures ? { figures: shownFigures(model.figures) } : {}),
    calibration: model.calibration.map(({ low, high, rows, meanPredicted, observed, interval }) => ({
      low,
      high,
      rows,
      mean_predicted: meanPredicted,
      observed,
      observed_low: interval[0],
      observed_high: interval[1],
    })),
  };
}
