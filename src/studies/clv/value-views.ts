import { count, decimal, duration, interval, percent } from "../../core/format";
import { contracts } from "../../data/simulate/profile";
import {
  concentrationOf,
  concentrationChart as drawConcentration,
  heldBy,
} from "../../report/charts/concentration";
import { dotChart, tenthDots } from "../../report/charts/dots";
import { dataTable, numeric, scored } from "../../report/data-table";
import { type ValueData, type ValueModel, type ValueStudy, valuedMonths } from "./value";

/** Every way to foretell revenue, with bootstrap intervals. */
export function valueTable(study: ValueStudy): string {
  const { models } = study;
  return dataTable(
    models,
    [
      { label: "Way", text: (row) => (row.name === study.chosen ? `${row.name} (chosen)` : row.name) },
      numeric("Validated", (row) => (row.oracle ? "" : decimal(study.validated[row.name])), {
        help: "Gini of the last quarter of history, foretold from the nine months before: what the way is chosen by",
      }),
      scored("Gini", "highest", (row) => row.scores.gini.estimate, decimal, {
        help: "How well customers are ordered by worth; 1 is the perfect order",
      }),
      numeric("95% interval", (row) => interval(row.scores.gini.low, row.scores.gini.high)),
      scored("MAE, $", "lowest", (row) => row.scores.mae.estimate, count, {
        help: "Mean absolute error of a customer's year",
      }),
      scored("Tenths off by", "lowest", (row) => row.scores.decile.estimate, percent, {
        help: "Mean relative error of the tenths of customers by prediction",
      }),
      numeric("Sum off by", (row) => percent(row.scores.total.estimate), {
        help: "Predicted less actual revenue of all",
      }),
      numeric("Time", (row) => (row.oracle ? "" : duration(row.milliseconds)), { varies: true }),
    ],
    {
      caption: `Revenue of the next twelve months, ${count(models[0]?.predicted.length)} simulated customers, foretold from the twelve before`,
      muted: (row) => row.oracle,
      note: `Gini is normalised. The way to go on with is chosen by the last quarter of history, which nothing in this table reports. Hazards are set to the level of that quarter (times ${decimal(study.level, 2)}: leavers over those expected, each half of the customers foretold by the other), and all ways but the first to the sum that follows. Intervals: bootstrap of customers. The last row knows each customer's true chance of leaving in every month, as no carrier does: what is left after it is luck.`,
    },
  );
}

/** Predicted beside actual revenue in tenths, for the way chosen. */
export function decileChart(study: ValueStudy): Promise<string> {
  const best = bestOf(study);
  const outside = best.deciles.filter(
    (bin) => Math.abs(bin.predicted - bin.actual) > 1.96 * bin.standardError,
  ).length;
  const top = best.deciles[0];
  const bottom = best.deciles[best.deciles.length - 1];
  return dotChart({
    title: `The top tenth of customers brings ${decimal(top.actual / Math.max(bottom.actual, 1e-9), 1)} times what the bottom tenth brings; the sum foretold is off by ${percent(best.scores.total.estimate)}`,
    description: `Mean revenue of the next twelve months by tenth of predicted revenue: ${best.deciles.map((bin) => `tenth ${bin.bin} predicted ${count(bin.predicted)}, actual ${count(bin.actual)}`).join("; ")}.`,
    note: `${best.name}, chosen by validation. Dot and line: actual mean with its 95% interval. Diamond: predicted; ${outside} of ${best.deciles.length} lie outside.`,
    x: { label: "Revenue in twelve months, $ a customer", format: ",d" },
    dots: tenthDots(best.deciles, "predicted"),
  });
}

/** The way that validation chose. */
export function bestOf({ models, chosen }: ValueStudy): ValueModel {
  return models.find((model) => model.name === chosen) ?? models[0];
}

/** How much of all value sits with how few customers. */
export function concentrationChart(study: ValueStudy): Promise<string> {
  const points = concentrationOf(Float64Array.from(study.value));
  const held = (share: number): string => percent(heldBy(points, share), 0);
  return drawConcentration(points, {
    title: `A fifth of the customers holds ${held(0.2)} of the value of the next two years`,
    description: `Cumulative share of expected discounted margin by customers from the most to the least valuable: the first tenth holds ${held(0.1)}, the first half ${held(0.5)}.`,
  });
}

/** What customers of each contract are worth. */
export function segmentTable(data: ValueData, study: ValueStudy): string {
  const rows = contracts.map((name, code) => {
    const members = [...data.close.rows.keys()].filter(
      (k) => data.base.profile.contract[data.close.rows[k]] === code,
    );
    const mean = (values: ArrayLike<number>): number =>
      members.reduce((sum, k) => sum + values[k], 0) / members.length;
    return {
      name,
      customers: members.length,
      revenue: mean(data.close.revenue),
      churn: mean(study.churn),
      value: mean(study.value),
      low: mean(study.low),
      high: mean(study.high),
    };
  });
  return dataTable(
    rows,
    [
      { label: "Contract", text: (row) => row.name },
      numeric("Customers", (row) => count(row.customers)),
      numeric("$ a month", (row) => decimal(row.revenue, 0)),
      numeric("Leave in 6 months", (row) => percent(row.churn)),
      scored("Value, $", "highest", (row) => row.value, count),
      numeric("90% range, $", (row) => `${count(row.low)} to ${count(row.high)}`),
    ],
    {
      caption: `Expected discounted margin of the next ${valuedMonths} months, by contract`,
      note: `Margin: revenue less cost of the last three months. Interest: ${percent(study.discountRate, 0)} a year. The 90% range is one customer's luck in when they leave, averaged over customers.`,
    },
  );
}
