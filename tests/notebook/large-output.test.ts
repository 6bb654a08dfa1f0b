import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { formatNotebook } from "../../src/notebook/nbformat";
import { parseNotebook } from "../../src/notebook/parse-notebook";
import { code, notebook } from "./fixtures/make";

const root = resolve(__dirname, "..", "..");
const peak = join(__dirname, "fixtures", "peak.cjs");

/** Runs one cell by the command line; returns its text, the runner's peak in megabytes, and the report's size. */
function run(source: string): { text: string; megabytes: number; page: number } {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "large-"));
  const file = join(folder, "a.ipynb");
  writeFileSync(file, formatNotebook(notebook([code(source)])));
  const out = join(folder, "out");
  const args = ["--require", peak, join(root, "dist", "cli", "main.js"), "run", file, "--html", "--out", out];
  const env = { ...process.env, PEAK_FILE: join(folder, "peak") };
  const done = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  expect([done.status, done.stderr]).toEqual([0, expect.anything()]);
  const path = join(out, "a.ipynb");
  const page = statSync(join(out, "a.html")).size;
  const megabytes = Number(readFileSync(env.PEAK_FILE, "utf8"));
  const [output] = parseNotebook(readFileSync(path, "utf8"), path).cells[0].outputs ?? [];
  rmSync(folder, { recursive: true });
  return { text: output?.output_type === "stream" ? output.text : "", megabytes, page };
}

describe("telelink run of cells that put out much", () => {
  test("telelink run loses none of 100,000 lines, in bounded memory and a small report", () => {
    const { text, megabytes, page } = run('for (let i = 0; i < 100000; i++) console.log("line " + i);');
    expect(text).toBe(`${Array.from({ length: 100_000 }, (_, i) => `line ${i}`).join("\n")}\n`);
    expect(megabytes).toBeLessThan(500);
    expect(page).toBeLessThan(100_000);
  });

  test("telelink run keeps 50 MB of output whole, in bounded memory and a small report", () => {
    const { text, megabytes, page } = run(
      'const block = "0123456789".repeat(100000);\nfor (let i = 0; i < 50; i++) console.log(block);',
    );
    expect(text.length).toBe(50 * 1_000_001);
    expect(text).toBe(`${"0123456789".repeat(100_000)}\n`.repeat(50));
    expect(megabytes).toBeLessThan(700);
    expect(page).toBeLessThan(1_000_000);
  });
});
