import { wordList } from "../../../data/infer/names";
import type { OwnTableOptions } from "../own-options";

export interface ContractOptions extends OwnTableOptions {
  /** Columns of start, end and monthly revenue; found by the usual names when left out. */
  readonly start?: string;
  readonly end?: string;
  readonly revenue?: string;
  /** Columns of how long a contract has lasted and whether it has ended, in place of start and end. */
  readonly tenure?: string;
  readonly ended?: string;
  /** What tenure counts in; defaults to months, unless its name says days, weeks or years. */
  readonly tenureUnit?: "days" | "weeks" | "months" | "years";
  /**
   * From when on contracts were watched (left truncation): a date such as 2022-01-01, before which ended contracts are
   * not in the table, or a column with a date or the months of tenure at the time.
   */
  readonly entry?: string;
  /** The only columns that the chance to leave may depend on; defaults to all others but those that tell the answer. */
  readonly covariates?: readonly string[];
  /** Columns that it must not depend on. */
  readonly drop?: readonly string[];
  /** Column of groups, such as plans, whose hazards by age are their own each; for "cox" alone. */
  readonly strata?: string;
  /** Column of why a contract has ended, such as voluntary or not: told by cumulative incidence, never learnt from. */
  readonly reason?: string;
}

/** What columns of contracts are usually called. */
export const startNames: readonly string[] = wordList(
  "start, start date, contract start, contract start date, joined, join date, joining date, signup",
  "signup date, sign up date, subscribed, subscription start, activation date, activated, begin",
  "begin date, since, customer since, created, created at, valid from, vertragsbeginn",
);
export const endNames: readonly string[] = wordList(
  "end, end date, contract end, contract end date, cancelled, canceled, cancelled at, canceled at",
  "cancel date, cancellation date, ended, ended at, churn date, churned at, left, termination date",
  "terminated, terminated at, subscription end, valid to, valid until, expired, vertragsende",
);
export const tenureNames: readonly string[] = wordList(
  "tenure, tenure months, tenure in months, tenure days, tenure weeks, tenure years, months",
  "lifetime months, account age, age months, subscription length, customer tenure",
);
export const endedNames: readonly string[] = wordList(
  "churn, churned, churn label, churn value, ended, left, exited, cancelled, canceled",
  "attrition, attrition flag, is churned, has left, status, customer status",
);
