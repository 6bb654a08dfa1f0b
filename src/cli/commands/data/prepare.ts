import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { didYouMean } from "../../../core/did-you-mean";
import { readError } from "../../../data/files";
import type { Table } from "../../../data/table";
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
    { surveyTable },
    { readSchema },
    { prepareBatches, recipeToJSON },
    { seeded },
    { fileOrigin },
    version,
  ] = await Promise.all([
    import("../../../data/read/survey-table.js"),
    import("../../../data/schema-file.js"),
    import("../../../services/prepare/recipe.js"),
    import("../../../core/rng.js"),
    import("../../../data/read/file-origin.js"),
    import("../../support/version.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const given = options.schema ? { schema: readSchema(options.schema) } : {};
  const reading = { ...csvOptions({ ...options, missing: options.missingWords }), ...given };
  await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, { acceptLoss: options.acceptLoss });
    const columns = survey.columns.map(({ column }) => column);
    const names = columns.map((column) => column.name);
    for (const name of [
      ...(options.id ?? []),
      ...(options.drop ?? []),
      ...(options.target ? [options.target] : []),
    ])
      if (!names.includes(name))
        throw usageError(
          `Cannot prepare: ${options.data} must have a column ${JSON.stringify(name)}, got ${names.join(", ")}${didYouMean(name, names)}`,
        );
    const { recipe, parts } = await prepareBatches(
      { schema: survey.schema, columns, batches: () => survey.batches() },
      { data: await fileOrigin(options.data), version: version.packageVersion() },
      String(seed),
      {
        ...options,
        validation: decimalNumber(options.validation, "--validation", 0.001, 0.9),
        test: decimalNumber(options.test, "--test", 0.001, 0.9),
      },
      seeded(seed),
    );
    const { partNames } = await import("../../../services/prepare/division.js");
    await writeParts(options, partNames, parts());
    const { writeAtomic } = await import("../../../data/files.js");
    writeAtomic(join(options.out, "recipe.json"), `${JSON.stringify(recipeToJSON(recipe), null, 1)}\n`);
    show(recipe, survey.rejected, options.out);
  });
}

/** Applies a recipe that was kept to all rows of a file. */
async function applyToFile(options: Options, file: string): Promise<void> {
  const [
    { readFileSync },
    { surveyTable },
    { parseJson },
    { applyRecipe, recipeFromJSON },
    { customerColumns, OncePerCustomer },
  ] = await Promise.all([
    import("node:fs"),
    import("../../../data/read/survey-table.js"),
    import("../../../core/gzip-json.js"),
    import("../../../services/prepare/recipe.js"),
    import("../../../data/duplicates.js"),
  ]);
  const recipe = recipeFromJSON(
    parseJson(
      readError(file, () => readFileSync(file, "utf8")),
      "load recipe",
    ),
    file,
  );
  const reading = {
    ...csvOptions({ ...options, missing: options.missingWords }),
    schema: recipe.schema,
    optional: recipe.target ? [recipe.target.column] : [],
  };
  await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, { acceptLoss: options.acceptLoss });
    if (survey.kept === 0) throw new CliError(`Cannot prepare ${options.data}: it must have rows, got none`);
    const { id, columns } = { ...recipe, columns: survey.columns.map(({ column }) => column) };
    const ids = customerColumns({ columns }, id);
    const once = new OncePerCustomer(ids);
    let rows = 0;
    async function* prepared(): AsyncGenerator<readonly ["data", Table]> {
      for await (const batch of survey.batches()) {
        const kept = once.keep(batch);
        rows += kept.rows;
        yield ["data", applyRecipe(recipe, kept)];
      }
    }
    await writeParts(options, ["data"], prepared());
    if (once.duplicates > 0)
      note(`${once.duplicates} rows left out: their ${ids.join(" and ")} is that of an earlier row`);
    print(`${rows} rows prepared by ${file}; wrote ${options.out}`);
  });
}

/** Writes each part to a file of its own, as its rows come; on a failure none of them. */
async function writeParts<Name extends string>(
  { data, out, format }: Options,
  names: readonly Name[],
  parts: AsyncIterable<readonly [Name, Table]>,
): Promise<void> {
  const [{ mkdirSync }, { keptWhole, openRows }] = await Promise.all([
    import("node:fs"),
    import("../../support/rows-out.js"),
  ]);
  const files = new Map(names.map((name) => [name, join(out, `${name}.${format}`)]));
  for (const file of files.values()) checkApart(file, [{ path: data, use: "--data reads it" }]);
  mkdirSync(out, { recursive: true });
  const opened = new Map<Name, Awaited<ReturnType<typeof openRows>>>();
  const all = {
    end: async () => {
      for (const one of opened.values()) await one.end();
    },
    discard: () => {
      for (const one of opened.values()) one.discard();
    },
  };
  const { watched } = await import("../../support/watched.js");
  await watched(({ signal }) =>
    keptWhole(all, async () => {
      for (const [name, file] of files) opened.set(name, await openRows(file));
      for await (const [name, rows] of parts) {
        signal.throwIfAborted();
        opened.get(name)?.write(rows);
      }
    }),
  );
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
  if (split.learned !== undefined)
    print(`the encoding is fitted to ${split.learned} of the rows to train on, evenly spread over the file`);
  print(
    `${split.train} rows to train on, ${split.validation} to choose by, ${split.test} to judge by; wrote ${out}`,
  );
}
