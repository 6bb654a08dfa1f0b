import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { formatExact, parseExact } from "../../core/exact-json";
import { duration } from "../../core/format";
import { sha256Of } from "../../core/sha256";
import { openAtomic } from "../../data/files";
import type { Summary } from "../../report/page";
import { factsOf, type Inputs, readableDate, tslabVersion } from "../facts";
import type { KernelSpec } from "../kernel-spec";
import { type Notebook, notebookPieces } from "../nbformat";
import type { Parameters } from "../parameters/parameters";
import { type RunMetadata, runOf, sealedNotebook, shownPath } from "./run-metadata";

/** How long a run took; absent where SOURCE_DATE_EPOCH asks for equal bytes. */
export interface Timing {
  readonly milliseconds: number;
  readonly startMilliseconds: number;
  /** By the cell's id. */
  readonly cells: Readonly<Record<string, number>>;
}

/** What `NAME.json` holds: a report's figures, and what they were made from. */
export interface ReportJson extends Summary {
  readonly notebook: string;
  /** Which notebook it is of, and how its run ended. */
  readonly run: RunMetadata;
  readonly parameters: Parameters;
  /** The moment of the run, ISO 8601. */
  readonly made: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
  readonly timing?: Timing;
  /** What the outputs depend on; of `telelink reproduce` only. */
  readonly inputs?: Inputs;
  /** What the page's look depends on. */
  readonly renderer?: string;
  /** SHA-256 of the files beside this one, by their ending. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of this file's fields, this one left out, in order. */
  readonly sha256?: string;
}

/** A run that is to be written. */
export interface Result {
  /** The source notebook's path. */
  readonly path: string;
  /** What its files are called, without ending. */
  readonly name: string;
  readonly executed: Notebook;
  readonly kernel: KernelSpec;
  readonly parameters: Parameters;
  readonly made: string;
  readonly timing?: Timing;
  readonly failure?: string;
  /** That a cell ended the notebook before its last one. */
  readonly ended?: string;
}

export interface WriteOptions {
  readonly out: string;
  /** Between name and ending: "" or ".failed". */
  readonly suffix: string;
  readonly html: boolean;
  readonly trusted?: boolean;
  readonly interactive?: boolean;
  /** The bytes that the page may take; 1 MB by default. */
  readonly maxBytes?: number;
  readonly inputs?: Inputs;
  readonly renderer?: string;
}

export interface Written {
  readonly files: readonly string[];
  /** What the notebook holds and the page does not, in words. */
  readonly omitted: readonly string[];
}

/** Writes NAME.ipynb and, if asked for, NAME.html and last NAME.json. Returns the paths. */
export async function writeReport(result: Result, options: WriteOptions): Promise<Written> {
  const { path, name, executed, parameters, made, timing, kernel } = result;
  const { out, suffix, inputs, renderer, trusted } = options;
  const written: string[] = [];
  const files: Record<string, string> = {};
  const write = (ending: string, pieces: Iterable<string>): void => {
    const file = join(out, `${name}${suffix}.${ending}`);
    files[ending] = writePieces(file, pieces);
    written.push(file);
  };
  const sealed = runOf(executed) ? sealedNotebook(executed) : executed;
  write("ipynb", notebookPieces(sealed));
  if (!options.html) return { files: written, omitted: [] };
  const { renderNotebook } = await import("./render.js");
  const facts = factsOf(dirname(resolve(path)));
  const leftOut = result.ended === undefined ? [] : [result.ended];
  const versions = { telelink: facts.telelink, node: facts.node, ...kernelVersion(kernel) };
  const ids = executed.cells.map((cell) => cell.id);
  const report = await renderNotebook(executed, {
    name: basename(path),
    date: readableDate(new Date(made)),
    failure: result.failure,
    leftOut,
    trusted,
    interactive: options.interactive,
    ...{ folder: dirname(resolve(path)), maxBytes: options.maxBytes },
    facts: lines(result, versions, facts.platform, facts.commit),
    milliseconds:
      timing && new Map(Object.entries(timing.cells).map(([id, time]) => [ids.indexOf(id), time])),
  });
  write("html", [report.html]);
  const notebook = shownPath(path);
  const json: Omit<ReportJson, "files"> = {
    ...report.summary,
    ...{ notebook, parameters, made, versions, commit: facts.commit, timing, inputs, renderer },
    run: runOf(executed) as RunMetadata,
  };
  const whole: ReportJson = { ...json, files: { ...files } };
  write("json", [`${formatExact({ ...whole, sha256: sealOfReport(whole) }, 1)}\n`]);
  return { files: written, omitted: report.omitted.slice(leftOut.length) };
}

function lines(
  result: Result,
  versions: Readonly<Record<string, string>>,
  platform: string,
  commit: string,
): [string, string][] {
  const { timing } = result;
  const parameters = Object.entries(result.parameters);
  return [
    ["Notebook", shownPath(result.path)],
    ...parameters.map(([name, value]): [string, string] => [`Parameter ${name}`, formatExact(value)]),
    [
      "Versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["Platform", platform],
    ["Commit", commit || "not under version control"],
    ...(timing
      ? [
          [
            "Run time",
            `${duration(timing.milliseconds)}, of which the kernel's start took ${duration(timing.startMilliseconds)}`,
          ] as [string, string],
        ]
      : []),
  ];
}

/** Writes the file, or, when that fails, nothing; returns the SHA-256 of its bytes. */
function writePieces(path: string, pieces: Iterable<string>): string {
  const file = openAtomic(path);
  const hash = createHash("sha256");
  try {
    for (const piece of pieces) {
      file.write(piece);
      hash.update(piece);
    }
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
  return hash.digest("hex");
}

function kernelVersion(kernel: KernelSpec): Record<string, string> {
  return kernel.folder === "" ? { tslab: tslabVersion() } : { kernel: kernel.displayName };
}

/** The hash of a report's figures file: of its fields as they stand. */
export function sealOfReport({ sha256: _, ...report }: ReportJson): string {
  return sha256Of(formatExact(report));
}

/** The figures file of a report; undefined when there is none, or none that can be read. */
export function readReport(out: string, name: string): ReportJson | undefined {
  try {
    const json = parseExact(readFileSync(join(out, `${name}.json`), "utf8")) as ReportJson;
    return typeof json.title === "string" && Array.isArray(json.figures) && json.files ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file of the report is there as it was written. */
export function intact(out: string, name: string, report: ReportJson, ending: string): boolean {
  const file = join(out, `${name}.${ending}`);
  if (!existsSync(file)) return false;
  return sha256Of(readFileSync(file)) === report.files[ending];
}
