import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { check } from "../../core/checks";
import { type Inputs, reportMoment } from "../facts";
import type { KernelSpec } from "../kernel-spec";
import { languageName, languageOf } from "../language";
import type { Notebook } from "../nbformat";
import type { Declared } from "../parameters/kinds";
import {
  beyondNumbers,
  checkParameters,
  declaredParameters,
  injectParameters,
  type Parameters,
} from "../parameters/parameters";
import { parseNotebook } from "../parse-notebook";
import { withRun } from "../render/run-metadata";
import { type Result, type Timing, writeReport } from "../render/write-report";
import { chooseKernel } from "./choose-kernel";
import { outputName } from "./output-names";
import { PartialFile } from "./partial-file";
import type { Run, RunEvent } from "./run-notebook";
import { checkTarget, dropFailed } from "./targets";

export interface FileOptions {
  /** The folder of what is written: NAME.ipynb and, if asked for, NAME.html and NAME.json. */
  readonly out: string;
  /** Writes the report and its figures too. */
  readonly html: boolean;
  readonly timeoutSeconds?: number;
  readonly startSeconds?: number;
  readonly keepGoing?: boolean;
  /** Tells of outputs as they come, as events. Off by default. */
  readonly live?: boolean;
  /** Writes the results over the notebook itself, and the rest beside it; `out` is not used. */
  readonly inPlace?: boolean;
  /** Replaces files that something else than an earlier run of this notebook wrote. Off by default. */
  readonly overwrite?: boolean;
  /** Lets scripts in outputs run in the report. */
  readonly trusted?: boolean;
  /** Lets Vega charts in the report answer the mouse. */
  readonly interactive?: boolean;
  /** The bytes that the page may take; 1 MB by default. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
  /** What the report records, so that a later reproduce can tell what changed. */
  readonly record?: Recording;
}

/** What a run records for `reproduce`. */
export interface Recording {
  /** The notebook's kernel, started so that it tells what it opens. */
  readonly kernel: KernelSpec;
  /** What a good run depended on. */
  readonly inputs: (executed: Notebook) => Inputs;
  readonly renderer: string;
  /** Ends the recording. */
  readonly end: () => void;
}

/** A notebook that is ready to run: everything that can be wrong before a kernel starts has been checked. */
export interface Prepared {
  readonly path: string;
  /** What its files are called, without ending: the notebook's name, unless a template says otherwise. */
  readonly name: string;
  readonly notebook: Notebook;
  readonly kernel: KernelSpec;
  readonly parameters: Parameters;
  /** What the notebook declares, given or not. */
  readonly declared: readonly Declared[];
  /** What was guessed or mended, in words. */
  readonly notes: readonly string[];
}

export interface FileRun {
  readonly path: string;
  readonly run: Run;
  /** What failed, in words; empty after a good run. */
  readonly failures: readonly string[];
  /** The files written. */
  readonly written: readonly string[];
  /** What the notebook holds and the page does not, in words. */
  readonly omitted: readonly string[];
}

export interface PrepareOptions {
  /** The kernel's name; the notebook's own by default. */
  readonly kernel?: string;
  /** Values by name; a ParameterText is read as the type that the notebook declares. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Leaves out parameters that the notebook does not declare, instead of refusing them. */
  readonly onlyDeclared?: boolean;
  /** What its files are called: a text with {notebook}, {folder} and parameters in braces; "{notebook}" by default. */
  readonly name?: string;
}

/** Reads and checks a notebook and what it is run with. @throws RangeError that names what is wrong. */
export function prepare(path: string, options: PrepareOptions = {}): Prepared {
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
  };
  const notebook = readNotebook(path, note);
  const kernel = chooseKernel(notebook, path, options.kernel, note);
  // Another kernel than the notebook's own may speak another language.
  const language = options.kernel
    ? languageName(kernel.language) || languageOf(notebook)
    : languageOf(notebook, kernel.language);
  const declared = declaredParameters(notebook, language);
  const given = Object.entries(options.parameters ?? {}).filter(
    ([name]) => !options.onlyDeclared || declared.some((one) => one.name === name),
  );
  const parameters = checkParameters(Object.fromEntries(given), declared, `run ${path}`);
  for (const name of beyondNumbers(parameters, declared, language))
    note(`parameter ${name} is beyond what a number holds exactly and is set as a bigint`);
  return {
    path,
    name: outputName(options.name ?? "{notebook}", path, parameters),
    notebook: injectParameters(notebook, parameters, language, declared),
    ...{ kernel, parameters, declared, notes },
  };
}

