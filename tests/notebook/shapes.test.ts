import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderNotebook } from "../../src/notebook/render/render";
import { axeViolations, launchChromium, unfold } from "../browser";
import { chromium } from "../support";
import { shapes } from "./fixtures/shapes";

/** axe takes a second a page: a part of the pages, unless TELELINK_SHAPES asks for all. */
const all = process.env.TELELINK_SHAPES === "all";

// Where axe has found something before.
const mended = ["headings that skip levels", "a pandas frame", "a formula wider than a phone"];

const pages = new Map<string, { html: string; omitted: readonly string[] }>();
beforeAll(async () => {
  for (const [name, book] of shapes)
    pages.set(name, await renderNotebook(book, { name: "a.ipynb", date: "today", folder: __dirname }));
}, 60_000);

test("there are at least 60 shapes, and no page shows what only a program understands", () => {
  expect(shapes.length).toBeGreaterThanOrEqual(60);
  for (const [name, { html }] of pages) {
    const shown = html.split('id="telelink-seal"')[0].replace(/<style>[\s\S]*?<\/style>/, "");
    expect([
      name,
      shown.replace(/<[^>]*>/g, " ").match(/\bundefined\b(?!macro)|\bNaN\b|\[object \w+\]/),
    ]).toEqual([name, null]);
    expect(Buffer.byteLength(html), name).toBeLessThan(1_000_000);
  }
});

test.each<[name: string, what: RegExp]>([
  ["a widget", /cell 1: an output of application\/vnd.jupyter.widget-view\+json is not drawn/],
  ["a plotly chart", /cell 1: a chart that can.t be drawn: the Plotly figure holds no traces/],
  ["a plotly page", /an output that needs scripts, frames or sound is not drawn/],
  ["a script alone", /application\/javascript is not drawn/],
  ["an unknown form", /application\/x-parquet is not drawn/],
  ["raw cells", /cell 3: raw text for text\/latex/],
  ["attachments", /picture left out: attachment:gone.png \(none\)/],
  ["pictures of other places", /picture left out: https:\/\/example.org\/a.png \(far\)/],
  ["films and frames", /video left out: a.mp4/],
  ["an output of 3 MB", /An output of [\d.]+ MB is in the notebook file: the page holds at most 1 MB/],
])("%s: what is not on the page is said at its head", (name, what) => {
  const { html, omitted } = pages.get(name) ?? { html: "", omitted: [] };
  expect(omitted.join("\n")).toMatch(what);
  expect(html.slice(html.indexOf("<header>"), html.indexOf("</header>"))).toContain('class="tl-omitted');
});

describe.skipIf(!chromium)("pages of other people's notebooks, in a real browser", () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-shapes-"));
    browser = await launchChromium();
    page = await browser.newPage();
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(name: string): Promise<void> {
    const file = join(folder, "page.html");
    writeFileSync(file, pages.get(name)?.html ?? "");
    await page.goto(`file://${file}`);
    await unfold(page);
  }

  test("none is wider than its window, and the text uses the width there is", async () => {
    const wrong: string[] = [];
    for (const [name] of shapes) {
      await open(name);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const [wide, main] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.querySelector("main")?.getBoundingClientRect().width ?? 0,
        ]);
        if (wide > width + 1) wrong.push(`${name} at ${width}: ${wide} wide`);
        if (main < (width === 390 ? 340 : 800)) wrong.push(`${name} at ${width}: text ${main} wide`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test("axe finds nothing at 1,280 and 390, in light and dark", async () => {
    const wrong: string[] = [];
    for (const [i, [name]] of shapes.entries()) {
      if (!all && i % 6 !== 0 && !mended.includes(name)) continue;
      await open(name);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: width === 390 ? "dark" : "light" });
        for (const one of await axeViolations(page)) wrong.push(`${name} at ${width}: ${one.slice(0, 300)}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 400_000);
});
