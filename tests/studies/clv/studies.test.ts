import { beforeAll, describe, expect, test } from "vitest";
import { checkFigures } from "../../../src/report/figures";
import { churnData } from "../../../src/services/churn-data";
import { atRiskData, atRiskStudy } from "../../../src/studies/clv/at-risk";
import { clvConclusion, clvFigures } from "../../../src/studies/clv/figures";
import {
  contractCurves,
  type LifetimeData,
  type LifetimeModel,
  lifetimeData,
  lifetimeDrivers,
  lifetimeModels,
} from "../../../src/studies/clv/lifetimes";
import {
  contractChart,
  driftTable,
  driftWords,
  driversOfLifetimeChart,
  lifetimeChart,
  lifetimeTable,
} from "../../../src/studies/clv/lifetimes-views";
import {
  aliveChart,
  publishedChecks,
  publishedChecksTable,
  renewalChart,
} from "../../../src/studies/clv/purchase-check";
import { atRiskParts, purchaseParts } from "../../../src/studies/clv/purchase-views";
import { purchaseData, purchaseStudy } from "../../../src/studies/clv/purchases";
import { type ReferenceValueModel, referenceValueProtocol } from "../../../src/studies/clv/reference";
import { bestWith, bestWithout } from "../../../src/studies/clv/reference-draw";
import {
  referenceValueChart,
  referenceValueTable,
  simulatedNote,
} from "../../../src/studies/clv/reference-views";
import { type ValueData, type ValueStudy, valueData, valueStudy } from "../../../src/studies/clv/value";
import {
  bestOf,
  concentrationChart,
  decileChart,
  segmentTable,
  valueTable,
} from "../../../src/studies/clv/value-views";
import { realData } from "../../support";

/** Nothing that a reader should not see. */
function readable(page: string): void {
  expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
  expect(page.length).toBeGreaterThan(100);
}

