import { expect, test } from "vitest";
import { openerOf } from "../../../src/cli/support/open-file";
import { demoPage } from "../../../src/services/demo/demo-page";
import { runDemo } from "../../../src/services/demo/run-demo";

test("runDemo({customers, seed}) judges on a third that nothing learnt from, and the same seed makes the same page", async () => {
  const steps: number[] = [];
  const demo = await runDemo({ customers: 600, seed: 3 }, { progress: ({ done }) => steps.push(done) });
  expect([demo.train.rows, demo.test.rows, demo.synthetic.rows]).toEqual([400, 200, 200]);
  expect(steps).toEqual([0, 1, 2, 3, 4]);
  for (const { rocAuc } of demo.models) {
    expect(rocAuc.estimate).toBeGreaterThan(0.65);
    expect(rocAuc.low).toBeLessThan(rocAuc.estimate);
    expect(rocAuc.high).toBeGreaterThan(rocAuc.estimate);
  }
  const page = await demoPage(demo);
  expect(page).toContain("Simulated data.");
  expect(page).not.toMatch(/NaN|undefined|\[object|<script/);
  expect(page.length).toBeLessThan(400_000);
  expect(await demoPage(await runDemo({ customers: 600, seed: 3 }))).toBe(page);
});

test("openerOf(platform) is the system's own program on Linux, macOS and Windows", () => {
  expect(openerOf("linux")).toEqual(["xdg-open"]);
  expect(openerOf("darwin")).toEqual(["open"]);
  expect(openerOf("win32")).toEqual(["cmd", "/c", "start", ""]);
});
