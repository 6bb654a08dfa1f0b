import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { needsCompiling } from "./compile/compile-modules";
import { resolveModule } from "./compile/resolve-module";

/** What imports of cells need. */
export interface ImportOptions {
  /** The notebook's folder. */
  readonly cwd: string;
  /** A folder whose packages are taken where none is nearer. */
  readonly fallback: string;
  /** Modules that are there already, by specifier. */
  readonly given: ReadonlyMap<string, object>;
  /** Compiles a module of a person's own and returns the file to import. */
  compile(path: string): Promise<string>;
}

/** `import(specifier)` as cells mean it: resolved as a bundler would from `from`, the notebook's folder by default. */
export function importer(options: ImportOptions): (specifier: string, from?: string) => Promise<object> {
  return async (specifier, from) => {
    const text = String(specifier);
    const given = options.given.get(text);
    if (given) return commonNamespace(given);
    if (text.startsWith("data:")) return (await import(text)) as object;
    const folder = from === undefined ? options.cwd : dirname(fileURLToPath(from));
    const found = resolveModule(text, folder, options.fallback);
    if (!found) {
      const error = new Error(`Cannot find module ${JSON.stringify(text)} from ${folder}: ${advice(text)}`);
      throw Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
    }
    if (found.kind === "builtin") return (await import(found.specifier)) as object;
    const path = needsCompiling(found.path) ? await options.compile(found.path) : found.path;
    const namespace = (await import(pathToFileURL(path).href)) as object;
    const common = require.cache[realpathSync(path)];
    return common ? commonNamespace(common.exports) : namespace;
  };
}

function advice(specifier: string): string {
  if (/^https?:/.test(specifier)) return "modules are not loaded from the network; install the package";
  if (/^(?:npm|jsr):/.test(specifier)) return "install the package with npm and import it by its plain name";
  return /^[./#]/.test(specifier)
    ? "no such file, with or without .ts, .js, .json or /index"
    : `install it beside the notebook: npm install ${specifier.match(/^(?:@[^/]+\/)?[^/]+/)?.[0]}`;
}

const namespaces = new WeakMap<object, object>();

/** A CommonJS module as TypeScript's esModuleInterop shows it: all its members by name, and a default. */
function commonNamespace(exports: unknown): object {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null)
    return { default: exports };
  const known = namespaces.get(exports);
  if (known) return known;
  const members = exports as Record<string, unknown>;
  const made = Object.create(null) as object;
  for (const key of Object.keys(members)) {
    if (key !== "default")
      Object.defineProperty(made, key, { enumerable: true, configurable: true, get: () => members[key] });
  }
  const value = members.__esModule === true && "default" in members ? members.default : exports;
  Object.defineProperty(made, "default", { enumerable: true, configurable: true, value });
  namespaces.set(exports, made);
  return made;
}
