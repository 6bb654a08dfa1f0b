import { Command } from "commander";
import type { Problem } from "../../../notebook/check-types";
import { exitCodes } from "../../support/exit";
import { note, print, printJson } from "../../support/output";

interface CheckFlags {
  readonly fix?: boolean;
  readonly types: boolean;
  readonly json?: boolean;
}

/** `telelink check`: types and cleanliness of notebooks. */
export function checkCommand(): Command {
  return new Command("check")
    .description(
      "type-check the cells of notebooks under strict, and see that they are clean for version control",
    )
    .argument("[notebooks...]", "files or folders", ["notebooks"])
    .option("--fix", "leave out outputs, counts and times, and give ids to cells without")
    .option("--no-types", "leave out the types")
    .option("--json", "print the problems as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink check
  $ telelink check notebooks/01-churn.ipynb --fix

Exit codes: 0 nothing found, 1 something found, 2 wrong usage or not a notebook.`,
    )
    .action(check);
}

async function check(paths: readonly string[], flags: CheckFlags): Promise<void> {
  const { checkNotebook, cleanText } = await import("../../../notebook/check-notebook.js");
  const { checkVariables } = await import("../../../notebook/check-variables.js");
  const { checkTypes } = await import("../../../notebook/check-types.js");
  const { notebooksAt, readNotebook } = await import("../../../notebook/run/run-file.js");
  const { writeAtomic } = await import("../../../data/files.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  const notebooks = asUsage(() =>
    paths.flatMap(notebooksAt).map((path) => ({ path, notebook: readNotebook(path) })),
  );
  const problems: Problem[] = [];
  for (const { path, notebook } of notebooks) {
    const found = checkNotebook(path, notebook);
    if (flags.fix && found.length > 0) {
      writeAtomic(path, cleanText(notebook));
      if (!flags.json) print(`${path}: cleaned`);
      problems.push(...checkNotebook(path, readNotebook(path)));
    } else problems.push(...found);
  }
  if (flags.types) {
    problems.push(...(await checkTypes(notebooks)));
    for (const { path, notebook } of notebooks) problems.push(...checkVariables(path, notebook));
  }
  if (flags.json) printJson(problems);
  else {
    for (const problem of problems) print(describe(problem));
    const wrong = problems.filter((problem) => !problem.advice).length;
    const advised = problems.length - wrong;
    const count = `${wrong === 0 ? "nothing" : wrong} found${advised > 0 ? `, ${advised} to know` : ""}`;
    note(`${notebooks.length} notebook${notebooks.length === 1 ? "" : "s"} checked: ${count}`);
  }
  if (problems.some((problem) => !problem.advice)) process.exitCode = exitCodes.failure;
}

/** "notebooks/a.ipynb, cell 3 (id data), line 2: …" */
function describe(problem: Problem): string {
  const { path, cell, id, line, text } = problem;
  const place = cell < 0 ? "" : `, cell ${cell + 1} (id ${id})${line === undefined ? "" : `, line ${line}`}`;
  return `${path}${place}: ${problem.advice ? "to know: " : ""}${text}`;
}
