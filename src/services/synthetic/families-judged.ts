import { type Column, dropColumns, type Table, table } from "../../data/table";
import { type ChildPlan, contextNames, countName } from "../../synthesis/relational/child-table";
import { childRows, drawnNumbers, familiesOf, inOrder } from "../../synthesis/relational/families";
import type { RelatedTables } from "../../synthesis/relational/relational";

/**
 * Two tables as each is judged: parents with how many children they have and the means of their numbers, children in their order beside
 * their parent, the row before and the time since, by the plan of the real ones.
 */
export function judgedFamilies(
  { parents, children }: RelatedTables,
  key: string,
  plan: ChildPlan,
): RelatedTables {
  const families = inOrder(familiesOf(parents, children, key), children, plan);
  const perParent = (name: string, of: (family: readonly number[]) => number, decimals?: number): Column => ({
    name,
    type: "numeric",
    values: Float64Array.from(families, of),
    ...(decimals !== undefined && { decimals }),
  });
  const drawn = children.columns.filter(
    (column) => drawnNumbers(plan, { ...children, columns: [column] }).length > 0,
  );
  const means = drawn.map((column) => {
    const { values } = column as { readonly values: Float64Array };
    return perParent(`mean of ${column.name}`, (family) => {
      const known = family.map((row) => values[row]).filter((value) => !Number.isNaN(value));
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    });
  });
  const least = { plan, key, least: 1 };
  const places = families.map((_, p) => p);
  const { context, own, parent } = childRows(least, dropColumns(parents, [key]), children, families, places);
  const repeated: readonly string[] = [contextNames.left, contextNames.room];
  const beside = context.filter(
    ({ name }) => !repeated.includes(name) && !name.startsWith(contextNames.mean("")),
  );
  const counts = perParent(countName, (family) => family.length, 0);
  const rows: Table = table([parent, ...beside, ...own]);
  return { parents: table([...parents.columns, counts, ...means]), children: rows };
}
