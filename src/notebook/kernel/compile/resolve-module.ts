import { existsSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a module is: a module of Node itself, or a file. */
export type Resolved =
  | { readonly kind: "builtin"; readonly specifier: string }
  | { readonly kind: "file"; readonly path: string };

type Json = Record<string, unknown>;

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
// A TypeScript file is imported by the name that its JavaScript would have.
const sources: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
const conditions = ["node", "import", "module-sync", "default"];

/**
 * The module that `specifier` means in a file of `folder`, by the rules of bundlers: Node's, and also names without
 * their extension, folders with an index, and `.js` that means `.ts`. `fallback` is a folder whose packages are taken
 * where none is nearer. Undefined where there is none.
 */
export function resolveModule(specifier: string, folder: string, fallback?: string): Resolved | undefined {
  if (isBuiltin(specifier)) return { kind: "builtin", specifier };
  if (specifier.startsWith("file:")) return fileAt(fileURLToPath(specifier));
  if (/^\.{0,2}\//.test(specifier) || /^\.{1,2}$/.test(specifier) || /^[a-z]:[\\/]/i.test(specifier))
    return fileAt(resolve(folder, specifier));
  if (specifier.startsWith("#")) return ownImport(specifier, folder);
  return inPackages(specifier, folder) ?? (fallback ? inPackages(specifier, fallback) : undefined);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // Also where a file stands in the way.
    return false;
  }
}

function fileAt(path: string): Resolved | undefined {
  const own = extname(path);
  const candidates = [
    path,
    ...(sources[own] ?? []).map((text) => path.slice(0, -own.length) + text),
    ...extensions.map((extension) => path + extension),
    ...mainOf(path),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ];
  const found = candidates.find(isFile);
  return found === undefined ? undefined : { kind: "file", path: found };
}

/** What a folder's package.json names as its main file, as far as it is there. */
function mainOf(folder: string): string[] {
  const { main } = readJson(join(folder, "package.json")) ?? {};
  if (typeof main !== "string") return [];
  const path = resolve(folder, main);
  return [
    path,
    ...extensions.map((extension) => path + extension),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ];
}

function readJson(path: string): Json | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Json;
  } catch {
    return undefined;
  }
}

function inPackages(specifier: string, folder: string): Resolved | undefined {
  const [, name, rest] = specifier.match(/^((?:@[^/]+\/)?[^/]+)(\/.*)?$/) ?? [];
  if (name === undefined) return undefined;
  for (let at = folder; ; at = dirname(at)) {
    const own = readJson(join(at, "package.json"));
    const found =
      (basename(at) === "node_modules" ? undefined : inPackage(join(at, "node_modules", name), rest)) ??
      // A package may import itself by its name.
      (own?.name === name && own.exports !== undefined ? inPackage(at, rest) : undefined);
    if (found) return found;
    if (dirname(at) === at) return undefined;
  }
}

function inPackage(folder: string, rest: string | undefined): Resolved | undefined {
  if (!existsSync(folder)) return undefined;
  const exports = readJson(join(folder, "package.json"))?.exports;
  if (exports === undefined || exports === null) return fileAt(rest ? join(folder, rest) : folder);
  const subpaths = typeof exports === "object" && Object.keys(exports).every((key) => key.startsWith("."));
  const map = (subpaths ? exports : { ".": exports }) as Json;
  return target(matching(map, `.${rest ?? ""}`), folder);
}

function ownImport(specifier: string, folder: string): Resolved | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const json = readJson(join(at, "package.json"));
    if (json) {
      const found = target(matching((json.imports ?? {}) as Json, specifier), at);
      return found;
    }
    if (dirname(at) === at) return undefined;
  }
}

/** The entry of an exports or imports map for a subpath, its `*` filled in: the longest pattern wins. */
function matching(map: Json, subpath: string): unknown {
  if (subpath in map) return map[subpath];
  const patterns = Object.keys(map).filter((key) => key.includes("*"));
  patterns.sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const pattern of patterns) {
    const [before, after] = pattern.split("*");
    if (subpath.length >= pattern.length && subpath.startsWith(before) && subpath.endsWith(after))
      return fill(map[pattern], subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

function fill(entry: unknown, star: string): unknown {
  if (typeof entry === "string") return entry.replaceAll("*", star);
  if (Array.isArray(entry)) return entry.map((value) => fill(value, star));
  if (typeof entry === "object" && entry !== null)
    return Object.fromEntries(Object.entries(entry).map(([key, one]) => [key, fill(one, star)]));
  return entry;
}

function target(entry: unknown, folder: string): Resolved | undefined {
  if (typeof entry === "string")
    return entry.startsWith("./") ? fileAt(join(folder, entry)) : resolveModule(entry, folder);
  if (Array.isArray(entry)) {
    for (const value of entry) {
      const found = target(value, folder);
      if (found) return found;
    }
    return undefined;
  }
  if (typeof entry !== "object" || entry === null) return undefined;
  for (const [condition, one] of Object.entries(entry)) {
    if (!conditions.includes(condition)) continue;
    const found = target(one, folder);
    if (found) return found;
  }
  return undefined;
}
