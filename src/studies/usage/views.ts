import { count, decimal, difference, duration, interval, percent } from "../../core/format";
import type { Interval } from "../../evaluate/bootstrap";
import { type Dot, dotChart } from "../../report/charts/dots";
import type { Colour } from "../../report/charts/theme";
import { dataTable, numeric, scored, type TableColumn } from "../../report/data-table";
import { type ChurnMeasure, rival, type UsageChurn, type UsageLeaver } from "./churn";
import type { UsageData } from "./data";
import { naive, type Quantity, quantities, type UsageForecast, type UsageForecasts } from "./forecasts";

export const measureNames: Readonly<Record<ChurnMeasure, string>> = {
  rocAuc: "ROC AUC",
  prAuc: "PR AUC",
  logLoss: "Log loss",
};

/** Which customers and months teach and which judge. */
export function windowsTable(data: UsageData): string {
  const { test } = data;
  const rows = [
    ...data.train.map((window, k) => ({
      ...window,
      use: "teaches",
      customers: window.left.length + data.validation[k].left.length,
      leavers: sum(window.left) + sum(data.validation[k].left),
    })),
    { ...test, use: "judges", customers: test.left.length, leavers: sum(test.left) },
  ];
  return dataTable(
    rows,
    [
      { label: "Usage of months", text: (row) => `${row.month - 11} to ${row.month}` },
      { label: "Foretells months", text: (row) => `${row.month + 1} to ${row.month + 3}` },
      { label: "Use", text: (row) => row.use },
      numeric("Customers", (row) => count(row.customers)),
      numeric("Left in these months", (row) => percent(row.leavers / row.customers)),
    ],
    {
      caption: "Simulated customers: what teaches and what judges",
      note: "Other customers judge than teach, and in later months. A fifth of those who teach are kept for early stopping.",
    },
  );
}

/** Every way to tell who leaves, with the differences to boosting on aggregates. */
export function usageChurnTable(churn: UsageChurn): string {
  const figure = (measure: ChurnMeasure, best: "highest" | "lowest"): TableColumn<UsageLeaver> =>
    scored(measureNames[measure], best, (row) => row.scores[measure].estimate);
  const against = (measure: ChurnMeasure): TableColumn<UsageLeaver> =>
    numeric("against boosting", (row) => (row.differences ? range(row.differences[measure]) : "reference"), {
      help: `${measureNames[measure]} less that of boosting on aggregates, 95% bootstrap`,
    });
  return dataTable(
    churn.ways,
    [
      { label: "Way", text: (row) => row.name },
      figure("rocAuc", "highest"),
      against("rocAuc"),
      figure("prAuc", "highest"),
      figure("logLoss", "lowest"),
      against("logLoss"),
      numeric("Time", (row) => (row.milliseconds < 10 ? "" : duration(row.milliseconds)), { varies: true }),
    ],
    {
      caption: `Who leaves within three months: ${count(churn.customers)} simulated customers, ${count(churn.leavers)} of whom left`,
      muted: reference,
      note: "The ceiling weighs by Bayes' rule all that may have become of a customer, with the simulator's own chances and its own way of making months; it sees the same columns as the models, and none of them can be expected to pass it. The oracle sees each customer's hidden mood and risk instead. The simulator makes months backwards from the close of the books, so that they tell a little of what comes after as well: where the ceiling passes the oracle, that is why. Intervals draw customers anew.",
    },
  );
}

/** Differences of ROC AUC to boosting on aggregates. */
export function usageChurnChart(churn: UsageChurn): Promise<string> {
  const colours: Readonly<Record<UsageLeaver["kind"], Colour>> = {
    yardstick: "grey",
    boosting: 3,
    sequence: 4,
    both: 6,
    ceiling: "grey",
    oracle: "grey",
  };
  const dots = churn.ways.flatMap((way): Dot[] =>
    way.differences && !reference(way)
      ? [
          {
            label: way.name,
            value: way.differences.rocAuc.estimate,
            low: way.differences.rocAuc.low,
            high: way.differences.rocAuc.high,
            colour: colours[way.kind],
          },
        ]
      : [],
  );
  const nets = churn.ways.filter((way) => way.kind === "sequence");
  const words = nets.map((net) => `${net.name} ${verdictWords[verdictOf(net)]}`).join(", ");
  return dotChart({
    title: `Against boosting on aggregates: ${words}`,
    description: `Differences of ROC AUC to boosting on aggregates: ${dots.map((d) => `${d.label} ${difference(d.value)} (${interval(d.low ?? 0, d.high ?? 0)})`).join("; ")}.`,
    note: "Lines are 95% bootstrap intervals over customers. Right of the line is better than boosting.",
    x: { label: "Difference of ROC AUC", format: "+.2f" },
    zero: 0,
    dots,
  });
}

/** Whether it knows the simulator, and so is there for comparison only. */
export function reference({ kind }: UsageLeaver): boolean {
  return kind === "ceiling" || kind === "oracle";
}

