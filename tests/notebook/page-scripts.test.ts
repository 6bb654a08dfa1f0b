import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import type { Cell, Output } from "../../src/notebook/nbformat";
import { fitParts, mostBytes, type Part } from "../../src/notebook/render/page-size";
import { smallerPicture } from "../../src/notebook/render/smaller-picture";
import { readSeal, type Seal } from "../../src/report/seal";
import { axeViolations, launchChromium } from "../browser";
import { chromium } from "../support";
import { code, notebook, prose } from "./fixtures/make";

// What runs in a page is the built package's; the test runner's own transform adds helpers that a page lacks.
const dist = resolve(__dirname, "..", "..", "dist");
const { renderNotebook } = require(
  join(dist, "notebook", "render", "render.js"),
) as typeof import("../../src/notebook/render/render");
const { budgetExplorer } = require(
  join(dist, "report", "charts", "explorer.js"),
) as typeof import("../../src/report/charts/explorer");

const { tableHtml } = require(
  join(dist, "notebook", "show", "table-html.js"),
) as typeof import("../../src/notebook/show/table-html");
const { asTable } = require(
  join(dist, "notebook", "show", "as-table.js"),
) as typeof import("../../src/notebook/show/as-table");
const shown = asTable([9, 10, 2].map((months) => ({ months, plan: `p${months}` })));
const sortable = tableHtml(shown as NonNullable<typeof shown>, "Plans");

const groups = [
  [100, 0.6, 40, 0.3],
  [400, 0.2, 15, 0.2],
  [900, 0.05, 1, 0.1],
] as const;
const start = { threshold: 10, contact: 2, offer: 15, budget: 2000 };
const explorer = budgetExplorer({ title: "Whom would you contact?", description: "Profit.", groups, start });
const values = Array.from({ length: 20 }, (_, i) => ({ month: i, leavers: i * i, "a<b": "</script>" }));
const spec = {
  title: "Leavers by month",
  description: "They grow.",
  data: { values },
  params: [{ name: "far", bind: { input: "range", min: 0, max: 20, step: 1 }, value: 20 }],
  transform: [{ filter: "datum.month <= far" }],
  mark: "point",
  encoding: {
    x: { field: "month", type: "quantitative" },
    y: { field: "leavers", type: "quantitative" },
  },
};

function shows(outputs: readonly Output[], ...tags: string[]): Cell {
  return { ...code("show()", ...tags), execution_count: 1, outputs };
}

function data(mime: string, value: unknown): Output {
  return { output_type: "display_data", data: { [mime]: value }, metadata: {} };
}

async function page(cells: readonly Cell[], more: object = {}): Promise<string> {
  const made = await renderNotebook(notebook([prose("# A report\n\n## Part"), ...cells]), {
    name: "a.ipynb",
    date: "21 November 2026",
    ...more,
  });
  return made.html;
}

const vegalite = data("application/vnd.vegalite.v5+json", spec);

describe("the size of a report", () => {
  test("renderNotebook keeps a page below 1 MB: the largest outputs give way to a note", async () => {
    const large = `<p>${"large output ".repeat(60_000)}</p>`;
    const html = await page([
      shows([data("text/html", `<p>small</p>`)]),
      shows([data("text/html", large), data("text/html", large)]),
      shows([data("text/html", `<p>also small</p>`)]),
    ]);
    expect(Buffer.byteLength(html)).toBeLessThan(mostBytes);
    // In its place and at the head of the page.
    expect(html.match(/An output of 781 kB is in the notebook file/g)).toHaveLength(2);
    expect(html).toContain("<p>small</p>");
    expect(html).toContain("<p>also small</p>");
    expect(html).toContain("large output large output");
  });

  test("fitParts leaves out code before prose, and nothing that need not go", async () => {
    const parts: Part[] = [
      { kind: "text", html: "t".repeat(5000) },
      { kind: "code", html: "c".repeat(3000) },
      { kind: "output", html: "o".repeat(1000) },
    ];
    const join = (shown: readonly Part[]) => shown.map((one) => one.html).join("");
    expect(await fitParts(parts, join, 9000)).toBe(join(parts));
    expect(await fitParts(parts, join, 8500)).toMatch(/^t{5000}c{3000}<p class="tl-cut">An output of 1 kB/);
    expect(await fitParts(parts, join, 6000)).toMatch(/^t{5000}<p class="tl-cut">Code of 3 kB/);
    expect(await fitParts(parts, join, 1000)).toMatch(/^<p class="tl-cut">A text of 5 kB/);
  });
});

