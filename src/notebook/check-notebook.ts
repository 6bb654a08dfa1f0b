import { readFileSync } from "node:fs";
import type { Problem } from "./check-types";
import { formatNotebook, type Notebook, stripOutputs } from "./nbformat";

/**
 * What is wrong with a notebook's file for version control: outputs, counts, timings, missing or repeated ids, another
 * format than 4.5. `notebook` is the file as read.
 */
export function checkNotebook(path: string, notebook: Notebook): Problem[] {
  const raw = rawNotebook(path);
  const problems: Problem[] = [];
  const add = (cell: number, text: string): void => {
    problems.push({ path, cell, id: notebook.cells[cell]?.id ?? "", text });
  };
  if (!raw) {
    add(-1, "the file must be JSON of format 4.5, in UTF-8");
    return problems;
  }
  if ((raw.nbformat_minor ?? 0) < 5) add(-1, `the format must be 4.5, got 4.${raw.nbformat_minor ?? 0}`);
  if (notebook.metadata.kernelspec?.name === undefined) add(-1, "the notebook must name its kernel");
  const ids = new Set<unknown>();
  notebook.cells.forEach((cell, i) => {
    const { id, metadata } = raw.cells[i];
    if (typeof id !== "string") add(i, "the cell must have an id");
    else if (ids.has(id)) add(i, `the cell's id must be its own, got ${JSON.stringify(id)} again`);
    ids.add(id);
    if ((cell.outputs ?? []).length > 0) add(i, "outputs must be left out");
    if (typeof cell.execution_count === "number") add(i, "the execution count must be left out");
    if (metadata?.execution !== undefined) add(i, "execution times must be left out");
  });
  return problems;
}

interface RawNotebook {
  readonly nbformat?: number;
  readonly nbformat_minor?: number;
  readonly cells: { id?: unknown; metadata?: { execution?: unknown } }[];
}

/** The file as it stands; undefined where it had to be mended to be read. */
function rawNotebook(path: string): RawNotebook | undefined {
  try {
    const raw = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, "")) as RawNotebook;
    return raw.nbformat === 4 ? raw : undefined;
  } catch {
    return undefined;
  }
}

/** The notebook's file as it should be: outputs left out, ids made, in the layout of nbformat. */
export function cleanText(notebook: Notebook): string {
  return formatNotebook(stripOutputs(notebook));
}
