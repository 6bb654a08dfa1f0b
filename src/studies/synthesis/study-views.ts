import { capital, decimal, difference, duration, percent } from "../../core/format";
import type { Interval } from "../../evaluate/bootstrap";
import { qualityScore } from "../../evaluate/synthetic/quality";
import { dotChart } from "../../report/charts/dots";
import { dataTable, numeric, type TableColumn } from "../../report/data-table";
import {
  associationChart,
  distributionChart,
  type NamedTable,
  planeChart,
} from "../../services/synthetic/comparison-views";
import { contenders } from "./contenders";
import type { Judgement, Measure, SynthesisStudy } from "./study";

type Show = (value: number) => string;

const column = (
  label: string,
  measure: Measure,
  show: Show,
  best?: "highest" | "lowest",
): TableColumn<Judgement> => ({
  ...numeric(label, ({ mean, runs }) =>
    runs.length > 1 && Number.isFinite(mean[measure].estimate)
      ? `${show(mean[measure].estimate)} ± ${decimal(halfWidth(mean[measure], show), show(0.5).includes("%") ? 2 : 3)}`
      : show(mean[measure].estimate),
  ),
  value: ({ mean }) => mean[measure].estimate,
  ...(best && { best }),
});

function halfWidth({ estimate, high }: Interval, show: Show): number {
  return (high - estimate) * (show(0.5).includes("%") ? 100 : 1);
}

const head: readonly TableColumn<Judgement>[] = [
  { label: "Rows", text: ({ contender }) => capital(contender.name) },
];
const three: Show = (value) => decimal(value, 3);
const signed: Show = (value) => difference(value, 3);
const share: Show = (value) => percent(value, 2);
const muted = ({ contender }: Judgement): boolean => contender.yardstick === true;

/** What stands behind each name. */
export function contendersTable(study: SynthesisStudy): string {
  return dataTable(
    study.judgements,
    [
      { label: "Rows", text: ({ contender }) => capital(contender.name) },
      { label: "What they are", text: ({ contender }) => contender.about },
      numeric("Fits", ({ runs }) => String(runs.length)),
      numeric(
        "Time",
        ({ contender, mean }) => (contender.yardstick ? "–" : duration(1000 * mean.seconds.estimate)),
        { varies: true },
      ),
    ],
    {
      caption: "Yardsticks (grey) and methods",
      muted,
      note: "Fits: each on a fresh split with a seed of its own. Time: to learn and to draw as many rows as were learnt from, on one processor.",
    },
  );
}

/** How like real customers the rows are. */
export function fidelityTable(study: SynthesisStudy): string {
  const columns = [
    ...head,
    column("Quality", "quality", three, "highest"),
    column("Shapes", "shapes", three),
    column("Pairs", "pairs", three),
    column("All pairs", "allPairs", three),
    column("Detection", "detection", three),
  ];
  return dataTable(study.judgements, columns, {
    caption: "Faithful: mean over splits ± half of a 95% interval",
    muted,
    note: "Quality: SDMetrics' mean of column shapes and pair trends, 1 is best; all pairs: also the weakly related ones. Detection: ROC AUC of boosting that tells the rows from held-out customers, 0.5 when it cannot.",
  });
}

/** What a model learns from the rows, and whether they are possible customers. */
export function usefulTable(study: SynthesisStudy): string {
  const columns = [
    ...head,
    column("Logistic regression", "logistic", signed, "highest"),
    column("Boosting", "boosting", signed, "highest"),
    column("Broken rules", "violations", share),
    column("Total charge off by", "totalError", share),
  ];
  return dataTable(study.judgements, columns, {
    caption: "Useful: mean over splits ± half of a 95% interval",
    muted,
    note: "Models: ROC AUC on held-out customers, trained on these rows minus trained on real ones. Broken rules: rows with two levels that real customers never show together. Total charge: median relative distance from tenure × monthly charge.",
  });
}

