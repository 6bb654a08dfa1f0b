import { Command } from "commander";
import type { Verification, VerifiedFigure } from "../../notebook/verify/verify";
import { exitCodes } from "../support/exit";
import { note, print, printJson, printTable } from "../support/output";

interface VerifyFlags {
  readonly notebook?: string;
  readonly tolerance?: string;
  readonly timeout?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `telelink verify`: does another execution give a report's figures? */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("execute a report's notebook again and compare its figures one by one")
    .argument("<report>", "NAME.html, NAME.json or NAME.ipynb of a report")
    .option("--notebook <file>", "the notebook, if it lies elsewhere than when the report was made")
    .option("--tolerance <x>", "allow this absolute difference instead of each figure's own (default: exact)")
    .option("--timeout <seconds>", "the longest a cell may take (default: no limit)")
    .option("--all", "list the figures that agree too")
    .option("--json", "print the comparison as JSON")
    .addHelpText(
      "after",
      `
Exit codes: 0 every figure agrees, 1 some do not or the data are others; a run that fails ends as telelink run does.

Examples:
  $ telelink verify reports/01-churn.html
  $ telelink verify reports/02-value.json --tolerance 1e-9`,
    )
    .action(verify);
}

async function verify(path: string, flags: VerifyFlags): Promise<void> {
  const { findReport, verifyReport } = await import("../../notebook/verify/verify.js");
  const { prepare } = await import("../../notebook/run/run-file.js");
  const { lineProgress } = await import("../support/notebook-progress.js");
  const { stopSignal } = await import("../support/stop-signal.js");
  const { decimalNumber, seconds } = await import("../support/options.js");
  const { asUsage } = await import("../support/parameters.js");
  const tolerance =
    flags.tolerance === undefined ? undefined : decimalNumber(flags.tolerance, "--tolerance", 0, Infinity);
  const timeoutSeconds = flags.timeout === undefined ? undefined : seconds(flags.timeout, "--timeout");
  const { notebook } = asUsage(() => {
    const report = findReport(path);
    return prepare(flags.notebook ?? report.notebook, { parameters: report.parameters });
  });
  const stop = stopSignal();
  const progress = lineProgress(notebook, "");
  const done = await verifyReport(path, {
    ...{ notebook: flags.notebook, tolerance, timeoutSeconds, signal: stop.signal },
    on: (event) => flags.json || progress.on(event),
  }).finally(() => {
    progress.end();
    stop.end();
  });
  if (flags.json) {
    const { figures, dataChanges, holds, failures } = done;
    printJson({ report: path, verdict: done.run.verdict, holds, figures, dataChanges, failures });
  } else tell(done, flags.all ?? false);
  const { exitCode } = await import("../../notebook/run/run-notebook.js");
  if (done.run.verdict !== "ok") process.exitCode = exitCode(done.run.verdict);
  else if (!done.holds) process.exitCode = exitCodes.failure;
}

function tell(done: Verification, all: boolean): void {
  for (const failure of done.failures) note(`telelink: ${failure}`);
  if (done.run.verdict !== "ok") return;
  const { figures, dataChanges } = done;
  const shown = all ? figures : figures.filter((one) => !one.agrees);
  if (shown.length > 0) {
    printTable(
      ["figure", "report", "now", "difference", "tolerance", ""],
      shown.map((one) => [
        one.name,
        text(one.stated?.value),
        text(one.found?.value),
        one.stated && one.found ? text(one.found.value - one.stated.value) : "",
        text(one.tolerance),
        wordOf(one),
      ]),
    );
  }
  for (const change of dataChanges) print(`data: ${change}`);
  const agreeing = figures.filter((one) => one.agrees).length;
  const { title } = done.report;
  if (figures.length === 0) note(`${title}: the report has no figures`);
  else note(`${title}: ${agreeing} of ${figures.length} figures agree`);
}

function wordOf(one: VerifiedFigure): string {
  if (one.agrees) return "agrees";
  return one.stated ? (one.found ? "differs" : "is gone") : "is new";
}

/** Seven digits: enough to see a difference, few enough to read. */
function text(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(7)));
}
