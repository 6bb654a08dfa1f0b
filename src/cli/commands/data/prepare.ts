import { Command, Option } from "commander";
import { readingOptions } from "../../support/reading";
import type { PrepareFlags } from "./prepare-file";

/** `telelink prepare`: raw customers into rows that any learner reads, by a recipe that is kept. */
export function prepareCommand(): Command {
  return readingOptions(new Command("prepare"), "--missing-words")
    .description(
      "encode, fill, scale and split customers; keep how as a recipe, and apply one to further files",
    )
    .requiredOption("--data <file>", "a table of any format; - reads standard input")
    .requiredOption("--out <folder>", "where recipe.json and the prepared files go")
    .option("--recipe <file>", "apply this recipe to all rows instead of making one")
    .option(
      "--target <column>",
      "the column to predict: not encoded, and each class spread evenly over the parts",
    )
    .option("--positive <value>", "the target's value that counts as 1; not needed where it is plain")
    .option("--id <column...>", "columns that name the customer (default: the first identifier)")
    .option("--drop <column...>", "columns to leave out")
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--validation <share>", "rows held out to choose by", "0.2")
    .option("--test <share>", "rows held out to judge by", "0.2")
    .addOption(
      new Option("--categories <how>", "0/1 columns, codes, or left out")
        .choices(["one-hot", "codes", "drop"])
        .default("one-hot"),
    )
    .addOption(
      new Option("--scale <how>", "numbers (default: standard; none with codes)").choices([
        "standard",
        "robust",
        "none",
      ]),
    )
    .addOption(
      new Option(
        "--missing <how>",
        "what stands for a missing number (default: median; keep with codes)",
      ).choices([...["median", "mean", "keep"]]),
    )
    .addOption(
      new Option("--format <name>", "of the prepared files").choices(["csv", "parquet"]).default("csv"),
    )
    .option("--seed <number>", "the same seed makes the same parts", "42")
    .addHelpText(
      "after",
      `
Everything is fitted on the training rows alone. recipe.json tells, for each column, its type and what is done to it: what
stands for a missing value, the mean and deviation it is scaled by, its levels and which are pooled. A customer who stands
in the file more than once counts once, and their number is told.

Examples:
  $ telelink prepare --data customers.csv --target Churn --out prepared/
  $ telelink prepare --data customers.parquet --target Churn --categories codes --format parquet --out prepared/
  $ telelink prepare --data march.csv --recipe prepared/recipe.json --out march/`,
    )
    .action(async (options: PrepareFlags) => (await import("./prepare-file.js")).prepareFile(options));
}
