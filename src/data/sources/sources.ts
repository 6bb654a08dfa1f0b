import { existsSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { check, checkOneOf } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import type { Problem } from "../problems";
import { parseCsv } from "../read/read-csv";
import { type Schema, schemaFromJson } from "../schema";
import type { Table } from "../table";

/** The schemas that the simulator can write. */
export type SchemaName = "churn-bigml" | "telco" | "reference";

/** A public data set: where it is published, and by which bytes it is known. */
export interface PublicSource {
  readonly name: string;
  readonly title: string;
  /** Its path within a data folder. */
  readonly file: string;
  /** Who publishes it. */
  readonly origin: string;
  /** Where these very bytes can be had for good; absent where no such address is known. */
  readonly url?: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Data rows in the file, those that its schema turns away included. */
  readonly rows: number;
  readonly licence: string;
  /** Its entry in the catalogue's `schemas`. Columns that this doesn't name are inferred. */
  readonly schema: string;
  /** How its cells are set apart; left out, as in CSV. */
  readonly separator?: "blanks";
  /** Names of its columns where the file has no header. */
  readonly header?: readonly string[];
}

/** Where a table came from: what a report's header says about its data. */
export interface SourceInfo {
  readonly name: string;
  readonly title: string;
  /** Of the file read, or of the CSV text that simulated rows would be written as. */
  readonly sha256: string;
  readonly rows: number;
  /** True when the rows are made up by the simulator: figures then can't be compared with published ones. */
  readonly simulated: boolean;
  readonly path?: string;
  readonly licence: string;
}

/** What simulated customers say of themselves, known by the bytes of these numbers. */
export function simulatorSource(
  title: string,
  rows: number,
  numbers: readonly NodeJS.TypedArray[],
): SourceInfo {
  const sha256 = sha256Of(Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer))));
  return { name: "simulator", title, sha256, rows, simulated: true, licence: "MIT, as the simulator" };
}

/** A table with its schema and origin. */
export interface Loaded {
  readonly table: Table;
  readonly schema: Schema;
  readonly source: SourceInfo;
  readonly problems: readonly Problem[];
}

const root = resolve(__dirname, "..", "..", "..");

interface Catalogue {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly sources: readonly PublicSource[];
}

/** The catalogue of `data/sources.json`. */
function catalogue(): Catalogue {
  const file = join(root, "data", "sources.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as {
    schemas: Record<string, unknown>;
    sources: PublicSource[];
  };
  const schemas = Object.fromEntries(
    Object.entries(json.schemas).map(([name, one]) => [name, schemaFromJson(one, name)]),
  );
  return { schemas, sources: json.sources };
}

/** The public data sets that are known by name. */
export function publicSources(): readonly PublicSource[] {
  return catalogue().sources;
}

/** The public data set called `name`. */
export function publicSource(name: string): PublicSource {
  const { sources } = catalogue();
  checkOneOf(
    name,
    sources.map((source) => source.name),
    "find data set",
    "the name",
  );
  return sources.find((source) => source.name === name) as PublicSource;
}

/** The columns, levels and target of a published schema. */
export function publishedSchema(name: string): Schema {
  const { schemas } = catalogue();
  checkOneOf(name, Object.keys(schemas), "find schema", "the name");
  return schemas[name];
}

/** The folders searched for data files, in order: `TELELINK_DATA`, `../shared/data` beside the package, `data/raw`. */
export function dataFolders(): readonly string[] {
  const folders = [
    process.env.TELELINK_DATA,
    join(root, "..", "shared", "data"),
    join(root, "data", "raw"),
    resolve("data", "raw"),
  ];
  return [
    ...new Set(
      folders
        .filter((folder): folder is string => folder !== undefined && folder !== "")
        .map((folder) => resolve(folder)),
    ),
  ];
}

/** Where downloads go: `TELELINK_DATA` if set, else `data/raw` of the checkout, or of the working directory of an install. */
export function downloadFolder(): string {
  if (process.env.TELELINK_DATA) return resolve(process.env.TELELINK_DATA);
  return root.includes(`${sep}node_modules${sep}`) ? resolve("data", "raw") : join(root, "data", "raw");
}

/** The path of the data set's file in the first folder that has it; undefined when none has. */
export function findSource(
  source: PublicSource,
  folders: readonly string[] = dataFolders(),
): string | undefined {
  return folders.map((folder) => join(folder, source.file)).find((file) => existsSync(file));
}

/** Throws unless the bytes are those that the data set is known by; the message shows both hashes. */
export function verifySource(source: PublicSource, bytes: Uint8Array, from: string): void {
  const found = sha256Of(bytes);
  check(
    found === source.sha256,
    `use ${from} as ${source.name}`,
    `its SHA-256 must be ${source.sha256}, got ${found}`,
  );
}

/** The data set in the file at `path`, verified and read by its published schema. */
export function readSource(source: PublicSource, path: string): Loaded {
  const bytes = readFileSync(path);
  verifySource(source, bytes, path);
  const { table, schema, problems } = parseCsv(
    source.separator === "blanks" ? csvOfBlanks(bytes, source.header) : bytes,
    { schema: publishedSchema(source.schema) },
    source.file,
  );
  const { name, title, sha256, licence } = source;
  return {
    table,
    schema,
    problems,
    source: { name, title, sha256, rows: table.rows, simulated: false, path, licence },
  };
}

/** Text of cells set apart by blanks, with days as 19970131, as CSV, a line a line; under `header` where it has none. */
function csvOfBlanks(bytes: Uint8Array, header?: readonly string[]): string {
  const lines = Buffer.from(bytes).toString("utf8").trimEnd().split(/\r?\n/);
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/\s+/)
      .join(",")
      .replace(/\b(\d{4})(\d\d)(\d\d)\b/g, "$1-$2-$3"),
  );
  return `${(header ? [header.join(","), ...rows] : rows).join("\n")}\n`;
}
