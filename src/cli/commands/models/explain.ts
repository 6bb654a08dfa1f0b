import { Command } from "commander";
import { keepDuplicates } from "../../support/options";
import { readingOptions } from "../../support/reading";
import type { ExplainFlags } from "./explain-rows";

/** `telelink explain`: which columns matter to a model, or why it says what it says of one customer. */
export function explainCommand(): Command {
  return readingOptions(new Command("explain"))
    .description("say which columns matter and how, or why one row gets its prediction")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption(
      "--data <file>",
      "a table with the columns of training (- reads standard input); without --row and --id also the target",
    )
    .option("--row <number>", "explain this row of the file, from 1")
    .option("--id <column=value>", "explain the row whose column has this value")
    .option("--top <number>", "how many columns to show", "10")
    .option("--seed <number>", "seed of the shuffling", "42")
    .option("--keep-duplicates", keepDuplicates)
    .option("--html <file>", "with --row or --id: write a page that shows how the prediction comes about")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink explain churn.model.json --data customers.csv
  $ telelink explain churn.model.json --data customers.csv --row 12 --html why.html
  $ telelink explain churn.model.json --data customers.csv --id customerID=7590-VHVEG`,
    )
    .action(async (file: string, options: ExplainFlags) =>
      (await import("./explain-rows.js")).explain(file, options),
    );
}
