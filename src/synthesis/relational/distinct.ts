import { check } from "../../core/checks";
import { cellText, columnNamed, type Table } from "../../data/table";
import { isComputed, type Structure } from "../structure/structure";
import { type ChildDates, type ChildPlan, isOwn } from "./child-table";
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
  distinct: readonly (readonly string[])[] | undefined,
  drawn: ReadonlySet<string>,
  action: string,
): void {
  const rule = "what no two rows of a parent share must be lists of columns of the children";
  const right = (names: unknown): boolean =>
    Array.isArray(names) && names.length > 0 && names.every((name) => drawn.has(name));
  check(distinct === undefined || (Array.isArray(distinct) && distinct.every(right)), action, rule, distinct);
}

/** The rules of a parent's rows beside each other in sentences. */
export function describeAlong({
  running,
  dates,
  distinct,
}: {
  readonly running: readonly Running[];
  readonly dates?: ChildDates;
  readonly distinct: readonly (readonly string[])[];
}): readonly string[] {
  const apart = distinct.map((names) => `No two rows of a parent have the same ${names.join(" and ")}.`);
  return [...describeRunning(running, dates), ...apart];
}
