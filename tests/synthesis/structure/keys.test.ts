import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { describeKeys, keyShortage } from "../../../src/synthesis/structure/keys/describe-keys";
import { freshKeys, keyCount } from "../../../src/synthesis/structure/keys/fresh-keys";
import type { KeyPlan } from "../../../src/synthesis/structure/keys/key-plan";
import { keyPlanOf } from "../../../src/synthesis/structure/keys/key-plan-of";
import { patternOf, placesOf } from "../../../src/synthesis/structure/keys/places";
import { keysBeside, statedKeys } from "../../../src/synthesis/structure/keys/stated-keys";

const rng = seeded(8);
const upTo = (n: number): number => integer(rng, n);
const padded = (value: number, width: number): string => String(value).padStart(width, "0");
const many = (n: number, key: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => key(i));
const hex = (n: number): string => many(n, () => "0123456789abcdef"[upTo(16)]).join("");

/** What is learnt of real keys, and as many rows as there are of them. */
function made(real: readonly string[], rows = real.length) {
  const plan = keyPlanOf(real, seeded(3));
  const keys = freshKeys(plan, 0, rows);
  const known = new Set(real);
  expect(keys.filter((key) => known.has(key))).toEqual([]);
  expect(new Set(keys).size).toBe(Math.min(rows, keyCount(plan)));
  return { plan, keys };
}

describe("keyPlanOf(keys) keeps their format, and never gives a real one", () => {
  const form = (real: readonly string[], pattern: RegExp): void => {
    expect(made(real).keys.filter((key) => !pattern.test(key))).toEqual([]);
  };

  test("of counted numbers with leading zeros, of post codes, of prefixes", () => {
    form(
      many(700, (i) => padded(i, 6)),
      /^\d{6}$/,
    );
    form([...new Set(many(900, () => padded(upTo(1e5), 5)))], /^\d{5}$/);
    form(
      many(450, (i) => `K${padded(i, 4)}`),
      /^K\d{4}$/,
    );
    form(
      many(450, (i) => `INV-${2021 + (i % 3)}-${padded(i, 5)}`),
      /^INV-202[1-3]-\d{5}$/,
    );
    form(
      many(300, () => `#${hex(6)}`),
      /^#[0-9a-f]{6}$/,
    );
  });

  test("of numbers beside each other within their ranges: addresses, points, dates", () => {
    const inside = (key: string, apart: RegExp, ends: readonly number[]): boolean =>
      key.split(apart).every((part, k) => Math.abs(Number(part)) <= ends[k]);
    const addresses = many(500, () => `10.2.${upTo(256)}.${upTo(256)}`);
    for (const key of made(addresses).keys) {
      expect(key).toMatch(/^10\.2\.\d{1,3}\.\d{1,3}$/);
      expect(inside(key, /\./, [10, 2, 255, 255])).toBe(true);
    }
    const degrees = (most: number): string => (most * (2 * rng.uniform() - 1)).toFixed(4);
    const points = many(600, () => `${degrees(90)},${degrees(180)}`);
    for (const key of made(points).keys) {
      expect(key).toMatch(/^-?\d{1,2}\.\d{4},-?\d{1,3}\.\d{4}$/);
      expect(inside(key, /,/, [90, 180])).toBe(true);
    }
    for (const key of made(many(240, (i) => `${padded(1 + (i % 12), 2)}/${2000 + (i >> 3)}-${i}`)).keys)
      expect(key).toMatch(/^(0[1-9]|1[0-2])\/20[0-3]\d-\d{1,3}$/);
  });

  test("spreads them over lengths as they are", () => {
    const { keys } = made([...new Set(many(800, (i) => `u${1 + upTo(i % 2 ? 9e3 : 9e5)}`))]);
    const long = keys.filter((key) => key.length > 5).length / keys.length;
    expect(long).toBeGreaterThan(0.42);
    expect(long).toBeLessThan(0.58);
  });

  test("says where those that are free do not last, and repeats these", () => {
    const { plan, keys } = made(
      many(930, (i) => `C${i}`),
      800,
    );
    expect(keys.filter((key) => !/^C9[3-9]\d$/.test(key))).toEqual([]);
    expect(keyShortage("id", plan, 800)).toBe(
      "id: only 70 keys of its form are free, so that 730 of 800 rows repeat one",
    );
    expect(keyShortage("id", plan, 70)).toBeUndefined();
    expect(describeKeys(plan)).toBe(
      "written as C[1-9][0-9]{2}; 70 such keys are free, further rows repeat them, and none of them is a real one",
    );
    const full = made(many(1000, (i) => `C${padded(i, 3)}`)).plan;
    expect(describeKeys(full)).toContain("longer than in the data: there every key of the form is taken");
  });
});

