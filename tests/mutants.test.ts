import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import mutants from "./mutants.json";

// What the tests say of each fault takes minutes: `make mutants`.
test.each(mutants)("the fault $name can still be put into $file", ({ file, find, replace, tests }) => {
  expect(readFileSync(join(__dirname, "..", file), "utf8").split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(tests.filter((path) => !existsSync(join(__dirname, "..", path)))).toEqual([]);
});