describe("pictures that make a page too large", () => {
  /** A picture like a photograph: a gradient with noise that PNG can't pack. */
  const photo = async (width: number, height: number, channels: 1 | 3 | 4): Promise<string> => {
    const { encode } = await import("fast-png");
    const rng = seeded(7);
    const values = Uint8Array.from(
      { length: width * height * channels },
      (_, i) => 100 + ((i / channels) % width) / 20 + 40 * rng.uniform(),
    );
    return Buffer.from(encode({ width, height, channels, data: values })).toString("base64");
  };

  test("renderNotebook makes them smaller, says so, and leaves out only what still does not fit", async () => {
    const output = data("image/png", await photo(1300, 600, 3));
    const report = await renderNotebook(
      notebook([shows([output]), shows([data("image/png", await photo(40, 30, 4))])]),
      {
        ...{ name: "x.ipynb", date: "today" },
      },
    );
    expect(Buffer.byteLength(report.html)).toBeLessThan(mostBytes);
    expect(report.html).toMatch(/<img width="1300"[^>]* src="data:image\/jpeg;base64,/);
    // The small one stays as it is.
    expect(report.html).toContain("data:image/png;base64,");
    expect(report.omitted).toHaveLength(1);
    expect(report.omitted[0]).toMatch(
      /^A picture of \d\.\d MB is shown in \d+ kB, 1100 × 508 pixels; the notebook file holds it whole\.$/,
    );
    const tight = await renderNotebook(notebook([shows([output])]), {
      name: "x",
      date: "today",
      maxBytes: 36_000,
    });
    expect(tight.omitted).toEqual([expect.stringMatching(/^An output of \d\.\d MB is in the notebook file/)]);
  });

  test("smallerPicture reads grey, clear and JPEG pictures, and leaves others as they are", async () => {
    const url = async (channels: 1 | 3 | 4): Promise<string> =>
      `data:image/png;base64,${await photo(300, 200, channels)}`;
    for (const channels of [1, 3, 4] as const) {
      const small = await smallerPicture(await url(channels), 100, 80);
      expect(small).toMatchObject({ width: 100, height: 67, from: 300 });
      expect(await smallerPicture(small!.url, 50, 80)).toMatchObject({ width: 50, height: 34, from: 100 });
    }
    for (const other of ["data:image/gif;base64,R0lGOD", "data:image/png;base64,AAAA", "https://x/y.png"])
      expect(await smallerPicture(other, 100, 80)).toBeUndefined();
  });
});

describe("Vega charts of cells", () => {
  test("renderNotebook draws them as SVG with title, description and data, without a script", async () => {
    const html = await page([shows([vegalite])]);
    expect(html).toContain("<figcaption>Leavers by month</figcaption>");
    expect(html).toMatch(/<desc id="[^"]+">They grow\.<\/desc>/);
    expect(html).toContain('<th scope="col">leavers</th>');
    expect(html).toContain("<td>361</td>");
    // The seal's claims and its check are the only ones.
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  test("renderNotebook loads no file and no address that a chart names, and says so", async () => {
    for (const url of ["https://example.org/x.csv", `file://${__filename}`, __filename]) {
      const html = await page([
        shows([data("application/vnd.vegalite.v5+json", { ...spec, data: { url } })]),
      ]);
      expect(html).toContain("This chart can't be drawn: it asks for");
    }
    const bad = await page([shows([data("application/vnd.vegalite.v5+json", { mark: "nonsense" })])]);
    expect(bad).toContain("This chart can't be drawn");
  });

  test("renderNotebook brings Vega once, where a cell's tag asks for it, within 1 MB", async () => {
    const html = await page([shows([vegalite, vegalite], "interactive"), shows([vegalite])]);
    expect(html.match(/<script type="application\/json" class/g)).toHaveLength(2);
    expect(html.match(/<script>/g)).toHaveLength(2);
    expect(html).toMatch(/script-src 'sha256-[\w+/=]+' 'sha256-[\w+/=]+'"/);
    expect(Buffer.byteLength(html)).toBeLessThan(mostBytes);
  });
});

describe.skipIf(!chromium)("scripts of our own in a report, in a real browser", () => {
  let folder: string;
  let browser: Browser;
  let tab: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-scripts-"));
    browser = await launchChromium();
    tab = await browser.newPage();
    tab.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    tab.on("pageerror", (error) => faults.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(html: string): Promise<void> {
    faults.length = 0;
    const file = join(folder, "page.html");
    writeFileSync(file, html);
    await tab.goto(`file://${file}`);
  }

  test("the explorer moves in an untrusted report, by keyboard; the script that came with it was left out", async () => {
    const html = await page([shows([data("text/html", explorer)])]);
    expect(html.match(/<script>/g)).toHaveLength(2);
    await open(html);
    const result = tab.locator("#budget-explorer-result");
    const before = await result.textContent();
    await tab.focus("#budget-explorer-threshold");
    for (let i = 0; i < 30; i++) await tab.keyboard.press("ArrowRight");
    expect(await tab.locator("#budget-explorer-threshold-out").textContent()).toBe("40%");
    expect(await result.textContent()).not.toBe(before);
    // 100 customers, each for 2 + 0.3 × 15, gain 40.
    expect(await result.textContent()).toBe(
      "100 customers are contacted for 650\u00a0$: believed profit 3,350\u00a0$.",
    );
    expect(faults).toEqual([]);
  });

  test("a table that a cell has shown is sorted by the names of its columns, and its seal still holds", async () => {
    const cells = [
      shows([data("text/html", sortable), data("text/html", "<table data-tl-sort></table><p>x</p>")]),
    ];
    const made = await renderNotebook(notebook([prose("# A report"), ...cells]), {
      name: "a.ipynb",
      date: "today",
    });
    expect(made.omitted).toEqual([]);
    await open(made.html);
    const months = (): Promise<string[]> => tab.locator("tbody td:nth-of-type(1)").allTextContents();
    expect(await months()).toEqual(["9", "10", "2"]);
    await tab.getByRole("button", { name: /months/ }).click();
    expect(await months()).toEqual(["2", "9", "10"]);
    await tab.getByRole("button", { name: /months/ }).click();
    expect(await months()).toEqual(["10", "9", "2"]);
    await tab.getByRole("button", { name: "Check the seal" }).click();
    await expect.poll(() => tab.locator("#tl-seal output").textContent()).toContain("as it was made");
    expect(await axeViolations(tab)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test("an explorer's attribute can hold nothing but numbers, and scripts of outputs stay out beside it", async () => {
    const forged = JSON.stringify({ groups: [["<img src=x onerror=hacked=1>", 1, 1, 1]], start });
    const html = await page([
      shows([
        data("text/html", explorer),
        data("text/html", `<figure data-tl-explorer='${forged}'><figcaption>x</figcaption></figure>`),
        data("text/html", "<script>hacked=2</script><img src=x onerror='hacked=3'>"),
      ]),
    ]);
    expect(html.match(/data-tl-explorer="/g)).toHaveLength(1);
    await open(html.replace("</main>", "<script>hacked=4</script></main>"));
    expect(await tab.evaluate("typeof hacked")).toBe("undefined");
  });

  test("an interactive chart answers its sliders under the page's policy, and stays an SVG", async () => {
    await open(await page([shows([vegalite], "interactive")]));
    const points = tab.locator(".tl-chart .mark-symbol path");
    await expect.poll(() => points.count()).toBe(20);
    await tab.locator(".vega-bind input").fill("9");
    await expect.poll(() => points.count()).toBe(10);
    expect(faults).toEqual([]);
  });

  test("the page checks its own seal, however its charts move, and finds what was edited", async () => {
    const html = await page([shows([data("text/html", explorer)]), shows([vegalite], "interactive")]);
    const check = async (text: string): Promise<string | null> => {
      await open(text);
      await tab.getByRole("button", { name: "Check the seal" }).click();
      const said = tab.locator("#tl-seal output");
      await expect.poll(() => said.textContent()).not.toBe("");
      return said.textContent();
    };
    const { stated, found } = readSeal(html) as Seal;
    expect(stated).toBe(found);
    expect(await check(html)).toContain(`The page is as it was made (SHA-256 ${stated.slice(0, 16)}`);
    expect(await check(html.replace("<meta", "<script>document.title = 1</script><meta"))).toContain(
      "was edited",
    );
    expect(await check(html.replace("<td>361</td>", "<td>391</td>"))).toContain("was edited");
    expect(await check(html.replace("<h1>A report", "<h1>Another report"))).toContain("was edited");
    expect(faults).toEqual([]);
  });

  test("a report with both has no fault that axe finds, in light and dark", async () => {
    await open(await page([shows([data("text/html", explorer)]), shows([vegalite], "interactive")]));
    await tab.locator(".vega-bind input").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await tab.emulateMedia({ colorScheme });
      expect(await axeViolations(tab)).toEqual([]);
    }
  });
});
