import { count, decimal, percent } from "../../core/format";
import { foldScores } from "../../models/search/fold-scores";
import { type Figure, type Figures, figureName, ranged } from "../../report/figures";
import { type Html, html, untypeset } from "../../report/html";
import { type Missing, there } from "../missing";
import type { AtRiskStudy } from "./at-risk";
import type { LifetimeModel } from "./lifetimes";
import { holdoutWeeks, type PurchaseStudy } from "./purchases";
import type { ReferenceValueModel } from "./reference";
import { bestWith, bestWithout } from "./reference-draw";
import type { ValueStudy } from "./value";
import { bestOf } from "./value-views";

/** What real customers say, where their data are there. */
export interface RealValue {
  readonly purchases?: PurchaseStudy | Missing;
  readonly atRisk?: AtRiskStudy | Missing;
}

/** The value report in numbers; the key ones on its first screen. */
export function clvFigures(
  reference: readonly ReferenceValueModel[],
  lifetimes: readonly LifetimeModel[],
  study: ValueStudy,
  real: RealValue = {},
): Figures {
  const best = bestOf(study);
  // What real customers say comes first.
  const figures: Figure[] = realFigures(real);
  for (const model of study.models) {
    for (const [key, label, better] of [
      ["gini", "Normalised Gini", "higher"],
      ["spearman", "Spearman", "higher"],
      ["mae", "MAE, $", "lower"],
      ["decile", "Error of the tenths", "lower"],
      ["total", "Sum off by", undefined],
    ] as const) {
      const { estimate, low, high } = model.scores[key];
      figures.push({
        name: `value.${figureName(model.name)}.${key}`,
        label: `${label}, ${model.name.toLowerCase()}`,
        ...ranged({ estimate, low, high }, "95% bootstrap of customers"),
        cell: {
          table: "What customers bring in the next year (simulated revenue)",
          row: model.name,
          column: label,
        },
        ...(better === undefined ? { unit: "%" } : { better }),
        key: model === best && (key === "gini" || key === "total"),
        ...(key === "mae" ? { digits: 0 } : {}),
      });
    }
  }
  for (const model of lifetimes) {
    const brier = foldScores(model.integratedBrier);
    figures.push(
      {
        name: `lifetime.${figureName(model.name)}.concordance`,
        label: `Concordance, ${model.name.toLowerCase()}`,
        value: foldScores(model.concordance).mean,
        cell: { table: "How long customers stay", row: model.name, column: "Concordance" },
        better: "higher",
      },
      {
        name: `lifetime.${figureName(model.name)}.brier`,
        label: `Integrated Brier, ${model.name.toLowerCase()}`,
        value: brier.mean,
        cell: { table: "How long customers stay", row: model.name, column: "Integrated Brier score" },
        digits: 4,
        better: "lower",
      },
    );
  }
  for (const model of reference) {
    for (const key of ["mae", "rmse", "r2"] as const) {
      const { low, median, high } = model.band[key];
      figures.push({
        name: `reference.${figureName(model.name)}.${key}`,
        label: `${key === "r2" ? "R²" : key.toUpperCase()}, ${model.name.toLowerCase()}, simulated value`,
        ...ranged({ estimate: median, low, high }, `range of ${model.runs.length} draws`),
        cell: {
          table: "Customer value, reference protocol (simulated label): median of the draws",
          row: model.name,
          column: key === "r2" ? "R²" : key.toUpperCase(),
          reference: model.name === bestWithout || model.name === bestWith,
        },
        better: key === "r2" ? "higher" : "lower",
        digits: key === "r2" ? 4 : 0,
        ...(model.published && model.inside !== undefined
          ? { reference: { value: model.published[key], source: "the reference system's table" } }
          : {}),
      });
    }
  }
  return { finding: clvFinding(study, real), figures };
}

function realFigures(real: RealValue): Figure[] {
  const [purchases, atRisk] = [there(real.purchases), there(real.atRisk)];
  const figures: Figure[] = [];
  for (const one of purchases?.ways ?? [])
    for (const [key, label] of [
      ["gini", "Normalised Gini"],
      ["total", "Sum off by"],
    ] as const) {
      const { estimate, low, high } = one.scores[key];
      figures.push({
        name: `purchases.${figureName(one.name)}.${key}`,
        label: `${label}, CDNOW, ${one.name.toLowerCase()}`,
        ...ranged({ estimate, low, high }, "95% bootstrap of customers"),
        ...(key === "gini" ? { better: "higher" as const } : { unit: "%" }),
        cell: { table: `CDNOW: dollars of ${holdoutWeeks} weeks not seen`, row: one.name, column: label },
        key: one === purchases?.ways[0],
      });
    }
  for (const order of atRisk?.orders ?? [])
    figures.push({
      name: `atRisk.${figureName(order.name)}.tenth`,
      label: `Value lost in the first tenth, by ${order.name.toLowerCase()}`,
      ...ranged(order.tenth, "95% bootstrap of customers"),
      unit: "%",
      better: "higher",
      cell: {
        table: "Iranian carrier: value about to leave",
        row: order.name,
        column: "Value lost in the first tenth",
      },
      key: order === atRisk?.orders[0],
    });
  return figures;
}

