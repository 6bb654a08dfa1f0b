import { writeFileSync } from "node:fs";
import { type CompiledCell, type Complaint, compileCell } from "../compile/compile-cell";
import { compileModules, UnreadableModule } from "../compile/compile-modules";
import { compiler } from "../compile/compiler";
import { type Completeness, isComplete } from "../compile/is-complete";
import type { Name } from "../compile/names";
import { interruptFile } from "../interrupts";
import { whenParentEnds } from "../parent";
import { CellTypes, type Completions } from "./cell-types";
import { packageRoot } from "./type-options";

/** What the kernel asks of the process that knows TypeScript, and what comes back. */
export interface Language {
  /** Compiles a cell and takes its names, from then on known to later cells. */
  compile(cell: number, source: string): CompiledCell;
  /** What the type checker complains of in a compiled cell. */
  check(cell: number): readonly Complaint[];
  complete(source: string, position: number): Completions;
  explain(source: string, position: number): string | null;
  isComplete(source: string): Completeness;
  /** Compiles a module of a person's own and returns the file to import, or why it can't be read. */
  module(path: string): { readonly file: string } | { readonly unreadable: string };
}

export interface LanguageOptions {
  /** The notebook's folder. */
  readonly cwd: string;
  readonly language: "typescript" | "javascript";
  /** Where compiled modules go. */
  readonly folder: string;
  /** Whether types may be checked when nothing else has been asked for a moment. */
  readonly patient: boolean;
  /** Names of the system that cells may declare without modules seeing it. */
  readonly reserved: readonly string[];
}

/** The answers, from one process's compiler. */
export function createLanguage(options: LanguageOptions): Language {
  const { cwd, language, folder } = options;
  const reserved = new Set(options.reserved);
  const names = new Map<string, Name>();
  let types: CellTypes | undefined;
  const typed = (): CellTypes => {
    types ??= new CellTypes(compiler(), cwd, language);
    return types;
  };
  return {
    compile: (cell, source) => {
      const compiled = compileCell(compiler(), source, names, { language, reserved });
      if (compiled.complaints.length > 0) return compiled;
      typed().add(cell, source, names, compiled.declares);
      for (const [name, kind] of compiled.declares) names.set(name, { kind, cell });
      return compiled;
    },
    check: (cell) => typed().check(cell),
    complete: (source, position) => typed().complete(source, position, names),
    explain: (source, position) => typed().explain(source, position, names) ?? null,
    isComplete: (source) => isComplete(compiler(), source),
    module: (path) => {
      try {
        return { file: compileModules(compiler(), path, folder, packageRoot) };
      } catch (error) {
        if (error instanceof UnreadableModule) return { unreadable: error.message };
        throw error;
      }
    },
  };
}

/** A request to the process, and its answer. */
export interface Asked {
  readonly id: number;
  readonly method: keyof Language;
  readonly given: readonly unknown[];
}

export type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string };

// After so long without a request somebody is about to type, and the first completion would have to wait for the types.
const idleBefore = 700;

// As long as cells follow each other faster than this, their types wait.
const patience = 30;

/**
 * Answers the parent process until it goes away. What a cell needs before it can run is done first; types are checked
 * when nothing else is asked.
 */
export function serveLanguage(options: LanguageOptions): void {
  const language = createLanguage(options);
  const waiting: Asked[] = [];
  let turn: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;
  let compiled = 0;
  const answer = (one: Asked): Answer => {
    if (one.method === "compile") compiled++;
    try {
      const act = language[one.method] as (...given: unknown[]) => unknown;
      return { id: one.id, value: act(...one.given) };
    } catch (error) {
      return { id: one.id, error: (error as Error).stack ?? String(error) };
    }
  };
  const next = (): void => {
    turn = undefined;
    later = undefined;
    const first = waiting.findIndex((one) => one.method !== "check");
    const [one] = waiting.splice(Math.max(first, 0), 1);
    if (one) process.send?.(answer(one));
    schedule(first < 0 ? 0 : patience);
    if (waiting.length === 0) rest();
  };
  const schedule = (pause: number): void => {
    if (turn || waiting.length === 0) return;
    clearTimeout(later);
    if (pause > 0 && options.patient && waiting.every((one) => one.method === "check"))
      later = setTimeout(next, pause);
    else turn = setImmediate(next);
  };
  // A run asks for no completions, and its first cell would wait.
  let warm = options.patient;
  let idle: NodeJS.Timeout | undefined;
  const rest = (): void => {
    if (warm) return;
    const complete = (): void => {
      warm = true;
      language.complete("JSON.p", 6);
    };
    clearTimeout(idle);
    idle = setTimeout(complete, idleBefore).unref();
  };
  rest();
  process.on("message", (asked: Asked) => {
    clearTimeout(idle);
    waiting.push(asked);
    schedule(patience);
  });
  // A Ctrl-C is for the cell that was compiled last, which may be too busy to hear it. A later one's request is answered
  // in a later phase of the event loop, however long this process was busy.
  process.on("SIGINT", () => writeFileSync(interruptFile(options.folder), String(compiled)));
  process.on("disconnect", () => process.exit(0));
  // The kernel looks too, but not while a cell keeps it busy. Once it has ended, this process has another parent, which
  // must not be ended in its place.
  const kernel = process.ppid;
  const endKernel = (): void => {
    if (process.ppid === kernel) process.kill(kernel, "SIGKILL");
  };
  whenParentEnds(() => setTimeout(endKernel, 3000));
  process.on("error", () => process.exit(0));
  process.send?.({ id: 0 } satisfies Answer);
  compiler();
}

/** Has in memory what the first cell of a kernel in `cwd` needs. */
export function warmUp(cwd: string): void {
  const language = createLanguage({ cwd, language: "typescript", folder: "", patient: false, reserved: [] });
  const cell =
    "const a: Map<string, Promise<number>> = new Map();\nclass A<T> { constructor(readonly x: T) {} }\n";
  language.compile(1, `${cell}console.log(a, new A(1));`);
  // Completion is left out: it asks for a collator, which a snapshot can't keep.
  language.check(1);
  language.isComplete("a");
}
