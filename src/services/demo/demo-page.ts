import { count, decimal, interval, percent } from "../../core/format";
import { barChart } from "../../report/charts/bars";
import { diagonal, gainPoints, gainReferences, lineChart, referenceLine } from "../../report/charts/line";
import { modelColours } from "../../report/charts/theme";
import { dataTable, numeric, scored, type TableColumn } from "../../report/data-table";
import { type Figure, ranged } from "../../report/figures";
import { html, raw } from "../../report/html";
import { reportPage, today } from "../../report/page";
import { distributionChart } from "../synthetic/comparison-views";
import type { Demo, DemoModel } from "./run-demo";

/** How many columns are drawn by importance. */
const mostImportant = 8;

/** The page of `telelink demo`: one file, the finding first. */
export async function demoPage(demo: Demo): Promise<string> {
  const { models, quality, seed, sha256, train, test } = demo;
  const boosted = models[models.length - 1];
  const [tenth] = boosted.gains;
  const body = html`
<p>These customers are simulated, so nobody's data is in this page. Put your own table in their place with the commands at its end.</p>
<h2 id="who">Who leaves?</h2>
${raw(modelTable(models))}
${raw(await gainChart(boosted, demo.churnShare))}
${raw(await calibrationChart(boosted))}
<h2 id="why">What tells them apart?</h2>
${raw(await importanceChart(demo))}
<h2 id="synthetic">Customers to give away</h2>
<p>${count(demo.synthetic.rows)} customers who do not exist, drawn from a model of the ${count(train.rows)} that were learnt from. Their Quality, judged by customers held out, is ${decimal(quality.synthetic)}; other real customers reach ${decimal(quality.real)}.</p>
${raw(await sideBySide(demo, "tenure"))}
${raw(await sideBySide(demo, "Contract"))}
<h2 id="next">With your own customers</h2>
<pre><code>npx telelink data show customers.csv
npx telelink train --data customers.csv --target Churn --id customerID --out churn.json
npx telelink predict churn.json --data later.csv --id customerID --out risks.csv
npx telelink synth fit --data customers.csv --out model.json
npx telelink synth sample --model model.json --rows 1000 --out nobody.csv</code></pre>`;
  return reportPage({
    name: "demo",
    title: "Who leaves, and customers to give away",
    finding: `Contacting the tenth of customers that gradient boosting suspects most finds ${percent(tenth.gain, 0)} of those who leave, ${decimal(tenth.lift, 1)} times as many as chance would.`,
    figures: figures(demo, boosted),
    sources: [{ name: "simulated Telco customers", sha256, rows: train.rows + test.rows, simulated: true }],
    seeds: [seed],
    date: today(),
    body,
    facts: [
      ["Judged on", `${count(test.rows)} customers that no model learnt from`],
      ["Intervals", "95%, 500 bootstrap samples of these"],
    ],
  });
}

function figures({ importances, quality }: Demo, model: DemoModel): Figure[] {
  const { estimate: value, low, high } = model.rocAuc;
  const key = true;
  return [
    { name: "rocAuc", label: "ROC AUC", value, low, high, interval: "95% bootstrap", key, better: "higher" },
    {
      name: "tenth",
      label: "Leavers in the top tenth",
      value: model.gains[0].gain,
      unit: "%",
      digits: 0,
      key,
    },
    {
      name: "brier",
      label: "Brier",
      ...ranged(model.brierLoss, "95% bootstrap"),
      key,
      better: "lower",
    },
    {
      name: "quality",
      label: "Quality of synthetic customers",
      value: quality.synthetic,
      key,
      better: "higher",
    },
    {
      name: "importance",
      label: `ROC AUC lost without ${importances[0].feature}`,
      value: importances[0].mean,
    },
  ];
}

function modelTable(models: readonly DemoModel[]): string {
  const figure = (
    label: string,
    key: "rocAuc" | "averagePrecision" | "brierLoss",
    best: "highest" | "lowest",
  ): TableColumn<DemoModel>[] => [
    scored(label, best, (m) => m[key].estimate),
    numeric("95%", (m) => interval(m[key].low, m[key].high, 2)),
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: (m) => m.name },
      ...figure("ROC AUC", "rocAuc", "highest"),
      ...figure("PR AUC", "averagePrecision", "highest"),
      ...figure("Brier", "brierLoss", "lowest"),
    ],
    {
      caption: "On customers that were held out",
      note: "Settings were chosen beforehand, not on these customers.",
    },
  );
}

function gainChart({ gains, name }: DemoModel, share: number): Promise<string> {
  const half = gains.find((band) => band.gain >= 0.5) ?? gains[gains.length - 1];
  return lineChart({
    title: `Half of the leavers are among the most suspected ${percent(half.cumulativeRows, 0)}`,
    description: `Share of leavers found against the share of customers contacted, most suspected first by ${name.toLowerCase()}.`,
    x: { label: "Share of customers contacted", domain: [0, 1], format: ".0%" },
    y: { label: "Share of leavers found", domain: [0, 1], format: ".0%" },
    series: [
      {
        name,
        colour: modelColours[name] ?? 1,
        points: gainPoints(gains),
      },
      ...gainReferences(share),
    ],
  });
}

function calibrationChart({ calibration, name }: DemoModel): Promise<string> {
  const outside = calibration.filter(
    ({ meanPredicted, interval: [low, high] }) => meanPredicted < low || meanPredicted > high,
  );
  return lineChart({
    title: `${calibration.length - outside.length} of ${calibration.length} groups of customers left as often as predicted`,
    description:
      "Mean predicted probability of equal groups of held-out customers against the share that left, with intervals.",
    note: "Bands: 95% intervals of the observed shares.",
    x: { label: "Predicted probability of leaving", domain: [0, 1], format: ".0%" },
    y: { label: "Share that left", domain: [0, 1], format: ".0%" },
    series: [
      {
        name,
        colour: modelColours[name] ?? 1,
        dots: true,
        points: calibration.map((bin) => ({
          x: bin.meanPredicted,
          y: bin.observed,
          low: bin.interval[0],
          high: bin.interval[1],
        })),
      },
      referenceLine("As predicted", diagonal),
    ],
  });
}

function importanceChart({ importances }: Demo): Promise<string> {
  const shown = importances.slice(0, mostImportant);
  return barChart({
    title: `${shown[0].feature} tells most`,
    description: `How much ROC AUC gradient boosting loses when a column is shuffled: ${shown.map((importance) => `${importance.feature} ${decimal(importance.mean)}`).join(", ")}.`,
    note: "Three shuffles of the held-out customers each. Of columns that tell the same, each seems unimportant.",
    value: { label: "ROC AUC lost when the column is shuffled" },
    bars: shown.map((importance) => ({
      label: importance.feature,
      value: Math.max(0, importance.mean),
      colour: 1,
    })),
  });
}

function sideBySide({ test, synthetic }: Demo, column: string): Promise<string> {
  return distributionChart(
    [
      { name: "held out", table: test, colour: "grey" },
      { name: "synthetic", table: synthetic, colour: 1 },
    ],
    column,
  );
}
