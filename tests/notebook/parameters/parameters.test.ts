import { describe, expect, test } from "vitest";
import { ExactNumber, formatExact, parseExact } from "../../../src/core/exact-json";
import type { Language } from "../../../src/notebook/language";
import { ParameterText, type ParameterValue } from "../../../src/notebook/parameters/kinds";
import {
  checkParameters,
  declaredParameters,
  injectParameters,
  parameterSource,
} from "../../../src/notebook/parameters/parameters";
import { code, notebook } from "../fixtures/make";

/** The line that `-p name=text` becomes in a notebook whose parameters are declared so. */
function line(language: Language, cell: string, given: Record<string, unknown>): string {
  const book = notebook(cell === "" ? [code("x")] : [code(cell, "parameters"), code("x")], "k", language);
  const declared = declaredParameters(book, language);
  const texts = Object.fromEntries(
    Object.entries(given).map(([name, one]) => [
      name,
      typeof one === "string" ? new ParameterText(one) : one,
    ]),
  );
  const values = checkParameters(texts, declared, "run x.ipynb");
  return parameterSource(values, language, declared).split("\n").slice(1).join("\n");
}

describe("checkParameters, TypeScript", () => {
  test.each<[cell: string, given: Record<string, unknown>, source: string]>([
    [
      'const sep = ";";\nconst url = "http://a.org/b"; // where from',
      { sep: "," },
      'const sep: string = ",";',
    ],
    ["const a = 1, b = 2;", { b: "3" }, "const b: number = 3;"],
    ['const mode: "fast" | "slow" = "fast";', { mode: "slow" }, 'const mode: "fast" | "slow" = "slow";'],
    ["let seed = 1;", { seed: "5" }, "let seed: number = 5;"],
    ["export const rate = 0.5;", { rate: "5.0" }, "const rate: number = 5.0;"],
    ['const zip = process.env.ZIP ?? "00000";', { zip: "01234" }, 'const zip: string = "01234";'],
    [
      "const big: bigint = 1n;",
      { big: "12345678901234567890" },
      "const big: bigint = 12345678901234567890n;",
    ],
    ["const n = 1n;", { n: "7" }, "const n: bigint = 7n;"],
    [
      "const at: { lo: number; hi?: number } = { lo: 1 };",
      { at: '{"lo":3}' },
      'const at: { lo: number; hi?: number } = {"lo": 3};',
    ],
    ["const region: string | null = null;", { region: "null" }, "const region: string | null = null;"],
    ["const region: string | null = null;", { region: "5" }, 'const region: string | null = "5";'],
    ["type Mode = 'a' | 'b';\nconst mode: Mode = 'a';", { mode: "b" }, 'const mode: Mode = "b";'],
    ["const top: number | 'all' = 5;", { top: "12" }, "const top: number | 'all' = 12;"],
    [
      "const names: readonly string[] = [];",
      { names: '["a", "b"]' },
      'const names: readonly string[] = ["a", "b"];',
    ],
    ["let day = new Date(0);", { day: "2024-02-29" }, 'let day: Date = new Date("2024-02-29");'],
    ["const day: Date | null = null;", { day: "null" }, "const day: Date | null = null;"],
    ["const note = `one\ntwo`;", { note: "a\n`$` 😀" }, 'const note: string = "a\\n`$` 😀";'],
  ])("%s with %j", (cell, given, source) => expect(line("typescript", cell, given)).toBe(source));

  test.each<[cell: string, given: Record<string, unknown>, message: RegExp]>([
    ['const mode: "fast" | "slow" = "fast";', { mode: "slwo" }, /one of "fast" \| "slow", got "slwo"/],
    ["const n = 1;", { n: "abc" }, /parameter n must be a number, got "abc"/],
    ["const n = 1;", { n: "9007199254740993" }, /holds exactly .* got "9007199254740993"/],
    ["const o = { a: 1 };", { o: "{a" }, /parameter o must be a object|an object/],
    ["const n = 1;", { m: "1" }, /must be one of n, got "m"/],
    ["const flag = true;", { flag: "yes" }, /parameter flag must be a boolean, got "yes"/],
    ['const s = "a";', { s: 5 }, /parameter s must be a string, got 5/],
  ])("%s refuses %j", (cell, given, message) =>
    expect(() => line("typescript", cell, given)).toThrow(message),
  );
});

