import { percentOf } from "../../core/format";
import { customerColumns, type DistinctRows, distinctRows, OncePerCustomer } from "../../data/duplicates";
import type { RowSource } from "../../data/even-rows";
import { cellCounts } from "../../data/infer/cell-counts";
import { mayBeCustomer } from "../../data/infer/names";
import type { Survey } from "../../data/read/survey-table";
import { columnNamed, dropColumns, type Table, takeTableRows } from "../../data/table";
import { unlabelledRows } from "../../data/target";
import type { SavedModel } from "../../services/predict/saved-model";
import { type RowsToLearn, rowsToLearn, type Whose } from "../../services/synthetic/rows-to-learn";
import { describeLearning, describeWhose } from "../../synthesis/learning";
import { note } from "./output";
import { lost } from "./reading";

export interface DuplicateFlags {
  /** Columns that together name a customer; without them the first identifier does. */
  readonly id?: readonly string[];
  readonly keepDuplicates?: boolean;
  readonly acceptLoss?: boolean;
}

/** Notes whose the rows are, and how to say otherwise. */
export function noteWhose(whose: Whose, counted?: string): void {
  const said = describeWhose(whose, counted);
  if (said !== undefined) note(said + otherwise(whose));
}

function otherwise({ customers, rowsCounted }: Whose): string {
  if (rowsCounted) return ` (--customer ${rowsCounted.column}: it does; --no-customer: it does not)`;
  if (!customers || customers.found === "as told") return "";
  const things = mayBeCustomer(customers.column) ? "" : ", as is right of products and places";
  return ` (--customer names another column, --no-customer counts rows${things})`;
}

/** Notes that a table looks like one of counts, each row of which is taken for a customer; not where counts are what is to be told. */
export function noteCounts(table: Table, target?: string): void {
  const name = cellCounts(table);
  if (name === undefined || name === target) return;
  note(
    `${name} looks like counts of what the other columns say, each combination of which stands once: each of the ${table.rows} rows is learnt as one customer, and ${name} as a number; to learn those that are counted, write each row ${name} times, without ${name}`,
  );
}

/** The rows to be learnt, and whose they are; notes tell of both. */
export function withCustomers(table: Table, flags: DuplicateFlags & CustomerFlags): RowsToLearn {
  noteCounts(table);
  const found = rowsToLearn(table, { ...flags, keep: flags.keepDuplicates });
  noteDuplicates(found, table.rows, flags);
  noteWhose(found.whose);
  for (const sentence of describeLearning({ categories: found.whose.categories ?? [] }, table.rows))
    note(sentence);
  return found;
}

/** Whose a row is; `false`: each row is a customer's own. */
interface CustomerFlags {
  readonly customer?: string | false | undefined;
}

interface TargetFlags {
  readonly target: string;
  readonly positive?: string;
  readonly classes?: boolean;
  readonly folds: number;
  readonly acceptLoss?: boolean;
}

type LabelFlags = Pick<TargetFlags, "target" | "acceptLoss"> & { readonly dropUnlabelled?: boolean };

/** The share of rows that may be left out before the work stops and asks. */
const most = 0.01;

/**
 * The rows in which every customer stands once, and how many were left out; never silently: a note tells of them, and of
 * those that are kept because that was asked for. Stops where they are many.
 */
export function oncePerCustomer(table: Table, flags: DuplicateFlags): { table: Table; duplicates: number } {
  const found = distinctRows(table, flags.id);
  const left = noteDuplicates(found, table.rows, flags);
  return left === 0 ? { table, duplicates: 0 } : { table: found.table, duplicates: left };
}

/** Notes the rows of customers with an earlier one, and stops where they are many; returns how many are left out. */
function noteDuplicates(
  { id, duplicates }: Pick<DistinctRows, "id" | "duplicates">,
  rows: number,
  flags: DuplicateFlags,
): number {
  if (duplicates === 0) return 0;
  const by = id.join(" and ");
  if (flags.keepDuplicates) {
    note(`${duplicates} rows have a ${by} of an earlier row; they are kept`);
    return 0;
  }
  if (duplicates > most * rows && !flags.acceptLoss)
    throw lost(
      `${duplicates} of ${rows} rows (${percentOf(duplicates, rows)}) have the ${by} of an earlier row`,
      "--keep-duplicates counts them all, --id names other columns, ",
    );
  note(`${duplicates} rows left out: their ${by} is that of an earlier row (--keep-duplicates keeps them)`);
  return duplicates;
}

function without(table: Table, rows: Iterable<number>): Table {
  const left = new Set(rows);
  return takeTableRows(
    table,
    Array.from({ length: table.rows }, (_, i) => i).filter((i) => !left.has(i)),
  );
}

function shareOf(count: number, { rows }: Pick<Table, "rows">): string {
  return `${count} of ${rows} rows (${percentOf(count, rows)})`;
}

