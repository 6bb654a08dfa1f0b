import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { viewRows } from "../../src/data/simulate/view-rows";
import { writeCsv } from "../../src/data/write/write-csv";
import { type Running, startServer } from "../../src/serve/server";
import { deskFields } from "../../src/services/score/columns";
import { axeViolations, launchChromium } from "../browser";
import { chromium } from "../support";
import { quietSettings } from "./quiet-settings";
import { train } from "./trained";

describe.skipIf(!chromium)("every page of the app, by axe", () => {
  let folder: string;
  let running: Running;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-axe-"));
    const [telco] = viewRows("telco", 400, 1);
    writeCsv(telco, join(folder, "telco.csv"));
    const [customers] = viewRows("churn-bigml", 40, 1);
    writeCsv(customers, join(folder, "customers.csv"));
    writeFileSync(join(folder, "01-churn.html"), "<!doctype html><title>Churn</title><h1>Churn</h1>");
    writeFileSync(join(folder, "01-churn.json"), JSON.stringify({ title: "Churn", finding: "Most stay." }));
    copyFileSync(join(folder, "telco.csv"), join(folder, "more.csv"));
    const chosen = { data: folder, port: 0, store: join(folder, "s.db"), reports: folder };
    await train(folder, chosen.store, "telco", "own", "--id", "customerID", "--alias", "tried");
    running = await startServer(quietSettings({ ...chosen }), "0.0.0");
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What is on the page once somebody has used it, in this order: what one is given another finds. */
  const used: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    "/": async (page) => {
      await page.selectOption("#example", "upset");
      await page.click("button[type=submit]");
      await page.waitForSelector("text=What would change the outcome");
    },
    "/batch": async (page) => {
      await page.setInputFiles("#file", join(folder, "customers.csv"));
      await page.click("button[type=submit]");
      await page.waitForSelector("table");
    },
    "/config": async (page) => {
      await page.fill("#path", "telco.csv");
      await page.click("button[type=submit]");
      await page.waitForSelector("#result h2");
      await page.click("text=Use this Data Path");
      await page.waitForSelector("text=will be used");
    },
    "/training": async (page) => {
      await page.fill("#epochs", "0");
      await page.click("text=Train GAN Model");
      await page.waitForSelector("text=must be a whole number from 1 to 10000");
      await page.fill("#epochs", "3");
      await page.selectOption("#method", "gan");
      await page.click("text=Train GAN Model");
      await page.waitForSelector("text=Generate data with it");
    },
    "/generation": async (page) => {
      await page.waitForSelector("#model option", { state: "attached" });
      await page.fill("#rows", "20");
      await page.click("text=Generate Fake Data");
      await page.waitForSelector("table");
      await page.click("text=Compare with the Real");
      await page.waitForSelector("#comparison h2");
    },
    "/registry": async (page) => {
      await page.waitForSelector("#serving >> text=answers");
    },
    "/monitoring": async (page) => {
      const example = Object.fromEntries(deskFields.map((field) => [field.key, field.example]));
      const ids = Array.from({ length: 30 }, (_, i) => `c${i}`);
      const send = (path: string, data: unknown) => page.request.post(running.address + path, { data });
      await send(
        "/batch-predict",
        ids.map((id) => ({ ...example, customer_id: id })),
      );
      await send("/outcomes", { outcomes: ids.map((id, i) => ({ customer_id: id, churned: i % 3 === 0 })) });
      // Predictions are in a file of their own first, and in the store a moment later.
      const judged = async (): Promise<number> =>
        (await (await page.request.get(`${running.address}/monitoring/report`)).json()).outcomes.outcomes;
      await expect.poll(judged, { timeout: 20_000 }).toBeGreaterThanOrEqual(ids.length);
      await page.reload();
      await page.waitForSelector("figure circle");
      await page.waitForSelector("text=columns differ from training");
      await page.click("text=Send Outcomes");
      await page.waitForSelector("#file-error >> text=choose a file first");
      const buffer = Buffer.from("customer_id,churned,note\nc1,Yes,x\nc2,perhaps,x\n");
      await page.setInputFiles("#file", { name: "outcomes.csv", mimeType: "text/csv", buffer });
      await page.click("text=Send Outcomes");
      await page.waitForSelector("text=1 outcome kept");
      await page.waitForSelector("text=Not used: note");
    },
    "/reports": async () => {},
  };

  describe.each([
    ["wide", 1280],
    ["phone", 390],
  ] as const)("%s: no violation, nothing wider than the screen", (_, width) => {
    let page: Page;
    beforeAll(async () => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
      page = await context.newPage();
      page.setDefaultTimeout(120_000);
    });
    afterAll(() => page.context().close());

    async function look(path: string, when: string, scheme: "light" | "dark" = "light"): Promise<void> {
      const found: string[] = [];
      await page.emulateMedia({ colorScheme: scheme });
      found.push(...(await axeViolations(page)));
      const excess = (await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      )) as number;
      if (excess > 0) found.push(`${excess} pixels wider than the screen`);
      const cut = (await page.evaluate(
        "[...document.querySelectorAll('.tl-table')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent.slice(0, 60))",
      )) as string[];
      if (width < 500) found.push(...cut.map((one) => `a table is cut: ${one}`));
      const shots = process.env.TELELINK_SHOTS;
      const name = `${path.slice(1) || "analyze"}-${width}-${scheme}-${when}.png`;
      if (shots) await page.screenshot({ path: join(shots, name), fullPage: true });
      expect.soft(found, `${when}, ${scheme}`).toEqual([]);
    }

    test.each(Object.entries(used))(
      "%s before and after it was used, in light and dark",
      async (path, use) => {
        await page.goto(running.address + path);
        // Colours aside, an empty page is the same in the dark.
        await look(path, "fresh", width < 500 ? "dark" : "light");
        await use(page);
        for (const scheme of ["light", "dark"] as const) await look(path, "used", scheme);
      },
    );

    test("/ with the form that a champion of other columns brings", async () => {
      const promote = (model: string) =>
        page.request.put(`${running.address}/models/champion`, { data: { model } });
      expect((await promote("own")).status()).toBe(200);
      try {
        await page.goto(running.address);
        await look("/", "own-fresh");
        await page.click("button[type=submit]");
        await page.waitForSelector("#result h2");
        for (const scheme of ["light", "dark"] as const) await look("/", "own-used", scheme);
      } finally {
        expect((await promote("desk@1")).status()).toBe(200);
      }
    });
  });
});
