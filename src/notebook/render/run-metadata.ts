import { createHash } from "node:crypto";
import { basename, isAbsolute, relative, resolve } from "node:path";
import { type Notebook, notebookPieces } from "../nbformat";
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
  /** SHA-256 of the notebook's file with this field left out. */
  readonly sha256?: string;
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

/** The hash that the notebook states, and the one that it has. */
export function sealOfNotebook(notebook: Notebook): { readonly stated?: string; readonly found: string } {
  const telelink = notebook.metadata.telelink as { run?: RunMetadata } | undefined;
  const { sha256: stated, ...run } = telelink?.run ?? {};
  const bare = { ...notebook, metadata: { ...notebook.metadata, telelink: { ...telelink, run } } };
  const hash = createHash("sha256");
  for (const piece of notebookPieces(bare)) hash.update(piece);
  return { stated, found: hash.digest("hex") };
}

/** The executed notebook with its own hash in it. */
export function sealedNotebook(notebook: Notebook): Notebook {
  const { run, ...telelink } = notebook.metadata.telelink as { run: RunMetadata };
  const sealed = { ...run, sha256: sealOfNotebook(notebook).found };
  return { ...notebook, metadata: { ...notebook.metadata, telelink: { ...telelink, run: sealed } } };
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
