import { z } from "zod";
import { check } from "../../core/checks";
import { column } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import { evenRows } from "../../data/even-rows";
import { asTable, type PolarsFrame } from "../../data/polars";
import { type Schema, schemaFromJson } from "../../data/schema";
import { type Column, columnNamed, dropColumns, type Table, table } from "../../data/table";
import { target } from "../../data/target";
import { type EncodeOptions, encode } from "../../features/encode";
import { type Encoder, encoderFromJSON } from "../../features/encoder";
import { type Divided, type DivideOptions, Division, type PartName, partNames } from "./division";

/** What a preparation starts from. */
export interface RecipeOrigin {
  readonly data: { readonly name: string; readonly sha256: string };
  readonly version: string;
}

/** How raw customers become rows that any learner reads: fitted on training rows alone, read-only, and nothing but data. */
export interface Recipe {
  readonly origin: RecipeOrigin;
  /** How the raw columns are read. */
  readonly schema: Schema;
  /** Columns that name the customer: repeated, never encoded. */
  readonly id: readonly string[];
  readonly target?: { readonly column: string; readonly positive?: string };
  readonly encoder: Encoder;
  readonly split: {
    readonly seed: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    /** Rows that were left out because their customer has an earlier row. */
    readonly duplicates: number;
    /** Rows to train on that the encoding was fitted to, where it was not all. */
    readonly learned?: number;
  };
}

export interface PrepareOptions extends Omit<EncodeOptions, "drop">, DivideOptions {}

/** A recipe and the parts that it was made of. */
export interface Prepared {
  readonly recipe: Recipe;
  readonly parts: { readonly train: Table; readonly validation: Table; readonly test: Table };
}

/**
 * Splits customers, fits the encoding to the training part alone, and applies it to all three.
 *
 * @example
 * const lines = Array.from({ length: 40 }, (_, i) => `c${i},${i % 7},${i % 3 ? "No" : "Yes"}`);
 * const { table: raw, schema } = parseCsv(`customerID,calls,Churn\n${lines.join("\n")}\n`);
 * const origin = { data: { name: "customers.csv", sha256: "0".repeat(64) }, version: "1.0.0" };
 * const { parts } = prepare(raw, schema, origin, "1", { target: "Churn" }, seeded(1));
 * parts.train.rows + parts.validation.rows + parts.test.rows; // → 40
 */
export function prepare(
  given: Table | PolarsFrame,
  schema: Schema,
  origin: RecipeOrigin,
  seed: string,
  options: PrepareOptions,
  rng: Rng,
): Prepared {
  const raw = asTable(given);
  const division = new Division(raw.columns, options);
  division.take(raw);
  const divided = division.divide(rng);
  const train = dropColumns(divided.rowsOf(raw, 0, "train"), divided.left);
  const recipe = recipeOf(train, divided, { schema, origin, seed }, options);
  const part = (name: PartName): Table => applyRecipe(recipe, divided.rowsOf(raw, 0, name));
  return { recipe, parts: { train: part("train"), validation: part("validation"), test: part("test") } };
}

/** Rows that come batch by batch, as often as they are asked for. */
export interface RowsToPrepare {
  readonly schema: Schema;
  /** The columns, with all their levels. */
  readonly columns: readonly Column[];
  readonly batches: () => AsyncIterable<Table>;
}

/** Cells that an encoding is fitted on at most: of more, to rows drawn evenly. */
const mostCells = 5e7;

/** The same of rows that come batch by batch; of more than some fifty million cells the encoding is fitted on a part. */
export async function prepareBatches(
  { schema, columns, batches }: RowsToPrepare,
  origin: RecipeOrigin,
  seed: string,
  options: PrepareOptions,
  rng: Rng,
): Promise<{ readonly recipe: Recipe; readonly parts: () => AsyncIterable<readonly [PartName, Table]> }> {
  const division = new Division(columns, options);
  for await (const rows of batches()) division.take(rows);
  const divided = division.divide(rng);
  async function* divide(names: readonly PartName[]): AsyncGenerator<readonly [PartName, Table]> {
    let before = 0;
    for await (const rows of batches()) {
      for (const name of names) yield [name, divided.rowsOf(rows, before, name)];
      before += rows.rows;
    }
  }
  async function* training(): AsyncGenerator<Table> {
    for await (const [, rows] of divide(["train"])) yield dropColumns(rows, divided.left);
  }
  const most = Math.floor(mostCells / columns.length);
  const train = await evenRows(training(), divided.split.train, most);
  const recipe = recipeOf(train, divided, { schema, origin, seed }, options);
  async function* parts(): AsyncGenerator<readonly [PartName, Table]> {
    for await (const [name, rows] of divide(partNames)) yield [name, applyRecipe(recipe, rows)];
  }
  return { recipe, parts };
}

