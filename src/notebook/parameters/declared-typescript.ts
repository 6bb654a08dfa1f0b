import type TS from "typescript6";
import { type Compiler, compiler } from "../kernel/compile/compiler";
import { type Declared, type Kind, kindOf, type ParameterValue, readNumber } from "./kinds";

/** The variables that a cell of TypeScript or JavaScript declares at its top level, in order. */
export function declaredTypeScript(source: string): Declared[] {
  const ts = compiler();
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  const types = new Map<string, TypeDeclaration>();
  for (const one of file.statements)
    if (ts.isTypeAliasDeclaration(one) || ts.isInterfaceDeclaration(one)) types.set(one.name.text, one);
  return file.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const { flags, declarations } = statement.declarationList;
    const keyword = flags & ts.NodeFlags.Const ? "const" : flags & ts.NodeFlags.Let ? "let" : "var";
    const comments = [
      ...(ts.getTrailingCommentRanges(source, statement.getEnd()) ?? []),
      ...(ts.getLeadingCommentRanges(source, statement.getFullStart()) ?? []),
    ].map(({ pos, end }) => source.slice(pos, end));
    const help = comments.map(plainComment).find((one) => one !== "");
    return declarations.flatMap((one) => declaration(ts, one, { keyword, help, types }));
  });
}

type TypeDeclaration = TS.TypeAliasDeclaration | TS.InterfaceDeclaration;

interface Around {
  readonly keyword: string;
  readonly help?: string;
  /** The types that the cell declares itself. */
  readonly types: ReadonlyMap<string, TypeDeclaration>;
}

function declaration(ts: Compiler, one: TS.VariableDeclaration, around: Around): Declared[] {
  const { name, initializer, type } = one;
  // Patterns and names without a default are no parameters.
  if (!ts.isIdentifier(name) || !initializer) return [];
  const { keyword, help, types } = around;
  const value = literalOf(ts, initializer);
  const kind = type ? kindOfType(ts, type, types, []) : kindOfExpression(ts, initializer, value);
  return [
    { name: name.text, keyword, annotation: type?.getText(), text: initializer.getText(), value, kind, help },
  ];
}

function plainComment(text: string): string {
  return text
    .replace(/^\/\*\*?|\*\/$|^\/\/+/g, "")
    .replace(/^\s*\*/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** The value of a literal; undefined for any other expression. */
function literalOf(ts: Compiler, node: TS.Expression): ParameterValue | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return readNumber(node.getText()) ?? Number(node.text);
  if (ts.isBigIntLiteral(node)) return readNumber(node.getText().slice(0, -1));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isPrefixUnaryExpression(node)) return readNumber(node.getText().replace(/\s+|n$/g, ""));
  if (wraps(ts, node)) return literalOf(ts, node.expression);
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((element) => literalOf(ts, element));
    return items.includes(undefined) ? undefined : (items as ParameterValue[]);
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const out: Record<string, ParameterValue> = {};
  for (const one of node.properties) {
    const value = ts.isPropertyAssignment(one) ? literalOf(ts, one.initializer) : undefined;
    if (value === undefined || !one.name || ts.isComputedPropertyName(one.name)) return undefined;
    out[one.name.text] = value;
  }
  return out;
}

/** What stands around an expression without changing its value. */
function wraps(
  ts: Compiler,
  node: TS.Expression,
): node is TS.ParenthesizedExpression | TS.AsExpression | TS.SatisfiesExpression {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node);
}

const any: Kind = { is: "any" };

/** What a default without an annotation lets its parameter be. */
function kindOfExpression(ts: Compiler, node: TS.Expression, value?: ParameterValue): Kind {
  const of = (expression: TS.Expression): Kind => kindOfExpression(ts, expression, literalOf(ts, expression));
  if (/^-?\d+n$/.test(node.getText())) return { is: "bigint" };
  if (value !== undefined) return kindOf(value);
  if (ts.isArrayLiteralExpression(node)) return { is: "list" };
  if (ts.isObjectLiteralExpression(node)) return { is: "object" };
  if (ts.isTemplateExpression(node)) return { is: "string" };
  if (wraps(ts, node)) return of(node.expression);
  if (ts.isConditionalExpression(node)) return of(node.whenTrue);
  if (ts.isBinaryExpression(node)) {
    const sign = node.operatorToken.getText();
    // `process.env.ZIP ?? "00000"`: what stands in for a missing value tells the type.
    if (sign === "??" || sign === "||") return of(node.right);
    if (/^([=!]==?|[<>]=?|in|instanceof)$/.test(sign)) return { is: "boolean" };
    if (/^(\*\*?|[-/%])$/.test(sign)) return { is: "number" };
    if (sign === "+") return of(node.left).is === "string" ? { is: "string" } : of(node.right);
  }
  if (ts.isNewExpression(node)) return node.expression.getText() === "Date" ? { is: "date" } : any;
  return ts.isCallExpression(node) ? kindOfCall(node.expression.getText()) : any;
}

function kindOfCall(called: string): Kind {
  if (/^(Number|parseInt|parseFloat|Number\.\w+|Math\.\w+|Date\.now)$/.test(called)) return { is: "number" };
  if (/^String$|\.(toString|toISOString|stringify|join|trim)$/.test(called)) return { is: "string" };
  return called === "Boolean" ? { is: "boolean" } : any;
}

function kindOfType(
  ts: Compiler,
  node: TS.TypeNode,
  types: Around["types"],
  inside: readonly string[],
): Kind {
  const K = ts.SyntaxKind;
  const again = (node: TS.TypeNode): Kind => kindOfType(ts, node, types, inside);
  switch (node.kind) {
    case K.StringKeyword:
    case K.TemplateLiteralType:
      return { is: "string" };
    case K.NumberKeyword:
      return { is: "number" };
    case K.BooleanKeyword:
      return { is: "boolean" };
    case K.BigIntKeyword:
      return { is: "bigint" };
    case K.UndefinedKeyword:
      return { is: "null" };
    case K.ObjectKeyword:
    case K.TypeLiteral:
    case K.MappedType:
      return { is: "object" };
    case K.ArrayType:
    case K.TupleType:
      return { is: "list" };
  }
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return again(node.type);
  if (ts.isUnionTypeNode(node)) return { is: "one of", kinds: node.types.map(again) };
  if (ts.isLiteralTypeNode(node)) {
    const value = literalOf(ts, node.literal);
    return value === null ? { is: "null" } : value === undefined ? any : { is: "literal", value };
  }
  if (!ts.isTypeReferenceNode(node)) return any;
  const name = node.typeName.getText();
  const first = node.typeArguments?.[0];
  if (/^(Readonly)?Array$/.test(name)) return { is: "list" };
  if (name === "Date") return { is: "date" };
  if (name === "Record") return { is: "object" };
  if (/^(Readonly|Partial|Required|NonNullable)$/.test(name) && first) return again(first);
  const own = types.get(name);
  if (!own || inside.includes(name)) return any;
  if (ts.isInterfaceDeclaration(own)) return { is: "object" };
  return kindOfType(ts, own.type, types, [...inside, name]);
}
