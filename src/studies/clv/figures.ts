import { count, decimal, percent } from "../../core/format";
import { foldScores } from "../../models/search/fold-scores";
import { type Figure, type Figures, figureName } from "../../report/figures";
import { html, untypeset } from "../../report/html";
import type { LifetimeModel } from "./lifetimes";
import type { ReferenceValueModel } from "./reference";
import { bestWith, bestWithout } from "./reference-draw";
import type { ValueStudy } from "./value";
import { bestOf } from "./value-views";

/** The value report in numbers; the key ones on its first screen. */
export function clvFigures(
  reference: readonly ReferenceValueModel[],
  lifetimes: readonly LifetimeModel[],
  study: ValueStudy,
): Figures {
  const best = bestOf(study.models);
  const figures: Figure[] = [];
  for (const one of study.models) {
    for (const [key, label, better] of [
      ["gini", "Normalised Gini", "higher"],
      ["spearman", "Spearman", "higher"],
      ["mae", "MAE, $", "lower"],
      ["decile", "Error of the tenths", "lower"],
    ] as const) {
      const { estimate, low, high } = one.scores[key];
      figures.push({
        name: `value.${figureName(one.name)}.${key}`,
        label: `${label}, ${one.name.toLowerCase()}`,
        value: estimate,
        low: Math.min(low, estimate),
        high: Math.max(high, estimate),
        interval: "95% bootstrap of customers",
        cell: {
          table: "What customers bring in the next year (simulated revenue)",
          row: one.name,
          column: label,
        },
        better,
        key: one === best && (key === "gini" || key === "decile"),
        ...(key === "mae" ? { digits: 0 } : {}),
      });
    }
  }
  const leader = bestLifetime(lifetimes);
  for (const one of lifetimes) {
    const brier = foldScores(one.integratedBrier);
    figures.push(
      {
        name: `lifetime.${figureName(one.name)}.concordance`,
        label: `Concordance, ${one.name.toLowerCase()}`,
        value: foldScores(one.concordance).mean,
        cell: { table: "How long customers stay", row: one.name, column: "Concordance" },
        better: "higher",
        key: one === leader,
      },
      {
        name: `lifetime.${figureName(one.name)}.brier`,
        label: `Integrated Brier, ${one.name.toLowerCase()}`,
        value: brier.mean,
        cell: { table: "How long customers stay", row: one.name, column: "Integrated Brier score" },
        digits: 4,
        better: "lower",
      },
    );
  }
  for (const one of reference) {
    for (const key of ["mae", "rmse", "r2"] as const) {
      const { low, median, high } = one.band[key];
      figures.push({
        name: `reference.${figureName(one.name)}.${key}`,
        label: `${key === "r2" ? "R²" : key.toUpperCase()}, ${one.name.toLowerCase()}, simulated value`,
        value: median,
        low,
        high,
        interval: `range of ${one.runs.length} draws`,
        cell: {
          table: "Customer value, reference protocol (simulated label): median of the draws",
          row: one.name,
          column: key === "r2" ? "R²" : key.toUpperCase(),
          reference: one.name === bestWithout || one.name === bestWith,
        },
        better: key === "r2" ? "higher" : "lower",
        digits: key === "r2" ? 4 : 0,
        key: one.name === "Linear regression" && key === "r2",
        ...(one.published && one.inside !== undefined
          ? { reference: { value: one.published[key], source: "the reference system's table" } }
          : {}),
      });
    }
  }
  return { finding: clvFinding(study), figures };
}

/** What the report found, in a sentence. */
export function clvFinding(study: ValueStudy): string {
  const best = bestOf(study.models);
  const total = study.value.reduce((sum, v) => sum + v, 0);
  return `What a customer will bring can be foretold from twelve months of history: tenths of customers ordered by ${best.name.toLowerCase()} are off by ${percent(best.scores.decile.estimate, 0)} on average, and the ${count(study.value.length)} simulated customers together are worth ${count(total)} dollars of margin over two years.`;
}

/** What follows, each sentence from this run's numbers. */
export function clvConclusion(
  reference: readonly ReferenceValueModel[],
  lifetimes: readonly LifetimeModel[],
  study: ValueStudy,
): string {
  const best = bestOf(study.models);
  const oracle = study.models.find((one) => one.oracle);
  const plain = study.models[0];
  const bound = reference.find((one) => one.name === bestWithout);
  const linear = reference.find((one) => one.name === "Linear regression");
  const inside = reference.filter((one) => one.inside).map((one) => one.name.toLowerCase());
  const leader = bestLifetime(lifetimes);
  return html`<ul class="${untypeset}">
<li>${clvFinding(study)}</li>
<li>Supposing that everybody stays and goes on paying orders customers with a Gini of ${decimal(plain.scores.gini.estimate, 2)}; weighing revenue with survival, ${decimal(best.scores.gini.estimate, 2)}; knowing every customer's true chance of leaving, ${decimal(oracle?.scores.gini.estimate, 2)}. The rest is luck.</li>
<li>Lifetimes: ${leader.name} does best on customers it did not see (integrated Brier ${decimal(foldScores(leader.integratedBrier).mean, 4)}), but all models with columns lie close together: which columns are known matters more than which model.</li>
<li>The simulated value of the reference protocol is a formula: a straight line reaches R² ${decimal(linear?.band.r2.median, 4)} of at most ${decimal(bound?.band.r2.median, 4)}. ${inside.length > 0 ? `The published figures lie within the draws for ${inside.join(" and ")}.` : ""} It says nothing about what customers are worth.</li>
</ul>`.text;
}

function bestLifetime(models: readonly LifetimeModel[]): LifetimeModel {
  const score = (one: LifetimeModel): number => foldScores(one.integratedBrier).mean;
  return models.reduce((a, b) => (score(b) < score(a) ? b : a));
}
