import { Command } from "commander";
import { readingOptions } from "../../support/reading";
import type { ImputeFlags } from "./impute-file";

/** `telelink synth impute`: missing cells drawn from a fitted model. */
export function synthImputeCommand(): Command {
  return readingOptions(new Command("impute"))
    .description("fill the missing cells of a table by draws from a fitted model")
    .requiredOption("--model <file>", "a file that telelink synth fit wrote by its default method")
    .requiredOption("--data <file>", "a table with the columns that the model learnt; - reads standard input")
    .requiredOption("--out <file>", "a .csv or .parquet file")
    .option("--columns <names...>", "fill these alone; left out, all columns")
    .option("--candidates <number>", "how many draws a row is chosen from: 1 to 1000; left out, 24")
    .option("--seed <number>", "the same seed fills in the same values", "42")
    .addHelpText(
      "after",
      `
Known cells stay as they are. What follows from them by a rule of the model is solved for (amount ÷ price = quantity), and
stays empty where a rule says so by a known cell (no reason for rejection where the status is open; two cells that are missing
together are no reason for each other, are filled in, and said), or where rows like it nearly always are (no guardian's consent of
adults); what is filled in where many such rows are empty is said; everything else is a draw given all that is known of its row, not a mean, so that spreads
and shares stay true; rows that break a rule are counted and named; run it with several seeds and pool the results where the uncertainty counts (multiple imputation).
The model may be learnt from the same table with its holes. Identifiers are never filled in. Rows pass through 20,000 at a
time, in their order, and cells that are not filled are written as the file has them.

Example:
  $ telelink synth fit --data customers.csv --out model.json
  $ telelink synth impute --model model.json --data customers.csv --out filled.csv`,
    )
    .action(async (flags: ImputeFlags) => (await import("./impute-file.js")).imputeFile(flags));
}
