/**
 * What tslab has in memory once it is ready, made once and kept: TypeScript itself, and the declarations of JavaScript
 * and Node parsed and bound. Starting from that is three times as fast.
 *
 * Run by `node --snapshot-blob FILE --build-snapshot snapshot-entry.js TYPESCRIPT TYPES` (see snapshot.ts), which lets a
 * file import nothing but Node's own modules. A kernel then begins in the function at the end, with the arguments
 * PRELOAD TSLAB and tslab's own.
 */
import { readFileSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { startupSnapshot } from "node:v8";
import vm from "node:vm";

interface SourceFile {
  readonly fileName: string;
  readonly text: string;
  readonly isDeclarationFile: boolean;
}

interface Program {
  getSourceFiles(): readonly SourceFile[];
  getTypeChecker(): unknown;
  emit(file: undefined, write: () => void): unknown;
}

interface Compiler {
  readonly sys: { useCaseSensitiveFileNames: boolean; getCurrentDirectory(): string };
  readonly ModuleKind: Readonly<Record<string, number>>;
  readonly ModuleResolutionKind: Readonly<Record<string, number>>;
  readonly ScriptTarget: Readonly<Record<string, number>>;
  readonly JsxEmit: Readonly<Record<string, number>>;
  createCompilerHost(options: object): {
    getSourceFile(name: string, ...rest: unknown[]): unknown;
    fileExists(name: string): boolean;
  };
  createSourceFile(name: string, text: string, target: number): unknown;
  createProgram(names: readonly string[], options: object, host: object): Program;
}

const [typescript, types] = process.argv.slice(2);

// Where TypeScript parses a file, it first asks for one that is ready.
const begins =
  "  function createSourceFile(fileName, sourceText, languageVersionOrOptions, setParentNodes = false, scriptKind) {\n";
const asks =
  "    const ready = globalThis.__telelinkReady?.(fileName, sourceText); if (ready) return ready;\n";

function loadCompiler(): Compiler {
  const text = readFileSync(typescript, "utf8");
  if (!text.includes(begins)) throw new Error("this TypeScript is not the one that tslab 1.0.22 brings");
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${text.replace(begins, () => begins + asks)}\n})`;
  const module = { exports: {} };
  const run = vm.runInThisContext(wrapped, { filename: typescript }) as (...given: unknown[]) => void;
  run.call(module.exports, module.exports, require, module, typescript, dirname(typescript));
  return module.exports as Compiler;
}

const ts = loadCompiler();
// As tslab sets it, before anything is parsed.
ts.sys.useCaseSensitiveFileNames = true;
// TypeScript asks for the working directory once; what it remembered here would be that of the making.
ts.sys.getCurrentDirectory = () => process.cwd();

/** Parses and binds, with tslab's own options, all that a cell which uses a little of everything reaches. */
function parseAll(): Map<string, SourceFile> {
  const options = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    declaration: true,
    noImplicitUseStrict: true,
    experimentalDecorators: true,
    resolveJsonModule: true,
    jsx: ts.JsxEmit.React,
    typeRoots: [types],
    allowJs: true,
    checkJs: true,
    disableTopLevelAwait: true,
    skipLibCheck: true,
    outDir: "outDir",
  };
  const cell = join(dirname(typescript), "cell.ts");
  const text = "export {};\nconst a = new Map<string, Promise<number>>();\nconsole.log(a);\n";
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === cell || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    name === cell ? ts.createSourceFile(cell, text, options.target) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([cell], options, host);
  program.getTypeChecker();
  program.emit(undefined, () => undefined);
  const files = program.getSourceFiles().filter((one) => one.isDeclarationFile);
  return new Map(files.map((one) => [one.fileName, one]));
}

const ready = parseAll();
Object.assign(globalThis, {
  __telelinkReady: (name: string, text: string): SourceFile | undefined => {
    const file = ready.get(name);
    return file?.text === text ? file : undefined;
  },
});

startupSnapshot.setDeserializeMainFunction(() => {
  const [node, preload, tslab, ...rest] = process.argv;
  // A process that a cell forks must not begin here again.
  process.execArgv = [];
  // TypeScript sets this when it is loaded, and a snapshot does not keep it.
  Error.stackTraceLimit = 100;
  const internals = Module as unknown as { _load(request: string, ...more: unknown[]): unknown };
  const load = internals._load;
  internals._load = function (this: unknown, request, ...more) {
    return request === "@tslab/typescript-for-tslab" ? ts : load.call(this, request, ...more);
  };
  const own = Module.createRequire(tslab);
  own(preload);
  process.argv = [node, tslab, ...rest];
  own(tslab);
});
