import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type TS from "typescript6";
import { complaintOf } from "./compile-cell";
import { type Compiler, emitOptions } from "./compiler";
import { originalPlace } from "./positions";
import { type Resolved, resolveModule } from "./resolve-module";

/** A source file of a person's own, and what it imports. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: ReadonlyMap<string, Resolved>;
  /** Whether Node loads the file as it is. */
  readonly plain: boolean;
}

/** A file that a cell imports can't be read as what it is. */
export class UnreadableModule extends Error {
  constructor(path: string, why: string, place?: { readonly line: number; readonly column: number }) {
    super(`Cannot import ${path}${place ? `, line ${place.line}, column ${place.column}` : ""}: ${why}`);
  }
}

/** Whether Node can't load the file as it is, or not by the rules of bundlers. */
export function needsCompiling(path: string): boolean {
  const typed = /\.(?:[mc]?tsx?|jsx)$/.test(path);
  return typed || (!path.includes("node_modules") && /\.(?:m?js|json)$/.test(path));
}

/**
 * Compiles the module at `path` and those of a person's own that it imports into `folder`, as modules that Node can load,
 * and returns the file to import. A file keeps its name as long as it and all it imports stay as they are, so that
 * modules are loaded once, and anew after an edit.
 * @throws UnreadableModule that names file, line and column.
 */
export function compileModules(ts: Compiler, path: string, folder: string, fallback?: string): string {
  const graph = new Map<string, Source>();
  const visit = (file: string): void => {
    if (graph.has(file)) return;
    const source = readSource(ts, file, fallback);
    graph.set(file, source);
    for (const one of source.imports.values())
      if (one.kind === "file" && needsCompiling(one.path)) visit(one.path);
  };
  visit(path);
  const names = new Map([...graph.keys()].map((file) => [file, nameOf(file, graph)]));
  mkdirSync(folder, { recursive: true });
  for (const source of graph.values()) {
    const name = names.get(source.path) as string;
    const out = join(folder, name);
    if (name !== source.path && !existsSync(out)) writeFileSync(out, compile(ts, source, names));
  }
  return target(path, names, folder);
}

function target(path: string, names: ReadonlyMap<string, string>, folder: string): string {
  const name = names.get(path) ?? path;
  return name === path ? path : join(folder, name);
}

function readSource(ts: Compiler, path: string, fallback: string | undefined): Source {
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  const imports = new Map<string, Resolved>();
  if (!path.endsWith(".json")) {
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      const found = resolveModule(fileName, dirname(path), fallback);
      if (found) imports.set(fileName, found);
    }
  }
  const plain =
    /\.js$/.test(path) && !ts.isExternalModule(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { path, text, imports, plain };
}

/** The file's name among the compiled: its own where Node loads it as it is. */
function nameOf(path: string, graph: ReadonlyMap<string, Source>): string {
  const source = graph.get(path) as Source;
  if (source.plain) return path;
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const one of graph.get(file)?.imports.values() ?? [])
      if (one.kind === "file" && graph.has(one.path)) visit(one.path);
  };
  visit(path);
  const hash = createHash("sha256").update(path);
  for (const file of [...reached].sort()) hash.update(`\0${file}\0${graph.get(file)?.text}`);
  const stem = path.slice(dirname(path).length + 1, -extname(path).length).replace(/[^\w.-]/g, "_");
  return `${stem}-${hash.digest("hex").slice(0, 12)}.${path.endsWith(".cts") ? "cjs" : "mjs"}`;
}

