import type TS from "typescript6";
import type { Compiler } from "./compiler";
import { nestedVars } from "./declared-names";
import type { Names } from "./names";

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
  // TypeScript's own steps from `[a, b]` that is declared to `[a, b]` that is assigned.
  const { converters, inlineExpressions } = factory as unknown as {
    converters: { convertToAssignmentElementTarget(name: TS.BindingName): TS.Expression };
    inlineExpressions(parts: readonly TS.Expression[]): TS.Expression;
  };
  const assigned = (one: TS.VariableDeclaration): TS.Expression => {
    const target = converters.convertToAssignmentElementTarget(one.name);
    const whole = one.initializer ? factory.createAssignment(target, one.initializer) : target;
    return ts.setTextRange(
      ts.isObjectLiteralExpression(target) ? factory.createParenthesizedExpression(whole) : whole,
      one,
    );
  };
  const isVar = (list: TS.VariableDeclarationList): boolean => (list.flags & ts.NodeFlags.BlockScoped) === 0;
  const namesOf = (name: TS.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((part) => (ts.isBindingElement(part) ? namesOf(part.name) : []));

  /** Statements inside others: a `var` there becomes an assignment to what is declared at the top. */
  const inner = (node: TS.Node): TS.VisitResult<TS.Node | undefined> => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpression(node)) return node;
    if (ts.isVariableStatement(node) && isVar(node.declarationList)) {
      const values = node.declarationList.declarations.filter((one) => one.initializer).map(assigned);
      return values.length > 0
        ? ts.setTextRange(factory.createExpressionStatement(inlineExpressions(values)), node)
        : factory.createEmptyStatement();
    }
    if (ts.isVariableDeclarationList(node) && isVar(node)) {
      const parts = node.declarations.filter((one) => one.initializer).map(assigned);
      return parts.length > 0 ? inlineExpressions(parts) : undefined;
    }
    if (ts.isForInStatement(node) || ts.isForOfStatement(node)) {
      const { initializer } = node;
      if (ts.isVariableDeclarationList(initializer) && isVar(initializer)) {
        const target = converters.convertToAssignmentElementTarget(initializer.declarations[0].name);
        const statement = ts.visitNode(node.statement, inner) as TS.Statement;
        return ts.isForInStatement(node)
          ? factory.updateForInStatement(node, target, node.expression, statement)
          : factory.updateForOfStatement(node, node.awaitModifier, target, node.expression, statement);
      }
    }
    return ts.visitEachChild(node, inner, context);
  };

  const functions = new Map<string, TS.FunctionDeclaration>();
  for (const one of file.statements)
    if (ts.isFunctionDeclaration(one) && one.name && one.body) functions.set(one.name.text, one);
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

  const body = file.statements.flatMap((one): TS.Statement[] => {
    if (ts.isFunctionDeclaration(one)) return [];
    // What TypeScript adds to say that it is a module.
    if (ts.isExportDeclaration(one)) return [];
    if (ts.isClassDeclaration(one) && one.name) {
      declared.add(one.name.text);
      return [one];
    }
    if (!ts.isVariableStatement(one)) {
      for (const name of nestedVars(ts, one)) hoist(name);
      return [ts.visitNode(one, inner) as TS.Statement];
    }
    const { declarationList: list } = one;
    if (!isVar(list)) {
      for (const part of list.declarations) for (const name of namesOf(part.name)) declared.add(name);
      return [ts.setTextRange(lets(list.declarations), one)];
    }
    return list.declarations.flatMap((part): TS.Statement[] => {
      const own = namesOf(part.name);
      // An enum or a namespace begins anew; a person's `var x;` leaves x as it is.
      const fresh = !ts.isVariableDeclaration(ts.getOriginalNode(part));
      if (!part.initializer && !fresh && own.every((name) => names.has(name) || declared.has(name)))
        return [];
      const again = own.some((name) => declared.has(name));
      if (again) for (const name of own) hoist(name);
      for (const name of own) declared.add(name);
      if (!again) return [ts.setTextRange(lets([part]), one)];
      return part.initializer ? [factory.createExpressionStatement(assigned(part))] : [];
    });
  });
  return factory.updateSourceFile(
    file,
    ts.setTextRange(factory.createNodeArray([...hoisted, ...body]), file.statements),
  );
}
