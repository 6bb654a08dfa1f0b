import { count, decimal, duration, interval, percent } from "../../core/format";
import { contracts } from "../../data/simulate/profile";
import {
  concentrationOf,
  concentrationChart as drawConcentration,
  heldBy,
} from "../../report/charts/concentration";
import { type Dot, dotChart } from "../../report/charts/dots";
import { dataTable, type TableColumn } from "../../report/data-table";
import { type ValueData, type ValueModel, type ValueStudy, valuedMonths, type WorthFigure } from "./value";

/** Every way to foretell revenue, with bootstrap intervals. */
export function valueTable(study: ValueStudy): string {
  const { models } = study;
  const figure = (
    label: string,
    key: WorthFigure,
    help: string,
    text: (value: number) => string,
    best?: "highest" | "lowest",
  ): TableColumn<ValueModel>[] => [
    {
      label,
      help,
      align: "right",
      ...(best ? { best, value: (row: ValueModel) => row.scores[key].estimate } : {}),
      text: (row) => text(row.scores[key].estimate),
    },
  ];
  return dataTable(
    models,
    [
      { label: "Way", text: (row) => (row.name === study.chosen ? `${row.name} (chosen)` : row.name) },
      {
        label: "Validated",
        align: "right",
        help: "Gini of the last quarter of history, foretold from the nine months before: what the way is chosen by",
        text: (row) => (row.oracle ? "" : decimal(study.validated[row.name])),
      },
      ...figure(
        "Gini",
        "gini",
        "How well customers are ordered by worth; 1 is the perfect order",
        (v) => decimal(v),
        "highest",
      ),
      {
        label: "95% interval",
        align: "right",
        text: (row) => interval(row.scores.gini.low, row.scores.gini.high),
      },
      ...figure("MAE, $", "mae", "Mean absolute error of a customer's year", (v) => decimal(v, 0), "lowest"),
      ...figure(
        "Tenths off by",
        "decile",
        "Mean relative error of the tenths of customers by prediction",
        (v) => percent(v),
        "lowest",
      ),
      ...figure("Sum off by", "total", "Predicted less actual revenue of all", (v) => percent(v)),
      {
        label: "Time",
        align: "right",
        varies: true,
        text: (row) => (row.oracle ? "" : duration(row.milliseconds)),
      },
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
    dots: best.deciles.flatMap((bin): Dot[] => {
      const label = `${bin.bin === 1 ? "Top" : bin.bin === best.deciles.length ? "Bottom" : `${bin.bin}.`} tenth`;
      const error = 1.96 * bin.standardError;
      return [
        { label, value: bin.actual, low: bin.actual - error, high: bin.actual + error, colour: 1 },
        { label, value: bin.predicted, colour: "grey", mark: "diamond", group: "predicted" },
      ];
    }),
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
      { label: "Customers", align: "right", text: (row) => count(row.customers) },
      { label: "$ a month", align: "right", text: (row) => decimal(row.revenue, 0) },
      { label: "Leave in 6 months", align: "right", text: (row) => percent(row.churn) },
      {
        label: "Value, $",
        align: "right",
        value: (row) => row.value,
        best: "highest",
        text: (row) => count(row.value),
      },
      {
        label: "90% range, $",
        align: "right",
        text: (row) => `${count(row.low)} to ${count(row.high)}`,
      },
    ],
    {
      caption: `Expected discounted margin of the next ${valuedMonths} months, by contract`,
      note: `Margin: revenue less cost of the last three months. Interest: ${percent(study.discountRate, 0)} a year. The 90% range is one customer's luck in when they leave, averaged over customers.`,
    },
  );
}