test("statedKeys(pattern) takes counts with ranges, numbers and characters with a meaning", () => {
  const plan = statedKeys("C[0-9]{1,3}", "read");
  const keys = freshKeys(plan, 0, 1110);
  expect(keyCount(plan)).toBe(1110);
  expect(new Set(keys).size).toBe(1110);
  expect(keys.filter((key) => !/^C\d{1,3}$/.test(key))).toEqual([]);
  const [places] = placesOf("\\[<01-12>.<0-255>[a-z\\-]{2}", "read");
  expect(patternOf(places)).toBe("\\[<01-12>.<0-255>[a-z\\-]{2}");
  expect(keyCount(statedKeys("<01-12>.<0-255>", "read"))).toBe(12 * 256);
  expect(() => placesOf("<9-1>", "read")).toThrow("a range must go up");
  expect(() => placesOf("a{3,1}", "read")).toThrow("a range must go up");
});

test("numbers end where the way in which they are written ends, unless more go on beyond", () => {
  const share = many(400, () => `${Math.min(99.9, 100.4 * rng.uniform()).toFixed(1)}%`);
  const minute = (i: number): number => Math.floor(3.599 * i);
  const clock = many(400, (i) => `${padded(Math.floor(minute(i) / 60), 2)}:${padded(minute(i) % 60, 2)}`);
  const growth = many(400, () => `${(240 * rng.uniform() - 60).toFixed(1)}%`);
  const lines = share.map((one, i) => `${one},${clock[i]},${growth[i]}`);
  const { table } = parseCsv(`share,clock,growth\n${lines.join("\n")}\n`);
  const ends = discoverStructure(table, seeded(1)).columns.map((plan) =>
    plan.kind === "number" ? [plan.low, plan.high] : [],
  );
  expect(ends[0][1]).toBeLessThanOrEqual(100);
  expect(ends[0][1]).toBeGreaterThan(99);
  expect(ends[1][1]).toBe(24 * 3600 - 60);
  expect(ends[1][0]).toBe(0);
  expect(ends[2][0]).toBeLessThan(-50);
  expect(ends[2][1]).toBeGreaterThan(170);
});

test("keys of any characters come out as they are built, and a changed pattern still gives all its keys", () => {
  const { keys } = made(many(60, (i) => `№😀-${padded(i, 3)}/ß\\[${i % 2}]`));
  expect(keys.filter((key) => !/^№😀-\d{3}\/ß\\\[\d\]$/.test(key))).toEqual([]);
  const plan = keyPlanOf(
    many(90, (i) => `C${padded(i, 2)}`),
    seeded(3),
  );
  const [form] = "forms" in plan ? plan.forms : [];
  const longer = { style: "pattern" as const, forms: [{ ...form, pattern: "C[0-9]{4}" }] };
  const all = keyCount(longer);
  expect(new Set(freshKeys(longer, 0, all)).size).toBe(all);
  const lengths = { style: "pattern" as const, forms: [{ pattern: "C[0-9]{1,3}" }] };
  expect(keyCount(lengths)).toBe(1110);
  expect(new Set(freshKeys(lengths, 0, 1110)).size).toBe(1110);
});

