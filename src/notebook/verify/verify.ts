import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeTemporaryFolder, temporaryFolder } from "../../data/temporary-folder";
import { compareShown, type Difference } from "../../report/compare-shown";
import { figureText, intervalText } from "../../report/figure-text";
import type { DataSource, Figure } from "../../report/figures";
import type { Summary } from "../../report/page";
import { shownIn } from "../../report/shown";
import { type Notebook, sorted } from "../nbformat";
import { collectFigures, collectProvenance } from "../render/payloads";
import { renderNotebook, withoutOutputs } from "../render/render";
import { runOf } from "../render/run-metadata";
import { type Prepared, prepare, prepareParsed, readNotebook, runFile } from "../run/run-file";
import type { Run, RunEvent } from "../run/run-notebook";
import { compareOutputs } from "./compare-outputs";
import type { Given } from "./given";

/** A figure of a report beside that of another execution. */
export interface VerifiedFigure {
  readonly name: string;
  readonly label: string;
  /** What the report says; undefined when only the new execution has the figure. */
  readonly stated?: Figure;
  /** What the new execution gave; undefined when it has no such figure. */
  readonly found?: Figure;
  readonly tolerance: number;
  readonly agrees: boolean;
}

export interface Verification {
  readonly title: string;
  /** Whether the file is as it was made. */
  readonly intact: boolean;
  /** The new execution; the rest is empty when it failed. */
  readonly run: Run;
  readonly failures: readonly string[];
  readonly figures: readonly VerifiedFigure[];
  /** Everything else that the report shows and the run does not give, or gives otherwise. */
  readonly differences: readonly Difference[];
  /** In words: data sets that are not those of the report. */
  readonly dataChanges: readonly string[];
  /** Whether the run was good, there are figures, and all that was given agrees with it. */
  readonly holds: boolean;
}

export interface VerifyOptions {
  /** Where the notebook lies, when that is not where the report says, from the working directory. */
  readonly notebook?: string;
  /** Replaces the figures' own tolerances, and is allowed to every other number; absolute. */
  readonly tolerance?: number;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
}

/**
 * What is run to verify a report: the code that it holds itself, in the folder of its notebook where that is found and
 * else in its own; of figures alone the notebook that they name. @throws RangeError when it can't be run.
 */
export function preparedFor(path: string, given: Given, notebook?: string): Prepared {
  if (given.kind === "json")
    return prepare(notebook ?? given.report.notebook, { parameters: given.report.parameters });
  const own = given.kind === "html" ? given.sealed.notebook : withoutOutputs(given.executed);
  const named = notebook ?? runOf(own)?.notebook ?? "";
  const places = [named, join(dirname(path), named)].filter((one) => one !== "" && existsSync(one));
  return prepareParsed(own, places[0] ?? path);
}

/** Executes what was given again and compares all that it shows. Nothing of it is changed. */
export async function verifyReport(
  given: Given,
  prepared: Prepared,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { timeoutSeconds, signal, on, tolerance } = options;
  const out = temporaryFolder("verify");
  try {
    const { run, failures } = await runFile(prepared, { out, html: false, timeoutSeconds, signal, on });
    const stated = summaryOf(given);
    const { title } = stated;
    const base = { title, intact: given.intact, run, failures };
    if (run.verdict !== "ok") return { ...base, figures: [], differences: [], dataChanges: [], holds: false };
    const found = { ...collectFigures(run.notebook), ...collectProvenance(run.notebook) };
    const figures = compare(stated.figures, found.figures, tolerance);
    const same = sameTexts(figures);
    const differences = [
      ...(stated.finding === found.finding
        ? []
        : [{ place: "finding", stated: stated.finding, found: found.finding }]),
      ...(await contentDifferences(given, run.notebook, { tolerance, same })),
      ...codeDifferences(given, options.notebook),
    ];
    const dataChanges = changedData(stated.sources, found.sources);
    // An executed notebook that was saved again elsewhere still has its outputs; nothing else has a reason to change.
    const whole = given.intact || given.kind === "ipynb";
    const holds =
      whole &&
      figures.length > 0 &&
      figures.every((figure) => figure.agrees) &&
      differences.length === 0 &&
      dataChanges.length === 0;
    return { ...base, figures, differences, dataChanges, holds };
  } finally {
    removeTemporaryFolder(out);
  }
}

