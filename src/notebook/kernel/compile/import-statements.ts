import type TS from "typescript6";
import type { Compiler } from "./compiler";

/** What static imports and exports are written with. */
export interface ImportWriter {
  readonly ts: Compiler;
  readonly factory: TS.NodeFactory;
  /** The name under which the top level keeps what is imported. */
  own(name: string): TS.Identifier;
  /** The module, waited for. */
  imported(specifier: TS.Expression): TS.Expression;
}

/** The statement as constants from the module that it imports. */
export function importStatements(writer: ImportWriter, declaration: TS.ImportDeclaration): TS.Statement[] {
  const { ts, factory, own } = writer;
  const clause = declaration.importClause;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const module = writer.imported(declaration.moduleSpecifier);
  const bindings = clause?.namedBindings;
  const made: TS.Statement[] = [];
  const parts: TS.BindingElement[] = [];
  const part = (name: TS.ModuleExportName, as: TS.Identifier): void => {
    const property = ts.isStringLiteral(name)
      ? factory.createStringLiteral(name.text)
      : factory.createIdentifier(name.text);
    parts.push(factory.createBindingElement(undefined, property, own(as.text)));
  };
  if (clause?.name) part(factory.createIdentifier("default"), clause.name);
  if (bindings && ts.isNamedImports(bindings)) {
    const values = bindings.elements.filter((each) => !each.isTypeOnly);
    // Nothing but types is asked of it: it need not even be there.
    if (!clause?.name && values.length === 0 && bindings.elements.length > 0) return [];
    for (const each of values) part(each.propertyName ?? each.name, each.name);
  }
  if (bindings && ts.isNamespaceImport(bindings))
    made.push(constant(writer, own(bindings.name.text), module, declaration));
  if (parts.length > 0)
    made.push(constant(writer, factory.createObjectBindingPattern(parts), module, declaration));
  return made.length > 0 ? made : [onlyRun(writer, module)];
}

/** `export … from` as constants from the module, or as an import for its effects. */
export function exportStatements(writer: ImportWriter, declaration: TS.ExportDeclaration): TS.Statement[] {
  const { ts, factory, own } = writer;
  if (declaration.isTypeOnly || !declaration.moduleSpecifier) return [];
  const module = writer.imported(declaration.moduleSpecifier);
  const { exportClause } = declaration;
  const parts =
    exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.filter((each) => !each.isTypeOnly && each.name.text !== "default")
      : [];
  if (parts.length === 0) return [onlyRun(writer, module)];
  const pattern = factory.createObjectBindingPattern(
    parts.map((each) =>
      factory.createBindingElement(undefined, (each.propertyName ?? each.name).text, own(each.name.text)),
    ),
  );
  return [constant(writer, pattern, module, declaration)];
}

/** `const name = value`, at the place of the statement that it stands for. */
export function constant(
  { ts, factory }: ImportWriter,
  name: TS.BindingName,
  value: TS.Expression,
  from: TS.Node,
): TS.Statement {
  const list = factory.createVariableDeclarationList(
    [factory.createVariableDeclaration(name, undefined, undefined, value)],
    ts.NodeFlags.Const,
  );
  return ts.setTextRange(factory.createVariableStatement(undefined, list), from);
}

function onlyRun({ factory }: ImportWriter, module: TS.Expression): TS.Statement {
  return factory.createExpressionStatement(factory.createVoidExpression(module));
}