test("letters in front that many keys share are kept together, as often as they occur", () => {
  const keys = Array.from(
    { length: 600 },
    (_, i) => `${["DE", "DE", "FR", "UK"][i % 4]}${String(i).padStart(6, "0")}`,
  );
  const made = freshKeys(keyPlanOf([...keys, "XQ000700"], seeded(1)), 0, 1000);
  const counts = new Map<string, number>();
  for (const key of made) counts.set(key.slice(0, 2), (counts.get(key.slice(0, 2)) ?? 0) + 1);
  expect([...counts.keys()].sort()).toEqual(["DE", "FR", "UK"]);
  expect((counts.get("DE") ?? 0) / 1000).toBeCloseTo(0.5, 1);
  expect(made.filter((key) => keys.includes(key))).toEqual([]);
  expect(new Set(made).size).toBe(1000);
});

test("areas and operators of telephone numbers that many share are kept, none is made up between them", () => {
  const area = (i: number): string => ["+49 151", "+49 170", "+49 170", "+49 30"][i % 4];
  const keys = Array.from({ length: 600 }, (_, i) => `${area(i)} ${2085255 + 1237 * i}`);
  const made = freshKeys(keyPlanOf(keys, seeded(1)), 0, 1000);
  const areas = made.map((key) => key.slice(0, key.lastIndexOf(" ")));
  expect([...new Set(areas)].sort()).toEqual(["+49 151", "+49 170", "+49 30"]);
  expect(areas.filter((one) => one === "+49 170").length / 1000).toBeCloseTo(0.5, 1);
  const french = Array.from(
    { length: 600 },
    (_, i) => `0${1 + (i % 5)} ${45 + (i % 50)} 67 ${10 + (i % 83)} 89`,
  );
  const own = freshKeys(keyPlanOf(french, seeded(1)), 0, 200).map((key) => key.slice(0, 3));
  expect([...new Set(own)].sort()).toEqual(["01 ", "02 ", "03 ", "04 ", "05 "]);
});

