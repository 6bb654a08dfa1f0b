import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cell, Output } from "../../src/notebook/nbformat";
import { renderNotebook } from "../../src/notebook/render/render";
import { lineChart } from "../../src/report/charts/line";
import { dataTable } from "../../src/report/data-table";
import { figuresMime, provenanceMime } from "../../src/report/figures";
import { type Entry, indexPage } from "../../src/report/page";
import { axeViolations, launchChromium, unfold } from "../browser";
import { chromium } from "../support";
import { code, notebook, prose } from "./fixtures/make";

function shows(source: string, ...outputs: Output[]): Cell {
  return { ...code(source), execution_count: 1, outputs };
}

function data(mime: string, value: unknown): Output {
  return { output_type: "display_data", data: { [mime]: value }, metadata: {} };
}

const figures = {
  finding: "The forest finds four of five leavers & is right in nine of ten calls.",
  figures: [
    {
      name: "auc",
      label: "ROC AUC",
      value: 0.925,
      low: 0.9,
      high: 0.95,
      interval: "95% bootstrap",
      key: true,
    },
    { name: "recall", label: "Leavers found", value: 0.81, unit: "%", low: 0.7, high: 0.9, key: true },
    { name: "customers", label: "Customers", value: 3333, key: true },
  ],
};
const sources = [
  { name: "churn-bigml", sha256: "ab".repeat(32), rows: 3333, simulated: true, licence: "CC0" },
];
const wide = Array.from({ length: 14 }, (_, j) => ({
  label: `Column ${j}`,
  text: () => "0.123",
  align: "right" as const,
}));

/** What an attacker may put into a CSV cell or an output; each would set `hacked` if it ran. */
const attacks = [
  "<script>hacked=1</script>",
  '<img src=x onerror="hacked=2">',
  '<svg onload="hacked=3"><script>hacked=4</script><animate onbegin="hacked=5" attributeName="x" dur="1s"/></svg>',
  '<svg><title><img src=x onerror="hacked=6"></title><style><img src=x onerror="hacked=7"></style></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror="hacked=8"></style></mglyph></table></mtext></math>',
  '<a href="javascript:hacked=9" id="trap">x</a><iframe srcdoc="<script>parent.hacked=10</script>"></iframe>',
  '<details open ontoggle="hacked=11">x</details><body onload="hacked=12"><form><input autofocus onfocus="hacked=13">',
  '<noscript><p title="</noscript><img src=x onerror=hacked=14>"></noscript>',
  '<meta http-equiv="refresh" content="0;url=https://example.org/"><base href="https://example.org/">',
  '<link rel="stylesheet" href="https://example.org/x.css"><style>@import url(https://example.org/y.css)</style>',
  '<p style="background:url(https://example.org/z.png);position:fixed;inset:0">cover</p>',
];

/** As many reports as the project has, as long as its own are. */
function manyEntries(entry: Entry): Entry[] {
  const models = Array.from({ length: 24 }, (_, i) => `Model ${i}`);
  const cells = models.flatMap((row) =>
    ["ROC AUC", "Brier", "F1"].map((column) => ({
      ...{ name: `${row}-${column}`, label: column, value: 0.9 },
      cell: { table: "All", row, column },
    })),
  );
  const finding = `${figures.finding} It holds on both data sets, for each of the learners, and the thresholds moved.`;
  return Array.from({ length: 7 }, (_, i) => ({
    ...{ ...entry, finding, title: `A question of some words ${i}` },
    figures: [...entry.figures, ...entry.figures, ...cells],
  }));
}

