import { count, decimal, duration, percent } from "../../core/format";
import { holm } from "../../core/math/statistics";
import { foldScores } from "../../models/search/fold-scores";
import { barChart } from "../../report/charts/bars";
import { dotChart } from "../../report/charts/dots";
import { lineChart, survivalPoints } from "../../report/charts/line";
import type { Colour } from "../../report/charts/theme";
import { dataTable, numeric, scored, type TableColumn } from "../../report/data-table";
import type { ContractCurves, LifetimeDrivers, LifetimeModel } from "./lifetimes";

const colours: readonly Colour[] = [2, 1, 3, 4, 5, 6];

/** Survival by contract, with log-log bands. */
export function contractChart(found: ContractCurves): Promise<string> {
  const short = found.curves.reduce((a, b) => (b.curve.at(24) < a.curve.at(24) ? b : a));
  const long = found.curves.reduce((a, b) => (b.curve.at(24) > a.curve.at(24) ? b : a));
  return lineChart({
    title: `Two years on, ${percent(short.curve.at(24), 0)} of ${short.contract.toLowerCase()} customers are still there, and ${percent(long.curve.at(24), 0)} of those on ${long.contract.toLowerCase()} contracts`,
    description: `Kaplan–Meier survival by contract with 95% bands. ${found.curves.map((curve) => `${curve.contract}: ${percent(curve.curve.at(12), 0)} after 12 months, ${percent(curve.curve.at(48), 0)} after 48`).join("; ")}.`,
    note: `Bands: 95%, pointwise, log-log. Log-rank test that all contracts share one curve: χ² = ${count(found.test.statistic)} with ${found.test.df} degrees of freedom.`,
    x: { label: "Months since joining", domain: [0, 72] },
    y: { label: "Share still there", domain: [0, 1], format: ".0%" },
    series: found.curves.map(({ contract, curve }, k) => ({
      name: contract,
      colour: colours[k % colours.length],
      points: survivalPoints(curve),
    })),
  });
}

/** Hazard ratios with intervals, the strongest first. */
export function driversOfLifetimeChart(found: LifetimeDrivers, most = 14): Promise<string> {
  const strongest = [...found.coefficients]
    .filter((coefficient) => coefficient.pValue < 0.05)
    .sort((a, b) => Math.abs(b.estimate) - Math.abs(a.estimate))
    .slice(0, most)
    .sort((a, b) => b.estimate - a.estimate);
  const [worst, best] = [strongest[0], strongest[strongest.length - 1]];
  return dotChart({
    title: `${nameOf(worst?.feature)} multiplies the monthly risk of leaving by ${decimal(Math.exp(worst?.estimate ?? 0), 1)}, ${nameOf(best?.feature).toLowerCase()} divides it by ${decimal(Math.exp(-(best?.estimate ?? 0)), 1)}`,
    description: `Hazard ratios of a Cox model: ${strongest.map((coefficient) => `${nameOf(coefficient.feature)} ${decimal(Math.exp(coefficient.estimate), 2)}`).join(", ")}.`,
    note: "Cox's proportional hazards, Efron's ties; all other columns held equal. Lines: 95% intervals. Right of 1: leaves sooner.",
    x: { label: "Hazard ratio" },
    zero: 1,
    dots: strongest.map((coefficient) => ({
      label: nameOf(coefficient.feature),
      value: Math.exp(coefficient.estimate),
      low: Math.exp(coefficient.low),
      high: Math.exp(coefficient.high),
      colour: coefficient.estimate > 0 ? 2 : 1,
    })),
  });
}

const shownDrifts = 8;

