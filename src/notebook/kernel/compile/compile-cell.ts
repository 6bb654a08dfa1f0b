import type TS from "typescript6";
import { type Compiler, emitOptions } from "./compiler";
import { declaredNames } from "./declared-names";
import { withLiveImports } from "./live-imports";
import { isConstant, type NameKind, type Names } from "./names";
import { replScript } from "./repl-script";

/** A complaint of the compiler about a cell. */
export interface Complaint {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** As in TS2322. */
  readonly code: number;
}

/** A cell as JavaScript for V8's REPL mode. */
export interface CompiledCell {
  readonly code: string;
  /** From the code back to the cell (source map, revision 3). */
  readonly mappings: string;
  /** What cannot be read; such a cell is not run. */
  readonly complaints: readonly Complaint[];
  /** The names that it declares at its top level. */
  readonly declares: readonly (readonly [name: string, kind: NameKind])[];
}

/**
 * The cell as JavaScript that declares its names in the one scope of the notebook. There every name is live: functions
 * of earlier cells see what later ones assign, and a later cell may declare a name again in any way. `names` are those of
 * earlier cells; `reserved` are names of the system that a cell may declare, but that modules go on to see as they were.
 */
export function compileCell(
  ts: Compiler,
  source: string,
  names: Names,
  options: {
    readonly language?: "typescript" | "javascript";
    readonly reserved?: ReadonlySet<string>;
  } = {},
): CompiledCell {
  const { fileName } = parseCell(ts, source, options.language).file;
  const declares = new Map<string, NameKind>();
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
    fileName,
    compilerOptions: emitOptions(ts),
    reportDiagnostics: true,
    transformers: {
      before: [
        (context) => (file) => {
          for (const [name, kind] of declaredNames(ts, file)) declares.set(name, kind);
          const constants = (name: string): boolean =>
            isConstant(declares.get(name) ?? names.get(name)?.kind);
          const hidden = (name: string): boolean =>
            options.reserved?.has(name) === true && (declares.has(name) || names.has(name));
          return withLiveImports(ts, context, file, { constants, hidden });
        },
      ],
      after: [(context) => (file) => replScript(ts, context, file, names)],
    },
  });
  const mappings = (JSON.parse(sourceMapText ?? "{}") as { mappings?: string }).mappings ?? "";
  return {
    code: outputText.replace(/^\/\/# sourceMappingURL=.*$/m, ""),
    mappings,
    complaints: (diagnostics ?? []).map((diagnostic) => complaintOf(ts, diagnostic)),
    declares: [...declares],
  };
}

/** A cell as it can be read: `<T>x` is a type as in a .ts file, and where that makes no sense an element as in a .tsx file. */
export function parseCell(
  ts: Compiler,
  source: string,
  language: "typescript" | "javascript" = "typescript",
): { readonly file: TS.SourceFile; readonly elements: boolean } {
  const read = (name: string): TS.SourceFile =>
    ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const isWhole = (file: TS.SourceFile): boolean =>
    (file as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
  const file = read(language === "javascript" ? "cell.js" : "cell.ts");
  if (language === "javascript" || isWhole(file)) return { file, elements: false };
  const withElements = read("cell.tsx");
  return isWhole(withElements) ? { file: withElements, elements: true } : { file, elements: false };
}

/** The complaint as text, with its place in the file it is about. */
export function complaintOf(ts: Compiler, diagnostic: TS.Diagnostic): Complaint {
  const { line, character } = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0) ?? {
    line: 0,
    character: 0,
  };
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  return { line: line + 1, column: character + 1, text, code: diagnostic.code };
}
