import { describe, expect, test } from "vitest";
import { type CustomerRows, lotRows } from "../../../src/serve/batch/rows";
import { rowsFromCsv } from "../../../src/serve/batch/rows-from-csv";
import type { DeskField } from "../../../src/services/score/columns";

const fields: DeskField[] = [
  {
    key: "calls",
    column: "Calls",
    label: "Calls",
    kind: "number",
    low: 0,
    high: 1e6,
    step: 1,
    example: 3,
  },
];

async function lotsOf(text: string): Promise<CustomerRows[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
  }
  const lots: CustomerRows[] = [];
  for await (const lot of rowsFromCsv(pieces(), { fields, sent: false })) lots.push(lot);
  return lots;
}

/** Each row that can be used: its number, its name and its calls, as an answer puts them together. */
function used(lots: readonly CustomerRows[]): string[] {
  return lots.flatMap(({ before, count, rows, ids, errors }) => {
    const out = new Set(errors.map((one) => one.row));
    const numbers = Array.from({ length: count }, (_, i) => before + i + 1).filter((row) => !out.has(row));
    const [calls] = rows.columns;
    if (calls.type !== "numeric") throw new Error("the type changed");
    expect([numbers.length, ids.length]).toEqual([rows.rows, rows.rows]);
    return numbers.map((row, i) => `${row} ${ids[i]} ${calls.values[i]}`);
  });
}
const wrong = (lots: readonly CustomerRows[]): string[] =>
  lots.flatMap((lot) => lot.errors.map((one) => `${one.row} ${one.field}: ${one.rule}`));

describe("rowsFromCsv(body, fields)", () => {
  test("names bad rows by their numbers: in the middle, at the ends of lots, and behind the last good one", async () => {
    const bad = new Set([2, lotRows - 1, lotRows, lotRows + 1, 2 * lotRows + 3, 2 * lotRows + 4]);
    const total = 2 * lotRows + 4;
    const lines = Array.from({ length: total }, (_, i) => `c${i + 1},${bad.has(i + 1) ? -(i + 1) : i + 1}`);
    const lots = await lotsOf(`customer_id,calls\n${lines.join("\n")}\n`);
    expect(wrong(lots)).toEqual([...bad].map((row) => `${row} calls: must be at least 0, got ${-row}`));
    expect(used(lots)).toEqual(
      Array.from({ length: total }, (_, i) => i + 1)
        .filter((row) => !bad.has(row))
        .map((row) => `${row} c${row} ${row}`),
    );
    expect(lots.reduce((sum, lot) => sum + lot.count, 0)).toBe(total);
  });

  test("a name that can't be used is its own row's fault, beside rows that can't be read", async () => {
    const long = "x".repeat(5000);
    const lots = await lotsOf(`customer_id,calls\na,1\nb,many\n${long},3\nd,4\ne,-1\n`);
    expect(wrong(lots).map((one) => one.split(":")[0])).toEqual(["2 calls", "3 customer_id", "5 calls"]);
    expect(used(lots)).toEqual(["1 a 1", "4 d 4"]);
  });

  test("of rows that are all bad each is named", async () => {
    const lots = await lotsOf("calls\n-1\n-2\n-3\n");
    expect(wrong(lots).map((one) => one[0])).toEqual(["1", "2", "3"]);
    expect(used(lots)).toEqual([]);
  });
});
