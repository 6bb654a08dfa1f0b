import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";
import { booleanLevels, schemaFromJson, schemaOf, truthOf } from "../../src/data/schema";
import { readSchema, writeSchema } from "../../src/data/schema-file";
import { publishedSchema } from "../../src/data/sources/sources";
import { table } from "../../src/data/table";

const folder = mkdtempSync(join(tmpdir(), "telelink-schema-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("schemaFromJson(value, from)", () => {
  const column = { name: "a", type: "numeric" };
  test.each([
    [null, "the schema must be an object"],
    [[], "the schema must be an object"],
    [{ columns: 1 }, "columns must be an array"],
    [{ columns: [], extra: 1 }, "the schema may only have columns, target, dialect, missing"],
    [{ columns: [{ type: "numeric" }] }, "columns[0].name must be a name"],
    [
      { columns: [{ name: "a", type: "number" }] },
      "columns[0].type must be one of numeric, categorical, boolean",
    ],
    [{ columns: [column, column] }, 'column names must differ, got "a"'],
    [{ columns: [{ ...column, level: [] }] }, "columns[0] may only have name, type, levels"],
    [{ columns: [{ ...column, levels: ["x"] }] }, "columns[0].levels need a categorical or boolean column"],
    [{ columns: [{ name: "a", type: "boolean", levels: ["x"] }] }, "must be [false, true]"],
    [{ columns: [{ name: "a", type: "categorical", levels: ["x", "x"] }] }, "levels must differ"],
    [{ columns: [{ name: "a", type: "categorical", levels: [1] }] }, "must be an array of strings"],
    [{ columns: [{ name: "a", type: "id", minimum: 1 }] }, "minimum needs a numeric column"],
    [{ columns: [{ ...column, maximum: "9" }] }, "maximum must be a number"],
    [{ columns: [{ ...column, required: 1 }] }, "required must be true or false"],
    [
      { columns: [{ ...column, format: { kind: "number", decimal: ";" } }] },
      'format.decimal must be "." or ","',
    ],
    [{ columns: [{ ...column, format: { kind: "date", pattern: "yyyy-MM-dd" } }] }, "needs a date column"],
    [
      { columns: [{ name: "a", type: "date", format: { kind: "date", pattern: "%Y" } }] },
      "must be a pattern",
    ],
    [{ columns: [{ ...column, missing: "NA" }] }, "columns[0].missing must be an array"],
    [{ columns: [column], target: { positive: "x" } }, "target.column must be a string"],
    [{ columns: [column], missing: "NA" }, "missing must be an array of strings"],
  ])("refuses %j", (value, message) => {
    expect(() => schemaFromJson(value, "s.json")).toThrow(`Cannot read schema s.json: `);
    expect(() => schemaFromJson(value, "s.json")).toThrow(message);
  });

  test("accepts every published schema, and what schemaOf makes", () => {
    for (const name of ["churn-bigml", "telco", "reference"] as const) {
      const schema = publishedSchema(name);
      expect(schemaFromJson(JSON.parse(JSON.stringify(schema)), name)).toEqual(schema);
    }
    const { table } = parseCsv("a,b,c,d\n1.5,x,Yes,2024-01-31\n2,y,No,2024-02-29\n");
    const schema = schemaOf(table, { column: "c", positive: "Yes" });
    expect(schemaFromJson(JSON.parse(JSON.stringify(schema)), "made")).toEqual(schema);
    expect(schema.columns.map((one) => one.type)).toEqual(["numeric", "categorical", "boolean", "date"]);
  });
});

describe("schemaOf(table)", () => {
  test("keeps names, types, levels and decimals, and no rows", () => {
    const from = table([
      { name: "a", type: "numeric", values: Float64Array.of(1), decimals: 2 },
      { name: "b", type: "boolean", codes: Int32Array.of(1), levels: ["No", "Yes"] },
      { name: "c", type: "id", values: ["x"] },
    ]);
    expect(schemaOf(from).columns).toEqual([
      { name: "a", type: "numeric", decimals: 2 },
      { name: "b", type: "boolean", levels: ["No", "Yes"] },
      { name: "c", type: "id" },
    ]);
  });
});

describe("schema files", () => {
  test("readSchema(writeSchema(schema)) is the schema", () => {
    const file = join(folder, "telco.json");
    const schema = { ...publishedSchema("telco"), missing: ["?", "-"] };
    writeSchema(file, schema);
    expect(readSchema(file)).toEqual(schema);
  });

  test("a file that isn't JSON is named", () => {
    const file = join(folder, "bad.json");
    writeFileSync(file, "{columns: }");
    expect(() => readSchema(file)).toThrow(`Cannot read schema ${file}: it must be JSON`);
  });

  test("missing words apply to every column", () => {
    const schema = { columns: [], missing: ["?", "-"] };
    const { table } = parseCsv("n,c\n1,x\n?,-\n3,NA\n", { schema });
    expect(table.columns).toMatchObject([
      { type: "numeric", values: Float64Array.of(1, NaN, 3) },
      { codes: Int32Array.of(1, -1, 0), levels: ["NA", "x"] },
    ]);
  });
});

describe("booleans", () => {
  test.each([
    [
      ["Yes", "No"],
      ["No", "Yes"],
    ],
    [["false"], ["false", "true"]],
    [["TRUE"], ["FALSE", "TRUE"]],
    [["Yes"], ["No", "Yes"]],
    [
      ["1", "0"],
      ["0", "1"],
    ],
  ])("booleanLevels(%j) is %j", (words, levels) => {
    expect(booleanLevels(words)).toEqual(levels);
  });
  test.each([[["1"]], [["Y"]], [["Yes", "yes"]], [["a", "b"]], [["No", "Yes", "Maybe"]], [[]]])(
    "booleanLevels(%j) is none",
    (words) => {
      expect(booleanLevels(words)).toBeUndefined();
    },
  );
  test("truthOf(word)", () => {
    expect(["Yes", " TRUE ", "on", "no", "F", "maybe"].map(truthOf)).toEqual([1, 1, 1, 0, 0, -1]);
  });
});