const of = <T extends { name: string }>(all: readonly T[], name: string): T => {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

/** The reference protocol's models, fitted once for all tests. */
let models: ReferenceValueModel[];
beforeAll(async () => {
  models = await referenceValueProtocol(await churnData(), { draws: 2, seed: 1 });
});

describe("the reference protocol of value", () => {
  test("nobody beats who knows the formula by much, and a straight line comes near", () => {
    const [line, boosted, tuned, deep, without, all] = models;
    expect(models.map((one) => one.name)).toEqual([
      "Linear regression",
      "Gradient boosting",
      "Tuned gradient boosting",
      "Deep network",
      bestWithout,
      bestWith,
    ]);
    expect(all.band.r2.median).toBeGreaterThan(without.band.r2.median);
    for (const one of [line, boosted, tuned, deep]) {
      expect(one.band.r2.median).toBeLessThan(without.band.r2.high);
      expect(one.band.r2.median).toBeGreaterThan(without.band.r2.median - 0.012);
    }
  });

  test.skipIf(!realData)("gives figures like the published ones on the real customers", () => {
    // scikit-learn over five draws: linear MAE 834–889, R² .930–.938; the published table's four rows lie around them
    for (const name of [
      "Linear regression",
      "Gradient boosting",
      "Tuned gradient boosting",
      "Deep network",
    ]) {
      const { band, published } = of(models, name);
      expect(Math.abs(band.mae.median - (published?.mae ?? 0))).toBeLessThan(40);
      expect(Math.abs(band.r2.median - (published?.r2 ?? 0))).toBeLessThan(0.008);
    }
  });

  test("says that the value is simulated", async () => {
    expect(simulatedNote()).toContain("simulated");
    readable(referenceValueTable(models));
    readable(await referenceValueChart(models));
  });
});

describe("lifetimes of IBM Telco", () => {
  let data: LifetimeData;
  let models: LifetimeModel[];
  beforeAll(async () => {
    data = await lifetimeData();
    models = await lifetimeModels(data, { folds: 2 });
  });

  test("columns are independent, and none tells the lifetime", () => {
    const names = data.survival.x.features.map((f) => f.name);
    expect(names.some((name) => /tenure|charges|churn|id$/i.test(name))).toBe(false);
    expect(data.survival.time.every((t) => t > 0)).toBe(true);
  });

  test("longer contracts mean longer lives, beyond chance", async () => {
    const found = contractCurves(data);
    expect(found.test.pValue).toBeLessThan(1e-10);
    readable(await contractChart(found));
    const drivers = await lifetimeDrivers(data);
    readable(await driversOfLifetimeChart(drivers));
    readable(driftTable(drivers));
  });

  test("every model halves the error of one curve for all", async () => {
    const [plain, ...others] = models;
    const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
    for (const one of others) {
      expect(mean(one.integratedBrier)).toBeLessThan(0.62 * mean(plain.integratedBrier));
      expect(mean(one.concordance)).toBeGreaterThan(0.8);
      expect(mean(one.auc)).toBeGreaterThan(0.85);
    }
    readable(lifetimeTable(models));
    readable(await lifetimeChart(models));
  });
});

describe("value on the simulator", () => {
  let data: ValueData;
  let study: ValueStudy;
  beforeAll(async () => {
    data = valueData({ customers: 3000, seed: 5 });
    study = await valueStudy(data, { samples: 10 });
  });

  test("survival makes forecasts better, the truth better still", () => {
    const plain = of(study.models, "This month goes on");
    const oracle = of(study.models, "Whoever knows each hazard");
    for (const name of [
      "Survival × revenue (Cox)",
      "Survival × revenue (monthly hazard)",
      "Zero-inflated log-normal",
      "Deep network",
    ]) {
      const one = of(study.models, name);
      expect(one.scores.gini.estimate).toBeGreaterThan(plain.scores.gini.estimate + 0.03);
      expect(one.scores.gini.estimate).toBeLessThan(oracle.scores.gini.estimate);
      expect(one.scores.decile.estimate).toBeLessThan(plain.scores.decile.estimate);
    }
    expect(Math.abs(oracle.scores.total.estimate)).toBeLessThan(0.03);
  });

  test("the headline's way is chosen by the last quarter of history, and its sum is set to that quarter's level", () => {
    const best = bestOf(study);
    const most = Math.max(...Object.values(study.validated));
    expect(study.validated[best.name]).toBeGreaterThan(most - 0.02);
    expect(best.oracle).toBe(false);
    // 12,000 customers: within 2 % (four seeds); of 3,000, luck alone moves the sum by 1.5 %.
    expect(Math.abs(best.scores.total.estimate)).toBeLessThan(0.05);
    expect(study.level).toBeGreaterThan(0.6);
    expect(study.level).toBeLessThan(1.3);
  });

  test("values lie within their ranges, and the same seed gives the same", async () => {
    study.value.forEach((v, i) => {
      expect(v).toBeGreaterThanOrEqual(Math.min(study.low[i], 0) - 1e-9);
      expect(v).toBeLessThanOrEqual(Math.max(study.high[i], v));
    });
    const small = valueData({ customers: 500, seed: 6 });
    const [one, two] = [await valueStudy(small, { samples: 10 }), await valueStudy(small, { samples: 10 })];
    expect([...two.value]).toEqual([...one.value]);
    expect(bestOf(two).scores).toEqual(bestOf(one).scores);
  });

  test("the report's tables, charts and figures can be read", async () => {
    readable(valueTable(study));
    readable(await decileChart(study));
    readable(await concentrationChart(study));
    readable(segmentTable(data, study));
    const lifetimes = [
      { name: "Cox", concordance: [0.8], integratedBrier: [0.1], auc: [0.9], milliseconds: 1 },
    ];
    const { figures, finding } = clvFigures(models, lifetimes, study);
    checkFigures(figures);
    readable(`${finding} ${clvConclusion(models, lifetimes, study)}`);
  });
});

describe("real purchases and a real carrier", () => {
  test("where they are missing the report says so, and speaks of nothing else", async () => {
    const nowhere = { folders: [] };
    const [bought, carrier] = [await purchaseData(nowhere), await atRiskData(nowhere)];
    const [purchases, atRisk] = [purchaseStudy(bought), await atRiskStudy(carrier)];
    for (const page of [...(await purchaseParts(purchases)), ...atRiskParts(atRisk)])
      expect(page).toMatch(/Not shown: .*must be in/);
  });

  test.skipIf(!realData)(
    "CDNOW's estimates are the published ones to the digits given, and half of the customers judge",
    async () => {
      const found = purchaseStudy(await purchaseData(), { samples: 10 });
      if ("missing" in found) throw new Error(found.missing);
      for (const one of found.published)
        expect(Math.abs(one.ours - one.published)).toBeLessThanOrEqual(0.6 * 10 ** -one.digits);
      expect(found.customers).toBe(11785);
      const [model, before] = found.ways;
      expect(model.scores.mae.estimate).toBeLessThan(before.scores.mae.estimate);
      expect(Math.abs(model.scores.total.estimate)).toBeLessThan(Math.abs(before.scores.total.estimate));
      for (const page of await purchaseParts(found)) readable(page);
    },
  );

  test.skipIf(!realData)("chance × value reaches more of the value that left than either alone", async () => {
    const found = await atRiskStudy(await atRiskData(), { samples: 20 });
    if ("missing" in found) throw new Error(found.missing);
    const [both, chance, value] = found.orders.map((one) => one.tenth.estimate);
    expect(both).toBeGreaterThan(chance);
    expect(both).toBeGreaterThan(value);
    // pandas: read_csv(...).duplicated().sum()
    expect(found.repeated).toBe(300);
    expect(Math.abs(found.foretold.estimate)).toBeLessThan(0.1);
    for (const page of atRiskParts(found)) readable(page);
  });
});

test("driftWords(p, corrected) calls nothing sure that the number of columns may have brought, and hides nothing", () => {
  expect(driftWords(0.0004, 0.008)).toBe("its effect changes with age");
  expect(driftWords(0.002, 0.06)).toMatch(/a sign of a change, not a sure one/);
  expect(driftWords(0.2, 1)).toBe("no sign of a change");
});

test("published figures of renewals and purchases are met to the digits shown", async () => {
  const checks = publishedChecks();
  for (const one of checks)
    expect(Math.abs(one.ours - one.published)).toBeLessThanOrEqual(0.6 * 10 ** -one.digits);
  readable(publishedChecksTable(checks));
  readable(await renewalChart());
  readable(await aliveChart());
});
