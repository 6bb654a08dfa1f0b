import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { removeTemporaryFolder, temporaryFolder } from "../data/temporary-folder";
import { compiler } from "./kernel/compile/compiler";
import { type NotebookCell, notebookModules } from "./kernel/compile/notebook-modules";
import { typeConfig } from "./kernel/language/type-options";
import { languageOf } from "./language";
import type { Notebook } from "./nbformat";

/** Something in a notebook that should not be as it is. */
export interface Problem {
  readonly path: string;
  /** The cell's place, from 0; −1 for the whole notebook. */
  readonly cell: number;
  readonly id: string;
  /** From 1, where known. */
  readonly line?: number;
  readonly column?: number;
  readonly text: string;
  /** Whether it is worth knowing, but nothing is wrong. */
  readonly advice?: true;
}

/** A cell that is checked, and where it is. */
interface Checked {
  readonly one: Named;
  readonly place: number;
  readonly module: NotebookCell;
}

interface Named {
  readonly path: string;
  readonly notebook: Notebook;
}

/**
 * What TypeScript's compiler finds in the cells of the TypeScript notebooks, with the kernel's own options and under
 * `strict`, which tslab is not. All notebooks of a folder are compiled together, in about the time of one.
 */
export async function checkTypes(notebooks: readonly Named[]): Promise<Problem[]> {
  const byFolder = new Map<string, Named[]>();
  for (const one of notebooks) {
    if (languageOf(one.notebook) !== "typescript") continue;
    const folder = dirname(resolve(one.path));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
  }
  const found = await Promise.all([...byFolder].map(([folder, group]) => checkFolder(folder, group)));
  return found.flat();
}

async function checkFolder(folder: string, group: readonly Named[]): Promise<Problem[]> {
  const place = workFolder(folder);
  try {
    const modules = new Map<string, Checked>();
    group.forEach((one, i) => {
      const places = one.notebook.cells.flatMap((cell, k) => (cell.cell_type === "code" ? [k] : []));
      const sources = places.map((k) => one.notebook.cells[k].source);
      const name = (cell: number): string => `notebook-${i}-cell-${cell}`;
      notebookModules(compiler(), sources, (cell) => `./${name(cell)}`).forEach((module, cell) => {
        const file = `${name(cell)}.${module.elements ? "tsx" : "ts"}`;
        modules.set(file, { one, place: places[cell], module });
        writeFileSync(join(place, file), module.text);
      });
    });
    const config = { compilerOptions: compilerOptions(folder, place), files: [...modules.keys()] };
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify(config));
    const found = problemsOf(await compile(place), modules);
    // Where something can't be parsed the compiler says only that, and judges no types: those of the others come after.
    const broken = new Set(found.filter(({ text }) => /\(TS1\d{3}\)$/.test(text)).map((one) => one.path));
    const others = group.filter((one) => !broken.has(one.path));
    if (broken.size === 0 || others.length === 0 || found.some((one) => !broken.has(one.path))) return found;
    return [...found, ...(await checkFolder(folder, others))];
  } finally {
    removeTemporaryFolder(place);
  }
}

/** A folder of our own from which the notebooks' packages are found. */
function workFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const packages = join(at, "node_modules");
    if (existsSync(packages)) {
      const cache = join(packages, ".cache", "telelink");
      mkdirSync(cache, { recursive: true });
      return temporaryFolder("check", cache);
    }
    if (dirname(at) === at) return temporaryFolder("check");
  }
}

/** The kernel's own options, and strict on top. */
function compilerOptions(folder: string, place: string): Record<string, unknown> {
  // Relative imports mean files beside the notebook.
  return { ...typeConfig(folder), strict: true, rootDirs: [folder, place] };
}

/** The compiler's complaints as text; empty when there are none. */
async function compile(place: string): Promise<string> {
  const tsc = join(dirname(require.resolve("typescript6/package.json")), "bin", "tsc");
  const child = spawn(process.execPath, [tsc, "-p", place, "--pretty", "false"], {
    cwd: place,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const keep = (text: Buffer): void => {
    said += text.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  if (code !== 0 && !/: error TS\d+/.test(said))
    throw new Error(`Cannot check types: tsc failed: ${said.trim()}`);
  return said;
}

function problemsOf(said: string, modules: ReadonlyMap<string, Checked>): Problem[] {
  const problems: Problem[] = [];
  // A complaint's further lines are indented.
  for (const block of said.split(/\n(?! )/)) {
    const match = block.match(/^(?:.*[\\/])?([^\\/]+)\((\d+),(\d+)\): error (TS\d+): ([\s\S]*)$/);
    if (!match) {
      const general = block.match(/error TS\d+: ([\s\S]*)$/);
      if (general) throw new Error(`Cannot check types: ${general[1].trim()}`);
      continue;
    }
    const [, file, line, column, code, message] = match;
    const known = modules.get(file);
    if (!known) continue;
    const { one, place, module } = known;
    const lines = module.source.split("\n").length;
    const own = Number(line) - module.linesBefore;
    // What is said of the first line is said of the cell that declares the name.
    if (own < 1) continue;
    problems.push({
      path: one.path,
      cell: place,
      id: one.notebook.cells[place].id,
      // A complaint about a missing bracket stands at the end of the module.
      line: Math.min(own, lines),
      column: Number(column),
      text: `${message.trim().replace(/\n\s*/g, " ")} (${code})`,
    });
  }
  return problems;
}
