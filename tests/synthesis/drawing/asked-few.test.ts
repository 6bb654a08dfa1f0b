import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { sequential } from "../../../src/synthesis/sequential/sequential";

/** Calls that are tens, of 600 rows, but 47 in three of them; 600 in one. */
const calls = (i: number): number => (i < 3 ? 47 : i === 3 ? 600 : 10 * (1 + (i % 30)));
const lines = Array.from({ length: 600 }, (_, i) => `${calls(i)},${"abcd"[i % 4]}`);
const { table } = parseCsv(`calls,plan\n${lines.join("\n")}\n`);

test("what too few rows share cannot be asked for, and why not is said with what can", async () => {
  const model = await sequential()(table, seeded(1));
  const asking =
    (from: number, to = from) =>
    () =>
      model.sample(10, seeded(2), { where: { calls: { from, to } } });
  expect(asking(47)).toThrow(
    "calls: no row is made with 47: where fewer than 5 rows share a value others stand in for it, and the nearest are 40 and 50",
  );
  expect(asking(41, 49)).toThrow("no row is made with 41 to 49: where fewer than 5 rows");
  expect(asking(600)).toThrow(
    "rows are made with values between 10 and 300 (what lies beyond in fewer than 5 rows is not told)",
  );
});
