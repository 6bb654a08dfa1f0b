import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { viewRows } from "../../src/data/simulate/view-rows";
import { writeCsv } from "../../src/data/write/write-csv";
import { type Running, startServer } from "../../src/serve/server";
import { axeViolations, launchChromium } from "../browser";
import { chromium } from "../support";
import { quietSettings } from "./quiet-settings";

const key = "a secret of many letters";
const tabs = ["/", "/batch", "/config", "/training", "/generation", "/registry", "/monitoring", "/reports"];

describe.skipIf(!chromium)("the app without a network, and by keyboard alone", () => {
  let folder: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Requests to anywhere but the server, all refused. */
  const abroad: string[] = [];
  const faults: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-walk-"));
    const [telco] = viewRows("telco", 400, 1);
    writeCsv(telco, join(folder, "telco.csv"));
    const [customers] = viewRows("churn-bigml", 40, 1);
    writeCsv(customers, join(folder, "customers.csv"));
    writeFileSync(join(folder, "01-churn.html"), "<!doctype html><title>Churn</title><h1>Who leaves?</h1>");
    const figures = [{ name: "auc", label: "ROC AUC", value: 0.8137, low: 0.767, high: 0.8598, key: true }];
    const sources = [{ name: "churn-bigml", rows: 667, sha256: "x" }];
    const report = {
      title: "Churn",
      finding: "Most stay.",
      figures,
      sources,
      seeds: [42],
      date: "1 May 2026",
    };
    writeFileSync(join(folder, "01-churn.json"), JSON.stringify(report));
    const chosen = { data: folder, port: 0, store: join(folder, "s.db"), reports: folder, apiKey: key };
    running = await startServer(quietSettings({ ...chosen }), "0.0.0");
    browser = await launchChromium();
    context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, bypassCSP: true });
    await context.route("**", (route) => {
      const url = route.request().url();
      if (url.startsWith(running.address)) return route.continue();
      abroad.push(url);
      return route.abort();
    });
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await page?.close();
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
  });

  const focused = (): Promise<string> =>
    page.evaluate(
      "(() => { const one = document.activeElement; return one.id ? '#' + one.id : one.tagName + ' ' + one.textContent.trim(); })()",
    );
  /** Presses Tab until the focus is where it must be. */
  async function tabTo(where: string): Promise<void> {
    const passed: string[] = [];
    for (let k = 0; k < 80; k++) {
      await page.keyboard.press("Tab");
      const at = await focused();
      if (at === where) return;
      passed.push(at);
    }
    throw new Error(`Tab never came to ${where}, but to ${passed.join(", ")}`);
  }

  test("every tab and the API's description come from the server alone", async () => {
    for (const path of tabs) {
      const answer = await page.goto(running.address + path, { waitUntil: "networkidle" });
      expect(answer?.status()).toBe(200);
    }
    await page.goto(`${running.address}/docs`, { waitUntil: "networkidle" });
    await page.waitForSelector("text=/batch-predict");
    expect(abroad).toEqual([]);
    const icon = await page.request.get(`${running.address}/assets/icon.svg`);
    expect(icon.headers()["content-type"]).toBe("image/svg+xml");
  });

  test("on every tab Tab reaches each control in the page's order, the first of them skips the navigation, and the focus is seen", async () => {
    for (const path of tabs) {
      await page.goto(running.address + path, { waitUntil: "networkidle" });
      const wanted = (await page.evaluate(`
        [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
          .filter((one) => !one.disabled && one.checkVisibility()).length`)) as number;
      let last = -1;
      for (let k = 0; k < wanted; k++) {
        await page.keyboard.press("Tab");
        const { place, seen, text } = (await page.evaluate(`(() => {
          const one = document.activeElement;
          const style = getComputedStyle(one);
          return {
            place: [...document.querySelectorAll("*")].indexOf(one),
            seen: style.outlineStyle !== "none" || style.boxShadow !== "none",
            text: one.outerHTML.slice(0, 80),
          };
        })()`)) as { place: number; seen: boolean; text: string };
        expect(place, `${path}: ${text}`).toBeGreaterThan(last);
        expect(seen, `${path}: the focus on ${text} must be seen`).toBe(true);
        if (k === 0) expect(text).toContain("Skip to content");
        last = place;
      }
    }
  }, 60_000);

  test("Analyze Customer by keyboard: an example, the answer", async () => {
    await page.goto(running.address);
    await tabTo("#example");
    await page.keyboard.type("Many");
    await tabTo("BUTTON Analyze Customer");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=What would change the outcome");
  });

  test("Batch by keyboard: a file, its answer, the download", async () => {
    // Asked for before the page is there: the browser needs a moment to hand its file dialog over.
    const chosen = page.waitForEvent("filechooser");
    await page.goto(`${running.address}/batch`);
    await tabTo("#file");
    await page.keyboard.press("Enter");
    const chooser = await chosen;
    await chooser.setFiles(join(folder, "customers.csv"));
    await tabTo("BUTTON Analyze Customers");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Download Data");
    await tabTo("BUTTON Download Data");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe("customers-predictions.csv");
    expect(
      readFileSync(await download.path(), "utf8")
        .trimEnd()
        .split("\n"),
    ).toHaveLength(41);
  });

  test("Config, Training with the API key, Generation by keyboard: from a path to the downloaded rows", async () => {
    await page.goto(`${running.address}/config`);
    await tabTo("#path");
    await page.keyboard.type("telco.csv");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#use:not([disabled])");
    await tabTo("#use");
    await page.keyboard.press("Enter");
    await tabTo("A Train a model on it");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#data >> text=telco.csv");
    await tabTo("BUTTON Train GAN Model");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog");
    expect(await axeViolations(page)).toEqual([]);
    // A wrong key is told of, and asked for again.
    await page.keyboard.type("a wrong one");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=The key that was given is not the server's.");
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Generate data with it", { timeout: 60_000 });
    await tabTo("A Generate data with it");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#model option", { state: "attached" });
    await tabTo("#rows");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=The first 10 of 1000 rows");
    await tabTo("#download");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(
      readFileSync(await download.path(), "utf8")
        .trimEnd()
        .split("\n"),
    ).toHaveLength(1001);
  }, 120_000);

  test("Reports by keyboard: the key figures, and the report", async () => {
    await page.goto(`${running.address}/reports`);
    expect(await page.textContent(".app-figures")).toBe("ROC AUC0.8140.767 to 0.860");
    expect(await page.textContent(".app-note")).toBe("churn-bigml: 667 rows · seed 42 · 1 May 2026");
    await tabTo("A Churn");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Who leaves?");
  });

  test("no request went elsewhere, and no script failed", () => {
    expect(abroad).toEqual([]);
    expect(faults).toEqual([]);
  });
});

