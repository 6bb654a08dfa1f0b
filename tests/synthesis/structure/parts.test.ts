import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { atomsOf } from "../../../src/synthesis/structure/atoms";
import { dateFormatOf, dateReader, writeDate } from "../../../src/synthesis/structure/dates";
import { gridOf, snap } from "../../../src/synthesis/structure/grids";
import { freshKeys, keyPlanOf } from "../../../src/synthesis/structure/keys";
import { textPlanOf, writeTexts } from "../../../src/synthesis/structure/texts";

describe("gridOf(values)", () => {
  test("finds digits after the point, and a coarser step once 20 values lie on it", () => {
    expect(gridOf([1, 2, 5])).toEqual({ decimals: 0, step: 1 });
    expect(gridOf([0.29, 18.8, Number.NaN])).toEqual({ decimals: 2, step: 1 });
    const bills = Array.from({ length: 40 }, (_, i) => Math.round((18.25 + 0.05 * i) * 100) / 100);
    expect(gridOf(bills)).toEqual({ decimals: 2, step: 5 });
  });

  test("finds none in free numbers", () => {
    expect(gridOf([Math.PI])).toBeUndefined();
  });

  test("snap(value, grid) gives the number that the text of the value reads as", () => {
    expect(snap(0.1 + 0.2, { decimals: 1, step: 1 })).toBe(0.3);
    expect(snap(29.837, { decimals: 2, step: 5 })).toBe(29.85);
    expect(snap(Number.NaN, { decimals: 2, step: 5 })).toBeNaN();
  });
});

describe("dateFormatOf(values)", () => {
  test.each([
    [["2024-02-29", "1999-12-31", ""], "y-m-d"],
    [["29.02.2024", "31.12.1999"], "d.m.y"],
    [["12/31/1999", "02/29/2024"], "m/d/y"],
    [["31/12/1999", "02/01/2024"], "d/m/y"],
    [["2024-02-29 13:45", "1999-12-31 00:00"], "y-m-d H:M"],
    [["2024-02-29T13:45:10.500Z"], "y-m-d" + "TH:M:S.LZ"],
  ])("reads %j and writes the same text again", (texts, pattern) => {
    const format = dateFormatOf(texts);
    expect(format?.pattern).toBe(pattern);
    const read = dateReader(pattern);
    for (const text of texts) expect(writeDate(read(text), format!)).toBe(text);
  });

  test("refuses days that do not exist", () => {
    expect(dateFormatOf(["2023-02-29"])).toBeUndefined();
    expect(dateFormatOf(["soon", "2023-02-28"])).toBeUndefined();
  });
});

describe("keyPlanOf(values)", () => {
  test("writes like the keys it saw, never one of them, never one twice", () => {
    const rng = seeded(1);
    const draw = (alphabet: string): string => alphabet[Math.floor(rng.uniform() * alphabet.length)];
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const known = Array.from({ length: 3000 }, () => {
      const digits = Array.from({ length: 3 }, () => draw("0123456789")).join("");
      return `${digits}-${draw(letters)}${draw(letters)}`;
    });
    const fresh = freshKeys(keyPlanOf(known, seeded(2)), 0, 50_000);
    expect(new Set(fresh).size).toBe(fresh.length);
    const old = new Set(known);
    expect(fresh.some((key) => old.has(key))).toBe(false);
    expect(fresh[0]).toMatch(/^\d{3}-[A-Z]{2}\d?/);
  });

  test("gives the same key for the same number, whatever the block", () => {
    const plan = keyPlanOf(["7590-VHVEG", "5575-GNVDE", "3668-QPYBK"], seeded(2));
    const all = freshKeys(plan, 0, 100);
    expect(freshKeys(plan, 40, 10)).toEqual(all.slice(40, 50));
    for (const key of all) expect(key).toMatch(/^\d{4}-[A-Z]{5}$/);
  });

  test("goes on counting where keys are numbers of different lengths", () => {
    expect(freshKeys(keyPlanOf(["8", "9", "10"], seeded(2)), 0, 2)).toEqual(["11", "12"]);
  });

  test("keeps the form of a UUID", () => {
    const rng = seeded(5);
    const hex = (n: number): string =>
      Array.from({ length: n }, () => "0123456789abcdef"[Math.floor(16 * rng.uniform())]).join("");
    const known = Array.from({ length: 60 }, () => `${hex(8)}-${hex(4)}-4${hex(3)}-${hex(4)}-${hex(12)}`);
    const plan = keyPlanOf(known, seeded(3));
    const keys = freshKeys(plan, 0, 1000);
    expect(new Set(keys).size).toBe(1000);
    for (const key of keys)
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  });
});

describe("atomsOf(values, grid)", () => {
  test("finds the value that stands out, and none in a smooth column", () => {
    const messages = Float64Array.from({ length: 1000 }, (_, i) => (i < 700 ? 0 : 10 + (i % 30)));
    expect(atomsOf(messages, { decimals: 0, step: 1 })).toEqual([0]);
    const tenure = Float64Array.from({ length: 1000 }, (_, i) => (i < 30 ? 1 : 1 + (i % 60)));
    expect(atomsOf(tenure, { decimals: 0, step: 1 })).toEqual([]);
    const ratios = Float64Array.from({ length: 1000 }, (_, i) => (i < 80 ? 1 : 0.9 + i / 4321));
    expect(atomsOf(ratios, undefined)).toEqual([1]);
  });
});

describe("textPlanOf(name, values)", () => {
  test("keeps no word that fewer than five rows share", () => {
    const plan = textPlanOf("note", [
      ...Array.from({ length: 9 }, (_, i) => `customer ${i} called Smith${i}`),
      "",
    ]);
    expect([...plan.words].sort()).toEqual(["called", "customer"]);
    const texts = writeTexts(plan, 200, seeded(1));
    expect(texts.every((text) => /^((called|customer) ?)*$/.test(text))).toBe(true);
    expect(texts.filter((text) => text === "").length).toBeGreaterThan(5);
  });
});
