import type TS from "typescript6";
import type { Compiler } from "../compile/compiler";

let registry: TS.DocumentRegistry | undefined;

/** TypeScript's register of parsed files; one, so that a process may start with the declarations in memory. */
export function documentRegistry(ts: Compiler): TS.DocumentRegistry {
  registry ??= ts.createDocumentRegistry();
  return registry;
}
