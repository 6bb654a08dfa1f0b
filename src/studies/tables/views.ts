import { count, decimal, difference, percent } from "../../core/format";
import { type Dot, dotChart } from "../../report/charts/dots";
import { dataTable, numeric, scored } from "../../report/data-table";
import { type Figure, type Figures, figureName } from "../../report/figures";
import { html, untypeset } from "../../report/html";
import {
  averageRanks,
  type ComparedTable,
  criticalDifference,
  type Rerun,
  type TableComparison,
} from "./compare-tables";
import { judgedTables, type TableFigure, tableFigures } from "./judge-table";

const titles: Readonly<Record<TableFigure, string>> = {
  rocAuc: "ROC AUC",
  averagePrecision: "PR AUC",
  logLoss: "Log loss",
  brierLoss: "Brier",
};

/** The single learners of others: the mean of three is none. */
function singlePeers({ learners, ours }: TableComparison): string[] {
  return learners.filter((learner) => !ours.includes(learner) && !learner.startsWith("Mean of"));
}

/** Auto beside the best single peer of each table, which is known only afterwards. */
export function tablesTable(comparison: TableComparison): string {
  const peers = singlePeers(comparison);
  const best = (table: ComparedTable): string =>
    peers.reduce((a, b) => (table.means[b].rocAuc > table.means[a].rocAuc ? b : a));
  const lightgbm = peers[0];
  return dataTable(
    comparison.tables,
    [
      { label: "Table", text: (row) => (row.tuned ? `${row.name} *` : row.name) },
      numeric("Rows", (row) => count(row.rows)),
      numeric("Positive", (row) => percent(row.positives / row.rows, 0)),
      numeric("ROC AUC, auto", (row) => decimal(row.means.auto.rocAuc)),
      { label: "Best single peer", text: best },
      numeric("Difference", (row) => difference(row.means.auto.rocAuc - row.means[best(row)].rocAuc)),
      numeric("Log loss, auto", (row) => decimal(row.means.auto.logLoss)),
      numeric("LightGBM", (row) => decimal(row.means[lightgbm].logLoss)),
      numeric("Time", (row) => `${decimal(row.means.auto.seconds / row.means[lightgbm].seconds, 1)} ×`, {
        help: "Processor seconds of auto over those of LightGBM with its rounds by cross-validation",
      }),
    ],
    {
      caption: "auto beside the best of the peers, table by table",
      note: `Means over ${2 * comparison.repeats} held-out folds of at most ${count(comparison.rows)} rows. * auto's settings were chosen on this table: it does not count in ranks. The best single peer is known only afterwards. Time: processor seconds of auto over those of LightGBM with rounds by cross-validation.`,
    },
  );
}

/** Mean figures and ranks of every learner over the tables that nobody tuned for. */
export function tableRanksTable(comparison: TableComparison): string {
  const judged = comparison.tables.filter((table) => !table.tuned);
  const ranks = Object.fromEntries(tableFigures.map((figure) => [figure, averageRanks(comparison, figure)]));
  const mean = (learner: string, figure: TableFigure | "seconds"): number =>
    judged.reduce((sum, table) => sum + table.means[learner][figure], 0) / judged.length;
  const rankOf = (learner: string, figure: TableFigure): number => ranks[figure].get(learner) as number;
  return dataTable(
    [...comparison.learners].sort((a, b) => rankOf(a, "logLoss") - rankOf(b, "logLoss")),
    [
      { label: "Learner", text: (row) => (comparison.ours.includes(row) ? `${row} (ours)` : row) },
      ...tableFigures.flatMap((figure) => [
        numeric(titles[figure], (row: string) => decimal(mean(row, figure))),
        scored(
          "Rank",
          "lowest" as const,
          (row: string) => rankOf(row, figure),
          (value) => decimal(value, 1),
        ),
      ]),
      numeric("Seconds", (row) => decimal(mean(row, "seconds"), 2)),
    ],
    {
      caption: `All learners over ${judged.length} tables`,
      note: `Means over tables, and mean ranks (1 is best). Ranks that differ by less than ${decimal(criticalDifference(comparison.learners.length, judged.length), 1)} are not told apart at 5% (Nemenyi's test).`,
    },
  );
}

