import type TS from "typescript6";
import type { Compiler } from "./compiler";
import { nestedVars } from "./declared-names";
import type { Names } from "./names";

/** TypeScript's own steps from `[a, b]` that is declared to `[a, b]` that is assigned. */
interface Converting {
  readonly converters: { convertToAssignmentElementTarget(name: TS.BindingName): TS.Expression };
  inlineExpressions(parts: readonly TS.Expression[]): TS.Expression;
}

/**
 * The JavaScript with its top-level declarations in the one form that V8's REPL mode lets a later cell repeat: `let`
 * (and `class`). Functions keep being there before their line, a `var` without a value keeps the value it has.
 */
export function replScript(
  ts: Compiler,
  context: TS.TransformationContext,
  file: TS.SourceFile,
  names: Names,
): TS.SourceFile {
  const { factory } = context;
  const declared = new Set<string>();
  const hoisted: TS.Statement[] = [];
  const lets = (parts: readonly TS.VariableDeclaration[]): TS.VariableStatement =>
    factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList(parts, ts.NodeFlags.Let),
    );
  const hoist = (name: string): void => {
    if (!declared.has(name) && !names.has(name))
      hoisted.push(lets([factory.createVariableDeclaration(name)]));
    declared.add(name);
  };
  const assigned = (declaration: TS.VariableDeclaration): TS.Expression =>
    assignment(ts, factory, declaration);
  const inner = innerVars(ts, context);

  const functions = new Map<string, TS.FunctionDeclaration>();
  for (const statement of file.statements)
    if (ts.isFunctionDeclaration(statement) && statement.name && statement.body)
      functions.set(statement.name.text, statement);
  for (const [name, one] of functions) {
    const value = factory.createFunctionExpression(
      one.modifiers?.filter((each): each is TS.Modifier => each.kind === ts.SyntaxKind.AsyncKeyword),
      one.asteriskToken,
      undefined,
      undefined,
      one.parameters,
      undefined,
      one.body as TS.Block,
    );
    ts.setTextRange(value, one);
    hoisted.push(lets([factory.createVariableDeclaration(name, undefined, undefined, value)]));
    declared.add(name);
  }

  const body = file.statements.flatMap((statement): TS.Statement[] => {
    if (ts.isFunctionDeclaration(statement)) return [];
    // What TypeScript adds to say that it is a module.
    if (ts.isExportDeclaration(statement)) return [];
    if (ts.isClassDeclaration(statement) && statement.name) {
      declared.add(statement.name.text);
      return [statement];
    }
    if (!ts.isVariableStatement(statement)) {
      for (const name of nestedVars(ts, statement)) hoist(name);
      return [ts.visitNode(statement, inner) as TS.Statement];
    }
    const { declarationList: list } = statement;
    if (!isVar(ts, list)) {
      for (const part of list.declarations) for (const name of namesOf(ts, part.name)) declared.add(name);
      return [ts.setTextRange(lets(list.declarations), statement)];
    }
    return list.declarations.flatMap((part): TS.Statement[] => {
      const own = namesOf(ts, part.name);
      // An enum or a namespace begins anew; a person's `var x;` leaves x as it is.
      const fresh = !ts.isVariableDeclaration(ts.getOriginalNode(part));
      if (!part.initializer && !fresh && own.every((name) => names.has(name) || declared.has(name)))
        return [];
      const again = own.some((name) => declared.has(name));
      if (again) for (const name of own) hoist(name);
      for (const name of own) declared.add(name);
      if (!again) return [ts.setTextRange(lets([part]), statement)];
      return part.initializer ? [factory.createExpressionStatement(assigned(part))] : [];
    });
  });
  return factory.updateSourceFile(
    file,
    ts.setTextRange(factory.createNodeArray([...hoisted, ...body]), file.statements),
  );
}

function isVar(ts: Compiler, list: TS.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0;
}

function namesOf(ts: Compiler, name: TS.BindingName): string[] {
  return ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((part) => (ts.isBindingElement(part) ? namesOf(ts, part.name) : []));
}

function target(factory: TS.NodeFactory, name: TS.BindingName): TS.Expression {
  return (factory as unknown as Converting).converters.convertToAssignmentElementTarget(name);
}

/** The declaration as an assignment to what is declared already. */
function assignment(
  ts: Compiler,
  factory: TS.NodeFactory,
  declaration: TS.VariableDeclaration,
): TS.Expression {
  const to = target(factory, declaration.name);
  const whole = declaration.initializer ? factory.createAssignment(to, declaration.initializer) : to;
  return ts.setTextRange(
    ts.isObjectLiteralExpression(to) ? factory.createParenthesizedExpression(whole) : whole,
    declaration,
  );
}

/** Statements inside others: a `var` there becomes an assignment to what is declared at the top. */
function innerVars(
  ts: Compiler,
  context: TS.TransformationContext,
): (node: TS.Node) => TS.VisitResult<TS.Node | undefined> {
  const { factory } = context;
  const valuesOf = (list: TS.VariableDeclarationList): TS.Expression | undefined => {
    const values = list.declarations.filter((declaration) => declaration.initializer);
    return values.length === 0
      ? undefined
      : (factory as unknown as Converting).inlineExpressions(
          values.map((value) => assignment(ts, factory, value)),
        );
  };
  const inner = (node: TS.Node): TS.VisitResult<TS.Node | undefined> => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpression(node)) return node;
    if (ts.isVariableStatement(node) && isVar(ts, node.declarationList)) {
      const values = valuesOf(node.declarationList);
      return values
        ? ts.setTextRange(factory.createExpressionStatement(values), node)
        : factory.createEmptyStatement();
    }
    if (ts.isVariableDeclarationList(node) && isVar(ts, node)) return valuesOf(node);
    if (ts.isForInStatement(node) || ts.isForOfStatement(node)) {
      const { initializer } = node;
      if (ts.isVariableDeclarationList(initializer) && isVar(ts, initializer)) {
        const to = target(factory, initializer.declarations[0].name);
        const statement = ts.visitNode(node.statement, inner) as TS.Statement;
        return ts.isForInStatement(node)
          ? factory.updateForInStatement(node, to, node.expression, statement)
          : factory.updateForOfStatement(node, node.awaitModifier, to, node.expression, statement);
      }
    }
    return ts.visitEachChild(node, inner, context);
  };
  return inner;
}
