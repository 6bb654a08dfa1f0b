import { Command } from "commander";
import { money, percent } from "../../../core/format";
import type { DataSource } from "../../../report/figures";
import type { ChannelRow } from "../../../services/value/channels";
import type { ReasonRow } from "../../../services/value/contracts/reasons";
import type { HoldoutCheck } from "../../../services/value/purchases/holdout";
import { note, print, printJson, printTable } from "../../support/output";
import {
  type CustomerRows,
  noteColumns,
  type OwnCustomers,
  type OwnDataFlags,
  ownDataOptions,
  readOwn,
  writeCustomers,
} from "../../support/own-data";

interface ClvFlags extends OwnDataFlags {
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `telelink clv`: what the customers of any file are worth. */
export function clvCommand(): Command {
  const command = new Command("clv")
    .description("value customers from a log of transactions or a table of contracts")
    .requiredOption(
      "--data <file>",
      "a table with a row per purchase or per contract, of any format; - reads standard input",
    )
    .option("--out <file>", "write a row per customer to this CSV file")
    .option("--html <file>", "write a report for managers to this file")
    .option("--kind <kind>", "transactions or contracts (default: by the columns' names)");
  return ownDataOptions(command)
    .addHelpText(
      "after",
      `
Which column is what is told by names and values, printed, and can be said. Dates and numbers are read as the columns write
them. Refunds are taken off earlier purchases; a quantity is multiplied by the price of one; contracts of a customer that
follow or overlap one another are one lifetime; columns that hold the answer (who left and why, tenure, what was paid in
all) are left out of the model. Dates in the future, contracts that end before they start and amounts in several currencies
are refused with their rows.

Examples:
  $ telelink clv --data purchases.csv --margin 0.3 --out values.csv
  $ telelink clv --data contracts.csv --start joined --revenue MonthlyCharges --months 36`,
    )
    .action(clv);
}

async function clv(flags: ClvFlags): Promise<void> {
  const own = await readOwn(flags, ["transactions", "contracts"]);
  const result = own.kind === "contracts" ? await contracts(own, flags) : await transactions(own, flags);
  noteColumns(own.kind, result.columns);
  for (const line of result.notes) note(line);
  if (flags.out) {
    await writeCustomers(flags.out, result.rows);
    note(`${flags.out}: ${result.rows.customers.length} customers`);
  }
  if (flags.html) {
    const { writeAtomic } = await import("../../../data/files.js");
    writeAtomic(flags.html, await result.page());
    note(`wrote ${flags.html}`);
  }
  if (flags.json) return printJson(result.summary);
  result.print();
}

interface Result {
  readonly rows: CustomerRows;
  readonly summary: object;
  readonly columns: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** The report for managers. */
  page(): Promise<string>;
  print(): void;
}

async function transactions(valued: OwnCustomers<"transactions">, flags: ClvFlags): Promise<Result> {
  const { log } = valued;
  const channelWords = await import("../../../services/value/channels.js");
  const { history } = log;
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  return {
    rows: {
      customers: valued.customers,
      figures: {
        frequency: history.frequency,
        recencyWeeks: history.recency,
        ageWeeks: history.age,
        alive: valued.alive,
        expectedPurchases: valued.purchases,
        expectedAmount: valued.amount,
        value: valued.value,
        ...(valued.low && valued.high ? { low: valued.low, high: valued.high } : {}),
      },
    },
    columns: valued.columns,
    notes: valued.notes,
    page: async () => {
      const { transactionsPage } = await import("../../../services/value/purchases/transactions-page.js");
      return transactionsPage(log, valued, await sourceOf(flags.data));
    },
    summary: {
      kind: "transactions",
      columns: valued.columns,
      notes: valued.notes,
      customers: valued.customers.length,
      transactions: log.rows,
      duplicates: log.duplicates,
      from: log.firstDate,
      asOf: log.asOf,
      currency: log.currency,
      months: valued.months,
      totalValue: total,
      totalInterval: valued.totalInterval,
      channels: valued.channels,
      model: valued.model,
      amounts: valued.amounts,
      holdout: valued.holdout,
    },
    print: () => {
      print(
        `${log.rows} transactions of ${valued.customers.length} customers, ${log.firstDate} to ${log.asOf}`,
      );
      print(
        `Expected over the next ${valued.months} months: ${money(total)} in all, ${money(total / valued.customers.length)} a customer`,
      );
      if (valued.totalInterval)
        print(
          `95% prediction interval of the total: ${valued.totalInterval.map((end) => money(end)).join(" to ")}`,
        );
      printChannels(valued.channels, channelWords);
      if (valued.holdout) printHoldout(valued.holdout);
      print();
      const { kind: process, every } = valued.model;
      const regular = every > 1 ? `, purchases as regular as every ${every} events (k = ${every})` : "";
      print(`${process}${regular}, log likelihood ${valued.model.logLikelihood.toFixed(3)}`);
      printParameters([...valued.model.parameters, ...valued.amounts.parameters]);
    },
  };
}

async function contracts(valued: OwnCustomers<"contracts">, flags: ClvFlags): Promise<Result> {
  const { read } = valued;
  const channelWords = await import("../../../services/value/channels.js");
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  const ended = read.ended.reduce((sum, e) => sum + e, 0);
  return {
    rows: {
      customers: valued.customers,
      figures: {
        churn: valued.churn,
        expectedMonths: valued.expectedMonths,
        value: valued.value,
        low: valued.low,
        high: valued.high,
      },
    },
    columns: valued.columns,
    notes: valued.notes,
    page: async () => {
      const { contractsPage } = await import("../../../services/value/contracts/contracts-page.js");
      return contractsPage(read, valued, await sourceOf(flags.data));
    },
    summary: {
      kind: "contracts",
      columns: valued.columns,
      notes: valued.notes,
      contracts: read.customers.length,
      ended,
      running: valued.customers.length,
      asOf: read.asOf,
      currency: read.currency,
      months: valued.months,
      churnMonths: valued.churnMonths,
      medianLifetime: valued.curve.median === Infinity ? null : valued.curve.median,
      totalValue: total,
      totalInterval: valued.totalInterval,
      channels: valued.channels,
      reasons: valued.reasons,
      model: valued.model,
    },
    print: () => {
      const until = read.asOf === undefined ? "" : ` until ${read.asOf}`;
      print(`${read.customers.length} contracts${until}, ${ended} of them ended`);
      print(
        `Expected of the ${valued.customers.length} running ones over the next ${valued.months} months: ${money(total)} in all, ${money(total / valued.customers.length)} a customer`,
      );
      print(
        `95% prediction interval of the total: ${valued.totalInterval.map((end) => money(end)).join(" to ")}`,
      );
      printChannels(valued.channels, channelWords);
      if (valued.reasons) printReasons(valued.reasons);
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
    ["parameter", "estimate", "standard error", "95% from", "to"],
    rows.map((row) => [row.feature, ...[row.estimate, row.standardError, row.low, row.high].map(digits)]),
  );
}

function printChannels(
  rows: readonly ChannelRow[],
  words: Pick<typeof import("../../../services/value/channels"), "costText" | "paybackText">,
): void {
  if (rows.length === 0) return;
  const costs = rows.some((row) => row.cost !== undefined);
  print();
  printTable(
    [
      "channel",
      "customers",
      "revenue so far",
      "expected value",
      ...(costs ? ["cost to win one", "paid back"] : []),
    ],
    rows.map((row) => [
      row.name,
      String(row.customers),
      money(row.revenue),
      money(row.value),
      ...(costs ? [words.costText(row, money), words.paybackText(row)] : []),
    ]),
  );
}

function printReasons(rows: readonly ReasonRow[]): void {
  print();
  printTable(
    ["ended because", "contracts", `within ${rows[0].months} months`, "95% from", "to"],
    rows.map((row) => [
      row.name,
      String(row.ended),
      ...[row.share, row.low, row.high].map((v) => percent(v)),
    ]),
  );
}

function printHoldout({ until, weeks, models, judged, byFrequency }: HoldoutCheck): void {
  print();
  print(
    `Checked on ${weeks.toFixed(0)} weeks after ${until} that the models had not seen: ${models.map((model) => `${model.kind} ${model.loss.toFixed(4)}${model.converged ? "" : " (no maximum)"}`).join(", ")} (mean deviance, lower is better)`,
  );
  print(
    `${models[0].kind} expected ${money(judged.expected)} purchases of ${judged.customers} other customers, ${money(judged.actual)} were made; it explains ${percent(judged.gain)} of their differences, "as often as until now" ${percent(judged.gainAsBefore)}`,
  );
  printTable(
    ["repeat purchases before", "customers", "expected after", "made after"],
    byFrequency.map((row, k) => [
      `${row.frequency}${k === byFrequency.length - 1 && row.frequency === 7 ? " or more" : ""}`,
      String(row.customers),
      row.expected.toFixed(2),
      row.actual.toFixed(2),
    ]),
  );
}

async function sourceOf(file: string): Promise<Omit<DataSource, "rows">> {
  const { fileOrigin } = await import("../../../data/read/file-origin.js");
  return { ...(await fileOrigin(file)), simulated: false };
}
