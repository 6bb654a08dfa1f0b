import type { Command } from "commander";
import type { CsvOptions } from "../../data/csv/options";
import type { RowSource } from "../../data/even-rows";
import type { Survey } from "../../data/read/survey-table";
import type { CategoricalColumn, Column, Table } from "../../data/table";
import type { Names } from "../../data/tally/names";
import type { CustomerNames } from "../../services/contact/prospects";
import type { ContractOptions } from "../../services/value/contracts/contract-columns";
import type { Contracts } from "../../services/value/contracts/contracts";
import type { ValuedContracts } from "../../services/value/contracts/value-contracts";
import type { TableKind } from "../../services/value/kind";
import type { TransactionOptions, Transactions } from "../../services/value/purchases/transactions";
import type { ValuedTransactions } from "../../services/value/purchases/value-transactions";
import { usageError } from "./exit";
import { decimalNumber, oneOf, wholeNumber } from "./options";
import { note } from "./output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "./reading";

/** What commands on own customers are told: columns and dates of both kinds of table, as services take them. */
export interface OwnDataFlags
  extends ReadingFlags,
    Omit<ContractOptions, Written>,
    Omit<TransactionOptions, Written> {
  readonly data: string;
  readonly kind?: string;
  readonly tenureUnit?: string;
  readonly duplicates?: string;
  readonly refunds?: string;
  readonly covariates?: string[];
  readonly drop?: string[];
  readonly strata?: string;
  readonly reason?: string;
  readonly model?: string;
  readonly holdoutFrom?: string;
  readonly draws?: string;
  readonly months?: string;
  readonly churnMonths?: string;
  readonly discount: string;
  readonly margin: string;
  readonly penalty?: string;
}

/** What services take as one of several words, and a person may have written otherwise. */
type Written = "tenureUnit" | "duplicates" | "refunds" | "covariates" | "drop";

/** Adds the options by which own customers are read and valued. */
export function ownDataOptions(command: Command): Command {
  return readingOptions(command)
    .option("--customer <column>", "whose row it is")
    .option("--date <column>", "transactions: the day of the purchase")
    .option("--amount <column>", "transactions: what was paid")
    .option(
      "--quantity <column>",
      "transactions: how many pieces, where there is a price of one and no amount",
    )
    .option("--price <column>", "transactions: the price of one piece")
    .option("--start <column>", "contracts: the first day")
    .option("--end <column>", "contracts: the last day, empty while it runs")
    .option("--tenure <column>", "contracts: how long it has lasted, in place of start and end")
    .option("--ended <column>", "contracts: whether it has ended, beside tenure")
    .option(
      "--tenure-unit <unit>",
      "days, weeks, months or years (default: by the column's name, else months)",
    )
    .option("--revenue <column>", "contracts: revenue a month")
    .option("--currency <column>", "the amounts' currency, which must be one and the same")
    .option("--exchange-rate <column>", "what a unit of the row's currency is worth in that of the values")
    .option("--as-of <date>", "the end of observation (default: the last date in the file)")
    .option("--entry <column>", "contracts: from when on they were watched, a column or one date")
    .option("--time-zone <name>", "on whose days instants with an offset count, as Europe/Berlin")
    .option("--duplicates <what>", "transactions: refuse, drop or keep equal rows", "refuse")
    .option("--refunds <what>", "transactions: net, drop or keep negative amounts", "net")
    .option(
      "--channel <column>",
      "the way by which a customer came (default: by its name, as channel or source)",
    )
    .option(
      "--acquisition-cost <what>",
      "what it cost to win a customer: a column, an amount, or amounts by channel as web=12,shop=5",
    )
    .option(
      "--covariates <column...>",
      "what the chance to leave may depend on, with transactions also the rate of buying (default: contracts all that is no answer, transactions nothing)",
    )
    .option("--drop <column...>", "contracts: what it must not depend on")
    .option("--strata <column>", "contracts, cox: groups whose chances to leave by age are their own each")
    .option(
      "--reason <column>",
      "contracts: why they ended, as voluntary or not, told by cumulative incidence",
    )
    .option(
      "--model <model>",
      `auto, ${purchaseKinds.join(", ")} (default: by a check on held-out weeks); contracts ${contractModels.join(", ")} (default: cox, or weibull without covariates)`,
    )
    .option("--holdout-from <date>", "transactions: the last day the check learns from (default: the middle)")
    .option(
      "--draws <n>",
      "transactions: futures drawn for intervals, 0 for none, else at least 40 (default: up to 200)",
    )
    .option("--months <n>", "how far ahead (default: 12 for transactions, 24 for contracts)")
    .option(
      "--churn-months <n>",
      "within how many months one counts as a leaver (default: 3; of contracts no more than --months)",
    )
    .option("--discount <rate>", "yearly interest, as 0.1 for 10%", "0.1")
    .option("--margin <share>", "the share of revenue that is margin, as 0.3 for 30%", "1")
    .option("--penalty <number>", "ridge on the model's parameters (default: 0, contracts 1)")
    .option(
      "--skip-bad-rows",
      "leave out rows that can't be read or whose dates or amounts make no sense, and say how many",
    )
    .option("--json", "print the summary as JSON");
}

