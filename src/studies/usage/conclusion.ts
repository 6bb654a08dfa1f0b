import { count, decimal, difference, listed, percent } from "../../core/format";
import { type Figure, type Figures, figureName, ranged } from "../../report/figures";
import { html, untypeset } from "../../report/html";
import { averaged, ceiling, churnMeasures, oracle, type UsageChurn, type UsageLeaver } from "./churn";
import { quantities, type UsageForecasts } from "./forecasts";
import { dearest, segmentChurn } from "./segment-views";
import type { UsageSegment } from "./segments";
import {
  bestTotal,
  measureNames,
  offOf,
  reference,
  rivalOf,
  shares,
  verdictOf,
  verdictWords,
  wayNamed,
} from "./views";

/** Whether reading months in order pays, in a sentence that a manager understands. */
export function usageFinding(churn: UsageChurn, forecasts: UsageForecasts): string {
  const nets = churn.ways.filter((way) => way.kind === "sequence");
  const better = nets.filter((net) => verdictOf(net) === "better");
  const [top] = [...nets].sort((a, b) => b.scores.rocAuc.estimate - a.scores.rocAuc.estimate);
  const boosting = rivalOf(churn);
  const pays =
    better.length > 0
      ? `Reading the months in order pays for churn: ${listed(better.map((leaver) => leaver.name))} beat boosting on hand-made aggregates`
      : `Reading the months in order does not pay for churn: ${
          nets.every((net) => verdictOf(net) === "worse")
            ? "boosting on hand-made aggregates beats every sequence model"
            : "no sequence model surely beats boosting on hand-made aggregates"
        }`;
  const beside =
    better.length === 0 && verdictOf(wayNamed(churn, averaged)) === "better"
      ? ", though averaged with it one does"
      : "";
  const [, boosted, net] = forecasts.ways;
  const best = net.by.minutes.pinball < boosted.by.minutes.pinball ? net : boosted;
  return `${pays}${beside} (ROC AUC ${decimal(top.scores.rocAuc.estimate)} by ${top.name}, ${decimal(boosting.scores.rocAuc.estimate)} by boosting). Use can be foretold: ${best.name} misses a customer's minutes by ${percent(-(best.by.minutes.gain?.estimate ?? 0), 0)} less than last year's months do.`;
}

/** What follows, each sentence from this run's numbers. */
export function usageConclusion(
  churn: UsageChurn,
  forecasts: UsageForecasts,
  segments: readonly UsageSegment[],
): string {
  const boosting = rivalOf(churn);
  const bare = wayNamed(churn, "Boosting without usage");
  const [most, all] = [ceiling, oracle].map((name) => wayNamed(churn, name).scores);
  const average = wayNamed(churn, averaged);
  const nets = churn.ways.filter((way) => way.kind === "sequence");
  const [naiveWay, boosted, net] = forecasts.ways;
  const closest = bestTotal(forecasts, "cost");
  const dear = dearest(segments);
  const usage = bare.differences ? -bare.differences.prAuc.estimate : 0;
  return html`<ul class="${untypeset}">
<li>${usageFinding(churn, forecasts)}</li>
${nets.map((net) => html`<li>${net.name} ${verdictWords[verdictOf(net)]}: ${gap(net)}, judged by ${count(churn.leavers)} leavers among ${count(churn.customers)} customers.</li>`)}
<li>${averaged} ${verdictWords[verdictOf(average)]}: ${gap(average)}.</li>
<li>Usage itself adds ${decimal(usage)} of PR AUC to the profile (${decimal(bare.scores.prAuc.estimate)} without, ${decimal(boosting.scores.prAuc.estimate)} with it).</li>
<li>What can be had from the same columns by one who knows how customers were made: ROC AUC ${decimal(most.rocAuc.estimate)}, PR AUC ${decimal(most.prAuc.estimate)}, log loss ${decimal(most.logLoss.estimate)}. Of the way there from the profile alone, boosting goes ${percent((boosting.scores.rocAuc.estimate - bare.scores.rocAuc.estimate) / (most.rocAuc.estimate - bare.scores.rocAuc.estimate), 0)} by ROC AUC. An oracle that sees hidden moods and risks reaches ${decimal(all.rocAuc.estimate)}, ${decimal(all.prAuc.estimate)} and ${decimal(all.logLoss.estimate)}.</li>
<li>Forecasts per customer: boosting changes the pinball loss of last year's months by ${shares(boosted.by.minutes.gain)} for minutes and ${shares(boosted.by.cost.gain)} for cost; ${net.name} by ${shares(net.by.minutes.gain)} and ${shares(net.by.cost.gain)}. ${net.name} against boosting: ${shares(forecasts.sequenceGain.minutes)} for minutes (${payWords(forecasts.sequenceGain.minutes)}), ${shares(forecasts.sequenceGain.cost)} for cost (${payWords(forecasts.sequenceGain.cost)}).</li>
<li>Where 80% of customers are meant to lie between the outer quantiles, ${percent(boosted.by.cost.coverage, 0)} do by boosting, ${percent(net.by.cost.coverage, 0)} by ${net.name} and ${percent(naiveWay.by.cost.coverage, 0)} by last year's months (cost).</li>
<li>In total, ${closest.name} is closest for cost: ${percent(offOf(forecasts, closest, "cost"))} off; last year's months are ${percent(offOf(forecasts, naiveWay, "cost"))} off.</li>
<li>${segmentChurn(segments)}. "${dear.name}" (${percent(dear.share, 0)} of customers) cost most to serve, ${decimal(dear.cost, 1)} dollars a month, and bring ${decimal(dear.revenue, 0)}.</li>
<li>All this holds for simulated customers. A carrier's own months may hold more order than the simulator put into them.</li>
</ul>`.text;
}

