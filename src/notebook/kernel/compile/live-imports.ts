import type TS from "typescript6";
import type { Compiler } from "./compiler";

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
  const member = (name: string): TS.Expression =>
    factory.createPropertyAccessExpression(factory.createIdentifier(kernel), name);
  const imported = (specifier: TS.Expression): TS.Expression =>
    factory.createAwaitExpression(factory.createCallExpression(member("import"), undefined, [specifier]));
  const own = (name: string): TS.Identifier =>
    factory.createIdentifier(names.hidden(name) ? hiddenName(name) : name);

  const inFunction = (node: TS.Node): boolean => {
    for (let at = node.parent; at && at !== file; at = at.parent) if (ts.isFunctionLike(at)) return true;
    return false;
  };
  const atTop = (id: TS.Identifier): boolean => {
    for (let at: TS.Node | undefined = id.parent; at && at !== file; at = at.parent) {
      const { locals } = at as { locals?: ReadonlyMap<string, unknown> };
      if (locals?.has(id.text)) return false;
      if ((ts.isFunctionExpression(at) || ts.isClassExpression(at)) && at.name?.text === id.text)
        return false;
    }
    return true;
  };
  const isWritten = (id: TS.Identifier): boolean => {
    let at: TS.Node = id;
    for (let up = id.parent; up; at = up, up = up.parent) {
      if (ts.isParenthesizedExpression(up) || ts.isNonNullExpression(up) || ts.isAsExpression(up)) continue;
      if (ts.isPrefixUnaryExpression(up) || ts.isPostfixUnaryExpression(up))
        return up.operator === ts.SyntaxKind.PlusPlusToken || up.operator === ts.SyntaxKind.MinusMinusToken;
      if (ts.isBinaryExpression(up)) {
        const { kind } = up.operatorToken;
        const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
        if (!assigns || up.left !== at) return false;
        // A default inside a pattern: what it belongs to decides.
        return true;
      }
      if (ts.isForInStatement(up) || ts.isForOfStatement(up)) return up.initializer === at;
      const inPattern =
        ts.isArrayLiteralExpression(up) ||
        ts.isObjectLiteralExpression(up) ||
        ts.isSpreadElement(up) ||
        ts.isSpreadAssignment(up) ||
        (ts.isPropertyAssignment(up) && up.initializer === at) ||
        (ts.isShorthandPropertyAssignment(up) && up.name === at);
      if (!inPattern) return false;
    }
    return false;
  };
  const reference = (id: TS.Identifier): TS.Expression => {
    if (names.constants(id.text) && isWritten(id) && atTop(id)) return member("assignedConstant");
    return names.hidden(id.text) && atTop(id) ? own(id.text) : id;
  };

  const visit = (node: TS.Node): TS.VisitResult<TS.Node> => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return factory.createCallExpression(
        member("import"),
        undefined,
        node.arguments.map((one) => ts.visitNode(one, visit) as TS.Expression),
      );
    // V8 ends the process, not the cell, when a promise that a script waits for is collected as garbage.
    if (ts.isAwaitExpression(node) && !inFunction(node)) {
      const held = factory.createCallExpression(member("held"), undefined, [
        ts.visitNode(node.expression, visit) as TS.Expression,
      ]);
      return factory.updateAwaitExpression(node, ts.setTextRange(held, node.expression));
    }
    if (ts.isForOfStatement(node) && node.awaitModifier && !inFunction(node)) {
      const { awaitModifier, initializer, expression, statement } = node;
      return factory.updateForOfStatement(
        node,
        awaitModifier,
        ts.visitNode(initializer, visit) as TS.ForInitializer,
        factory.createCallExpression(member("eachHeld"), undefined, [
          ts.visitNode(expression, visit) as TS.Expression,
        ]),
        ts.visitNode(statement, visit) as TS.Statement,
      );
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return member("meta");
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
    if (ts.isIdentifier(node)) return isName(node) ? node : reference(node);
    return ts.visitEachChild(node, visit, context);
  };
  /** Whether the identifier only names a member, a label or a part of a declaration that is not at the top. */
  const isName = (id: TS.Identifier): boolean => {
    const up = id.parent;
    if (!up) return true;
    if (ts.isPropertyAccessExpression(up) || ts.isQualifiedName(up) || ts.isMetaProperty(up))
      return !ts.isPropertyAccessExpression(up) || up.name === id;
    if (ts.isBindingElement(up)) return up.propertyName === id;
    const named = up as { name?: TS.Node; label?: TS.Node };
    if (named.label === id) return true;
    if (named.name !== id) return false;
    return !(
      ts.isVariableDeclaration(up) ||
      ts.isFunctionDeclaration(up) ||
      ts.isClassDeclaration(up) ||
      ts.isEnumDeclaration(up) ||
      ts.isModuleDeclaration(up)
    );
  };

  const imports: TS.Statement[] = [];
  const constant = (name: TS.BindingName, value: TS.Expression, from: TS.Node): void => {
    const list = factory.createVariableDeclarationList(
      [factory.createVariableDeclaration(name, undefined, undefined, value)],
      ts.NodeFlags.Const,
    );
    imports.push(ts.setTextRange(factory.createVariableStatement(undefined, list), from));
  };
  const takeImport = (one: TS.ImportDeclaration): void => {
    const clause = one.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
    const module = imported(one.moduleSpecifier);
    const bindings = clause?.namedBindings;
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
      if (!clause?.name && values.length === 0 && bindings.elements.length > 0) return;
      for (const each of values) part(each.propertyName ?? each.name, each.name);
    }
    if (bindings && ts.isNamespaceImport(bindings)) constant(own(bindings.name.text), module, one);
    if (parts.length > 0) constant(factory.createObjectBindingPattern(parts), module, one);
    if (!clause || (parts.length === 0 && !(bindings && ts.isNamespaceImport(bindings))))
      imports.push(factory.createExpressionStatement(factory.createVoidExpression(module)));
  };
  const takeExport = (one: TS.ExportDeclaration): void => {
    if (one.isTypeOnly || !one.moduleSpecifier) return;
    const module = imported(one.moduleSpecifier);
    const { exportClause } = one;
    const parts =
      exportClause && ts.isNamedExports(exportClause)
        ? exportClause.elements.filter((each) => !each.isTypeOnly && each.name.text !== "default")
        : [];
    if (parts.length === 0) {
      imports.push(factory.createExpressionStatement(factory.createVoidExpression(module)));
      return;
    }
    const pattern = factory.createObjectBindingPattern(
      parts.map((each) =>
        factory.createBindingElement(undefined, (each.propertyName ?? each.name).text, own(each.name.text)),
      ),
    );
    constant(pattern, module, one);
  };

  const body = file.statements.flatMap((one): TS.Statement[] => {
    if (ts.isImportDeclaration(one)) takeImport(one);
    else if (ts.isExportDeclaration(one)) takeExport(one);
    else if (ts.isImportEqualsDeclaration(one) && ts.isExternalModuleReference(one.moduleReference)) {
      if (!one.isTypeOnly)
        constant(
          own(one.name.text),
          factory.createCallExpression(member("require"), undefined, [one.moduleReference.expression]),
          one,
        );
    } else if (ts.isExportAssignment(one)) {
      const value = ts.visitNode(one.expression, visit) as TS.Expression;
      return [ts.setTextRange(factory.createExpressionStatement(value), one)];
    } else return [unexported(ts.visitNode(one, visit) as TS.Statement)];
    return [];
  });

  function unexported(one: TS.Statement): TS.Statement {
    const dropped = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DefaultKeyword];
    const { modifiers } = one as { modifiers?: TS.NodeArray<TS.ModifierLike> };
    if (!modifiers?.some((each) => dropped.includes(each.kind))) return one;
    const kept = modifiers.filter((each) => !dropped.includes(each.kind));
    const words = kept.filter((each): each is TS.Modifier => !ts.isDecorator(each));
    if (ts.isVariableStatement(one)) return factory.updateVariableStatement(one, kept, one.declarationList);
    if (ts.isEnumDeclaration(one)) return factory.updateEnumDeclaration(one, words, one.name, one.members);
    if (ts.isModuleDeclaration(one)) return factory.updateModuleDeclaration(one, words, one.name, one.body);
    if (ts.isFunctionDeclaration(one)) {
      const { asteriskToken, name, typeParameters, parameters, type, body: inner } = one;
      if (name)
        return factory.updateFunctionDeclaration(
          one,
          kept,
          asteriskToken,
          name,
          typeParameters,
          parameters,
          type,
          inner,
        );
      return factory.createExpressionStatement(
        factory.createParenthesizedExpression(
          factory.createFunctionExpression(
            words,
            asteriskToken,
            undefined,
            typeParameters,
            parameters,
            type,
            inner as TS.Block,
          ),
        ),
      );
    }
    if (ts.isClassDeclaration(one)) {
      const { name, typeParameters, heritageClauses, members } = one;
      if (name)
        return factory.updateClassDeclaration(one, kept, name, typeParameters, heritageClauses, members);
      const made = factory.createClassExpression(kept, undefined, typeParameters, heritageClauses, members);
      return factory.createExpressionStatement(factory.createParenthesizedExpression(made));
    }
    return one;
  }

  return factory.updateSourceFile(
    file,
    ts.setTextRange(factory.createNodeArray([...imports, ...body]), file.statements),
  );
}
