import { existsSync, statSync } from "node:fs";
import { Command, Option } from "commander";
import { didYouMean } from "../../../core/did-you-mean";
import { readError } from "../../../data/files";
import type { Recipe } from "../../../services/prepare/recipe";
import { CliError, usageError } from "../../support/exit";
import { checkApart, decimalNumber, wholeNumber } from "../../support/options";
import { note, print, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends Omit<ReadingFlags, "missing"> {
  readonly missingWords?: string[];
  readonly data: string;
  readonly out: string;
  readonly recipe?: string;
  readonly target?: string;
  readonly positive?: string;
  readonly id?: string[];
  readonly drop?: string[];
  readonly schema?: string;
  readonly validation: string;
  readonly test: string;
  readonly categories: "one-hot" | "codes" | "drop";
  readonly scale?: "standard" | "robust" | "none";
  readonly missing?: "median" | "mean" | "keep";
  readonly format: "csv" | "parquet";
  readonly seed: string;
}

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
    .action(prepareFile);
}

async function prepareFile(options: Options): Promise<void> {
  if (existsSync(options.out) && !statSync(options.out).isDirectory())
    throw usageError(`Cannot write ${options.out}: it must be a folder, got a file`);
  if (options.recipe !== undefined) return applyToFile(options, options.recipe);
  const [
    { readTable },
    { readSchema },
    { prepare, recipeToJSON },
    { seeded },
    { fileOrigin },
    { packageVersion },
  ] = await Promise.all([
    import("../../../data/read/read-table.js"),
    import("../../../data/schema-file.js"),
    import("../../../services/prepare/recipe.js"),
    import("../../../core/rng.js"),
    import("../../support/model-file.js"),
    import("../../support/version.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const given = options.schema ? { schema: readSchema(options.schema) } : {};
  const read = await readTable(options.data, {
    ...csvOptions({ ...options, missing: options.missingWords }),
    ...given,
  });
  checkLoss(options.data, read, { acceptLoss: options.acceptLoss });
  const names = read.table.columns.map((column) => column.name);
  for (const name of [
    ...(options.id ?? []),
    ...(options.drop ?? []),
    ...(options.target ? [options.target] : []),
  ])
    if (!names.includes(name))
      throw usageError(
        `Cannot prepare: ${options.data} must have a column ${JSON.stringify(name)}, got ${names.join(", ")}${didYouMean(name, names)}`,
      );
  const origin = { data: await fileOrigin(options.data), version: packageVersion() };
  const { recipe, parts } = prepare(
    read.table,
    read.schema,
    origin,
    String(seed),
    {
      ...options,
      validation: decimalNumber(options.validation, "--validation", 0.001, 0.9),
      test: decimalNumber(options.test, "--test", 0.001, 0.9),
    },
    seeded(seed),
  );
  await writeParts(options, parts);
  const { writeAtomic } = await import("../../../data/files.js");
  const { join } = await import("node:path");
  writeAtomic(join(options.out, "recipe.json"), `${JSON.stringify(recipeToJSON(recipe), null, 1)}\n`);
  show(recipe, read.rejected, options.out);
}

/** Applies a recipe that was kept to all rows of a file. */
async function applyToFile(options: Options, file: string): Promise<void> {
  const [{ readFileSync }, { readTable }, { parseJson }, { applyRecipe, recipeFromJSON }] = await Promise.all(
    [
      import("node:fs"),
      import("../../../data/read/read-table.js"),
      import("../../../core/gzip-json.js"),
      import("../../../services/prepare/recipe.js"),
    ],
  );
  const recipe = recipeFromJSON(
    parseJson(
      readError(file, () => readFileSync(file, "utf8")),
      "load recipe",
    ),
    file,
  );
  const optional = recipe.target ? [recipe.target.column] : [];
  const read = await readTable(options.data, {
    ...csvOptions({ ...options, missing: options.missingWords }),
    schema: recipe.schema,
    optional,
  });
  checkLoss(options.data, read, { acceptLoss: options.acceptLoss });
  if (read.table.rows === 0)
    throw new CliError(`Cannot prepare ${options.data}: it must have rows, got none`);
  const { distinctRows } = await import("../../../data/duplicates.js");
  const { table, id, duplicates } = distinctRows(read.table, recipe.id);
  await writeParts(options, { data: applyRecipe(recipe, table) });
  if (duplicates > 0)
    note(`${duplicates} rows left out: their ${id.join(" and ")} is that of an earlier row`);
  print(`${table.rows} rows prepared by ${file}; wrote ${options.out}`);
}

async function writeParts(
  { data, out, format }: Options,
  parts: Readonly<Record<string, import("../../../data/table.js").Table>>,
): Promise<void> {
  const [{ mkdirSync }, { join }, { writeCsv }, { writeParquet }] = await Promise.all([
    import("node:fs"),
    import("node:path"),
    import("../../../data/write/write-csv.js"),
    import("../../../data/write/write-parquet.js"),
  ]);
  const files = Object.entries(parts).map(([name, rows]) => ({ rows, file: join(out, `${name}.${format}`) }));
  for (const { file } of files) checkApart(file, [{ path: data, use: "--data reads it" }]);
  mkdirSync(out, { recursive: true });
  for (const { rows, file } of files) {
    if (format === "csv") writeCsv(rows, file);
    else await writeParquet(rows, file);
  }
}

function show({ encoder, id, target, split }: Recipe, rejected: number, out: string): void {
  const rounded = (value: number): string => String(Number(value.toPrecision(4)));
  printTable(
    ["column", "becomes"],
    [
      ...id.map((name) => [name, "repeated: it names the customer"]),
      ...encoder.parts.map((part) => {
        if (part.kind === "codes" || part.kind === "one-hot") {
          const pooled = part.pooled.length > 0 ? `, ${part.pooled.length} rare ones pooled` : "";
          return [part.name, `${part.kind} of ${part.levels.length} levels${pooled}`];
        }
        if (part.kind !== "number") return [part.name, `${part.numbers.length} numbers`];
        const filled = part.fill === undefined ? "" : `missing is ${rounded(part.fill)}; `;
        return [part.name, `${filled}(x − ${rounded(part.center)}) / ${rounded(part.width)}`];
      }),
      ...(target
        ? [
            [
              target.column,
              target.positive === undefined ? "the target" : `the target: 1 is ${target.positive}`,
            ],
          ]
        : []),
    ],
  );
  print();
  if (split.duplicates > 0)
    print(`${split.duplicates} rows left out: their ${id.join(" and ")} is that of an earlier row`);
  if (rejected > 0) print(`${rejected} rows left out: they can't be read`);
  print(
    `${split.train} rows to train on, ${split.validation} to choose by, ${split.test} to judge by; wrote ${out}`,
  );
}
