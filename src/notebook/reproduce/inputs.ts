import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { findSource, publicSources } from "../../data/sources";
import type { DataSource } from "../../report/figures";
import { type Inputs, packageRoot, tslabVersion } from "../facts";
import type { Prepared } from "../run/run-file";
import { importsOf, ModuleGraph } from "./module-graph";

/** Computes the inputs of notebooks; reads each file of the package once. */
export class InputReader {
  private readonly graph: ModuleGraph;
  private readonly hashes = new Map<string, string>();

  constructor(root: string = packageRoot) {
    this.graph = new ModuleGraph(root);
  }

  /**
   * What must be equal for the notebook's outputs to be the same. `sources` are the data sets of its last report: which
   * ones it reads shows only when it runs. `needs` are the inputs of notebooks it builds on, by name.
   */
  inputs(
    prepared: Prepared,
    sources: readonly DataSource[],
    needs: Readonly<Record<string, string>> = {},
  ): Inputs {
    const { notebook, kernel, parameters, path } = prepared;
    const out: Record<string, string> = {};
    notebook.cells.forEach((cell) => {
      if (cell.cell_type !== "code") return;
      const { tags = [], telelink = null } = cell.metadata;
      out[`cell ${cell.id}`] = hash(JSON.stringify([cell.source, tags, telelink]));
    });
    out["order of cells"] = hash(
      notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? [cell.id] : [])).join(" "),
    );
    for (const [name, value] of Object.entries(parameters)) {
      out[`parameter ${name}`] = JSON.stringify(value);
      const file = typeof value === "string" && value !== "" ? resolve(dirname(path), value) : "";
      if (file !== "" && existsSync(file) && statSync(file).isFile())
        out[`file ${value}`] = this.fileHash(file);
    }
    out.kernel =
      kernel.folder === "" ? `${kernel.name} ${tslabVersion()}` : hash(JSON.stringify(kernel.argv));
    out.Node = process.versions.node;
    const lock = lockfileAbove(dirname(resolve(path)));
    if (lock) out["package-lock.json"] = this.fileHash(lock);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
    const imports = importsOf(code.join("\n"));
    const reached = this.graph.reach(imports);
    // The catalogue of data sets is read when a study asks for one, and not imported.
    const catalogue = reached.some((file) => /data[\\/]sources\.js$/.test(file)) ? ["data/sources.json"] : [];
    for (const file of [...reached, ...catalogue]) out[moduleName(file)] = hash(this.graph.text(file));
    const folder = dirname(resolve(path));
    for (const one of imports) if (one.from.startsWith(".")) this.localFiles(one.from, folder, folder, out);
    for (const source of sources) out[`data ${source.name}`] = this.dataState(source);
    for (const [name, digest] of Object.entries(needs)) out[`notebook ${name}`] = digest;
    return out;
  }

  /** What the look of a report depends on, beyond its notebook and figures. */
  renderer(): string {
    const files = this.graph.reachFrom([join("dist", "notebook", "render", "render.js")]);
    return hash(files.map((file) => this.graph.text(file)).join("\n"));
  }

  /** The hash that the data set has now: that of its file where it is found. */
  private dataState(source: DataSource): string {
    const known = publicSources().find((one) => one.name === source.name);
    const file = known && findSource(known);
    if (file) return this.fileHash(file);
    return source.simulated ? `simulated ${source.sha256}` : known ? "not found" : source.sha256;
  }

  /** The file that a cell imports by its path, and all that it imports in the same way. */
  private localFiles(request: string, folder: string, from: string, found: Record<string, string>): void {
    const base = resolve(from, request);
    const file = ["", ".ts", ".js", ".json", ".py", "/index.ts", "/index.js"]
      .map((ending) => `${base}${ending}`)
      .find((one) => existsSync(one) && statSync(one).isFile());
    const name = file && `file ${relative(folder, file)}`;
    if (!file || !name || name in found) return;
    found[name] = this.fileHash(file);
    if (!/\.[jt]s$/.test(file)) return;
    for (const [, further] of readFileSync(file, "utf8").matchAll(
      /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["'](\.[^"']*)["']/g,
    ))
      this.localFiles(further, folder, dirname(file), found);
  }

  private fileHash(file: string): string {
    let known = this.hashes.get(file);
    if (known === undefined) {
      known = hash(readFileSync(file));
      this.hashes.set(file, known);
    }
    return known;
  }
}

/** One hash for all inputs. */
export function digestOf(inputs: Inputs): string {
  const entries = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(JSON.stringify(entries));
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

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** "dist/services/churn-data.js" is told as the source that it is made from. */
function moduleName(file: string): string {
  return file
    .replace(/^dist[\\/]/, "src/")
    .replace(/\.js$/, ".ts")
    .replaceAll("\\", "/");
}

function lockfileAbove(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "package-lock.json");
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}
