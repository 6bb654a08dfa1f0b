import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { cellsAsModule } from "../../src/notebook/cells-as-module";
import { checkTypes } from "../../src/notebook/check-types";
import type { Cell } from "../../src/notebook/nbformat";
import { code, notebook, prose } from "./fixtures/make";

// Notebooks that lie where the package can be imported by its name.
const path = (name: string): string => resolve(__dirname, "fixtures", `${name}.ipynb`);

async function found(...cells: Cell[]): Promise<[cell: number, line: number | undefined, code: string][]> {
  const problems = await checkTypes([{ path: path("one"), notebook: notebook(cells) }]);
  return problems.map((one) => [one.cell, one.line, one.text.match(/\((TS\d+)\)$/)?.[1] ?? one.text]);
}

describe("cellsAsModule", () => {
  test("cellsAsModule keeps line numbers, hoists imports and leaves out what is imported already", () => {
    const module = cellsAsModule(
      notebook([
        code('import { a, b } from "x";\nimport {\n  c,\n} from "y";\nf(a);'),
        prose("text"),
        code('import { b, d } from "x";\ng(d);'),
      ]),
    );
    const lines = module.text.split("\n").map((text, i) => [text, module.origins[i]]);
    expect(lines).toContainEqual(['import { a, b } from "x";', { cell: 0, line: 1 }]);
    expect(lines).toContainEqual(['import { c } from "y";', { cell: 0, line: 2 }]);
    expect(lines).toContainEqual(['import { d } from "x";', { cell: 2, line: 1 }]);
    expect(lines).toContainEqual(["f(a);", { cell: 0, line: 5 }]);
    expect(lines).toContainEqual(["g(d);", { cell: 2, line: 2 }]);
  });
});

describe("checkTypes", () => {
  test("checkTypes finds nothing in cells that are right, and may declare a name again", async () => {
    const cells = [
      code("const seed = 42;\nlet label = 'a';", "parameters"),
      code('import { display } from "tslab";\nimport { seeded } from "telelink";\nconst rng = seeded(seed);'),
      code('import { display, newDisplay } from "tslab";\nconst seed = "again";\nlabel = seed;'),
      code(
        "async function f() { return rng.uniform(); }\nconst u: number = await f();\ndisplay.text(label + u);",
      ),
      code("interface Point { x: number }"),
      code(
        "const p: Point = { x: 1 };\nclass Point3 implements Point { x = p.x; }\nfor (const q of [p]) q.x;",
      ),
    ];
    expect(await found(...cells)).toEqual([]);
  });

  test("checkTypes points to cell and line, under strict", async () => {
    expect(
      await found(
        code("const n: string = null;"),
        prose("text"),
        code('import { seeded } from "telelink";\nconst rng = seeded(42);\n\nrng.nonsense();'),
        code("function g(q) { return q; }"),
        code("const late = missing;"),
      ),
    ).toEqual([
      [0, 1, "TS2322"],
      [2, 4, "TS2339"],
      [3, 1, "TS7006"],
      [4, 1, "TS2304"],
    ]);
  });

  test("checkTypes finds an import that is not there, at its line", async () => {
    expect(
      await found(code('\nimport { nobody } from "telelink";\nimport x from "no-such-package";')),
    ).toEqual([
      [0, 2, "TS2305"],
      [0, 3, "TS2307"],
    ]);
  });

  test("checkTypes finds a bracket that is never closed", async () => {
    const problems = await found(code("const a = 1;"), code("function broken() {"));
    expect(problems.map(([cell]) => cell)).toContain(1);
  });

  test("checkTypes names the notebook, and leaves out other languages", async () => {
    const wrong = notebook([code("const a: number = 'x';")]);
    const problems = await checkTypes([
      { path: path("a"), notebook: notebook([code("1")]) },
      { path: path("b"), notebook: wrong },
      { path: path("c"), notebook: notebook([code("x: int = 'a'")], "python3", "python") },
    ]);
    expect(problems.map((one) => one.path)).toEqual([path("b")]);
  });
});
