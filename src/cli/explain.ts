import { Command } from "commander";
import { noteProblems, print, printJson, printTable } from "./output";

interface Options {
  data: string;
  row?: string;
  top: string;
  seed: string;
  json?: boolean;
}

/** `telelink explain`: which columns matter to a model, or why it says what it says of one customer. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("say which columns matter and how, or why one row gets its prediction")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption("--data <file>", "a CSV file with the columns of training; without --row also the target")
    .option("--row <number>", "explain this row of the file, from 1")
    .option("--top <number>", "how many columns to show", "10")
    .option("--seed <number>", "seed of the shuffling", "42")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink explain churn.model.json --data customers.csv
  $ telelink explain churn.model.json --data customers.csv --row 12`,
    )
    .action(explain);
}

async function explain(file: string, options: Options): Promise<void> {
  const [
    { readModelFile },
    { readCsv },
    { explainModel, explainRow },
    { knownSchema },
    { seeded },
    { wholeNumber },
  ] = await Promise.all([
    import("./model-file.js"),
    import("../data/read-csv.js"),
    import("../studies/prediction/explain-model.js"),
    import("../studies/prediction/saved-model.js"),
    import("../core/rng.js"),
    import("./options.js"),
  ]);
  const top = wholeNumber(options.top, "--top", 1, 1000);
  const seed = wholeNumber(options.seed, "--seed");
  const model = readModelFile(file);
  if (options.row !== undefined) {
    const number = wholeNumber(options.row, "--row", 1);
    // Every line keeps its number, whatever is wrong with its cells.
    const read = readCsv(options.data, { schema: model.schema, badCells: "missing" });
    const found = explainRow(model, read.table, number - 1, seeded(seed));
    if (options.json) return printJson({ model: file, data: options.data, row: number, ...found });
    const { kind, positive } = model.target;
    print(
      `row ${number}: ${kind === "classes" ? `${(100 * found.prediction).toFixed(1)} % ${positive}` : found.prediction.toPrecision(5)}`,
    );
    printTable(
      ["column", "value", `adds to ${found.unit}`],
      found.reasons.slice(0, top).map((one) => [one.column, one.value, signed(one.contribution)]),
    );
    return;
  }
  const read = readCsv(options.data, { schema: knownSchema(model) });
  const found = explainModel(model, read.table, seeded(seed), { top: Math.min(top, 5) });
  if (options.json) return printJson({ model: file, data: options.data, ...found });
  print(`${found.measure} lost when a column is shuffled, over ${Math.min(read.table.rows, 5_000)} rows:`);
  printTable(
    ["column", "loss", "±"],
    found.importances
      .slice(0, top)
      .map((one) => [one.feature, one.mean.toFixed(4), one.deviation.toFixed(4)]),
  );
  for (const { feature, at, mean } of found.dependences) {
    print();
    print(`mean prediction along ${feature}:`);
    const step = Math.max(1, Math.floor(at.length / 8));
    const shown = at
      .map((value, k) => [value, mean[k]] as const)
      .filter((_, k) => k % step === 0 || k === at.length - 1);
    printTable(
      [feature, "prediction"],
      shown.map(([value, prediction]) => [
        typeof value === "number" ? String(Number(value.toPrecision(4))) : value,
        prediction.toPrecision(3),
      ]),
    );
  }
  noteProblems(read.problems, read.problemCount, 5);
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
