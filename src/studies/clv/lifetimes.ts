import { checkInteger } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import { column, type Matrix, matrix, takeRows } from "../../core/matrix";
import type { Progress } from "../../core/model";
import { seeded } from "../../core/rng";
import { type LoadOptions, loadTelco } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import { stratifiedKFold } from "../../data/split";
import { columnNamed, dropColumns, isCategorical, takeTableRows } from "../../data/table";
import { target } from "../../data/target";
import { integratedBrierLoss } from "../../evaluate/survival/brier";
import { concordanceIndex } from "../../evaluate/survival/concordance";
import { dynamicAuc } from "../../evaluate/survival/dynamic-auc";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { logisticRegression } from "../../models/linear/logistic";
import { acceleratedFailureTime } from "../../models/survival/accelerated-failure-time";
import {
  type FitSurvival,
  type SurvivalData,
  takeCensored,
  takeSurvival,
} from "../../models/survival/censored";
import { cox } from "../../models/survival/cox";
import { discreteHazard } from "../../models/survival/discrete-hazard";
import { kaplanMeier, type SurvivalCurve } from "../../models/survival/kaplan-meier";
import { type LogRank, logRank } from "../../models/survival/log-rank";
import { type ProportionalHazardsTest, proportionalHazardsTest } from "../../models/survival/schoenfeld";

/** The customers of IBM Telco as lifetimes. */
export interface LifetimeData {
  readonly survival: SurvivalData;
  /** Each customer's contract as a code, and what the codes mean. */
  readonly contract: Int32Array;
  readonly contracts: readonly string[];
  /** Customers without a completed month, who tell nothing of survival. */
  readonly leftOut: number;
  readonly source: SourceInfo;
}

/** Loads IBM Telco; what tenure and total charges would tell of the lifetime itself is no column. */
export async function lifetimeData(options: LoadOptions = {}): Promise<LifetimeData> {
  const { table, source } = await loadTelco(options);
  const tenure = columnNamed(table, "tenure");
  if (tenure.type !== "numeric")
    throw new TypeError(`Cannot read lifetimes: tenure must be numeric, got ${tenure.type}`);
  const rows = Int32Array.from(tenure.values.keys()).filter((i) => tenure.values[i] > 0);
  const kept = takeTableRows(table, rows);
  const event = target(kept, "Churn");
  const contract = columnNamed(kept, "Contract");
  if (!isCategorical(contract)) throw new TypeError("Cannot read lifetimes: Contract must be categorical");
  const features = dropColumns(
    kept,
    ["customerID", "tenure", "TotalCharges", "Churn"].filter((name) =>
      kept.columns.some((column) => column.name === name),
    ),
  );
  const encoded = encode({ scale: "none" })(features).transform(features);
  const time = Float64Array.from(rows, (i) => tenure.values[i]);
  return {
    survival: { x: independent(encoded), time, event },
    contract: contract.codes,
    contracts: contract.levels,
    leftOut: table.rows - rows.length,
    source,
  };
}

/**
 * The columns less those that repeat another ("No internet service" of six services says one thing), and less the
 * price, which follows from the services to a few cents.
 */
function independent(x: Matrix): Matrix {
  const seen = new Set<string>();
  const kept = Array.from({ length: x.columns }, (_, j) => j).filter((j) => {
    if (x.features[j].name === "MonthlyCharges") return false;
    const values = column(x, j);
    const key = values.join();
    const flipped = values.map((v) => 1 - v).join();
    if (seen.has(key) || seen.has(flipped) || values.every((v) => v === values[0])) return false;
    seen.add(key);
    return true;
  });
  const values = new Float64Array(x.rows * kept.length);
  kept.forEach((j, k) => {
    values.set(column(x, j), k * x.rows);
  });
  return matrix(
    x.rows,
    kept.length,
    values,
    kept.map((j) => x.features[j]),
  );
}

/** How long customers of each contract stay, and whether that differs. */
export interface ContractCurves {
  readonly curves: readonly {
    readonly contract: string;
    readonly customers: number;
    readonly curve: SurvivalCurve;
  }[];
  readonly all: SurvivalCurve;
  readonly test: LogRank;
}

