import { count, decimal, percent } from "../../core/format";
import { type Figure, type Figures, figureName, ranged } from "../../report/figures";
import { html, raw, untypeset } from "../../report/html";
import { type Missing, there } from "../missing";
import { forecasts, type MailingStudy, validated } from "./mailing";
import { mailingWords, policyNamed } from "./mailing-views";
import type { RetentionStudy } from "./study";
import { ruleNames } from "./study";
import { beliefs, bestEffect, bestRule, bestUnlimited, ruleNamed } from "./views";

/** The retention report in numbers. */
export function retentionFigures(study: RetentionStudy, real?: MailingStudy | Missing): Figures {
  const [inBudget, unlimited, effect] = [bestRule(study), bestUnlimited(study), bestEffect(study)];
  const figures: Figure[] = study.rules.flatMap((rule): Figure[] => [
    {
      name: `profit.budget.${figureName(rule.name)}`,
      label: `Profit in budget, ${rule.name.toLowerCase()}`,
      cell: {
        table: "Whom to call (simulated campaign)",
        row: rule.name,
        column: "Profit in budget",
        reference: rule.kind === "oracle" || rule.kind === "ceiling",
      },
      value: rule.withinBudget.profit,
      unit: "$",
      digits: 0,
      better: "higher",
      key: rule === inBudget,
    },
    {
      name: `profit.unlimited.${figureName(rule.name)}`,
      label: `Profit without limit, ${rule.name.toLowerCase()}`,
      cell: {
        table: "Whom to call (simulated campaign)",
        row: rule.name,
        column: "Profit without limit",
        reference: rule.kind === "oracle" || rule.kind === "ceiling",
      },
      value: rule.profit,
      unit: "$",
      digits: 0,
      better: "higher",
      key: rule === unlimited,
    },
  ]);
  for (const model of study.effects) {
    figures.push(
      {
        name: `effect.${figureName(model.name)}.qini`,
        label: `Qini, ${model.name}`,
        value: model.qini,
        cell: { table: "Whose mind an offer changes (simulated campaign)", row: model.name, column: "Qini" },
        digits: 4,
        better: "higher",
        key: model === effect,
      },
      {
        name: `effect.${figureName(model.name)}.auuc`,
        label: `AUUC, ${model.name}`,
        cell: { table: "Whose mind an offer changes (simulated campaign)", row: model.name, column: "AUUC" },
        value: model.auuc,
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
  const mailing = there(real);
  figures.push(...(mailing ? mailingFigures(mailing) : []));
  return { finding: retentionFinding(study, real), figures };
}

/** The real campaign in numbers. */
function mailingFigures(study: MailingStudy): Figure[] {
  const table = "Who gets which e-mail (Hillstrom)";
  return [
    ...study.policies.map(
      (policy): Figure => ({
        name: `mailing.policy.${figureName(policy.name)}`,
        label: `$ a customer over the better e-mail to all, ${policy.name.toLowerCase()}`,
        ...ranged({ ...policy.judged, estimate: policy.judged.value }, "95%, doubly robust"),
        digits: 2,
        better: "higher",
        cell: { table, row: policy.name, column: "Over the better e-mail to everybody, $" },
        key: policy.name === forecasts[0],
      }),
    ),
    ...study.learners.map(
      (learner): Figure => ({
        name: `mailing.qini.${figureName(learner.name)}`,
        label: `Qini of visits, ${learner.name.toLowerCase()}`,
        ...ranged(learner.qini, "95% bootstrap of customers"),
        better: "higher",
        cell: { table, row: learner.name, column: "Qini of visits" },
        key: learner.name === study.chosenLearner,
      }),
    ),
  ];
}

/** What the report found, in a sentence. */
export function retentionFinding(study: RetentionStudy, real?: MailingStudy | Missing): string {
  const best = bestRule(study);
  const tenth = ruleNamed(study, ruleNames.valuable);
  const ceiling = ruleNamed(study, ruleNames.ceiling);
  const mailing = there(real);
  const policy = mailing && policyNamed(mailing, validated);
  const campaign = policy
    ? policy.judged.low > 0
      ? `On a real campaign choosing e-mails by forecast pays; on simulated customers, with ${count(study.budget)} dollars,`
      : `On a real campaign no forecast surely beats one e-mail to everybody; on simulated customers, with ${count(study.budget)} dollars,`
    : `With ${count(study.budget)} dollars,`;
  return `${campaign} contacting by ${best.name.charAt(0).toLowerCase()}${best.name.slice(1)} brings ${count(best.withinBudget.profit)} dollars (${percent(best.withinBudget.profit / ceiling.withinBudget.profit, 0)} of what a model that was taught the true effects brings), contacting the most valuable customers ${count(tenth.withinBudget.profit)}.`;
}

/** What follows, each sentence from this run's numbers. */
export function retentionConclusion(study: RetentionStudy, real?: MailingStudy | Missing): string {
  const [unlimited, effect] = [bestUnlimited(study), bestEffect(study)];
  const [plain, half, reference, ceiling, oracle] = (
    ["plain", "half", "reference", "ceiling", "oracle"] as const
  ).map((name) => ruleNamed(study, ruleNames[name]));
  const stop = Math.max(...unlimited.curve.profit);
  const wrong = beliefs(study);
  const kept = (cost: number, gain: number): number =>
    wrong.find((consequence) => consequence.cost === cost && consequence.gain === gain)?.kept ?? 0;
  const tested = unlimited.tested?.unlimited;
  const mailing = there(real);
  return html`${raw(mailing ? mailingWords(mailing) : "")}<ul class="${untypeset}">
<li>${retentionFinding(study, real)}</li>
<li>Without a limit the past campaign chooses "${unlimited.name}": ${count(unlimited.profit)} dollars with ${count(unlimited.contacted)} contacts, ${percent(unlimited.profit / stop, 0)} of what the best stop on its own order would bring, and ${percent(unlimited.profit / ceiling.profit, 0)} of what the ceiling brings. It was believed to bring ${count(study.plan.value)} (${count(study.plan.low)} to ${count(study.plan.high)}), and by the past campaign's test ${count(tested?.value)} (${count(tested?.low)} to ${count(tested?.high)}).</li>
<li>Of those who would leave and take the offer it keeps ${percent(study.kappa.value, 0)} (standard error ${percent(study.kappa.standardError, 0)}): effects are drawn to that one share unless the campaign shows more, because noise that chooses whom to contact contacts too many.</li>
<li>Calling everybody above one half contacts ${count(half.contacted)} and brings ${count(half.profit)}; the reference rule contacts ${count(reference.contacted)}; profit from churn and value alone, with the acceptance guessed, brings ${count(plain.profit)}.</li>
<li>The oracle, who sees moods and responses that no column shows, would make ${count(oracle.profit)}: a model of the same columns that was taught the true effects makes ${count(ceiling.profit)}. What lies between is not to be had by a better model.</li>
<li>The decision bears errors: believing costs half or double leaves ${percent(kept(0.5, 1), 0)} and ${percent(kept(2, 1), 0)} of the profit that the model's own figures (${effect.name}) bring; believing effects half or double, ${percent(kept(1, 0.5), 0)} and ${percent(kept(1, 2), 0)}.</li>
<li>Churn is told apart with a ROC AUC of ${decimal(study.churnAuc, 2)} on customers left alone.</li>
</ul>`.text;
}
