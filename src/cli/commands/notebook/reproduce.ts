import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { check } from "../../../core/checks";
import type { Project, Step } from "../../../notebook/reproduce/reproduce";
import type { FileRun, Prepared } from "../../../notebook/run/run-file";
import { exitCodes } from "../../support/exit";
import { note, print } from "../../support/output";

interface ReproduceFlags {
  readonly notebooks: string;
  readonly out: string;
  readonly timeout: string;
  readonly jobs: string;
  readonly parameter: readonly string[];
  readonly explain?: boolean;
  readonly init?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `telelink reproduce`: the notebooks of a project into reports, as far as something changed. */
export function reproduceCommand(): Command {
  return new Command("reproduce")
    .description("execute the project's notebooks into HTML reports with a start page; only what changed")
    .argument("[names...]", "only these notebooks, and those that they need")
    .option("--notebooks <folder>", "the folder of the notebooks", "notebooks")
    .option("--out <folder>", "the folder of the reports", "reports")
    .option(
      "-p, --parameter <name=value>",
      "set a parameter where it is declared; may be repeated",
      collect,
      [],
    )
    .option("--timeout <seconds>", "the longest a cell may take", "1800")
    .option("--jobs <n>", "how many notebooks run at once", "1")
    .option("--init", "write a small project to begin with: a notebook and its data; run nothing")
    .option("--explain", "say for each notebook why it runs or not")
    .option("--dry-run", "say it, and run nothing")
    .option("--force", "run everything")
    .option("--json", "print events as lines of JSON")
    .addHelpText(
      "after",
      `
Writes NAME.html, NAME.json (its figures) and NAME.ipynb (executed) for each notebook, and index.html.
Works in any folder: with notebooks in notebooks/ and below, or, where there is no such folder, beside you.
A notebook runs when something changed since its last good report: its cells, its parameters, files that it
opened, looked for or listed (Node and Python tell), files that its code names, modules it reaches, its data,
lockfiles, Node, the kernel, or what it declares in metadata.telelink: notebooks it "needs", "inputs"
(patterns of files), "env" (variables). A failing one is kept as NAME.failed.html; its last good report stays.

Examples:
  $ telelink reproduce
  $ telelink reproduce --out /tmp/reports --timeout 600

Exit codes are those of telelink run.`,
    )
    .action(reproduce);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

async function reproduce(names: readonly string[], flags: ReproduceFlags, command: Command): Promise<void> {
  const { Project } = await import("../../../notebook/reproduce/reproduce.js");
  const { asUsage, parametersOf } = await import("../../support/notebook/parameters.js");
  if (flags.init) {
    asUsage(() =>
      check(names.length === 0, "write a project", "--init takes no names of notebooks", names[0]),
    );
    return init();
  }
  const { seconds, wholeNumber } = await import("../../support/options.js");
  const { checkTarget } = await import("../../../notebook/run/targets.js");
  const timeoutSeconds = seconds(flags.timeout, "--timeout");
  const jobs = wholeNumber(flags.jobs, "--jobs", 1, 64);
  const { out, force } = flags;
  const notebooks = folderOfNotebooks(flags.notebooks, command.getOptionValueSource("notebooks") === "cli");
  const parameters = parametersOf(flags.parameter);
  const project = asUsage(() => new Project({ notebooks, out, only: names, parameters, force }));
  const order = asUsage(() => {
    for (const notebook of project.order()) checkTarget({ ...notebook, out });
    return project.order();
  });
  if (flags.dryRun) {
    for (const notebook of order) tell(project.step(notebook), flags.json ?? false);
    return;
  }
  const { lockReports } = await import("../../../notebook/reproduce/lock.js");
  const { stopSignal } = await import("../../support/stop-signal.js");
  const free = lockReports(out);
  const stop = stopSignal();
  const runs = await inOrder(project, order, jobs, async (step) => {
    if (stop.signal.aborted) return undefined;
    if (flags.explain || flags.json || step.action !== "nothing") tell(step, flags.json ?? false);
    if (step.action === "render") await project.render(step.prepared);
    if (step.action !== "run") return undefined;
    return runOne(project, step.prepared, flags, { prefixed: jobs > 1, timeoutSeconds, signal: stop.signal });
  });
  stop.end();
  const done = runs.filter((run): run is FileRun => run !== undefined);
  const index = await project.writeIndex();
  free();
  if (!flags.json) await sum(order.length, done, index);
  const failed = done.find((run) => run.run.verdict !== "ok");
  if (stop.signal.aborted) process.exitCode = exitCodes.interrupted;
  else if (failed) {
    const { exitCode } = await import("../../../notebook/run/run-notebook.js");
    process.exitCode = exitCode(failed.run.verdict);
  }
}

/** The folder asked for; where none is, notebooks/, else this one, else the notebooks that come with telelink. */
function folderOfNotebooks(given: string, asked: boolean): string {
  if (asked || existsSync(given)) return given;
  if (readdirSync(".").some((name) => name.endsWith(".ipynb"))) return ".";
  const own = resolve(__dirname, "..", "..", "..", "..", "notebooks");
  if (!existsSync(own)) return given;
  note(`There is no folder ${given} and no notebook here: those that come with telelink are run.`);
  note("telelink reproduce --init writes a small project of your own.");
  return own;
}

async function init(): Promise<void> {
  const { initProject } = await import("../../../notebook/reproduce/init-project.js");
  const { written, kept } = initProject(".");
  for (const file of written) print(file);
  for (const file of kept) note(`${file} is there already and stays as it is`);
  note("Now: telelink reproduce");
}

async function runOne(
  project: Project,
  prepared: Prepared,
  flags: ReproduceFlags,
  how: { readonly prefixed: boolean; readonly timeoutSeconds: number; readonly signal: AbortSignal },
): Promise<FileRun> {
  const { prefixed, timeoutSeconds, signal } = how;
  const { runFile } = await import("../../../notebook/run/run-file.js");
  const { jsonProgress, lineProgress, reportRun } = await import(
    "../../support/notebook/notebook-progress.js"
  );
  const progress = flags.json
    ? jsonProgress(prepared.path)
    : lineProgress(prepared.notebook, prefixed ? `${prepared.name}:` : "");
  const done = await runFile(prepared, {
    ...{ out: flags.out, html: true, timeoutSeconds, signal },
    record: project.record(prepared, (text) => progress.on({ event: "warning", text })),
    on: (event) => progress.on(event),
  }).finally(() => progress.end());
  reportRun(done, flags.json ?? false);
  return done;
}

/** Does the steps, up to `jobs` at a time, each once those that it needs are done. */
async function inOrder(
  project: Project,
  order: readonly Prepared[],
  jobs: number,
  work: (step: Step) => Promise<FileRun | undefined>,
): Promise<(FileRun | undefined)[]> {
  const { inParallel } = await import("../../support/notebook/in-parallel.js");
  const started = new Map<Prepared, Promise<FileRun | undefined>>();
  const settle = new Map<Prepared, (value: FileRun | undefined) => void>();
  for (const notebook of order) {
    const ended = new Promise<FileRun | undefined>((done) => settle.set(notebook, done));
    started.set(notebook, ended);
  }
  return inParallel(order, jobs, async (notebook) => {
    // What is needed comes earlier in the order, so it has begun and this can't wait for ever.
    const before = await Promise.all(project.needs(notebook).map((need) => started.get(need)));
    let done: FileRun | undefined;
    try {
      if (before.every((run) => run === undefined || run.run.verdict === "ok"))
        done = await work(project.step(notebook));
      else note(`${notebook.path}: left out, because a notebook that it needs failed`);
      return done;
    } finally {
      settle.get(notebook)?.(done);
    }
  });
}

function tell(step: Step, json: boolean): void {
  const { prepared, action, reasons } = step;
  if (json) {
    print(JSON.stringify({ event: "step", notebook: prepared.path, action, reasons }));
    return;
  }
  const what = { run: "runs", render: "its page is written anew", nothing: "stays as it is" }[action];
  const shown = reasons.slice(0, 6).join(", ");
  const more = reasons.length > 6 ? ` and ${reasons.length - 6} more` : "";
  note(`${prepared.path} ${what}: ${shown}${more}`);
}

async function sum(all: number, done: readonly FileRun[], index: string): Promise<void> {
  const failed = done.filter((run) => run.run.verdict !== "ok").length;
  const ran = done.length === 0 ? "nothing to run" : `${done.length} of ${all} notebooks run`;
  note(`${ran}${failed > 0 ? `, ${failed} failed` : ""}. The reports begin at:`);
  print(resolve(index));
}
