import { percentOf } from "../../../core/format";
import type { Rng } from "../../../core/rng";
import type { Table } from "../../../data/table";
import { type RuleRows, rulesBrokenBy } from "../../../synthesis/sequential/known/rules-kept";
import { checkRules } from "../../../synthesis/structure/given/check-rules";
import { endsNotReached } from "../../../synthesis/structure/given/given-ends";
import { checkTypes, structureOf, tooBroken } from "../../../synthesis/structure/given/structure-of";
import type { Structure } from "../../../synthesis/structure/structure";
import { CliError, exitCodes, usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { note } from "../../support/output";

/**
 * The rules in a file that --write-structure wrote and a user may have changed. Rows that break one are counted and noted; where they
 * are many it stops.
 */
export async function structureIn(
  file: string,
  table: Table,
  rng: Rng,
  {
    acceptLoss,
    counted,
  }: {
    readonly acceptLoss?: boolean;
    /** The column by which customers are counted. */
    readonly counted: string | undefined;
  },
): Promise<{ readonly structure: Structure; readonly broken: readonly RuleRows[] }> {
  const columns = table.columns.map(({ name }) => name);
  const found = jsonFile(file) as Structure;
  const names = Array.isArray(found?.columns) ? found.columns.map((one) => one?.name) : [];
  if (found?.version !== 1 || names.join("\n") !== columns.join("\n")) {
    throw new CliError(
      `Cannot use ${file}: it must hold the rules of version 1 for the columns ${columns.join(", ")}, as --write-structure writes them`,
    );
  }
  checkRules(found, `use ${file}`);
  checkTypes(found, table, `use ${file}`);
  if (found.customer !== counted) {
    const by = (column: string | undefined): string =>
      column === undefined ? "rows" : `customers by ${column}`;
    const way = found.customer === undefined ? "--no-customer" : `--customer ${found.customer}`;
    throw usageError(
      `Cannot use ${file}: its rules count ${by(found.customer)}, and this fit ${by(counted)}: ${way} counts as the file does ("customer" there)`,
    );
  }
  const broken = rulesBrokenBy(found, table);
  const said = ({ rule, rows, first }: (typeof broken)[number]): string =>
    `${rows} of ${table.rows} rows (${percentOf(rows, table.rows)}) break a rule of ${file}, the first of them row ${first + 1}: ${rule}`;
  const [worst] = acceptLoss ? [] : tooBroken(broken, table);
  if (worst)
    throw new CliError(
      `stopped: ${said(worst)} Change the rule or the rows; --accept-loss keeps the rule in the rows that are made`,
      exitCodes.loss,
    );
  for (const one of broken) note(`${said(one)} It is kept in the rows that are made`);
  for (const sentence of endsNotReached(found, table)) note(sentence);
  return { structure: structureOf(table, rng, { structure: found, acceptBroken: true }), broken };
}
