import { count, decimal, percent } from "../../core/format";
import { type Step, waterfallChart } from "../../report/charts/waterfall";
import { dataTable, numeric } from "../../report/data-table";
import type { DataSource } from "../../report/figures";
import { html, raw } from "../../report/html";
import { reportPage, today } from "../../report/page";
import type { RowExplanation } from "./explain-model";
import type { SavedModel } from "./saved-model";

/** What the page of one row says of it. */
export interface ExplainedRow {
  readonly found: RowExplanation;
  /** What the row is called: its number in the file, or its identifier. */
  readonly name: string;
  readonly source: DataSource;
  readonly seed: number;
  /** How many columns stand apart; the others are one step. */
  readonly top: number;
}

/** The page of `telelink explain --html`: how a row's prediction comes about, column by column. */
export async function explainPage(
  { target, threshold, origin }: SavedModel,
  { found, name, source, seed, top }: ExplainedRow,
): Promise<string> {
  const { prediction, base, unit, method, reasons } = found;
  const text = (value: number): string =>
    unit === "target" && Math.abs(value) >= 100 ? count(value) : decimal(value);
  const shown = reasons.slice(0, top);
  const rest = reasons.slice(top);
  const steps: Step[] = shown.map((reason) => ({
    label: `${reason.column} = ${reason.value === "" ? "missing" : reason.value}`,
    change: reason.contribution,
  }));
  if (rest.length > 0)
    steps.push({
      label: `${rest.length} other columns`,
      change: rest.reduce((sum, reason) => sum + reason.contribution, 0),
    });
  const classes = target.kind !== "numbers";
  const what = classes ? `${target.column} = ${found.class ?? target.positive}` : target.column;
  const answer = classes ? percent(prediction, 1) : text(prediction);
  const most = shown.find((reason) => reason.contribution !== 0);
  const raises = most && most.contribution > 0 ? "raises" : "lowers";
  const chart = await waterfallChart({
    title: `From what the model says of nobody in particular to ${name}`,
    description: `Steps along the ${unit}: ${steps.map((step) => `${step.label} ${text(step.change)}`).join(", ")}.`,
    note: `Orange raises the prediction, blue lowers it. ${methodSentence(method)}`,
    from: { label: "base value", value: base },
    to: name,
    steps,
    value: { label: unitLabel(unit, what) },
    text,
  });
  const table = dataTable(
    reasons,
    [
      { label: "Column", text: (reason) => reason.column },
      { label: "Value", text: (reason) => (reason.value === "" ? "missing" : reason.value) },
      numeric(`Adds to the ${unit}`, (reason) => text(reason.contribution)),
    ],
    { caption: "All columns, the strongest first" },
  );
  const body = html`
<h2 id="why">Why</h2>
${raw(chart)}
${raw(table)}`;
  return reportPage({
    name: "explain",
    title: `Why ${name} gets its prediction`,
    finding: `The model gives ${name} ${classes ? `a chance of ${answer} that ${what}` : `${answer} as ${what}`}${
      most ? `; what ${raises} it most is ${most.column} = ${most.value === "" ? "missing" : most.value}` : ""
    }.`,
    figures: [
      classes
        ? {
            name: "prediction",
            label: `Chance that ${what}`,
            value: prediction,
            unit: "%",
            digits: 1,
            key: true,
          }
        : { name: "prediction", label: what, value: prediction, key: true },
      ...(threshold === undefined
        ? []
        : [
            {
              name: "threshold",
              label: "Threshold of the model",
              value: threshold,
              unit: "%",
              digits: 1,
              key: true,
            } as const,
          ]),
    ],
    sources: [source],
    seeds: [seed],
    date: today(),
    body,
    facts: [["Model", `${origin.model}, of ${origin.rows} rows`]],
  });
}

function unitLabel(unit: RowExplanation["unit"], what: string): string {
  return unit === "target" ? what : `${unit[0].toUpperCase()}${unit.slice(1)} of ${what}`;
}

function methodSentence(method: RowExplanation["method"]): string {
  if (method === "exact") return "These are the model's own SHAP values.";
  return method === "rescaled"
    ? "These are SHAP values, rescaled through the model's calibration or blend."
    : "These are Shapley values sampled against other rows of the file.";
}
