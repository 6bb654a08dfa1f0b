import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundledTslab, type KernelSpec } from "../../../src/notebook/kernel-spec";
import { runNotebook } from "../../../src/notebook/run/run-notebook";
import { python } from "../../support";
import { code, notebook } from "../fixtures/make";

const cwd = join(__dirname, "..", "fixtures");

/** Cells that are run one after the other, and what the last ones print. Each has names of its own: they share a kernel. */
const snippets: readonly (readonly [claim: string, cells: readonly string[], printed: string])[] = [
  [
    "a function sees what a later cell assigns",
    ["let n1 = 0; function bump1() { return ++n1 }", "n1 += 10; console.log(n1)", "console.log(bump1(), n1)"],
    "10\n11 11",
  ],
  ["an arrow sees it too", ["let n2 = 1; const see2 = () => n2;", "n2 = 5;", "console.log(see2())"], "5"],
  [
    "a function assigns what a later cell reads",
    ["let n3 = 0; const set3 = (x: number) => { n3 = x; };", "set3(7);", "console.log(n3)"],
    "7",
  ],
  [
    "let may be declared again, and older functions see the new one",
    ["let n4 = 1; const see4 = () => n4;", "let n4 = 2;", "console.log(see4(), n4)"],
    "2 2",
  ],
  ["const may be declared again", ["const n5 = 1;", "const n5 = 'two';", "console.log(n5)"], "two"],
  [
    "class may be declared again",
    ["class C7 { a = 1 }", "class C7 { b = 2 }", "console.log(Object.keys(new C7()))"],
    "[ 'b' ]",
  ],
  [
    "an instance of the older class is none of the newer",
    ["class C8 {}\nconst c8 = new C8();", "class C8 {}", "console.log(c8 instanceof C8)"],
    "false",
  ],
  ["shorthand properties", ["const seed9 = 3;", "const o9 = { seed9 }; console.log(o9.seed9)"], "3"],
  [
    "destructuring with rest and default",
    [
      "const { a10, ...r10 } = { a10: 1, x: 2, y: 3 };",
      "const [p10, q10 = 9] = [4]; console.log(a10, r10, p10, q10)",
    ],
    "1 { x: 2, y: 3 } 4 9",
  ],
  [
    "destructuring that assigns",
    ["let a11 = 1, b11 = 2;", "[a11, b11] = [b11, a11]; console.log(a11, b11)"],
    "2 1",
  ],
  [
    "export is a word without effect",
    ["export const e12 = 2;\nexport function f12() { return e12 * 2 }", "console.log(f12())"],
    "4",
  ],
  [
    "export of a class and of a type",
    [
      "export class C13 { x = 1 }\nexport interface I13 { y: number }",
      "const i13: I13 = { y: 3 }; console.log(new C13().x + i13.y)",
    ],
    "4",
  ],
  [
    "generics",
    [
      "function first14<T>(xs: readonly T[]): T | undefined { return xs[0] }",
      "console.log(first14<string>(['a']), first14([1]))",
    ],
    "a 1",
  ],
  ["enum", ["enum E15 { A, B = 5, C }", "console.log(E15.C, E15[5])"], "6 B"],
  [
    "namespace",
    ["namespace N17 { export const x = 1; export function y() { return x + 1 } }", "console.log(N17.y())"],
    "2",
  ],
  [
    "a namespace adds to a function of its cell",
    ["function f18() { return 1 }\nnamespace f18 { export const z = 4 }", "console.log(f18() + f18.z)"],
    "5",
  ],
  [
    "a decorator of a class and of a method",
    [
      "const log19: string[] = [];\nfunction named19(value: any, context: any) { log19.push(context.kind + ' ' + String(context.name)); }",
      "@named19 class D19 { @named19 go() { return 1 } }",
      "console.log(log19.join(', '), new D19().go())",
    ],
    "method go, class D19 1",
  ],
  [
    "await of a parenthesis",
    ["const p20 = Promise.resolve(4);", "const v20 = await (p20);\nconsole.log(v20)"],
    "4",
  ],
  [
    "for await",
    ["async function* g21() { yield 1; yield 2 }", "for await (const x of g21()) console.log(x)"],
    "1\n2",
  ],
  [
    "await within an expression",
    [
      "const d22 = (x: number) => new Promise<number>((done) => setTimeout(done, 1, x));",
      "console.log(await d22(1) + await d22(2))",
    ],
    "3",
  ],
  [
    "a function is there before its line",
    ["console.log(h23());\nfunction h23() { return k23() }\nfunction k23() { return 8 }"],
    "8",
  ],
  [
    "functions of a cell call each other, also after one is declared anew",
    [
      "function e24(n: number): boolean { return n === 0 || o24(n - 1) }\nfunction o24(n: number): boolean { return n !== 0 && e24(n - 1) }",
      "function o24(n: number): boolean { return false }",
      "console.log(e24(2))",
    ],
    "false",
  ],
  [
    "var in a block belongs to the cell",
    ["if (true) { var v25 = 3 }\nfor (var i25 = 0; i25 < 2; i25++) {}", "console.log(v25, i25)"],
    "3 2",
  ],
  ["var without a value keeps it", ["var v26 = 3;", "var v26: number;\nconsole.log(v26)"], "3"],
  [
    "a constant stays constant",
    [
      "const k27 = 1;",
      "try { (k27 as any) = 2 } catch (e) { console.log((e as Error).message) }",
      "console.log(k27)",
    ],
    "Assignment to constant variable.\n1",
  ],
  [
    "an error leaves what came before it",
    ["let n28 = 1;\ntry { throw new Error('x') } catch {}\nn28 = 2;", "console.log(n28)"],
    "2",
  ],
  [
    "import of names, default and all",
    [
      "import { basename as b29 } from 'node:path';\nimport p29 from 'node:path';\nimport * as s29 from 'node:path';",
      "console.log(b29('a/b'), typeof p29.join, s29.extname('a.b'))",
    ],
    "b function .b",
  ],
  [
    "import in the middle of a cell",
    ["const a30 = 1;\nimport { sep as sep30 } from 'node:path';\nconsole.log(a30, sep30)"],
    "1 /",
  ],
  [
    "import type leaves nothing",
    ["import type { Stats as S31 } from 'node:fs';", "const s31: S31 | null = null; console.log(s31)"],
    "null",
  ],
  ["dynamic import", ["const m32 = await import('node:os');", "console.log(typeof m32.EOL)"], "string"],
  [
    "closures in a loop keep their own value",
    [
      "const fs33: (() => number)[] = [];\nfor (let i = 0; i < 3; i++) fs33.push(() => i);",
      "console.log(fs33.map((f) => f()))",
    ],
    "[ 0, 1, 2 ]",
  ],
  [
    "what is called back later sees later values",
    [
      "let n34 = 1;\nlet go34 = () => {};\nconst t34 = new Promise<void>((done) => { go34 = done }).then(() => console.log(n34));",
      "n34 = 2;\ngo34();\nawait t34",
    ],
    "2",
  ],
  [
    "getters, private members and static blocks",
    [
      "class C35 { #x = 1; static y = 0; static { C35.y = 2 } get x() { return this.#x } }",
      "console.log(new C35().x + C35.y)",
    ],
    "3",
  ],
  [
    "parameter properties and abstract classes",
    [
      "abstract class A36 { constructor(readonly n: number) {} abstract go(): number }",
      "class B36 extends A36 { go() { return this.n * 2 } }\nconsole.log(new B36(4).go())",
    ],
    "8",
  ],
  [
    "overloads",
    [
      "function o37(x: string): string;\nfunction o37(x: number): number;\nfunction o37(x: any) { return x }",
      "console.log(o37(1), o37('a'))",
    ],
    "1 a",
  ],
  [
    "satisfies, as const and non-null",
    [
      "const c38 = { a: 1 } as const satisfies Record<string, number>;",
      "console.log(c38.a!, (c38 as { a: number }).a)",
    ],
    "1 1",
  ],
  [
    "labels and exponent",
    [
      "let n39 = 0;\nouter39: for (;;) { for (;;) { n39++; if (n39 > 2) break outer39 } }",
      "console.log(n39 ** 2)",
    ],
    "9",
  ],
  [
    "optional chaining and nullish assignment",
    [
      "let o40: { a?: { b: number } } | undefined = {};",
      "o40.a ??= { b: 3 };\nconsole.log(o40?.a?.b, o40!.a!.b)",
    ],
    "3 3",
  ],
  [
    "tagged templates and big integers",
    [
      "const t41 = (s: TemplateStringsArray, ...v: unknown[]) => s.raw.join('|') + v.join();",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the cell
      "console.log(t41`a${1}b`, 2n ** 70n)",
    ],
    "a|b1 1180591620717411303424n",
  ],
  [
    "symbols, iterators and spread",
    ["class R42 { *[Symbol.iterator]() { yield* [1, 2] } }", "console.log([...new R42(), 3])"],
    "[ 1, 2, 3 ]",
  ],
  [
    "a type may be declared again",
    ["type T43 = string;", "type T43 = number;", "const x43: T43 = 3; console.log(x43)"],
    "3",
  ],
  [
    "async functions that fail are caught in another cell",
    [
      "const f44 = async () => { throw new TypeError('late') };",
      "try { await f44() } catch (e) { console.log((e as Error).name) }",
    ],
    "TypeError",
  ],
  [
    "a map keeps insertion order across cells",
    ["const m45 = new Map([['b', 1]]);", "m45.set('a', 2);", "console.log([...m45.keys()].join())"],
    "b,a",
  ],
];

