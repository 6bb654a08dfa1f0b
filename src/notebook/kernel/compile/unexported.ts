import type TS from "typescript6";
import type { Compiler } from "./compiler";

/** The statement without `export` and `default`; a function or class without a name becomes a value. */
export function unexported(ts: Compiler, factory: TS.NodeFactory, statement: TS.Statement): TS.Statement {
  const dropped = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DefaultKeyword];
  const { modifiers } = statement as { modifiers?: TS.NodeArray<TS.ModifierLike> };
  if (!modifiers?.some((each) => dropped.includes(each.kind))) return statement;
  const kept = modifiers.filter((each) => !dropped.includes(each.kind));
  const words = kept.filter((each): each is TS.Modifier => !ts.isDecorator(each));
  const asValue = (made: TS.Expression): TS.Statement =>
    factory.createExpressionStatement(factory.createParenthesizedExpression(made));
  if (ts.isVariableStatement(statement))
    return factory.updateVariableStatement(statement, kept, statement.declarationList);
  if (ts.isEnumDeclaration(statement))
    return factory.updateEnumDeclaration(statement, words, statement.name, statement.members);
  if (ts.isModuleDeclaration(statement))
    return factory.updateModuleDeclaration(statement, words, statement.name, statement.body);
  if (ts.isFunctionDeclaration(statement)) {
    const { asteriskToken: star, name, typeParameters: types, parameters, type, body } = statement;
    return name
      ? factory.updateFunctionDeclaration(statement, kept, star, name, types, parameters, type, body)
      : asValue(
          factory.createFunctionExpression(words, star, name, types, parameters, type, body as TS.Block),
        );
  }
  if (ts.isClassDeclaration(statement)) {
    const { name, typeParameters: types, heritageClauses, members } = statement;
    return name
      ? factory.updateClassDeclaration(statement, kept, name, types, heritageClauses, members)
      : asValue(factory.createClassExpression(kept, name, types, heritageClauses, members));
  }
  return statement;
}