/** The recipe that training rows teach, in the columns to be encoded. */
function recipeOf(
  train: Table,
  { id, target: aim, split }: Divided,
  { schema, origin, seed }: Pick<Recipe, "schema" | "origin"> & { readonly seed: string },
  options: PrepareOptions,
): Recipe {
  const encoder = encode({ ...options, drop: [] })(train);
  check(encoder.features.length > 0, "prepare", "at least one column must be usable", 0);
  const read = new Set([...id, ...encoder.parts.map((part) => part.name), ...(aim ? [aim.column] : [])]);
  return {
    origin,
    schema: {
      ...(schema.missing ? { missing: schema.missing } : {}),
      // Levels are left open: what to do with one never seen is the encoder's matter.
      columns: schema.columns
        .filter((column) => read.has(column.name))
        .map((column) => (column.type === "categorical" ? { name: column.name, type: column.type } : column)),
    },
    id,
    ...(aim ? { target: aim } : {}),
    encoder,
    split: { seed, ...split, ...(train.rows < split.train ? { learned: train.rows } : {}) },
  };
}

/**
 * Raw customers as the recipe prepares them: identifiers, encoded columns, and the target where they have it.
 *
 * @example
 * const lines = Array.from({ length: 40 }, (_, i) => `c${i},${i % 7},${i % 3 ? "No" : "Yes"}`);
 * const { table: raw, schema } = parseCsv(`customerID,calls,Churn\n${lines.join("\n")}\n`);
 * const origin = { data: { name: "customers.csv", sha256: "0".repeat(64) }, version: "1.0.0" };
 * const { recipe } = prepare(raw, schema, origin, "1", { target: "Churn" }, seeded(1));
 * applyRecipe(recipe, raw).rows; // → 40
 */
export function applyRecipe(recipe: Recipe, given: Table | PolarsFrame): Table {
  const rows = asTable(given);
  const { id, encoder, target: aim } = recipe;
  const x = encoder.transform(rows);
  const made: Column[] = x.features.map((feature, j) => ({
    name: feature.name,
    type: "numeric",
    values: column(x, j),
  }));
  const known = aim && rows.columns.some((column) => column.name === aim.column);
  if (aim && known)
    made.push({
      name: aim.column,
      type: "numeric",
      values: target(rows, aim.column, aim.positive),
      ...whole(aim),
    });
  return table([...id.map((name) => columnNamed(rows, name)), ...made]);
}

function whole({ positive }: NonNullable<Recipe["target"]>): { decimals?: number } {
  return positive === undefined ? {} : { decimals: 0 };
}

const recipeJson = z.strictObject({
  kind: z.literal("telelink-recipe"),
  version: z.literal(1),
  origin: z.strictObject({
    data: z.strictObject({ name: z.string(), sha256: z.string() }),
    version: z.string(),
  }),
  schema: z.unknown(),
  id: z.array(z.string()).max(100),
  target: z.strictObject({ column: z.string(), positive: z.string().optional() }).optional(),
  encoder: z.unknown(),
  split: z.strictObject({
    seed: z.string(),
    train: z.number(),
    validation: z.number(),
    test: z.number(),
    learned: z.number().int().optional(),
    duplicates: z.number(),
  }),
});

/**
 * The recipe as JSON, for people to read and `recipeFromJSON` to turn back.
 *
 * @example
 * const lines = Array.from({ length: 40 }, (_, i) => `c${i},${i % 7},${i % 3 ? "No" : "Yes"}`);
 * const { table: raw, schema } = parseCsv(`customerID,calls,Churn\n${lines.join("\n")}\n`);
 * const origin = { data: { name: "customers.csv", sha256: "0".repeat(64) }, version: "1.0.0" };
 * const { recipe } = prepare(raw, schema, origin, "1", { target: "Churn" }, seeded(1));
 * recipeToJSON(recipe).target; // → { column: "Churn", positive: "Yes" }
 */
export function recipeToJSON({ encoder, ...rest }: Recipe): Record<string, unknown> {
  return { kind: "telelink-recipe", version: 1, ...rest, encoder: encoder.toJSON() };
}

/**
 * The recipe that `recipeToJSON` described; `from` names the file in errors.
 *
 * @example
 * const lines = Array.from({ length: 40 }, (_, i) => `c${i},${i % 7},${i % 3 ? "No" : "Yes"}`);
 * const { table: raw, schema } = parseCsv(`customerID,calls,Churn\n${lines.join("\n")}\n`);
 * const origin = { data: { name: "customers.csv", sha256: "0".repeat(64) }, version: "1.0.0" };
 * const { recipe } = prepare(raw, schema, origin, "1", { target: "Churn" }, seeded(1));
 * recipeFromJSON(JSON.parse(JSON.stringify(recipeToJSON(recipe))), "recipe.json").target; // → { column: "Churn", positive: "Yes" }
 */
export function recipeFromJSON(json: unknown, from: string): Recipe {
  const read = recipeJson.safeParse(json);
  check(read.success, `load ${from}`, read.success ? "" : z.prettifyError(read.error));
  const { kind: _, version: __, schema, encoder, ...rest } = read.data;
  const recipe = { ...rest, schema: schemaFromJson(schema, from), encoder: encoderFromJSON(encoder) };
  const names = new Set(recipe.schema.columns.map((column) => column.name));
  for (const name of [...recipe.id, ...recipe.encoder.parts.map((part) => part.name)])
    check(names.has(name), `load ${from}`, "every column used must be in the schema", name);
  return recipe;
}
