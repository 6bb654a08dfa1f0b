import { type Feature, type Matrix, matrix } from "../../core/matrix";
import { contracts, internetServices, payments, seniorAge } from "../../data/simulate/profile";
import type { Simulation } from "../../data/simulate/simulate";

/** Customers there at the end of a month, with what was known of them then and what came after. */
export interface Landmark {
  /** The month, counted from 1, whose end is meant. */
  readonly month: number;
  /** Their rows in the simulation. */
  readonly rows: Int32Array;
  readonly x: Matrix;
  /** Months completed by then. */
  readonly tenure: Float64Array;
  /** What a month brings as things stand: the list price of the services, and the use that was metered last month. */
  readonly revenue: Float64Array;
  /** Mean cost of a month over the last three. */
  readonly cost: Float64Array;
  /** Months until leaving, or until the last month known; the month of leaving counts. */
  readonly time: Float64Array;
  readonly left: Float64Array;
}

/** What the panels of a simulation with usage show; RangeError without them. */
export function panelsOf(base: Simulation): NonNullable<Simulation["panels"]> {
  if (!base.panels)
    throw new RangeError("Cannot read history: the simulation must have been made with usage");
  return base.panels;
}

/** Revenue of a customer in a month (from 0): what was billed for services and for use. */
export function revenueOf(base: Simulation, i: number, month: number): number {
  const panels = panelsOf(base);
  const at = i * base.months + month;
  return panels.subscription[at] + panels.metered[at];
}

/**
 * The customers there at the end of `month`, as a carrier would see them then: services and contract, the use of the
 * last three months and how the last month differs from those before. What came after is known until the end of month
 * `known`, by default the last.
 */
export function landmark(base: Simulation, month: number, known = base.months): Landmark {
  const panels = panelsOf(base);
  const rows: number[] = [];
  for (let i = 0; i < base.customers; i++) {
    const there = base.joined[i] <= month && (base.left[i] === 0 || base.left[i] > month);
    if (there && Number.isFinite(panels.subscription[i * base.months + month - 1])) rows.push(i);
  }
  const columns: [string, (i: number) => number][] = [
    ...profileColumns(base),
    ["tenure", (i) => tenureAt(base, i, month)],
    ["ln tenure", (i) => Math.log1p(tenureAt(base, i, month))],
  ];
  for (const name of ["metered", "dayMinutes", "eveMinutes", "intlMinutes", "dataGb", "contacts"] as const) {
    const panel = panels[name];
    columns.push([`${name}, 3 months`, (i) => lastMean(panel, base, i, month, 3)]);
    columns.push([
      `${name}, change`,
      (i) => lastMean(panel, base, i, month, 1) - lastMean(panel, base, i, month - 1, 3),
    ]);
  }
  const each = (of: (i: number) => number): Float64Array => Float64Array.from(rows, of);
  return {
    month,
    rows: Int32Array.from(rows),
    x: matrixOf(rows, columns),
    tenure: each((i) => tenureAt(base, i, month)),
    revenue: each((i) => base.profile.monthlyCharge[i] + panels.metered[i * base.months + month - 1]),
    cost: each((i) => lastMean(panels.cost, base, i, month, 3)),
    time: each((i) => (base.left[i] === 0 ? known : Math.min(known, base.left[i])) - month),
    left: each((i) => (base.left[i] === 0 || base.left[i] > known ? 0 : 1)),
  };
}

/** A matrix with a row per entry of `rows` and a column per name and function. */
export function matrixOf(
  rows: ArrayLike<number>,
  columns: readonly (readonly [string, (i: number) => number])[],
): Matrix {
  const values = new Float64Array(rows.length * columns.length);
  columns.forEach(([, of], j) => {
    for (let k = 0; k < rows.length; k++) values[j * rows.length + k] = of(rows[k]);
  });
  const features: Feature[] = columns.map(([name]) => ({ name }));
  return matrix(rows.length, columns.length, values, features);
}

/** Months completed at the end of `month`. */
export function tenureAt(base: Simulation, i: number, month: number): number {
  return month - base.joined[i] + 1;
}

/** The mean of a measure over the last months in which the customer was there, at most `months` of them. */
function lastMean(panel: Float32Array, base: Simulation, i: number, month: number, months: number): number {
  let [sum, count] = [0, 0];
  for (let t = month - 1; t >= 0 && count < months; t--) {
    const value = panel[i * base.months + t];
    if (!Number.isFinite(value)) break;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** What is fixed about a customer, as numbers: one column a level but the first. */
export function profileColumns(base: Simulation): [string, (i: number) => number][] {
  const { profile: p } = base;
  const level = (
    name: string,
    field: Float64Array,
    names: readonly string[],
  ): [string, (i: number) => number][] =>
    names.slice(1).map((one, k) => [`${name}: ${one}`, (i) => (field[i] === k + 1 ? 1 : 0)]);
  const flags = [
    "partner",
    "dependents",
    "phone",
    "multipleLines",
    "security",
    "backup",
    "protection",
    "support",
  ] as const;
  const more = ["television", "movies", "paperless", "internationalPlan", "voiceMailPlan"] as const;
  return [
    ...level("contract", p.contract, contracts),
    ...level("internet", p.internet, internetServices),
    ...level("payment", p.payment, payments),
    ...[...flags, ...more].map((name): [string, (i: number) => number] => [name, (i) => p[name][i]]),
    ["senior", (i) => (p.age[i] >= seniorAge ? 1 : 0)],
    ["monthly charge", (i) => p.monthlyCharge[i]],
  ];
}
