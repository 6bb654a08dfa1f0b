import { Command } from "commander";
import type { CsvRead } from "../../data/read-csv";
import type { SavedModel } from "../../services/predict/saved-model";
import { CliError, exitCodes, usageError } from "../support/exit";
import { keepDuplicates } from "../support/options";
import { note, noteProblems, print, printTable } from "../support/output";

interface Options {
  data: string;
  target: string;
  out?: string;
  alias?: string;
  name: string;
  store: string;
  positive?: string;
  drop: string[];
  id: string[];
  schema?: string;
  model: string;
  search?: string;
  members?: string;
  seed: string;
  folds: string;
  keepDuplicates?: boolean;
}

/** `telelink train`: a model for any CSV file. */
export function trainCommand(): Command {
  return new Command("train")
    .description("train a model on a CSV file, judge it by cross-validation and save it")
    .requiredOption("--data <file>", "a CSV file with a header, or Parquet")
    .requiredOption("--target <column>", "the column to predict: two values, or numbers")
    .option("--out <file>", "where to write the model: .tlm as gzipped JSON, any other name as JSON")
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
    .option("--model <name>", "auto, or the kind of one learner; telelink train --help lists them", "auto")
    .option(
      "--search <number>",
      "with the kind of one learner: compare so many random settings of its options",
    )
    .option(
      "--members <names>",
      "with --model auto: what to blend, of gradient-boosting, random-forest, spline-logistic and network (for numbers ridge, gradient-boosting and network)",
    )
    .option(
      "--alias <name>",
      "keep the model in the store and let this name stand for it: champion answers at the desk",
    )
    .option("--name <name>", "what the store calls it", "churn")
    .option("--store <file>", "the store, with --alias", "data/telelink.db")
    .option("--seed <number>", "the same seed trains the same model", "42")
    .option("--folds <number>", "folds of the cross-validation", "5")
    .option("--keep-duplicates", keepDuplicates)
    .addHelpText(
      "after",
      `
Examples:
  $ telelink train --data customers.csv --target Churn --out churn.json
  $ telelink train --data customers.csv --target Churn --id CustomerID --alias champion
  $ telelink train --data telco.csv --target Churn --positive Yes --id customerID --model logistic --out churn.json
  $ telelink train --data customers.csv --target Churn --model network --search 20 --out churn.tlm

A customer who stands in the file more than once, by --id or else by its first identifier, counts once: later rows are
left out, and their number is told; --keep-duplicates keeps them.`,
    )
    .action(train);
}

/** Adds the learners to the command's help. Apart from `trainCommand`, because it loads them all. */
export async function describeLearners(command: Command): Promise<void> {
  const { learnerLines } = await import("../../models/learner-names.js");
  const lines = learnerLines();
  const width = Math.max(...lines.map((one) => one.kind.length));
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

async function train(options: Options): Promise<void> {
  if (options.out === undefined && options.alias === undefined)
    throw usageError("Cannot train: --out or --alias must say where the model goes");
  const [{ readTable }, { oncePerCustomer }, { readSchema }, { trainModel }, { seeded }] = await Promise.all([
    import("../../data/read-table.js"),
    import("../support/once-per-customer.js"),
    import("../../data/schema-file.js"),
    import("../../services/predict/train-model.js"),
    import("../../core/rng.js"),
  ]);
  const { kindAsked } = await import("../../services/predict/learners.js");
  const [{ watched }, { wholeNumber }, { fileOrigin, writeModelFile }, { packageVersion }] =
    await Promise.all([
      import("../support/watched.js"),
      import("../support/options.js"),
      import("../support/model-file.js"),
      import("../support/version.js"),
    ]);
  const seed = wholeNumber(options.seed, "--seed");
  const folds = wholeNumber(options.folds, "--folds", 2, 100);
  const search =
    options.search === undefined ? undefined : wholeNumber(options.search, "--search", 1, 10_000);
  const members = options.members?.split(",").map((one) => one.trim());
  const schema = options.schema ? readSchema(options.schema) : undefined;
  const read = await readTable(options.data, { schema });
  const names = read.table.columns.map((one) => one.name);
  for (const name of [...options.drop, ...options.id, options.target])
    if (!names.includes(name))
      throw usageError(
        `Cannot train: ${options.data} must have a column ${JSON.stringify(name)}, got ${names.join(", ")}`,
      );
  showColumns(read, options);
  const { table } = oncePerCustomer(read.table, options);
  const plan = { ...options, folds, search, members, drop: [...options.drop, ...options.id] };
  const training = await watched((watch) =>
    trainModel(table, read.schema, plan, seeded(seed), watch).catch((error: unknown) => {
      throw watch.signal.aborted
        ? new CliError("stopped: no model was written", exitCodes.interrupted)
        : error;
    }),
  );
  const { positives, suspects } = training;
  const model: SavedModel = {
    ...training.model,
    origin: {
      model: kindAsked(options.model, training.model.target.kind),
      seed,
      rows: table.rows,
      ...(positives === undefined ? {} : { positives }),
      data: [await fileOrigin(options.data)],
      version: packageVersion(),
    },
  };
  const places = await keep(model, options, writeModelFile);
  for (const { column, score, measure } of suspects)
    note(
      `warning: ${JSON.stringify(column)} alone predicts the target (${measure} ${score.toFixed(3)}): if it is only known afterwards, leave it out with --drop`,
    );
  const { scorerNamed } = await import("../../evaluate/scorers.js");
  for (const sentence of training.story) print(sentence);
  showModel(model, folds, places, (name) => scorerNamed(name).title);
}

/** Writes the model where it was asked for, and says where that was. */
async function keep(
  model: SavedModel,
  { out, alias, name, store: file }: Options,
  write: (file: string, model: SavedModel) => void,
): Promise<string[]> {
  const places: string[] = [];
  if (out !== undefined) {
    write(out, model);
    places.push(`wrote ${out}`);
  }
  if (alias !== undefined) {
    const [{ openStore }, { storeModel }] = await Promise.all([
      import("../../data/store/open.js"),
      import("../../services/predict/stored-model.js"),
    ]);
    const store = openStore(file);
    try {
      const stored = storeModel(store, name, model, alias);
      places.push(`kept as ${stored.name}@${stored.version} in ${store.file}; ${alias} stands for it`);
    } finally {
      store.close();
    }
  }
  return places;
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

function showModel(
  model: SavedModel,
  folds: number,
  places: readonly string[],
  titleOf: (name: string) => string,
): void {
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
  for (const place of places) print(place);
}