async function report(trusted = false): Promise<string> {
  const chart = await lineChart({
    title: "The forest ranks a leaver above a stayer 93% of the time",
    description: "ROC curves of two models",
    x: { label: "Share of stayers called" },
    y: { label: "Share of leavers found" },
    series: [
      {
        name: "Forest",
        colour: 2,
        points: [
          { x: 0, y: 0 },
          { x: 0.1, y: 0.8 },
          { x: 1, y: 1 },
        ],
      },
    ],
  });
  const table = dataTable([{}, {}], [{ label: "Model", text: () => "Random forest" }, ...wide], {
    caption: "A table wider than the page",
    note: "A note.",
  });
  const book = notebook([
    prose("# Who will leave?\n\nText with $e^{i\\pi} + 1 = 0$ and **weight**.\n\n$$\\sum_{i=1}^n x_i^2$$"),
    code("const seed = 42; // a comment", "parameters"),
    prose("## The data\n\n| a | b |\n|---|--:|\n| x | 1 |\n\n> quoted\n\n```ts\nconst a: string = 'b';\n```"),
    shows("show(chart)", data("text/html", chart), data("text/html", chart)),
    prose("### Part <b onclick='hacked=20'>one</b>"),
    shows("show(table)", data("text/html", table)),
    shows("figures()", data(figuresMime, figures), data(provenanceMime, { sources, seeds: [1, 2, 3] })),
    prose("## Output of other kinds"),
    shows(
      "print()",
      { output_type: "stream", name: "stdout", text: `\u001b[31mred\u001b[0m ${"long ".repeat(100)}\n` },
      { output_type: "stream", name: "stderr", text: "a warning\n" },
      {
        output_type: "error",
        ename: "RangeError",
        evalue: "no",
        traceback: ["\u001b[1mRangeError\u001b[0m: no"],
      },
      data("image/png", readFileSync(join(__dirname, "fixtures", "dot.png")).toString("base64")),
      data("text/latex", "$x_1$"),
      data("text/markdown", "*marked* down"),
      data("application/json", { a: 1 }),
      data("text/plain", "plain < text"),
    ),
    shows(
      "attack()",
      ...(trusted ? attacks.slice(0, 1) : attacks).map((one) => data("text/html", one)),
      data("image/svg+xml", attacks[2]),
    ),
    prose(`## ${attacks.join(" ")}`),
  ]);
  const ran = {
    name: "01-churn.ipynb",
    date: "21 November 2026",
    failure: "cell 9: RangeError: no",
    trusted,
  };
  const facts: [string, string][] = [["Commit", "abc"]];
  return (await renderNotebook(book, { ...ran, facts, milliseconds: new Map([[1, 20]]) })).html;
}

