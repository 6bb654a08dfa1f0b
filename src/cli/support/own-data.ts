import type { Command } from "commander";
import type { CsvRead } from "../../data/read-csv";
import type { Table } from "../../data/table";
import { CliError, usageError } from "./exit";
import { decimalNumber, wholeNumber } from "./options";
import { note, noteProblems } from "./output";

/** Columns and dates that commands on own customers take. */
export interface OwnDataFlags {
  readonly data: string;
  readonly kind?: string;
  readonly customer?: string;
  readonly date?: string;
  readonly amount?: string;
  readonly start?: string;
  readonly end?: string;
  readonly revenue?: string;
  readonly currency?: string;
  readonly asOf?: string;
  readonly duplicates?: string;
  readonly model?: string;
  readonly months?: string;
  readonly churnMonths: string;
  readonly discount: string;
  readonly margin: string;
  readonly penalty?: string;
  readonly skipBadRows?: boolean;
}

/** Adds the options by which own customers are read and valued. */
export function ownDataOptions(command: Command): Command {
  return command
    .option("--customer <column>", "whose row it is")
    .option("--date <column>", "transactions: the day of the purchase")
    .option("--amount <column>", "transactions: what was paid")
    .option("--start <column>", "contracts: the first day")
    .option("--end <column>", "contracts: the last day, empty while it runs")
    .option("--revenue <column>", "contracts: revenue a month")
    .option("--currency <column>", "the amounts' currency, which must be one and the same")
    .option("--as-of <date>", "the end of observation (default: the last date in the file)")
    .option("--duplicates <what>", "transactions: refuse, drop or keep equal rows", "refuse")
    .option("--model <model>", "bg-nbd, mbg-nbd or pareto-nbd; cox or weibull")
    .option("--months <n>", "how far ahead (default: 12 for transactions, 24 for contracts)")
    .option("--churn-months <n>", "contracts: within how many months one counts as a leaver", "3")
    .option("--discount <rate>", "yearly interest", "0.1")
    .option("--margin <share>", "the share of revenue that is margin", "1")
    .option("--penalty <number>", "ridge on the model's parameters (default: 0, contracts 1)")
    .option("--skip-bad-rows", "leave out rows that can't be read")
    .option("--json", "print the summary as JSON");
}

/** The table in a CSV file; rows that can't be read end the command unless they may be left out. */
export async function readOwnTable(flags: Pick<OwnDataFlags, "data" | "skipBadRows">): Promise<Table> {
  const { readCsv } = await import("../../data/read-csv.js");
  const read: CsvRead = readCsv(flags.data);
  if (read.rejected > 0) {
    noteProblems(read.problems, read.problemCount);
    if (!flags.skipBadRows)
      throw new CliError(
        `${read.rejected} of ${read.rows} rows of ${flags.data} can't be read (--skip-bad-rows leaves them out)`,
      );
    note(`${read.rejected} of ${read.rows} rows are left out`);
  }
  return read.table;
}

/** What a table is about: a log has a date and an amount, contracts a start and an end, customers a value. */
export async function kindOf(
  table: Table,
  given: string | undefined,
  kinds: readonly string[],
): Promise<string> {
  if (given !== undefined) {
    if (!kinds.includes(given))
      throw usageError(
        `Cannot use --kind: it must be one of ${kinds.join(", ")}, got ${JSON.stringify(given)}`,
      );
    return given;
  }
  const has = (pattern: RegExp): boolean => table.columns.some((one) => pattern.test(one.name));
  if (kinds.includes("customers") && has(/churn|^score$|^probability$/i) && has(/value|clv/i))
    return "customers";
  return has(/^(start|joined|sign ?-?_?up|begin)/i) ? "contracts" : "transactions";
}

/** A month's or year's figures and shares: digits that people read. */
export function money(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The options that both kinds share. */
export function valueOptions(flags: Pick<OwnDataFlags, "months" | "discount" | "margin" | "penalty">): {
  months?: number;
  discountRate: number;
  margin: number;
  penalty?: number;
} {
  return {
    ...(flags.months === undefined ? {} : { months: wholeNumber(flags.months, "--months", 1, 1200) }),
    discountRate: decimalNumber(flags.discount, "--discount", 0, 10),
    margin: decimalNumber(flags.margin, "--margin", 1e-6, 1e6),
    ...(flags.penalty === undefined ? {} : { penalty: decimalNumber(flags.penalty, "--penalty", 0, 1e9) }),
  };
}

/** The model that a flag names, among those that fit. */
export function modelNamed<T extends string>(given: string | undefined, models: readonly T[]): { model?: T } {
  if (given === undefined) return {};
  if (!(models as readonly string[]).includes(given))
    throw usageError(
      `Cannot use --model: it must be one of ${models.join(", ")} here, got ${JSON.stringify(given)}`,
    );
  return { model: given as T };
}

/** A table with a row per customer. */
export function customerTable(
  customers: readonly string[],
  columns: Readonly<Record<string, ArrayLike<number>>>,
): Table {
  const rounded = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (v) => Number(v.toPrecision(9)));
  return {
    rows: customers.length,
    columns: [
      { name: "customer", type: "id", values: customers },
      ...Object.entries(columns).map(([name, values]) => ({
        name,
        type: "numeric" as const,
        values: rounded(values),
      })),
    ],
  };
}
