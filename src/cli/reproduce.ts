import { Command } from "commander";
import type { FileRun } from "../notebook/run-file";
import type { Entry } from "../report/page";
import { CliError, exitCodes } from "./exit";
import { note, print } from "./output";

interface ReproduceFlags {
  readonly notebooks: string;
  readonly out: string;
  readonly timeout: string;
}

/** `telelink reproduce`: the notebooks of a project into reports. */
export function reproduceCommand(): Command {
  return new Command("reproduce")
    .description("execute the project's notebooks into HTML reports with a start page")
    .option("--notebooks <folder>", "the folder of the notebooks", "notebooks")
    .option("--out <folder>", "the folder of the reports", "reports")
    .option("--timeout <seconds>", "the longest a cell may take", "1800")
    .addHelpText(
      "after",
      `
Writes NAME.html, NAME.json (its figures) and NAME.ipynb (executed) for each notebook, and index.html.
A failing notebook is kept as NAME.failed.html; its last good report stays.`,
    )
    .action(reproduce);
}

async function reproduce(flags: ReproduceFlags): Promise<void> {
  const { readdirSync, existsSync } = await import("node:fs");
  const { join, resolve } = await import("node:path");
  const { checkFolder, prepare, runFile } = await import("../notebook/run-file.js");
  const { lineProgress } = await import("./notebook-progress.js");
  const { stopSignal } = await import("./stop-signal.js");
  const { seconds } = await import("./options.js");
  const { exitCode } = await import("../notebook/run-notebook.js");
  const { asUsage } = await import("./run.js");
  const timeoutSeconds = seconds(flags.timeout, "--timeout");
  if (!existsSync(flags.notebooks))
    throw new CliError(`Cannot reproduce: there must be a folder ${flags.notebooks}`, exitCodes.usage);
  const files = readdirSync(flags.notebooks)
    .filter((name) => name.endsWith(".ipynb"))
    .sort();
  const ready = asUsage(() => {
    checkFolder(flags.out);
    return files.map((name) => prepare(join(flags.notebooks, name), {}));
  });
  const stop = stopSignal();
  const runs: FileRun[] = [];
  for (const prepared of ready) {
    if (stop.signal.aborted) break;
    note(prepared.path);
    const progress = lineProgress(prepared.notebook, "");
    const done = await runFile(prepared, {
      out: flags.out,
      html: true,
      timeoutSeconds,
      signal: stop.signal,
      on: (event) => progress.on(event),
    }).finally(() => progress.end());
    for (const failure of done.failures) note(`telelink: ${failure}`);
    runs.push(done);
  }
  stop.end();
  await writeIndex(flags.out);
  print(`${resolve(flags.out, "index.html")}`);
  const failed = runs.find((one) => one.run.verdict !== "ok");
  if (stop.signal.aborted) process.exitCode = exitCodes.interrupted;
  else if (failed) process.exitCode = exitCode(failed.run.verdict);
}

/** Writes the start page over all reports in the folder. */
async function writeIndex(out: string): Promise<void> {
  const { readdirSync, readFileSync } = await import("node:fs");
  const { join } = await import("node:path");
  const { writeAtomic } = await import("../data/files.js");
  const { indexPage } = await import("../report/page.js");
  const { factsOf } = await import("../notebook/facts.js");
  const names = readdirSync(out)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(/\.json$/, ""))
    .sort();
  const entries = names.map((name): Entry => {
    const summary = JSON.parse(readFileSync(join(out, `${name}.json`), "utf8")) as Entry;
    return { ...summary, href: `${name}.html`, json: `${name}.json` };
  });
  const { telelink, node, commit } = factsOf(out);
  const facts = [`telelink ${telelink}`, `Node ${node}`, ...(commit ? [`commit ${commit}`] : [])];
  writeAtomic(join(out, "index.html"), indexPage(entries, facts));
}
