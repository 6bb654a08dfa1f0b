// Whom to contact, against the ceiling of what customers' columns can tell: node bench/contacts.mjs [seeds] [customers]
// One line a seed: what the past campaign chooses, as shares of the ceiling (a model taught the true effects).
import indexModule from "../dist/index.js";
import campaignModule from "../dist/studies/retention/campaign.js";
import studyModule from "../dist/studies/retention/study.js";

const { retentionStudy, ruleNames } = studyModule;
const seeds = Number(process.argv[2] ?? 10);
const customers = Number(process.argv[3] ?? 40_000);
const best = (rule) => Math.max(...rule.curve.profit);
const share = (a, b) => `${((100 * a) / b).toFixed(1)} %`;
const range = ({ value, low, high }) => `${Math.round(value)} (${Math.round(low)} to ${Math.round(high)})`;

for (let seed = 1; seed <= seeds; seed++) {
  const study = await retentionStudy(campaignModule.retentionData({ customers, seed }), { seed });
  const by = (name) => study.rules.find((one) => one.name === name);
  const [ceiling, plain, oracle] = [ruleNames.ceiling, ruleNames.plain, ruleNames.oracle].map(by);
  const [inBudget, unlimited] = [by(study.chosen.withinBudget), by(study.chosen.unlimited)];
  const inShare = (rule) => share(rule.withinBudget.profit, ceiling.withinBudget.profit);
  console.log(
    [
      `seed ${seed}`,
      `budget: ${inBudget.name} ${inShare(inBudget)} of the ceiling, ${plain.name} ${inShare(plain)}, the ceiling ${share(ceiling.withinBudget.profit, oracle.withinBudget.profit)} of the oracle`,
      `own stop: ${unlimited.name} ${share(unlimited.profit, best(unlimited))} of its best stop, ${share(unlimited.profit, best(ceiling))} of the ceiling's; ${plain.name} ${share(plain.profit, best(plain))} of its own`,
      `believed ${range(study.plan)}, tested ${range(unlimited.tested.unlimited)}, true ${Math.round(unlimited.profit)}`,
    ].join(" | "),
  );
}
await indexModule.closeThreads();
