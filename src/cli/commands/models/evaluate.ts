import { Command } from "commander";
import type { Evaluation } from "../../../services/predict/evaluate-model";
import { CliError } from "../../support/exit";
import { keepDuplicates } from "../../support/options";
import { note, print, printJson, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  data: string;
  threshold?: string;
  level: string;
  seed: string;
  id: string[];
  keepDuplicates?: boolean;
  json?: boolean;
}

/** `telelink evaluate`: what a model is worth on rows with known targets. */
export function evaluateCommand(): Command {
  return readingOptions(new Command("evaluate"))
    .description("measure a model on rows it was not trained on, with bootstrap intervals")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption(
      "--data <file>",
      "a table with the columns of training and the target; - reads standard input",
    )
    .option("--threshold <probability>", "decide by another threshold than the model's own")
    .option("--level <share>", "coverage of the intervals", "0.95")
    .option("--seed <number>", "seed of the bootstrap", "42")
    .option("--id <column...>", "columns that name the customer (default: the first identifier)", [])
    .option("--keep-duplicates", keepDuplicates)
    .option("--json", "print JSON, with confusion counts, calibration and gains")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink evaluate churn.model.json --data held-out.csv
  $ telelink evaluate churn.model.json --data held-out.csv --threshold 0.3 --json

As in training a customer counts once: later rows of one are left out, and their number is told.`,
    )
    .action(evaluate);
}

async function evaluate(file: string, options: Options): Promise<void> {
  const [
    { readModelFile },
    { fileOrigin },
    { surveyTable },
    { evaluateBatches },
    { knownSchema },
    { seeded },
    numbers,
    { judgedRows },
  ] = await Promise.all([
    import("../../support/model-file.js"),
    import("../../../data/read/file-origin.js"),
    import("../../../data/read/survey-table.js"),
    import("../../../services/predict/evaluate-model.js"),
    import("../../../services/predict/saved-model.js"),
    import("../../../core/rng.js"),
    import("../../support/options.js"),
    import("../../support/counted-rows.js"),
  ]);
  const threshold =
    options.threshold === undefined
      ? undefined
      : numbers.decimalNumber(options.threshold, "--threshold", 0, 1);
  const level = numbers.decimalNumber(options.level, "--level", 0.5, 0.999);
  const seed = numbers.wholeNumber(options.seed, "--seed");
  const model = readModelFile(file);
  const reading = { ...csvOptions(options), schema: knownSchema(model) };
  const { found, left } = await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, options);
    const rows = judgedRows(model, survey, options);
    const found = await evaluateBatches(model, rows.batches(), seeded(seed), { threshold, level });
    return { found, left: rows.left };
  });
  if (!found) throw new CliError(`Cannot evaluate: ${options.data} must have rows to judge by, got none`);
  const { sha256 } = await fileOrigin(options.data);
  const seen = sha256 !== "" && model.origin.data.some((one) => one.sha256 === sha256);
  if (seen)
    note(
      `warning: the model was trained on this very file: its figures are of rows it has seen, and too good; telelink train told those of rows held out`,
    );
  if (options.json) {
    printJson({
      model: file,
      data: options.data,
      target: model.target.column,
      ...left,
      trainedOn: seen,
      ...found,
    });
    return;
  }
  show(found, options.data);
}

function show(
  { rows, positives, threshold, level, figures, confusion, classes = [], matrix }: Evaluation,
  data: string,
): void {
  const share = positives === undefined ? "" : `, ${positives} of them positive`;
  print(`${data}: ${rows} rows${share}`);
  printTable(
    ["figure", "value", `${100 * level}% from`, "to"],
    figures.map((figure) => [
      figure.title,
      ...[figure.value, figure.low, figure.high].map((value) => value.toPrecision(4)),
    ]),
  );
  if (matrix) {
    print();
    printTable(
      ["", ...classes.map((name) => `called ${name}`)],
      matrix.map((row, k) => [classes[k], ...row.map(String)]),
    );
  }
  if (!confusion) return;
  print();
  print(`at threshold ${threshold?.toFixed(3)}:`);
  printTable(
    ["", "called positive", "called negative"],
    [
      ["positive", String(confusion.truePositives), String(confusion.falseNegatives)],
      ["negative", String(confusion.falsePositives), String(confusion.trueNegatives)],
    ],
  );
}
