import { expect, test } from "vitest";
import { correlation } from "../../../src/core/math/statistics";
import { seeded } from "../../../src/core/rng";
import { type CategoricalColumn, type NumericColumn, table } from "../../../src/data/table";
import { fitCounted, toldTerms } from "../../../src/synthesis/sequential/counted";
import { logitLayout } from "../../../src/synthesis/sequential/logit";
import { sequential } from "../../../src/synthesis/sequential/sequential";

const levels = 300;

/** Products, nine in ten on the shelf of their own, and colours that tell nothing. */
function products(rows: number) {
  const rng = seeded(5);
  const draw = (): number => Math.floor(levels * rng.uniform() ** 2);
  const product = Int32Array.from({ length: rows }, draw);
  const shelf = product.map((own) => (rng.uniform() < 0.9 ? own : draw()));
  const colour = Int32Array.from({ length: rows }, () => Math.floor(4 * rng.uniform()));
  return { product, shelf, colour };
}

function countedOf(rows: number) {
  const { product, shelf, colour } = products(rows);
  const plans = [
    { kind: "cells", variable: 0, size: levels } as const,
    { kind: "cells", variable: 1, size: 4 } as const,
  ];
  const terms = [product, colour].map((cells) => ({ at: Uint16Array.from(cells) }));
  const layout = logitLayout(plans);
  const fit = fitCounted({ rows, terms, classes: shelf, patterns: [] }, layout, levels);
  return { fit, layout, product, shelf };
}

test("fitCounted() tells the share of each class among rows alike, of the terms that help, by work that rows do not add to", () => {
  const { fit, layout, product, shelf } = countedOf(3000);
  expect(toldTerms(layout, fit.tables)).toEqual([true, false]);
  const scores = fit.tables.map((table) => Math.exp(table[0] + table[layout.tableStarts[0]]));
  const own = scores[0] / scores.reduce((sum, score) => sum + score, 0);
  const like = shelf.filter((_, i) => product[i] === 0);
  expect(own).toBeCloseTo(like.filter((one) => one === 0).length / like.length, 1);
  // Two terms alone and the better one again, in nine ways each; then shares are balanced three times.
  expect(fit.scored).toBe(30 * 3000 * levels);
});

test("sequential() keeps the share of the strongest pairs of two columns of hundreds of levels, and names these columns", async () => {
  const { product, shelf, colour } = products(3000);
  const column = (name: string, codes: Int32Array, count: number): CategoricalColumn => ({
    name,
    type: "categorical",
    levels: Array.from({ length: count }, (_, k) => `${name} ${k}`),
    codes,
  });
  const from = table([
    column("product", product, levels),
    column("shelf", shelf, levels),
    column("colour", colour, 4),
  ]);
  const model = await sequential({ threads: 1, minCount: 1 })(from, seeded(1));
  expect(model.counted.map(({ column }) => column)).toEqual(["shelf", "product"]);
  const drawn = model.sample(3000, seeded(2));
  const [drawnProduct, drawnShelf] = drawn.columns as readonly CategoricalColumn[];
  const same = (a: Int32Array, b: Int32Array, k: number): number =>
    a.reduce((sum, own, i) => sum + (own === k && b[i] === k ? 1 : 0), 0);
  for (let k = 0; k < 5; k++) {
    const real = same(product, shelf, k);
    expect(Math.abs(same(drawnProduct.codes, drawnShelf.codes, k) - real) / real).toBeLessThan(0.25);
  }
});

test("sequential() keeps what a number has of a column of hundreds of levels, its only parent", async () => {
  const rng = seeded(7);
  const codes = Int32Array.from({ length: 2000 }, () => Math.floor(150 * rng.uniform()));
  const values = Float64Array.from(codes, (own) => ((own * 37) % 150) + Math.round(10 * rng.uniform()) / 10);
  const towns = Array.from({ length: 150 }, (_, k) => `town ${k}`);
  const from = table([
    { name: "town", type: "categorical", levels: towns, codes },
    { name: "spend", type: "numeric", values, decimals: 1 },
  ]);
  const drawn = (await sequential({ threads: 1, minCount: 1 })(from, seeded(1))).sample(1000, seeded(2));
  const [town, spend] = drawn.columns as readonly [CategoricalColumn, NumericColumn];
  const own = Float64Array.from(town.codes, (code) => (Number(town.levels[code].slice(5)) * 37) % 150);
  expect(correlation(own, spend.values)).toBeGreaterThan(0.9);
});
