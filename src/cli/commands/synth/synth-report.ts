import { Command } from "commander";
import {
  customerOption,
  eitherCustomer,
  noCustomerOption,
  positiveValue,
  wholeNumber,
} from "../../support/options";
import { readingOptions } from "../../support/reading";
import type { ReportFlags } from "./read-to-judge";

/** `telelink synth report`: how faithful, useful and private synthetic rows are. */
export function synthReportCommand(): Command {
  return eitherCustomer(readingOptions(new Command("report")))
    .description("judge synthetic rows: fidelity, usefulness, privacy")
    .requiredOption("--real <file>", "the table that was learnt from, of any format")
    .requiredOption("--synthetic <file>", "the synthetic table")
    .option("--holdout <file>", "real rows that were not learnt from; privacy and usefulness need them")
    .option("--real-children <file>", "of two tables: the rows that belong to those of --real")
    .option("--synthetic-children <file>", "… to those of --synthetic")
    .option("--holdout-children <file>", "… to those of --holdout")
    .option("--key <column>", "the column of both tables that says which row they belong to")
    .option(
      "--target <column>",
      "a column to predict: two values, numbers, or three classes or more; left out, the last one of two values that is plain",
    )
    .option("--positive <value>", positiveValue)
    .option(
      "--model <file>",
      "the model they are from: learnt once more with planted canaries, which are looked for; and its file is searched for rare values",
    )
    .option("--customer <column>", customerOption)
    .option("--no-customer", noCustomerOption)
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--seed <number>", "for folds and draws of the measures", "42")
    .option("--json <file>", "write all figures as JSON")
    .option("--html <file>", "write a report page")
    .addHelpText(
      "after",
      `
Of a file of more than 50,000 rows as many are judged, drawn at random (whole customers, where a column names them), and the
report says so first; levels that are lost, and copies of real rows, are told by all rows. Held-out rows that were learnt from, more than chance
and one in a hundred, are said first, and nothing is judged by them.

Example:
  $ telelink synth report --real train.csv --synthetic made.csv --holdout test.csv --target Churn --model model.json \\
      --html report.html

Of two tables parents are judged with the number and the means of their children, these beside their parent, the row before and the
time since, and attacks are on parents:
  $ telelink synth report --real customers.csv --real-children usage.csv --key customerID \\
      --synthetic customers-made.csv --synthetic-children usage-made.csv --html report.html`,
    )
    .action(report);
}

async function report(options: ReportFlags): Promise<void> {
  const { realChildren, syntheticChildren, holdoutChildren, key } = options;
  const seed = wholeNumber(options.seed, "--seed");
  if ([realChildren, syntheticChildren, holdoutChildren, key].some((given) => given !== undefined))
    return (await import("./synth-report-both.js")).reportBoth(options, seed);
  return (await import("./report-one.js")).reportOne(options, seed);
}