/** What the rows give away of the customers learnt from, and what they cost. */
export function privacyTable(study: SynthesisStudy): string {
  const columns = [
    ...head,
    column("Memorisation", "memorisation", three),
    column("Exact copies", "copies", share),
    column("Membership attack", "membership", signed),
  ];
  return dataTable(study.judgements, columns, {
    caption: "Private: what the rows tell about the customers learnt from",
    muted,
    note: "Memorisation: the share of rows nearer to a training than to a held-out customer, 0 for independent rows, 1 for copies. Exact copies: rows equal to a training row (held-out customers are, too, where customers are alike; a method that refused such rows would tell by their absence who was learnt from). Membership attack: ROC AUC above chance.",
  });
}

/** Two measures of every contender, each from good on the left to bad on the right. */
export async function tradeOffChart(study: SynthesisStudy): Promise<string> {
  const charts: {
    measure: "detection" | "memorisation";
    title: string;
    description: string;
    label: string;
  }[] = [
    {
      measure: "detection",
      title: detectionTitle(study),
      description:
        "ROC AUC of boosting that tells synthetic from held-out real rows, by method, with intervals.",
      label: "Detection, ROC AUC (0.5: cannot be told apart)",
    },
    {
      measure: "memorisation",
      title: memorisationTitle(study),
      description: "Memorisation by method, with intervals: 0 for independent rows, 1 for copies.",
      label: "Memorisation (0: none)",
    },
  ];
  const drawn = await Promise.all(
    charts.map(({ measure, title, description, label }) =>
      dotChart({
        title,
        description,
        note: "Dot and line: mean and 95% interval over seeds. Grey: yardsticks.",
        x: { label },
        zero: measure === "detection" ? 0.5 : 0,
        dots: study.judgements.map(({ contender, mean }) => ({
          label: capital(contender.name),
          value: mean[measure].estimate,
          low: mean[measure].low,
          high: mean[measure].high,
          colour: contender.colour,
        })),
      }),
    ),
  );
  return drawn.join("\n");
}

function detectionTitle(study: SynthesisStudy): string {
  const best = leastOf(study, "detection");
  return `${capital(best.contender.name)} makes rows that are told from real ones with ${decimal(best.mean.detection.estimate, 2)}, where 0.5 is guessing`;
}

function memorisationTitle(study: SynthesisStudy): string {
  const worst = methodsOf(study).reduce((a, b) =>
    b.mean.memorisation.estimate > a.mean.memorisation.estimate ? b : a,
  );
  return `${capital(worst.contender.name)} remembers most: ${decimal(worst.mean.memorisation.estimate, 2)}, where 1 is a copy`;
}

/** The method of the least value. */
export function leastOf(study: SynthesisStudy, measure: Measure): Judgement {
  return methodsOf(study).reduce((a, b) => (b.mean[measure].estimate < a.mean[measure].estimate ? b : a));
}

/** The judgements of methods, without the yardsticks. */
export function methodsOf(study: SynthesisStudy): readonly Judgement[] {
  return study.judgements.filter(({ contender }) => !contender.yardstick);
}

/** Real customers' distributions of some columns beside those of some contenders. */
export async function overlaidDistributions(
  study: SynthesisStudy,
  columns: readonly string[],
  names: readonly string[],
): Promise<string> {
  const tables = [held(study), ...made(study, names)];
  const drawn = await Promise.all(columns.map((name) => distributionChart(tables, name)));
  return drawn.join("\n");
}

/** Where relations between columns differ from real ones, a heat map for each contender named. */
export async function relationCharts(study: SynthesisStudy, names: readonly string[]): Promise<string> {
  const drawn = await Promise.all(
    made(study, names).map(({ name, table }) => {
      const all = { correlationThreshold: 0, associationThreshold: 0 };
      return associationChart(qualityScore(study.train, table, all), name);
    }),
  );
  return drawn.join("\n");
}

/** Held-out customers and the rows of some contenders on the plane of the real ones' main differences. */
export function planeOfRows(study: SynthesisStudy, names: readonly string[]): Promise<string> {
  return planeChart(held(study), made(study, names));
}

function held(study: SynthesisStudy): NamedTable {
  return { name: "held-out customers", table: study.holdout, colour: "grey" };
}

function made(study: SynthesisStudy, names: readonly string[]): NamedTable[] {
  return names.flatMap((name) => {
    const table = study.made.get(name);
    const colour = contenders.find((contender) => contender.name === name)?.colour ?? 1;
    return table ? [{ name, table, colour: colour === "grey" ? 4 : colour }] : [];
  });
}
