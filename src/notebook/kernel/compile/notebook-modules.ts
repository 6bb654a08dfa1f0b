import { type CellModule, cellModule } from "./cell-module";
import { parseCell } from "./compile-cell";
import type { Compiler } from "./compiler";
import { declaredNames, exportedNames } from "./declared-names";
import type { Name, NameKind } from "./names";

/** A cell among the others of its notebook. */
export interface NotebookCell extends CellModule {
  readonly source: string;
  /** What it declares at its top level. */
  readonly declares: ReadonlyMap<string, NameKind>;
}

/** The cells as modules that see each other as they do in the kernel; `moduleOf` names the module of a cell. */
export function notebookModules(
  ts: Compiler,
  sources: readonly string[],
  moduleOf: (cell: number) => string,
): NotebookCell[] {
  const names = new Map<string, Name>();
  return sources.map((source, cell) => {
    const { file, elements } = parseCell(ts, source);
    const declares = declaredNames(ts, file);
    const exported = exportedNames(ts, file);
    const module = cellModule(source, {
      ...{ declares: [...declares], exported, names: new Map(names), moduleOf, elements, unfinished: false },
    });
    for (const [name, kind] of declares) names.set(name, { kind, cell });
    return { ...module, source, declares };
  });
}
