import { beforeAll, describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { outcome } from "../../../src/report/charts/explorer";
import { checkFigures } from "../../../src/report/figures";
import { type RetentionData, retentionData } from "../../../src/studies/retention/campaign";
import { groupsOf, retentionExplorer } from "../../../src/studies/retention/explorer";
import { retentionConclusion, retentionFigures } from "../../../src/studies/retention/figures";
import { mailingData, mailingStudy, validated } from "../../../src/studies/retention/mailing";
import { mailingParts, policyNamed } from "../../../src/studies/retention/mailing-views";
import { type RetentionStudy, retentionStudy, ruleNames } from "../../../src/studies/retention/study";
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

  test("rules are chosen by the past campaign, whatever the truth says, and the simplest not told from the best", () => {
    const { withinBudget, unlimited, effect } = study.chosen;
    for (const name of [withinBudget, unlimited]) expect(rule(name).tested).toBeDefined();
    expect(study.effects.map((one) => one.name)).toContain(effect);
    expect(rule(ruleNames.oracle).tested).toBeUndefined();
    const most = Math.max(...study.rules.map((one) => one.tested?.unlimited.value ?? -Infinity));
    const { value, standardError } = rule(unlimited).tested?.unlimited ?? { value: 0, standardError: 0 };
    expect(most - value).toBeLessThan(3 * standardError);
    // The test is unbiased: the truth lies within four standard errors for each rule that contacts more than a few.
    for (const one of study.rules)
      if (one.tested && one.contacted > 100)
        expect(Math.abs(one.tested.unlimited.value - one.profit)).toBeLessThan(
          4 * one.tested.unlimited.standardError + 0.1 * Math.abs(one.profit),
        );
  });

  test("what the first third keeps is told by the truth, and no more than the best third keeps", () => {
    const trueEffect = data.next.truth.churn.map((p, i) => p - data.next.truth.churnIfOffered[i]);
    const best = [...trueEffect].sort((a, b) => b - a);
    const most =
      best.slice(0, Math.round(best.length / 3)).reduce((a, b) => a + b, 0) /
      best.reduce((a, b) => a + Math.max(0, b), 0);
    for (const one of study.effects) expect(one.keptByThird).toBeLessThan(most);
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

describe("mailingStudy(data)", () => {
  test("without the campaign the report says what is missing", async () => {
    const none = await mailingData({ folders: [] });
    const found = await mailingStudy(none);
    expect((await mailingParts(found)).join()).toMatch(/Not shown: Hillstrom.*s campaign/);
    expect(retentionConclusion(study, found)).not.toContain("Hillstrom");
  });

  test("finds who answers which e-mail, and says in an interval what that is worth", async () => {
    const rows = 6000;
    const rng = seeded(1);
    const level = (): number => (rng.uniform() < 0.5 ? 1 : 0);
    const [action, left, visit, spend] = [0, 1, 2, 3].map(() => new Float64Array(rows));
    for (let i = 0; i < rows; i++) {
      action[i] = Math.floor(3 * rng.uniform());
      left[i] = level();
      const right = action[i] === 1 + left[i];
      visit[i] = rng.uniform() < (right ? 0.5 : 0.1) ? 1 : 0;
      spend[i] = visit[i] * (1 + rng.uniform()) * 10;
    }
    const x = matrix(rows, 1, left, [{ name: "left" }]);
    const found = await mailingStudy({ x, action, visit, spend, sources: [] }, { samples: 10 });
    if ("missing" in found) throw new Error("not missing");
    const { low, high } = policyNamed(found, validated).judged;
    // The right e-mail brings 7.5, the better single one (7.5 + 1.5) / 2.
    expect(low).toBeGreaterThan(2.4);
    expect(high).toBeLessThan(3.6);
    const pages = [...(await mailingParts(found)), retentionConclusion(study, found)];
    for (const page of pages) expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
    checkFigures(retentionFigures(study, found).figures);
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
