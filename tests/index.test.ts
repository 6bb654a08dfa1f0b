import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(__dirname, "..");

describe('the package as a user imports it, by its own name: import … from "telelink"', () => {
  let folder: string;
  beforeAll(() => {
    mkdirSync(join(root, ".cache"), { recursive: true });
    folder = mkdtempSync(join(root, ".cache", "import-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the README's program compiles under strict, and runs", () => {
    const [, program] = readFileSync(join(root, "README.md"), "utf8").match(/```ts\n([\s\S]*?)```/)!;
    writeFileSync(join(folder, "program.mts"), program);
    const compile = [
      "--ignoreConfig",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--types",
      "node",
      join(folder, "program.mts"),
    ];
    execFileSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...compile]);
    const said = execFileSync(process.execPath, [join(folder, "program.mjs")], { encoding: "utf8" });
    // LightGBM's PR AUC on these customers is .88; simulated ones are harder.
    expect(Number(said)).toBeGreaterThan(0.4);
    expect(Number(said)).toBeLessThan(1);
  });

  test("ES modules and CommonJS see the same names, all of them defined", () => {
    writeFileSync(
      join(folder, "names.mjs"),
      'import * as all from "telelink"; console.log(Object.keys(all).filter((key) => !/^(__esModule|default|module.exports)$/.test(key) && all[key] !== undefined).sort().join());',
    );
    writeFileSync(
      join(folder, "names.cjs"),
      'console.log(Object.keys(require("telelink")).filter((key) => key !== "__esModule").sort().join());',
    );
    const [fromModule, fromCommonJs] = ["names.mjs", "names.cjs"].map((name) =>
      execFileSync(process.execPath, [join(folder, name)], { encoding: "utf8" }),
    );
    expect(fromModule).toBe(fromCommonJs);
    expect(fromModule).toContain("randomForest");
  });
});
