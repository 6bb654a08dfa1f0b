import { concordanceIndex } from "../../../evaluate/survival/concordance";
import type { PositiveParameter } from "../../../models/clv/positive-fit";
import { type RenewalRegression, renewalRegression } from "../../../models/clv/renewal-regression";
import {
  type AcceleratedFailureTimeModel,
  acceleratedFailureTime,
} from "../../../models/survival/accelerated-failure-time";
import type { FitSurvival, SurvivalData } from "../../../models/survival/censored";
import { cox } from "../../../models/survival/cox";
import type { CoxModel } from "../../../models/survival/cox-model";
import type { Contracts } from "./contracts";

export const contractModels = ["cox", "weibull", "sbg", "bdw"] as const;
export type ContractModel = (typeof contractModels)[number];

type Fitted = CoxModel | AcceleratedFailureTimeModel | RenewalRegression;

/** The learner of a kind of model for these contracts. */
export function contractLearner(
  kind: ContractModel,
  penalty: number,
  contracts: Pick<Contracts, "months" | "ended">,
): FitSurvival<Fitted> {
  if (kind === "cox") return cox({ penalty, tail: "level" });
  if (kind === "weibull") return acceleratedFailureTime({ penalty });
  return renewalRegression({
    duration: kind === "sbg" ? "shifted-beta-geometric" : "beta-discrete-weibull",
    period: renewalMonths(contracts),
    penalty,
  });
}

const mostAtRenewals = 0.8;

/** Months between renewals: a year, half a year or a quarter where four in five contracts ended at one or up to two days before; else one. */
function renewalMonths({ months, ended }: Pick<Contracts, "months" | "ended">): number {
  const ends = months.filter((_, i) => ended[i] === 1);
  const atRenewal = (m: number, period: number): boolean => {
    const before = period * Math.ceil(m / period - 1e-9) - m;
    return m > 0 && before < 0.08;
  };
  const share = (period: number): number => ends.filter((m) => atRenewal(m, period)).length / ends.length;
  return [12, 6, 3].find((period) => share(period) >= mostAtRenewals) ?? 1;
}

/** What a model of lifetimes says of itself. */
export interface ContractFit {
  readonly kind: string;
  readonly logLikelihood: number;
  readonly coefficients: readonly PositiveParameter[];
  /** On the rows it was fitted on; 0.5 without columns. */
  readonly concordance: number;
}

export function describeFit(fitted: Fitted, data: SurvivalData): ContractFit {
  return {
    kind: "duration" in fitted ? fitted.duration : fitted.kind,
    logLikelihood: fitted.logLikelihood,
    coefficients: fitted.coefficientTable(),
    concordance: data.x.columns > 0 ? concordanceIndex(data, fitted.predict(data.x)) : 0.5,
  };
}

/** What is to be said of renewals whose likelihood has no maximum. */
export function doubts(model: string, fitted: Fitted): string[] {
  if (!("converged" in fitted)) return [];
  const { period, unbounded, estimates } = fitted;
  const renewed =
    period === 1
      ? []
      : [
          `${model}: contracts are taken to be renewed every ${period} months, as most that ended did so at such an age`,
        ];
  if (fitted.converged) return renewed;
  // Beyond this precision chances to leave differ by less than a thousandth: the limit is a model too.
  if (estimates[1] > 1e6)
    return [
      ...renewed,
      `${model}: customers of the same columns are alike, as far as can be seen (their precision has no maximum): all have the chance to leave of their kind, values hold, and standard errors can't be told`,
    ];
  return [
    ...renewed,
    `${model} did not converge: the likelihood has no maximum, ${unbounded.join(" and ")} ${unbounded.length === 1 ? "runs" : "run"} away. Its parameters mean nothing, and values are those where the search stopped: raise --penalty, leave columns out (--drop), or use another model`,
  ];
}
