import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { profileOf } from "../../src/data/profile";
import { ColumnTally } from "../../src/data/tally/column-tally";
import { DistinctCount } from "../../src/data/tally/distinct-count";
import { SeenTexts } from "../../src/data/tally/keys";
import { PackedNames } from "../../src/data/tally/names";

test("DistinctCount counts up to its room and estimates above it", () => {
  const [texts, numbers] = [new DistinctCount(1 << 12), new DistinctCount(1 << 12)];
  for (let i = 0; i < 3000; i++) for (const again of [i, i]) texts.addText(`customer-${again}`);
  expect([texts.count, texts.exact]).toEqual([3000, true]);
  for (let i = 0; i < 300_000; i++) {
    texts.addText(`customer-${i}`);
    numbers.addNumber(i / 4);
  }
  // The standard error is 1/√2048, 2.2 %, at worst.
  for (const one of [texts, numbers]) {
    expect(one.exact).toBe(false);
    expect(Math.abs(one.count / 300_000 - 1)).toBeLessThan(0.07);
  }
});

test("SeenTexts tells new texts from old ones", () => {
  const seen = new SeenTexts();
  const names = Array.from({ length: 100_000 }, (_, i) => `${String(i).padStart(7, "0")}-${i % 10}`);
  expect(names.filter((name) => !seen.add(name)).length).toBe(0);
  expect(names.filter((name) => seen.add(name)).length).toBe(0);
  expect([seen.size, seen.has(names[5]), seen.has("0000005-6"), seen.has("")]).toEqual([
    100_000,
    true,
    false,
    false,
  ]);
});

test("a tally of more numbers than it holds keeps quantiles, mean and extremes", () => {
  const rng = seeded(11);
  // Descending at first: the worst order for what is taken together.
  const values = Float64Array.from({ length: 200_000 }, (_, i) =>
    i < 100_000 ? 1 - i / 1e5 : rng.uniform() ** 3,
  );
  const tally = new ColumnTally(1 << 12);
  for (let at = 0; at < values.length; at += 5000)
    tally.add({ name: "share", type: "numeric", values: values.subarray(at, at + 5000) });
  const found = profileOf(tally.taken({ name: "share", type: "numeric", values: new Float64Array(0) }));
  const exact = profileOf({ column: { name: "share", type: "numeric", values } });
  expect(found.estimates).toEqual(["distinct", "quartiles", "deviation"]);
  expect(exact.estimates).toBeUndefined();
  expect(Math.abs(found.distinct / exact.distinct - 1)).toBeLessThan(0.1);
  const sorted = values.slice().sort();
  const rank = (value: number) => sorted.filter((one) => one <= value).length / sorted.length;
  const [a, b] = [found.numbers, exact.numbers];
  if (!a || !b) throw new Error("both have numbers");
  expect([a.minimum, a.maximum]).toEqual([b.minimum, b.maximum]);
  expect(a.mean).toBeCloseTo(b.mean, 12);
  expect(a.deviation).toBeCloseTo(b.deviation, 5);
  for (const [name, share] of [
    ["q1", 0.25],
    ["median", 0.5],
    ["q3", 0.75],
  ] as const)
    expect(Math.abs(rank(a[name]) - share)).toBeLessThan(0.002);
});

test("PackedNames holds texts as bytes, and finds them across its blocks", () => {
  const names = new PackedNames();
  const long = "ß".repeat(600_000);
  const texts = ["", "a", long, "日本", "", "z", long, ...Array.from({ length: 3000 }, (_, i) => `k${i}`)];
  for (const text of texts) names.push(text);
  expect(Array.from({ length: names.length }, (_, i) => names.at(i))).toEqual(texts);
  expect([names.at(-1), names.at(texts.length), names.indexOf("z"), names.indexOf("y")]).toEqual([
    undefined,
    undefined,
    5,
    -1,
  ]);
});