/** The parameters that the notebook declares; its kernel need not be there. */
export function declaredIn(path: string): readonly Declared[] {
  const notebook = readNotebook(path);
  const language = languageOf(notebook) || chooseKernel(notebook, path, undefined, () => undefined).language;
  return declaredParameters(notebook, language);
}

/** A notebook that holds all it needs, such as that of a report, ready to run in the folder of `path`. */
export function prepareParsed(notebook: Notebook, path: string): Prepared {
  const notes: string[] = [];
  const kernel = chooseKernel(notebook, path, undefined, (text) => notes.push(text));
  const name = outputName("{notebook}", path.replace(/\.html$/, ""), {});
  return { path, name, notebook, kernel, parameters: {}, declared: [], notes };
}

/** The notebook in the file. @throws RangeError when it can't be read. */
export function readNotebook(path: string, note?: (text: string) => void): Notebook {
  if (path === "-") return parseNotebook(readFileSync(0), "standard input", note);
  check(existsSync(path) && statSync(path).isFile(), `read ${path}`, "the file must exist");
  return parseNotebook(readFileSync(path), path, note);
}

/** The notebook that the path names, or those in the folder that it names. @throws RangeError when it is neither. */
export function notebooksAt(path: string): string[] {
  check(existsSync(path), `read ${path}`, "the file or folder must exist");
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => join(path, name));
}

/**
 * Runs the notebook and writes what came of it. While it runs, the notebook as far as it came is in
 * NAME.partial.ipynb. A failed run leaves good files of an earlier one alone and is written beside them, as
 * NAME.failed.ipynb and NAME.failed.html.
 */
export async function runFile(prepared: Prepared, options: FileOptions): Promise<FileRun> {
  const { path, name, notebook, kernel, parameters } = prepared;
  const { html, timeoutSeconds, startSeconds, keepGoing, signal, on, live, record, inPlace } = options;
  const out = inPlace ? dirname(path) : options.out;
  checkTarget({ path, out, name, inPlace, overwrite: options.overwrite });
  for (const text of prepared.notes) on?.({ event: "warning", text });
  const { describeFailure, runNotebook } = await import("./run-notebook.js");
  const about = { path, out, parameters };
  const partial = new PartialFile(out, name);
  const run = await runNotebook(notebook, {
    ...{
      kernel: record?.kernel ?? kernel,
      cwd: folderOf(path),
      timeoutSeconds,
      startSeconds,
      keepGoing,
      signal,
      on,
      live,
    },
    onNotebook: (sofar) => partial.save(withRun(sofar, { ...about, status: "partial" })),
  });
  const failures = run.failures.map((failure) => describeFailure(failure, path, notebook));
  const { at, fixed } = reportMoment();
  const status = run.verdict === "ok" ? "done" : "failed";
  const executed = withRun(fixed ? withoutTimes(run.notebook) : run.notebook, { ...about, status });
  const result: Result = {
    ...{ path, name, kernel, parameters, failure: failures[0]?.split("\n")[0], ended: run.ended, executed },
    made: at.toISOString(),
    timing: fixed ? undefined : timingOf(run),
  };
  const suffix = status === "done" ? "" : ".failed";
  const inputs = suffix === "" ? record?.inputs(run.notebook) : undefined;
  const { trusted, interactive, maxBytes } = options;
  const { files, omitted } = await writeReport(result, {
    ...{ out, suffix, html, trusted, interactive, maxBytes, inputs, renderer: record?.renderer },
  });
  record?.end();
  partial.remove();
  if (suffix === "") dropFailed(path, out, name);
  return { path, run, failures, written: files, omitted };
}

/** The folder that a notebook runs in: its own; for one from standard input, the working directory. */
function folderOf(path: string): string {
  return dirname(resolve(path));
}

function timingOf(run: Run): Timing {
  const cells = Object.fromEntries(run.cells.map((cell) => [cell.id, Math.round(cell.milliseconds)]));
  return {
    milliseconds: Math.round(run.milliseconds),
    startMilliseconds: Math.round(run.startMilliseconds),
    cells,
  };
}

function withoutTimes(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    const { execution: _, ...metadata } = cell.metadata;
    return { ...cell, metadata };
  });
  return { ...notebook, cells };
}
