import { loadSource } from "../../data/sources/load-source";
import { dataFolders, findSource, publicSource, type SourceInfo } from "../../data/sources/sources";
import { type SavedTables, savedFigures } from "../../data/sources/table-results";
import { judgedTables, judgeTable, type TableFigure, type TableResult, tableFigures } from "./judge-table";

/** All learners on one table. */
export interface ComparedTable {
  readonly name: string;
  /** Whether auto's settings were chosen on it. */
  readonly tuned: boolean;
  readonly rows: number;
  readonly positives: number;
  /** Means over the held-out folds, by learner. */
  readonly means: Readonly<Record<string, Readonly<Record<TableFigure | "seconds", number>>>>;
}

/** Saved figures of our learners and their peers, on the same rows and folds. */
export interface TableComparison {
  readonly tables: readonly ComparedTable[];
  readonly learners: readonly string[];
  readonly ours: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly repeats: number;
}

/** The saved figures side by side; throws where the two were made on other rows or folds. */
export function tableComparison(): TableComparison {
  const [ours, peers] = [
    savedFigures<SavedTables<TableResult>>("ours"),
    savedFigures<SavedTables<TableResult>>("peers"),
  ];
  const action = "compare learners on tables";
  if (ours.rows !== peers.rows || ours.repeats !== peers.repeats)
    throw new Error(
      `Cannot ${action}: both files must be made with the same --rows and --repeats, got ${ours.rows}, ${ours.repeats} and ${peers.rows}, ${peers.repeats}`,
    );
  const tables = judgedTables
    .filter(({ name }) => ours.tables[name] && peers.tables[name])
    .map(({ name, tuned = false }): ComparedTable => {
      const [own, other] = [ours.tables[name], peers.tables[name]];
      if (own.rows !== other.rows || own.positives !== other.positives)
        throw new Error(
          `Cannot ${action}: ${name} must have the same rows in both files, got ${own.rows} (${own.positives} positive) and ${other.rows} (${other.positives})`,
        );
      const all = { ...own.learners, ...other.learners };
      const means = Object.fromEntries(
        Object.entries(all).map(([learner, folds]) => [
          learner,
          Object.fromEntries(
            [...tableFigures, "seconds" as const].map((figure) => [
              figure,
              folds.reduce((sum, figures) => sum + figures[figure], 0) / folds.length,
            ]),
          ) as Record<TableFigure | "seconds", number>,
        ]),
      );
      return { name, tuned, rows: own.rows, positives: own.positives, means };
    });
  return {
    tables,
    learners: Object.keys(tables[0].means),
    ours: Object.keys(ours.tables[tables[0].name].learners),
    versions: { ...ours.versions, ...peers.versions },
    rows: ours.rows,
    repeats: ours.repeats,
  };
}

/** The mean rank of each learner over the tables that auto was not tuned on; 1 is best, equals share their ranks. */
export function averageRanks(
  { tables, learners }: TableComparison,
  figure: TableFigure,
): Map<string, number> {
  const judged = tables.filter((table) => !table.tuned);
  const sums = new Map(learners.map((learner) => [learner, 0]));
  for (const { means } of judged)
    for (const text of learners) {
      const better = (a: number, b: number): boolean =>
        figure === "logLoss" || figure === "brierLoss" ? a < b : a > b;
      const own = means[text][figure];
      const ahead = learners.filter((other) => better(means[other][figure], own)).length;
      const equal = learners.filter((other) => means[other][figure] === own).length;
      sums.set(text, (sums.get(text) as number) + ahead + (equal + 1) / 2);
    }
  return new Map([...sums].map(([one, sum]) => [one, sum / judged.length]));
}

/** Quantiles of the studentised range over √2 at 5 %, for 2 to 10 learners (Demšar, 2006, table 5). */
const nemenyi = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];

/** By how much two mean ranks must differ to be told apart at 5 % (Nemenyi's test; Demšar, 2006). */
export function criticalDifference(learners: number, tables: number): number {
  if (learners < 2 || learners > 10)
    throw new RangeError(`Cannot find critical difference: learners must be from 2 to 10, got ${learners}`);
  return nemenyi[learners - 2] * Math.sqrt((learners * (learners + 1)) / (6 * tables));
}

/** auto's log loss on a table, made just now and as saved. */
export interface Rerun {
  readonly name: string;
  /** Absent where the table is not there to be judged. */
  readonly logLoss?: number;
  readonly saved: number;
  readonly sources: readonly SourceInfo[];
}

/**
 * Judges auto on one table anew: what of the report is not run again rests on this. Where the table is not there nothing
 * stands in for it, and the saved figures stand unchecked.
 */
export async function rerunTable(
  { rows, repeats }: TableComparison,
  name = "german-credit",
  folders: readonly string[] = dataFolders(),
): Promise<Rerun> {
  const mean = (of: readonly { readonly logLoss: number }[]): number =>
    of.reduce((sum, one) => sum + one.logLoss, 0) / of.length;
  const saved = mean(savedFigures<SavedTables<TableResult>>("ours").tables[name].learners.auto);
  if (!findSource(publicSource(name), folders)) return { name, saved, sources: [] };
  const made = await judgeTable(name, { rows, repeats, learners: ["auto"] });
  const { source } = await loadSource(name, { simulate: false });
  return { name, logLoss: mean(made.learners.auto), saved, sources: [source] };
}