describe("checkParameters without a declaration", () => {
  test.each<[string, ParameterValue]>([
    ["01234", "01234"],
    ["1.10", new ExactNumber("1.10")],
    ["5.0", new ExactNumber("5.0")],
    ["12345678901234567890", new ExactNumber("12345678901234567890")],
    ["-3", -3],
    ["true", true],
    ["null", null],
    ["[1, 'a']", [1, "a"]],
    ["{broken", "{broken"],
    ["", ""],
    ["1-2", "1-2"],
  ])("reads %s", (text, value) =>
    expect(checkParameters({ v: new ParameterText(text) }, [], "run").v).toEqual(value),
  );

  test("refuses a date that is none", () => {
    expect(() => line("typescript", "let day = new Date(0);", { day: "soon" })).toThrow(
      /must be a date, got "soon"/,
    );
  });

  test("keeps what a file of JSON says", () => {
    const file = parseExact(
      '{"zip": "01234", "flag": "true", "none": "null", "big": 9007199254740993, "x": 5.0}',
    );
    const values = checkParameters(file as Record<string, unknown>, [], "run");
    expect(formatExact(values)).toBe(
      '{"zip":"01234","flag":"true","none":"null","big":9007199254740993,"x":5.0}',
    );
  });
});

describe("checkParameters, Python", () => {
  const cell = [
    "from typing import Optional",
    's = "a=b"  # a text',
    "n = 1",
    "x: float = 0.5",
    'url = "http://x/#frag"',
    "cfg = {\n    'a': 1,  # one\n}",
    "t = (1, 2)",
    "opt: Optional[int] = None",
    "mode: Literal['fast', 'slow'] = 'fast'",
    "# how many\nbig = 12345678901234567890",
    "a = 1; b = 2",
    'text = """one\nn = 5\n"""',
  ].join("\n");

  test("declaredParameters finds each with its default, its kind and its comment", () => {
    const found = declaredParameters(notebook([code(cell, "parameters")], "python3", "python"), "python");
    expect(found.map((one) => [one.name, one.kind.is, one.help])).toEqual([
      ["s", "string", "a text"],
      ["n", "number", undefined],
      ["x", "number", undefined],
      ["url", "string", undefined],
      ["cfg", "object", undefined],
      ["t", "tuple", undefined],
      ["opt", "one of", undefined],
      ["mode", "one of", undefined],
      ["big", "number", "how many"],
      ["a", "number", undefined],
      ["b", "number", undefined],
      ["text", "string", undefined],
    ]);
    expect(found[4].value).toEqual({ a: 1 });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ s: "5" }, 's = "5"'],
    [{ n: "5.0" }, "n = 5.0"],
    [{ big: "98765432109876543210" }, "big = 98765432109876543210"],
    [{ t: "[3, 4]" }, "t = (3, 4,)"],
    [{ opt: "7" }, "opt: Optional[int] = 7"],
    [{ opt: "None" }, "opt: Optional[int] = None"],
    [{ cfg: "{'b': [True, None]}" }, 'cfg = {"b": [True, None]}'],
    [{ url: "😀 é \n" }, 'url = "😀 é \\n"'],
    [{ mode: "slow" }, "mode: Literal['fast', 'slow'] = \"slow\""],
  ])("%j", (given, source) => expect(line("python", cell, given)).toBe(source));

  test("refuses another type", () => {
    expect(() => line("python", cell, { mode: "x" })).toThrow(/one of "fast" \| "slow"/);
    expect(() => line("python", cell, { opt: "1.5" })).toThrow(/one of whole number \| null, got "1.5"/);
  });
});