const contractModels = ["cox", "weibull", "sbg", "bdw"] as const;
const purchaseKinds = ["bg-nbd", "mbg-nbd", "pareto-nbd", "bg-cnbd-k", "mbg-cnbd-k"] as const;

/** Customers of one's own with their figures, or with what their contracts or purchases were valued at. */
export type OwnCustomers<Kind extends TableKind> = Extract<
  | ({ readonly kind: "customers" } & ScoredTable)
  | ({ readonly kind: "contracts" } & OwnContracts)
  | ({ readonly kind: "transactions" } & OwnTransactions),
  { readonly kind: Kind }
>;

interface ScoredTable {
  readonly table: Table;
  /** Whose rows they are, where the table holds their figures alone. */
  readonly customers?: CustomerNames;
  readonly notes: readonly string[];
}

type OwnContracts = ValuedContracts & {
  readonly read: Contracts;
  readonly columns: Readonly<Record<string, string>>;
};

type OwnTransactions = ValuedTransactions & {
  readonly log: Transactions;
  readonly columns: Readonly<Record<string, string>>;
};

const headBytes = 1 << 19;

/**
 * What is in a file of any format, or in standard input, of the kind said by --kind or told by names and values of its
 * beginning. Columns with a part to play are kept as written, so that identifiers stay apart and formats are learnt, unless
 * the flags say how they are written; no other column rejects a row. It is read block by block: it may be larger than the
 * memory. Of scored customers only the columns `wanted` are held, or all.
 */
export async function readOwn<Kind extends TableKind>(
  flags: OwnDataFlags & { readonly churn?: string; readonly value?: string },
  kinds: readonly Kind[],
  wanted?: WantedColumns,
): Promise<OwnCustomers<Kind>> {
  const [{ keptAsWritten, kindOfTable }, { columnNamed }] = await Promise.all([
    import("../../services/value/kind.js"),
    import("../../data/table.js"),
  ]);
  let kind: TableKind = kinds[0];
  const asWritten = (head: Table): readonly string[] => {
    // Before the kind is guessed, which would be by other columns than those that a person named.
    for (const name of [flags.customer, flags.start, flags.churn, flags.value])
      if (name !== undefined) columnNamed(head, name);
    // Who names the chance to leave or the value has them already.
    const known: readonly TableKind[] = kinds;
    const scored = known.includes("customers") && (flags.churn ?? flags.value) !== undefined;
    kind =
      (flags.kind === undefined ? undefined : oneOf(flags.kind, "--kind", known)) ??
      (scored ? "customers" : kindOfTable(head, known));
    checkFlagsOf(kind, flags);
    const { customer, start, end, ended, entry } = flags;
    return keptAsWritten(head, kind, [customer, start, end, ended, entry]);
  };
  const found = await surveyed(flags, asWritten, async (survey): Promise<OwnCustomers<TableKind>> => {
    const notes = checkRows(survey, flags);
    if (kind === "customers") return { kind, ...(await scoredIn(survey, wanted)), notes };
    if (kind === "contracts") return { kind, ...(await contractsIn(survey, flags, notes)) };
    return { kind, ...(await transactionsIn(survey, flags, notes)) };
  });
  return found as OwnCustomers<Kind>;
}

/** What `use` makes of a table of which those columns are kept as written that its beginning says. */
async function surveyed<Out>(
  flags: RowFlags,
  asWritten: (head: Table) => readonly string[],
  use: (survey: Survey) => Promise<Out>,
): Promise<Out> {
  const [{ tableHead }, { reopened }, { surveyTable }] = await Promise.all([
    import("../../data/read/read-table.js"),
    import("../../data/read/open-table.js"),
    import("../../data/read/survey-table.js"),
  ]);
  const source = await reopened(flags.data);
  try {
    const how = csvOptions(flags);
    const head = (await tableHead(source, { ...how, badCells: "missing" }, headBytes)).table;
    return await surveyTable(source, { ...how, ...readAsText(head, asWritten(head), flags) }, use);
  } finally {
    source.close();
  }
}

/** Of a table of scored customers, the only columns that are wanted. */
type WantedColumns = (table: Table) => { readonly customer: Column };

