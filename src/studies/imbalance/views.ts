import { count, decimal, difference, duration, percent } from "../../core/format";
import { mean as average } from "../../core/math/statistics";
import type { Comparison } from "../../evaluate/compare";
import { calibrationCurve } from "../../evaluate/probability";
import { type Dot, dotChart } from "../../report/charts/dots";
import { diagonal, lineChart, referenceLine, type Series } from "../../report/charts/line";
import { type Colour, modelColours } from "../../report/charts/theme";
import { dataTable, numeric, scored, type TableColumn } from "../../report/data-table";
import { html } from "../../report/html";
import { againstMoving, meanOf, remediesOf, trialOf, verdict } from "./compare";
import { campaign, contact, type FoldFigure, payingProbability } from "./fold-figures";
import type { Market, MarketStudy, Trial } from "./run";

/** The data sets: how many customers, how many left. */
export function marketsTable(markets: readonly Market[]): string {
  return dataTable(
    markets,
    [
      { label: "Data", text: ({ name, source }) => (source.simulated ? `${name}, simulated` : name) },
      numeric("Customers", (row) => count(row.customers.rows.rows)),
      numeric("Columns", (row) => count(row.customers.rows.columns.length)),
      numeric("Left", ({ customers }) => percent(average(customers.labels))),
    ],
    { caption: "The customers" },
  );
}

/** How well each remedy's decisions find leavers, with one learner on one data set. */
export function remediesTable(study: MarketStudy, learner: string): string {
  const rows = remediesOf(study).map((name) => trialOf(study, learner, name));
  const isBase = (trial: Trial): boolean => trial.remedy === nothing;
  const against = (trial: Trial): Comparison => againstMoving(study, trial, "f1");
  return dataTable(
    rows,
    [
      { label: "Remedy", text: (row) => row.remedy },
      mean("F1 at ½", "f1AtHalf", "highest", "Calling those with a probability of at least one half"),
      mean("F1, moved", "f1", "highest", "At the threshold with the best F1 on the other folds"),
      numeric("Difference", (row) => (isBase(row) ? "reference" : difference(against(row).difference)), {
        help: "In F1 with the threshold moved, from doing nothing else",
      }),
      { label: "Verdict", text: (row) => (isBase(row) ? "reference" : verdict(against(row))) },
      mean("Recall", "recallAtHalfPrecision", "highest", "Leavers found when half of the calls are right"),
    ],
    {
      caption: `Finding leavers: ${learner.toLowerCase()} on ${study.name}`,
      note: `Means over ${rows[0].folds.length} folds. F1, moved: at the threshold with the best F1 on the other folds. Verdict: whether the 95% interval of the difference, corrected for the folds' overlap, leaves out zero. Recall: when half of the calls are right.`,
    },
  );
}

/** What each remedy does to the probabilities, what believing them earns, and what it takes. */
export function probabilitiesTable(study: MarketStudy, learner: string): string {
  const rows = remediesOf(study).map((name) => trialOf(study, learner, name));
  return dataTable(
    rows,
    [
      { label: "Remedy", text: (row) => row.remedy },
      mean("Brier", "brier", "lowest", "Mean squared error of the probability"),
      mean(
        "Calibration",
        "calibrationError",
        "lowest",
        "Mean distance of promised and observed shares, in ten bins",
      ),
      numeric("Promised", (row) => percent(meanOf(row, "meanPredicted")), { help: "The mean probability" }),
      mean("Profit", "profit", "highest", "Per customer, believing the probabilities", 2),
      mean(
        "Profit, moved",
        "profitMoved",
        "highest",
        "At the threshold that paid best on the other folds",
        2,
      ),
      numeric("Time", (row) => duration(meanOf(row, "milliseconds")), { varies: true }),
    ],
    {
      caption: `Believing the probabilities: ${learner.toLowerCase()} on ${study.name}`,
      note: `Means over ${rows[0].folds.length} folds; ${percent(study.share)} left. Calibration: mean distance of promised and observed shares, in ten bins. Profit: per customer, contacting all above ${percent(payingProbability)}; moved: above the threshold that paid best on the other folds. Time: making the rows and one fit, on one thread.`,
    },
  );
}

function mean(
  label: string,
  figure: FoldFigure,
  best: "highest" | "lowest",
  help: string,
  digits = 3,
): TableColumn<Trial> {
  return scored(
    label,
    best,
    (row) => meanOf(row, figure),
    (value) => decimal(value, digits),
    { help },
  );
}

const nothing = "Nothing";
/** What the chart of promises shows. */
const remedyColours: Readonly<Record<string, Colour>> = { [nothing]: 1, "Class weights": 5, SMOTE: 2 };

function colourOfLearner(learner: string): Colour {
  return modelColours[learner] ?? 1;
}

