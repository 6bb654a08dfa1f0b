import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, startServer } from "../../src/serve/server";
import { launchChromium } from "../browser";
import { chromium, realData } from "../support";
import { quietSettings } from "./quiet-settings";

describe.skipIf(!realData || !chromium)("the app in a real browser", () => {
  let folder: string;
  let running: Running;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-app-"));
    writeFileSync(
      join(folder, "01-churn.html"),
      "<!doctype html><title>Who will leave?</title><h1>Who will leave?</h1>",
    );
    writeFileSync(
      join(folder, "01-churn.json"),
      JSON.stringify({ title: "Who will leave?", finding: "<b>Most</b> stay." }),
    );
    const telco = readFileSync(join(realData as string, "Telco-Customer-Churn.csv"), "utf8").split("\n");
    writeFileSync(join(folder, "telco.csv"), `${telco.slice(0, 2001).join("\n")}\n`);
    const chosen = quietSettings({
      data: folder,
      port: 0,
      store: join(folder, "store.db"),
      reports: folder,
    });
    running = await startServer(chosen, "0.0.0");
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("Analyze Customer: from the empty form to the answer", async () => {
    await page.goto(running.address);
    expect(await page.textContent("#result")).toContain("The answer appears here");
    await page.click("text=Analyze Customer >> nth=-1");
    expect(await page.textContent("#account_length-error")).toBe("must be given");
    await page.selectOption("#example", "upset");
    await page.click("button[type=submit]");
    await page.waitForSelector(".app-figure");
    const words = (await page.textContent("#result")) ?? "";
    expect(words).toMatch(/\d+\.\d%/);
    expect(words).toContain("High");
    await page.waitForSelector("text=What would change the outcome");
    const all = (await page.textContent("#result")) ?? "";
    expect(all).toMatch(/Customer-service calls: 5\s*raises the risk/);
    expect(all).toMatch(/Voice-mail plan: Yes instead of No/);
    expect(all).not.toMatch(/undefined|NaN|\[object/);
    expect(words).not.toMatch(/undefined|NaN|\[object/);
  });

  test("a value out of range is refused beside its field, in words", async () => {
    await page.goto(running.address);
    await page.selectOption("#example", "calm");
    await page.fill("#customer_service_calls", "-4");
    await page.click("button[type=submit]");
    expect(await page.textContent("#customer_service_calls-error")).toBe("must be from 0 to 100");
    expect(await page.getAttribute("#customer_service_calls", "aria-invalid")).toBe("true");
  });

  test("Batch: from a CSV file to the downloaded predictions", async () => {
    await page.goto(`${running.address}/batch`);
    await page.setInputFiles("#file", join(realData as string, "churn-bigml-20.csv"));
    await page.click("button[type=submit]");
    await page.waitForSelector("table");
    expect(await page.textContent("#result")).toMatch(/Customers667High risk\d+Medium risk\d+Low risk\d+/);
    // What was received needs no server any more.
    await page.context().setOffline(true);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download Data")]);
    const rows = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    expect(rows).toHaveLength(668);
    await page.context().setOffline(false);
  });

  test("Batch: a file that is no such CSV gets an answer in words", async () => {
    await page.goto(`${running.address}/batch`);
    await page.setInputFiles("#file", {
      name: "x.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("a,b\n1,2\n"),
    });
    await page.click("button[type=submit]");
    await page.waitForSelector("[role=alert]");
    expect(await page.textContent("[role=alert]")).toContain("The CSV must have the columns");
    // A 4xx answer is logged by the browser itself.
    faults.splice(0, faults.length, ...faults.filter((text) => !text.includes("422")));
  });

  test("Model Config, Model Training, Data Generation: from an empty page to the downloaded rows", async () => {
    await page.goto(`${running.address}/generation`);
    await page.waitForSelector('#model optgroup[label="Pretrained GAN"]', { state: "attached" });
    await page.goto(`${running.address}/training`);
    await page.click("text=Train GAN Model");
    await page.waitForSelector("text=Choose a data path first");
    await page.goto(`${running.address}/config`);
    await page.fill("#path", "telco.csv");
    await page.click("button[type=submit]");
    await page.waitForSelector("#result h2, [role=alert]");
    expect(await page.textContent("#result")).toContain("2,000 rows in 21 columns");
    await page.click("text=Use this Data Path");
    await page.click("text=Train a model on it");
    await page.waitForSelector("#data >> text=telco.csv");
    await page.fill("#epochs", "0");
    await page.click("text=Train GAN Model");
    expect(await page.textContent("#epochs-error")).toBe("must be a whole number from 1 to 10000");
    await page.fill("#epochs", "5");
    await page.click("text=Train GAN Model");
    await page.waitForSelector("#status >> text=/Training 1/");
    // The view comes back after a reload, and ends with the model.
    await page.reload();
    await page.waitForSelector("text=Generate data with it", { timeout: 60_000 });
    await page.click("text=Generate data with it");
    await page.waitForSelector("#model option", { state: "attached" });
    expect(await page.inputValue("#model")).toBe("self-trained@1");
    await page.fill("#rows", "300");
    await page.fill("#where", "Contract=Two year, tenure>=24");
    await page.click("text=Generate Fake Data");
    await page.waitForSelector("text=The first 10 of 300 rows");
    await page.click("text=Compare with the Real");
    await page.waitForSelector("text=Beside the real customers");
    const beside = (await page.textContent("#comparison")) ?? "";
    expect(beside).toMatch(/Quality[5-9]\d\.\d%customers held out reach 9\d\.\d%Privacy\d+\.\d%/);
    expect(beside).toContain("2,000 rows were drawn without conditions and set beside the 1,600 customers");
    expect(beside).toContain("Privacy is measured against 400 customers whom the generator never saw");
    expect(beside).not.toMatch(/undefined|NaN|\[object/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download Data")]);
    const rows = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    expect(rows).toHaveLength(301);
    expect(rows.slice(1).every((row) => row.includes("Two year"))).toBe(true);
  }, 120_000);

  test("Reports: the list escapes what a report's JSON says, and a report opens", async () => {
    await page.goto(`${running.address}/reports`);
    expect(await page.textContent(".app-reports p")).toBe("<b>Most</b> stay.");
    await page.click("text=Who will leave?");
    expect(await page.textContent("h1")).toBe("Who will leave?");
    for (const path of [
      "/reports/..%2fstore.db",
      "/reports/store.db",
      "/reports/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    ]) {
      expect((await page.request.get(running.address + path)).status()).toBe(404);
    }
  });

  test("Sign in leads to pages of this app alone", async () => {
    await page.route("**/session", (route) => route.fulfill({ contentType: "application/json", body: "{}" }));
    for (const [to, path] of [
      ["training", "/training"],
      ...["//evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil.example"].map((to) => [
        to,
        "/",
      ]),
    ]) {
      await page.goto(`${running.address}/sign-in?to=${encodeURIComponent(to)}`);
      await page.fill("#key", "a key");
      await page.keyboard.press("Enter");
      await page.waitForURL(running.address + path);
    }
    await page.unroute("**/session");
  });

  test("no page logged an error", () => {
    expect(faults).toEqual([]);
  });
});
