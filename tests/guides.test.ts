import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = resolve(__dirname, "..");
const guides = readdirSync(join(root, "notebooks", "guides")).filter((file) => file.endsWith(".ipynb"));
const out = mkdtempSync(join(tmpdir(), "telelink-guides-"));
afterAll(() => rmSync(out, { recursive: true }));

interface Cell {
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs?: readonly { readonly output_type: string }[];
}

test.each(guides)("notebooks/guides/%s runs to its end, and calls the library itself", (file) => {
  const main = join(root, "dist", "cli", "main.js");
  execFileSync(
    process.execPath,
    [main, "run", join(root, "notebooks", "guides", file), "--out", out, "--html"],
    {
      stdio: "pipe",
    },
  );
  const { cells } = JSON.parse(readFileSync(join(out, file), "utf8")) as { cells: Cell[] };
  expect(cells.flatMap((cell) => cell.outputs ?? []).length).toBeGreaterThan(1);
  const code = cells.filter((cell) => cell.cell_type === "code").flatMap((cell) => cell.source);
  expect(code.join("")).not.toContain("telelink/studies");
  const page = readFileSync(join(out, file.replace(".ipynb", ".html")), "utf8");
  expect(page).not.toMatch(/\bNaN\b|\bundefined\b|\[object /);
});