describe.skipIf(!chromium)("a report in a real browser", () => {
  let folder: string;
  let file: string;
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-page-"));
    file = join(folder, "report.html");
    writeFileSync(file, await report());
    const summary = { title: "Who will leave?", ...figures, sources, seeds: [1], date: "21 November 2026" };
    const entry: Entry = { ...summary, made: "2026-11-21", href: "report.html", json: "report.json" };
    const failed = { ...entry, failure: "cell 9: RangeError: no", failedHref: "x.html" };
    writeFileSync(join(folder, "index.html"), indexPage([entry, failed], ["telelink 0.1.0"]));
    writeFileSync(join(folder, "seven.html"), indexPage(manyEntries(entry), ["telelink 0.1.0"]));
    writeFileSync(join(folder, "empty.html"), indexPage([], []));
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    name = "report.html",
    width = 1280,
    colorScheme: "light" | "dark" = "light",
  ): Promise<void> {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`file://${join(folder, name)}`);
  }

  test.each([
    ["report.html", 1280, "light"],
    ["report.html", 390, "dark"],
    ["report.html", 390, "light"],
    ["report.html", 1280, "dark"],
    ["index.html", 1280, "light"],
    ["index.html", 390, "dark"],
    ["empty.html", 1280, "light"],
  ] as const)("axe finds nothing on %s at %i px, %s", async (name, width, scheme) => {
    await open(name, width, scheme);
    await unfold(page);
    expect(await axeViolations(page)).toEqual([]);
  });

  test("the page asks the network for nothing and runs nothing that an output brings", async () => {
    requests.length = 0;
    faults.length = 0;
    await open();
    await page.click("#trap").catch(() => undefined);
    await page.waitForTimeout(300);
    expect(await page.evaluate("typeof hacked")).toBe("undefined");
    expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    expect(faults).toEqual([]);
    expect(page.url()).toContain("report.html");
  });

  test("the policy in the page stops scripts even if one were left in it", async () => {
    const slipped = (await report()).replace(
      "</main>",
      "<script>hacked=30</script><img src=x onerror='hacked=31'></main>",
    );
    writeFileSync(join(folder, "slipped.html"), slipped);
    await open("slipped.html");
    await page.waitForTimeout(200);
    expect(await page.evaluate("typeof hacked")).toBe("undefined");
  });

  test("scripts run where the reader vouches for the notebook", async () => {
    writeFileSync(join(folder, "trusted.html"), await report(true));
    await open("trusted.html");
    await page.waitForTimeout(200);
    expect(await page.evaluate("typeof hacked")).not.toBe("undefined");
  });

  test("the page is complete without scripts: nothing is missing from its text", async () => {
    const still = await browser.newContext({ javaScriptEnabled: false });
    const plain = await still.newPage();
    await plain.goto(`file://${file}`);
    expect(await plain.textContent("h1")).toBe("Who will leave?");
    expect(await plain.textContent(".tl-finding")).toContain("leavers & is right");
    expect(await plain.locator("svg[role=img]").count()).toBe(4);
    expect(await plain.locator("figure details table").count()).toBe(2);
    expect(await plain.locator("math").count()).toBe(3);
    await still.close();
  });

  test("the first screen answers: title, finding, key figures with intervals, data, seeds and date", async () => {
    await open();
    const visible = await page.evaluate(() =>
      [...document.querySelectorAll("h1, .tl-finding, .tl-key, .tl-meta, .tl-band")]
        .filter((one) => one.getBoundingClientRect().bottom <= innerHeight)
        .map((one) => one.textContent?.trim()),
    );
    const words = visible.join(" ");
    for (const part of ["Who will leave?", "four of five", "0.925", "0.900 to 0.950", "81.0%", "3,333"])
      expect(words).toContain(part);
    for (const part of [
      "Simulated data.",
      "not complete",
      "churn-bigml (simulated, 3,333 rows, SHA-256 abababab…)",
    ])
      expect(words).toContain(part);
    expect(words).toContain("seeds 1 to 3 · 21 November 2026");
    expect(words).not.toMatch(/undefined|NaN|\[object/);
  });

  test.each([
    [1280, 2],
    [390, 6],
  ])(
    "seven reports with long findings and large tables fit into %i px by %i screens",
    async (width, screens) => {
      await open("seven.html", width);
      const height = await page.evaluate("document.documentElement.scrollHeight");
      expect(height).toBeLessThan(900 * screens + 500);
      // The tables of all models are there, one click away.
      await page.locator("summary").first().click();
      expect(await page.locator("table").first().isVisible()).toBe(true);
    },
  );

  test.each([1280, 390])("nothing makes the page wider than the screen at %i px", async (width) => {
    await open("report.html", width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const scrolls = await page.evaluate(() =>
      [...document.querySelectorAll(".tl-table")].some((one) => one.scrollWidth > one.clientWidth),
    );
    expect(scrolls).toBe(true);
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll(".tl-chart")].map((one) => [
        one.scrollWidth > one.clientWidth,
        [...one.children].map((svg) => getComputedStyle(svg).display),
      ]),
    );
    const seen = width === 390 ? ["none", "block"] : ["block", "none"];
    expect(shown).toEqual([
      [false, seen],
      [false, seen],
    ]);
  });

  test("the contents lead to sections by keyboard, and code unfolds", async () => {
    await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
    // What is left out stands at the head, before the contents.
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Part one");
    await page.keyboard.press("Enter");
    expect(page.url()).toMatch(/#Part-one$/);
    await page.focus("details.tl-code summary");
    await page.keyboard.press("Enter");
    expect(await page.isVisible("details.tl-code pre")).toBe(true);
  });

  test("colours follow the reader's setting, in charts as well", async () => {
    const colours = async (): Promise<string[]> =>
      page.evaluate(() => [
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.querySelector("svg[role=img] text") as Element).fill,
      ]);
    await open("report.html", 1280, "light");
    const light = await colours();
    await open("report.html", 1280, "dark");
    const dark = await colours();
    expect(light[0]).not.toBe(dark[0]);
    expect(light[1]).not.toBe(dark[1]);
  });

  test("ids are unique, though a chart is shown twice", async () => {
    await open();
    const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map((one) => one.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("in print, sections begin on new pages, and code and contents stay away", async () => {
    await open();
    await page.emulateMedia({ media: "print" });
    expect(await page.isVisible(".tl-toc-wide")).toBe(false);
    expect(await page.isVisible("details.tl-code")).toBe(false);
    const breaks = await page.evaluate(
      () => getComputedStyle(document.querySelector(".tl-text > h2") as Element).breakBefore,
    );
    expect(breaks).toBe("page");
    await page.emulateMedia({ media: "screen" });
  });
});
