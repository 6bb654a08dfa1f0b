import type TS from "typescript6";
import type { Compiler } from "./compiler";
import { inFunction, isOnlyName, isWritten, meansTop } from "./identifiers";
import { constant, exportStatements, type ImportWriter, importStatements } from "./import-statements";
import { unexported } from "./unexported";

/** What a name at the top level needs to be written as. */
interface References {
  /** Whether an assignment to it is an error. */
  constants(name: string): boolean;
  /** Whether it goes by another name, because modules must go on to see the system's. */
  hidden(name: string): boolean;
}

/** What cells reach through the one name that the kernel adds to theirs. */
const kernel = "__tslab__";

/** The name under which a cell's own `URL`, say, is kept. */
function hiddenName(name: string): string {
  return `$${name}`;
}

/**
 * The cell's statements with imports and exports in forms that a script may have: static imports become constants from
 * `await __tslab__.import(…)` at the top, exports lose the word, and an assignment to a constant throws as JavaScript
 * would. V8 has no constants here, since one could never be declared again in another way.
 */
export function withLiveImports(
  ts: Compiler,
  context: TS.TransformationContext,
  file: TS.SourceFile,
  names: References,
): TS.SourceFile {
  const { factory } = context;
  const own = (name: string): TS.Identifier =>
    factory.createIdentifier(names.hidden(name) ? hiddenName(name) : name);
  const call = (name: string, argument: TS.Expression): TS.Expression =>
    factory.createCallExpression(member(factory, name), undefined, [argument]);
  const imported = (specifier: TS.Expression): TS.Expression =>
    factory.createAwaitExpression(call("import", specifier));
  const writer: ImportWriter = { ts, factory, own, imported };
  const visit = liveExpressions(ts, context, names, own);
  const imports: TS.Statement[] = [];
  const body = file.statements.flatMap((statement): TS.Statement[] => {
    if (ts.isImportDeclaration(statement)) imports.push(...importStatements(writer, statement));
    else if (ts.isExportDeclaration(statement)) imports.push(...exportStatements(writer, statement));
    else if (
      ts.isImportEqualsDeclaration(statement) &&
      ts.isExternalModuleReference(statement.moduleReference)
    ) {
      const value = call("require", statement.moduleReference.expression);
      if (!statement.isTypeOnly) imports.push(constant(writer, own(statement.name.text), value, statement));
    } else if (ts.isExportAssignment(statement)) {
      const value = ts.visitNode(statement.expression, visit) as TS.Expression;
      return [ts.setTextRange(factory.createExpressionStatement(value), statement)];
    } else return [unexported(ts, factory, ts.visitNode(statement, visit) as TS.Statement)];
    return [];
  });
  return factory.updateSourceFile(
    file,
    ts.setTextRange(factory.createNodeArray([...imports, ...body]), file.statements),
  );
}

function member(factory: TS.NodeFactory, name: string): TS.Expression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(kernel), name);
}

/** What a statement's expressions become: dynamic imports, waits at the top, and names that go by another. */
function liveExpressions(
  ts: Compiler,
  context: TS.TransformationContext,
  names: References,
  own: (name: string) => TS.Identifier,
): TS.Visitor {
  const { factory } = context;
  const reference = (id: TS.Identifier): TS.Expression => {
    if (names.constants(id.text) && isWritten(ts, id) && meansTop(ts, id))
      return member(factory, "assignedConstant");
    return names.hidden(id.text) && meansTop(ts, id) ? own(id.text) : id;
  };
  const visit = (node: TS.Node): TS.VisitResult<TS.Node> => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return factory.createCallExpression(
        member(factory, "import"),
        undefined,
        node.arguments.map((argument) => ts.visitNode(argument, visit) as TS.Expression),
      );
    // V8 ends the process, not the cell, when a promise that a script waits for is collected as garbage.
    if (ts.isAwaitExpression(node) && !inFunction(ts, node)) {
      const held = called("held", node.expression);
      return factory.updateAwaitExpression(node, ts.setTextRange(held, node.expression));
    }
    if (ts.isForOfStatement(node) && node.awaitModifier && !inFunction(ts, node)) {
      const { awaitModifier, initializer, expression, statement } = node;
      return factory.updateForOfStatement(
        node,
        awaitModifier,
        ts.visitNode(initializer, visit) as TS.ForInitializer,
        called("eachHeld", expression),
        ts.visitNode(statement, visit) as TS.Statement,
      );
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return member(factory, "meta");
    if (ts.isShorthandPropertyAssignment(node)) {
      const value = reference(node.name);
      if (value !== node.name) {
        const fallback = node.objectAssignmentInitializer;
        const given = fallback
          ? factory.createAssignment(value, ts.visitNode(fallback, visit) as TS.Expression)
          : value;
        return factory.createPropertyAssignment(node.name.text, given);
      }
    }
    if (ts.isIdentifier(node)) return isOnlyName(ts, node) ? node : reference(node);
    return ts.visitEachChild(node, visit, context);
  };
  const called = (name: string, given: TS.Expression): TS.Expression =>
    factory.createCallExpression(member(factory, name), undefined, [
      ts.visitNode(given, visit) as TS.Expression,
    ]);
  return visit;
}
