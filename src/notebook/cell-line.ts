import { createRequire } from "node:module";
import { decodeSegment } from "./kernel/compile/positions";

/** The part of TypeScript's compiler that is used here. */
interface Compiler {
  readonly ScriptTarget: Readonly<Record<string, number>>;
  readonly ModuleKind: Readonly<Record<string, number>>;
  createSourceFile(
    name: string,
    text: string,
    target: number,
    parents: boolean,
  ): {
    readonly locals?: ReadonlyMap<string, unknown>;
    readonly statements: readonly unknown[];
  };
  isExpressionStatement(statement: unknown): boolean;
  isInterfaceDeclaration(statement: unknown): boolean;
  isTypeAliasDeclaration(statement: unknown): boolean;
  bindSourceFile(file: unknown, options: Record<string, unknown>): void;
  transpileModule(
    text: string,
    options: { fileName: string; compilerOptions: Record<string, unknown> },
  ): { outputText: string; sourceMapText?: string };
}

// tslab puts this before every cell.
const prefix = "export {};\n";

/**
 * The line of a cell, from 1, that a line of the JavaScript that tslab makes of it comes from; undefined where there is
 * none. The cell is compiled again as tslab does it, in two steps, with a source map for each.
 */
export function cellLine(source: string, jsLine: number): number | undefined {
  const ts = compiler();
  const target = ts.ScriptTarget.ES2022;
  const parsed = ts.createSourceFile("cell.ts", prefix + source, target, true);
  ts.bindSourceFile(parsed, { target });
  const names = [...(parsed.locals?.keys() ?? [])];
  const last = parsed.statements.findLast(
    (statement) => !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement),
  );
  // A value at the cell's end is exported too, which gives the module a line of exports if nothing else does.
  const value = names.length === 0 && ts.isExpressionStatement(last) ? "\nconst tsLastExpr = 0;" : "";
  if (value !== "") names.push("tsLastExpr");
  const suffix = names.length > 0 ? `${value}\nexport {${names.join(", ")}}` : "";
  const step = (
    text: string,
    fileName: string,
    module: number,
  ): [text: string, lines: Map<number, number>] => {
    const { outputText, sourceMapText = "{}" } = ts.transpileModule(text, {
      fileName,
      compilerOptions: { target, module, sourceMap: true, esModuleInterop: true, noImplicitUseStrict: true },
    });
    return [outputText, sourceLines((JSON.parse(sourceMapText) as { mappings?: string }).mappings ?? "")];
  };
  const [module, first] = step(prefix + source + suffix, "cell.ts", ts.ModuleKind.ESNext);
  const [, second] = step(
    module.replace(/\/\/# sourceMappingURL=.*$/m, ""),
    "cell.js",
    ts.ModuleKind.CommonJS,
  );
  const middle = second.get(jsLine);
  const line = middle === undefined ? undefined : first.get(middle);
  const own = line === undefined ? 0 : line - 1;
  return own >= 1 && own <= source.split("\n").length ? own : undefined;
}

let loaded: Compiler | undefined;

/** tslab's own TypeScript: it takes a quarter of a second to load, and only an error needs it. */
function compiler(): Compiler {
  loaded ??= createRequire(require.resolve("tslab/package.json"))("@tslab/typescript-for-tslab") as Compiler;
  return loaded;
}

/** For each line of the output, from 1, the line of the source that its first mapping points to (source map, revision 3). */
function sourceLines(mappings: string): Map<number, number> {
  const lines = new Map<number, number>();
  let source = 0;
  mappings.split(";").forEach((group, i) => {
    for (const segment of group.split(",")) {
      const fields = decodeSegment(segment);
      if (fields.length < 4) continue;
      source += fields[2];
      if (!lines.has(i + 1)) lines.set(i + 1, source + 1);
    }
  });
  return lines;
}