/** What V8 in Deno refuses, though a person who runs a cell again in another form means it. */
const beyond: typeof snippets = [
  ["const enum across cells", ["const enum E16 { A = 'x' }", "console.log(E16.A)"], "x"],
  [
    "let becomes const, const let, and both functions",
    ["let n1 = 1;", "const n1 = 2;", "let n1 = 3;", "function n1() { return 4 }\nconsole.log(n1())"],
    "4",
  ],
  [
    "var becomes let, a function a constant",
    ["var n2 = 1;\nfunction f2() {}", "let n2 = 2;\nconst f2 = 3;", "console.log(n2, f2)"],
    "2 3",
  ],
  [
    "an enum declared again has only its new members",
    ["enum E3 { A, B }", "enum E3 { C }", "console.log(JSON.stringify(E3))"],
    '{"0":"C","C":0}',
  ],
  [
    "a name of the system may be a cell's own, and modules still see the system's",
    [
      "const URL = 'mine';",
      "const { href } = new (globalThis.URL)('http://a/b'); console.log(URL, href, { URL }.URL)",
    ],
    "mine http://a/b mine",
  ],
  [
    "a constant in every form of assignment",
    [
      "const k5 = 1;",
      "for (const act of [() => { (k5 as any)++ }, () => { [k5 as any] = [2] }, () => { ({ a: k5 as any } = { a: 2 }) }]) try { act(); console.log('no') } catch { console.log('yes') }",
    ],
    "yes\nyes\nyes",
  ],
  [
    "elements where `<` begins no type",
    [
      "const React = { createElement: (tag: string, props: object | null, ...kids: unknown[]) => tag + kids.length };",
      "const typed = <string>React.createElement('i', null);\nconsole.log(typed)",
      "console.log(<b>{1}{2}</b>)",
      "/** @jsx h */\nconst h = (tag: string) => 'own ' + tag;\nconsole.log(<b />)",
    ],
    "i0\nb2\nown b",
  ],
  [
    "a local of the constant's name may be assigned",
    ["const k6 = 1;", "function f6(k6: number) { k6 += 1; return k6 }\nconsole.log(f6(1), k6)"],
    "2 1",
  ],
];

