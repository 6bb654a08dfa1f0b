import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/notebook/nbformat";
import { renderNotebook } from "../../src/notebook/render/render";
import { code, notebook, prose } from "./fixtures/make";

function said(source: string, text: string, ...tags: string[]): Cell {
  return { ...code(source, ...tags), outputs: [{ output_type: "stream", name: "stdout", text }] };
}

async function rendered(...cells: Cell[]): Promise<string> {
  return (await renderNotebook(notebook(cells), { name: "a.ipynb", date: "today" })).html;
}

describe("renderNotebook", () => {
  test("renderNotebook leaves out what the tags remove-cell, remove-input and remove-output name", async () => {
    const html = await rendered(
      said("sourceA", "outputA", "remove-cell"),
      said("sourceB", "outputB", "remove-input"),
      said("sourceC", "outputC", "remove-output"),
      said("sourceD", "outputD"),
    );
    // Below its end is what `verify` runs.
    const [page] = html.split('id="telelink-seal"');
    const shown = ["A", "B", "C", "D"].map((name) => [
      page.includes(`source${name}`),
      page.includes(`output${name}`),
    ]);
    expect(shown).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ]);
  });

  test("renderNotebook shows the beginning and the end of a long text, and says what is missing", async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}`).join("\n");
    const html = await rendered(said("print()", lines));
    expect(html).toContain("line 149\n".trim());
    expect(html).toContain("line 99999");
    expect(html).not.toContain("line 5000\n");
    expect(html).toContain("99,820 more lines are in the notebook file.");
  });

  test("renderNotebook takes the title from the first heading and gives each section an anchor", async () => {
    const html = await rendered(prose("# The title\n\n## One part\n\n## One part"));
    expect(html).toContain("<h1>The title</h1>");
    expect(html).toContain('<a href="#One-part">One part</a>');
    expect(html).toContain('<h2 id="One-part-2">');
  });
});
