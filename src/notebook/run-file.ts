import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { check } from "../core/checks";
import { writeAtomic } from "../data/files";
import type { Figure } from "../report/figures";
import { duration } from "../report/format";
import type { Summary } from "../report/page";
import { factsOf, readableDate, reportMoment, tslabVersion } from "./facts";
import { findKernelSpec, type KernelSpec } from "./kernel-spec";
import { formatNotebook, type Notebook, parseNotebook } from "./nbformat";
import {
  checkParameters,
  declaredParameters,
  injectParameters,
  languageOf,
  type Parameters,
} from "./parameters";
import { renderNotebook } from "./render";
import { describeFailure, type Run, type RunEvent, runNotebook } from "./run-notebook";

export interface FileOptions {
  /** The folder of what is written: NAME.ipynb and, if asked for, NAME.html and NAME.json. */
  readonly out: string;
  /** Writes the report and its figures too. */
  readonly html: boolean;
  /** The kernel's name; the notebook's own by default. */
  readonly kernel?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds?: number;
  readonly startSeconds?: number;
  readonly keepGoing?: boolean;
  readonly trusted?: boolean;
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
}

/** A notebook that is ready to run: everything that can be wrong before a kernel starts has been checked. */
export interface Prepared {
  readonly path: string;
  /** The file's name without folder and ending: what its report is called. */
  readonly name: string;
  readonly notebook: Notebook;
  readonly kernel: KernelSpec;
  readonly parameters: Parameters;
}

export interface FileRun {
  readonly path: string;
  readonly run: Run;
  /** What failed, in words; empty after a good run. */
  readonly failures: readonly string[];
  /** The files written. */
  readonly written: readonly string[];
}

/** What `NAME.json` holds: a report's figures, and what they were made from. */
export interface ReportJson extends Summary {
  readonly notebook: string;
  readonly figures: readonly Figure[];
  readonly parameters: Parameters;
  readonly made: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
  readonly seconds?: number;
}

/** Reads and checks a notebook and what it is run with. @throws RangeError that names what is wrong. */
export function prepare(path: string, options: Pick<FileOptions, "kernel" | "parameters">): Prepared {
  const notebook = readNotebook(path);
  const named = options.kernel ?? notebook.metadata.kernelspec?.name;
  check(named !== undefined, `run ${path}`, "the notebook must name its kernel, or --kernel must");
  const kernel = findKernelSpec(named);
  const language = languageOf(notebook, kernel.language);
  const parameters = checkParameters(
    options.parameters ?? {},
    declaredParameters(notebook, language),
    `run ${path}`,
  );
  return {
    path,
    name: basename(path).replace(/\.ipynb$/, ""),
    notebook: injectParameters(notebook, parameters, language),
    kernel,
    parameters,
  };
}

/** The notebook in the file. @throws RangeError when it can't be read. */
export function readNotebook(path: string): Notebook {
  check(existsSync(path) && statSync(path).isFile(), `read ${path}`, "the file must exist");
  return parseNotebook(readFileSync(path, "utf8"), path);
}

/** Makes the folder and checks that files can be written to it. @throws RangeError when they can't. */
export function checkFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new RangeError(
      `Cannot write to ${folder}: it must be a folder that may be written to, but ${(error as Error).message}`,
    );
  }
}

/**
 * Runs the notebook and writes what came of it. A failed run leaves good files of an earlier one alone and is written
 * beside them, as NAME.failed.ipynb and NAME.failed.html.
 */
export async function runFile(prepared: Prepared, options: FileOptions): Promise<FileRun> {
  const { path, name, notebook, kernel, parameters } = prepared;
  const { out, timeoutSeconds, startSeconds, keepGoing, signal, on } = options;
  checkFolder(out);
  const target = (suffix: string): string => join(out, `${name}${suffix}`);
  check(
    resolve(target(".ipynb")) !== resolve(path),
    `run ${path}`,
    "--out must be another folder than the notebook's own",
    out,
  );
  const cwd = dirname(resolve(path));
  const run = await runNotebook(notebook, {
    kernel,
    cwd,
    timeoutSeconds,
    startSeconds,
    keepGoing,
    signal,
    on,
  });
  const failures = run.failures.map((one) => describeFailure(one, path, notebook));
  const suffix = run.verdict === "ok" ? "" : ".failed";
  const written: string[] = [];
  const write = (file: string, content: string): void => {
    writeAtomic(file, content);
    written.push(file);
  };
  write(target(`${suffix}.ipynb`), formatNotebook(run.notebook));
  if (options.html) {
    const { at, fixed } = reportMoment();
    const facts = factsOf(cwd);
    const shown = {
      name: basename(path),
      date: readableDate(at),
      failure: failures[0],
      trusted: options.trusted,
    };
    const milliseconds = fixed ? undefined : new Map(run.cells.map((one) => [one.cell, one.milliseconds]));
    const versions = { telelink: facts.telelink, node: facts.node, ...kernelVersion(kernel) };
    const lines: [string, string][] = [
      ["Notebook", shownPath(path)],
      ...Object.entries(parameters).map(([key, value]): [string, string] => [
        `Parameter ${key}`,
        JSON.stringify(value),
      ]),
      [
        "Versions",
        Object.entries(versions)
          .map(([key, value]) => `${key} ${value}`)
          .join(", "),
      ],
      ["Platform", facts.platform],
      ["Commit", facts.commit || "not under version control"],
      ...(fixed
        ? []
        : [
            [
              "Run time",
              `${duration(run.milliseconds)}, of which the kernel's start ${duration(run.startMilliseconds)}`,
            ] as [string, string],
          ]),
    ];
    const report = renderNotebook(run.notebook, { ...shown, facts: lines, milliseconds });
    write(target(`${suffix}.html`), report.html);
    const json: ReportJson = {
      ...report.summary,
      notebook: shownPath(path),
      parameters,
      made: at.toISOString(),
      versions,
      commit: facts.commit,
      ...(fixed ? {} : { seconds: Math.round(run.milliseconds) / 1000 }),
    };
    write(target(`${suffix}.json`), `${JSON.stringify(json, undefined, 1)}\n`);
  }
  if (suffix === "")
    for (const ending of [".ipynb", ".html", ".json"]) rmSync(target(`.failed${ending}`), { force: true });
  return { path, run, failures, written };
}

/** The path as a report may show it: nothing of this machine beyond the working directory. */
function shownPath(path: string): string {
  const from = relative(process.cwd(), resolve(path));
  return from.startsWith("..") || isAbsolute(from) ? basename(path) : from;
}

function kernelVersion(kernel: KernelSpec): Record<string, string> {
  return kernel.folder === "" ? { tslab: tslabVersion() } : { kernel: kernel.displayName };
}
