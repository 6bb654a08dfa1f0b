import type TS from "typescript6";
import type { Compiler } from "./compiler";

/** Whether the node lies in a function of the file. */
export function inFunction(ts: Compiler, node: TS.Node): boolean {
  for (let at = node.parent; at && !ts.isSourceFile(at); at = at.parent)
    if (ts.isFunctionLike(at)) return true;
  return false;
}

/** Whether what the identifier means is declared at the top of the file, or nowhere in it. */
export function meansTop(ts: Compiler, id: TS.Identifier): boolean {
  for (let at: TS.Node | undefined = id.parent; at && !ts.isSourceFile(at); at = at.parent) {
    const { locals } = at as { locals?: ReadonlyMap<string, unknown> };
    if (locals?.has(id.text)) return false;
    if ((ts.isFunctionExpression(at) || ts.isClassExpression(at)) && at.name?.text === id.text) return false;
  }
  return true;
}

/** Whether the identifier is assigned to here, alone or inside a pattern. */
export function isWritten(ts: Compiler, id: TS.Identifier): boolean {
  let at: TS.Node = id;
  for (let up = id.parent; up; at = up, up = up.parent) {
    if (ts.isParenthesizedExpression(up) || ts.isNonNullExpression(up) || ts.isAsExpression(up)) continue;
    if (ts.isPrefixUnaryExpression(up) || ts.isPostfixUnaryExpression(up))
      return up.operator === ts.SyntaxKind.PlusPlusToken || up.operator === ts.SyntaxKind.MinusMinusToken;
    if (ts.isBinaryExpression(up)) {
      const { kind } = up.operatorToken;
      // Also a default inside a pattern.
      return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment && up.left === at;
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
}

/** Whether the identifier only names a member, a label or a part of a declaration that is not at the top. */
export function isOnlyName(ts: Compiler, id: TS.Identifier): boolean {
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
}
