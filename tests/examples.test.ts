import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript6";
import { afterAll, describe, expect, test } from "vitest";

const root = resolve(__dirname, "..");

/** Public functions that have no example, because of what an example would need. The list may only become shorter. */
const without = new Set(JSON.parse(readFileSync(join(__dirname, "no-example.json"), "utf8")) as string[]);

interface Example {
  readonly name: string;
  readonly text: string;
}

/** Public values that are no functions, which examples may use too. */
const constants: string[] = [];

/** The public functions with their examples, as the declarations that users get hold them. */
function publicFunctions(): { readonly name: string; readonly examples: readonly string[] }[] {
  const index = join(root, "dist", "index.d.ts");
  const program = ts.createProgram([index], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.SourceFile) as ts.Symbol;
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (meant.flags & ts.SymbolFlags.Variable) constants.push(symbol.name);
    if (!(meant.flags & ts.SymbolFlags.Function)) return [];
    const tags = meant.getJsDocTags(checker).filter((tag) => tag.name === "example");
    return [{ name: symbol.name, examples: tags.map((tag) => ts.displayPartsToString(tag.text)) }];
  });
}

/** The example as the body of a function that hands over what its lines with an arrow give, and what they say. */
function bodyOf({ name, text }: Example): string {
  const source = ts.createSourceFile(`${name}.ts`, text, ts.ScriptTarget.ES2022, true);
  let body = "";
  for (const statement of source.statements) {
    const [note] = ts.getTrailingCommentRanges(text, statement.end) ?? [];
    const said = note && /^\/\/ (→|throws) (.+)$/.exec(text.slice(note.pos, note.end));
    if (!said) body += statement.getText();
    else {
      if (!ts.isExpressionStatement(statement)) throw new Error(`${name}: ${said[0]} must follow a value`);
      const value = statement.expression.getText();
      const [, kind, wanted] = said;
      body += `await given(${JSON.stringify([name, kind, wanted])}, async () => ${/^[{]/.test(value) ? `(${value})` : value});`;
    }
    body += "\n";
  }
  return body;
}

/** Numbers agree to the digits that are written; lists and objects by what is written of them. */
function agrees(got: unknown, wanted: unknown, digits: (value: number) => number): boolean {
  if (typeof wanted === "number" && typeof got === "number") {
    if (!Number.isFinite(wanted)) return Object.is(got, wanted);
    return Math.abs(got - wanted) <= 0.5 * 10 ** -digits(wanted) * (1 + 1e-9) || got === wanted;
  }
  if (Array.isArray(wanted)) {
    const list = ArrayBuffer.isView(got) || Array.isArray(got) ? Array.from(got as ArrayLike<unknown>) : [];
    return list.length === wanted.length && wanted.every((one, i) => agrees(list[i], one, digits));
  }
  if (typeof wanted === "object" && wanted !== null)
    return Object.entries(wanted).every(([key, one]) => agrees((got as never)?.[key], one, digits));
  return got === wanted;
}

const functions = publicFunctions();
const examples = functions.flatMap(({ name, examples }) => examples.map((text) => ({ name, text })));
const folder = mkdtempSync(join(tmpdir(), "telelink-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly name: string;
  readonly kind: string;
  readonly wanted: string;
  readonly got?: unknown;
  readonly error?: string;
}

/** Runs all examples in one program of a user who has the package installed. */
function run(): Given[] {
  execFileSync("mkdir", ["-p", join(folder, "node_modules")]);
  symlinkSync(root, join(folder, "node_modules", "telelink"));
  symlinkSync(join(root, "node_modules", "@types"), join(folder, "node_modules", "@types"));
  const all = examples.map(({ text }) => text).join("\n");
  const used = [...functions.map((one) => one.name), ...constants].filter((name) =>
    new RegExp(`\\b${name}\\b`).test(all),
  );
  const program = `import { type Rng, ${used.join(", ")} } from "telelink";
const found: unknown[] = [];
async function given([name, kind, wanted]: string[], value: () => unknown): Promise<void> {
  const plain = (_: string, one: unknown): unknown =>
    ArrayBuffer.isView(one) ? Array.from(one as Float64Array) : Number.isNaN(one) ? "NaN" : one === Infinity ? "Infinity" : one;
  try {
    const got: unknown = await value();
    found.push({ name, kind, wanted, got: JSON.stringify(got, plain) });
  } catch (error) {
    found.push({ name, kind, wanted, error: String(error) });
  }
}
${examples.map((one) => `await (async () => {\n${bodyOf(one)}})().catch((error: unknown) => found.push({ name: "${one.name}", kind: "ran", error: String(error) }));`).join("\n")}
console.log("FOUND" + JSON.stringify(found));
process.exit(0);
`;
  writeFileSync(join(folder, "examples.mts"), program);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const flags = [
    "--ignoreConfig",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--types",
    "node",
  ];
  try {
    execFileSync(process.execPath, [tsc, ...flags, "examples.mts"], { cwd: folder, encoding: "utf8" });
  } catch (error) {
    throw new Error(`the examples do not compile:\n${(error as { stdout: string }).stdout}`);
  }
  const said = execFileSync(process.execPath, ["examples.mjs"], { cwd: folder, encoding: "utf8" });
  return JSON.parse(said.slice(said.lastIndexOf("FOUND") + 5)) as Given[];
}

describe("@example of public functions", () => {
  test("every public function has one, but for those on a list that only becomes shorter", () => {
    const missing = functions.filter((one) => one.examples.length === 0).map((one) => one.name);
    expect(missing.filter((name) => !without.has(name))).toEqual([]);
    expect([...without].filter((name) => !missing.includes(name))).toEqual([]);
  });

  test("each runs in a program of its own folder and gives what its lines say", () => {
    const given = run();
    const wrong = given.filter(({ kind, wanted, got, error }) => {
      if (kind === "throws") return !error?.includes(JSON.parse(wanted) as string);
      if (error !== undefined || kind !== "→") return true;
      const decimals = new Map(
        [...wanted.matchAll(/-?\d+(?:\.(\d+))?(?:e[-+]?\d+)?/g)].map(([number, after]) => [
          Number(number),
          after?.length ?? 0,
        ]),
      );
      const said: unknown = new Function(`return (${wanted});`)();
      const plain = JSON.parse(
        JSON.stringify(said, (_, one) => (Number.isNaN(one) ? "NaN" : one === Infinity ? "Infinity" : one)) ??
          "null",
      );
      return !agrees(JSON.parse((got as string) ?? "null"), plain, (value) => decimals.get(value) ?? 0);
    });
    expect(wrong).toEqual([]);
    // An example without a line to compare shows nothing.
    expect(examples.filter(({ text }) => !/\/\/ (→|throws) /.test(text)).map((one) => one.name)).toEqual([]);
  });
});
