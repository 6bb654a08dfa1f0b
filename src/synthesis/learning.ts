import type { Beyond } from "../data/read/drawn-table";
import type { RuleRows } from "./sequential/known/rules-kept";
import { fewRows } from "./sequential/parents";
import type { Chosen } from "./sequential/sequential";

/** How a table was learnt, beside the model itself: what its owner is told by the command, the file, a report and the web app alike. */
export interface Learning extends Partial<Chosen> {
  /** The column that names customers with several rows each, in whom what few share is counted, and whether somebody said so. */
  readonly customers?: Repeated & { readonly found: "by its values" | "as told" };
  /** A column that may name customers with several rows each, though rows were counted; and what is the same in all rows of one. */
  readonly rowsCounted?: Repeated & { readonly same: readonly string[] };
  /** Columns called identifiers that were learnt as categories, since they repeat. */
  readonly categories?: readonly string[];
  /** Of rows that were drawn: what the others hold beside, and rules that some of the others break. */
  readonly beyond?: readonly Beyond[];
  readonly elsewhere?: readonly RuleRows[];
  /** Of two tables: the same of the children's rows. */
  readonly children?: Learning & { readonly rows: number };
  /** What follows from which columns in the rows learnt and not in those made: names alone, since figures would tell of the rows. */
  readonly unlearnt?: readonly Unlearnt[];
  /** Given rules that rows break; they are kept in rows that are made. */
  readonly broken?: readonly RuleRows[];
}

/** What follows from other columns in the rows learnt, and not in those made. */
export interface Unlearnt {
  readonly what: string;
  readonly of: readonly string[];
  readonly by: readonly string[];
}

/** A column of which some values stand in several rows. */
export interface Repeated {
  readonly column: string;
  /** Different values, and how many rows one has at most. */
  readonly values: number;
  readonly most: number;
}

/** Whose the rows are, in a sentence; `counted` is what follows from it. */
export function describeWhose(
  { customers, rowsCounted }: Learning,
  counted = "what few share is counted in customers, not rows",
): string | undefined {
  if (customers) {
    const { column, values, most } = customers;
    return `${column} names ${values} customers with up to ${most} rows each: ${counted}`;
  }
  if (!rowsCounted) return undefined;
  const { column, values, most, same } = rowsCounted;
  const alike =
    same.length > 0
      ? `and ${same.join(", ")} are the same in nearly all rows of one`
      : "which come out as they are";
  return `${column} has ${values} values with up to ${most} rows each, ${alike}: it may name customers, and rows are counted`;
}

/** What is to be known of how `rows` rows were learnt, in sentences. */
export function describeLearning(learning: Learning, rows: number): readonly string[] {
  const { chosenOn, counted = [], pairs, categories = [], broken = [], elsewhere = [] } = learning;
  const whose = describeWhose(learning);
  const said = [
    ...(whose === undefined ? [] : [whose]),
    ...categories.map(
      (name) => `${name} is called an identifier, but its values repeat: it is learnt as a category`,
    ),
    ...broken.map(
      ({ rule, rows: own }) =>
        `${own} of ${rows} rows break a rule that was given, which is kept in the rows that are made: ${rule}`,
    ),
    ...elsewhere.map(
      ({ rule, rows: own }) =>
        `${own} rows of the whole file break a rule that is kept in the rows that are made: ${rule}`,
    ),
  ];
  if (chosenOn && chosenOn.choices < rows)
    said.push(
      `what depends on what was chosen on ${chosenOn.choices} of the rows, how numbers spread on ${Math.min(chosenOn.spread, rows)}; levels, ends, rules and rates come from all ${rows}`,
    );
  if (counted.length > 0)
    said.push(
      `${counted.map(({ column, levels }) => `${column} (${levels} levels)`).join(", ")}: what goes with which of so many levels is learnt by each other column alone (naive Bayes): what columns tell only together comes out weaker or not at all`,
    );
  if (pairs?.crowded)
    said.push(
      `${pairs.learnt} of ${pairs.all} pairs of columns are learnt: ${pairs.crowded} others go together, too, but ${rows} rows bear no more, and come out weaker (numbers that are clearly off are named)`,
    );
  else if (pairs && pairs.learnt < pairs.all && (pairs.rows ?? rows) < fewRows)
    said.push(
      `${pairs.learnt} of ${pairs.all} pairs of columns are learnt: what others may have in common ${rows} rows do not tell from chance, and it comes out weaker`,
    );
  const { children } = learning;
  const below = children ? describeLearning(children, children.rows).map((own) => `children: ${own}`) : [];
  return [...said, ...below];
}

/** What a fitted model says of how it was learnt. */
export function learningOf(synthesiser: object, rows: number): Learning {
  const { chosenOn, pairs, counted = [] } = synthesiser as Partial<Chosen>;
  return {
    ...(chosenOn && chosenOn.choices < rows && { chosenOn }),
    ...(pairs && { pairs }),
    ...(counted.length > 0 && { counted }),
  };
}
