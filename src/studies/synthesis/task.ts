import { quantile } from "../../core/math/statistics";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import { columnNamed, type Table } from "../../data/table";
import { detectionAuc } from "../../evaluate/synthetic/detection";
import { membershipAttack } from "../../evaluate/synthetic/privacy/membership";
import { distancePrivacy } from "../../evaluate/synthetic/privacy/privacy";
import { qualityScore } from "../../evaluate/synthetic/quality";
import { brokenRules } from "../../evaluate/synthetic/rules";
import { trainSyntheticTestReal } from "../../evaluate/synthetic/utility";
import { contenderNamed } from "./contenders";

export interface JudgeTask {
  readonly contender: string;
  readonly train: Table;
  readonly holdout: Table;
  readonly target: string;
  readonly key: Rng["key"];
  /** Whether the rows themselves are wanted, for pictures. */
  readonly keep: boolean;
}

/** What was measured of one contender's rows with one seed. */
export interface Judged {
  /** SDMetrics' Quality and its two halves; `allPairs` with both thresholds 0. */
  readonly quality: number;
  readonly shapes: number;
  readonly pairs: number;
  readonly allPairs: number;
  /** How well boosting tells the rows from held-out real ones: ROC AUC, 0.5 when it can't. */
  readonly detection: number;
  /** ROC AUC on held-out real rows, trained on synthetic minus trained on real rows. */
  readonly logistic: number;
  readonly boosting: number;
  /** 0 for independent rows, 1 for copies. */
  readonly memorisation: number;
  /** The share of rows equal to a training row. */
  readonly copies: number;
  /** The membership attack's ROC AUC above chance. */
  readonly membership: number;
  /** The share of rows with a pair of levels that real rows never show. */
  readonly violations: number;
  /** Median relative error of the total charge against tenure × monthly charge; NaN where a table has none. */
  readonly totalError: number;
  /** Seconds to learn and to draw as many rows as were learnt from. */
  readonly seconds: number;
}

/** One contender with one seed: learns, draws and is judged; what a thread runs. */
export const judgeContender: Task<JudgeTask, Judged & { readonly table?: Table }> = task(
  "studies/synthesis/task",
  "judgeContender",
  async ({ contender, train, holdout, target, key, keep }: JudgeTask) => {
    const rng = fromKey(key);
    const { synthetic, from, fit, sample } = await contenderNamed(contender).make(train, rng.fork("make"));
    const quality = qualityScore(from, synthetic);
    const all = qualityScore(from, synthetic, { correlationThreshold: 0, associationThreshold: 0 });
    const privacy = await distancePrivacy(from, holdout, synthetic);
    const utility = await trainSyntheticTestReal(
      { train: from, synthetic, test: holdout, target },
      rng.fork("utility"),
    );
    const judged: Judged = {
      quality: quality.score,
      shapes: quality.shapes,
      pairs: quality.trends,
      allPairs: all.trends,
      detection: (await detectionAuc(holdout, synthetic, rng.fork("detection"))).auc,
      logistic: utility[0].difference.estimate,
      boosting: utility[1].difference.estimate,
      memorisation: privacy.memorisation,
      copies: privacy.copies,
      membership: (await membershipAttack(from, holdout, synthetic, rng.fork("membership"))).advantage
        .difference,
      violations: brokenRules(from, synthetic).share,
      totalError: totalError(synthetic),
      seconds: (fit + sample) / 1000,
    };
    return { ...judged, ...(keep && { table: synthetic }) };
  },
);

function totalError(from: Table): number {
  const names = ["tenure", "MonthlyCharges", "TotalCharges"];
  if (!names.every((name) => from.columns.some((column) => column.name === name))) return Number.NaN;
  const [months, monthly, total] = names.map((name) => {
    const found = columnNamed(from, name);
    return found.type === "numeric" ? found.values : new Float64Array(0);
  });
  const errors: number[] = [];
  for (let i = 0; i < total.length; i++) {
    const expected = months[i] * monthly[i];
    if (expected > 0 && !Number.isNaN(total[i])) errors.push(Math.abs(total[i] / expected - 1));
  }
  return errors.length > 0 ? quantile(Float64Array.from(errors), 0.5) : Number.NaN;
}
