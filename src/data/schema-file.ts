import { readFileSync } from "node:fs";
import { readError, writeAtomic } from "./files";
import { type Schema, schemaFromJson } from "./schema";

/**
 * The schema in a JSON file.
 *
 * @example
 * writeSchema("read-schema.json", { columns: [{ name: "zip", type: "categorical" }] });
 * readSchema("read-schema.json").columns; // → [{ name: "zip", type: "categorical" }]
 */
export function readSchema(file: string): Schema {
  const text = readError(file, () => readFileSync(file, "utf8"));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read schema ${file}: it must be JSON, got ${(error as Error).message}`);
  }
  return schemaFromJson(json, file);
}

/**
 * Writes the schema as JSON, a column a line.
 *
 * @example
 * const { schema } = parseCsv("plan,months\nbasic,3\nplus,24\n");
 * writeSchema("schema.json", schema);
 * readSchema("schema.json").columns.length; // → 2
 */
export function writeSchema(file: string, schema: Schema): void {
  const { columns, ...rest } = schema;
  const lines = columns.map((column) => `    ${JSON.stringify(column)}`).join(",\n");
  const others = Object.entries(rest).map(
    ([name, value]) => `,\n  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  writeAtomic(file, `{\n  "columns": [\n${lines}\n  ]${others.join("")}\n}\n`);
}
