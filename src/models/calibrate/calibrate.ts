import { checkInteger, checkOneOf } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { stratifiedKFold } from "../../data/split";
import { fitFolds, outOfFold } from "../out-of-fold";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { type CalibrationMethod, type Calibrator, fitCalibrator } from "./calibrator";

export interface CalibrateOptions {
  /** "sigmoid" (default), "beta" or "isotonic": see `fitCalibrator`. */
  readonly method?: CalibrationMethod;
  /** Folds whose out-of-fold predictions the calibrator is fitted to; from 2. @default 5 */
  readonly folds?: number;
}

/** A model whose probabilities pass through a calibrator. */
export interface CalibratedModel<M extends Model = Model> extends Model {
  readonly kind: "calibrated";
  readonly model: M;
  readonly calibrator: Calibrator;
}

/**
 * A learner of two classes with corrected probabilities: the calibrator is fitted to out-of-fold predictions, the
 * model to all rows (scikit-learn's `CalibratedClassifierCV(ensemble=False)`).
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => i));
 * const y = x.values.map((value, i) => Number(value + 30 * (i % 3) > 69));
 * const model = await calibrated(gradientBoosting({ trees: 20 }), { method: "sigmoid" })({ x, y }, seeded(1));
 * [model.kind, model.model.kind]; // → ["calibrated", "gradient-boosting"]
 */
export function calibrated<M extends Model>(
  learner: Fit<M>,
  options: CalibrateOptions = {},
): Fit<CalibratedModel<M>> {
  const { method, folds } = checked(options);
  return async (train, rng, watch) => {
    const splits = stratifiedKFold(train.y, folds, rng.fork("split"));
    const parts = await fitFolds({ learner, data: train }, splits, rng.fork("folds"), watch);
    const calibrator = fitCalibrator(method, outOfFold(parts, train.y.length), train.y, train.weights);
    return calibratedModel(await learner(train, rng.fork("learn"), watch), calibrator);
  };
}

/**
 * As `calibrated`, for tables: encoder and resampler are fitted inside each fold, so that the calibrator sees true
 * class shares also behind SMOTE.
 *
 * @example
 * const { train } = await loadChurnBigml();
 * const learn = pipeline({ encode: encode({ drop: ["Churn"] }), learner: randomForest({ trees: 20 }) });
 * const model = await calibratedPipeline(learn, { folds: 2 })(train.table, target(train.table, "Churn"), seeded(1));
 * model.model.kind; // → "calibrated"
 */
export function calibratedPipeline(
  fit: FitTable<Pipeline>,
  options: CalibrateOptions = {},
): FitTable<Pipeline<CalibratedModel>> {
  const { method, folds } = checked(options);
  return async (table, y, rng, watch) => {
    const splits = stratifiedKFold(y, folds, rng.fork("split"));
    const parts = await fitFolds({ learner: fit, data: { table, y } }, splits, rng.fork("folds"), watch);
    const calibrator = fitCalibrator(method, outOfFold(parts, y.length), y);
    const { encoder, model } = await fit(table, y, rng.fork("learn"), watch);
    return pipelineOf(encoder, calibratedModel(model, calibrator));
  };
}

/** The model of a fitted model and a fitted calibrator. */
export function calibratedModel<M extends Model>(model: M, calibrator: Calibrator): CalibratedModel<M> {
  return {
    kind: "calibrated",
    model,
    calibrator,
    predict: (x: Matrix) => calibrator.apply(model.predict(x)),
    toJSON: (): ModelJson => ({
      kind: "calibrated",
      version: 1,
      calibrator: calibrator.toJSON(),
      model: model.toJSON(),
    }),
  };
}

function checked({ method = "sigmoid", folds = 5 }: CalibrateOptions): Required<CalibrateOptions> {
  checkOneOf(method, ["sigmoid", "beta", "isotonic"], "make calibrated learner", "method");
  checkInteger(folds, 2, 1000, "make calibrated learner", "folds");
  return { method, folds };
}
