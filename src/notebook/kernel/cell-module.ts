import type { Name, NameKind, Names } from "./names";

/** A cell as a module of its own that sees what earlier cells declare. */
export interface CellModule {
  readonly text: string;
  /** The lines before the cell's own. */
  readonly linesBefore: number;
}

/**
 * The module of a cell for the type checker: what it uses of earlier cells is declared on the first line, each name as
 * the latest cell has it, and what it declares is exported at the end. `moduleOf` names the module of a cell by its
 * number.
 */
export function cellModule(
  source: string,
  own: readonly (readonly [name: string, kind: NameKind])[],
  exported: ReadonlySet<string>,
  names: Names,
  moduleOf: (cell: number) => string,
): CellModule {
  const words = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
  const mine = new Set(own.map(([name]) => name));
  const header = ["export {};"];
  for (const [name, one] of names)
    if (words.has(name) && !mine.has(name)) header.push(declaration(name, one, moduleOf(one.cell)));
  const given = [...mine].filter((name) => !exported.has(name));
  const footer = given.length > 0 ? `\nexport { ${given.join(", ")} };` : "";
  return { text: `${header.join(" ")}\n${source}${footer}\n`, linesBefore: 1 };
}

function declaration(name: string, { kind }: Name, module: string): string {
  if (kind === "let" || kind === "const")
    return `declare ${kind} ${name}: typeof import(${JSON.stringify(module)}).${name};`;
  return `import { ${name} } from ${JSON.stringify(module)};`;
}
