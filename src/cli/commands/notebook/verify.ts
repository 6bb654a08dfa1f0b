import { Command } from "commander";
import type { Given } from "../../../notebook/verify/given";
import type { Verification, VerifiedFigure } from "../../../notebook/verify/verify";
import { exitCodes } from "../../support/exit";
import { note, print, printJson, printTable } from "../../support/output";

interface VerifyFlags {
  readonly notebook?: string;
  readonly tolerance?: string;
  readonly timeout?: string;
  readonly static?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `telelink verify`: does another execution give what a report shows? */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("run the code of a report again and compare all that the report shows")
    .argument("<report>", "NAME.html, NAME.ipynb or NAME.json of a report; nothing beside it is read")
    .option("--static", "run nothing: only tell whether the file was edited since it was made")
    .option("--notebook <file>", "where the notebook lies, if elsewhere than when the report was made")
    .option("--tolerance <x>", "allow this absolute difference instead of each figure's own (default: exact)")
    .option("--timeout <seconds>", "the longest a cell may take (default: no limit)")
    .option("--all", "list the figures that agree too")
    .option("--json", "print the comparison as JSON")
    .addHelpText(
      "after",
      `
A page and an executed notebook hold the code that made them: it runs in the folder of the notebook if that
is found, else in their own. It may do what any program may: verify what you would run. Compared are the
figures with their intervals, the finding, the tables, texts, pictures and outputs, the code shown, and the
data. Not compared are outputs of cells tagged nbval-ignore-output, and what a table marks as varying.
--static tells accidents and hands apart, not a forger who makes a new seal: only a run does that.

Exit codes: 0 all that the report shows agrees, 1 some does not, the data are others, the file was edited or
            has no figures, 2 not a report, or one without a seal; a run that fails ends as telelink run does.

Examples:
  $ telelink verify reports/01-churn.html
  $ telelink verify --static mailed.html
  $ telelink verify reports/02-value.json --tolerance 1e-9`,
    )
    .action(verify);
}

async function verify(path: string, flags: VerifyFlags): Promise<void> {
  const { readGiven } = await import("../../../notebook/verify/given.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  const given = asUsage(() => readGiven(path));
  if (flags.static) return checkSeal(path, given, flags.json ?? false);
  const { preparedFor, verifyReport } = await import("../../../notebook/verify/verify.js");
  const { lineProgress } = await import("../../support/notebook/notebook-progress.js");
  const { stopSignal } = await import("../../support/stop-signal.js");
  const { decimalNumber, seconds } = await import("../../support/options.js");
  const tolerance =
    flags.tolerance === undefined ? undefined : decimalNumber(flags.tolerance, "--tolerance", 0, Infinity);
  const timeoutSeconds = flags.timeout === undefined ? undefined : seconds(flags.timeout, "--timeout");
  const prepared = asUsage(() => preparedFor(path, given, flags.notebook));
  const stop = stopSignal();
  const progress = lineProgress(prepared.notebook, "");
  const done = await verifyReport(given, prepared, {
    ...{ notebook: flags.notebook, tolerance, timeoutSeconds, signal: stop.signal },
    on: (event) => flags.json || progress.on(event),
  }).finally(() => {
    progress.end();
    stop.end();
  });
  if (flags.json) {
    const { run, ...rest } = done;
    printJson({ report: path, verdict: run.verdict, ...rest });
  } else tell(done, flags.all ?? false);
  const { exitCode } = await import("../../../notebook/run/run-notebook.js");
  if (done.run.verdict !== "ok") process.exitCode = exitCode(done.run.verdict);
  else if (!done.holds) process.exitCode = exitCodes.failure;
}

function checkSeal(path: string, { intact }: Given, json: boolean): void {
  if (json) printJson({ report: path, intact });
  else print(`${path}: ${intact ? "as it was made" : "edited after it was made: its seal does not fit"}`);
  if (!intact) process.exitCode = exitCodes.failure;
}

function tell(done: Verification, all: boolean): void {
  for (const failure of done.failures) note(`telelink: ${failure}`);
  if (done.run.verdict !== "ok") return;
  const { figures, differences, dataChanges, title } = done;
  tellFigures(all ? figures : figures.filter((figure) => !figure.agrees));
  for (const { place, stated, found } of differences) {
    print(`${place}:`);
    if (stated !== undefined) print(`  the report says  ${short(stated)}`);
    if (found !== undefined) print(`  the run gives    ${short(found)}`);
  }
  for (const change of dataChanges) print(`data: ${change}`);
  if (!done.intact) print("the file was edited after it was made: its seal does not fit");
  const agreeing = figures.filter((figure) => figure.agrees).length;
  const others = differences.length === 0 ? "" : `; ${differences.length} other differences`;
  if (figures.length === 0) note(`${title}: the report has no figures that a run could confirm${others}`);
  else note(`${title}: ${agreeing} of ${figures.length} figures agree${others}`);
}

function tellFigures(shown: readonly VerifiedFigure[]): void {
  if (shown.length === 0) return;
  printTable(
    ["figure", "report", "now", "difference", "tolerance", ""],
    shown.map((figure) => [
      figure.name,
      text(figure.stated?.value),
      text(figure.found?.value),
      figure.stated && figure.found ? text(figure.found.value - figure.stated.value) : "",
      text(figure.tolerance),
      wordOf(figure),
    ]),
  );
}

function wordOf({ agrees, stated, found }: VerifiedFigure): string {
  if (agrees) return "agrees";
  if (!stated || !found) return stated ? "is gone" : "is new";
  const ends = ({ low, high }: { low?: number; high?: number }): string =>
    low === undefined ? "none" : `${text(low)} to ${text(high)}`;
  if (stated.value !== found.value) return "differs";
  if (ends(stated) !== ends(found)) return `its interval differs: ${ends(stated)}, now ${ends(found)}`;
  return "its words differ";
}

/** A text as it fits on a line. */
function short(words: string): string {
  const line = words.replace(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** Seven digits: enough to see a difference, few enough to read. */
function text(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(7)));
}
