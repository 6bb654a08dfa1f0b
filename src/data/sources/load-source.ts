import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import { joinTables } from "../join-tables";
import { viewAs, viewRows } from "../simulate/view-rows";
import { type Table, takeTableRows } from "../table";
import { csvText } from "../write/write-csv";
import { downloadSource } from "./download";
import {
  dataFolders,
  downloadFolder,
  findSource,
  type Loaded,
  type PublicSource,
  publicSource,
  publishedSchema,
  readSource,
  type SchemaName,
} from "./sources";

export interface LoadOptions {
  /** Folders to look in; defaults to `dataFolders()`. */
  readonly folders?: readonly string[];
  /** Whether to download what isn't found. @default false */
  readonly download?: boolean;
  /**
   * Whether to simulate what can't be had, with as many rows and the same schema, if the simulator writes that; defaults
   * to true. The result then says `simulated: true`, and its figures can't be compared with published ones. When false,
   * it is an error.
   */
  readonly simulate?: boolean;
  /** Seed of simulated rows. @default 42 */
  readonly seed?: number;
}

/**
 * The public data set called `name`: from the first folder that has it, verified by its hash (a wrong one is an error,
 * never replaced by something else); else downloaded, if asked; else simulated, and marked as such.
 */
export async function loadSource(name: string, options: LoadOptions = {}): Promise<Loaded> {
  const source = publicSource(name);
  const { folders = dataFolders(), download = false, simulate = true, seed = 42 } = options;
  const path = findSource(source, folders);
  if (path) return readSource(source, path);
  if (download) return readSource(source, await downloadSource(source, downloadFolder()));
  if (simulate && canSimulate(source)) return simulateSource(source, seed);
  throw new Error(
    `Cannot load ${name}: ${source.file} must be in ${folders.join(", ") || "a data folder"}; ${whereToGet(source)}`,
  );
}

/** What to do for the data set's file, as the end of a message. */
export function whereToGet({ name, origin, url }: PublicSource): string {
  return url ? `telelink data fetch ${name} downloads it` : `no lasting address is known: see ${origin}`;
}

/** Whether the simulator can make rows in the data set's place. */
export function canSimulate(source: PublicSource): source is PublicSource & { readonly schema: SchemaName } {
  return Object.hasOwn(viewAs, source.schema);
}

/**
 * The churn-bigml customers: 2,666 to train on, 667 to test on.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * [train.table.rows, test.table.rows]; // → [2666, 667]
 */
export async function loadChurnBigml(options: LoadOptions = {}): Promise<{ train: Loaded; test: Loaded }> {
  return {
    train: await loadSource("churn-bigml-80", options),
    test: await loadSource("churn-bigml-20", options),
  };
}

/**
 * The 7,043 customers of IBM Telco.
 *
 * @example
 * const { table: customers } = await loadTelco();
 * [customers.rows, customers.columns.length]; // → [7043, 21]
 */
export async function loadTelco(options: LoadOptions = {}): Promise<Loaded> {
  return loadSource("telco", options);
}

/** Simulated rows in the data set's place: as many, in its schema. churn-bigml's two parts are parts of one base. */
export function simulateSource(source: PublicSource, seed: number): Loaded {
  check(canSimulate(source), `simulate ${source.name}`, "only telecom customers can be", source.schema);
  const isTest = source.name === "churn-bigml-20";
  const skip = isTest ? publicSource("churn-bigml-80").rows : 0;
  const all = joinTables([...viewRows(source.schema, skip + source.rows, seed)]);
  const table: Table = takeTableRows(
    all,
    Int32Array.from({ length: source.rows }, (_, i) => skip + i),
  );
  const sha256 = sha256Of(csvText(table));
  return {
    table,
    schema: publishedSchema(source.schema),
    problems: [],
    source: {
      name: source.name,
      title: `Simulated customers (seed ${seed}) in the schema of: ${source.title}`,
      sha256,
      rows: table.rows,
      simulated: true,
      licence: "MIT, as the simulator",
    },
  };
}
