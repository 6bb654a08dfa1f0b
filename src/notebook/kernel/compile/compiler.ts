import type TS from "typescript6";

/** TypeScript 6: the newest that can be called from JavaScript. */
export type Compiler = typeof TS;

let loaded: Compiler | undefined;

/** The compiler; the first call takes a quarter of a second. */
export function compiler(): Compiler {
  loaded ??= require("typescript6") as Compiler;
  return loaded;
}

/** What a cell is compiled with: everything of the language, nothing but its types taken away. */
export function emitOptions(ts: Compiler): TS.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    jsx: ts.JsxEmit.React,
    sourceMap: true,
    esModuleInterop: true,
  };
}
