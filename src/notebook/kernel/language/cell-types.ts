import { existsSync, readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import type TS from "typescript6";
import { type CellModule, cellModule } from "../compile/cell-module";
import { type Complaint, complaintOf, parseCell } from "../compile/compile-cell";
import type { Compiler } from "../compile/compiler";
import { declaredNames, exportedNames } from "../compile/declared-names";
import type { NameKind, Names } from "../compile/names";
import { documentRegistry } from "./document-registry";
import { typeOptions } from "./type-options";

/** What to put in place of a part of a cell. */
export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly matches: readonly string[];
}

interface TypedCell {
  readonly source: string;
  readonly module: CellModule;
}

/** Knows the types of the cells so far: checks, completes and explains. */
export class CellTypes {
  private readonly cells = new Map<number, TypedCell>();
  private readonly root: string;
  private readonly service: TS.LanguageService;
  private current: CellModule = { text: "export {};\n", linesBefore: 1, elements: false };

  constructor(
    private readonly ts: Compiler,
    private readonly cwd: string,
    private readonly language: "typescript" | "javascript" = "typescript",
  ) {
    this.root = this.fileOf("");
    this.service = ts.createLanguageService(this.host(), documentRegistry(ts));
  }

  /** Takes a cell that is run: later ones see what it declares. */
  add(cell: number, source: string, names: Names, declares: readonly (readonly [string, NameKind])[]): void {
    this.cells.set(cell, { source, module: this.moduleOf(source, names, declares) });
  }

  /** What the type checker complains of in a cell. */
  check(cell: number): Complaint[] {
    const typed = this.cells.get(cell);
    if (!typed) return [];
    this.show(typed.module);
    return this.complaints(typed.source, typed.module);
  }

  complete(source: string, position: number, names: Names): Completions {
    this.show(this.moduleOf(source, names));
    const offset = this.offset();
    const info = this.service.getCompletionsAtPosition(this.root, position + offset, {
      includeCompletionsWithInsertText: false,
    });
    const prefix = source.slice(0, position).match(/[\p{ID_Continue}$\u200c\u200d]*$/u)?.[0] ?? "";
    const rest = source.slice(position).match(/^[\p{ID_Continue}$\u200c\u200d]*/u)?.[0] ?? "";
    const span = info?.entries.find((entry) => entry.replacementSpan)?.replacementSpan;
    const start = span ? span.start - offset : position - prefix.length;
    const end = span ? start + span.length : position + rest.length;
    const typed = source.slice(start, position);
    const hidden = (name: string): boolean => name.startsWith("__cell") || name.startsWith("__tslab");
    const entries = (info?.entries ?? []).filter((entry) => !hidden(entry.name));
    if (entries.length > 0) return { start, end, matches: ranked(entries, typed) };
    return this.completePath(position + offset) ?? { start, end, matches: [] };
  }

  /** The files that a text of the cell may come to name, if the position is in a text. */
  private completePath(at: number): Completions | undefined {
    const { ts } = this;
    const file = this.service.getProgram()?.getSourceFile(this.root);
    const visit = (node: TS.Node): TS.Node | undefined =>
      node.getStart() < at && at <= node.end ? (ts.forEachChild(node, visit) ?? node) : undefined;
    const found = file && visit(file);
    if (!found || !ts.isStringLiteralLike(found)) return undefined;
    const typed = found.getSourceFile().text.slice(found.getStart() + 1, at);
    const begun = typed.slice(typed.lastIndexOf("/") + 1);
    const folder = resolve(this.cwd, typed.slice(0, typed.length - begun.length) || ".");
    const start = at - begun.length - this.offset();
    return { start, end: start + begun.length, matches: filesIn(folder, begun) };
  }

  /** What is known of the name at a position: its type and its documentation; undefined where there is nothing. */
  explain(source: string, position: number, names: Names): string | undefined {
    this.show(this.moduleOf(source, names));
    const at = position + this.offset();
    const info =
      this.service.getQuickInfoAtPosition(this.root, at) ??
      this.service.getQuickInfoAtPosition(this.root, Math.max(0, at - 1));
    if (!info) return undefined;
    // Names of earlier cells are imports for the checker only.
    const said = this.ts
      .displayPartsToString(info.displayParts)
      .replace(/^\(alias\) (?!module)/, "")
      .replace(/\nimport [\w$]+$/, "");
    const documentation = this.ts.displayPartsToString(info.documentation);
    const tags = (info.tags ?? []).map((tag) =>
      `@${tag.name} ${this.ts.displayPartsToString(tag.text)}`.trim(),
    );
    return [said, documentation, tags.join("\n")].filter((part) => part !== "").join("\n\n");
  }