export function contractCurves(data: LifetimeData): ContractCurves {
  const { survival, contract, contracts } = data;
  const curves = contracts.map((name, code) => {
    const rows = Int32Array.from(contract.keys()).filter((i) => contract[i] === code);
    return { contract: name, customers: rows.length, curve: kaplanMeier(takeCensored(survival, rows)) };
  });
  return { curves, all: kaplanMeier(survival), test: logRank(survival, contract) };
}

/** What a Cox model of all customers says. */
export interface LifetimeDrivers {
  readonly coefficients: readonly Coefficient[];
  readonly drift: readonly ProportionalHazardsTest[];
  readonly milliseconds: number;
}

export async function lifetimeDrivers(data: LifetimeData): Promise<LifetimeDrivers> {
  const start = performance.now();
  const model = await cox()(data.survival, seeded(1));
  const milliseconds = performance.now() - start;
  return {
    coefficients: model.coefficientTable(),
    drift: proportionalHazardsTest(model, data.survival),
    milliseconds,
  };
}

/** A survival model on customers that it did not see, mean and spread over the folds. */
export interface LifetimeModel {
  readonly name: string;
  readonly concordance: readonly number[];
  readonly integratedBrier: readonly number[];
  readonly auc: readonly number[];
  readonly milliseconds: number;
}

export interface LifetimeOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** @default 5 */
  readonly folds?: number;
  readonly progress?: (step: Progress) => void;
}

/** The months at which survival is scored. */
export const scoredMonths: readonly number[] = [3, 6, 12, 18, 24, 36, 48, 60];
/** Concordance orders customers by survival to this one of them: two years. */
const orderedMonth = 4;

/** Every kind of survival model, cross-validated, with the curve of all customers as the least that must be beaten. */
export async function lifetimeModels(
  data: LifetimeData,
  options: LifetimeOptions = {},
): Promise<LifetimeModel[]> {
  const { seed = 42, folds = 5, progress } = options;
  checkInteger(folds, 2, 100, "compare lifetime models", "folds");
  const { survival } = data;
  const splits = stratifiedKFold(survival.event, folds, seeded(seed));
  const boosting = gradientBoosting({ trees: 100, learnRate: 0.1, leaves: 12, minRows: 100 });
  const learners: Readonly<Record<string, FitSurvival | undefined>> = {
    "One curve for all": undefined,
    Cox: cox(),
    Weibull: acceleratedFailureTime(),
    "Log-normal": acceleratedFailureTime({ distribution: "log-normal" }),
    "Monthly hazard, logistic": discreteHazard({ learner: logisticRegression(), clock: "smooth" }),
    "Monthly hazard, boosting": discreteHazard({ learner: boosting }),
  };
  const out: LifetimeModel[] = [];
  const total = Object.keys(learners).length * folds;
  for (const [name, learner] of Object.entries(learners)) {
    const [concordance, integratedBrier, auc]: number[][] = [[], [], []];
    const start = performance.now();
    for (const [f, { train, test }] of splits.entries()) {
      const fitted = takeSurvival(survival, train);
      const held = takeCensored(survival, test);
      const x = takeRows(survival.x, test);
      const model = await learner?.(fitted, seeded(seed).fork(name).fork(f));
      const predicted = model ? model.survivalAt(x, scoredMonths) : sameForAll(fitted, x);
      const risk = { ...predicted, values: predicted.values.map((s) => -s) };
      concordance.push(concordanceIndex(held, column(risk, orderedMonth)));
      integratedBrier.push(integratedBrierLoss(fitted, held, predicted, scoredMonths));
      auc.push(dynamicAuc(fitted, held, risk, scoredMonths).mean);
      progress?.({ phase: name, done: out.length * folds + f + 1, total });
    }
    out.push({ name, concordance, integratedBrier, auc, milliseconds: (performance.now() - start) / folds });
  }
  return out;
}

function sameForAll(fitted: SurvivalData, x: Matrix): Matrix {
  const { at } = kaplanMeier(fitted);
  const values = Float64Array.from(scoredMonths.flatMap((t) => Array<number>(x.rows).fill(at(t))));
  return matrix(x.rows, scoredMonths.length, values);
}
