import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { columnNamed, type NumericColumn, table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

/** Shares of debt: hundredths in seven of ten rows, thousandths in two, else ten-thousandths, for the group b lower. */
function debts(rows: number) {
  const rng = seeded(5);
  const codes = Int32Array.from({ length: rows }, () => (rng.uniform() < 0.4 ? 1 : 0));
  const values = Float64Array.from(codes, (code) => {
    const u = rng.uniform();
    const scale = u < 0.7 ? 100 : u < 0.9 ? 1000 : 10_000;
    return Math.round((0.33 - 0.05 * code + 0.06 * normal(rng)) * scale) / scale;
  });
  return table([
    { name: "group", type: "categorical", codes, levels: ["a", "b"] },
    { name: "debt", type: "numeric", values },
  ]);
}

test("sequential() keeps the shares of repeated hundredths, thousandths and finer values beside each other, by level, too", async () => {
  const real = debts(2400);
  const model = await sequential({ threads: 1 })(real, seeded(1));
  const made = model.sample(8000, seeded(2));
  const shareOn = (from: typeof real, scale: number, code?: number): number => {
    const { values } = columnNamed(from, "debt") as NumericColumn;
    const group = columnNamed(from, "group");
    const codes = "codes" in group ? group.codes : [];
    const asked = [...values].filter((_, i) => code === undefined || codes[i] === code);
    return (
      asked.filter((value) => Math.abs(value * scale - Math.round(value * scale)) < 1e-6).length /
      asked.length
    );
  };
  for (const code of [undefined, 0, 1])
    for (const scale of [100, 1000])
      expect(
        Math.abs(shareOn(made, scale, code) - shareOn(real, scale, code)),
        `${scale} ${code}`,
      ).toBeLessThan(0.03);
});

test("sequential() makes numbers of no more digits than real ones have, however many, computed ones too", async () => {
  const rng = seeded(6);
  const rounded = (digits: number, of: () => number) =>
    Float64Array.from({ length: 300 }, () => Number(of().toFixed(digits)));
  const boys = rounded(0, () => 5000 + 900 * normal(rng));
  const girls = rounded(0, () => 4800 + 900 * normal(rng));
  const real = table([
    { name: "age", type: "numeric", values: rounded(13, () => 50 + 10 * normal(rng)) },
    { name: "boys", type: "numeric", values: boys, decimals: 0 },
    { name: "girls", type: "numeric", values: girls, decimals: 0 },
    { name: "ratio", type: "numeric", values: boys.map((b, i) => Number((b / girls[i]).toFixed(10))) },
  ]);
  const made = (await sequential({ threads: 1 })(real, seeded(1))).sample(500, seeded(2));
  for (const [name, most] of [
    ["age", 13],
    ["ratio", 10],
  ] as const) {
    const { values } = columnNamed(made, name) as NumericColumn;
    expect(Math.max(...Array.from(values, (value) => String(value).split(".")[1]?.length ?? 0)), name).toBe(
      most,
    );
  }
});

test("sequential() makes as many different prices as a second sample of the list has, of which a few rows each show most", async () => {
  const rng = seeded(7);
  const list = Array.from({ length: 400 }, () => 2000 + Math.floor(8000 * rng.uniform()));
  const draw = (rows: number) =>
    Float64Array.from({ length: rows }, () =>
      rng.uniform() < 0.4
        ? 100 * (1 + Math.floor(15 * rng.uniform()))
        : list[Math.floor(list.length * rng.uniform())],
    );
  const [first, second] = [draw(1200), draw(1200)];
  const model = await sequential({ threads: 1 })(
    table([{ name: "price", type: "numeric", values: first, decimals: 0 }]),
    seeded(1),
  );
  const { values } = columnNamed(model.sample(1200, seeded(2)), "price") as NumericColumn;
  const [made, real] = [values, second].map((some) => new Set(some).size);
  expect(made / real).toBeGreaterThan(0.88);
  expect(made / real).toBeLessThan(1.12);
});

test("sequential() lists no places of a coarser grid where there are millions", async () => {
  const rng = seeded(8);
  // Seconds of visits, mostly none: means of few pages, so that whole ones, halves and thirds repeat beside millionths.
  const values = Float64Array.from({ length: 12_000 }, () => {
    if (rng.uniform() < 0.8) return 0;
    const [pages, scale] = [1 + Math.floor(4 * rng.uniform() ** 2), rng.uniform() < 0.02 ? 97 : 1];
    return Number((Math.round(60 * Math.exp(1.3 * normal(rng))) / pages / scale).toFixed(8));
  });
  const real = table([{ name: "seconds", type: "numeric", values }]);
  const made = (await sequential({ threads: 1 })(real, seeded(1))).sample(6000, seeded(2));
  const none = (from: typeof real): number =>
    (columnNamed(from, "seconds") as NumericColumn).values.filter((value) => value === 0).length / from.rows;
  expect(Math.abs(none(made) - none(real))).toBeLessThan(0.02);
});

test("sequential() keeps whole numbers beside fractions of seven digits", async () => {
  const rng = seeded(8);
  const values = Float64Array.from({ length: 6000 }, () => {
    const pages = 1 + Math.floor(9 * rng.uniform() ** 2);
    return Number((Math.round(600 * Math.exp(1.3 * normal(rng))) / pages).toFixed(7));
  });
  const real = table([{ name: "seconds", type: "numeric", values }]);
  const made = (await sequential({ threads: 1 })(real, seeded(1))).sample(6000, seeded(2));
  const shareOn = (from: typeof real, scale: number): number =>
    (columnNamed(from, "seconds") as NumericColumn).values.filter((value) => Number.isInteger(value * scale))
      .length / from.rows;
  for (const scale of [1, 10])
    expect(Math.abs(shareOn(made, scale) - shareOn(real, scale))).toBeLessThan(0.1);
});
