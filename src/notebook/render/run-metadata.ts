import { basename, isAbsolute, relative, resolve } from "node:path";
import type { Notebook } from "../nbformat";
import type { Parameters } from "../parameters/parameters";
import { originOf } from "../run/targets";

/** What an executed notebook says of its run, in `metadata.telelink.run`. */
export interface RunMetadata {
  /** The source notebook's path, as a report may show it. */
  readonly notebook: string;
  /** Tells this source from others: of its place seen from the results, hashed. */
  readonly origin: string;
  /** "partial" while it runs, and for ever where the run was killed. */
  readonly status: "done" | "failed" | "partial";
  readonly parameters: Parameters;
}

/** The executed notebook with a word on its run. */
export function withRun(
  notebook: Notebook,
  about: {
    readonly path: string;
    readonly out: string;
    readonly parameters: Parameters;
    readonly status: RunMetadata["status"];
  },
): Notebook {
  const { path, out, parameters, status } = about;
  const run: RunMetadata = { notebook: shownPath(path), origin: originOf(path, out), status, parameters };
  const telelink = notebook.metadata.telelink as object | undefined;
  return { ...notebook, metadata: { ...notebook.metadata, telelink: { ...telelink, run } } };
}

/** What the notebook says of its run; undefined for one that no run has written. */
export function runOf(notebook: Notebook): RunMetadata | undefined {
  return (notebook.metadata.telelink as { run?: RunMetadata } | undefined)?.run;
}

/** The path as a report may show it: nothing of this machine beyond the working directory. */
export function shownPath(path: string): string {
  const from = relative(process.cwd(), resolve(path));
  return from.startsWith("..") || isAbsolute(from) ? basename(path) : from;
}
