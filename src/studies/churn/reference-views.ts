import { dotChart } from "../../report/charts/dots";
import { type Colour, modelColours } from "../../report/charts/theme";
import { dataTable } from "../../report/data-table";
import { decimal, interval } from "../../report/format";
import type { ReferenceModel } from "./reference";

type Figure = "accuracy" | "precision" | "recall" | "f1";

/** The published table beside the band of our seeds, with a verdict a model. */
export function referenceTable(models: readonly ReferenceModel[]): string {
  const figure = (label: string, key: Figure) => [
    { label, align: "right" as const, text: (one: ReferenceModel) => decimal(one.band[key].median) },
    {
      label: `${label}, seeds`,
      align: "right" as const,
      text: (one: ReferenceModel) => interval(one.band[key].low, one.band[key].high),
    },
    {
      label: `${label}, published`,
      align: "right" as const,
      text: (one: ReferenceModel) => decimal(one.published[key]),
    },
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: (one) => one.name },
      ...figure("Precision", "precision"),
      ...figure("Recall", "recall"),
      ...figure("F1", "f1"),
      { label: "Verdict", text: (one) => one.verdict.reason },
    ],
    {
      caption: `Reference protocol: median and range of ${models[0]?.runs.length ?? 0} seeds beside the published table`,
      note: "Threshold 0.5. Precision: of the customers called leavers, the share that left. Recall: of those who left, the share called. F1: their harmonic mean.",
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
  const inside = models.filter((one) => one.verdict.inside).length;
  const compared = models.some((one) => one.verdict.inside !== undefined);
  return dotChart({
    title: compared
      ? `${inside} of ${models.length} published rows lie within what the seed alone can do`
      : "What the seed alone can do to each figure (simulated customers: no comparison)",
    description:
      "For each model and figure: the median of the seeds as a dot, their range as a line, the published value as a hollow diamond.",
    note: compared
      ? "Dot and line: median and range of our seeds. Diamond: published."
      : "Dot and line: median and range of our seeds.",
    x: { label: "Value on the test customers" },
    dots: models.flatMap((one) =>
      (Object.keys(labels) as Figure[]).flatMap((key) => {
        const label = `${one.name}, ${labels[key]}`;
        const { low, median, high } = one.band[key];
        const colour: Colour = modelColours[one.name] ?? 1;
        const ours = { label, value: median, low, high, colour };
        return compared
          ? [
              ours,
              {
                label,
                value: one.published[key],
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
