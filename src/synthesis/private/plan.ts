import { check } from "../../core/checks";
import type { Table } from "../../data/table";
import { rhoOfPlan } from "./accountant";
import { type Budget, budgetOf, rhoOf } from "./budget";
import type { RawColumn } from "./domain/columns";
import type { NoiseSource } from "./noise/noise-source";

/**
 * What each step gets of the budget, relative to the others that a table needs: the same for every table. Chosen on a public one.
 * For mst half or twice as much for any step changes the quality by less than another seed does; for aim twice as much for bins
 * and bounds costs .003 (six fits at ε = 1).
 */
const shares = {
  mst: { rows: 2, bounds: 5, levels: 6, bins: 14, single: 12, links: 12, target: 17, pairs: 32, rounds: 0 },
  aim: { rows: 2, bounds: 3, levels: 6, bins: 7, single: 12, links: 0, target: 0, pairs: 0, rounds: 61 },
} as const;

type Step = keyof (typeof shares)["mst"];

/** How dependence is learnt. */
export type PrivateMethod = "mst" | "aim";

/** A budget, and what each step may spend of it. */
export interface Plan {
  readonly budget: Budget;
  readonly rho: Readonly<Record<Step, number>>;
}

/** The target's place among the columns that are learnt; −1 for none. */
export function targetAmong(
  raw: readonly RawColumn[],
  from: Table,
  target: string | null | undefined,
  method: PrivateMethod,
): number {
  const last = from.columns[from.columns.length - 1];
  const name = target === undefined && last.type === "boolean" ? last.name : target;
  if (name === undefined || name === null) return -1;
  const levels = raw.filter((column) => column.kind === "levels").map((column) => column.name);
  check(
    levels.includes(name),
    `fit ${method}`,
    `the target must be one of the columns of levels ${levels.join(", ")}`,
    name,
  );
  return raw.findIndex((column) => column.name === name);
}

/** How many pairs can be chosen among so many columns: as many as leave no circle, beside the target. */
export function roundsOfLinks(columns: number, target: number): number {
  return Math.max(0, columns - (target < 0 ? 1 : 2));
}

/** What each step may spend: follows from what is public alone. */
export function planOf(
  raw: readonly RawColumn[],
  target: number,
  {
    epsilon,
    delta,
    method,
  }: { readonly epsilon: number; readonly delta: number; readonly method: PrivateMethod },
  source: NoiseSource,
): Plan {
  const ranges = raw.filter((column) => column.kind === "range");
  const unknownLevels = raw.some((column) => column.kind === "levels" && !column.levels);
  const needed: Readonly<Record<Step, boolean>> = {
    rows: true,
    bounds: ranges.some((range) => !range.bounds),
    levels: unknownLevels,
    bins: ranges.length > 0,
    single: raw.length > 0,
    links: raw.length > (target < 0 ? 1 : 2),
    target: target >= 0 && raw.length > 1,
    pairs: raw.length > (target < 0 ? 1 : 2),
    rounds: raw.length > 1,
  };
  const own = shares[method];
  // Published levels can fail with half of δ; the other half belongs to turning ρ into ε.
  const failing = unknownLevels ? delta / 2 : 0;
  const steps = Object.keys(own) as Step[];
  const sum = steps.reduce((all, step) => all + (needed[step] ? own[step] : 0), 0);
  const choices = {
    choiceShare: needed.links ? own.links / sum : 0,
    choices: needed.links ? roundsOfLinks(raw.length, target) : 0,
  };
  // How many rounds AIM makes, and of what, depends on the rows: its ρ holds whatever the mechanisms.
  const budget =
    method === "aim"
      ? budgetOf(rhoOf(epsilon, delta - failing), failing, source, { choiceShare: 0, choices: Infinity })
      : budgetOf(rhoOfPlan(epsilon, delta - failing, choices), failing, source, choices);
  const rho = Object.fromEntries(
    steps.map((step) => [step, needed[step] ? (budget.rho * own[step]) / sum : 0]),
  );
  return { budget, rho: rho as Plan["rho"] };
}
