import { check } from "../../../core/checks";
import { nearestNames } from "../../../core/did-you-mean";
import type { DatePlan, NumberPlan, Structure } from "../structure";
import { cellNamesOf } from "../variables";

/** Throws where a column or a rule stands twice, where rules name cells that no column has, and where two can't both be kept. */
export function checkCells(structure: Structure, action: string): void {
  const { columns, combinations, exclusions, orders, gaps = [] } = structure;
  const once = (what: string, names: readonly string[]): void => {
    const seen = new Set<string>();
    const twice = names.find((name) => seen.size === seen.add(name).size);
    check(twice === undefined, action, `${what} must stand once`, twice);
  };
  once(
    "each column",
    [...columns, ...combinations].map(({ name }) => name),
  );
  for (const { name, columns: own, allowed } of combinations) {
    const rows = Array.isArray(allowed) && allowed.every((row) => row?.length === own?.length);
    check(rows && allowed.length > 0, action, `${name} must list as allowed a text for each of its columns`);
  }
  once(
    "each column of combinations",
    combinations.flatMap((one) => one.columns),
  );
  for (const part of ["column", "variable"] as const)
    once(
      `the ${part} of each gap`,
      gaps.map((gap) => gap[part]),
    );
  once(
    "each order",
    orders.map(({ low, high }) => `${low}<=${high}`),
  );
  const ends = new Map(columns.map((plan) => [plan.name, plan as NumberPlan | DatePlan]));
  for (const { low, high } of orders) {
    check(low !== high, action, "an order must be of two columns", low);
    const [least, most] = [ends.get(low)?.low ?? 0, ends.get(high)?.high ?? 0];
    const rule = `${low} can't be kept below ${high}: the least ${low} must not be above the greatest ${high}`;
    check(least <= most, action, rule, `${least} and ${most}`);
  }
  const pairs = exclusions.flatMap(({ columns: [a, b], never, only = [] }) => {
    check(a !== b, action, "an exclusion must be of two columns", a);
    check(Array.isArray(never), action, `what never goes together of ${a} and ${b} must be a list`, never);
    check(Array.isArray(only), action, `what alone goes together of ${a} and ${b} must be a list`, only);
    const labels = [a, b].map((name) => cellsNamed(structure, name, action));
    [a, b].forEach((name, k) => {
      const known = new Set(labels[k]);
      for (const pair of [...never, ...only])
        if (!known.has(pair?.[k])) strangeCell(pair?.[k], [a, b], name, labels[k], action);
    });
    for (const k of [0, 1]) {
      const excluded = new Map<string, Set<string>>();
      for (const pair of never) excluded.set(pair[k], (excluded.get(pair[k]) ?? new Set()).add(pair[1 - k]));
      for (const [label, others] of excluded) {
        const rule = `${[a, b][k]} ${named(label)} must leave something of ${[a, b][1 - k]} to go with it`;
        check(others.size < labels[1 - k].length, action, rule);
      }
    }
    return never.map(([x, y]) => [`${a} ${named(x)}`, `${b} ${named(y)}`].sort().join(" never with "));
  });
  once("each exclusion", pairs);
}

/** So many of a column's cells are named where one is not among them. */
const mostNamed = 5;

function strangeCell(
  label: string,
  [a, b]: readonly string[],
  name: string,
  known: readonly string[],
  action: string,
): never {
  const near = nearestNames(String(label), known, mostNamed).join(", ");
  const others = known.length > mostNamed ? ` and ${known.length - mostNamed} others` : "";
  const rule = `what never goes together of ${a} and ${b} must be cells of ${name} (${near}${others})`;
  throw new RangeError(`Cannot ${action}: ${rule}, got ${JSON.stringify(label ?? "none")}`);
}

/** The cells of a column that an exclusion may name: those that are drawn. */
function cellsNamed(structure: Structure, name: string, action: string): readonly string[] {
  const labels = cellNamesOf(structure, name);
  const rule = "an exclusion must name columns that are drawn, not what follows from others or from nothing";
  check(labels !== undefined, action, rule, name);
  return labels;
}

function named(label: string): string {
  return label.startsWith("= ") ? label : `= ${label}`;
}