/** Mean rank in log loss of every learner; the lines are half a critical difference to either side. */
export function tableRanksChart(comparison: TableComparison): Promise<string> {
  const judged = comparison.tables.filter((table) => !table.tuned).length;
  const half = criticalDifference(comparison.learners.length, judged) / 2;
  const ranks = [...averageRanks(comparison, "logLoss")].sort((a, b) => a[1] - b[1]);
  const place = ranks.findIndex(([name]) => name === "auto");
  return dotChart({
    title: `By log loss over ${judged} tables that nobody tuned for, auto is ${ordinal(place + 1)} of ${ranks.length} in mean rank`,
    description: `Mean ranks: ${ranks.map(([name, rank]) => `${name} ${decimal(rank, 1)}`).join(", ")}.`,
    note: "Lines: half of Nemenyi's critical difference to either side; learners whose lines overlap are not told apart at 5%. Grey: others' learners.",
    x: { label: "Mean rank in log loss (1 is best)" },
    dots: ranks.map(
      ([label, value]): Dot => ({
        label,
        value,
        low: value - half,
        high: value + half,
        colour: label === "auto" ? 1 : comparison.ours.includes(label) ? 2 : "grey",
      }),
    ),
  });
}

/** What follows, each sentence from the figures. */
export function tablesConclusion(comparison: TableComparison, again: Rerun): string {
  const lost = losses(comparison).filter((loss) => loss.behind > 0.003);
  const ratios = comparison.tables.map((table) => timeRatio(comparison, table));
  const tuned = judgedTables.filter((table) => table.tuned).map((table) => table.name);
  return html`<ul class="${untypeset}">
<li>${tablesFinding(comparison)}</li>
<li>${
    lost.length === 0
      ? "On no table is auto more than .003 of ROC AUC behind the best single peer."
      : `More than .003 of ROC AUC behind the best single peer: ${lost.map((one) => `${one.name} (${one.peer} by ${decimal(one.behind)})`).join("; ")}.`
  }</li>
<li>auto takes ${decimal(Math.min(...ratios), 1)} to ${decimal(Math.max(...ratios), 1)} times the processor time of LightGBM with its rounds by cross-validation.</li>
<li>Settings of auto were chosen on ${tuned.join(", ")}, which are left out of the ranks.</li>
<li>The figures are saved ones, made by <code>node scripts/tables.mjs</code> and <code>scripts/reference/tables.py</code> (${Object.entries(
    comparison.versions,
  )
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}); ${
    again.logLoss === undefined
      ? `${again.name} is not among the data here, so nothing was judged anew and they stand unchecked`
      : `run anew just now, auto on ${again.name} has a log loss of ${decimal(again.logLoss, 4)}, saved ${decimal(again.saved, 4)}`
  }.</li>
</ul>`.text;
}

/** The finding in a sentence that a manager understands, and another where none of its figures was judged anew. */
export function tablesFinding(comparison: TableComparison, again?: Rerun): string {
  const judged = comparison.tables.filter((table) => !table.tuned);
  const ranks = [...averageRanks(comparison, "logLoss")].sort((a, b) => a[1] - b[1]).map(([name]) => name);
  const place = ranks.indexOf("auto");
  const ahead = ranks.slice(0, place);
  return `On ${judged.length} tables that nobody tuned for, auto is ${ordinal(place + 1)} of ${ranks.length} learners by mean rank in log loss${ahead.length > 0 ? `, behind ${ahead.join(" and ")}` : ""}; ${comparison.repeats === 1 ? "a single division into two folds, so small differences say little" : `${comparison.repeats} divisions into two folds`}.${again && again.logLoss === undefined ? ` These are saved figures and none was judged anew: ${again.name} is not among the data here.` : ""}`;
}

/** The report in numbers: every mean by name. */
export function tablesFigures(comparison: TableComparison, again?: Rerun): Figures {
  const ranks = averageRanks(comparison, "logLoss");
  const figures: Figure[] = comparison.learners.map((learner) => ({
    name: `rank.${figureName(learner)}.log-loss`,
    label: `Mean rank in log loss, ${learner}`,
    value: ranks.get(learner) as number,
    better: "lower",
    key: learner === "auto" || singlePeers(comparison).slice(0, 2).includes(learner),
  }));
  for (const { name, means } of comparison.tables)
    for (const learner of comparison.learners)
      for (const figure of tableFigures)
        figures.push({
          name: `${figureName(name)}.${figureName(learner)}.${figure}`,
          label: `${titles[figure]}, ${learner}, ${name}`,
          value: means[learner][figure],
          better: figure === "logLoss" || figure === "brierLoss" ? "lower" : "higher",
        });
  return { finding: tablesFinding(comparison, again), figures };
}

function losses(comparison: TableComparison): { name: string; peer: string; behind: number }[] {
  const peers = singlePeers(comparison);
  return comparison.tables.map(({ name, means }) => {
    const peer = peers.reduce((a, b) => (means[b].rocAuc > means[a].rocAuc ? b : a));
    return { name, peer, behind: means[peer].rocAuc - means.auto.rocAuc };
  });
}

function timeRatio(comparison: TableComparison, { means }: ComparedTable): number {
  return means.auto.seconds / means[singlePeers(comparison)[0]].seconds;
}

function ordinal(n: number): string {
  return ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"][
    n - 1
  ];
}
