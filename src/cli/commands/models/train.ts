import { Command } from "commander";
import { addresses } from "../../support/addresses";
import { keepDuplicates, positiveValue } from "../../support/options";
import { readingOptions } from "../../support/reading";
import { storeOption } from "../../support/store-option";
import type { TrainFlags } from "./train-table";

/** `telelink train`: a model for any CSV file. */
export function trainCommand(): Command {
  return readingOptions(new Command("train"))
    .description("train a model on a table, judge it by cross-validation and save it")
    .requiredOption(
      "--data <file>",
      "CSV, JSON lines, Excel, Parquet or Arrow, also compressed; a folder of Parquet files; - reads standard input",
    )
    .requiredOption(
      "--target <column>",
      "the column to predict: two values, numbers, or three classes or more",
    )
    .option("--out <file>", "where to write the model: .tlm as gzipped JSON, any other name as JSON")
    .option("--positive <value>", positiveValue)
    .option("--drop <column...>", "columns not to learn from", [])
    .option("--id <column...>", "columns that name the customer: not learned from", [])
    .option(
      "--schema <file>",
      "a JSON file that overrides inferred types (telelink data show --write-schema)",
    )
    .option("--model <name>", "auto, or the kind of one learner; telelink train --help lists them", "auto")
    .option(
      "--search <number>",
      "with the kind of one learner: compare so many random settings of its options",
    )
    .option(
      "--members <names>",
      "with --model auto: what to blend, of logistic-regression, gradient-boosting, random-forest, spline-logistic and network (for three classes and more the first three; for numbers ridge, gradient-boosting and network)",
    )
    .option("--classes", "learn a target of numbers as classes, one a value")
    .option(
      "--no-classes",
      "learn it as a number; unless told, three whole numbers from 0 or 1 on are classes, up to ten where the name says so (group, type, status, …), but no counts that fall from 0",
    )
    .option(
      "--class-weights <weights...>",
      "balanced (all classes count the same), or what rows of a class count as VALUE=NUMBER; not with --model auto of two classes",
    )
    .option(
      "--calibrate <method>",
      "correct probabilities on held-out predictions: sigmoid, beta or isotonic, for three classes and more also temperature; not with --model auto of two classes",
    )
    .option(
      "--alias <name>",
      "keep the model in the store and let this name stand for it: champion answers at the desk",
    )
    .option("--name <name>", "what the store calls it", "churn")
    .addOption(storeOption("the store, with --alias"))
    .option("--seed <number>", "the same seed trains the same model", "42")
    .option(
      "--folds <number>",
      "folds of the cross-validation (default: 5, with --model auto and 50,000 rows or more 3)",
    )
    .option("--keep-duplicates", keepDuplicates)
    .option(
      "--sample <rows>",
      "learn from so many rows, drawn by --seed and class by class, of a file or folder too large for the memory, and judge the model on all others",
    )
    .option("--drop-unlabelled", "leave out rows whose target is missing, however many")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink train --data customers.csv --target Churn --out churn.json
  $ telelink train --data customers.csv --target Churn --id CustomerID --alias champion
  $ telelink train --data telco.csv --target Churn --positive Yes --id customerID --model logistic --out churn.json
  $ telelink train --data customers.csv --target Churn --model network --search 20 --out churn.tlm

How the file is written is looked for in it and told; the options above set it. A customer who stands in the file more
than once, by --id or else by its first identifier, counts once: later rows are left out and told. Exit code 3: more than
1% of rows repeat a customer, lack the target or can't be read, or more than 20% of a column.

${addresses}`,
    )
    .action(async (options: TrainFlags) => {
      const [{ withSource }, { train }] = await Promise.all([
        import("../../support/remote.js"),
        import("./train-table.js"),
      ]);
      await withSource(options.data, (data) => train({ ...options, data }));
    });
}

/** Adds the learners to the command's help. Apart from `trainCommand`, because it loads them all. */
export async function describeLearners(command: Command): Promise<void> {
  const { learnerLines } = await import("../../../models/learner-names.js");
  const lines = learnerLines();
  const width = Math.max(...lines.map((line) => line.kind.length));
  const text = lines.map(({ kind, title, aliases, targets }) => {
    const also = aliases.length > 0 ? `; also ${aliases.join(", ")}` : "";
    return `  ${kind.padEnd(width)}  ${title} (${targets.join(", ")}${also})`;
  });
  command.addHelpText(
    "after",
    `
Learners for --model:
  ${"auto".padEnd(width)}  Blends the best of several, the default (classes, numbers)
${text.join("\n")}
telelink learners KIND lists the options of one.`,
  );
}