async function scoredIn(survey: RowSource, wanted?: WantedColumns): Promise<Omit<ScoredTable, "notes">> {
  const [{ joinTables }, { columnNamed }, { PackedNames }, { namesOf }] = await Promise.all([
    import("../../data/join-tables.js"),
    import("../../data/table.js"),
    import("../../data/tally/names.js"),
    import("../../services/contact/prospects.js"),
  ]);
  const all: Table = { rows: survey.kept, columns: survey.columns.map(({ column }) => column) };
  if (all.rows === 0) return { table: all };
  const parts: Table[] = [];
  if (!wanted) {
    for await (const rows of survey.batches()) parts.push(rows);
    return { table: joinTables(parts) };
  }
  const { customer, ...figures } = wanted(all);
  const wants = Object.values(figures as Record<string, Column>).map(({ name }) => name);
  const names = new PackedNames();
  for await (const rows of survey.batches([customer.name, ...wants])) {
    namesOf(columnNamed(rows, customer.name), rows.rows, names);
    parts.push({ ...rows, columns: rows.columns.filter(({ name }) => wants.includes(name)) });
  }
  return { table: joinTables(parts), customers: { column: customer.name, names } };
}

const ofOneKind: Readonly<Record<"transactions" | "contracts", readonly (keyof OwnDataFlags)[]>> = {
  transactions: ["date", "amount", "quantity", "price", "holdoutFrom", "draws"],
  contracts: [
    "start",
    "end",
    "tenure",
    "ended",
    "tenureUnit",
    "revenue",
    "entry",
    "drop",
    "strata",
    "reason",
  ],
};

