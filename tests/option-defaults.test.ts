import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript6";
import { expect, test } from "vitest";

const root = resolve(__dirname, "..");
const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/\.(wasm|as)\.ts$|(^|\/)client\//.test(file))
  .map((file) => join(root, "src", file));

/** A literal as one writes it, without the spaces and marks that do not matter. */
function plain(text: string): string {
  const value = text.replace(/ as const$/, "").replace(/[\s_`]/g, "");
  return Number.isFinite(Number(value)) && value !== "" ? String(Number(value)) : value;
}

test("each @default of an option is what the code falls back on", () => {
  const { options } = ts.parseJsonConfigFileContent(
    { ...ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config, include: undefined, files },
    ts.sys,
    root,
  );
  const program = ts.createProgram(files, { ...options, noEmit: true, incremental: false, composite: false });
  const checker = program.getTypeChecker();
  const said = new Map<ts.Declaration, string>();
  const held = new Map<ts.Declaration, Set<string>>();
  const byName = new Map<string, ts.Declaration[]>();
  const sources = program.getSourceFiles().filter((source) => files.includes(resolve(source.fileName)));

  const each = (visit: (node: ts.Node, source: ts.SourceFile) => void): void => {
    for (const source of sources) {
      const walk = (node: ts.Node): void => {
        visit(node, source);
        ts.forEachChild(node, walk);
      };
      walk(source);
    }
  };
  each((node) => {
    // A field of an interface, or of the schema of which the options' type is made.
    if (!ts.isPropertySignature(node) && !ts.isPropertyAssignment(node)) return;
    for (const tag of ts.getJSDocTags(node)) {
      if (tag.tagName.text !== "default") continue;
      said.set(node, plain(ts.getTextOfJSDocComment(tag.comment) ?? ""));
      byName.set(node.name.getText(), [...(byName.get(node.name.getText()) ?? []), node]);
    }
  });

  /** What an expression stands for: itself, or the constant that it names. */
  const shown = (node: ts.Expression): string => {
    const bare = ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? node.expression : node;
    if (ts.isIdentifier(bare) || ts.isPropertyAccessExpression(bare)) {
      let symbol = checker.getSymbolAtLocation(bare);
      if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
      const declared = symbol?.valueDeclaration;
      if (declared && (ts.isVariableDeclaration(declared) || ts.isPropertyAssignment(declared)))
        if (declared.initializer) return shown(declared.initializer);
    }
    return plain(bare.getText());
  };
  const note = (declarations: readonly ts.Declaration[] | undefined, value: ts.Expression): void => {
    const options = declarations?.filter((declaration) => said.has(declaration)) ?? [];
    // Options that were filled by their schema are of another type, in the same file.
    const name = value.parent && namedBy(value.parent);
    const own = byName.get(name ?? "")?.filter((one) => one.getSourceFile() === value.getSourceFile()) ?? [];
    for (const declaration of options.length > 0 ? options : own)
      if (said.has(declaration))
        held.set(declaration, (held.get(declaration) ?? new Set()).add(shown(value)));
  };
  /** The option that a destructuring or a `??` gives a value in place of. */
  const namedBy = (node: ts.Node): string | undefined => {
    if (ts.isBindingElement(node)) return (node.propertyName ?? node.name).getText();
    return ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left)
      ? node.left.name.text
      : undefined;
  };
  each((node, source) => {
    if (ts.isBindingElement(node) && node.initializer && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText();
      if (!byName.has(name)) return;
      const of = checker.getNonNullableType(checker.getTypeAtLocation(node.parent));
      const from = node.parent.parent;
      const typed =
        (ts.isParameter(from) || ts.isVariableDeclaration(from)) && from.type
          ? checker.getTypeFromTypeNode(from.type)
          : ts.isVariableDeclaration(from) && from.initializer
            ? checker.getTypeAtLocation(from.initializer)
            : of;
      note(checker.getNonNullableType(typed).getProperty(name)?.declarations, node.initializer);
    } else if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
    ) {
      if (ts.isPropertyAccessExpression(node.left) && byName.has(node.left.name.text))
        note(checker.getSymbolAtLocation(node.left.name)?.declarations, node.right);
    } else if (ts.isPropertyAssignment(node) && byName.has(node.name.getText())) {
      // A schema of options, or an object of defaults, in the file of their interface.
      const mine = byName.get(node.name.getText())?.filter((one) => one.getSourceFile() === source);
      const variable = node.parent.parent;
      const called = ts.isCallExpression(node.initializer) ? node.initializer : undefined;
      if (called && /^(number|integer|choice|flag|option)$/.test(called.expression.getText())) {
        const last = called.arguments.at(-1);
        if (last && called.arguments.length > (called.expression.getText() === "flag" ? 1 : 2))
          note(mine, last);
      } else if (ts.isVariableDeclaration(variable) && /default/i.test(variable.name.getText()))
        note(mine, node.initializer);
    }
  });
  const where = (node: ts.Declaration): string =>
    `${relative(root, node.getSourceFile().fileName)}: ${(node as ts.PropertySignature | ts.PropertyAssignment).name.getText()}`;
  const wrong = [...said].filter(([node, value]) => held.has(node) && !held.get(node)?.has(value));
  // What is not given is false without a word.
  const unfound = [...said].filter(([node, value]) => !held.has(node) && value !== "false");
  expect(
    wrong.map(
      ([node, value]) =>
        `${where(node)} says ${value}, falls back on ${[...(held.get(node) ?? [])].join(" or ")}`,
    ),
  ).toEqual([]);
  expect(unfound.map(([node]) => where(node))).toEqual([]);
  expect(said.size).toBeGreaterThan(150);
});
