import { check, checkInteger, checkNumber } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { type PositiveFit, type PositiveParameter, positiveFitJson, positiveTable } from "./positive-fit";
import type { Outcome } from "./renewal-likelihood";

/** How many of one acquisition cohort were customers at its start and after each renewal: 1000, 869, 743, … */
export type Cohort = readonly number[];

/** A model of how long the customers of a contract renew it. */
export interface RenewalModel extends PositiveFit {
  readonly kind: string;
  coefficientTable(level?: number): readonly PositiveParameter[];
  /** The share that survives `renewals` renewals (0: all). */
  survivalAt(renewals: number): number;
  /** The share of those who survived `renewals` − 1 renewals that survive the next one. */
  retentionAt(renewals: number): number;
  /**
   * Discounted expected lifetime of a new customer in periods, the first payment at once and undiscounted: times the
   * margin of a period, the customer's lifetime value. `discountRate` per period, above 0.
   */
  discountedLifetime(discountRate: number): number;
  /** The same for a customer who has survived `renewals` renewals and now faces the next: the residual lifetime. */
  discountedResidualLifetime(renewals: number, discountRate: number): number;
  toJSON(): ModelJson;
}

/** The outcomes of several cohorts together. RangeError unless each has at least two counts that never grow. */
export function renewalsOf(cohorts: readonly Cohort[], action: string): Outcome[] {
  check(cohorts.length > 0, action, "there must be at least one cohort");
  const longest = Math.max(...cohorts.map((cohort) => cohort.length));
  const ended = new Array<number>(longest).fill(0);
  const survived = new Array<number>(longest).fill(0);
  cohorts.forEach((cohort, c) => {
    check(
      cohort.length > 1,
      action,
      `cohort ${c} must have counts at its start and after a renewal`,
      cohort.length,
    );
    cohort.forEach((count, t) => {
      checkNumber(count, 0, t === 0 ? Infinity : cohort[t - 1], action, `the count ${t} of cohort ${c}`);
      if (t > 0) ended[t] += cohort[t - 1] - count;
    });
    survived[cohort.length - 1] += cohort[cohort.length - 1];
  });
  check(
    ended.some((count) => count > 0),
    action,
    "some customers must have left",
  );
  check(
    survived.some((count) => count > 0),
    action,
    "some customers must have stayed",
  );
  return ended
    .map((left, renewal) => ({ renewal, ended: left, survived: survived[renewal] }))
    .filter((outcome) => outcome.ended > 0 || outcome.survived > 0);
}

/** What tells renewal models apart: survival, retention and the residual lifetime, of arguments that were checked. */
export interface RenewalCurves {
  survivalAt(renewals: number): number;
  retentionAt(renewals: number): number;
  residual(renewals: number, discountRate: number): number;
}

/** The model of a fit and its curves. */
export function renewalModel(kind: string, fit: PositiveFit, curves: RenewalCurves): RenewalModel {
  const residual = (renewals: number, discountRate: number): number => {
    const action = "discount a lifetime";
    checkInteger(renewals, 0, 1e6, action, "renewals");
    checkNumber(discountRate, 0, Infinity, action, "discountRate", "low");
    return curves.residual(renewals, discountRate);
  };
  return {
    ...fit,
    kind,
    coefficientTable: (level) => positiveTable(fit, level),
    survivalAt: (renewals) => {
      checkNumber(renewals, 0, Infinity, "predict renewals", "renewals");
      return curves.survivalAt(renewals);
    },
    retentionAt: (renewals) => {
      checkInteger(renewals, 1, 1e9, "predict renewals", "renewals");
      return curves.retentionAt(renewals);
    },
    // The first payment, and whatever follows it one period later.
    discountedLifetime: (discountRate) => 1 + residual(0, discountRate) / (1 + discountRate),
    discountedResidualLifetime: residual,
    toJSON: () => positiveFitJson(kind, fit),
  };
}
