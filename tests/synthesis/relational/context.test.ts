import { expect, test } from "vitest";
import { isContext } from "../../../src/synthesis/relational/child-table";

test("isContext(sentence) passes over what a row's place is by the row before, not what a child's column is by its parent", () => {
  expect(isContext("By before: resp, row of the parent is no → at least 2, yes → at least 3.")).toBe(true);
  expect(isContext("By plan, rows to come is a → at most 3, b → at most 4.")).toBe(true);
  expect(isContext("By parent: plan, paid is a → at most 3, b → at most 4.")).toBe(false);
  expect(isContext("row of the parent lies between 1 and 24.")).toBe(true);
});
