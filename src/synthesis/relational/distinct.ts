import { check } from "../../core/checks";
import { cellText, columnNamed, type Table } from "../../data/table";
import { isComputed, type Structure } from "../structure/structure";
import { type ChildDates, type ChildPlan, isContext, isOwn } from "./child-table";
import { withFollowing } from "./follow";
import type { Families } from "./pace";
import { describeRunning, type Running } from "./running";

/** So many rows must repeat one of their parent's by chance, were each drawn alone, that none which does is no chance. */
const leastExpected = 20;
/** How often rows that repeat one of their parent's are drawn again, before the parent has no more. */
export const mostAgain = 100;

/** Of each row what it has in the columns, as a label; of rows that lack one of them "". */
export function labelsOf(names: readonly string[], rows: Table): readonly string[] {
  const columns = names.map((name) => columnNamed(rows, name));
  return Array.from({ length: rows.rows }, (_, i) => {
    const cells = columns.map((one) => cellText(one, i));
    return cells.includes("") ? "" : cells.join("\n");
  });
}

/**
 * The columns of the children, and pairs of others, of which no two rows of a parent have the same, though by how often each
 * value is there at least twenty would: a product stands once in an order. What is computed is not looked at.
 */
export function findDistinct(
  children: Table,
  families: Families,
  plan: ChildPlan,
  {
    least,
    structure,
    running,
  }: { readonly least: number; readonly structure: Structure; readonly running: readonly Running[] },
): readonly (readonly string[])[] {
  const later = withFollowing(
    structure,
    running.map(({ column }) => column),
  );
  const plans = new Map(structure.columns.map((one) => [one.name, one]));
  const names = plan.columns.flatMap(({ name, role }) => {
    const own = plans.get(name);
    const drawn = own && !["constant", "lookup", "bands", "part"].includes(own.kind) && !isComputed(own);
    return role !== "text" && isOwn(plan, name) && drawn && !later.has(name) ? [name] : [];
  });
  const several = families.filter((family) => family.length > 1);
  if (several.length < least) return [];
  const labels = new Map(names.map((name) => [name, labelsOf([name], children)]));
  const whole = (asked: readonly string[]): ((row: number) => string) => {
    const own = asked.map((name) => labels.get(name) as readonly string[]);
    return (row) => (own.some((cells) => cells[row] === "") ? "" : own.map((cells) => cells[row]).join("\n"));
  };
  const apart = (asked: readonly string[]): boolean => {
    const of = whole(asked);
    return several.every((family) => {
      const own = family.map(of).filter((label) => label !== "");
      return new Set(own).size === own.length;
    });
  };
  const beyondChance = (asked: readonly string[]): boolean => {
    const of = whole(asked);
    const counts = new Map<string, number>();
    const known = families.map((family) => family.map(of).filter((label) => label !== ""));
    for (const label of known.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
    const rows = known.reduce((sum, own) => sum + own.length, 0);
    const same = [...counts.values()].reduce((sum, count) => sum + (count / rows) ** 2, 0);
    // No single parent shows it, however many rows it has.
    const most = leastExpected / Math.max(1, least);
    const expected = known.map(({ length }) => Math.min(most, (same * length * (length - 1)) / 2));
    return expected.reduce((a, b) => a + b, 0) >= leastExpected;
  };
  const single = names.filter((name) => apart([name]));
  const others = names.filter((name) => !single.includes(name));
  const pairs = others.flatMap((a, k) => others.slice(k + 1).map((b) => [a, b]));
  return [...single.map((name) => [name]), ...pairs.filter(apart)].filter(beyondChance);
}

/** A level that one row of each parent has, and no other: the way that somebody chose, the contract that is the main one. */
export interface Alone {
  readonly column: string;
  readonly level: string;
}

/** Levels that just one row of each parent has, though by how often they are there at least twenty parents would have none or two. */
export function findAlone(
  children: Table,
  families: Families,
  {
    least,
    structure,
    apart,
  }: { readonly least: number; readonly structure: Structure; readonly apart: ReadonlySet<string> },
): readonly Alone[] {
  const own = families.filter((family) => family.length > 0);
  const rows = own.reduce((sum, family) => sum + family.length, 0);
  if (own.filter((family) => family.length > 1).length < least) return [];
  const steps = own.flatMap((family, parent) => family.map((row) => ({ parent, row })));
  return structure.columns.flatMap((plan): Alone[] => {
    if (plan.kind !== "levels" || apart.has(plan.name) || isContext(plan.name)) return [];
    const labels = labelsOf([plan.name], children);
    const rules = plan.levels.map((level) => ({ column: plan.name, level }));
    const share = own.length / rows;
    const chance = own.map(({ length: n }) => n * share * (1 - share) ** (n - 1));
    if (chance.reduce((sum, one) => sum + 1 - one, 0) < leastExpected) return [];
    return rules.filter((rule) => notAlone([rule], steps, (_, { row }) => labels[row]).length === 0);
  });
}

/** The parents not just one row of which has such a level, by what a row has in the column of a rule. */
export function notAlone<Step extends { readonly parent: number }>(
  rules: readonly Alone[],
  steps: readonly Step[],
  cell: (rule: number, step: Step) => string,
): readonly number[] {
  const counts = rules.map(() => new Map<number, number>());
  for (const step of steps)
    counts.forEach((own, rule) => {
      own.set(step.parent, (own.get(step.parent) ?? 0) + (cell(rule, step) === rules[rule].level ? 1 : 0));
    });
  const broken = counts.flatMap((own) => [...own].flatMap(([parent, many]) => (many === 1 ? [] : [parent])));
  return [...new Set(broken)].sort((a, b) => a - b);
}

/** What each parent's rows have so far in the columns, none of which is there twice. */
export class Taken {
  private readonly seen: readonly Map<number, Set<string>>[];

  constructor(private readonly distinct: readonly (readonly string[])[]) {
    this.seen = distinct.map(() => new Map());
  }

  /** The rows that repeat something of their parent's. */
  repeated(rows: Table, parents: readonly number[]): number[] {
    const labels = this.distinct.map((names) => labelsOf(names, rows));
    return parents.flatMap((parent, row) =>
      labels.some((own, k) => own[row] !== "" && this.seen[k].get(parent)?.has(own[row])) ? [row] : [],
    );
  }

  add(rows: Table, parents: readonly number[]): void {
    this.distinct.forEach((names, k) => {
      labelsOf(names, rows).forEach((label, row) => {
        const own = this.seen[k].get(parents[row]) ?? new Set();
        this.seen[k].set(parents[row], own.add(label));
      });
    });
  }
}

/** Throws where a file names what the children's model does not draw. */
export function checkDistinct(
  {
    distinct,
    alone = [],
  }: { readonly distinct?: readonly (readonly string[])[]; readonly alone?: readonly Alone[] },
  drawn: ReadonlySet<string>,
  action: string,
): void {
  const told =
    Array.isArray(alone) && alone.every((one) => drawn.has(one?.column) && typeof one.level === "string");
  check(told, action, "what one child alone has must be levels of columns of the children", alone);
  const rule = "what no two rows of a parent share must be lists of columns of the children";
  const right = (names: unknown): boolean =>
    Array.isArray(names) && names.length > 0 && names.every((name) => drawn.has(name));
  check(distinct === undefined || (Array.isArray(distinct) && distinct.every(right)), action, rule, distinct);
}

/** The rules of a parent's rows beside each other in sentences. */
export function describeAlong({
  running,
  dates,
  by,
  distinct,
  alone,
}: {
  readonly running: readonly Running[];
  readonly dates?: ChildDates;
  readonly by?: string;
  readonly distinct: readonly (readonly string[])[];
  readonly alone: readonly Alone[];
}): readonly string[] {
  const apart = distinct.map((names) => `No two rows of a parent have the same ${names.join(" and ")}.`);
  const once = alone.map(
    ({ column, level }) => `Of each parent's rows one has ${column} = ${level}, and no other.`,
  );
  const order = by !== undefined && !dates ? [`A parent's rows are in the order of ${by}.`] : [];
  return [...order, ...describeRunning(running, dates), ...apart, ...once];
}