describe("keysBeside(plan, keys) leaves a changed plan none of the keys that rows have", () => {
  const real = many(600, (i) => `K${100000 + 7 * i}`);
  const plan = keyPlanOf(real, seeded(1));
  const beside = (pattern: string, keys = real) => {
    const forms = "forms" in plan ? plan.forms : [];
    const own = { style: "pattern" as const, forms: [{ ...forms[0], pattern }, ...forms.slice(1)] };
    return keysBeside(own, keys, seeded(2), "make keys for id");
  };
  const repeated = (own: KeyPlan, keys: readonly string[]): readonly string[] => {
    const known = new Set(keys);
    return freshKeys(own, 0, Math.min(keyCount(own), 100_000)).filter((key) => known.has(key));
  };

  test("with a longer pattern, a shorter one, and one of several lengths", () => {
    expect(keysBeside(plan, real, seeded(2), "make keys")).toBe(plan);
    const all = many(1000, (i) => `C${padded(i, 3)}`);
    const full = keyPlanOf(all, seeded(1));
    expect(keysBeside(full, all, seeded(2), "make keys")).toBe(full);
    for (const pattern of ["K[0-9]{6}", "K10[0-9]{4}", "K1[0-9]{5,6}", "K<100000-999999>"])
      expect(repeated(beside(pattern), real)).toEqual([]);
    const short = beside("K[0-9]{2}", ["K07"]);
    expect(repeated(short, ["K07"])).toEqual([]);
    expect(new Set(freshKeys(short, 0, 99)).size).toBe(Math.min(99, keyCount(short)));
  });

  test("of which there are more than a million, one after another, learned from some of them", () => {
    // Two in nine places of five million are taken, in no order of remainders.
    const key = (n: number): string => `C${padded(n, 7)}`;
    const taken = (n: number): boolean => (Math.imul(n, 0x9e3779b1) >>> 0) % 3 > 0;
    const numbers = Array.from({ length: 1_700_000 }, (_, n) => 3 * n).filter(taken);
    const own = keyPlanOf(numbers.slice(0, 20_000).map(key), seeded(1));
    const all = {
      *[Symbol.iterator]() {
        for (const n of numbers) yield key(n);
      },
    };
    const beside = keysBeside(own, all, seeded(2), "make keys");
    const known = new Set(numbers);
    const fresh = freshKeys(beside, 0, 100_000);
    expect(fresh.filter((one) => known.has(Number(one.slice(1))))).toEqual([]);
    expect(new Set(fresh).size).toBe(100_000);
    expect(keyCount(beside)).toBeGreaterThan(500_000);
  });

  test("with numbers that are not filled up, of addresses, and counted ones", () => {
    const hosts = many(200, () => `10.${upTo(3)}.${upTo(256)}.${upTo(256)}`);
    expect(repeated(beside("10.<0-2>.<0-255>.<0-255>", hosts), hosts)).toEqual([]);
    const mails = hosts.map((host) => `${host}@a.org`);
    const mailed = {
      style: "pattern" as const,
      forms: [{ pattern: "10.1.<0-255>.<0-255>" }],
      endings: ["@a.org"],
    };
    expect(repeated(keysBeside(mailed, mails, seeded(2), "make keys"), mails)).toEqual([]);
    expect(keysBeside({ style: "counter", first: 40 }, ["7", "412"], seeded(2), "make keys")).toEqual({
      style: "counter",
      first: 420,
    });
  });

  test("and throws where it leaves none", () => {
    expect(() => beside("[0-9]", [..."0123456789"])).toThrow(
      'Cannot make keys for id: a pattern must have keys that no row has: write a longer one, got "[0-9]"',
    );
  });
});

test("keys follow each other in no even steps, and each is another", () => {
  const made = freshKeys({ style: "pattern", pattern: "[0-9]{6}", pace: 414_243 }, 0, 5000);
  const steps = made.slice(1).map((key, i) => (Number(key) - Number(made[i]) + 1e6) % 1e6);
  expect(new Set(steps).size).toBeGreaterThan(50);
  expect(new Set(made).size).toBe(5000);
  expect(new Set(freshKeys({ style: "pattern", pattern: "[0-9]{4}", pace: 37 }, 0, 10_000)).size).toBe(
    10_000,
  );
});

test("keyPlanOf(keys) keeps operators in front of long numbers, and makes up what is not shared of addresses' domains", () => {
  const random = seeded("operators");
  const digits = (count: number) => String(Math.floor(random.uniform() * 10 ** count)).padStart(count, "0");
  const numbers = Array.from({ length: 900 }, (_, i) => `49${["151", "160", "171"][i % 3]}${digits(8)}`);
  const made = freshKeys(keyPlanOf(numbers, seeded(1)), 0, 300);
  expect(made.filter((key) => !/^49(151|160|171)\d{8}$/.test(key))).toEqual([]);
  const firms = Array.from({ length: 600 }, (_, i) =>
    i % 3 === 0 ? `${digits(5)}@mail.org` : `${digits(5)}@firm${100 + (i % 400)}.com`,
  );
  const plan = keyPlanOf(firms, seeded(2));
  const domains = freshKeys(plan, 0, 900).map((key) => key.replace(/.*@/, ""));
  expect(domains.filter((own) => !/^(mail\.org|firm[1-9]\d\d\.com)$/.test(own))).toEqual([]);
  expect(domains.filter((own) => own === "mail.org").length / 900).toBeCloseTo(1 / 3, 1);
  const real = new Set(firms.map((key) => key.replace(/.*@/, "")));
  expect(domains.filter((own) => own !== "mail.org" && real.has(own))).toEqual([]);
});
