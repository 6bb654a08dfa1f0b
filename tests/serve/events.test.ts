import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore, transaction } from "../../src/data/store/open";
import { type Running, startServer } from "../../src/serve/server";
import { launchChromium } from "../browser";
import { chromium } from "../support";
import { quietSettings } from "./quiet-settings";

const events = 30_000;

describe.skipIf(!chromium)("a training with 30,000 events behind it", () => {
  let folder: string;
  let running: Running;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-events-"));
    const file = join(folder, "s.db");
    const store = openStore(file);
    const now = new Date().toISOString();
    // Another server's job, which goes on: its owner lives.
    transaction(store, "write a test in", () => {
      store.db
        .prepare("INSERT INTO telelink_servers (id, host, pid, started, seen) VALUES ('other', ?, ?, ?, ?)")
        .run(hostname(), process.ppid, now, now);
      store.db
        .prepare(
          "INSERT INTO telelink_jobs (id, kind, state, input, created, started, owner, attempts) VALUES (1, 'train synthesiser', 'running', '{}', ?, ?, 'other', 1)",
        )
        .run(now, now);
      const insert = store.db.prepare("INSERT INTO telelink_job_events VALUES (1, ?, ?)");
      for (let k = 1; k <= events; k++)
        insert.run(
          k,
          JSON.stringify({
            phase: "train",
            done: k,
            total: 40_000,
            figures: { generator: Math.sin(k / 900) },
          }),
        );
    });
    store.close();
    running = await startServer(quietSettings({ data: folder, port: 0, store: file, reports: folder }), "0");
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is shown by drawing a few times, not once for each, and in seven tabs at a time", async () => {
    const context = await browser.newContext();
    await context.addInitScript(`
      window.drawn = 0;
      const replace = Element.prototype.replaceChildren;
      Element.prototype.replaceChildren = function (...nodes) {
        if (this.id === "chart") window.drawn++;
        return replace.apply(this, nodes);
      };`);
    const times: number[] = [];
    for (let tab = 0; tab < 7; tab++) {
      const page = await context.newPage();
      const begun = performance.now();
      await page.goto(`${running.address}/training`);
      await page.waitForSelector("#chart >> text=step 30,000");
      times.push(performance.now() - begun);
      expect(await page.evaluate("window.drawn")).toBeLessThan(60);
      expect(await page.textContent("#status")).toContain("Training 1: train, 75%");
      // What else there is to ask for has connections left.
      expect((await page.request.get(`${running.address}/online`)).status()).toBe(200);
      expect(await page.evaluate(`fetch("online").then((reply) => reply.status)`)).toBe(200);
    }
    // A second on a quiet machine, the page's loading included; a busy one may take longer.
    expect(Math.min(...times)).toBeLessThan(5000);
    if (process.env.TELELINK_TIMES) console.log(times.map(Math.round).join(" "));
  }, 60_000);
});