// As papermill's translators write the same values, where JSON tells no more than they do.
describe("parameterSource writes texts, numbers, lists and objects in", () => {
  const values = {
    s: `it's "$x"`,
    n: 5,
    f: new ExactNumber("5.0"),
    l: [1, 2],
    o: { k: "v" },
    none: null,
    yes: true,
  };
  test.each<[Language, string[]]>([
    [
      "r",
      [
        `s = "it's \\"$x\\""`,
        "n = 5",
        "f = 5.0",
        "l = list(1, 2)",
        'o = list("k" = "v")',
        "none = NULL",
        "yes = TRUE",
      ],
    ],
    [
      "julia",
      [
        `s = "it's \\"\\$x\\""`,
        "n = 5",
        "f = 5.0",
        "l = [1, 2]",
        'o = Dict("k" => "v")',
        "none = nothing",
        "yes = true",
      ],
    ],
    [
      "scala",
      [
        `val s = "it's \\"$x\\""`,
        "val n = 5",
        "val f = 5.0",
        "val l = Seq(1, 2)",
        'val o = Map("k" -> "v")',
        "val none = None",
        "val yes = true",
      ],
    ],
    [
      "powershell",
      [
        `$s = 'it''s "$x"'`,
        "$n = 5",
        "$f = 5.0",
        "$l = @(1, 2)",
        "$o = @{'k' = 'v'}",
        "$none = $null",
        "$yes = $true",
      ],
    ],
    [
      "f#",
      [
        `let s = "it's \\"$x\\""`,
        "let n = 5",
        "let f = 5.0",
        "let l = [ 1; 2 ]",
        'let o = Map.ofList [ ("k", box "v") ]',
        "let none = None",
        "let yes = true",
      ],
    ],
    [
      "javascript",
      [
        `const s = "it's \\"$x\\"";`,
        "const n = 5;",
        "const f = 5.0;",
        "const l = [1, 2];",
        'const o = {"k": "v"};',
        "const none = null;",
        "const yes = true;",
      ],
    ],
  ])("%s", (language, lines) =>
    expect(parameterSource(values, language).split("\n").slice(1)).toEqual(lines),
  );

  test("bash, which has no lists", () => {
    expect(parameterSource({ s: values.s, n: 5 }, "bash")).toBe(`# Parameters\ns='it'\\''s "$x"'\nn=5`);
    expect(() => parameterSource({ l: [1] }, "bash")).toThrow(/a list has no form in Bash/);
  });

  test("c#, by the keyword of the declaration", () => {
    expect(line("c#", 'string name = "a"; // who', { name: "b" })).toBe('string name = "b";');
    expect(parameterSource({ n: new ExactNumber("12345678901"), m: 12345678901 }, "c#")).toContain(
      "var m = 12345678901L;",
    );
  });

  test("integers of any size, or an error where a number would be another", () => {
    const big = { n: new ExactNumber("12345678901234567890") };
    expect(parameterSource(big, "julia")).toContain("n = 12345678901234567890");
    expect(parameterSource(big, "scala")).toContain('val n = BigInt("12345678901234567890")');
    expect(parameterSource(big, "typescript")).toContain("const n: bigint = 12345678901234567890n;");
    expect(() => parameterSource(big, "r")).toThrow(/a number of R holds exactly/);
  });
});

test("declaredParameters reads the declarations of other languages", () => {
  const names = (language: Language, source: string): string[] =>
    declaredParameters(notebook([code(source, "parameters")], "k", language), language).map(
      (one) => `${one.name} ${one.kind.is}`,
    );
  expect(names("r", 'x <- 1 # n\nmy.name = "a # b"\nf <- function(a) a')).toEqual([
    "x number",
    "my.name string",
    "f any",
  ]);
  expect(names("julia", 'n::Int = 1\nconst s = "a"')).toEqual(["n whole", "s string"]);
  expect(names("scala", 'val n: Long = 1L // c\nvar s = "a"')).toEqual(["n whole", "s string"]);
  expect(names("bash", "export a=1\nb='x y'")).toEqual(["a string", "b string"]);
  expect(names("powershell", "$a = 1\n[string]$b = 'x'")).toEqual(["a number", "b string"]);
  expect(names("f#", 'let a = 1\nlet mutable b = "x"')).toEqual(["a number", "b string"]);
  expect(names("c#", "var a = 1.5;\nint b = 2;")).toEqual(["a number", "b number"]);
});

test("injectParameters replaces what was injected before", () => {
  const book = notebook([code("n = 1", "parameters"), code("n")], "python3", "python");
  const twice = injectParameters(injectParameters(book, { n: 2 }, "python"), { n: 3 }, "python");
  expect(twice.cells.map((one) => one.source)).toEqual(["n = 1", "# Parameters\nn = 3", "n"]);
});
