import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { didYouMean } from "../../../core/did-you-mean";
import { parseJson } from "../../../core/gzip-json";
import { seeded } from "../../../core/rng";
import { customerColumns, OncePerCustomer } from "../../../data/duplicates";
import { readError, writeAtomic } from "../../../data/files";
import { fileOrigin } from "../../../data/read/file-origin";
import { surveyTable } from "../../../data/read/survey-table";
import { readSchema } from "../../../data/schema-file";
import type { Table } from "../../../data/table";
import { partNames } from "../../../services/prepare/division";
import {
  applyRecipe,
  prepareBatches,
  type Recipe,
  recipeFromJSON,
  recipeToJSON,
} from "../../../services/prepare/recipe";
import { CliError, usageError } from "../../support/exit";
import { checkApart, decimalNumber, wholeNumber } from "../../support/options";
import { note, print, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";
import { keptWhole, openRows } from "../../support/rows-out";
import { packageVersion } from "../../support/version";
import { watched } from "../../support/watched";

/** The options of `telelink prepare`. */
export interface PrepareFlags extends Omit<ReadingFlags, "missing"> {
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

/** Prepares a file, by a recipe that is made or by one that was kept. */
export async function prepareFile(options: PrepareFlags): Promise<void> {
  if (existsSync(options.out) && !statSync(options.out).isDirectory())
    throw usageError(`Cannot write ${options.out}: it must be a folder, got a file`);
  if (options.recipe !== undefined) return applyToFile(options, options.recipe);
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
      { data: await fileOrigin(options.data), version: packageVersion() },
      String(seed),
      {
        ...options,
        validation: decimalNumber(options.validation, "--validation", 0.001, 0.9),
        test: decimalNumber(options.test, "--test", 0.001, 0.9),
      },
      seeded(seed),
    );
    await writeParts(options, partNames, parts());
    writeAtomic(join(options.out, "recipe.json"), `${JSON.stringify(recipeToJSON(recipe), null, 1)}\n`);
    show(recipe, survey.rejected, options.out);
  });
}

/** Applies a recipe that was kept to all rows of a file. */
async function applyToFile(options: PrepareFlags, file: string): Promise<void> {
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
  { data, out, format }: PrepareFlags,
  names: readonly Name[],
  parts: AsyncIterable<readonly [Name, Table]>,
): Promise<void> {
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
