import type TS from "typescript6";
import type { Compiler } from "./compiler";

/** The statement without `export` and `default`; a function or class without a name becomes a value. */
export function unexported(ts: Compiler, factory: TS.NodeFactory, one: TS.Statement): TS.Statement {
  const dropped = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DefaultKeyword];
  const { modifiers } = one as { modifiers?: TS.NodeArray<TS.ModifierLike> };
  if (!modifiers?.some((each) => dropped.includes(each.kind))) return one;
  const kept = modifiers.filter((each) => !dropped.includes(each.kind));
  const words = kept.filter((each): each is TS.Modifier => !ts.isDecorator(each));
  const asValue = (made: TS.Expression): TS.Statement =>
    factory.createExpressionStatement(factory.createParenthesizedExpression(made));
  if (ts.isVariableStatement(one)) return factory.updateVariableStatement(one, kept, one.declarationList);
  if (ts.isEnumDeclaration(one)) return factory.updateEnumDeclaration(one, words, one.name, one.members);
  if (ts.isModuleDeclaration(one)) return factory.updateModuleDeclaration(one, words, one.name, one.body);
  if (ts.isFunctionDeclaration(one)) {
    const { asteriskToken: star, name, typeParameters: types, parameters, type, body } = one;
    return name
      ? factory.updateFunctionDeclaration(one, kept, star, name, types, parameters, type, body)
      : asValue(
          factory.createFunctionExpression(words, star, name, types, parameters, type, body as TS.Block),
        );
  }
  if (ts.isClassDeclaration(one)) {
    const { name, typeParameters: types, heritageClauses, members } = one;
    return name
      ? factory.updateClassDeclaration(one, kept, name, types, heritageClauses, members)
      : asValue(factory.createClassExpression(kept, name, types, heritageClauses, members));
  }
  return one;
}
