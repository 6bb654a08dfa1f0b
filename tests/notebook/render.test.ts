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

  test("renderNotebook shows an error's name and words as text", async () => {
    const failed: Cell = {
      ...code("fail()"),
      outputs: [{ output_type: "error", ename: "<b>E</b>", evalue: "<i>why</i>", traceback: [] }],
    };
    expect(await rendered(failed)).toContain("<p>&lt;b&gt;E&lt;/b&gt;: &lt;i&gt;why&lt;/i&gt;</p>");
  });

  test("renderNotebook takes the title from the first heading and gives each section an anchor", async () => {
    const html = await rendered(prose("# The title\n\n## One part\n\n## One part"));
    expect(html).toContain("<h1>The title</h1>");
    expect(html).toContain('<a href="#One-part">One part</a>');
    expect(html).toContain('<h2 id="One-part-2">');
  });

  test("renderNotebook shows a widget as it stood, without its scripts, says so, and leaves its state out of the seal", async () => {
    const model = (name: string, state: object) => ({ model_name: `${name}Model`, state });
    const states = {
      box: model("VBox", {
        children: ["IPY_MODEL_depth", "IPY_MODEL_which", "IPY_MODEL_html", "IPY_MODEL_bar"],
        titles: ["", "", "<b>T</b>"],
      }),
      depth: model("IntSlider", { description: "Depth", value: 7 }),
      which: model("Dropdown", { description: "Which?", _options_labels: ["a", "<b>"], index: 1 }),
      html: model("HTML", { value: "<i>bold</i><script>hacked=1</script><img src=x onerror=hacked=2>" }),
      bar: model("FloatProgress", { value: 3, max: 4, description: "" }),
      unknown: model("Map", { zoom: 3 }),
    };
    const widget = (id: string): Cell => ({
      ...code("show"),
      outputs: [
        {
          output_type: "display_data",
          data: { "application/vnd.jupyter.widget-view+json": { model_id: id }, "text/plain": `plain ${id}` },
          metadata: {},
        },
      ],
    });
    const book = notebook([widget("box"), widget("unknown"), widget("none")]);
    const widgets = { "application/vnd.jupyter.widget-state+json": { state: states } };
    const metadata = { ...book.metadata, widgets };
    const { html, omitted } = await renderNotebook({ ...book, metadata }, { name: "a.ipynb", date: "today" });
    expect(html).toContain("<p>Depth: <strong>7</strong></p><p>Which? <strong>&lt;b&gt;</strong></p>");
    expect(html).toContain(
      '<p>&lt;b&gt;T&lt;/b&gt;</p><div><i>bold</i></div><div><progress value="0.75" max="1" aria-label="3 of 4">',
    );
    expect(html).not.toMatch(/hacked|plain box/);
    for (const id of ["unknown", "none"]) expect(html).toContain(`plain ${id}`);
    expect(omitted[0]).toBe("cell 1: a widget stands as it was at the end of the run, and does not answer");
    expect(omitted.slice(1)).toHaveLength(2);
    expect(html.split('id="telelink-seal"')[1]).not.toContain("IntSlider");
  });

  test("renderNotebook says what an output's scripts and sounds would add, and shows JSON and titles as text", async () => {
    const shows = (data: Record<string, unknown>): Cell => ({
      ...code("show"),
      outputs: [{ output_type: "display_data", data, metadata: {} }],
    });
    const book = notebook([
      prose("# A *title* with $x^2$ & <b>more</b>"),
      shows({ "text/html": "<p>seen</p><script>1</script>" }),
      shows({ "text/html": "<audio controls>No sound here</audio>", "text/plain": "<a.Audio at 0x7f1>" }),
      shows({ "application/json": { k: 5 }, "text/plain": "<IPython.core.display.JSON object>" }),
    ]);
    const { html, omitted, summary } = await renderNotebook(book, { name: "a.ipynb", date: "today" });
    expect(summary.title).toBe("A title with x^2 & more");
    expect(omitted).toEqual([
      "cell 2: what an output shows by scripts, frames or sound",
      "cell 3: an output that needs scripts, frames or sound is not drawn",
    ]);
    const [page] = html.split('id="telelink-seal"');
    expect(page).toContain("seen");
    expect(page).toContain("&quot;k&quot;: 5");
    expect(page).not.toMatch(/No sound here|0x7f1|JSON object/);
  });
});
