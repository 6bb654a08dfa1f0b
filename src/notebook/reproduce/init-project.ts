import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomic } from "../../data/files";
import { formatNotebook, type Notebook } from "../nbformat";

/** Writes a small project into the folder: a notebook, its data, what git leaves out. Files that are there stay. */
export function initProject(folder: string): { readonly written: string[]; readonly kept: string[] } {
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (existsSync(file)) {
      kept.push(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeAtomic(file, content);
    written.push(file);
  }
  return { written, kept };
}

const cell = (id: string, source: string, ...tags: string[]): Notebook["cells"][number] => ({
  ...{ cell_type: "code", id, source, metadata: tags.length > 0 ? { tags } : {} },
  ...{ execution_count: null, outputs: [] },
});

const read = `import { readFileSync } from "node:fs";
import { display } from "tslab";

const lines = readFileSync("../data/calls.csv", "utf8").trim().split("\\n").slice(1);
const rows = lines.map((line) => line.split(","));
const minutes = rows.filter(([place]) => place === region).map(([, text]) => Number(text));
const mean = minutes.reduce((a, b) => a + b, 0) / minutes.length;`;

const figures = `display.raw("application/vnd.telelink.figures+json", {
  finding: "A call in the " + region + " takes " + mean.toFixed(1) + " minutes.",
  figures: [
    { name: "mean", label: "Minutes a call, " + region, value: mean, digits: 1, key: true },
    { name: "calls", label: "Calls", value: minutes.length, digits: 0, key: true },
  ],
} as never);`;

const first: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
  cells: [
    {
      ...{ cell_type: "markdown", id: "title", metadata: {} },
      source:
        "# Calls by region\n\nThe file `data/calls.csv`, and what it says. Change it and run `npx telelink reproduce` again.",
    },
    cell("parameters", 'const region: string = "north"; // the region that is looked at', "parameters"),
    cell("read", read),
    cell("figures", figures),
  ],
};

const files: Readonly<Record<string, string>> = {
  "notebooks/calls.ipynb": formatNotebook(first),
  "data/calls.csv": "region,minutes\nnorth,3.5\nnorth,6.1\nsouth,2.4\nsouth,4.9\nnorth,1.8\n",
  ".gitignore": "node_modules/\nreports/\n",
};
