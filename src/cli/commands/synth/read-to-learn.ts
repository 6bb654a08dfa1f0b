import { didYouMean } from "../../../core/did-you-mean";
import { count } from "../../../core/format";
import { seeded } from "../../../core/rng";
import type { CsvOptions } from "../../../data/csv/options";
import { likelyCustomers } from "../../../data/customers";
import { copiedRows } from "../../../data/duplicates";
import { perhapsRowNames } from "../../../data/infer/row-numbers";
import { type Beyond, type DrawnTable, drawnTable } from "../../../data/read/drawn-table";
import { reopened } from "../../../data/read/open-table";
import { readSchema } from "../../../data/schema-file";
import { columnNamed, type Table, type TextColumn } from "../../../data/table";
import type { Tallied } from "../../../data/tally/column-tally";
import { writtenDates } from "../../../synthesis/structure/dates";
import { usualMinCount } from "../../../synthesis/structure/discover/discover";
import { usageError } from "../../support/exit";
import { note } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";

/** Fewer dates than this make no way of writing them. */
const leastDates = 5;
/** The most rows that are learnt from; of more as many are drawn at random. */
const mostLearnt = 500_000;

interface LearningFlags extends ReadingFlags {
  readonly schema?: string;
  readonly customer?: string | false;
}

/**
 * What `learn` makes of the table, or of rows drawn from it where it is long, its problems noted; stops where too much of the file is
 * lost. Dates that are written in several ways are read as texts, since the rules of a synthesiser know several ways and the
 * reader one.
 */
export async function readToLearn<Out>(
  file: string,
  flags: LearningFlags,
  { seed, minCount = usualMinCount }: { readonly seed: number; readonly minCount?: number },
  learn: (read: DrawnTable) => Promise<Out>,
): Promise<Out> {
  const source = await reopened(file);
  const { customer } = flags;
  const drawing = {
    most: mostLearnt,
    least: minCount,
    customer: (columns: readonly Tallied[]) =>
      customer === false ? undefined : (customer ?? likelyCustomers(columns)),
  };
  const how = csvOptions(flags);
  try {
    const read = await readLearnable(file, flags, (options) =>
      drawnTable(source, { ...how, ...options }, drawing, seeded(seed).fork("rows drawn")),
    );
    noteDrawn(read, minCount);
    const copied = copiedRows(read.table);
    if (copied)
      note(
        `${count(copied.copies)} rows are copies of earlier ones, word for word, and no others share their ${copied.apart}: each is learnt as a row of its own; take them out if they are there by mistake`,
      );
    const names = flags.schema ? [] : perhapsRowNames(read.table);
    if (names.length > 0)
      note(
        `${names.join(", ")} ${names.length > 1 ? "have" : "has"} another whole number in each row, learnt as an amount: what names the rows is said by --schema: {"columns": [{"name": ${JSON.stringify(names[0])}, "type": "id"}]}`,
      );
    return await learn(read);
  } finally {
    source.close();
  }
}

/** Throws where an option names a column that the file lacks. */
export function checkNamed(
  action: string,
  given: readonly string[],
  file: string,
  { columns }: Pick<Table, "columns">,
): void {
  const names = columns.map(({ name }) => name);
  const stranger = given.find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const rule = `${given.length > 1 ? "each" : "it"} must be a column of ${file} (${names.join(", ")})`;
  throw usageError(`Cannot ${action}: ${rule}, got ${stranger}${didYouMean(stranger, names)}`);
}

/** Says which rows are learnt, where not all are, and what others hold beside. */
function noteDrawn({ table, total, beyond }: DrawnTable, minCount: number): void {
  if (table.rows === total) return;
  note(
    `${count(table.rows)} of ${count(total)} rows are learnt, drawn at random: rules, ends, levels and shares are those of these rows`,
  );
  noteBeyond(beyond, total, minCount);
}

/** Says what rows hold that were not drawn. */
export function noteBeyond(beyond: readonly Beyond[], total: number, minCount: number): void {
  for (const { column, rows, levels } of beyond)
    note(
      `${column}: ${count(rows)} of the ${count(total)} rows ${levels === undefined ? "lie beyond the ends of those drawn" : `have one of ${count(levels)} levels that ${minCount} rows or more share, and fewer of those drawn`}`,
    );
}

async function readLearnable(
  file: string,
  flags: LearningFlags,
  open: (options?: CsvOptions) => Promise<DrawnTable>,
): Promise<DrawnTable> {
  if (flags.schema) {
    const given = await open({ schema: readSchema(flags.schema) });
    checkLoss(file, given, flags);
    return given;
  }
  const read = await open();
  const mixed = read.schema.columns.filter(
    ({ name, type }) => type === "date" && read.problemsByColumn.has(name),
  );
  if (mixed.length > 0) {
    const columns = mixed.map(({ name }) => ({ name, type: "text" as const }));
    const again = await open({ schema: { columns } });
    const dates = (name: string): boolean =>
      writtenDates((columnNamed(again.table, name) as TextColumn).values, leastDates) !== undefined;
    if (mixed.every(({ name }) => dates(name))) {
      for (const { name } of mixed)
        note(`${name}: dates are written in several ways, which come out as often`);
      checkLoss(file, again, flags);
      return again;
    }
  }
  checkLoss(file, read, flags);
  return read;
}
