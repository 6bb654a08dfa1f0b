import { beforeAll, describe, expect, test } from "vitest";
import { outcome } from "../../../src/report/charts/explorer";
import { checkFigures } from "../../../src/report/figures";
import { type RetentionData, retentionData } from "../../../src/studies/retention/campaign";
import { groupsOf, retentionExplorer } from "../../../src/studies/retention/explorer";
import { retentionConclusion, retentionFigures } from "../../../src/studies/retention/figures";
import { type RetentionStudy, retentionStudy } from "../../../src/studies/retention/study";
import {
  campaignTable,
  effectBinsChart,
  effectTable,
  profitChart,
  qiniChart,
  ruleTable,
  sensitivityChart,
} from "../../../src/studies/retention/views";
import { launchChromium } from "../../browser";
import { chromium } from "../../support";

let data: RetentionData;
let study: RetentionStudy;
beforeAll(async () => {
  data = retentionData({ customers: 8000, seed: 3 });
  study = await retentionStudy(data);
});

const rule = (name: string): RetentionStudy["rules"][number] => {
  const found = study.rules.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

describe("retentionStudy(data)", () => {
  test("nobody beats who knows each effect, with the budget or without", () => {
    const oracle = rule("Whoever knows each effect");
    for (const one of study.rules) {
      expect(one.withinBudget.profit).toBeLessThanOrEqual(oracle.withinBudget.profit + 1e-6);
      expect(one.profit).toBeLessThanOrEqual(oracle.profit + 1e-6);
      expect(one.withinBudget.cost).toBeLessThanOrEqual(study.budget);
    }
  });

  test("expected profit brings more than the most valuable tenth, and than everybody", () => {
    const model = rule("Profit from churn and value");
    expect(model.withinBudget.profit).toBeGreaterThan(rule("Top tenth by value").withinBudget.profit);
    expect(model.profit).toBeGreaterThan(rule("Everybody, likeliest leavers first").profit);
  });

  test("learners rank effects better than chance, and churn is told apart", () => {
    for (const name of ["T-learner", "X-learner", "R-learner"]) {
      const found = study.effects.find((one) => one.name === name);
      expect(found?.trueRank).toBeGreaterThan(0.1);
    }
    expect(study.churnAuc).toBeGreaterThan(0.75);
  });

  test("tables, charts and figures can be read", async () => {
    const pages = [
      campaignTable(data),
      effectTable(study),
      ruleTable(study),
      retentionConclusion(study),
      await qiniChart(study),
      await effectBinsChart(study),
      await profitChart(study),
      await sensitivityChart(study),
    ];
    for (const page of pages) expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
    checkFigures(retentionFigures(study).figures);
  });
});

describe("retentionExplorer(study)", () => {
  test("its groups hold every customer, and spend no more than the budget", () => {
    const groups = groupsOf(study);
    expect(groups.reduce((sum, [customers]) => sum + customers, 0)).toBe(study.value.length);
    const setting = { threshold: 0, contact: 2, offer: 15, budget: 500 };
    expect(outcome(groups, setting).cost).toBeLessThanOrEqual(500 + 1e-9);
    expect(outcome(groups, { ...setting, threshold: 99 }).contacts).toBe(0);
    const all = outcome(groups, { ...setting, budget: 1e12 });
    expect(all.contacts).toBe(study.value.length);
  });

  test("without scripts the state it starts in stands in a table", () => {
    const text = retentionExplorer(study).replace(/<script>[\s\S]*<\/script>/, "");
    expect(text).toContain("Believed profit, $");
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test.skipIf(!chromium)("moving a slider moves the result, in a browser without a network", async () => {
    // The page runs the built package's function; vitest's own transform would add helpers that a page lacks.
    const built = require("../../../dist/studies/retention/explorer.js") as {
      retentionExplorer: typeof retentionExplorer;
    };
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
      await page.setContent(
        `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><main>${built.retentionExplorer(study)}</main>`,
      );
      const result = page.locator("#budget-explorer-result");
      const before = await result.textContent();
      expect(before).toMatch(/customers are contacted for .* believed profit/);
      await page.focus("#budget-explorer-threshold");
      for (let step = 0; step < 45; step++) await page.keyboard.press("ArrowRight");
      const after = await result.textContent();
      expect(after).not.toBe(before);
      expect(await page.locator("#budget-explorer-threshold-out").textContent()).toBe("55%");
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
