/**
 * What the process of the compiler has in memory once it is ready, made once and kept. Run by
 * `node --snapshot-blob FILE --build-snapshot snapshot-entry.js FOLDER` with the folder of this file; Node
 * lets a snapshot import nothing but its own modules, so ours are read here. The process then begins in the function at
 * the end, with the arguments of language-main.js.
 */
import { readFileSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { startupSnapshot } from "node:v8";
import vm from "node:vm";
import type { LanguageOptions, serveLanguage, warmUp } from "./language-server";

const [folder] = process.argv.slice(2);
const modules = new Map<string, { exports: unknown }>();

function load(file: string): unknown {
  const known = modules.get(file);
  if (known) return known.exports;
  const module = { exports: {} as unknown };
  modules.set(file, module);
  const text = readFileSync(file, "utf8").replace(/^#!.*/, "");
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const run = vm.runInThisContext(wrapped, { filename: file }) as (...given: unknown[]) => void;
  run.call(module.exports, module.exports, requireFrom(file), module, file, dirname(file));
  return module.exports;
}

function requireFrom(file: string): NodeJS.Require {
  const own = Module.createRequire(file);
  const get = (name: string): unknown => {
    // What it holds of the system can't be kept in a file.
    if (/^(?:node:)?(?:crypto|child_process)$/.test(name)) return later(name);
    return Module.isBuiltin(name) ? require(name) : load(own.resolve(name));
  };
  return Object.assign(get, { resolve: own.resolve }) as unknown as NodeJS.Require;
}

/** A module that is loaded when something of it is asked for. */
function later(name: string): unknown {
  return new Proxy({}, { get: (_, key) => (require(name) as Record<PropertyKey, unknown>)[key] });
}

const server = load(join(folder, "language-server.js")) as {
  warmUp: typeof warmUp;
  serveLanguage: typeof serveLanguage;
};
const { sys } = (
  load(join(folder, "..", "compile", "compiler.js")) as typeof import("../compile/compiler")
).compiler();
// TypeScript asks for the working directory once; what it remembered here would be that of the making.
sys.getCurrentDirectory = () => process.cwd();
server.warmUp(process.cwd());

startupSnapshot.setDeserializeMainFunction(() => {
  process.execArgv = [];
  server.serveLanguage(JSON.parse(process.argv[1]) as LanguageOptions);
});
