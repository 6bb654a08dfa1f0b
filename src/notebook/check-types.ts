import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type CellModule, cellsAsModule } from "./cells-as-module";
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
}

interface Named {
  readonly path: string;
  readonly notebook: Notebook;
}

/**
 * What TypeScript's compiler finds in the cells of the TypeScript notebooks, under `strict`, which tslab is not. All
 * notebooks of a folder are compiled together, in about the time of one.
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
    const modules = new Map<string, [Named, CellModule]>();
    group.forEach((one, i) => {
      const module = cellsAsModule(one.notebook);
      const name = `notebook-${i}.ts`;
      modules.set(name, [one, module]);
      writeFileSync(join(place, name), module.text);
    });
    const config = { compilerOptions: compilerOptions(folder, place), files: [...modules.keys()] };
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify(config));
    return problemsOf(await compile(place), modules);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** A folder of our own from which the notebooks' packages are found. */
function workFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const packages = join(at, "node_modules");
    if (existsSync(packages)) {
      const cache = join(packages, ".cache", "telelink");
      mkdirSync(cache, { recursive: true });
      return mkdtempSync(join(cache, "check-"));
    }
    if (dirname(at) === at) return mkdtempSync(join(tmpdir(), "telelink-check-"));
  }
}

function compilerOptions(folder: string, place: string): Record<string, unknown> {
  const tslab = dirname(require.resolve("tslab/package.json"));
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    roots.push(join(at, "node_modules", "@types"));
    if (dirname(at) === at) break;
  }
  roots.push(join(tslab, "node_modules", "@types"));
  return {
    strict: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2022"],
    module: "esnext",
    moduleResolution: "bundler",
    moduleDetection: "force",
    resolveJsonModule: true,
    esModuleInterop: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: roots.filter((root) => existsSync(join(root, "node"))).slice(0, 1),
    // Relative imports mean files beside the notebook.
    rootDirs: [folder, place],
    // tslab is there in every cell, wherever the notebook lies.
    paths: { tslab: [join(tslab, "dist", "public.d.ts")] },
  };
}

/** The compiler's complaints as text; empty when there are none. */
async function compile(place: string): Promise<string> {
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
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

function problemsOf(said: string, modules: ReadonlyMap<string, [Named, CellModule]>): Problem[] {
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
    const [one, module] = known;
    const origin = module.origins[Number(line) - 1] ?? lastOrigin(module, Number(line));
    const cell = origin?.cell ?? -1;
    problems.push({
      path: one.path,
      cell,
      id: one.notebook.cells[cell]?.id ?? "",
      line: origin?.line,
      column: Number(column),
      text: `${message.trim().replace(/\n\s*/g, " ")} (${code})`,
    });
  }
  return problems;
}

/** A complaint about a missing bracket stands at the end of the module: it belongs to the last cell. */
function lastOrigin(module: CellModule, line: number): CellModule["origins"][number] {
  return module.origins.slice(0, line).findLast((one) => one !== undefined);
}
