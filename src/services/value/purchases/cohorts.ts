import { dateText, dayOf } from "../cell-values";
import type { Transactions } from "./transactions";

/** Customers by the quarter of their first purchase, and what became of them. */
export interface PurchaseCohorts {
  /** Names of the quarters, in order: 2024 Q1. */
  readonly names: readonly string[];
  readonly customers: readonly number[];
  /** Share of each cohort that bought in the k-th quarter after its own; only quarters that the log covers whole. */
  readonly active: readonly (readonly number[])[];
  /** Revenue of each cohort in each quarter of the log, in the order of `names`. */
  readonly revenue: readonly (readonly number[])[];
}

/** Cohorts of a log by quarter of the first purchase. */
export function purchaseCohorts(log: Transactions): PurchaseCohorts {
  const first = quarterOf(dayOf(log.firstDate) as number);
  const close = dayOf(log.asOf) as number;
  const last = quarterOf(close);
  const quarters = last - first + 1;
  // The running quarter is compared with none until its last day.
  const whole = quarterOf(close + 1) > last ? quarters : quarters - 1;
  const customers = new Array<number>(quarters).fill(0);
  const active = Array.from({ length: quarters }, (_, q) =>
    new Array<number>(Math.max(0, whole - q)).fill(0),
  );
  const revenue = Array.from({ length: quarters }, () => new Array<number>(quarters).fill(0));
  for (const { days, amounts } of log.purchases) {
    const own = quarterOf(days[0]) - first;
    customers[own]++;
    let before = -1;
    for (let k = 0; k < days.length; k++) {
      const at = quarterOf(days[k]) - first;
      revenue[own][at] += amounts[k];
      if (at !== before && at - own < active[own].length) active[own][at - own]++;
      before = at;
    }
  }
  return {
    names: Array.from({ length: quarters }, (_, q) => quarterName(first + q)),
    customers,
    active: active.map((row, q) => row.map((n) => n / Math.max(1, customers[q]))),
    revenue,
  };
}

function quarterOf(day: number): number {
  const [year, month] = dateText(day).split("-").map(Number);
  return 4 * year + Math.floor((month - 1) / 3);
}

function quarterName(quarter: number): string {
  return `${Math.floor(quarter / 4)} Q${(quarter % 4) + 1}`;
}
