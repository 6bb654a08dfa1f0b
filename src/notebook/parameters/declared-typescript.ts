import { createRequire } from "node:module";
import { type Declared, type Kind, kindOf, type ParameterValue, readNumber } from "./kinds";

/** A node of TypeScript's syntax tree, as far as it is looked at here. */
interface Node {
  readonly kind: number;
  readonly text?: string;
  readonly [field: string]: unknown;
  getText(): string;
  getFullStart(): number;
  getEnd(): number;
}
interface Compiler {
  readonly SyntaxKind: Readonly<Record<string, number>>;
  createSourceFile(
    name: string,
    text: string,
    target: number,
    parents: boolean,
  ): Node & { readonly statements: readonly Node[] };
  getLeadingCommentRanges(text: string, at: number): readonly { pos: number; end: number }[] | undefined;
  getTrailingCommentRanges(text: string, at: number): readonly { pos: number; end: number }[] | undefined;
}

let loaded: Compiler | undefined;

/** tslab's own TypeScript: it takes a quarter of a second to load, and only a cell of parameters needs it. */
function compiler(): Compiler {
  loaded ??= createRequire(require.resolve("tslab/package.json"))("@tslab/typescript-for-tslab") as Compiler;
  return loaded;
}

/** The variables that a cell of TypeScript or JavaScript declares at its top level, in order. */
export function declaredTypeScript(source: string): Declared[] {
  const ts = compiler();
  const file = ts.createSourceFile("cell.ts", source, 99, true);
  const types = new Map<string, Node>();
  for (const one of file.statements) {
    const { kind } = one;
    if (kind === ts.SyntaxKind.TypeAliasDeclaration || kind === ts.SyntaxKind.InterfaceDeclaration)
      types.set((one.name as Node).getText(), one);
  }
  return file.statements.flatMap((statement) => {
    if (statement.kind !== ts.SyntaxKind.VariableStatement) return [];
    const list = statement.declarationList as Node & { flags: number; declarations: readonly Node[] };
    const keyword = list.getText().match(/^(const|let|var)\b/)?.[1] ?? "const";
    return list.declarations.flatMap((one) => declaration(ts, one, keyword, types, statement, source));
  });
}

function declaration(
  ts: Compiler,
  one: Node,
  keyword: string,
  types: ReadonlyMap<string, Node>,
  statement: Node,
  source: string,
): Declared[] {
  const name = one.name as Node;
  const initial = one.initializer as Node | undefined;
  // Patterns and names without a default are no parameters.
  if (name.kind !== ts.SyntaxKind.Identifier || !initial) return [];
  const type = one.type as Node | undefined;
  const value = literalOf(ts, initial);
  const kind = type ? kindOfType(ts, type, types, []) : kindOfExpression(ts, initial, value);
  const comments = [
    ...(ts.getTrailingCommentRanges(source, statement.getEnd()) ?? []),
    ...(ts.getLeadingCommentRanges(source, statement.getFullStart()) ?? []),
  ];
  const [first] = comments;
  const help = first && plainComment(source.slice(first.pos, first.end));
  return [
    {
      name: name.getText(),
      keyword,
      annotation: type?.getText(),
      text: initial.getText(),
      value,
      kind,
      help,
    },
  ];
}

