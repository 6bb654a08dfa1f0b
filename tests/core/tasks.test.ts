import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const src = join(__dirname, "../../src");

/** Every `task("path", "name", …)` of the sources, with the file that declares it. */
const declared = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".as.ts") && file !== join("core", "pool.ts"))
  .flatMap((file) => {
    const text = readFileSync(join(src, file), "utf8");
    return [...text.matchAll(/= task\(\s*"([^"]+)",\s*"([^"]+)"/g)].map(([, path, name]) => ({
      file,
      path,
      name,
      text,
    }));
  });

test("every task that goes to a thread is declared in the file and under the name that the thread loads", () => {
  expect(declared.length).toBeGreaterThanOrEqual(20);
  for (const { file, path, name, text } of declared) {
    // A thread requires the built file of this path.
    expect(`${path}.ts`, `${name} in ${file}`).toBe(file.replaceAll("\\", "/"));
    expect(text, `${name} in ${file}`).toMatch(new RegExp(`^export const ${name}\\b`, "m"));
  }
});

test("no task is declared in a form that this test would not see", () => {
  const calls = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== join("core", "pool.ts"))
    .map((file) => readFileSync(join(src, file), "utf8"))
    .reduce((sum, text) => sum + [...text.matchAll(/(?<![\w.`])task\(/g)].length, 0);
  expect(calls).toBe(declared.length);
});
