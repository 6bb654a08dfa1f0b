import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { check } from "../../core/checks";
import { agrees } from "../../report/compare-figures";
import type { DataSource, Figure } from "../../report/figures";
import { collectFigures, collectProvenance } from "../render/payloads";
import { type ReportJson, readReport } from "../render/write-report";
import { prepare, runFile } from "../run/run-file";
import type { Run, RunEvent } from "../run/run-notebook";

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
  readonly report: ReportJson;
  /** The new execution; the figures are empty when it failed. */
  readonly run: Run;
  readonly failures: readonly string[];
  readonly figures: readonly VerifiedFigure[];
  /** In words: data sets that are not those of the report. */
  readonly dataChanges: readonly string[];
  /** Whether the run was good, every figure agrees and the data are the same. */
  readonly holds: boolean;
}

export interface VerifyOptions {
  /** The notebook, when it does not lie where the report says, from the working directory. */
  readonly notebook?: string;
  /** Replaces the figures' own tolerances; absolute. */
  readonly tolerance?: number;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
}

/** The report that a path names: its .html, .json or .ipynb. @throws RangeError when there is none. */
export function findReport(path: string): ReportJson {
  const name = basename(path).replace(/\.(html|json|ipynb)$/, "");
  const report = readReport(dirname(path), name);
  check(report !== undefined, `read ${path}`, `${name}.json must be a report's figures`);
  return report as ReportJson;
}

/**
 * Executes a report's notebook again with the same parameters and compares figure by figure. Nothing of the report is
 * changed.
 */
export async function verifyReport(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const { timeoutSeconds, signal, on, tolerance } = options;
  const report = findReport(path);
  const prepared = prepare(options.notebook ?? report.notebook, { parameters: report.parameters });
  const out = mkdtempSync(join(tmpdir(), "telelink-verify-"));
  try {
    const { run, failures } = await runFile(prepared, { out, html: false, timeoutSeconds, signal, on });
    if (run.verdict !== "ok") return { report, run, failures, figures: [], dataChanges: [], holds: false };
    const figures = compare(report.figures, collectFigures(run.notebook).figures, tolerance);
    const dataChanges = changedData(report.sources, collectProvenance(run.notebook).sources);
    const holds = figures.every((one) => one.agrees) && dataChanges.length === 0;
    return { report, run, failures, figures, dataChanges, holds };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function compare(
  stated: readonly Figure[],
  found: readonly Figure[],
  tolerance: number | undefined,
): VerifiedFigure[] {
  const names = [...new Set([...stated, ...found].map((one) => one.name))];
  return names.map((name) => {
    const before = stated.find((one) => one.name === name);
    const after = found.find((one) => one.name === name);
    const allowed = tolerance ?? before?.tolerance ?? 0;
    return {
      ...{ name, stated: before, found: after, tolerance: allowed },
      label: (before ?? after)?.label ?? name,
      agrees:
        before !== undefined && after !== undefined && agrees({ ...before, tolerance: allowed }, after.value),
    };
  });
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
