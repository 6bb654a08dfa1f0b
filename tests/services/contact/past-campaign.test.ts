import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { contactValue } from "../../../src/evaluate/decision/offer";
import { learnFromCampaign, pastCampaignFrom } from "../../../src/services/contact/past-campaign";

const offer = { contactCost: 2, offerCost: 10, acceptance: 0.5, stayerAcceptance: 0.2 };

/** A campaign by lot (or by churn) whose contacts keep 30 % of those who would leave. */
function campaign(rows: number, seed: number, byLot = true) {
  const rng = seeded(seed);
  const lines = ["customer,churn,value,contacted,left"];
  for (let i = 0; i < rows; i++) {
    const churn = rng.uniform() ** 2;
    const value = 20 + 200 * rng.uniform();
    const contacted = rng.uniform() < (byLot ? 0.5 : 0.2 + 0.6 * churn);
    const left = rng.uniform() < churn * (contacted ? 0.7 : 1);
    lines.push(`c${i},${churn},${value},${contacted ? "yes" : "no"},${left ? 1 : 0}`);
  }
  return pastCampaignFrom(parseCsv(new TextEncoder().encode(lines.join("\n"))).table);
}

describe("learnFromCampaign(past, offer)", () => {
  test("finds the share kept, and tests the plan without the bias of having chosen it", async () => {
    let held = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const past = campaign(2500, seed);
      const { acceptance, tested } = await learnFromCampaign(past, offer);
      const { profit } = contactValue(past, { ...offer, acceptance: 0.3 });
      // Planning by the true share; the share learned plans little worse.
      const truth = profit.reduce((sum, p) => sum + Math.max(0, p), 0) / profit.length;
      if (
        acceptance.low <= 0.3 &&
        acceptance.high >= 0.3 &&
        tested.low <= truth &&
        tested.high >= 0.9 * truth
      )
        held++;
    }
    // 18 are expected of two intervals at 95%; binomial: below 14 in one of a hundred such tests.
    expect(held).toBeGreaterThanOrEqual(14);
  });

  test("bears a budget in mind: fewer contacts of past customers, less profit, less doubt", async () => {
    const past = campaign(2500, 3);
    const free = await learnFromCampaign(past, offer);
    const tight = await learnFromCampaign(past, offer, { limits: { budget: 500 } });
    expect(tight.tested.standardError).toBeLessThan(free.tested.standardError);
  });

  test("refuses a campaign that no lot decided, and one that is too small, with the way out", async () => {
    await expect(learnFromCampaign(campaign(2500, 1, false), offer)).rejects.toThrow(
      /drawn by lot, but their chances to leave differ .*--acceptance/,
    );
    await expect(learnFromCampaign(campaign(150, 1), offer)).rejects.toThrow(
      /at least 100 customers must have been contacted/,
    );
  });

  test("pastCampaignFrom(table) names rows whose flags are none", () => {
    const text = "customer,churn,value,contacted,left\na,0.1,5,1,0\nb,0.2,5,3,1\n";
    expect(() => pastCampaignFrom(parseCsv(new TextEncoder().encode(text)).table)).toThrow(
      /row 2: contacted must be 0 or 1, no or yes/,
    );
  });
});
