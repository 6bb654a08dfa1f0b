import { describe, expect, test } from "vitest";
import { asSingle, learnSingle, singleReader } from "../../../src/data/formats/single-precision";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";

const tenths = Array.from({ length: 60 }, (_, i) => (100 + i) / 10);
const singles = tenths.map((value) => Number(Math.fround(value).toPrecision(15)));

describe("numbers of single precision", () => {
  test("are read as the decimals meant and written as they came in", () => {
    // numpy.float32(14.9).item() is 14.899999618530273, of which R writes 15 digits.
    expect(singles[49]).toBe(14.8999996185303);
    const csv = `spc\n${singles.join("\n")}\n`;
    const { table, remarks } = parseCsv(csv);
    expect(columnNamed(table, "spc")).toMatchObject({ values: Float64Array.from(tenths) });
    expect(remarks.map(({ text }) => text).join()).toMatch(/^of single precision, in which 0.999 stands as/);
    expect(csvText(table)).toBe(csv);
  });

  test.each([8, 9, 15, 17])("written with %i digits, or divided by 100", (digits) => {
    for (const power of digits === 17 ? [0] : [0, 2, -2]) {
      const decimals = tenths.map((_, i) => (610 + i) / 1000);
      const values = Float64Array.from(decimals, (value) => asSingle(value, { digits, power }));
      const found = learnSingle(values);
      expect(found).toEqual({ digits, power });
      expect([...values].map(singleReader({ digits, power }))).toEqual(decimals);
    }
  });

  test("a mistake among them stays as it is", () => {
    const values = Float64Array.from([...singles, 11.23456789012345]);
    const read = singleReader(learnSingle(values) as NonNullable<ReturnType<typeof learnSingle>>);
    expect([...values].map(read)).toEqual([...tenths, 11.23456789012345]);
  });

  test("others are none: of double precision, short, whole, rounded", () => {
    const of = (make: (i: number) => number) =>
      learnSingle(Float64Array.from({ length: 200 }, (_, i) => make(i)));
    expect(of((i) => Math.sqrt(i + 2))).toBeUndefined();
    expect(of((i) => Number(Math.sqrt(i + 2).toFixed(7)))).toBeUndefined();
    expect(of((i) => i / 10)).toBeUndefined();
    expect(of((i) => 12345678 + i)).toBeUndefined();
    expect(of((i) => 0.1 * i)).toBeUndefined();
  });
});