/** The rows with a target; stops where more than a few have none, unless they may be left out. */
export function labelled(table: Table, flags: LabelFlags): Table {
  const missing = unlabelledRows(table, flags.target);
  noteUnlabelled(missing.length, table, flags);
  return missing.length === 0 ? table : without(table, missing);
}

/** The rows of a survey with a target, as `labelled` has those of a table. */
export function labelledBatches(
  survey: Pick<Survey, "columns" | "kept" | "batches">,
  flags: LabelFlags,
): RowSource {
  const aim = survey.columns.find(({ column }) => column.name === flags.target);
  if (!aim || aim.present === survey.kept) return survey;
  noteUnlabelled(survey.kept - aim.present, { rows: survey.kept }, flags);
  async function* batches(only?: readonly string[]): AsyncGenerator<Table> {
    const read = only && [...new Set([...only, flags.target])];
    for await (const rows of survey.batches(read)) {
      const left = without(rows, unlabelledRows(rows, flags.target));
      yield only?.includes(flags.target) === false ? dropColumns(left, [flags.target]) : left;
    }
  }
  return { columns: survey.columns, kept: aim.present, batches };
}

function noteUnlabelled(missing: number, of: Pick<Table, "rows">, flags: LabelFlags): void {
  if (missing === 0) return;
  const unlabelled = `${shareOf(missing, of)} have no ${flags.target}`;
  if (missing > most * of.rows && !flags.dropUnlabelled && !flags.acceptLoss)
    throw lost(unlabelled, "--drop-unlabelled goes on with the others, ");
  note(`${unlabelled} and are left out`);
}

/** The rows of classes that occur often enough; stops where some do not, unless a loss is accepted. */
export async function commonClasses(table: Table, flags: TargetFlags): Promise<Table> {
  const { rareClasses } = await import("../../services/predict/train-classes.js");
  const rare = rareClasses(table, flags);
  if (rare.length === 0) return table;
  const named = rare.map(({ value, rows }) => `${value} (${rows.length})`);
  const list = `${named.slice(0, 5).join(", ")}${named.length > 5 ? ", …" : ""}`;
  const few = `classes of ${flags.target} with fewer than ${flags.folds} rows, one a fold (--folds): ${list}`;
  if (!flags.acceptLoss) throw lost(few, "--positive names one class that is learned against the others, ");
  const rows = rare.flatMap((one) => one.rows);
  note(`${few}; ${shareOf(rows.length, table)} are left out, and the model never predicts these classes`);
  return without(table, rows);
}

/** Rows that a model can be judged on, batch by batch, each customer once. */
export interface JudgedRows {
  /** The rows; once they came a first time, what was left out is noted, and many such rows stop the work. */
  batches(): AsyncIterable<Table>;
  /** Rows left out, once all came. */
  left: { readonly duplicates: number; readonly unjudged: number };
}

/** The rows of a survey with a target that the model knows, in the columns that it reads. */
export function judgedRows(
  model: SavedModel,
  survey: Survey,
  flags: Pick<TargetFlags, "acceptLoss"> & DuplicateFlags,
): JudgedRows {
  const columns = survey.columns.map(({ column }) => column);
  const id = customerColumns({ columns }, flags.id);
  for (const name of id) columnNamed({ rows: 0, columns }, name);
  const { column: aim } = model.target;
  let told = false;
  const found: JudgedRows = { batches: judged, left: { duplicates: 0, unjudged: 0 } };
  async function* judged(): AsyncGenerator<Table> {
    const { unjudgedRows } = await import("../../services/predict/saved-model.js");
    const once = new OncePerCustomer(id);
    const strange = new Set<string>();
    let unjudged = 0;
    const own = model.schema.columns.map(({ name }) => name);
    for await (const rows of survey.batches([...own, aim, ...id])) {
      const first = once.places(rows);
      const kept = flags.keepDuplicates || first.length === rows.rows ? rows : takeTableRows(rows, first);
      const others = unjudgedRows(model, kept);
      unjudged += others.length;
      for (const { value } of others) if (value !== "" && strange.size < 5) strange.add(value);
      const places = others.map(({ row }) => row);
      yield places.length === 0 ? kept : without(kept, places);
    }
    if (told) return;
    told = true;
    const duplicates = noteDuplicates({ id, duplicates: once.duplicates }, survey.kept, flags);
    noteUnjudged(unjudged, survey.kept - duplicates, [...strange]);
    found.left = { duplicates, unjudged };
  }
  const noteUnjudged = (unjudged: number, rows: number, strange: readonly string[]): void => {
    if (unjudged === 0) return;
    const values = strange.length > 0 ? ` or one that training did not see (${strange.join(", ")})` : "";
    const what = `${shareOf(unjudged, { rows })} have no ${aim}${values}`;
    if (unjudged > most * rows && !flags.acceptLoss) throw lost(what);
    note(`${what} and are left out`);
  };
  return found;
}
