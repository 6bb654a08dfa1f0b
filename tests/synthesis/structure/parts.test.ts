import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import {
  dateReader,
  dateWriter,
  type WrittenDates,
  writtenDates,
} from "../../../src/synthesis/structure/dates";
import { atomsOf } from "../../../src/synthesis/structure/discover/atoms";
import { gridOf, snap } from "../../../src/synthesis/structure/grids";
import { freshKeys } from "../../../src/synthesis/structure/keys/fresh-keys";
import { keyPlanOf } from "../../../src/synthesis/structure/keys/key-plan-of";
import { apartFrom, grammarOf, writeTexts } from "../../../src/synthesis/structure/texts";

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

describe("writtenDates(values, least)", () => {
  const written = (texts: readonly string[]): WrittenDates => writtenDates(texts, 1) as WrittenDates;

  test.each([
    [["2023-02-28", "2024-12-01"], 86_400_000],
    [["28.02.2023", "01.12.2024"], 86_400_000],
    [["01 Dec 2022", "18 Mar 2022"], 86_400_000],
    [["12/01/2022 12:44 PM", "03/18/2022 10:25 AM"], 60_000],
    [["2022-12-01 12:44:30+01:00", "2022-03-18 20:25:06+01:00"], 1000],
    [["2022-12-01 12:44:30.864", "2022-03-18 20:25:06.137"], 1],
  ])("reads and writes %j", (texts, step) => {
    const format = written(texts);
    expect(format.step).toBe(step);
    expect(texts.map(dateReader(format)).map((time) => dateWriter(format)(time))).toEqual(texts);
  });

  test("keeps several ways of writing, by how often each occurs", () => {
    const texts = Array.from({ length: 30 }, (_, i) =>
      i % 3 ? `2022-03-${(10 + i / 3) | 0}` : `0${1 + (i % 9)}.05.2021`,
    );
    const format = written(texts);
    expect(format.formats.map((one) => Math.round(30 * one.share))).toEqual([20, 10]);
    const write = dateWriter(format);
    expect(write(Date.UTC(2022, 2, 11), 0.1)).toBe("2022-03-11");
    expect(write(Date.UTC(2022, 2, 11), 0.9)).toBe("11.03.2022");
  });

  test("refuses dates that are none, and what is no date", () => {
    expect(writtenDates(["2023-02-29"], 1)).toBeUndefined();
    expect(writtenDates(["soon", "2023-02-28"], 1)).toBeUndefined();
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

describe("atomsOf(values, grid, least)", () => {
  test("finds the value that stands out, and none in a smooth column", () => {
    const messages = Float64Array.from({ length: 1000 }, (_, i) => (i < 700 ? 0 : 10 + (i % 30)));
    expect(atomsOf(messages, { decimals: 0, step: 1 }, 5)).toEqual([0]);
    const tenure = Float64Array.from({ length: 1000 }, (_, i) => (i < 30 ? 1 : 1 + (i % 60)));
    expect(atomsOf(tenure, { decimals: 0, step: 1 }, 5)).toEqual([]);
    const ratios = Float64Array.from({ length: 1000 }, (_, i) => (i < 80 ? 1 : 0.9 + i / 4321));
    expect(atomsOf(ratios, undefined, 5)).toEqual([1]);
    // What fewer rows than may be told have stands for nothing.
    expect(atomsOf(Float64Array.of(0.126, 0.126, 1, 2, 3), undefined, 5)).toEqual([]);
  });

  test("finds it among more different values than a call takes arguments", () => {
    const amounts = Float64Array.from({ length: 200_000 }, (_, i) => (i < 20_000 ? 0 : i / 7));
    expect(atomsOf(amounts, undefined, 5)).toEqual([0]);
  });
});

describe("grammarOf(texts, least)", () => {
  const written = (texts: readonly string[], count = 300): string[] =>
    writeTexts(grammarOf(texts, 5), count, seeded(1));

  test("keeps no word that fewer than five rows share", () => {
    const texts = Array.from({ length: 9 }, (_, i) => `customer ${i} called Smith${i}`);
    const made = written(texts, 200);
    expect(made.every((text) => /^customer \d called [A-Z][a-z]{4}\d$/.test(text))).toBe(true);
    expect(made.some((text) => text.includes("Smith"))).toBe(true);
    const rare = Array.from({ length: 9 }, (_, i) => `at ${String.fromCharCode(97 + i).repeat(9)} road`);
    expect(written(rare).filter((text) => rare.includes(text))).toEqual([]);
  });

  test("puts numbers where numbers stand, with as many digits", () => {
    const tickets = Array.from({ length: 60 }, (_, i) =>
      i % 3 === 0 ? `STON/O 2. 31${10000 + 37 * i}` : String(2000 + 41 * i),
    );
    const made = written(tickets);
    expect(made.every((text) => /^(STON\/O 2\. \d{7}|\d{4})$/.test(text))).toBe(true);
    const long = made.filter((text) => text.startsWith("STON")).length / made.length;
    expect(Math.abs(long - 1 / 3)).toBeLessThan(0.1);
  });

  test("repeats texts as often as those that were learnt", () => {
    const twice = Array.from({ length: 400 }, (_, i) => `${10000 + 17 * (i >> 1)}`);
    const made = written(twice, 400);
    expect(new Set(made).size / 400).toBeCloseTo(0.5, 1);
    // None comes to more rows than a few by chance: the first had come to 6% of them.
    const rows = new Map<string, number>();
    for (const text of made) rows.set(text, (rows.get(text) ?? 0) + 1);
    expect(Math.max(...rows.values())).toBeLessThan(6);
  });
});

describe("apartFrom(grammar, texts, rng)", () => {
  const apart = (texts: readonly string[]) => {
    const grammar = apartFrom(grammarOf(texts, 5), texts, seeded(3));
    const made = writeTexts(grammar, 2000, seeded(1));
    return { grammar, made, real: made.filter((text) => texts.includes(text)).length };
  };

  test("makes no real text where hardly any two are alike, with longer numbers where few others are left", () => {
    const letters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    const plates = Array.from(
      { length: 1500 },
      (_, i) =>
        `${["B", "HH", "M"][i % 3]}-${letters[(i * 7) % 23]}${letters[(i * 11 + (i >> 4)) % 23]} ${10 + ((i * 37) % 990)}`,
    );
    const bare = writeTexts(grammarOf(plates, 5), 5000, seeded(1));
    expect(bare.filter((text) => plates.includes(text)).length).toBeGreaterThan(0);
    const own = apart(plates);
    expect(own.real).toBe(0);
    expect(own.grammar.real).toBeUndefined();
    expect(own.made.every((text) => /^(B|HH|M)-[A-Z]{2} \d{2,3}$/.test(text))).toBe(true);
    const tags = apart(Array.from({ length: 90 }, (_, i) => `Tag ${i}`));
    expect(tags.real).toBe(0);
    expect(tags.made.every((text) => /^Tag \d{2,3}$/.test(text))).toBe(true);
  });

  test("says how many are real where texts repeat, or nothing else can be made", () => {
    const streets = Array.from(
      { length: 450 },
      (_, i) => `Via ${["Roma", "Dante"][i % 2]} ${1 + ((i * 7) % 149)}`,
    );
    const { grammar, made, real } = apart(streets);
    expect(grammar.free).toBeUndefined();
    expect(Math.abs((grammar.real as number) - real / made.length)).toBeLessThan(0.05);
    const pairs = ["Anna", "Bernd", "Elif", "Farid", "Hans", "Ida"].flatMap((first) =>
      ["Nowak", "Maier", "Ivanov", "Garcia", "Berg", "Lund"].map((last) => `${first} ${last}`),
    );
    expect(apart(pairs).grammar.real).toBe(1);
  });

  test("leaves texts alone of which it makes none anyway", () => {
    const texts = Array.from({ length: 200 }, (_, i) => `note ${1e9 + i * 7_654_321}`);
    const grammar = grammarOf(texts, 5);
    expect(apartFrom(grammar, texts, seeded(3))).toBe(grammar);
  });
});