  private complaints(source: string, module: CellModule): Complaint[] {
    const lines = source.split("\n").length;
    const found = [
      ...this.service.getSyntacticDiagnostics(this.root),
      ...this.service.getSemanticDiagnostics(this.root),
    ];
    return found
      .filter((diagnostic) => diagnostic.category === this.ts.DiagnosticCategory.Error)
      .map((diagnostic) => complaintOf(this.ts, diagnostic))
      .map((complaint) => ({ ...complaint, line: complaint.line - module.linesBefore }))
      .filter((one) => one.line >= 1 && one.line <= lines);
  }

  private moduleOf(
    source: string,
    names: Names,
    declares?: readonly (readonly [string, NameKind])[],
  ): CellModule {
    const { file, elements } = parseCell(this.ts, source, this.language);
    return cellModule(source, {
      declares: declares ?? [...declaredNames(this.ts, file)],
      exported: exportedNames(this.ts, file),
      names,
      moduleOf: (cell) => `./__cell_${cell}`,
      unfinished: declares === undefined,
      elements,
    });
  }

  private offset(): number {
    return this.current.text.indexOf("\n") + 1;
  }

  private show(module: CellModule): void {
    this.current = module;
  }

  private fileOf(cell: number | ""): string {
    const name = cell === "" ? "__cell" : `__cell_${cell}`;
    return join(this.cwd, `${name}.${this.language === "javascript" ? "js" : "ts"}`);
  }

  private moduleAt(file: string): CellModule | undefined {
    if (file === this.root) return this.current;
    const cell = file.match(/[\\/]__cell_(\d+)\.[jt]s$/)?.[1];
    return cell !== undefined && dirname(file) === this.cwd
      ? this.cells.get(Number(cell))?.module
      : undefined;
  }

  private host(): TS.LanguageServiceHost {
    const { ts, cwd } = this;
    const options = typeOptions(ts, cwd, this.language);
    const textOf = (file: string): string | undefined => this.moduleAt(file)?.text;
    const host: TS.LanguageServiceHost = {
      getCompilationSettings: () => options,
      // Always this one file: with another list of files TypeScript would resolve every import anew.
      getScriptFileNames: () => [this.root],
      // The register of files outlives a kernel: a cell is the same only if its text is.
      getScriptVersion: (file) => textOf(file) ?? stamp(ts, file),
      getScriptSnapshot: (file) => {
        const text = textOf(file);
        return text === undefined ? snapshotOf(ts, file) : ts.ScriptSnapshot.fromString(text);
      },
      getScriptKind: (file) => (this.moduleAt(file)?.elements ? ts.ScriptKind.TSX : ts.ScriptKind.Unknown),
      getCurrentDirectory: () => cwd,
      getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
      fileExists: (file) => textOf(file) !== undefined || ts.sys.fileExists(file),
      readFile: (file) => textOf(file) ?? ts.sys.readFile(file),
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
      // Node's own modules are declared, not found: looking for each beside every file of @types/node takes half the
      // time of a first completion.
      resolveModuleNameLiterals: (literals, from, redirect, given, file) =>
        literals.map((literal) =>
          isBuiltin(literal.text)
            ? { resolvedModule: undefined }
            : ts.resolveModuleName(
                ...([literal.text, from, given, host, undefined, redirect] as const),
                ts.getModeForUsageLocation(file, literal, given),
              ),
        ),
    };
    return host;
  }
}

/** A file of a disk, which is read when its text is asked for: the register may know it as it is. */
function snapshotOf(ts: Compiler, file: string): TS.IScriptSnapshot | undefined {
  if (!ts.sys.fileExists(file)) return undefined;
  let read: string | undefined;
  const text = (): string => {
    read ??= ts.sys.readFile(file) ?? "";
    return read;
  };
  return {
    getText: (start, end) => text().slice(start, end),
    getLength: () => text().length,
    getChangeRange: () => undefined,
  };
}

/** A version of a file on disk: packages stay as they are while a kernel lives, a person's own files may change. */
function stamp(ts: Compiler, file: string): string {
  if (file.includes("node_modules") || !existsSync(file)) return "1";
  return String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 1);
}

/** The entries that begin with what is typed; if there are none, in any case, then those that hold it. */
function ranked(entries: readonly TS.CompletionEntry[], typed: string): string[] {
  const lower = typed.toLowerCase();
  const rank = (name: string): number => {
    if (name.startsWith(typed)) return 0;
    if (name.toLowerCase().startsWith(lower)) return 1;
    return name.toLowerCase().includes(lower) ? 2 : 3;
  };
  const best = Math.min(2, ...entries.map((entry) => rank(entry.name)));
  const found = entries
    .map((entry, i) => ({ name: entry.name, sort: entry.sortText, i }))
    .filter((one) => rank(one.name) === best)
    .sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : a.i - b.i));
  return [...new Set(found.map((one) => one.name))];
}

/** The names in a folder that begin so, folders with a slash at their end. */
function filesIn(folder: string, begun: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((dirent) => dirent.name.startsWith(begun) && (begun !== "" || !dirent.name.startsWith(".")))
      .map((dirent) => (dirent.isDirectory() ? `${dirent.name}/` : dirent.name))
      .sort();
  } catch {
    return [];
  }
}