/** What the report found, in a sentence. */
export function clvFinding(study: ValueStudy, real: RealValue = {}): string {
  const best = bestOf(study);
  const [way] = there(real.purchases)?.ways ?? [];
  if (way)
    return `What customers will bring can be ordered well, and its sum less surely: on CDNOW's real purchases the tenth ranked first spends ${percent(way.bins[0].actual / way.bins.reduce((sum, bin) => sum + bin.actual, 0), 0)} of all, the sum is off by ${percent(way.scores.total.estimate, 0)}; on simulated contracts, whose revenue is steadier, by ${percent(best.scores.total.estimate)}.`;
  const total = study.value.reduce((sum, v) => sum + v, 0);
  return `What a customer will bring can be foretold from twelve months of history: tenths of customers ordered by ${best.name.toLowerCase()} are off by ${percent(best.scores.decile.estimate, 0)} on average, and the ${count(study.value.length)} simulated customers together are worth ${count(total)} dollars of margin over two years.`;
}

/** What follows, each sentence from this run's numbers. */
export function clvConclusion(
  reference: readonly ReferenceValueModel[],
  lifetimes: readonly LifetimeModel[],
  study: ValueStudy,
  real: RealValue = {},
): string {
  const best = bestOf(study);
  const oracle = study.models.find((model) => model.oracle);
  const plain = study.models[0];
  const bound = reference.find((model) => model.name === bestWithout);
  const linear = reference.find((model) => model.name === "Linear regression");
  const inside = reference.filter((model) => model.inside).map((model) => model.name.toLowerCase());
  const leader = bestLifetime(lifetimes);
  return html`<ul class="${untypeset}">
<li>${clvFinding(study, real)}</li>
${realWords(real)}
<li>Supposing that everybody stays and goes on paying orders customers with a Gini of ${decimal(plain.scores.gini.estimate, 2)}; weighing revenue with survival, ${decimal(best.scores.gini.estimate, 2)}; knowing every customer's true chance of leaving, ${decimal(oracle?.scores.gini.estimate, 2)}. The rest is luck.</li>
<li>Lifetimes: ${leader.name} does best on customers it did not see (integrated Brier ${decimal(foldScores(leader.integratedBrier).mean, 4)}), but all models with columns lie close together: which columns are known matters more than which model.</li>
<li>The simulated value of the reference protocol is a formula: a straight line reaches R² ${decimal(linear?.band.r2.median, 4)} of at most ${decimal(bound?.band.r2.median, 4)}. ${inside.length > 0 ? `The published figures lie within the draws for ${inside.join(" and ")}.` : ""} It says nothing about what customers are worth.</li>
</ul>`.text;
}

/** What the real purchases and the real carrier say. */
function realWords(real: RealValue): Html[] {
  const [purchases, atRisk] = [there(real.purchases), there(real.atRisk)];
  const words: Html[] = [];
  if (purchases) {
    const [model, before] = purchases.ways;
    words.push(
      html`<li>CDNOW: ${purchases.check.models[0].kind}, chosen by half of the customers, orders the others' dollars of ${holdoutWeeks} weeks with a Gini of ${decimal(model.scores.gini.estimate)} (${before.name.toLowerCase()}: ${decimal(before.scores.gini.estimate)}), and misses their sum by ${percent(model.scores.total.estimate)} (${before.name.toLowerCase()}: ${percent(before.scores.total.estimate)}). A log of less than two years shows no season, and the weeks foretold begin before Christmas.</li>`,
    );
  }
  if (atRisk) {
    const [both, chance, value] = atRisk.orders;
    words.push(
      html`<li>Iranian carrier: the tenth called first by ${both.name.toLowerCase()} holds ${percent(both.tenth.estimate, 0)} of the value that left, by the chance alone ${percent(chance.tenth.estimate, 0)}, by value alone ${percent(value.tenth.estimate, 0)}.</li>`,
    );
  }
  return words;
}

function bestLifetime(models: readonly LifetimeModel[]): LifetimeModel {
  const score = (model: LifetimeModel): number => foldScores(model.integratedBrier).mean;
  return models.reduce((a, b) => (score(b) < score(a) ? b : a));
}