function plainComment(text: string): string | undefined {
  const plain = text
    .replace(/^\/\*\*?|\*\/$|^\/\/+/g, "")
    .replace(/^\s*\*/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return plain || undefined;
}

/** The value of a literal; undefined for any other expression. */
function literalOf(ts: Compiler, node: Node): ParameterValue | undefined {
  const K = ts.SyntaxKind;
  const inner = node.expression as Node | undefined;
  switch (node.kind) {
    case K.StringLiteral:
    case K.NoSubstitutionTemplateLiteral:
      return node.text;
    case K.NumericLiteral:
      return readNumber(node.getText()) ?? Number(node.getText());
    case K.BigIntLiteral:
      return readNumber(node.getText().slice(0, -1));
    case K.TrueKeyword:
      return true;
    case K.FalseKeyword:
      return false;
    case K.NullKeyword:
      return null;
    case K.PrefixUnaryExpression: {
      const text = node.getText();
      return /^[-+]/.test(text) ? readNumber(text.replaceAll(" ", "").replace(/n$/, "")) : undefined;
    }
    case K.ParenthesizedExpression:
    case K.AsExpression:
    case K.SatisfiesExpression:
      return inner && literalOf(ts, inner);
    case K.ArrayLiteralExpression: {
      const items = (node.elements as readonly Node[]).map((one) => literalOf(ts, one));
      return items.includes(undefined) ? undefined : (items as ParameterValue[]);
    }
    case K.ObjectLiteralExpression: {
      const entries = (node.properties as readonly Node[]).map((one) => {
        const value = one.kind === K.PropertyAssignment ? literalOf(ts, one.initializer as Node) : undefined;
        return [(one.name as Node | undefined)?.text, value] as const;
      });
      if (entries.some(([key, value]) => key === undefined || value === undefined)) return undefined;
      return Object.fromEntries(entries as [string, ParameterValue][]);
    }
  }
  return undefined;
}

const any: Kind = { is: "any" };

/** What a default without an annotation lets its parameter be. */
function kindOfExpression(ts: Compiler, node: Node, value: ParameterValue | undefined): Kind {
  const K = ts.SyntaxKind;
  if (node.kind === K.BigIntLiteral || /^-?\d+n$/.test(node.getText())) return { is: "bigint" };
  if (value !== undefined) return kindOf(value);
  const of = (field: string): Kind => {
    const part = node[field] as Node;
    return kindOfExpression(ts, part, literalOf(ts, part));
  };
  switch (node.kind) {
    case K.ArrayLiteralExpression:
      return { is: "list" };
    case K.ObjectLiteralExpression:
      return { is: "object" };
    case K.TemplateExpression:
      return { is: "string" };
    case K.ParenthesizedExpression:
    case K.AsExpression:
    case K.SatisfiesExpression:
      return of("expression");
    case K.ConditionalExpression:
      return of("whenTrue");
    case K.BinaryExpression: {
      const sign = (node.operatorToken as Node).getText();
      // `process.env.ZIP ?? "00000"`: what stands in for a missing value tells the type.
      if (["??", "||"].includes(sign)) return of("right");
      if (/^([=!]==?|[<>]=?|in|instanceof)$/.test(sign)) return { is: "boolean" };
      if (/^(\*\*?|[-/%])$/.test(sign)) return { is: "number" };
      if (sign === "+") return of("left").is === "string" ? { is: "string" } : of("right");
      return any;
    }
    case K.CallExpression: {
      const called = (node.expression as Node).getText();
      if (/^(Number|parseInt|parseFloat|Number\.\w+|Math\.\w+|Date\.now)$/.test(called))
        return { is: "number" };
      if (/^(String|JSON\.stringify|.*\.(toString|toISOString|join|trim|slice\(.*\)))$/.test(called))
        return { is: "string" };
      return called === "Boolean" ? { is: "boolean" } : any;
    }
  }
  return any;
}

function kindOfType(
  ts: Compiler,
  node: Node,
  types: ReadonlyMap<string, Node>,
  inside: readonly string[],
): Kind {
  const K = ts.SyntaxKind;
  const again = (one: Node): Kind => kindOfType(ts, one, types, inside);
  switch (node.kind) {
    case K.StringKeyword:
      return { is: "string" };
    case K.NumberKeyword:
      return { is: "number" };
    case K.BooleanKeyword:
      return { is: "boolean" };
    case K.BigIntKeyword:
      return { is: "bigint" };
    case K.ObjectKeyword:
    case K.TypeLiteral:
    case K.MappedType:
      return { is: "object" };
    case K.ArrayType:
    case K.TupleType:
      return { is: "list" };
    case K.ParenthesizedType:
    case K.TypeOperator:
      return again(node.type as Node);
    case K.TemplateLiteralType:
      return { is: "string" };
    case K.UndefinedKeyword:
      return { is: "null" };
    case K.LiteralType: {
      const value = literalOf(ts, node.literal as Node);
      if (value === null) return { is: "null" };
      return value === undefined ? any : { is: "literal", value };
    }
    case K.UnionType:
      return { is: "one of", kinds: (node.types as readonly Node[]).map(again) };
    case K.TypeReference: {
      const name = (node.typeName as Node).getText();
      const [first] = (node.typeArguments as readonly Node[] | undefined) ?? [];
      if (/^(Readonly)?Array$/.test(name)) return { is: "list" };
      if (name === "Record") return { is: "object" };
      if (/^(Readonly|Partial|Required|NonNullable)$/.test(name) && first) return again(first);
      const own = types.get(name);
      if (!own || inside.includes(name)) return any;
      if (own.kind === K.InterfaceDeclaration) return { is: "object" };
      return kindOfType(ts, own.type as Node, types, [...inside, name]);
    }
  }
  return any;
}