function summaryOf(given: Given): Pick<Summary, "title" | "finding" | "figures" | "sources"> {
  if (given.kind === "html") return given.sealed.summary;
  if (given.kind === "json") return given.report;
  const { executed } = given;
  const title = runOf(executed)?.notebook ?? "the notebook";
  return { title, ...collectFigures(executed), ...collectProvenance(executed) };
}

async function contentDifferences(
  given: Given,
  run: Notebook,
  allowances: { tolerance?: number; same: ReadonlyMap<string, string> },
): Promise<Difference[]> {
  if (given.kind === "json") return [];
  if (given.kind === "ipynb") return compareOutputs(given.executed, run, allowances);
  const { milliseconds, ...options } = given.sealed.options;
  const fresh = await renderNotebook(
    { ...run, metadata: { ...given.sealed.notebook.metadata, widgets: run.metadata.widgets } },
    { ...options, milliseconds: milliseconds && new Map(milliseconds) },
  );
  return compareShown(shownIn(given.html), shownIn(fresh.html), allowances);
}

/** Cells of the notebook that was named whose code is not that of the report. */
function codeDifferences(given: Given, notebook: string | undefined): Difference[] {
  if (!notebook || given.kind === "json") return [];
  const code = (notebook: Notebook): Map<string, string> =>
    new Map(
      notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? [[cell.id, cell.source] as const] : [])),
    );
  const stated = code(given.kind === "html" ? given.sealed.notebook : given.executed);
  const there = code(readNotebook(notebook));
  return [...there]
    .filter(([id, source]) => stated.get(id) !== source)
    .map(([id, source]) => ({ place: `code of cell ${id}`, stated: stated.get(id), found: source }));
}

function compare(
  stated: readonly Figure[],
  found: readonly Figure[],
  tolerance: number | undefined,
): VerifiedFigure[] {
  const names = [...new Set([...stated, ...found].map((figure) => figure.name))];
  return names.map((name) => {
    const before = stated.find((figure) => figure.name === name);
    const after = found.find((figure) => figure.name === name);
    // The run says what it allows, and not the report that is judged.
    const allowed = tolerance ?? after?.tolerance ?? 0;
    return {
      ...{ name, stated: before, found: after, tolerance: allowed },
      label: (before ?? after)?.label ?? name,
      agrees: before !== undefined && after !== undefined && sameFigure(before, after, allowed),
    };
  });
}

/** Whether two figures say the same: value and interval to within the tolerance, and everything else to the letter. */
function sameFigure(a: Figure, b: Figure, tolerance: number): boolean {
  const near = (x: number | undefined, y: number | undefined): boolean =>
    x === undefined || y === undefined ? x === y : Math.abs(x - y) <= tolerance;
  const words = ({ value: _, low: __, high: ___, ...rest }: Figure): string => JSON.stringify(sorted(rest));
  return near(a.value, b.value) && near(a.low, b.low) && near(a.high, b.high) && words(a) === words(b);
}

/** What the page shows of figures that agree without being equal, for what the run shows. */
function sameTexts(figures: readonly VerifiedFigure[]): Map<string, string> {
  const same = new Map<string, string>();
  for (const { stated, found, agrees } of figures) {
    if (!agrees || !stated || !found || stated.value === found.value) continue;
    same.set(figureText(stated), figureText(found));
    same.set(intervalText(stated), intervalText(found));
  }
  return same;
}

function changedData(stated: readonly DataSource[], found: readonly DataSource[]): string[] {
  const out: string[] = [];
  for (const one of stated) {
    const now = found.find((other) => other.name === one.name);
    if (!now) out.push(`${one.name} is not used any more`);
    else if (now.sha256 !== one.sha256)
      out.push(
        `${one.name} has SHA-256 ${now.sha256.slice(0, 12)}…, the report's has ${one.sha256.slice(0, 12)}…`,
      );
  }
  for (const one of found)
    if (!stated.some((other) => other.name === one.name)) out.push(`${one.name} is used now`);
  return out;
}
