import type { CsvRead } from "../../../data/read/read-csv";
import { tableReader } from "../../../data/read/read-table";
import { readSchema } from "../../../data/schema-file";
import { columnNamed, type TextColumn } from "../../../data/table";
import { writtenDates } from "../../../synthesis/structure/dates";
import { note } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";

/** Fewer dates than this make no way of writing them. */
const leastDates = 5;

/**
 * The table to be learnt, its problems noted; stops where too much of the file is lost. Dates that are written in several
 * ways are read as texts, since the rules of a synthesiser know several ways and the reader one.
 */
export async function readToLearn(
  file: string,
  flags: ReadingFlags & { readonly schema?: string },
): Promise<CsvRead> {
  const how = csvOptions(flags);
  const open = await tableReader(file);
  if (flags.schema) {
    const given = open({ ...how, schema: readSchema(flags.schema) });
    checkLoss(file, given, flags);
    return given;
  }
  const read = open(how);
  const mixed = read.schema.columns.filter(
    ({ name, type }) => type === "date" && read.problemsByColumn.has(name),
  );
  if (mixed.length > 0) {
    const columns = mixed.map(({ name }) => ({ name, type: "text" as const }));
    const again = open({ ...how, schema: { columns } });
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
