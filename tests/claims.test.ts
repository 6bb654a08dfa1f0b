import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Claim {
  readonly file: string;
  readonly text: string;
  readonly command: string;
}
const claims = JSON.parse(readFileSync("docs/CLAIMS.json", "utf8")) as readonly Claim[];

/** Rows of tables that hold measured figures: those under the headings below, heads and rules left out. */
const tables: readonly (readonly [file: string, from: string])[] = [
  ["README.md", "## Beside the libraries you know"],
  ["docs/NETS.md", "# Nets"],
  ["docs/PRIVACY.md", "**Proven.**"],
];

function rowsOf(file: string, from: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(from));
  expect(start, `${file} has ${from}`).toBeGreaterThanOrEqual(0);
  const end = lines.findIndex((line, k) => k > start && line.startsWith("## "));
  const rows = lines.slice(start, end < 0 ? undefined : end).filter((line) => line.startsWith("|"));
  return rows.filter(
    (_, k) => !/^\| ?-/.test(rows[k]) && !/^\| ?-/.test(rows[k + 1] ?? "") && /\d/.test(rows[k]),
  );
}

test.each(tables)(
  "each figure-bearing row of a table in %s names the command that makes it",
  (file, from) => {
    const own = claims.filter((one) => one.file === file);
    expect(rowsOf(file, from).filter((row) => !own.some(({ text }) => row.includes(text)))).toEqual([]);
  },
);

test("each claim stands in its file, and its command's script exists", () => {
  for (const { file, text, command } of claims) {
    expect(readFileSync(file, "utf8"), file).toContain(text);
    const script = /(?:node|python) (\S+\.(?:mjs|py))/.exec(command)?.[1];
    if (script) expect(existsSync(script), script).toBe(true);
    const bench = /bench\/run\.mjs (\S+)/.exec(command)?.[1];
    if (bench) expect(existsSync(`bench/${bench}.bench.mjs`), bench).toBe(true);
    const target = /\bmake (\w+)/.exec(command)?.[1];
    if (target)
      expect(readFileSync("Makefile", "utf8")).toMatch(new RegExp(`^${target}[ :]|\\b${target}:`, "m"));
  }
});
