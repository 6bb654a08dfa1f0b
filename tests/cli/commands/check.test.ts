import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { formatNotebook } from "../../../src/notebook/nbformat";
import { code, notebook } from "../../notebook/fixtures/make";

const root = resolve(__dirname, "..", "..", "..");

function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, "dist", "cli", "main.js"), "check", ...args], {
    cwd: root,
    encoding: "utf8",
  });
}

describe("telelink check", () => {
  test("telelink check finds nothing in the project's own notebooks", () => {
    const done = check("notebooks");
    expect(done.stdout).toBe("");
    expect(done.stderr).toMatch(/\d+ notebooks? checked: nothing found/);
    expect(done.status).toBe(0);
  });

  test("telelink check names notebook, cell and line, and ends with 1", () => {
    const folder = mkdtempSync(join(root, "tests", "notebook", "fixtures", "check-"));
    try {
      const file = join(folder, "a.ipynb");
      writeFileSync(file, formatNotebook(notebook([code("1"), code("const a = 1;\nconst b: string = a;")])));
      const done = check(file);
      expect(done.stdout).toContain(`${file}, cell 2 (id cell-2), line 2: Type 'number' is not assignable`);
      expect(done.status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("telelink check --fix leaves outputs out and gives ids", () => {
    const file = join(mkdtempSync(join(tmpdir(), "telelink-check-")), "a.ipynb");
    const cell = {
      cell_type: "code",
      metadata: { execution: { a: "b" }, tags: ["parameters"] },
      source: "1",
      execution_count: 4,
      outputs: [{ output_type: "stream", name: "stdout", text: "1" }],
    };
    const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
    writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells: [cell] }));
    const before = check(file, "--no-types");
    expect(
      before.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(": ")[1]),
    ).toEqual([
      "the format must be 4.5, got 4.4",
      "the cell must have an id",
      "outputs must be left out",
      "the execution count must be left out",
      "execution times must be left out",
    ]);
    expect(before.status).toBe(1);
    expect(check(file, "--no-types", "--fix").status).toBe(0);
    const cleaned = JSON.parse(readFileSync(file, "utf8"));
    expect(cleaned.cells[0]).toMatchObject({
      execution_count: null,
      outputs: [],
      metadata: { tags: ["parameters"] },
    });
    expect(cleaned.cells[0].id).toMatch(/^[0-9a-f]{8}$/);
    expect(check(file, "--no-types").status).toBe(0);
  });

  test("telelink check says what is not there", () => {
    const done = check("nowhere");
    expect(done.stderr).toContain("Cannot read nowhere: the file or folder must exist");
    expect(done.status).toBe(2);
  });
});
