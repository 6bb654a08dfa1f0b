import { z } from "zod";
import { check, checkNumber } from "../../core/checks";
import { column } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import { distinctRows } from "../../data/duplicates";
import { asTable, type PolarsFrame } from "../../data/polars";
import { type Schema, schemaFromJson } from "../../data/schema";
import { type ThreeWaySplit, trainValidationTestSplit } from "../../data/split";
import { type Column, columnNamed, dropColumns, type Table, table, takeTableRows } from "../../data/table";
import { positiveLevel, target } from "../../data/target";
import { type EncodeOptions, encode } from "../../features/encode";
import { type Encoder, encoderFromJSON } from "../../features/encoder";

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
  };
}

export interface PrepareOptions extends Omit<EncodeOptions, "drop"> {
  /** The column to predict; rows of each class are then spread evenly over the parts. */
  readonly target?: string;
  readonly positive?: string;
  /** Columns that name the customer; left out, the first identifier. */
  readonly id?: readonly string[];
  readonly drop?: readonly string[];
  /** Shares of the rows for validation and for the test; both default to 0.2. */
  readonly validation?: number;
  readonly test?: number;
}

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
  const action = "prepare";
  const { target: aim, positive, drop = [], validation = 0.2, test = 0.2, ...encoding } = options;
  for (const [name, share] of Object.entries({ validation, test }))
    checkNumber(share, 0.001, 0.9, action, name);
  check(validation + test < 1, action, "validation and test must leave rows to train on", validation + test);
  const { table: rows, id, duplicates } = distinctRows(raw, options.id);
  for (const name of drop) columnNamed(rows, name);
  const chosen = aim === undefined ? undefined : (positive ?? levelOf(rows, aim));
  const labels = aim === undefined ? undefined : target(rows, aim, chosen);
  const strata = chosen === undefined ? undefined : labels;
  const split: ThreeWaySplit = trainValidationTestSplit(rows.rows, { validation, test, strata }, rng);
  const left = [...new Set([...id, ...drop, ...(aim === undefined ? [] : [aim])])];
  const encoder = encode(encoding)(takeTableRows(dropColumns(rows, left), split.train));
  check(encoder.features.length > 0, action, "at least one column must be usable", 0);
  const read = new Set([
    ...id,
    ...encoder.parts.map((part) => part.name),
    ...(aim === undefined ? [] : [aim]),
  ]);
  const recipe: Recipe = {
    origin,
    schema: {
      ...(schema.missing ? { missing: schema.missing } : {}),
      // Levels are left open: what to do with one never seen is the encoder's matter.
      columns: schema.columns
        .filter((column) => read.has(column.name))
        .map((column) => (column.type === "categorical" ? { name: column.name, type: column.type } : column)),
    },
    id,
    ...(aim === undefined
      ? {}
      : { target: { column: aim, ...(chosen === undefined ? {} : { positive: chosen }) } }),
    encoder,
    split: {
      seed,
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
      duplicates,
    },
  };
  const part = (indices: Int32Array): Table => applyRecipe(recipe, takeTableRows(rows, indices));
  return {
    recipe,
    parts: { train: part(split.train), validation: part(split.validation), test: part(split.test) },
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

/** The level that counts as 1; none for a target of numbers. */
function levelOf(rows: Table, name: string): string | undefined {
  return columnNamed(rows, name).type === "numeric" ? undefined : positiveLevel(rows, name);
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