/** What the intervals allow to say of a way against boosting on aggregates. */
export type Verdict = "better" | "worse" | "no different";
export const verdictWords: Readonly<Record<Verdict, string>> = {
  better: "is better",
  worse: "is worse",
  "no different": "makes no sure difference",
};

/** Better or worse where ROC AUC or log loss surely is, and neither surely is the opposite. */
export function verdictOf(leaver: UsageLeaver): Verdict {
  if (!leaver.differences) return "no different";
  const { rocAuc, logLoss } = leaver.differences;
  const better = rocAuc.low > 0 || logLoss.high < 0;
  const worse = rocAuc.high < 0 || logLoss.low > 0;
  return better === worse ? "no different" : better ? "better" : "worse";
}

/** Quantile forecasts of one quantity per customer, by every way. */
export function usageForecastTable(forecasts: UsageForecasts, quantity: Quantity): string {
  const digits = quantity === "minutes" ? 1 : 2;
  const of = (forecast: UsageForecast) => forecast.by[quantity];
  return dataTable(
    forecasts.ways,
    [
      { label: "Way", text: (row) => row.name },
      scored(
        "Pinball loss",
        "lowest",
        (row) => of(row).pinball,
        (value) => decimal(value, digits),
        { help: "Mean over the quantiles .1, .5 and .9; lower is better" },
      ),
      numeric(`Against ${naive.toLowerCase()}`, (row) => shares(of(row).gain) ?? "reference", {
        help: "95% bootstrap of customers",
      }),
      numeric("Inside .1 to .9", (row) => percent(of(row).coverage), {
        help: "Share of customers between the two quantiles; 80% is meant",
      }),
      numeric("Width", (row) => decimal(of(row).width, digits)),
      scored("Total off by", "lowest", (row) => offOf(forecasts, row, quantity), percent, {
        help: "Foretold sum of all customers against what came",
      }),
    ],
    {
      caption: `${quantity === "minutes" ? "Minutes" : "Cost in dollars"} of the next three months, ${count(forecasts.customers)} simulated customers`,
      note: `${naive} says what was in the same months a year before, with the quantiles of its own past errors around it. Use ends when a customer leaves, and forecasts have to allow for that.`,
    },
  );
}

/** The sums over all customers against what came. */
export function usageTotalsChart(forecasts: UsageForecasts): Promise<string> {
  const colours: readonly Colour[] = ["grey", 3, 4];
  const dots = quantities.flatMap((quantity): Dot[] =>
    forecasts.ways.map((way, k): Dot => {
      const truth = forecasts.totals[quantity];
      const { estimate, low, high } = way.by[quantity].total;
      return {
        label: `${quantity === "minutes" ? "Minutes" : "Cost"}, ${way.name}`,
        value: estimate / truth - 1,
        low: low / truth - 1,
        high: high / truth - 1,
        colour: colours[k % colours.length],
      };
    }),
  );
  const best = bestTotal(forecasts, "cost");
  return dotChart({
    title: `${best.name} comes closest to the cost of all customers: ${percent(offOf(forecasts, best, "cost"))} off`,
    description: `Foretold less actual total, as a share: ${dots.map((d) => `${d.label} ${percent(d.value)}`).join("; ")}.`,
    note: `Actual: ${count(forecasts.totals.minutes)} minutes, ${count(forecasts.totals.cost)} dollars of cost. Lines are 80% intervals if customers err independently; a season or a trend that moves all of them at once comes on top.`,
    x: { label: "Foretold less actual, share of actual", format: "+.1%" },
    zero: 0,
    dots,
  });
}

/** How far a way's total is off, as a share of what came. */
export function offOf(forecasts: UsageForecasts, forecast: UsageForecast, quantity: Quantity): number {
  return Math.abs(forecast.by[quantity].total.estimate / forecasts.totals[quantity] - 1);
}

/** The way whose total is closest. */
export function bestTotal(forecasts: UsageForecasts, quantity: Quantity): UsageForecast {
  return forecasts.ways.reduce((a, b) =>
    offOf(forecasts, b, quantity) < offOf(forecasts, a, quantity) ? b : a,
  );
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

function range({ low, high }: Interval): string {
  return `${difference(low)} to ${difference(high)}`;
}

/** Shares with their signs: "−39 % to −36 %". */
export function shares(of: Interval | undefined): string | undefined {
  return of && `${signed(of.low)} to ${signed(of.high)}`;
}

function signed(share: number): string {
  return `${share > 0 ? "+" : ""}${percent(share, 0)}`;
}

/** The way of that name. */
export function wayNamed(churn: UsageChurn, name: string): UsageLeaver {
  const found = churn.ways.find((way) => way.name === name);
  if (!found) throw new RangeError(`Cannot find a way: it must be among the study's, got ${name}`);
  return found;
}

/** Boosting on aggregates. */
export function rivalOf(churn: UsageChurn): UsageLeaver {
  return wayNamed(churn, rival);
}
