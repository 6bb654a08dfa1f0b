import type TS from "typescript6";
import type { Problem } from "./check-types";
import { parseCell } from "./kernel/compile/compile-cell";
import { type Compiler, compiler } from "./kernel/compile/compiler";
import { declaredNames } from "./kernel/compile/declared-names";
import type { NameKind } from "./kernel/compile/names";
import { languageOf } from "./language";
import type { Notebook } from "./nbformat";

/** What a cell does with the variables of the notebook. */
interface CellUse {
  /** The cell's place in the notebook. */
  readonly place: number;
  readonly declares: ReadonlyMap<string, NameKind>;
  /** Names that it reads, those of others and its own beyond their declaration. */
  readonly reads: ReadonlySet<string>;
  /** Names that it assigns without declaring them. */
  readonly assigns: ReadonlySet<string>;
  /** For each variable that it declares, the names that its value is computed from. */
  readonly sources: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * What a reader should know of the variables of a TypeScript notebook, as advice: one that nothing uses, and one whose
 * value is older than what it was computed from.
 */
export function checkVariables(path: string, notebook: Notebook): Problem[] {
  if (languageOf(notebook) !== "typescript") return [];
  const uses = notebook.cells.flatMap((cell, place) =>
    cell.cell_type === "code" ? [useOf(cell.source, place)] : [],
  );
  const advice = (cell: number, text: string): Problem => ({
    ...{ path, cell, id: notebook.cells[cell].id, text, advice: true as const },
  });
  return [
    ...unused(uses).map(({ place, name }) => advice(place, `${name} is declared, and nothing uses it`)),
    ...stale(uses).map(({ place, name, source, changed }) =>
      advice(
        place,
        `${name} is stale here: it was computed from ${source} before cell ${changed + 1} changed that`,
      ),
    ),
  ];
}

function unused(uses: readonly CellUse[]): { readonly place: number; readonly name: string }[] {
  return uses.flatMap(({ place, declares }, i) =>
    [...declares]
      .filter(([name, kind]) => kind !== "import" && kind !== "type" && !name.startsWith("_"))
      .filter(([name]) => !uses.slice(i).some((later) => later.reads.has(name)))
      .map(([name]) => ({ place, name })),
  );
}

/** A variable that is read after what it was computed from has changed in a later cell, and that was not made anew. */
function stale(
  uses: readonly CellUse[],
): { readonly place: number; readonly name: string; readonly source: string; readonly changed: number }[] {
  const found: { place: number; name: string; source: string; changed: number }[] = [];
  const old = new Map<string, { source: string; changed: number }>();
  const from = new Map<string, ReadonlySet<string>>();
  for (const { place, declares, reads, assigns, sources } of uses) {
    for (const name of [...declares.keys(), ...assigns]) old.delete(name);
    for (const name of reads) {
      const known = old.get(name);
      if (known) found.push({ place, name, ...known });
      old.delete(name);
    }
    for (const changed of [...declares.keys(), ...assigns])
      for (const [name, origins] of from)
        if (origins.has(changed) && !sources.has(name) && !assigns.has(name))
          old.set(name, { source: changed, changed: place });
    for (const [name, origins] of sources) from.set(name, origins);
    for (const name of assigns) from.delete(name);
  }
  return found;
}

function useOf(source: string, place: number): CellUse {
  const ts = compiler();
  const { file } = parseCell(ts, source);
  const declares = declaredNames(ts, file);
  const reads = new Set<string>();
  const assigns = new Set<string>();
  const sources = new Map<string, Set<string>>();
  const visit = (node: TS.Node, into: readonly Set<string>[]): void => {
    if (ts.isIdentifier(node)) {
      const up = node.parent;
      const named = (up as { name?: TS.Node }).name === node && !ts.isShorthandPropertyAssignment(up);
      if (named) return;
      const assigned =
        ts.isBinaryExpression(up) && up.left === node && up.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      if (assigned) assigns.add(node.text);
      else for (const set of into) set.add(node.text);
      if (changes(ts, node)) assigns.add(node.text);
      return;
    }
    ts.forEachChild(node, (child) => visit(child, into));
  };
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) visit(statement, [reads]);
    else
      for (const part of statement.declarationList.declarations) {
        const own = new Set<string>();
        // A function looks at its variables when it is called, not now.
        const lazy = part.initializer && ts.isFunctionLike(part.initializer);
        visit(part, lazy ? [reads] : [reads, own]);
        if (!lazy && ts.isIdentifier(part.name)) sources.set(part.name.text, own);
      }
  }
  for (const name of declares.keys()) assigns.delete(name);
  return { place, declares, reads, assigns, sources };
}

/** Whether the name is counted up or down, or assigned with an operator. */
function changes(ts: Compiler, id: TS.Identifier): boolean {
  const up = id.parent;
  if (ts.isPrefixUnaryExpression(up) || ts.isPostfixUnaryExpression(up))
    return up.operator === ts.SyntaxKind.PlusPlusToken || up.operator === ts.SyntaxKind.MinusMinusToken;
  return (
    ts.isBinaryExpression(up) &&
    up.left === id &&
    up.operatorToken.kind > ts.SyntaxKind.FirstAssignment &&
    up.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}
