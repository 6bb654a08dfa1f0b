import { describe, expect, test } from "vitest";
import type { ColumnSchema } from "../../src/data/schema";
import { parseWhere, resolveWhere, satisfies } from "../../src/synthesis/conditions";

const columns: readonly ColumnSchema[] = [
  { name: "plan", type: "categorical", levels: ["basic", "gold"] },
  { name: "tenure", type: "numeric", decimals: 0 },
  { name: "joined", type: "date" },
  { name: "key", type: "id" },
];

describe("parseWhere(texts, columns)", () => {
  test("reads values, several values, missing values and ranges", () => {
    expect(parseWhere(["plan=gold|basic", "tenure>=3", "tenure<=12", "joined="], columns)).toEqual(
      new Map<string, unknown>([
        ["plan", ["gold", "basic"]],
        ["tenure", { from: "3", to: "12" }],
        ["joined", null],
      ]),
    );
  });

  test("keeps a sign inside a value", () => {
    expect(parseWhere(["plan=a=b"], columns)).toEqual(new Map([["plan", "a=b"]]));
  });

  test("takes the longest name that fits, whatever signs it holds", () => {
    const named = [{ name: "a" }, { name: "a=b" }, { name: "a>=b" }, { name: "__proto__" }];
    expect(parseWhere(["a=b=c", "a>=b<=3", "__proto__>=1", "a = x"], named)).toEqual(
      new Map<string, unknown>([
        ["a=b", "c"],
        ["a>=b", { to: "3" }],
        ["__proto__", { from: "1" }],
        ["a", "x"],
      ]),
    );
  });

  test("refuses what is no condition, and two values for one column", () => {
    expect(() => parseWhere(["plan"], columns)).toThrow("COLUMN=VALUE");
    expect(() => parseWhere(["tenure>="], columns)).toThrow("needs a number or a date");
    expect(() => parseWhere(["plan=a", "plan=b"], columns)).toThrow("one value only");
    expect(() => parseWhere(["plan=a", "plan>=2"], columns)).toThrow("either values or a range");
  });
});

describe("resolveWhere(where, columns)", () => {
  test("turns levels into a mask, numbers into ranges and dates into milliseconds", () => {
    const found = resolveWhere(
      { joined: { from: "1970-01-02" }, plan: ["gold", null], tenure: "7" },
      columns,
    );
    expect(found).toEqual([
      { column: 0, missing: true, levels: Uint8Array.of(0, 1) },
      { column: 1, missing: false, values: [7] },
      { column: 2, missing: false, range: { from: 86_400_000, to: Infinity } },
    ]);
  });

  test("takes another spelling of a level where one alone is meant", () => {
    expect(resolveWhere({ plan: "Gold " }, columns)).toEqual([
      { column: 0, missing: false, levels: Uint8Array.of(0, 1) },
    ]);
    const two: readonly ColumnSchema[] = [
      { name: "plan", type: "categorical", levels: ["a", "gold", "GOLD"] },
    ];
    expect(resolveWhere({ plan: "gold" }, two)[0]).toMatchObject({ levels: Uint8Array.of(0, 1, 0) });
    expect(() => resolveWhere({ plan: "Gold" }, two)).toThrow('must be one of a, gold, GOLD, got "Gold"');
  });

  test("names the columns and levels there are", () => {
    expect(() => resolveWhere({ colour: "red" }, columns)).toThrow(
      "must be one of plan, tenure, joined, key",
    );
    expect(() => resolveWhere({ plan: "silver" }, columns)).toThrow(
      'must be one of basic, gold, got "silver"',
    );
    expect(() => resolveWhere({ plan: { from: 1 } }, columns)).toThrow("not a range");
    expect(() => resolveWhere({ tenure: "many" }, columns)).toThrow("must be a number");
    expect(() => resolveWhere({ tenure: { from: 3, to: 2 } }, columns)).toThrow(
      'from must not be above to, got "from 3 to 2"',
    );
    expect(() => resolveWhere({ tenure: { from: "29,99" } }, columns)).toThrow(
      'the value must be a number, with a decimal point (29.99), got "29,99"',
    );
    expect(() => resolveWhere({ key: "a" }, columns)).toThrow("type id cannot be chosen");
    expect(() => resolveWhere({ plan: [] }, columns)).toThrow("at least one value");
  });

  test("satisfies(condition, value) includes both ends and treats missing values apart", () => {
    const [plan, tenure] = resolveWhere({ plan: ["gold", null], tenure: { from: 1, to: 2 } }, columns);
    expect([-1, 0, 1].map((code) => satisfies(plan, code))).toEqual([true, false, true]);
    expect([0.9, 1, 2, 2.1, Number.NaN].map((value) => satisfies(tenure, value))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