/** Whether effects are the same at all ages, column by column; p-values as they are, and corrected for how many were looked at. */
export function driftTable(found: LifetimeDrivers): string {
  const corrected = holm(found.drift.map((test) => test.pValue));
  const rows = found.drift
    .map((test, k) => ({
      ...test,
      corrected: corrected[k],
      row: found.coefficients.find((coefficient) => coefficient.feature === test.name),
    }))
    .sort((a, b) => b.statistic - a.statistic)
    .slice(0, shownDrifts);
  return dataTable(
    rows,
    [
      { label: "Column", text: (row) => nameOf(row.name) },
      numeric("Hazard ratio", (row) => decimal(Math.exp(row.row?.estimate ?? 0), 2)),
      numeric("Drift, χ²(1)", (row) => decimal(row.statistic, 1)),
      numeric("p-value", (row) => small(row.pValue)),
      numeric("Corrected", (row) => small(row.corrected), {
        help: `Holm's correction for ${found.drift.length} columns looked at`,
      }),
      { label: "Verdict", text: (row) => driftWords(row.pValue, row.corrected) },
    ],
    {
      caption: `Do effects stay the same with age? The ${shownDrifts} columns that drift most, of ${found.drift.length}`,
      note: "Grambsch and Therneau's test on Schoenfeld residuals against the rank of time. Corrected: Holm's p-value, which allows for the number of columns looked at. Where effects change, models with an effect per month (the hazards below) are the better ones.",
    },
  );
}

/** What a p-value and its correction allow to say. */
export function driftWords(pValue: number, corrected: number): string {
  if (corrected < 0.05) return "its effect changes with age";
  return pValue < 0.05 ? "a sign of a change, not a sure one among so many" : "no sign of a change";
}

function small(p: number): string {
  return p < 0.001 ? "below 0.001" : decimal(p, 3);
}

/** "Contract=Two year" as people say it, short enough for a chart's side. */
function nameOf(feature: string | undefined): string {
  const [column, level] = (feature ?? "").replace(/([a-z])([A-Z])/g, "$1 $2").split("=");
  if (level === undefined || level === "Yes" || level === "1") return column;
  const kind = column.replace(/ (Method|Service)$/, "");
  return level === "No"
    ? `No ${kind.toLowerCase()}`
    : `${kind}: ${level.toLowerCase().replace(" (automatic)", "")}`;
}

/** All survival models on customers they did not see. */
export function lifetimeTable(models: readonly LifetimeModel[]): string {
  const figure = (
    label: string,
    of: (model: LifetimeModel) => readonly number[],
    best: "highest" | "lowest",
    help: string,
  ): TableColumn<LifetimeModel>[] => [
    scored(
      label,
      best,
      (row) => foldScores(of(row)).mean,
      (value) => decimal(value, 4),
      { help },
    ),
    numeric("±", (row) => decimal(foldScores(of(row)).deviation, 4)),
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: (row) => row.name },
      ...figure(
        "Concordance",
        (model) => model.concordance,
        "highest",
        "How often the one predicted to leave first does",
      ),
      ...figure(
        "Time-dependent AUC",
        (model) => model.auc,
        "highest",
        "Mean over months of telling leavers from stayers",
      ),
      ...figure(
        "Integrated Brier",
        (model) => model.integratedBrier,
        "lowest",
        "Mean squared error of survival over months 3 to 60",
      ),
      numeric("Time", (row) => duration(row.milliseconds), { varies: true }),
    ],
    {
      caption: `Lifetimes of customers the models did not see, ${models[0]?.concordance.length ?? 0} folds`,
      muted: (row) => row.name === "One curve for all",
      note: "AUC by month: time-dependent, mean over months. Brier: integrated over months 3 to 60. Censoring is weighed out by the training folds' censoring curve. ±: standard deviation over folds, which overlap in training.",
    },
  );
}

/** Integrated Brier losses beside that of one curve for all. */
export function lifetimeChart(models: readonly LifetimeModel[]): Promise<string> {
  const score = (model: LifetimeModel): number => foldScores(model.integratedBrier).mean;
  const plain = models[0];
  const best = models.reduce((a, b) => (score(b) < score(a) ? b : a));
  return barChart({
    title: `${best.name} takes ${percent(1 - score(best) / score(plain), 0)} off the error of one curve for all`,
    description: `Integrated Brier loss: ${models.map((model) => `${model.name} ${decimal(score(model), 4)}`).join(", ")}.`,
    note: "Lower is better. Lines: one standard deviation over the folds.",
    value: { label: "Integrated Brier loss, months 3 to 60" },
    bars: models.map((model) => {
      const { mean, deviation } = foldScores(model.integratedBrier);
      return {
        label: model.name,
        value: mean,
        low: mean - deviation,
        high: mean + deviation,
        colour: model === plain ? "grey" : 1,
      };
    }),
  });
}
