import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv, readCsv } from "../../src/data/read-csv";
import type { Column } from "../../src/data/table";
import { cellText } from "../../src/data/table";
import { realData } from "../support";

const cells = (one: Column): string[] =>
  Array.from({ length: "codes" in one ? one.codes.length : one.values.length }, (_, i) => cellText(one, i));

describe("parseCsv(text)", () => {
  test("reads quotes, doubled quotes, line breaks within quotes, CRLF and a byte-order mark", () => {
    const { table, problemCount } = parseCsv('\uFEFFa,b\r\n1,"x, ""y""\r\nz"\r\n2,plain');
    expect(table.columns.map((one) => one.name)).toEqual(["a", "b"]);
    expect(cells(table.columns[1])).toEqual(['x, "y"\r\nz', "plain"]);
    expect(problemCount).toBe(0);
  });

  test("leaves bad rows out, with line, column, rule and value", () => {
    const schema = { columns: [{ name: "n", type: "numeric" as const, minimum: 0 }] };
    const { table, problems, rows, rejected } = parseCsv(
      "n,m\n1,a\nmany,b\n-2,c\n3\n4,d\n",
      { schema },
      "x.csv",
    );
    expect([table.rows, rows, rejected]).toEqual([2, 5, 3]);
    expect(problems).toEqual([
      { file: "x.csv", line: 3, column: "n", rule: "must be a number", value: "many" },
      { file: "x.csv", line: 4, column: "n", rule: "must be at least 0", value: "-2" },
      { file: "x.csv", line: 5, rule: "a row must have 2 fields", value: "1" },
    ]);
  });
});

describe.skipIf(!realData)("readCsv(file) infers the types of", () => {
  test("Telco-Customer-Churn.csv", () => {
    const { table } = readCsv(join(realData as string, "Telco-Customer-Churn.csv"));
    const types = Object.fromEntries(table.columns.map((one) => [one.name, one.type]));
    expect(types).toMatchObject({
      customerID: "id",
      gender: "categorical",
      SeniorCitizen: "boolean",
      tenure: "numeric",
      TotalCharges: "numeric",
      Churn: "boolean",
    });
  });
});
