import { Command, Option } from "commander";
import type { CsvWriter, WriteOptions } from "../../../data/write/write-csv";
import { usageError } from "../../support/exit";
import { wholeNumber } from "../../support/options";
import { note, printJson, writeOut } from "../../support/output";
import { terminalWatch } from "../../support/progress";

interface Options {
  readonly schema: string;
  readonly customers: string;
  readonly seed: string;
  readonly months: string;
  readonly out: string;
  readonly spreadsheetSafe?: boolean;
  readonly json?: boolean;
}

/** `telelink simulate`: customers of our own making, as CSV. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("simulate telecom customers, with their true churn and response kept apart")
    .addOption(
      new Option("--schema <name>", "the columns to write")
        .choices(["telco", "churn-bigml", "reference", "native"])
        .default("telco"),
    )
    .option("--customers <number>", "rows of telco, churn-bigml and reference; customers of native", "7043")
    .option("--seed <number>", "the same seed gives the same customers", "42")
    .option("--months <number>", "months of history, with --schema native", "24")
    .option("--out <path>", "a CSV file, or - for standard output; a folder with --schema native", "-")
    .option("--spreadsheet-safe", "put an apostrophe before text that a spreadsheet would run as a formula")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink simulate --schema telco --customers 7043 --seed 1 --out telco.csv
  $ telelink simulate --schema churn-bigml --customers 3333 | head -3
  $ telelink simulate --schema native --customers 100000 --out base/

The folder of --schema native holds customers.csv, usage.csv (one row a month), bills.csv (customer, date, amount),
campaign.csv (a randomised offer and who left after it) and truth.csv (each customer's true chance of leaving, with
and without the offer, and what came of the next 12 months): judge by truth.csv, never learn from it.`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const customers = wholeNumber(options.customers, "--customers", 1, 1_000_000_000);
  const seed = wholeNumber(options.seed, "--seed");
  const months = wholeNumber(options.months, "--months", 1, 72);
  const native = options.schema === "native";
  if (native && options.out === "-")
    throw usageError("Cannot simulate native: --out must name a folder, got standard output");
  const written = native
    ? await writeNative(options, customers, seed, months)
    : await writeView(options, customers, seed);
  if (options.out === "-") return;
  if (options.json) printJson(written);
  else for (const { file, rows } of written.files) note(`${file}: ${rows} rows`);
}

interface Written {
  readonly schema: string;
  readonly seed: number;
  readonly simulated: true;
  readonly files: readonly { readonly file: string; readonly rows: number }[];
}

async function writeView(options: Options, rows: number, seed: number): Promise<Written> {
  const { viewRows } = await import("../../../data/simulate/view-rows.js");
  const { csvFile, csvWriter } = await import("../../../data/write/write-csv.js");
  const schema = options.schema as "telco";
  const how: WriteOptions = { spreadsheetSafe: options.spreadsheetSafe };
  const writer: CsvWriter & { discard?(): void } =
    options.out === "-" ? csvWriter(writeOut, how) : csvFile(options.out, how);
  const watch = terminalWatch();
  let done = 0;
  try {
    for (const table of viewRows(schema, rows, seed)) {
      writer.write(table);
      done += table.rows;
      watch.progress?.({ phase: "simulate", done, total: rows });
    }
    writer.end();
  } catch (error) {
    writer.discard?.();
    throw error;
  } finally {
    watch.end();
  }
  return { schema, seed, simulated: true, files: [{ file: options.out, rows: done }] };
}

async function writeNative(
  options: Options,
  customers: number,
  seed: number,
  months: number,
): Promise<Written> {
  const { mkdirSync } = await import("node:fs");
  const { join } = await import("node:path");
  const native = await import("../../../data/simulate/native.js");
  const { simulateChunks } = await import("../../../data/simulate/simulate.js");
  const { csvFile } = await import("../../../data/write/write-csv.js");
  const makers = {
    customers: native.customersTable,
    usage: native.usageTable,
    bills: native.billsTable,
    campaign: native.campaignTable,
    truth: native.truthTable,
  };
  mkdirSync(options.out, { recursive: true });
  const outputs = Object.entries(makers).map(([name, make]) => {
    const file = join(options.out, `${name}.csv`);
    return { file, make, rows: 0, writer: csvFile(file, { spreadsheetSafe: options.spreadsheetSafe }) };
  });
  const watch = terminalWatch();
  let done = 0;
  try {
    for (const base of simulateChunks({ customers, seed, months }, 10_000)) {
      for (const output of outputs) {
        const table = output.make(base);
        output.writer.write(table);
        output.rows += table.rows;
      }
      done += base.customers;
      watch.progress?.({ phase: "simulate", done, total: customers });
    }
    for (const output of outputs) output.writer.end();
  } catch (error) {
    for (const output of outputs) output.writer.discard();
    throw error;
  } finally {
    watch.end();
  }
  return {
    schema: "native",
    seed,
    simulated: true,
    files: outputs.map(({ file, rows }) => ({ file, rows })),
  };
}
