import type { NameKind, Names } from "./names";

/** A cell as a module of its own that sees what earlier cells declare. */
export interface CellModule {
  readonly text: string;
  /** The lines before the cell's own. */
  readonly linesBefore: number;
  /** Whether it holds JSX. */
  readonly elements: boolean;
}

/** What a cell's module needs to know. */
export interface CellContext {
  /** What the cell declares at its top level. */
  readonly declares: readonly (readonly [name: string, kind: NameKind])[];
  /** Those of them that it exports itself. */
  readonly exported: ReadonlySet<string>;
  /** What earlier cells declare. */
  readonly names: Names;
  /** The specifier of the module of a cell, by its number. */
  readonly moduleOf: (cell: number) => string;
  /** Whether the cell is still being written: then it may come to use any name, and nothing in it is checked. */
  readonly unfinished: boolean;
  /** Whether it holds JSX. */
  readonly elements: boolean;
}

/**
 * The module of a cell for the type checker: what it uses of earlier cells is declared on the first line, each name as
 * the latest cell has it, and what it declares is exported at the end.
 */
export function cellModule(source: string, context: CellContext): CellModule {
  const { declares, exported, names, moduleOf, unfinished, elements } = context;
  const words = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
  const mine = new Set(declares.map(([name]) => name));
  // A pragma says at the beginning of a file what makes its elements, and React does without one.
  const pragmas = elements ? source.match(/\/\*\*?\s*@jsx\w*\s+[\w.]+\s*\*\//g) : undefined;
  if (elements) words.add("React");
  const header = [...(pragmas ?? []), "export {};"];
  for (const [name, { kind, cell }] of names) {
    if (mine.has(name) || !(unfinished || words.has(name))) continue;
    const module = JSON.stringify(moduleOf(cell));
    // An import can't be assigned to, but it keeps the documentation.
    const assigned = (kind === "let" || kind === "const") && !unfinished;
    header.push(
      assigned
        ? `declare ${kind} ${name}: typeof import(${module}).${name};`
        : `import { ${name} } from ${module};`,
    );
  }
  const given = [...mine].filter((name) => !exported.has(name));
  const footer = given.length > 0 ? `\nexport { ${given.join(", ")} };` : "";
  return { text: `${header.join(" ")}\n${source}${footer}\n`, linesBefore: 1, elements };
}
