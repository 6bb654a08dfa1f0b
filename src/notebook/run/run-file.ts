import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { check } from "../../core/checks";
import { reportMoment } from "../facts";
import { findKernelSpec, type KernelSpec } from "../kernel-spec";
import { languageName, languageOf } from "../language";
import { type Notebook, parseNotebook } from "../nbformat";
import type { Declared } from "../parameters/kinds";
import {
  checkParameters,
  declaredParameters,
  injectParameters,
  type Parameters,
} from "../parameters/parameters";
import { dropFailed, type Result, type Timing, writeReport } from "../render/write-report";
import type { Inputs } from "../reproduce/inputs";
import { outputName } from "./output-names";
import type { Run, RunEvent } from "./run-notebook";

export interface FileOptions {
  /** The folder of what is written: NAME.ipynb and, if asked for, NAME.html and NAME.json. */
  readonly out: string;
  /** Writes the report and its figures too. */
  readonly html: boolean;
  readonly timeoutSeconds?: number;
  readonly startSeconds?: number;
  readonly keepGoing?: boolean;
  /** Lets scripts in outputs run in the report. */
  readonly trusted?: boolean;
  /** Lets Vega charts in the report answer the mouse. */
  readonly interactive?: boolean;
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
  /** What the report records, so that a later reproduce can tell what changed. */
  readonly record?: { readonly inputs: (executed: Notebook) => Inputs; readonly renderer: string };
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
}

export interface FileRun {
  readonly path: string;
  readonly run: Run;
  /** What failed, in words; empty after a good run. */
  readonly failures: readonly string[];
  /** The files written. */
  readonly written: readonly string[];
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
  const notebook = readNotebook(path);
  const named = options.kernel ?? notebook.metadata.kernelspec?.name;
  check(named !== undefined, `run ${path}`, "the notebook must name its kernel, or --kernel must");
  const kernel = findKernelSpec(named);
  // Another kernel than the notebook's own may speak another language.
  const language = options.kernel
    ? languageName(kernel.language) || languageOf(notebook)
    : languageOf(notebook, kernel.language);
  const declared = declaredParameters(notebook, language);
  const given = Object.entries(options.parameters ?? {}).filter(
    ([name]) => !options.onlyDeclared || declared.some((one) => one.name === name),
  );
  const parameters = checkParameters(Object.fromEntries(given), declared, `run ${path}`);
  return {
    path,
    name: outputName(options.name ?? "{notebook}", path, parameters),
    notebook: injectParameters(notebook, parameters, language, declared),
    ...{ kernel, parameters, declared },
  };
}

/** The notebook in the file. @throws RangeError when it can't be read. */
export function readNotebook(path: string): Notebook {
  check(existsSync(path) && statSync(path).isFile(), `read ${path}`, "the file must exist");
  return parseNotebook(readFileSync(path, "utf8"), path);
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

/** Makes the folder and checks that the notebook's results can be written to it. @throws RangeError when they can't. */
export function checkTarget(path: string, out: string): void {
  try {
    mkdirSync(out, { recursive: true });
    accessSync(out, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new RangeError(
      `Cannot write to ${out}: it must be a folder that may be written to, but ${(error as Error).message}`,
    );
  }
  const own = resolve(dirname(path)) === resolve(out);
  check(!own, `run ${path}`, "--out must be another folder than the notebook's own", out);
}

/**
 * Runs the notebook and writes what came of it. A failed run leaves good files of an earlier one alone and is written
 * beside them, as NAME.failed.ipynb and NAME.failed.html.
 */
export async function runFile(prepared: Prepared, options: FileOptions): Promise<FileRun> {
  const { path, name, notebook, kernel, parameters } = prepared;
  const { out, html, timeoutSeconds, startSeconds, keepGoing, signal, on, trusted, interactive, record } =
    options;
  checkTarget(path, out);
  const { describeFailure, runNotebook } = await import("./run-notebook.js");
  const cwd = dirname(resolve(path));
  const run = await runNotebook(notebook, {
    ...{ kernel, cwd, timeoutSeconds, startSeconds, keepGoing, signal, on },
  });
  const failures = run.failures.map((one) => describeFailure(one, path, notebook));
  const { at, fixed } = reportMoment();
  const result: Result = {
    ...{ path, name, kernel, parameters, failure: failures[0]?.split("\n")[0] },
    executed: fixed ? withoutTimes(run.notebook) : run.notebook,
    made: at.toISOString(),
    timing: fixed ? undefined : timingOf(run),
  };
  const suffix = run.verdict === "ok" ? "" : ".failed";
  const inputs = suffix === "" ? record?.inputs(run.notebook) : undefined;
  const written = await writeReport(result, {
    ...{ out, suffix, html, trusted, interactive, inputs, renderer: record?.renderer },
  });
  if (suffix === "") dropFailed(out, name);
  return { path, run, failures, written };
}

function timingOf(run: Run): Timing {
  const cells = Object.fromEntries(run.cells.map((one) => [one.id, Math.round(one.milliseconds)]));
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
