import { expect, test } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";

/** Numbers of ten digits, in uneven steps. */
const longNumber = (i: number): number => 4_000_000_003 + 95_028 * i + ((i * i) % 997);

/** Ten digits in the first half of so many rows, the same in `each` rows; then others. */
const file = (rows: number, each: number, then: (i: number) => number): string =>
  `months,number\n${Array.from({ length: rows }, (_, i) => {
    return `${i % 7},${i < rows / 2 ? longNumber(Math.floor(i / each)) : then(i)}`;
  }).join("\n")}\n`;
const saidOf = (csv: string) => {
  const { table, remarks } = parseCsv(csv);
  return [table.columns[1].type, remarks.some(({ text }) => /as names, not as amounts/.test(text))];
};

test("parseCsv(text) says of long numbers that they are names where they are read so, whatever the file begins with", () => {
  expect(saidOf(file(40_000, 4, (i) => longNumber(i % 9000)))).toEqual(["categorical", true]);
  // Amounts come later: the beginning was of names.
  expect(saidOf(file(40_000, 1, (i) => 17 * i))).toEqual(["numeric", false]);
  expect(saidOf(file(40_000, 4, (i) => 17 * i))).toEqual(["numeric", false]);
  expect(saidOf(file(40_000, 40, (i) => 17 * i))).toEqual(["numeric", false]);
});

test("parseCsv(text) reads ten digits with cents as amounts", () => {
  const amounts = Array.from({ length: 300 }, (_, i) => `${i % 7},${longNumber(i % 70)}.00`);
  expect(saidOf(`months,number\n${amounts.join("\n")}\n`)).toEqual(["numeric", false]);
});