async function printed(kernel: KernelSpec, all: typeof snippets): Promise<string[]> {
  const cells = all.flatMap(([, cells]) => cells);
  const done = await runNotebook(notebook(cells.map((one) => code(one))), {
    ...{ kernel, cwd, timeoutSeconds: 60, keepGoing: true },
  });
  let at = 0;
  return all.map(([, cells]) => {
    const own = done.notebook.cells.slice(at, at + cells.length);
    at += cells.length;
    const text = own
      .flatMap((cell) => cell.outputs ?? [])
      .map((one) => ("text" in one ? one.text : "evalue" in one ? one.evalue + "\n" : ""));
    return text.join("").trim();
  });
}

describe("cells of a TypeScript notebook mean what they mean in JavaScript", async () => {
  const ours = await printed(bundledTslab(), snippets);
  test.each(snippets.map(([claim, , expected], i) => [claim, expected, i] as const))(
    "%s",
    (_, expected, i) => {
      expect(ours[i]).toBe(expected);
    },
  );

  const more = await printed(bundledTslab(), beyond);
  test.each(beyond.map(([claim, , expected], i) => [claim, expected, i] as const))("%s", (_, expected, i) => {
    expect(more[i]).toBe(expected);
  });

  const deno = python ? join(dirname(python), "deno") : "";
  const there = deno !== "" && spawnSync(deno, ["--version"]).status === 0;
  test.skipIf(!there)(
    `${snippets.length} snippets print what they print under Deno's kernel`,
    async () => {
      const kernel: KernelSpec = {
        ...{ name: "deno", displayName: "Deno", language: "typescript", env: {}, folder: cwd },
        argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
        interruptMode: "message",
      };
      const theirs = await printed(kernel, snippets);
      expect(theirs.map(plain)).toEqual(ours.map(plain));
    },
    120_000,
  );
}, 120_000);

/** Deno quotes strings by ". */
function plain(text: string): string {
  return text.replaceAll('"', "'");
}
