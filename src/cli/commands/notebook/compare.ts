import { Command } from "commander";
import { formatExact } from "../../../core/exact-json";
import type { ReportJson } from "../../../notebook/render/write-report";
import type { FigureRow } from "../../../report/compare-figures";
import { note, printJson, printTable } from "../../support/output";

interface CompareFlags {
  readonly changed?: boolean;
  readonly json?: boolean;
}

/** `telelink compare`: the figures of several runs side by side. */
export function compareCommand(): Command {
  return new Command("compare")
    .description("compare the figures of two or more reports, with their intervals")
    .argument("<reports...>", "NAME.html or NAME.json, the one to compare with first")
    .option("--changed", "only figures that are not the same")
    .option("--json", "print the comparison as JSON")
    .addHelpText(
      "after",
      `
A difference is called better or worse only where the figure says which way is better and, if both have
intervals, these lie apart. Different data, seeds or parameters are named first: figures of different data
are not comparable as results, only as numbers.

Examples:
  $ telelink compare before/01-churn.json reports/01-churn.json
  $ telelink compare monday.json tuesday.json wednesday.json --changed`,
    )
    .action(compare);
}

async function compare(paths: readonly string[], flags: CompareFlags): Promise<void> {
  const { findFigures } = await import("../../../notebook/verify/given.js");
  const { compareFigures } = await import("../../../report/compare-figures.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  const { usageError } = await import("../../support/exit.js");
  if (paths.length < 2) throw usageError("Cannot compare: there must be two reports or more, got one");
  const reports = asUsage(() => paths.map(findFigures));
  const rows = compareFigures(reports).filter(
    (row) => !flags.changed || row.changes.some((change) => change !== "same"),
  );
  const differences = reports.slice(1).map((report) => circumstances(reports[0], report));
  if (flags.json) return printJson({ reports: paths, circumstances: differences, figures: rows });
  differences.forEach((words, i) => {
    for (const word of words) note(`${paths[i + 1]}: ${word}`);
  });
  const { figureText, intervalText } = await import("../../../report/figure-text.js");
  const cell = (row: FigureRow, i: number): string => {
    const figure = row.figures[i];
    if (!figure) return "";
    const ends = intervalText({ ...figure, interval: undefined });
    return ends === "" ? figureText(figure) : `${figureText(figure)} (${ends})`;
  };
  const later = paths.slice(1);
  printTable(
    ["figure", paths[0], ...later.flatMap((path) => [path, "difference", ""])],
    rows.map((row) => [
      row.label,
      cell(row, 0),
      ...later.flatMap((_, i) => [cell(row, i + 1), signed(row.differences[i]), row.changes[i]]),
    ]),
  );
  const moved = rows.filter((row) => row.changes.some((change) => change !== "same")).length;
  note(moved === 0 ? "all figures are the same" : `${moved} of ${rows.length} figures are not the same`);
}

/** What else is different between two reports, and may explain a difference of figures. */
function circumstances(first: ReportJson, other: ReportJson): string[] {
  const out: string[] = [];
  const data = (report: ReportJson): string =>
    report.sources.map((source) => `${source.name} ${source.sha256}`).join();
  const simulated = (report: ReportJson): boolean => report.sources.some((source) => source.simulated);
  if (simulated(first) !== simulated(other)) out.push("one is on simulated data, the other on real data");
  else if (data(first) !== data(other)) out.push("the data are others");
  if (first.seeds.join() !== other.seeds.join())
    out.push(`the seeds are others: ${other.seeds.join(", ") || "none"}`);
  if (first.nets !== other.nets) out.push(`its nets were computed on ${other.nets ?? "nothing"}`);
  if (formatExact(first.parameters) !== formatExact(other.parameters))
    out.push(`the parameters are others: ${formatExact(other.parameters)}`);
  for (const [name, version] of Object.entries(other.versions))
    if (first.versions[name] !== version)
      out.push(`made with ${name} ${version}, not ${first.versions[name]}`);
  if (first.commit !== other.commit) out.push(`made at commit ${other.commit || "(none)"}`);
  return out;
}

function signed(value: number | undefined): string {
  if (value === undefined) return "";
  return `${value > 0 ? "+" : ""}${Number(value.toPrecision(4))}`;
}