test.skipIf(!chromium)(
  "a training's view survives a refresh, and a restart of the server, which it tells of",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "telelink-again-"));
    const [telco] = viewRows("telco", 400, 1);
    writeCsv(telco, join(folder, "telco.csv"));
    const chosen = {
      data: folder,
      store: join(folder, "s.db"),
      reports: folder,
    };
    let running = await startServer(quietSettings({ ...chosen, port: 0 }), "0.0.0");
    const port = Number(new URL(running.address).port);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${running.address}/training`);
      await page.evaluate("localStorage.setItem('telelink.path', 'telco.csv')");
      await page.reload();
      await page.selectOption("#method", "gan");
      await page.fill("#epochs", "10000");
      await page.click("text=Train GAN Model");
      await page.waitForSelector("#status >> text=/Training 1: train, .* s left/");
      await page.waitForSelector("#chart figure");
      await page.reload();
      await page.waitForSelector("#chart figure");
      expect(await page.isEnabled("#stop")).toBe(true);
      // A page that follows a training does not keep the server from ending.
      const began = performance.now();
      await running.close();
      expect(performance.now() - began).toBeLessThan(5000);
      running = await startServer(quietSettings({ ...chosen, port }), "0.0.0");
      // The training begins again, and the page goes on with it.
      const attempts = async (): Promise<number> =>
        (await (await fetch(`${running.address}/jobs/1`)).json()).attempts;
      await vi.waitUntil(async () => (await attempts()) === 2, { timeout: 30_000, interval: 200 });
      await page.waitForSelector("#status >> text=/Training 1/");
    } finally {
      await browser.close();
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
