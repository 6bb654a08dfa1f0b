import { Command } from "commander";
import { didYouMean } from "../../../core/did-you-mean";
import { usageError } from "../../support/exit";
import { decimalNumber, wholeNumber } from "../../support/options";
import { note, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  readonly data: string;
  readonly target: string;
  readonly method: string;
  readonly out: string;
  readonly ratio?: string;
  readonly neighbours?: string;
  readonly drop?: string[];
  readonly seed: string;
}

/** `telelink resample`: a CSV file with its classes balanced, by SMOTE and its kin or by removing rows. */
export function resampleCommand(): Command {
  return readingOptions(new Command("resample"))
    .description("balance the classes of a CSV file: SMOTE and its kin, or fewer rows of the larger class")
    .requiredOption("--data <file>", "a CSV file of training rows, with a header")
    .requiredOption("--target <column>", "the column of the classes: words or numbers, two or more")
    .requiredOption("--out <file>", "where the CSV file goes")
    .option("--method <name>", "see below", "smote")
    .option(
      "--ratio <share>",
      "rows of a smaller class per row of the largest afterwards: above 0, at most 1 (default: 1)",
    )
    .option("--neighbours <number>", "neighbours asked (default: 5 where rows are made, else 3)")
    .option("--drop <column...>", "columns that no distance looks at; new rows have nothing there")
    .option("--seed <number>", "the same seed makes the same rows", "42")
    .addHelpText(
      "after",
      `
Methods that make rows:   smote (numbers, levels or both), borderline-smote, svm-smote, kmeans-smote, adasyn (numbers),
                          random-over (repeats rows)
Methods that remove rows: random-under, near-miss, condensed-neighbours (any number of classes), one-sided-selection,
                          neighbourhood-cleaning, tomek-links, edited-neighbours (two classes)
Both:                     smote-tomek, smote-enn (two classes)

Given rows stay as they are. Made rows keep what "synth fit" finds in the table: columns that follow from others are computed,
values that never go together do not meet, orders hold; where that fails, and for pairs of levels that no row has, the columns
concerned are taken from the row that the new one starts from, and counted. Cells are missing where they are in that row; texts
are its own. An identifier that no two rows share is made up.

Balance training rows only: a model that is judged on rows made like this, or chosen by them, is judged too well. Predicted
probabilities are those of the balanced rows; moving the threshold often does as much.

Examples:
  $ telelink resample --data train.csv --target Churn --out balanced.csv
  $ telelink resample --data train.csv --target Churn --method near-miss --ratio 0.5 --out smaller.csv`,
    )
    .action(resample);
}

async function resample(options: Options): Promise<void> {
  const [{ readCsv }, { writeCsv }, { resampleTable, resamplingMethods }, { seeded }] = await Promise.all([
    import("../../../data/read/read-csv.js"),
    import("../../../data/write/write-csv.js"),
    import("../../../services/resample/resample-table.js"),
    import("../../../core/rng.js"),
  ]);
  const { method } = options;
  if (!resamplingMethods.includes(method))
    throw usageError(
      `Cannot use --method: it must be one of ${resamplingMethods.join(", ")}, got ${JSON.stringify(method)}${didYouMean(method, resamplingMethods)}`,
    );
  const ratio = options.ratio === undefined ? undefined : decimalNumber(options.ratio, "--ratio", 1e-6, 1);
  if (ratio !== undefined && !hasRatio(method))
    throw usageError(`Cannot use --ratio with --method ${method}: it removes what its rule finds`);
  const neighbours =
    options.neighbours === undefined ? undefined : wholeNumber(options.neighbours, "--neighbours", 1, 1e6);
  const seed = wholeNumber(options.seed, "--seed");
  const read = readCsv(options.data, csvOptions(options));
  checkLoss(options.data, read, options);
  const found = resampleTable(
    read.table,
    options.target,
    {
      method,
      ...(ratio !== undefined && { ratio }),
      ...(neighbours !== undefined && { neighbours }),
      ...(options.drop && { drop: options.drop }),
    },
    seeded(seed),
  );
  const delimiter = read.schema.dialect?.delimiter;
  writeCsv(found.table, options.out, delimiter ? { delimiter } : {});
  printTable(
    [options.target, "rows before", "rows after"],
    found.classes.map(({ name, before, after }) => [name, String(before), String(after)]),
  );
  for (const remark of found.remarks) note(remark);
  note(`${found.table.rows} rows by ${method}; wrote ${options.out}`);
}

function hasRatio(method: string): boolean {
  return /smote|adasyn|random|near-miss/.test(method);
}