/** Refuses what says something of another kind of table: it would be of no effect. */
function checkFlagsOf(kind: TableKind, flags: OwnDataFlags): void {
  for (const other of ["transactions", "contracts"] as const) {
    if (other === kind) continue;
    const idle = ofOneKind[other].filter((name) => flags[name] !== undefined);
    if (idle.length === 0) continue;
    const named = idle.map((name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
    throw usageError(
      `Cannot use ${named.join(", ")}: the table is read as ${kind}, and ${idle.length > 1 ? "they say" : "it says"} something of ${other} (--kind ${other} reads it so)`,
    );
  }
}

/**
 * What `use` makes of the table in a file of any format, or in standard input, with all its cells as written, block by block;
 * the notes are of rows that can't be read.
 */
export async function readAsWritten<Out>(
  flags: RowFlags,
  use: (rows: RowSource, notes: readonly string[]) => Promise<Out>,
): Promise<Out> {
  return surveyed(
    flags,
    (head) => head.columns.map((column) => column.name),
    (survey) => use(survey, checkRows(survey, flags)),
  );
}

type RowFlags = ReadingFlags & Pick<OwnDataFlags, "data" | "skipBadRows">;

/** How rows are read: those columns as written, unless the flags say how they are. */
function readAsText(
  head: Table,
  asText: readonly string[],
  flags: RowFlags,
): Pick<CsvOptions, "badCells" | "schema"> {
  const said = new Set(head.columns.filter((column) => isSaid(column, flags)).map((column) => column.name));
  const columns = asText.filter((name) => !said.has(name)).map((name) => ({ name, type: "text" as const }));
  return { badCells: "missing", schema: { columns } };
}

/** Stops where too many rows can't be read, else says how many. */
function checkRows(found: Parameters<typeof checkLoss>[1], flags: RowFlags): string[] {
  checkLoss(flags.data, found, { ...flags, acceptLoss: flags.acceptLoss || flags.skipBadRows });
  const { rows, rejected } = found;
  return rejected === 0 ? [] : [`${rejected} of ${rows} rows can't be read and are left out`];
}

/** Whether the flags say how the column's dates or numbers are written. */
function isSaid(column: Column, { dateFormat, decimal, thousands }: ReadingFlags): boolean {
  if (column.type === "date") return dateFormat !== undefined;
  return (
    column.type === "numeric" &&
    column.format !== undefined &&
    (decimal !== undefined || thousands !== undefined)
  );
}

/** Says which column was taken for what. */
export function noteColumns(kind: string, columns: Readonly<Record<string, string>>): void {
  const parts = Object.entries(columns).map(([part, name]) => `${part} = ${name}`);
  note(`read as ${kind}: ${parts.join(", ")}`);
}

/** The options that both kinds share. */
export function valueOptions(
  flags: Pick<OwnDataFlags, "months" | "churnMonths" | "discount" | "margin" | "penalty">,
): {
  months?: number;
  churnMonths?: number;
  discountRate: number;
  margin: number;
  penalty?: number;
} {
  return {
    ...(flags.months === undefined ? {} : { months: wholeNumber(flags.months, "--months", 1, 1200) }),
    ...(flags.churnMonths === undefined
      ? {}
      : { churnMonths: wholeNumber(flags.churnMonths, "--churn-months", 1, 1200) }),
    discountRate: shareOf(flags.discount, "--discount", 0, "0.1 for 10%"),
    margin: shareOf(flags.margin, "--margin", 1e-6, "0.3 for 30%"),
    ...(flags.penalty === undefined ? {} : { penalty: decimalNumber(flags.penalty, "--penalty", 0, 1e9) }),
  };
}

function shareOf(text: string, option: string, low: number, example: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= 1))
    throw usageError(
      `Cannot use ${option}: it must be a number from ${low} to 1, as ${example}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** Values a table of contracts, with what the flags say. */
async function contractsIn(
  survey: RowSource,
  flags: OwnDataFlags,
  notes: readonly string[],
): Promise<OwnContracts> {
  const { contractsFrom } = await import("../../services/value/contracts/contracts.js");
  const { valueContracts } = await import("../../services/value/contracts/value-contracts.js");
  const { covariates, tenureUnit, ...named } = flags;
  const read = await contractsFrom(survey, {
    ...named,
    ...(tenureUnit === undefined ? {} : { tenureUnit: tenureUnit as "days" }),
  });
  const valued = await valueContracts(read, {
    ...valueOptions(flags),
    ...modelNamed(flags.model, contractModels),
    ...(covariates ? { only: covariates } : {}),
    ...(flags.drop ? { drop: flags.drop } : {}),
  });
  const { used, left, doubts } = valued.covariates;
  return {
    ...valued,
    read,
    columns: { ...read.columns, ...(used.length > 0 ? { "leaving depends on": used.join(" + ") } : {}) },
    notes: [
      ...notes,
      ...read.notes,
      ...left.map(
        ({ column, why }) => `${column} is left out of the model: ${why} (--covariates names what to use)`,
      ),
      ...doubts,
      ...valued.notes,
    ],
  };
}

/** Values a log of transactions, with what the flags say. */
async function transactionsIn(
  survey: RowSource,
  flags: OwnDataFlags,
  notes: readonly string[],
): Promise<OwnTransactions> {
  const [{ LogBlocks }, { transactionsFrom }, { valueTransactions }] = await Promise.all([
    import("../../services/value/purchases/log-blocks.js"),
    import("../../services/value/purchases/transactions.js"),
    import("../../services/value/purchases/value-transactions.js"),
  ]);
  const like = survey.columns.map(({ column }) => column);
  const blocks = new LogBlocks(like, survey.kept, transactionOptions(flags));
  if (survey.kept > 0) for await (const block of survey.batches(blocks.wanted)) blocks.add(block);
  const log = transactionsFrom(blocks.table(), transactionOptions(flags), blocks.repeats);
  const valued = valueTransactions(log, {
    ...valueOptions(flags),
    ...modelNamed(flags.model, ["auto", ...purchaseKinds] as const),
    ...(flags.holdoutFrom === undefined ? {} : { holdoutFrom: flags.holdoutFrom }),
    ...(flags.draws === undefined ? {} : { draws: wholeNumber(flags.draws, "--draws", 0, 100_000) }),
  });
  return { ...valued, log, columns: log.columns, notes: [...notes, ...log.notes, ...valued.notes] };
}

function transactionOptions(flags: OwnDataFlags): TransactionOptions {
  return {
    ...flags,
    duplicates: flags.duplicates as "refuse" | undefined,
    refunds: flags.refunds as "net" | undefined,
  };
}

/** The model that a flag names, among those that fit. */
export function modelNamed<T extends string>(given: string | undefined, models: readonly T[]): { model?: T } {
  return given === undefined ? {} : { model: oneOf(given, "--model", models) };
}

/** Figures of customers, and what else is known of each; numbers are written with nine digits. */
export interface CustomerRows {
  readonly customers: Names;
  readonly figures: Readonly<Record<string, ArrayLike<number>>>;
  readonly more?: readonly CategoricalColumn[];
}

/** Writes a CSV file with a row per customer. */
export async function writeCustomers(
  file: string,
  { customers, figures, more = [] }: CustomerRows,
): Promise<void> {
  const { csvFile } = await import("../../data/write/write-csv.js");
  const target = csvFile(file, { spreadsheetSafe: true });
  const step = 1 << 16;
  try {
    for (let from = 0; from === 0 || from < customers.length; from += step) {
      const rows = Math.min(step, customers.length - from);
      const at = <T>(value: (i: number) => T): T[] => Array.from({ length: rows }, (_, k) => value(from + k));
      target.write({
        rows,
        columns: [
          { name: "customer", type: "id", values: at((i) => customers.at(i) as string) },
          ...Object.entries(figures).map(([name, values]) => ({
            name,
            type: "numeric" as const,
            values: Float64Array.from(at((i) => Number(values[i].toPrecision(9)))),
          })),
          ...more.map((one) => ({ ...one, codes: one.codes.subarray(from, from + rows) })),
        ],
      });
    }
    target.end();
  } catch (error) {
    target.discard();
    throw error;
  }
}
