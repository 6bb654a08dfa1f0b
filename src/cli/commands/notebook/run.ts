import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import type { FileRun, Prepared } from "../../../notebook/run/run-file";
import { exitCodes, usageError } from "../../support/exit";
import { note, writeOut } from "../../support/output";

interface RunFlags {
  readonly parameter: readonly string[];
  readonly params?: string;
  readonly kernel?: string;
  readonly timeout?: string;
  readonly startTimeout: string;
  readonly out: string;
  readonly name: string;
  readonly inPlace?: boolean;
  readonly overwrite?: boolean;
  readonly live?: boolean;
  readonly helpNotebook?: boolean;
  readonly html?: boolean;
  readonly jobs: string;
  readonly keepGoing?: boolean;
  readonly trust?: boolean;
  readonly interactive?: boolean;
  readonly maxSize: string;
  readonly json?: boolean;
}

/** `telelink run`: executes notebooks without a browser and without Python. */
export function runCommand(): Command {
  return new Command("run")
    .description("execute notebooks under any installed Jupyter kernel; tslab is built in")
    .argument("<notebooks...>", "files that end in .ipynb; - reads one from standard input")
    .option("-p, --parameter <name=value>", "set a parameter; may be repeated", collect, [])
    .option("--params <file>", "a JSON file with parameters")
    .option(
      "--kernel <name>",
      "the kernel's name, or the folder of its kernel.json (default: the notebook's own)",
    )
    .option("--timeout <seconds>", "the longest a cell may take (default: no limit)")
    .option(
      "--start-timeout <seconds>",
      "the longest the kernel may take to start; one that is silent is started twice",
      "60",
    )
    .option("--out <folder>", "where to write the executed notebooks; - writes to standard output", "reports")
    .option("--name <template>", "what the files are called: {notebook}, {folder}, parameters", "{notebook}")
    .option("--in-place", "write the executed notebook over the notebook itself")
    .option("--overwrite", "replace files that an earlier run of the same notebook did not write")
    .option("--live", "print outputs as they come, to standard error")
    .option("--help-notebook", "list the parameters that the notebooks declare, and run nothing")
    .option("--html", "write a report and its figures too")
    .option("--jobs <n>", "how many notebooks run at once", "1")
    .option("--keep-going", "run the cells after a failing one too")
    .option("--trust", "let scripts in outputs run in the report")
    .option("--interactive", "let Vega charts in the report answer the mouse (adds 0.54 MB)")
    .option("--max-size <MB>", "the megabytes that a report may take; what is left out is named", "1")
    .option("--json", "print events as lines of JSON")
    .addHelpText(
      "after",
      `
The notebook as far as it came is kept: NAME.failed.ipynb, and with --html NAME.failed.html; while it
runs, and after a kill, NAME.partial.ipynb. --params takes values as they are; the text of -p is read as
what the notebook declares: a text stays a text, and "null" is null only where null is declared.

Exit codes: 0 done, 1 a cell failed, 2 wrong usage or not a notebook, 3 a cell took too long,
            4 the kernel died or did not start, 5 output was lost, 130 interrupted.
            With several notebooks, that of the first one that failed.

Examples:
  $ telelink run notebooks/01-churn.ipynb --html -p seed=7
  $ telelink run a.ipynb b.ipynb --jobs 2 --timeout 600
  $ telelink run analysis.ipynb --kernel python3
  $ telelink run report.ipynb -p region=EU --name "{notebook}-{region}"
  $ telelink run - --out - < in.ipynb > out.ipynb`,
    )
    .action(run);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

async function run(paths: readonly string[], flags: RunFlags, command: Command): Promise<void> {
  const { declaredIn, prepare, runFile } = await import("../../../notebook/run/run-file.js");
  const { checkTarget } = await import("../../../notebook/run/targets.js");
  const outGiven = command.getOptionValueSource("out") === "cli";
  const { asUsage, parametersOf } = await import("../../support/notebook/parameters.js");
  const { jsonProgress, lineProgress, reportRun } = await import(
    "../../support/notebook/notebook-progress.js"
  );
  const { removeTemporaryFolder, temporaryFolder } = await import("../../../data/temporary-folder.js");
  const { stopSignal } = await import("../../support/stop-signal.js");
  const { checkNames } = await import("../../../notebook/run/output-names.js");
  const { decimalNumber, seconds, wholeNumber } = await import("../../support/options.js");
  const jobs = wholeNumber(flags.jobs, "--jobs", 1, 64);
  const timeoutSeconds = flags.timeout === undefined ? undefined : seconds(flags.timeout, "--timeout");
  const startSeconds = seconds(flags.startTimeout, "--start-timeout");
  const maxBytes = 1e6 * decimalNumber(flags.maxSize, "--max-size", 0.1, 1000);
  const parameters = parametersOf(flags.parameter, flags.params);
  const { kernel, name, inPlace } = flags;
  const toStdout = flags.out === "-" || (paths.includes("-") && !outGiven);
  if (inPlace && (outGiven || paths.includes("-") || name !== "{notebook}"))
    throw usageError("Cannot use --in-place with --out, --name or standard input");
  if (toStdout && (paths.length > 1 || flags.json))
    throw usageError("Cannot write to standard output: there must be one notebook, and no --json");
  const out = toStdout ? temporaryFolder("run") : flags.out;
  if (flags.helpNotebook) {
    const { printParameters } = await import("../../support/notebook/notebook-help.js");
    const all = asUsage(() => paths.map((path) => [path, declaredIn(path)] as const));
    for (const [path, declared] of all) printParameters(path, declared);
    return;
  }
  const ready = asUsage(() => {
    const all = paths.map((path) => prepare(path, { kernel, parameters, name }));
    if (!inPlace) checkNames(all, out);
    for (const one of all)
      checkTarget({ ...one, out: inPlace ? dirname(one.path) : out, inPlace, overwrite: flags.overwrite });
    return all;
  });
  const stop = stopSignal();
  const one = async (prepared: Prepared): Promise<FileRun | undefined> => {
    if (stop.signal.aborted) return undefined;
    if (!flags.json) note(prepared.path);
    const progress = flags.json
      ? jsonProgress(prepared.path)
      : lineProgress(prepared.notebook, jobs > 1 ? `${prepared.name}:` : "");
    const done = await runFile(prepared, {
      ...{ out, inPlace, overwrite: flags.overwrite, live: flags.live },
      html: flags.html ?? false,
      timeoutSeconds,
      startSeconds,
      keepGoing: flags.keepGoing,
      trusted: flags.trust,
      interactive: flags.interactive,
      maxBytes,
      signal: stop.signal,
      on: (event) => progress.on(event),
    }).finally(() => progress.end());
    if (toStdout) sendOut(done, flags.html ?? false);
    else reportRun(done, flags.json ?? false);
    return done;
  };
  const { inParallel } = await import("../../support/notebook/in-parallel.js");
  const runs = await inParallel(ready, jobs, one);
  stop.end();
  if (toStdout) removeTemporaryFolder(out);
  process.exitCode = await worstCode(runs, stop.signal.aborted);
}

/** Writes the one file that was asked for to standard output, and what failed to standard error. */
function sendOut(done: FileRun, html: boolean): void {
  for (const failure of done.failures) note(`telelink: ${failure}`);
  const file = done.written.find((one) => one.endsWith(html ? ".html" : ".ipynb"));
  if (file) writeOut(readFileSync(file));
}

async function worstCode(runs: readonly (FileRun | undefined)[], stopped: boolean): Promise<number> {
  const { exitCode } = await import("../../../notebook/run/run-notebook.js");
  const failed = runs.find((run) => run !== undefined && run.run.verdict !== "ok");
  if (stopped) return exitCodes.interrupted;
  return failed ? exitCode(failed.run.verdict) : exitCodes.ok;
}
