import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";
import { positiveLevel, target } from "../../src/data/target";

const columnOf = (...values: string[]) =>
  parseCsv(`y,x\n${values.map((value) => `${value},1`).join("\n")}\n`).table;

describe("target(table, name, positive?)", () => {
  test.each([
    [["Yes", "No", "Yes"], undefined, [1, 0, 1]],
    [["Yes", "No", "Yes"], "No", [0, 1, 0]],
    [["false", "true", "true"], undefined, [0, 1, 1]],
    [["0", "1", "1"], undefined, [0, 1, 1]],
    [["stayed", "churned", "stayed"], undefined, [0, 1, 0]],
    [["a", "b", "c"], "b", [0, 1, 0]],
    [["1.5", "2.5", "3"], undefined, [1.5, 2.5, 3]],
    [["1", "2", "3"], "2", [0, 1, 0]],
  ])("%j, %s", (values, positive, expected) => {
    expect([...target(columnOf(...values), "y", positive)]).toEqual(expected);
  });

  test.each([
    [
      ["Yes", "", "No"],
      undefined,
      'Cannot use target "y": every row must have a value, got 1 missing, the first in row 2',
    ],
    [["1", "NA", ""], undefined, "got 2 missing, the first in row 2"],
    [["a", "b", "a"], undefined, "the positive value must be given, as one of a, b"],
    [["a", "b", "c"], undefined, "the positive value must be given, as one of a, b, c"],
    [["a", "b", "a"], "z", 'positive must be one of a, b, got "z"'],
    [["1", "2", "3"], "x", 'positive must be one of 1, 2, 3, got "x"'],
    [
      ["2024-01-01", "2024-01-02", "2024-01-03"],
      undefined,
      "its type must be numeric, boolean or categorical",
    ],
  ])("%j, %s is refused", (values, positive, message) => {
    expect(() => target(columnOf(...values), "y", positive)).toThrow(message);
  });

  test("an unknown column is named with those there are", () => {
    expect(() => target(columnOf("1", "2"), "z")).toThrow("the name must be one of y, x");
  });

  test("positiveLevel(table, name) is the level that counts as 1", () => {
    expect(positiveLevel(columnOf("No", "Yes"), "y")).toBe("Yes");
    expect(positiveLevel(columnOf("1.5", "2"), "y")).toBeUndefined();
  });
});
