import { count, decimal, percent } from "../../core/format";
import { type Figure, type Figures, figureName } from "../../report/figures";
import { html, untypeset } from "../../report/html";
import type { RetentionStudy } from "./study";
import { beliefs, bestEffect, bestRule, bestUnlimited } from "./views";

/** The retention report in numbers. */
export function retentionFigures(study: RetentionStudy): Figures {
  const [inBudget, unlimited, effect] = [bestRule(study), bestUnlimited(study), bestEffect(study)];
  const figures: Figure[] = study.rules.flatMap((one): Figure[] => [
    {
      name: `profit.budget.${figureName(one.name)}`,
      label: `Profit in budget, ${one.name.toLowerCase()}`,
      cell: {
        table: "Whom to call (simulated campaign)",
        row: one.name,
        column: "Profit in budget",
        reference: one.kind === "oracle",
      },
      value: one.withinBudget.profit,
      unit: "$",
      digits: 0,
      better: "higher",
      key: one === inBudget,
    },
    {
      name: `profit.unlimited.${figureName(one.name)}`,
      label: `Profit without limit, ${one.name.toLowerCase()}`,
      cell: {
        table: "Whom to call (simulated campaign)",
        row: one.name,
        column: "Profit without limit",
        reference: one.kind === "oracle",
      },
      value: one.profit,
      unit: "$",
      digits: 0,
      better: "higher",
      key: one === unlimited,
    },
  ]);
  for (const one of study.effects) {
    figures.push(
      {
        name: `effect.${figureName(one.name)}.qini`,
        label: `Qini, ${one.name}`,
        value: one.qini,
        cell: { table: "Whose mind an offer changes (simulated campaign)", row: one.name, column: "Qini" },
        digits: 4,
        better: "higher",
        key: one === effect,
      },
      {
        name: `effect.${figureName(one.name)}.auuc`,
        label: `AUUC, ${one.name}`,
        cell: { table: "Whose mind an offer changes (simulated campaign)", row: one.name, column: "AUUC" },
        value: one.auuc,
        digits: 4,
        better: "higher",
      },
    );
  }
  figures.push({
    name: "churn.rocAuc",
    label: "ROC AUC of leaving, held-back customers",
    value: study.churnAuc,
    better: "higher",
  });
  return { finding: retentionFinding(study), figures };
}

/** What the report found, in a sentence. */
export function retentionFinding(study: RetentionStudy): string {
  const best = bestRule(study);
  const tenth = study.rules.find((one) => one.name === "Top tenth by value");
  const oracle = study.rules.find((one) => one.kind === "oracle");
  return `With ${count(study.budget)} dollars, contacting by ${best.name.charAt(0).toLowerCase()}${best.name.slice(1)} brings ${count(best.withinBudget.profit)} dollars (${percent(best.withinBudget.profit / (oracle?.withinBudget.profit ?? 1), 0)} of what perfect knowledge would), contacting the most valuable customers ${count(tenth?.withinBudget.profit)}.`;
}

/** What follows, each sentence from this run's numbers. */
export function retentionConclusion(study: RetentionStudy): string {
  const [unlimited, effect] = [bestUnlimited(study), bestEffect(study)];
  const churnOnly = study.rules.find((one) => one.name === "Profit from churn and value");
  const half = study.rules.find((one) => one.name === "Churn above 0.5");
  const reference = study.rules.find((one) => one.name === "Reference rule");
  const wrong = beliefs(study);
  const kept = (cost: number, gain: number): number =>
    wrong.find((one) => one.cost === cost && one.gain === gain)?.kept ?? 0;
  return html`<ul class="${untypeset}">
<li>${retentionFinding(study)}</li>
<li>Without a limit the best choice is "${unlimited.name}": ${count(unlimited.profit)} dollars with ${count(unlimited.contacted)} contacts. Calling everybody above one half contacts ${count(half?.contacted)} and brings ${count(half?.profit)}; the reference rule contacts ${count(reference?.contacted)}.</li>
<li>Knowing who leaves is not knowing whom an offer keeps, but it is most of it: ${effect.name} learned from the campaign brings ${count(unlimited.profit)} dollars, profit from churn and value alone ${count(churnOnly?.profit)}. The campaign's lot is what makes either checkable.</li>
<li>The decision bears errors: believing costs half or double leaves ${percent(kept(0.5, 1), 0)} and ${percent(kept(2, 1), 0)} of the profit that the model's own figures bring; believing effects half or double, ${percent(kept(1, 0.5), 0)} and ${percent(kept(1, 2), 0)}.</li>
<li>Churn is told apart with a ROC AUC of ${decimal(study.churnAuc, 2)} on customers left alone.</li>
</ul>`.text;
}
