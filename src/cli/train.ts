import { Command } from "commander";
import type { CsvRead } from "../data/read-csv";
import type { SavedModel } from "../studies/prediction/saved-model";
import type { Training } from "../studies/prediction/train-model";
import { CliError, exitCodes, usageError } from "./exit";
import { note, noteProblems, print, printTable } from "./output";

interface Options {
  data: string;
  target: string;
  out: string;
  positive?: string;
  drop: string[];
  id: string[];
  schema?: string;
  model: string;
  seed: string;
  folds: string;
}

/** `telelink train`: a model for any CSV file. */
export function trainCommand(): Command {
  return new Command("train")
    .description("train a model on a CSV file, judge it by cross-validation and save it")
    .requiredOption("--data <file>", "a CSV file with a header")
    .requiredOption("--target <column>", "the column to predict: two values, or numbers")
    .requiredOption("--out <file>", "where to write the model: .tlm in compact bytes, any other name as JSON")
    .option(
      "--positive <value>",
      "the target's value that counts as 1; not needed where it is plain (Yes, True, 1)",
    )
    .option("--drop <column...>", "columns not to learn from", [])
    .option("--id <column...>", "columns that name the customer: not learned from", [])
    .option(
      "--schema <file>",
      "a JSON file that overrides inferred types (telelink data show --write-schema)",
    )
    .option("--model <name>", "auto, boosting, forest, logistic (classes) or linear (numbers)", "auto")
    .option("--seed <number>", "the same seed trains the same model", "42")
    .option("--folds <number>", "folds of the cross-validation", "5")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink train --data customers.csv --target Churn --out churn.json
  $ telelink train --data telco.csv --target Churn --positive Yes --id customerID --model logistic --out churn.json`,
    )
    .action(train);
}

async function train(options: Options): Promise<void> {
  const [{ readCsv }, { readSchema }, { trainModel }, { seeded }] = await Promise.all([
    import("../data/read-csv.js"),
    import("../data/schema-file.js"),
    import("../studies/prediction/train-model.js"),
    import("../core/rng.js"),
  ]);
  const [
    { terminalWatch },
    { stopSignal },
    { wholeNumber },
    { fileOrigin, writeModelFile },
    { packageVersion },
  ] = await Promise.all([
    import("./progress.js"),
    import("./stop-signal.js"),
    import("./options.js"),
    import("./model-file.js"),
    import("./version.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const folds = wholeNumber(options.folds, "--folds", 2, 100);
  const read = readCsv(options.data, { schema: options.schema ? readSchema(options.schema) : undefined });
  const names = read.table.columns.map((one) => one.name);
  for (const name of [...options.drop, ...options.id, options.target])
    if (!names.includes(name))
      throw usageError(
        `Cannot train: ${options.data} must have a column ${JSON.stringify(name)}, got ${names.join(", ")}`,
      );
  showColumns(read, options);
  const stop = stopSignal();
  const watch = terminalWatch(stop.signal);
  let training: Training;
  try {
    training = await trainModel(
      read.table,
      read.schema,
      { ...options, folds, drop: [...options.drop, ...options.id] },
      seeded(seed),
      watch,
    );
  } catch (error) {
    throw stop.signal.aborted ? new CliError("stopped: no model was written", exitCodes.interrupted) : error;
  } finally {
    watch.end();
    stop.end();
  }
  const { positives, suspects } = training;
  const model: SavedModel = {
    ...training.model,
    origin: {
      model: options.model,
      seed,
      rows: read.table.rows,
      ...(positives === undefined ? {} : { positives }),
      data: [await fileOrigin(options.data)],
      version: packageVersion(),
    },
  };
  writeModelFile(options.out, model);
  for (const { column, score, measure } of suspects)
    note(
      `warning: ${JSON.stringify(column)} alone predicts the target (${measure} ${score.toFixed(3)}): if it is only known afterwards, leave it out with --drop`,
    );
  const { scorerNamed } = await import("../evaluate/scorers.js");
  for (const sentence of training.story) print(sentence);
  showModel(model, folds, options.out, (name) => scorerNamed(name).title);
}

function showColumns({ table, rejected, problems, problemCount }: CsvRead, options: Options): void {
  print(`${options.data}: ${table.rows} rows, ${table.columns.length} columns, ${rejected} rows left out`);
  noteProblems(problems, problemCount, 5);
  const role = (name: string, type: string): string => {
    if (name === options.target) return "target";
    if (options.id.includes(name)) return "id";
    if (options.drop.includes(name)) return "dropped";
    return type === "numeric" || type === "categorical" || type === "boolean" ? "feature" : "not used";
  };
  print();
  printTable(
    ["column", "type", "role"],
    table.columns.map((one) => [one.name, one.type, role(one.name, one.type)]),
  );
  print();
}

/** The figures worth a line; the file holds all. */
const shown = [
  ...["rocAuc", "averagePrecision", "logLoss", "brierLoss", "calibrationError", "f1"],
  ...["meanAbsoluteError", "rootMeanSquaredError", "rSquared"],
];

function showModel(model: SavedModel, folds: number, out: string, titleOf: (name: string) => string): void {
  const { origin, target, threshold } = model;
  const share =
    origin.positives === undefined
      ? ""
      : `, ${((100 * origin.positives) / origin.rows).toFixed(1)} % ${target.positive}`;
  print(`${origin.model} model of ${target.column}${share}, judged by ${folds}-fold cross-validation:`);
  printTable(
    ["figure", "value", "95 % from", "to"],
    model.validation
      .filter((one) => shown.includes(one.name))
      .map((one) => [titleOf(one.name), ...[one.value, one.low, one.high].map((v) => v.toPrecision(4))]),
  );
  if (threshold !== undefined)
    print(`threshold ${threshold.toFixed(3)} (best F1); telelink evaluate --threshold tries another`);
  print(`wrote ${out}`);
}
