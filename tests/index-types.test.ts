import { join, resolve } from "node:path";
import ts from "typescript6";
import { expect, test } from "vitest";

const build = resolve(__dirname, "..", "dist");

test("every type that a public declaration names can be imported from the package too", () => {
  const entries = [join(build, "index.d.ts"), join(build, "studies", "index.d.ts")];
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  const aimed = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = entries
    .map((entry) => checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile))
    .flatMap((module) => checker.getExportsOfModule(module as ts.Symbol))
    .map((symbol) => ({ name: symbol.name, symbol: aimed(symbol) }));
  const known = new Set(exported.map(({ symbol }) => symbol));
  const missing = new Set<string>();
  for (const { name, symbol } of exported) {
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
        const written = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
        const found = checker.getSymbolAtLocation(written);
        const meant = found && aimed(found);
        const own = meant?.declarations?.some(
          (one) => one.getSourceFile().fileName.startsWith(build) && !ts.isTypeParameterDeclaration(one),
        );
        if (meant && own && !known.has(meant)) missing.add(`${meant.name}, named by ${name}`);
      }
      ts.forEachChild(node, visit);
    };
    for (const declaration of symbol.declarations ?? []) visit(declaration);
  }
  expect(exported.length).toBeGreaterThan(200);
  expect([...missing]).toEqual([]);
});
