import type TS from "typescript6";
import type { Compiler } from "./compiler";
import type { NameKind } from "./names";

/** The names that a file declares at its top level, and how; `var` counts as `let`. */
export function declaredNames(ts: Compiler, file: TS.SourceFile): Map<string, NameKind> {
  const found = new Map<string, NameKind>();
  const bind = (name: TS.BindingName, kind: NameKind): void => {
    if (ts.isIdentifier(name)) found.set(name.text, kind);
    else for (const part of name.elements) if (ts.isBindingElement(part)) bind(part.name, kind);
  };
  const own = (name: TS.Node | undefined, kind: NameKind): void => {
    // What an enum or a namespace of the same name adds to does not change what it is.
    if (name && ts.isIdentifier(name) && !(found.has(name.text) && kind === "type"))
      found.set(name.text, kind);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const constant = (statement.declarationList.flags & ts.NodeFlags.BlockScoped) >= ts.NodeFlags.Const;
      for (const part of statement.declarationList.declarations) bind(part.name, constant ? "const" : "let");
    } else if (ts.isFunctionDeclaration(statement)) own(statement.name, "function");
    else if (ts.isClassDeclaration(statement)) own(statement.name, "class");
    else if (ts.isEnumDeclaration(statement)) own(statement.name, "enum");
    else if (ts.isModuleDeclaration(statement)) own(statement.name, "namespace");
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      own(statement.name, "type");
    else if (ts.isImportEqualsDeclaration(statement))
      own(statement.name, statement.isTypeOnly ? "type" : "import");
    else if (ts.isImportDeclaration(statement) && statement.importClause) {
      const { name, namedBindings, phaseModifier } = statement.importClause;
      const kind = phaseModifier === ts.SyntaxKind.TypeKeyword ? "type" : "import";
      own(name, kind);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) own(namedBindings.name, kind);
      else for (const part of namedBindings?.elements ?? []) own(part.name, part.isTypeOnly ? "type" : kind);
    } else for (const name of nestedVars(ts, statement)) if (!found.has(name)) found.set(name, "let");
  }
  return found;
}

/** The names that `var` declares inside a statement, which belong to what is around it. */
export function nestedVars(ts: Compiler, statement: TS.Node): string[] {
  const found: string[] = [];
  const bind = (name: TS.BindingName): void => {
    if (ts.isIdentifier(name)) found.push(name.text);
    else for (const part of name.elements) if (ts.isBindingElement(part)) bind(part.name);
  };
  const visit = (node: TS.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0)
      for (const declaration of node.declarations) bind(declaration.name);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

/** The names that a file exports, except its default. */
export function exportedNames(ts: Compiler, file: TS.SourceFile): Set<string> {
  const names = new Set<string>();
  const bind = (name: TS.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const part of name.elements) if (ts.isBindingElement(part)) bind(part.name);
  };
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const exported = modifiers?.some((each) => each.kind === ts.SyntaxKind.ExportKeyword);
    const byDefault = modifiers?.some((each) => each.kind === ts.SyntaxKind.DefaultKeyword);
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      for (const each of statement.exportClause.elements) names.add(each.name.text);
    if (!exported || byDefault) continue;
    if (ts.isVariableStatement(statement))
      for (const part of statement.declarationList.declarations) bind(part.name);
    else {
      const { name } = statement as { name?: TS.Node };
      if (name && ts.isIdentifier(name)) names.add(name.text);
    }
  }
  return names;
}
