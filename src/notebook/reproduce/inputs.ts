import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import { findSource, publicSources } from "../../data/sources/sources";
import type { DataSource } from "../../report/figures";
import { type Inputs, packageRoot, tslabVersion } from "../facts";
import type { Notebook } from "../nbformat";
import type { Prepared } from "../run/run-file";
import { NotebookFiles } from "./files";
import { importsOf, ModuleGraph } from "./module-graph";
import type { Traced } from "./trace";

/** Computes the inputs of notebooks; reads each file of the package once. */
export class InputReader {
  private readonly graph: ModuleGraph;
  private readonly hashes = new Map<string, string>();

  constructor(root: string = packageRoot) {
    this.graph = new ModuleGraph(root);
  }

  /**
   * What must be equal for the notebook's outputs to be the same. `sources` are the data sets of its last report: which
   * ones it reads shows only when it runs. `needs` are the inputs of notebooks it builds on, by name;
   * `opened` is what a run has just opened, or the inputs of its last report, whose files are looked at again.
   */
  inputs(
    prepared: Prepared,
    sources: readonly DataSource[],
    needs: Readonly<Record<string, string>> = {},
    opened: Traced | Inputs = {},
  ): Inputs {
    const { notebook, kernel, parameters, path } = prepared;
    const out: Record<string, string> = {};
    const given: string[] = [];
    notebook.cells.forEach((cell) => {
      if (cell.cell_type !== "code") return;
      const { tags = [], telelink = null } = cell.metadata;
      out[`cell ${cell.id}`] = sha256Of(JSON.stringify([cell.source, tags, telelink]));
    });
    out["order of cells"] = sha256Of(
      notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? [cell.id] : [])).join(" "),
    );
    for (const [name, value] of Object.entries(parameters)) {
      out[`parameter ${name}`] = JSON.stringify(value);
      given.push(JSON.stringify(String(value)));
    }
    out.kernel =
      kernel.folder === "" ? `${kernel.name} ${tslabVersion()}` : sha256Of(JSON.stringify(kernel.argv));
    out.Node = process.versions.node;
    for (const [name, lock] of lockfilesAbove(dirname(resolve(path)))) out[name] = this.fileHash(lock);
    const { env = [], inputs = [] } = declarations(notebook);
    for (const name of env) out[`environment ${name}`] = sha256Of(process.env[name] ?? "not set");
    const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
    const imports = importsOf(code.join("\n"));
    const reached = this.graph.reach(imports);
    // The catalogue of data sets is read when a study asks for one, and not imported.
    const catalogue = reached.some((file) => /data[\\/]sources\.js$/.test(file)) ? ["data/sources.json"] : [];
    for (const file of [...reached, ...catalogue]) out[moduleName(file)] = sha256Of(this.graph.text(file));
    const folder = dirname(resolve(path));
    const files = this.files(path);
    const also = files.named([...code, ...given].join("\n"));
    for (const one of imports) if (one.from.startsWith(".")) files.imported(one.from, folder, also);
    for (const pattern of inputs) for (const file of files.matching(pattern)) also.add(file);
    const traced = "read" in opened && opened.read instanceof Set ? (opened as Traced) : undefined;
    for (const file of traced?.named ?? []) if (files.isThere(file)) also.add(file);
    const found = traced ? files.traced(traced, also) : files.now(opened as Inputs, also);
    Object.assign(out, found);
    for (const source of sources) out[`data ${source.name}`] = this.dataState(source);
    for (const [name, digest] of Object.entries(needs)) out[`notebook ${name}`] = digest;
    return out;
  }

  /** What the look of a report depends on, beyond its notebook and figures. */
  renderer(): string {
    const files = this.graph.reachFrom([join("dist", "notebook", "render", "render.js")]);
    return sha256Of(files.map((file) => this.graph.text(file)).join("\n"));
  }

  /** The hash that the data set has now: that of its file where it is found. */
  private dataState(source: DataSource): string {
    const known = publicSources().find((one) => one.name === source.name);
    const file = known && findSource(known);
    if (file) return this.fileHash(file);
    return source.simulated ? `simulated ${source.sha256}` : known ? "not found" : source.sha256;
  }

  private files(path: string): NotebookFiles {
    return new NotebookFiles(dirname(resolve(path)), this.hashes);
  }

  private fileHash(file: string): string {
    let known = this.hashes.get(file);
    if (known === undefined) {
      known = sha256Of(readFileSync(file));
      this.hashes.set(file, known);
    }
    return known;
  }
}

/** One hash for all inputs. */
export function digestOf(inputs: Inputs): string {
  const entries = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Of(JSON.stringify(entries));
}

/** What differs, in words; empty when nothing does. */
export function changes(before: Inputs, now: Inputs): string[] {
  const out: string[] = [];
  for (const name of Object.keys(now)) {
    if (!(name in before)) out.push(`${name} is new`);
    else if (before[name] !== now[name]) out.push(`${name} changed`);
  }
  for (const name of Object.keys(before)) if (!(name in now)) out.push(`${name} is gone`);
  return out;
}

/** "dist/services/churn-data.js" is told as the source that it is made from. */
function moduleName(file: string): string {
  return file
    .replace(/^dist[\\/]/, "src/")
    .replace(/\.js$/, ".ts")
    .replaceAll("\\", "/");
}

const lockfiles = [
  ..."package-lock.json npm-shrinkwrap.json pnpm-lock.yaml yarn.lock bun.lock deno.lock".split(" "),
  ..."uv.lock poetry.lock Pipfile.lock requirements.txt environment.yml renv.lock Manifest.toml".split(" "),
];

/** The nearest file of each kind that says which packages are installed. */
function lockfilesAbove(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = folder; ; at = dirname(at)) {
    for (const name of lockfiles)
      if (!found.has(name) && existsSync(join(at, name))) found.set(name, join(at, name));
    if (dirname(at) === at) return found;
  }
}

/** What a notebook says in `metadata.telelink` that it depends on: variables of the environment, files by pattern. */
function declarations(notebook: Notebook): { env?: readonly string[]; inputs?: readonly string[] } {
  const { telelink } = notebook.metadata as { telelink?: { env?: unknown; inputs?: unknown } };
  const list = (name: "env" | "inputs"): readonly string[] => {
    const given = telelink?.[name] ?? [];
    check(
      Array.isArray(given) && given.every((value) => typeof value === "string"),
      "read the notebook's inputs",
      `metadata.telelink.${name} must be a list of texts`,
      given,
    );
    return given;
  };
  return { env: list("env"), inputs: list("inputs") };
}