function compile(ts: Compiler, source: Source, names: ReadonlyMap<string, string>): string {
  const { path, text } = source;
  const url = pathToFileURL(path).href;
  if (path.endsWith(".json")) {
    const value = parseJson(path, text);
    const keys =
      typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
    const named = keys.filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && !reservedWords.has(key));
    return `const json = ${JSON.stringify(value)};\nexport default json;\n${named
      .map((key) => `export const ${key} = json.${key};`)
      .join("\n")}\n`;
  }
  const common = path.endsWith(".cts");
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
    fileName: path.replace(/\.[mc](ts|js)$/, ".$1"),
    compilerOptions: {
      ...emitOptions(ts),
      ...(common && { module: ts.ModuleKind.CommonJS }),
      allowJs: true,
    },
    reportDiagnostics: true,
    transformers: { after: [(context) => (file) => withPlaces(ts, context, file, { ...source, names })] },
  });
  const [wrong] = (diagnostics ?? []).map((one) => complaintOf(ts, one));
  if (wrong) throw new UnreadableModule(path, `${wrong.text} (TS${wrong.code})`, wrong);
  const uses = (name: string): boolean =>
    new RegExp(`\\b${name}\\b`).test(text) &&
    !new RegExp(`\\b(?:const|let|var|function) ${name}\\b`).test(text);
  const prelude = common
    ? []
    : [
        `Object.assign(import.meta, ${JSON.stringify({ url, filename: path, dirname: dirname(path) })});`,
        uses("require") &&
          `import { createRequire as $require } from "node:module"; const require = $require(${JSON.stringify(url)});`,
        uses("__dirname") && `const __dirname = ${JSON.stringify(dirname(path))};`,
        uses("__filename") && `const __filename = ${JSON.stringify(path)};`,
      ].filter((file) => file !== false);
  const map = JSON.parse(sourceMapText ?? "{}") as { mappings?: string };
  // The first line is the prelude's.
  const moved = JSON.stringify({ ...map, sources: [url], mappings: `;${map.mappings ?? ""}` });
  const code = outputText.replace(/^\/\/# sourceMappingURL=.*$/m, "");
  return `${prelude.join(" ")}\n${code}${inlineMap}${Buffer.from(moved).toString("base64")}\n`;
}

const inlineMap = "//# sourceMappingURL=data:application/json;base64,";

/** Where a place of a compiled module comes from: the source's path and line. */
export function placeInModule(
  file: string,
  line: number,
  column: number,
): { path: string; line: number } | undefined {
  const text = readFileSync(file, "utf8");
  const at = text.lastIndexOf(inlineMap);
  if (at < 0) return undefined;
  const map = JSON.parse(Buffer.from(text.slice(at + inlineMap.length), "base64").toString()) as {
    readonly sources: readonly [string];
    readonly mappings: string;
  };
  const place = originalPlace(map.mappings, line, column);
  return place && { path: fileURLToPath(map.sources[0]), line: place.line };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableModule(path, (error as Error).message.replace(/\s+/g, " "));
  }
}

const reservedWords: ReadonlySet<string> = new Set(
  "default class function var let const import export new delete return if else for while do in of this null true false typeof void switch case break continue with try catch finally throw enum super extends yield static package private protected public interface implements await eval arguments".split(
    " ",
  ),
);

/** The module with each specifier replaced by the file it means, since it is loaded from another folder than its own. */
function withPlaces(
  ts: Compiler,
  context: TS.TransformationContext,
  file: TS.SourceFile,
  { path, imports, names }: Source & { readonly names: ReadonlyMap<string, string> },
): TS.SourceFile {
  const { factory } = context;
  const place = (specifier: string): TS.StringLiteral => {
    const found = imports.get(specifier);
    if (!found || found.kind === "builtin") return factory.createStringLiteral(specifier);
    const name = names.get(found.path);
    const compiled = name !== undefined && name !== found.path;
    return factory.createStringLiteral(compiled ? `./${name}` : pathToFileURL(found.path).href);
  };
  const visit = (node: TS.Node): TS.Node => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      return factory.updateImportDeclaration(
        node,
        node.modifiers,
        node.importClause,
        place(node.moduleSpecifier.text),
        undefined,
      );
    if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
      return factory.updateExportDeclaration(
        node,
        node.modifiers,
        node.isTypeOnly,
        node.exportClause,
        place(node.moduleSpecifier.text),
        undefined,
      );
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const helper = factory.createPropertyAccessExpression(factory.createIdentifier("__tslab__"), "import");
      const [specifier] = node.arguments;
      return factory.createCallExpression(helper, undefined, [
        ts.visitNode(specifier, visit) as TS.Expression,
        factory.createStringLiteral(pathToFileURL(path).href),
      ]);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return ts.visitEachChild(file, visit, context);
}
