import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** What a piece of code imports from a module: names, or everything. */
export interface Import {
  readonly from: string;
  readonly names: ReadonlySet<string> | "all";
}

/**
 * What the cells import. `import * as study` counts as the names that follow `study.` anywhere, and as everything where
 * `study` is used in another way.
 */
export function importsOf(source: string): Import[] {
  const found: Import[] = [];
  const statement = /\bimport\s+(type\s+)?([^"';]*?)\s*from\s*["']([^"']+)["']|\bimport\s*["']([^"']+)["']/g;
  for (const [, typeOnly, clause, from, bare] of source.matchAll(statement)) {
    if (typeOnly) continue;
    if (bare !== undefined) found.push({ from: bare, names: "all" });
    else found.push({ from, names: namesIn(clause, source) });
  }
  for (const [, from] of source.matchAll(/\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/g))
    found.push({ from, names: "all" });
  return found;
}

function namesIn(clause: string, source: string): Import["names"] {
  const whole = clause.match(/\*\s*as\s+([\w$]+)/);
  if (whole) return membersOf(whole[1], source);
  const braces = clause.match(/\{([^}]*)\}/)?.[1] ?? "";
  const names = braces
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "" && !text.startsWith("type "))
    .map((text) => text.split(/\s+as\s+/)[0].trim());
  // Before the braces may stand a default import.
  if (clause.split("{")[0].replace(",", "").trim() !== "") names.push("default");
  return new Set(names);
}

function membersOf(name: string, source: string): Import["names"] {
  const names = new Set<string>();
  // A property of the same name does not count, but what stands behind a spread's three dots does.
  const start = "(?<![\\w$])(?<!(?<!\\.\\.)\\.)";
  const escaped = name.replaceAll("$", "\\$");
  const uses = new RegExp(`${start}${escaped}(?![\\w$])(\\s*\\.\\s*([\\w$]+))?`, "g");
  const code = source.replace(/\bimport\s[^;]*?from\s*["'][^"']+["']/g, "");
  for (const [, member, property] of code.matchAll(uses)) {
    if (!member) return "all";
    names.add(property);
  }
  return names;
}

/**
 * The files of a built package that code reaches: those that define what it imports, and all that these require. A file
 * that only passes names on (an index) leads to the files of the names used and not to the others.
 */
export class ModuleGraph {
  private readonly texts = new Map<string, string>();

  /** `root` is the package's folder, with package.json and dist/. */
  constructor(private readonly root: string) {}

  /** The files reached, as paths below the package's folder, in order. */
  reach(imports: readonly Import[]): string[] {
    const found = new Set<string>();
    for (const one of imports) {
      const entry = this.entryOf(one.from);
      if (entry) this.visit(entry, one.names, found);
    }
    return [...found].map((file) => relative(this.root, file)).sort();
  }

  /** The files reached from files of the package. */
  reachFrom(files: readonly string[]): string[] {
    const found = new Set<string>();
    for (const file of files) this.visit(join(this.root, file), "all", found);
    return [...found].map((file) => relative(this.root, file)).sort();
  }

  /** The text of a file below the package's folder. */
  text(file: string): string {
    const path = resolve(this.root, file);
    let text = this.texts.get(path);
    if (text === undefined) {
      text = readFileSync(path, "utf8");
      this.texts.set(path, text);
    }
    return text;
  }

  private entryOf(name: string): string | undefined {
    const json = JSON.parse(this.text("package.json")) as {
      name: string;
      exports: Record<string, string | { default?: string }>;
    };
    if (name !== json.name && !name.startsWith(`${json.name}/`)) return undefined;
    const target = json.exports[`.${name.slice(json.name.length)}`];
    const file = typeof target === "string" ? target : target?.default;
    return file === undefined ? undefined : join(this.root, file);
  }

  private visit(file: string, names: Import["names"], found: Set<string>): void {
    if (names !== "all") {
      const passed = passedOn(this.text(file));
      if (passed) {
        for (const name of names) {
          const from = passed.get(name);
          const target = from === undefined ? undefined : locate(file, from);
          if (target) this.visit(target, new Set([name]), found);
        }
        return;
      }
    }
    if (found.has(file)) return;
    found.add(file);
    for (const [, from] of this.text(file).matchAll(/\b(?:require|import)\(\s*"(\.[^"]*)"\s*\)/g)) {
      const target = locate(file, from);
      if (target) this.visit(target, "all", found);
    }
    // Threads load their own entry by path.
    const worker = join(dirname(file), "worker.js");
    if (/"worker\.js"/.test(this.text(file)) && existsSync(worker)) this.visit(worker, "all", found);
  }
}

function locate(from: string, request: string): string | undefined {
  const base = resolve(dirname(from), request);
  return [base, `${base}.js`, `${base}.json`, join(base, "index.js")].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  );
}

/** Where a file's exports come from, when it does nothing but pass them on; undefined for any other file. */
function passedOn(text: string): Map<string, string> | undefined {
  const modules = new Map<string, string>();
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    const module = line.match(/^(?:var|const) (\w+) = require\("(\.[^"]+)"\);$/);
    const name = line.match(/^Object\.defineProperty\(exports, "(\w+)", .* return (\w+)\.(\w+); \} \}\);$/);
    if (module) modules.set(module[1], module[2]);
    else if (name) {
      const from = modules.get(name[2]);
      // A renamed export can't be followed by its name.
      if (from === undefined || name[1] !== name[3]) return undefined;
      names.set(name[1], from);
    } else if (!/^\s*$|^"use strict";$|"__esModule"|^exports\.[\w. =]+ = void 0;$|^\/\//.test(line))
      return undefined;
  }
  return names.size > 0 ? names : undefined;
}