/** F1 of each remedy against moving the threshold alone: with its threshold moved as well, and at one half. */
export function movedThresholdChart(study: MarketStudy, learner: string): Promise<string> {
  const moved = remediesOf(study)
    .filter((name) => name !== nothing)
    .map((name) => ({ name, ...againstMoving(study, trialOf(study, learner, name), "f1") }));
  const clearly = (word: string): string[] =>
    moved.filter((one) => verdict(one) === word).map((one) => one.name);
  const sides = [
    ["better", clearly("better")],
    ["worse", clearly("worse")],
  ] as const;
  const found = sides.flatMap(([word, names]) =>
    names.length > 0 ? [`${names.join(", ")} clearly ${word}`] : [],
  );
  const where = `${learner.toLowerCase()}, ${study.name}`;
  return dotChart({
    title: `Against moving the threshold alone, ${found.length > 0 ? `${found.join("; ")}; no clear difference for the rest` : "no remedy makes a clear difference"}: ${where}`,
    description: `Differences in F1 from ${learner.toLowerCase()} without any remedy at a moved threshold, with 95% intervals; left of zero the remedy is worse.`,
    note: "Dots: the remedy with its threshold moved as well, and 95% intervals over folds, corrected for their overlap. Diamonds: with a threshold of one half.",
    x: { label: "Difference in F1 from moving the threshold only" },
    zero: 0,
    dots: moved.flatMap((one): Dot[] => [
      { ...dot(one.name, one, colourOfLearner(learner)), group: "threshold moved too" },
      {
        label: one.name,
        value: againstMoving(study, trialOf(study, learner, one.name), "f1AtHalf", "f1").difference,
        colour: "grey",
        mark: "diamond",
        group: "threshold one half",
      },
    ]),
  });
}

/** What a contact costs and earns, and from which probability it pays: the campaign by which decisions are valued. */
export function campaignNote(): string {
  return html`<p>A campaign tells what a decision is worth. Contacting costs ${campaign.contactCost}, an accepted offer ${campaign.offerCost}; ${percent(campaign.acceptance, 0)} of the leavers accept, and each is worth ${campaign.customerValue}. So contacting a leaver earns ${decimal(contact.leaver, 0)} on average, contacting a stayer costs ${decimal(contact.stayer, 0)}, and it pays to contact whoever leaves with a probability of more than ${percent(payingProbability)}, if the probability is true.</p>`
    .text;
}

/** What contacts earn when probabilities are taken at their word, against doing nothing. */
export function profitChart(study: MarketStudy, learner: string): Promise<string> {
  const others = remediesOf(study).filter((name) => name !== nothing);
  const differences = others.map((name) => ({
    name,
    ...againstMoving(study, trialOf(study, learner, name), "profit"),
  }));
  const worst = differences.reduce((a, b) => (b.difference < a.difference ? b : a));
  const best = differences.reduce((a, b) => (b.difference > a.difference ? b : a));
  const base = meanOf(trialOf(study, learner, nothing), "profit");
  return dotChart({
    title: `Believing the probabilities earns ${decimal(base, 2)} a customer untouched, and from ${decimal(base + worst.difference, 2)} (${worst.name}) to ${decimal(base + best.difference, 2)} (${best.name}) after a remedy: ${learner.toLowerCase()}, ${study.name}`,
    description: `Differences in profit per customer from ${learner.toLowerCase()} without remedy when everybody above ${percent(payingProbability)} is contacted, with 95% intervals.`,
    note: `A contact costs ${campaign.contactCost}, an accepted offer ${campaign.offerCost}; ${percent(campaign.acceptance, 0)} of the leavers accept and are worth ${campaign.customerValue}: a contacted leaver earns ${decimal(contact.leaver, 0)}, a stayer costs ${decimal(contact.stayer, 0)}, so contacts pay from a probability of ${percent(payingProbability)}.`,
    x: { label: "Difference in profit per customer" },
    zero: 0,
    dots: differences.map((difference) => dot(difference.name, difference, colourOfLearner(learner))),
  });
}

/** What probabilities promised against what came: untouched, weighted, and after SMOTE. */
export function promiseChart(study: MarketStudy, learner: string): Promise<string> {
  const shown = remediesOf(study).filter((name) => name in remedyColours);
  const series = shown.map((name): Series => {
    const { predictions } = trialOf(study, learner, name);
    const bins = calibrationCurve(study.labels, predictions, { bins: 8, strategy: "quantile" });
    const points = bins.map((bin) => ({
      x: bin.meanPredicted,
      y: bin.observed,
      ...(name === nothing ? { low: bin.interval[0], high: bin.interval[1] } : {}),
    }));
    return { name, colour: remedyColours[name], dots: true, points };
  });
  const [untouched, after] = [nothing, shown[shown.length - 1]].map((name) =>
    meanOf(trialOf(study, learner, name), "meanPredicted"),
  );
  return lineChart({
    title: `${percent(study.share, 0)} left; ${learner.toLowerCase()} promises ${percent(untouched, 0)}, after ${shown[shown.length - 1]} ${percent(after, 0)}: ${study.name}`,
    description:
      "Mean predicted probability of eight equal groups of customers against the share of them that left. The diagonal is perfect; below it, probabilities promise too many leavers.",
    note: "Out-of-fold predictions of one repeat. Band: 95% intervals of the observed shares without remedy.",
    x: { label: "Predicted probability of leaving", domain: [0, 1], format: ".0%" },
    y: { label: "Share that left", domain: [0, 1], format: ".0%" },
    series: [...series, referenceLine("Perfect", diagonal, { dashed: false })],
  });
}

function dot(label: string, from: Comparison, colour: Colour): Dot {
  const { difference: value, low, high } = from;
  return { label, value, low, high, colour };
}
