import { decimal, duration, interval } from "../../core/format";
import { type Dot, dotChart } from "../../report/charts/dots";
import { type Colour, modelColours } from "../../report/charts/theme";
import { dataTable, numeric, type TableColumn } from "../../report/data-table";
import { html, untypeset } from "../../report/html";
import { leastSeeds } from "../band";
import type { ReferenceValueModel, ValueFigure } from "./reference";
import { bestWith, bestWithout } from "./reference-draw";

/** What must be said before any figure of this protocol. */
export function simulatedNote(): string {
  return html`<p class="${untypeset}"><strong>The value in this section is <em>simulated</em>.</strong> It is no revenue of anybody: the reference system computes it as 100 · account length + 35 · (the four charges) + 500 · (international plan) + 300 · (voice-mail plan), adds noise of standard deviation 1,000, and cuts it off at 50. Who knows the formula predicts it as well as it can be predicted; the account length alone decides nearly all of it.</p>`
    .text;
}

/** Every model's band over the draws, beside the published row. */
export function referenceValueTable(models: readonly ReferenceValueModel[]): string {
  const figure = (label: string, key: ValueFigure, digits: number): TableColumn<ReferenceValueModel>[] => [
    numeric(
      `${label} (draws)`,
      ({ band }) =>
        `${decimal(band[key].median, digits)} (${interval(band[key].low, band[key].high, digits)})`,
    ),
    numeric("Published", (row) => (row.published ? decimal(row.published[key], digits) : "")),
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: (row) => row.name },
      { label: "Published row", text: verdict },
      numeric("Draws", (row) => String(row.runs.length)),
      ...figure("MAE", "mae", 0),
      ...figure("RMSE", "rmse", 0),
      ...figure("R²", "r2", 3),
      numeric("Fit", (row) => (row.milliseconds > 0 ? duration(row.milliseconds) : ""), { varies: true }),
    ],
    {
      caption:
        "Reference protocol, simulated value: median and range over draws of its noise, beside the published table",
      note: "MAE and RMSE in the label's own unit. Inside: all three published figures lie within the draws. The two best rows know the formula: no model can do better but by luck.",
    },
  );
}

function verdict(model: ReferenceValueModel): string {
  if (!model.published) return "a bound";
  if (model.inside === undefined)
    return model.runs.length < leastSeeds
      ? `too few draws for a verdict: ${model.runs.length} of ${leastSeeds}`
      : "not comparable (simulated customers)";
  return model.inside ? "inside" : "outside the draws";
}

/** R² of every model over the draws, published values and the attainable best. */
export function referenceValueChart(models: readonly ReferenceValueModel[]): Promise<string> {
  const bound = models.find((model) => model.name === bestWithout);
  const linear = models.find((model) => model.name === "Linear regression");
  const dots = models.flatMap((model): Dot[] => {
    const { low, median, high } = model.band.r2;
    const isBound = model.name === bestWithout || model.name === bestWith;
    const colour: Colour = isBound
      ? "grey"
      : (modelColours[model.name.replace("Tuned gradient", "Gradient")] ?? 1);
    const ours: Dot = { label: model.name, value: median, low, high, colour };
    if (model.published === undefined || model.inside === undefined) return [ours];
    return [
      ours,
      { label: model.name, value: model.published.r2, colour: "grey", mark: "diamond", group: "published" },
    ];
  });
  return dotChart({
    title: `A straight line reaches ${decimal(linear?.band.r2.median, 3)} of at most ${decimal(bound?.band.r2.median, 3)}: nothing is left for a better model to find`,
    description: `R² on the test customers for ${models.map((model) => `${model.name} ${decimal(model.band.r2.median, 4)}`).join(", ")}; lines span the draws of the noise, hollow diamonds are published values.`,
    note: "Dot and line: median and range over the draws of the label's noise. Diamond: published. Grey: whoever knows the formula.",
    x: { label: "R² on the test customers, simulated value", format: ".3f" },
    dots,
  });
}
