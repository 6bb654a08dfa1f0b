import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A passage of a tslab file and what takes its place. */
interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const patches: readonly Patch[] = [
  // A cell is compiled once and not twice: the names it declares, which the export at its end needs, come from the
  // binder alone.
  {
    file: "converter.js",
    from: `        updateContent(prevDecl, src);
        let declsFile = builder.getSourceFile(declFilename);
        let srcFile = builder.getSourceFile(srcFilename);
        const locals = srcFile.locals;
        const keys = new Set();`,
    to: `        const parsed = ts.createSourceFile(srcFilename, srcPrefix + src, transpileTarget, true);
        ts.bindSourceFile(parsed, builder.getProgram().getCompilerOptions());
        const locals = parsed.locals;
        const keys = new Set();`,
  },
  {
    file: "converter.js",
    from: `            updateContent(prevDecl, src + suffix);
            declsFile = builder.getSourceFile(declFilename);
            srcFile = builder.getSourceFile(srcFilename);
        }`,
    to: `            updateContent(prevDecl, src + suffix);
        }
        else {
            updateContent(prevDecl, src);
        }
        const declsFile = builder.getSourceFile(declFilename);
        const srcFile = builder.getSourceFile(srcFilename);`,
  },
  // Which declarations every cell sees is looked up in the folders once, not for each cell.
  {
    file: "converter.js",
    from: "typeRoots: getTypeRoots(),",
    to: "typeRoots: getTypeRoots(),\n        types: ts.getAutomaticTypeDirectiveNames({ typeRoots: getTypeRoots() }, ts.sys),",
  },
  // tslab asks its program for five things only; a builder that tracks what changed between compilations costs as much
  // as the compilation.
  {
    file: "converter.js",
    from: "    }, sys, null, function (d) {",
    to: "    }, sys, globalThis.__telelink__.program(ts), function (d) {",
  },
  // Cells may import what lies beside their notebook's folder (`../src/x`), not only below it: the root of what is
  // compiled is the package's folder.
  {
    file: "converter.js",
    from: `const dstFilename = (0, tspath_1.normalizeJoin)(outDir, "__tslab__.js");
    const dstDeclFilename = (0, tspath_1.normalizeJoin)(outDir, "__tslab__.d.ts");`,
    to: `const root = globalThis.__telelink__.root(cwd);
    const below = path_1.default.relative(root, cwd);
    const dstFilename = (0, tspath_1.normalizeJoin)(outDir, below, "__tslab__.js");
    const dstDeclFilename = (0, tspath_1.normalizeJoin)(outDir, below, "__tslab__.d.ts");`,
  },
  { file: "converter.js", from: "rootDir: cwd,", to: "rootDir: root," },
  {
    file: "converter.js",
    from: "path: (0, tspath_1.normalizeJoin)(cwd, rel),",
    to: "path: (0, tspath_1.normalizeJoin)(root, rel),",
  },
  // A compiled module may have a dot in its name, and modules may import each other in a circle.
  {
    file: "executor.js",
    from: 'if (path_1.default.extname(filename) === "") {',
    to: 'if (!sideOutputs.has(filename) && path_1.default.extname(filename) !== ".js") {',
  },
  {
    file: "executor.js",
    from: `mod._compile(sideOutputs.get(filename), filename);
        sideModules.set(filename, mod);`,
    to: `sideModules.set(filename, mod);
        mod._compile(sideOutputs.get(filename), filename);`,
  },
  // Stack frames name the cell they are in.
  {
    file: "jupyter.js",
    from: "let count = new ExecutionCount(++this.execCount);",
    to: "let count = new ExecutionCount(++this.execCount); globalThis.__telelink__.cell = this.execCount;",
  },
  {
    file: "executor.js",
    from: `runInThisContext(wrapped, {
                breakOnSigint: true,`,
    to: `runInThisContext(wrapped, {
                filename: "cell-" + globalThis.__telelink__.cell + ".js",
                breakOnSigint: true,`,
  },
];

/** The folder of the package that `cwd` lies in: the nearest with a package.json, else `cwd` itself. */
export function packageFolder(cwd: string): string {
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (dirname(at) === at) return cwd;
  }
}

/** The text of a file of tslab, repaired; unchanged where it is not the version that the repairs are made for. */
export function patched(path: string, text: string): string {
  const file = path.match(/[\\/]tslab[\\/]dist[\\/](\w+\.js)$/)?.[1];
  const own = patches.filter((one) => one.file === file);
  return own.every((one) => text.includes(one.from))
    ? own.reduce((out, one) => out.replace(one.from, () => one.to), text)
    : text;
}

/** The part of a TypeScript program that tslab uses. */
interface Program {
  getSourceFile(name: string): SourceFile | undefined;
  emit(...options: unknown[]): unknown;
}

interface SourceFile {
  readonly fileName: string;
  readonly isDeclarationFile: boolean;
  readonly resolvedModules?: {
    forEach(
      act: (
        one: { resolvedModule?: { resolvedFileName: string }; resolvedFileName?: string } | undefined,
      ) => void,
    ): void;
  };
}

interface Compiler {
  createProgram(options: Record<string, unknown>): Program;
}

/** What TypeScript's watch mode calls to make a program: nothing but the program, the one before reused. */
export function programFactory(ts: Compiler) {
  return (
    rootNames: unknown,
    options: unknown,
    host: unknown,
    old: { getProgram(): Program } | undefined,
    configFileParsingDiagnostics: unknown,
    projectReferences: unknown,
  ): Record<string, unknown> => {
    const oldProgram = old?.getProgram();
    const program = ts.createProgram({
      ...{ rootNames, options, host, oldProgram, configFileParsingDiagnostics, projectReferences },
    });
    return {
      getProgram: () => program,
      getProgramOrUndefined: () => program,
      getSourceFile: (name: string) => program.getSourceFile(name),
      emit: (...given: unknown[]) => program.emit(...given),
      getAllDependencies: (file: SourceFile) => dependencies(program, file),
    };
  };
}

/** The files that a file imports, with itself; a declaration's own imports can't be sources that need compiling. */
function dependencies(program: Program, file: SourceFile): string[] {
  const seen = new Set<string>();
  const visit = (one: SourceFile | undefined): void => {
    if (!one || seen.has(one.fileName)) return;
    seen.add(one.fileName);
    if (one.isDeclarationFile) return;
    one.resolvedModules?.forEach((found) => {
      const name = found?.resolvedModule?.resolvedFileName ?? found?.resolvedFileName;
      if (name !== undefined) visit(program.getSourceFile(name));
    });
  };
  visit(file);
  return [...seen];
}
