import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// Figures in a report's prose come from its data. What may stand typed: levels of intervals, ends of scales, horizons,
// years, names, and the constants below, each with where it is declared.
const ts = require("typescript6") as typeof import("typescript6");

const fine: readonly RegExp[] = [
  /\b(?:5|80|90|95) ?%/g,
  /\bF1\b/g,
  /(?<![\d.,])(?:0|1|0\.5|\.1|\.5|\.9)(?![\d.,]*\d)/g,
  /\b(?:19|20)\d\d\b/g,
  /\b(?:months?|weeks?|after|by the past|seed) \d+(?:\.\d+)?(?: to \d+)?/g,
  /\b\d+ (?:months|weeks)\b/g,
];

/** Declared constants and names, where they are said. */
const declared: readonly string[] = [
  // The reference protocol (studies/churn/reference.ts) and its label (services/score/simulated-value.ts).
  "a threshold of 0.3",
  "Threshold 0.5, and 0.3 for the deep network",
  "100 · account length + 35 · (the four charges) + 500 · (international plan) + 300 · (voice-mail plan)",
  "standard deviation 1,000, and cuts it off at 50",
  // Published cohorts and customers (studies/clv/purchase-check.ts).
  "(2; 30.43; 38.86) in 39 weeks",
  "at 10%",
  "renewals 1 to 7",
  // Swanson's rule, the bound that verdicts of tables use, the last p-value shown.
  "(0.3, 0.4, 0.3)",
  ".003 of ROC AUC",
  "below 0.001",
  "from 2 to 10",
  "$1 $2",
];

function typed(text: string): string[] {
  let left = text.replace(/`[^`]*`/g, "");
  for (const words of declared) left = left.replaceAll(words, "");
  for (const one of fine) left = left.replace(one, "");
  return left.match(/[^.\n]{0,40}\d[^.\n]{0,40}/g) ?? [];
}

test("no Markdown cell of a notebook holds a figure that the data should give", () => {
  const found: string[] = [];
  for (const file of readdirSync("notebooks").filter((name) => name.endsWith(".ipynb"))) {
    const { cells } = JSON.parse(readFileSync(join("notebooks", file), "utf8")) as {
      cells: { cell_type: string; source: string[] }[];
    };
    for (const cell of cells)
      if (cell.cell_type === "markdown")
        found.push(...typed(cell.source.join("")).map((words) => `${file}: ${words}`));
  }
  expect(found).toEqual([]);
});

test("no sentence of a study holds one either", () => {
  const found: string[] = [];
  for (const entry of readdirSync("src/studies", { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const file = join("src/studies", entry);
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: import("typescript6").Node): void => {
      if (ts.isImportDeclaration(node)) return;
      const text =
        ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
          ? node.text
          : "";
      // Names and paths have no spaces.
      if (/\s/.test(text)) found.push(...typed(text).map((words) => `${entry}: ${words}`));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(found).toEqual([]);
});

test("the check finds a figure that is typed in", () => {
  expect(typed("7,043 customers of one carrier")).not.toEqual([]);
  expect(typed("brings ten times more (12.3 dollars)")).not.toEqual([]);
  expect(typed("95% interval; F1 of 0; Fader and Hardie (2007)")).toEqual([]);
});
