import { expect, test } from "vitest";
import { correlation, mean } from "../../../src/core/math/statistics";
import { normal, seeded } from "../../../src/core/rng";
import { type CategoricalColumn, type NumericColumn, type Table, table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

/** Answers from 1 to `marks` to twelve questions, which two factors tell. */
function answers(rows: number, marks: number): Table {
  const rng = seeded(marks);
  const loads = Array.from({ length: 12 }, () =>
    [0, 0].map(() => (rng.uniform() < 0.3 ? 0 : 0.3 + rng.uniform() / 2)),
  );
  const columns = loads.map(
    (_, q): NumericColumn => ({
      name: `q${q}`,
      type: "numeric",
      values: new Float64Array(rows),
      decimals: 0,
    }),
  );
  for (let i = 0; i < rows; i++) {
    const factors = [normal(rng), normal(rng)];
    loads.forEach(([a, b], q) => {
      const own = a * factors[0] + b * factors[1] + normal(rng);
      const mark = Math.round(((own / 1.3 + 2.2) * (marks - 1)) / 5 + 1);
      columns[q].values[i] = Math.min(marks, Math.max(1, mark));
    });
  }
  return table(columns);
}

/** By how much of their size the correlations of all pairs come out. */
function slope(real: Table, made: Table): number {
  const of = ({ columns }: Table) =>
    columns.flatMap((one, a) =>
      columns
        .slice(0, a)
        .map((other) => correlation((one as NumericColumn).values, (other as NumericColumn).values)),
    );
  const [x, y] = [of(real), of(made)];
  return x.reduce((sum, own, k) => sum + own * y[k], 0) / x.reduce((sum, own) => sum + own * own, 0);
}

test.each([
  [5, 0.7],
  [7, 0.8],
  [10, 0.8],
])("sequential() keeps the correlations of marks from 1 to %i", async (marks, least) => {
  const from = answers(1200, marks);
  const model = await sequential({ threads: 1 })(from, seeded(1));
  expect(slope(from, model.sample(4000, seeded(2)))).toBeGreaterThan(least);
});

test("sequential() draws numbers that eighteen levels of nineteen rows tell after the levels", async () => {
  const rng = seeded(3);
  const rows = 18 * 19;
  const codes = Int32Array.from({ length: rows }, (_, i) => i % 18);
  const levels = Array.from({ length: 18 }, (_, k) => `country ${String.fromCharCode(65 + k)}`);
  const means = levels.map(() => [normal(rng), normal(rng), normal(rng)]);
  const numbers = [0, 1, 2].map(
    (j): NumericColumn => ({
      name: `n${j}`,
      type: "numeric",
      values: Float64Array.from(codes, (k) => 5 + means[k][j] + 0.4 * normal(rng)),
    }),
  );
  const from = table([{ name: "country", type: "categorical", levels, codes }, ...numbers]);
  const made = (await sequential({ threads: 1, target: "n2" })(from, seeded(1))).sample(4000, seeded(2));
  const by = (rows: Table, level: string): number => {
    const [country, first] = rows.columns as [CategoricalColumn, NumericColumn];
    return mean(first.values.filter((_, i) => country.levels[country.codes[i]] === level));
  };
  const off = levels.map((level) => Math.abs(by(made, level) - by(from, level)));
  expect(mean(off)).toBeLessThan(0.15);
});
