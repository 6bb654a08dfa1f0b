import { decimal, interval } from "../../core/format";
import { dotChart } from "../../report/charts/dots";
import { type Colour, modelColours } from "../../report/charts/theme";
import { dataTable, numeric } from "../../report/data-table";
import type { ReferenceModel } from "./reference";

type Figure = "accuracy" | "precision" | "recall" | "f1";

/** The published table beside the band of our seeds, with a verdict a model. */
export function referenceTable(models: readonly ReferenceModel[]): string {
  const figure = (label: string, key: Figure) => [
    numeric(label, (row: ReferenceModel) => decimal(row.band[key].median)),
    numeric(`${label}, seeds`, (row: ReferenceModel) => interval(row.band[key].low, row.band[key].high)),
    numeric(`${label}, published`, (row: ReferenceModel) =>
      row.published ? decimal(row.published[key]) : "–",
    ),
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: (row) => row.name },
      numeric("Seeds", (row) => String(row.runs.length)),
      ...figure("Precision", "precision"),
      ...figure("Recall", "recall"),
      ...figure("F1", "f1"),
      { label: "Verdict", text: (row) => row.verdict.reason },
    ],
    {
      caption: "Reference protocol: median and range over seeds beside the published table",
      note: "Threshold 0.5, and 0.3 for the deep network, whose early stopping watches the test customers, as the reference's does. Precision: of the customers called leavers, the share that left. Recall: of those who left, the share called. F1: their harmonic mean.",
    },
  );
}

/** Published figures and the seeds' ranges, one row a model and figure. */
export function referenceChart(models: readonly ReferenceModel[]): Promise<string> {
  const labels: Record<Figure, string> = {
    accuracy: "accuracy",
    precision: "precision",
    recall: "recall",
    f1: "F1",
  };
  const inside = models.filter((model) => model.verdict.inside).length;
  const judged = models.filter((model) => model.verdict.inside !== undefined).length;
  const few = models.filter((model) => model.verdict.tooFew).length;
  const compared = judged + few > 0;
  return dotChart({
    title: compared
      ? `${inside} of ${judged} published rows lie within what the seed alone can do${few > 0 ? `; too few seeds to judge ${few} more` : ""}`
      : "What the seed alone can do to each figure (simulated customers: no comparison)",
    description:
      "For each model and figure: the median of the seeds as a dot, their range as a line, the published value as a hollow diamond.",
    note: compared
      ? "Dot and line: median and range of our seeds. Diamond: published."
      : "Dot and line: median and range of our seeds.",
    x: { label: "Value on the test customers" },
    dots: models.flatMap((model) =>
      (Object.keys(labels) as Figure[]).flatMap((key) => {
        const label = `${model.name}, ${labels[key]}`;
        const { low, median, high } = model.band[key];
        const colour: Colour = modelColours[model.name] ?? 1;
        const ours = { label, value: median, low, high, colour };
        return compared && model.published
          ? [
              ours,
              {
                label,
                value: model.published[key],
                colour: "grey" as const,
                mark: "diamond" as const,
                group: "published",
              },
            ]
          : [ours];
      }),
    ),
  });
}
