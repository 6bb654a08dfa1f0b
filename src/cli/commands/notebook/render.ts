import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { note, print, writeOut } from "../../support/output";

interface RenderFlags {
  readonly out?: string;
  readonly trust?: boolean;
  readonly interactive?: boolean;
  readonly overwrite?: boolean;
  readonly maxSize: string;
  readonly json?: boolean;
}

/** `telelink render`: executed notebooks as pages, without running anything. */
export function renderCommand(): Command {
  return new Command("render")
    .description("write notebooks as HTML pages, with the outputs that they hold; nothing is run")
    .argument("<notebooks...>", "files that end in .ipynb; - reads one from standard input")
    .option("--out <folder>", "where to write NAME.html; - writes to standard output (default: beside each)")
    .option("--overwrite", "replace pages that telelink did not write")
    .option("--trust", "let scripts in outputs run in the page")
    .option("--interactive", "let Vega charts answer the mouse (adds 0.54 MB)")
    .option("--max-size <MB>", "the megabytes that a page may take; what is left out is named", "1")
    .option("--json", "print what was written and left out as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink render analysis.ipynb
  $ telelink render - --out - < analysis.ipynb > analysis.html`,
    )
    .action(render);
}

async function render(paths: readonly string[], flags: RenderFlags): Promise<void> {
  const { readNotebook } = await import("../../../notebook/run/run-file.js");
  const { outputName } = await import("../../../notebook/run/output-names.js");
  const { checkPage } = await import("../../../notebook/run/targets.js");
  const { renderNotebook } = await import("../../../notebook/render/render.js");
  const { runOf } = await import("../../../notebook/render/run-metadata.js");
  const { writeAtomic } = await import("../../../data/files.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  const { decimalNumber } = await import("../../support/options.js");
  const { usageError } = await import("../../support/exit.js");
  const { noteOmitted } = await import("../../support/notebook/notebook-progress.js");
  const maxBytes = 1e6 * decimalNumber(flags.maxSize, "--max-size", 0.1, 1000);
  const toStdout = flags.out === "-" || (paths.includes("-") && flags.out === undefined);
  if (toStdout && (paths.length > 1 || flags.json))
    throw usageError("Cannot write to standard output: there must be one notebook, and no --json");
  const ready = asUsage(() =>
    paths.map((path) => {
      const notes: string[] = [];
      const notebook = readNotebook(path, (text) => notes.push(text));
      const file = join(flags.out ?? dirname(path), `${outputName("{notebook}", path, {})}.html`);
      if (!toStdout) checkPage(path, file, flags.overwrite ?? false);
      return { path, notebook, notes, file };
    }),
  );
  const taken = new Set<string>();
  for (const { file, path } of ready) {
    if (taken.has(resolve(file)))
      throw usageError(`Cannot render ${path}: another notebook is written to ${file} already`);
    taken.add(resolve(file));
  }
  for (const { path, notebook, notes, file } of ready) {
    const { trust: trusted, interactive } = flags;
    const run = runOf(notebook);
    const report = await renderNotebook(notebook, {
      ...{ name: path === "-" ? "standard input" : (run?.notebook ?? path.replace(/.*[\\/]/, "")) },
      ...{ folder: dirname(resolve(path)), maxBytes, trusted, interactive },
      date: "not run for this page",
      facts: [["Outputs", "those that the notebook held; nothing was run"]],
    });
    for (const text of notes) note(`${path}: ${text}`);
    if (toStdout) writeOut(report.html);
    else writeAtomic(file, report.html);
    if (flags.json) print(JSON.stringify({ notebook: path, written: file, omitted: report.omitted, notes }));
    else {
      noteOmitted(report.omitted);
      if (!toStdout) print(file);
    }
  }
}
