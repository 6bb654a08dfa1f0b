import { type Column, dropColumns, type Table, table } from "../../data/table";
import { type ChildPlan, contextNames, countName } from "../../synthesis/relational/child-table";
import { endingChange } from "../../synthesis/relational/endings";
import { childRows, drawnNumbers, familiesOf, inOrder } from "../../synthesis/relational/families";
import type { RelatedTables } from "../../synthesis/relational/relational";

const meanOf = "each parent's mean of ";

/** Whether a figure is the mean of what each parent's children have. */
export const isMean = (name: string): boolean => name.startsWith(meanOf);

/** A column a figure of what each parent's children are together: the means of their numbers, what these change by in its last row, and how many they are. */
export function familyFigures({ parents, children }: RelatedTables, key: string, plan: ChildPlan): Column[] {
  const families = inOrder(familiesOf(parents, children, key), children, plan);
  const perParent = (name: string, of: (family: readonly number[]) => number): Column => ({
    name,
    type: "numeric",
    values: Float64Array.from(families, of),
  });
  const figures = children.columns.flatMap((column) => {
    const [values] = drawnNumbers(plan, { ...children, columns: [column] });
    // What numbers its rows says how many they are.
    if (!values || column.name === plan.by) return [];
    const cell = (row: number): number => values[row];
    return [
      perParent(`${meanOf}${column.name}`, (family) => {
        const known = family.map(cell).filter((value) => !Number.isNaN(value));
        return known.reduce((sum, value) => sum + value, 0) / known.length;
      }),
      perParent(`each parent's change of ${column.name} at the end`, (family) => endingChange(family, cell)),
    ];
  });
  return [...figures, { ...perParent(countName, (family) => family.length), decimals: 0 } as Column];
}

/**
 * Two tables as each is judged: parents with what their children are together, children in their order beside their parent, the row before
 * and the time since, by the plan of the real ones.
 */
export function judgedFamilies(
  { parents, children }: RelatedTables,
  key: string,
  plan: ChildPlan,
): RelatedTables {
  const families = inOrder(familiesOf(parents, children, key), children, plan);
  const least = { plan, key, least: 1 };
  const places = families.map((_, p) => p);
  const { context, own, parent } = childRows(least, dropColumns(parents, [key]), children, families, places);
  const repeated: readonly string[] = [contextNames.left, contextNames.room];
  const beside = context.filter(
    ({ name }) => !repeated.includes(name) && !name.startsWith(contextNames.mean("")),
  );
  const rows: Table = table([parent, ...beside, ...own]);
  const figures = familyFigures({ parents, children }, key, plan);
  return { parents: table([...parents.columns, ...figures]), children: rows };
}
