/** How a cell declared a name; an import is a constant too. */
export type NameKind = "let" | "const" | "import" | "function" | "class" | "enum" | "namespace" | "type";

/** What a name of the notebook is, and the execution count of the cell that declared it last. */
export interface Name {
  readonly kind: NameKind;
  readonly cell: number;
}

/** The names that cells have declared so far. */
export type Names = ReadonlyMap<string, Name>;

/** Whether assigning to such a name is an error. */
export function isConstant(kind: NameKind | undefined): boolean {
  return kind === "const" || kind === "import";
}
