import { Command } from "commander";
import type { Table } from "../../data/table";
import { wholeNumber } from "../support/options";
import { note, print, printJson, printTable } from "../support/output";
import {
  customerTable,
  kindOf,
  modelNamed,
  money,
  type OwnDataFlags,
  ownDataOptions,
  readOwnTable,
  valueOptions,
} from "../support/own-data";

interface ClvFlags extends OwnDataFlags {
  readonly out?: string;
  readonly json?: boolean;
}

/** `telelink clv`: what the customers of any file are worth. */
export function clvCommand(): Command {
  const command = new Command("clv")
    .description("value customers from a log of transactions or a table of contracts")
    .requiredOption("--data <file>", "a CSV file: a row per purchase, or a row per contract")
    .option("--out <file>", "write a row per customer to this CSV file")
    .option("--kind <kind>", "transactions or contracts (default: by the columns' names)");
  return ownDataOptions(command)
    .addHelpText(
      "after",
      `
Dates are days such as 2024-01-31. Amounts must be above 0 and in one currency; dates in the future, contracts that end
before they start and customers with two contracts are refused with their rows.

Examples:
  $ telelink clv --data purchases.csv --margin 0.3 --out values.csv
  $ telelink clv --data contracts.csv --start joined --revenue MonthlyCharges --months 36`,
    )
    .action(clv);
}

async function clv(flags: ClvFlags): Promise<void> {
  const table = await readOwnTable(flags);
  const kind = await kindOf(table, flags.kind, ["transactions", "contracts"]);
  const result = kind === "contracts" ? await contracts(table, flags) : await transactions(table, flags);
  if (flags.out) {
    const { writeCsv } = await import("../../data/write-csv.js");
    writeCsv(result.rows, flags.out, { spreadsheetSafe: true });
    note(`${flags.out}: ${result.rows.rows} customers`);
  }
  if (flags.json) return printJson(result.summary);
  result.print();
}

interface Result {
  readonly rows: Table;
  readonly summary: object;
  print(): void;
}

async function transactions(table: Table, flags: ClvFlags): Promise<Result> {
  const { transactionsFrom } = await import("../../services/value/transactions.js");
  const { valueTransactions } = await import("../../services/value/value-transactions.js");
  const log = transactionsFrom(table, { ...flags, duplicates: flags.duplicates as "refuse" | undefined });
  const model = modelNamed(flags.model, ["bg-nbd", "mbg-nbd", "pareto-nbd"]);
  const valued = valueTransactions(log, { ...valueOptions(flags), ...model });
  const { history } = log;
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  return {
    rows: customerTable(valued.customers, {
      frequency: history.frequency,
      recencyWeeks: history.recency,
      ageWeeks: history.age,
      alive: valued.alive,
      expectedPurchases: valued.purchases,
      expectedAmount: valued.amount,
      value: valued.value,
    }),
    summary: {
      kind: "transactions",
      customers: valued.customers.length,
      transactions: log.rows,
      duplicates: log.duplicates,
      from: log.firstDate,
      asOf: log.asOf,
      currency: log.currency,
      months: valued.months,
      totalValue: total,
      model: valued.model,
      amounts: valued.amounts,
    },
    print: () => {
      print(
        `${log.rows} transactions of ${valued.customers.length} customers, ${log.firstDate} to ${log.asOf}`,
      );
      print(
        `Expected over the next ${valued.months} months: ${money(total)} in all, ${money(total / valued.customers.length)} a customer`,
      );
      print();
      print(`${valued.model.kind}, log likelihood ${valued.model.logLikelihood.toFixed(3)}`);
      printParameters([...valued.model.parameters, ...valued.amounts.parameters]);
      const { correlation } = valued.amounts;
      if (Math.abs(correlation) > 0.3)
        note(
          `Frequency and amount correlate by ${correlation.toFixed(2)}: the spending model takes them as independent, so values of frequent buyers are doubtful.`,
        );
    },
  };
}

async function contracts(table: Table, flags: ClvFlags): Promise<Result> {
  const { contractsFrom } = await import("../../services/value/contracts.js");
  const { valueContracts } = await import("../../services/value/value-contracts.js");
  const read = contractsFrom(table, flags);
  const model = modelNamed(flags.model, ["cox", "weibull"]);
  const churnMonths = wholeNumber(flags.churnMonths, "--churn-months", 1, 1200);
  const valued = await valueContracts(read, { ...valueOptions(flags), ...model, churnMonths });
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  const ended = read.ended.reduce((sum, e) => sum + e, 0);
  return {
    rows: customerTable(valued.customers, {
      churn: valued.churn,
      expectedMonths: valued.expectedMonths,
      value: valued.value,
      low: valued.low,
      high: valued.high,
    }),
    summary: {
      kind: "contracts",
      contracts: read.customers.length,
      ended,
      running: valued.customers.length,
      asOf: read.asOf,
      currency: read.currency,
      months: valued.months,
      churnMonths: valued.churnMonths,
      medianLifetime: valued.curve.median === Infinity ? null : valued.curve.median,
      totalValue: total,
      model: valued.model,
    },
    print: () => {
      print(`${read.customers.length} contracts until ${read.asOf}, ${ended} of them ended`);
      print(
        `Expected of the ${valued.customers.length} running ones over the next ${valued.months} months: ${money(total)} in all, ${money(total / valued.customers.length)} a customer`,
      );
      print();
      const { kind, logLikelihood, concordance, coefficients } = valued.model;
      print(`${kind}, log likelihood ${logLikelihood.toFixed(3)}, concordance ${concordance.toFixed(3)}`);
      printParameters(coefficients);
    },
  };
}

function printParameters(
  rows: readonly { feature: string; estimate: number; standardError: number; low: number; high: number }[],
): void {
  const digits = (v: number): string => (Number.isFinite(v) ? String(Number(v.toPrecision(4))) : "–");
  printTable(
    ["parameter", "estimate", "standard error", "95 % from", "to"],
    rows.map((row) => [row.feature, ...[row.estimate, row.standardError, row.low, row.high].map(digits)]),
  );
}
