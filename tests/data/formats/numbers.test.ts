import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnNumbers } from "../../../src/data/formats/learn-numbers";
import {
  type NumberFormat,
  numberParser,
  numberPrinter,
  plainNumbers,
} from "../../../src/data/formats/number-format";

describe("learnNumbers(values): what comes out of the printer is written as it came in", () => {
  test.each<[string, string[], number[]]>([
    ["plain", ["1", "20", "300"], [1, 20, 300]],
    ["fixed decimals", ["1.50", "22.25"], [1.5, 22.25]],
    ["as pandas writes floats", ["49.0", "3.25"], [49, 3.25]],
    ["decimal comma", ["49,0", "3,25"], [49, 3.25]],
    ["German thousands", ["1.234,56", "12,00"], [1234.56, 12]],
    ["English thousands", ["1,234.56", "12.00", "1,234,567.00"], [1234.56, 12, 1234567]],
    ["English thousands without decimals", ["1,234", "12", "999"], [1234, 12, 999]],
    ["blanks between thousands", ["1 234,56", "12,00"], [1234.56, 12]],
    ["narrow blanks", ["1\u202f234,56", "12,00"], [1234.56, 12]],
    ["Swiss thousands", ["1'234.50", "12.00"], [1234.5, 12]],
    ["lakh", ["12,34,567.00", "1,234.00"], [1234567, 1234]],
    ["dollars", ["$1,234.50", "$2.00", "-$3.25"], [1234.5, 2, -3.25]],
    ["dollars, minus inside", ["$1.50", "$-2.00"], [1.5, -2]],
    ["euros behind", ["12,50 €", "-3,00 €"], [12.5, -3]],
    ["currency codes", ["EUR 12.50", "EUR 3.00"], [12.5, 3]],
    ["percent", ["12.5%", "3.0%"], [12.5, 3]],
    ["percent behind a blank", ["12,5 %", "3,0 %"], [12.5, 3]],
    ["units", ["12.5 kWh", "3.0 kWh"], [12.5, 3]],
    ["parentheses for negatives", ["(1,234.50)", "2.00"], [-1234.5, 2]],
    ["a trailing minus", ["12.50-", "2.00"], [-12.5, 2]],
    ["the minus sign of typography", ["−12.5", "2.5"], [-12.5, 2.5]],
    ["plus signs", ["+12", "-2", "0"], [12, -2, 0]],
    ["zeros in front", ["007", "042", "123"], [7, 42, 123]],
    ["exponents", ["1.50e+03", "2.25e-01"], [1500, 0.225]],
    ["no digit before the mark is none of its own", ["0.013", "0.998"], [0.013, 0.998]],
  ])("%s", (_, texts, values) => {
    const found = learnNumbers(texts);
    expect(found?.share).toBe(1);
    const format = found?.format as NumberFormat;
    expect(texts.map(numberParser(format))).toEqual(values);
    expect(values.map(numberPrinter(format, found?.decimals))).toEqual(texts);
  });

  test("the other columns decide where a column can't", () => {
    expect(learnNumbers(["1.234", "5.678"])).toMatchObject({ certain: false, format: { decimal: "." } });
    const hinted = learnNumbers(["1.234", "5.678"], undefined, { decimal: "," });
    expect(hinted?.format).toMatchObject({ decimal: ",", thousands: "." });
    expect(learnNumbers(["1,234", "5,678"])?.format).toMatchObject({ decimal: ".", thousands: "," });
    expect(learnNumbers(["1,234", "5,678"], undefined, { decimal: "," })?.format.thousands).toBeUndefined();
    // A number of five digits without a mark: the comma is no thousands.
    expect(learnNumbers(["1,234", "5,678", "12345"])).toMatchObject({ format: { decimal: "," } });
    // What a cell says is stronger than what is known beforehand.
    expect(learnNumbers(["1.5", "2.25"], undefined, { decimal: "," })?.format.decimal).toBe(".");
  });

  test("codes, versions, addresses and words are no numbers", () => {
    for (const values of [
      ["C1", "C2"],
      ["1.2.3", "1.2.4"],
      ["192.168.1.1"],
      ["A", ""],
      ["12-34"],
      ["1 Jahr", "2 Jahr"],
      ["2x4"],
    ])
      expect(learnNumbers(values)?.share ?? 0).toBe(0);
  });

  test("a number in any format is read as it was written", () => {
    const mark = fc.constantFrom("." as const, "," as const);
    const styles = fc.record({
      decimal: mark,
      grouped: fc.constantFrom("", ".", ",", " ", "'"),
      prefix: fc.constantFrom("", "$", "€ "),
      suffix: fc.constantFrom("", "%", " kWh"),
      negative: fc.constantFrom("minus" as const, "parentheses" as const, "trailing-minus" as const),
    });
    fc.assert(
      fc.property(styles, fc.integer({ min: -1e9, max: 1e9 }), fc.nat(4), (style, whole, decimals) => {
        const { decimal, grouped, prefix, suffix, negative } = style;
        const format: NumberFormat = {
          kind: "number",
          decimal,
          negative,
          ...(grouped === "" || grouped === decimal ? {} : { thousands: grouped }),
          ...(prefix === "" ? {} : { prefix }),
          ...(suffix === "" ? {} : { suffix }),
        };
        const value = whole / 10 ** decimals;
        const text = numberPrinter(format, decimals)(value);
        expect(numberParser(format)(text)).toBe(value === 0 ? 0 : value);
      }),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberParser(plainNumbers)(numberPrinter(plainNumbers)(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
