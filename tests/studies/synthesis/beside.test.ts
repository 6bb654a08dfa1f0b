import { expect, test } from "vitest";
import { parseCsv } from "../../../src/data/read-csv";
import { beside } from "../../../src/studies/synthesis/beside";

const real = parseCsv(
  `id,plan,spent\n${Array.from({ length: 60 }, (_, i) => `c${i},${i % 3 === 0 ? "plus" : "basic"},${i}`).join("\n")}\n`,
).table;

test("beside(real, real) finds nothing to tell apart, and every row a copy", () => {
  const said = beside(real, real);
  expect(said).toMatchObject({ rows: { real: 60, synthetic: 60 }, quality: 1, copies: 60 });
  const plan = said.columns.find((one) => one.column === "plan");
  expect(plan?.shares).toEqual([
    { value: "basic", real: 40 / 60, synthetic: 40 / 60 },
    { value: "plus", real: 20 / 60, synthetic: 20 / 60 },
  ]);
  const spent = said.columns.find((one) => one.column === "spent");
  expect(spent?.shares.map((one) => one.value)[0]).toBe("0 to 9.83");
  expect(spent?.shares.reduce((sum, one) => sum + one.real, 0)).toBeCloseTo(1, 12);
});

test("beside(real, other rows) puts the least alike column first and counts copies without identifiers", () => {
  const rows = Array.from({ length: 60 }, (_, i) => `x${i},${i < 58 ? "plus" : "basic"},${i + 0.5}`);
  const made = parseCsv(`id,plan,spent\n${rows.join("\n")}\ny,basic,1\n`).table;
  const said = beside(real, made);
  expect(said.columns[0].column).toBe("plan");
  expect(said.copies).toBe(1);
  expect(said.quality).toBeLessThan(0.9);
});