function gap(leaver: UsageLeaver): string {
  if (!leaver.differences) return "the reference";
  const { rocAuc, logLoss } = leaver.differences;
  return `ROC AUC ${difference(rocAuc.estimate)} (${difference(rocAuc.low)} to ${difference(rocAuc.high)}) and log loss ${difference(logLoss.estimate, 4)} (${difference(logLoss.low, 4)} to ${difference(logLoss.high, 4)}) against boosting`;
}

function payWords({ low, high }: { readonly low: number; readonly high: number }): string {
  return high < 0 ? "surely better" : low > 0 ? "surely worse" : "no sure difference";
}

/** The study in numbers. */
export function usageFigures(
  churn: UsageChurn,
  forecasts: UsageForecasts,
  segments: readonly UsageSegment[],
): Figures {
  const figures: Figure[] = churn.ways.flatMap((way) =>
    churnMeasures.map(
      (measure): Figure => ({
        name: `usage.churn.${figureName(way.name)}.${measure}`,
        label: `${measureNames[measure]}, ${way.name}`,
        ...ranged(way.scores[measure], "95% bootstrap of customers"),
        better: measure === "logLoss" ? "lower" : "higher",
        cell: {
          table: "Who leaves within three months (simulated usage)",
          row: way.name,
          column: measureNames[measure],
          reference: reference(way),
        },
        key: measure === "rocAuc" && (way.kind === "boosting" || way.name === "GRU"),
      }),
    ),
  );
  for (const forecast of forecasts.ways)
    for (const quantity of quantities) {
      const { pinball, coverage, gain } = forecast.by[quantity];
      const where = { table: "Use of the next three months (simulated usage)", row: forecast.name };
      figures.push(
        {
          name: `usage.forecast.${figureName(forecast.name)}.${quantity}.pinball`,
          label: `Pinball loss of ${quantity}, ${forecast.name}`,
          value: pinball,
          better: "lower",
          cell: { ...where, column: `Pinball loss, ${quantity}` },
        },
        {
          name: `usage.forecast.${figureName(forecast.name)}.${quantity}.coverage`,
          label: `Inside .1 to .9, ${quantity}, ${forecast.name}`,
          value: coverage,
          unit: "%",
          cell: { ...where, column: `Inside .1 to .9, ${quantity}` },
        },
        {
          name: `usage.forecast.${figureName(forecast.name)}.${quantity}.total`,
          label: `Total ${quantity} off by, ${forecast.name}`,
          value: offOf(forecasts, forecast, quantity),
          unit: "%",
          better: "lower",
          cell: { ...where, column: `Total off by, ${quantity}` },
        },
      );
      if (gain)
        figures.push({
          name: `usage.forecast.${figureName(forecast.name)}.${quantity}.gain`,
          label: `Forecast loss of ${quantity} against last year's months, ${forecast.name}`,
          ...ranged(gain, "95% bootstrap of customers"),
          unit: "%",
          better: "lower",
          key: forecast.name === "GRU",
        });
    }
  segments.forEach((segment, k) => {
    figures.push({
      name: `usage.segment.${k + 1}.churn`,
      label: `Left in three months: ${segment.name.charAt(0).toLowerCase()}${segment.name.slice(1)}`,
      ...ranged(segment.churn, "95% Wilson"),
      unit: "%",
    });
  });
  return { finding: usageFinding(churn, forecasts), figures };
}
