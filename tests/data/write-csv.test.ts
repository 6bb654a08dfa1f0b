import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parseCsv, readCsv } from "../../src/data/read/read-csv";
import { schemaOf } from "../../src/data/schema";
import { type Column, type Table, table } from "../../src/data/table";
import { csvFile, csvText, csvWriter, writeCsv } from "../../src/data/write/write-csv";

const folder = mkdtempSync(join(tmpdir(), "telelink-write-"));
afterAll(() => rmSync(folder, { recursive: true }));

const numeric = (name: string, values: number[], decimals?: number): Column => ({
  name,
  type: "numeric",
  values: Float64Array.from(values),
  ...(decimals === undefined ? {} : { decimals }),
});

describe("csvText(table)", () => {
  test("writes each type as it was read", () => {
    const text = 'id,n,d,c,b,t\nA1,1.50,2024-01-31,x,Yes,"a, ""b"""\nA2,,,,No,\n';
    const read = parseCsv(text, {
      schema: {
        columns: [
          { name: "n", type: "numeric", decimals: 2 },
          { name: "t", type: "text" },
          { name: "id", type: "id" },
          { name: "d", type: "date" },
        ],
      },
    });
    expect(csvText(read.table)).toBe(text);
  });

  test("writes numbers with their decimals as toFixed does but never -0, and without as short as possible", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        (value, decimals) => {
          const expected = value.toFixed(decimals);
          const [, written] = csvText(table([numeric("n", [value], decimals)])).split("\n");
          // But for a minus before what is rounded to 0.
          expect(written).toBe(Number(expected) === 0 ? expected.replace("-", "") : expected);
          expect(csvText(table([numeric("n", [value])])).split("\n")[1]).toBe(String(value));
        },
      ),
    );
  });

  test("quotes what must be, and names too", () => {
    const odd: Table = table([
      { name: 'a,"b"', type: "text", values: ["x\ny", "p\rq", " edge ", "", 'say "hi"'] },
    ]);
    expect(csvText(odd)).toBe('"a,""b"""\n"x\ny"\n"p\rq"\n" edge "\n""\n"say ""hi"""\n');
    expect(csvText(odd, { delimiter: ";" })).toContain('"a,""b"""');
    expect(csvText(table([{ name: "a", type: "text", values: ["x;y"] }]), { delimiter: ";" })).toBe(
      'a\n"x;y"\n',
    );
  });

  test("with spreadsheetSafe, disarms formulas in text, names and levels but not in numbers", () => {
    const armed = table([
      { name: "=name", type: "text", values: ["=1+1", "+x", "-y", "@z", "\tw", "plain"] },
      {
        name: "level",
        type: "categorical",
        codes: Int32Array.of(0, 0, 1, 1, 1, 1),
        levels: ["=cmd|' /C calc'!A0", "b"],
      },
      numeric("n", [-1, -2, -3, -4, -5, -6], 0),
    ]);
    const lines = csvText(armed, { spreadsheetSafe: true }).split("\n");
    expect(lines.slice(0, 6)).toEqual([
      "'=name,level,n",
      "'=1+1,'=cmd|' /C calc'!A0,-1",
      "'+x,'=cmd|' /C calc'!A0,-2",
      "'-y,b,-3",
      "'@z,b,-4",
      "'\tw,b,-5",
    ]);
    expect(csvText(armed)).toContain("\n=1+1,");
  });

  test("refuses what a CSV file can't hold", () => {
    expect(() => csvText(table([{ name: "t", type: "text", values: ["a\0b"] }]))).toThrow("no NUL character");
    expect(() => csvText(table([numeric("n", [Infinity])]))).toThrow("n must be finite, got Infinity");
    expect(() => csvText(table([]))).toThrow("a table must have columns");
    expect(() => csvText(table([numeric("n", [1])]), { delimiter: '"' })).toThrow(
      "the delimiter must be one character",
    );
  });
});

/** Text that a cell may hold and that blanks don't turn into a missing value. */
const cell = fc
  .string({
    unit: fc.constantFrom("a", "é", "😀", ",", ";", '"', "\n", "\r", "'", "=", " ", "0", "-"),
    maxLength: 8,
  })
  .filter((text) => text.trim() !== "" && !/^[\t ]*$/.test(text));

test("readCsv(writeCsv(table)) is the table, whatever it holds", () => {
  const rows = fc.integer({ min: 1, max: 30 });
  const tables = rows.chain((n) =>
    fc
      .record({
        n: fc.array(
          fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(NaN)),
          { minLength: n, maxLength: n },
        ),
        levels: fc.uniqueArray(cell, { minLength: 1, maxLength: 5 }),
        codes: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: n, maxLength: n }),
        text: fc.array(fc.oneof(cell, fc.constant("")), { minLength: n, maxLength: n }),
        names: fc.uniqueArray(
          cell.map((name) => name.trim()),
          { minLength: 3, maxLength: 3 },
        ),
      })
      .map(({ n: numbers, levels, codes, text, names }) =>
        table([
          {
            ...numeric(
              names[0],
              numbers.map((x) => (Object.is(x, -0) ? 0 : x)),
            ),
          },
          {
            name: names[1],
            type: "categorical",
            levels,
            codes: Int32Array.from(codes, (code) => Math.min(code, levels.length - 1)),
          },
          { name: names[2], type: "text", values: text },
        ]),
      ),
  );
  const file = join(folder, "trip.csv");
  fc.assert(
    fc.property(tables, fc.constantFrom(",", ";", "\t", "|"), (made, delimiter) => {
      writeCsv(made, file, { delimiter });
      // Names that begin or end with blanks are trimmed when read, so none here do.
      const read = readCsv(file, { schema: schemaOf(made), delimiter });
      expect(read.problems).toEqual([]);
      expect(read.table.columns.map(({ name, type }) => [name, type])).toEqual(
        made.columns.map(({ name, type }) => [name, type]),
      );
      expect((read.table.columns[0] as { values: Float64Array }).values).toEqual(
        (made.columns[0] as { values: Float64Array }).values,
      );
      expect(read.table.columns.slice(1)).toEqual(made.columns.slice(1));
    }),
    { numRuns: 300 },
  );
});

test("cells that are apostrophes, or end with one, are no quotes when read", () => {
  const words = ["'", "a", "'", "''", "dogs'", "'n'", "';'"];
  const made = table([
    { name: "a", type: "text", values: words },
    { name: "b", type: "text", values: words },
    { name: "c", type: "text", values: words },
  ]);
  for (const delimiter of [",", ";", "\t", "|"])
    expect(
      parseCsv(csvText(made, { delimiter }), { schema: schemaOf(made), delimiter }).table.columns,
    ).toEqual(made.columns);
});

describe("files appear whole or not at all", () => {
  const one = table([numeric("n", [1, 2], 0)]);

  test("writeCsv leaves what was there when it fails, and nothing beside it", () => {
    const file = join(folder, "kept.csv");
    writeFileSync(file, "before");
    expect(() => writeCsv(table([numeric("n", [1, Infinity])]), file)).toThrow("must be finite");
    expect(readFileSync(file, "utf8")).toBe("before");
    writeCsv(one, file);
    expect(readFileSync(file, "utf8")).toBe("n\n1\n2\n");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("csvFile writes tables one below the other under one header, and shows them on end", () => {
    const file = join(folder, "stream.csv");
    const writer = csvFile(file);
    writer.write(one);
    writer.write(one);
    expect(() => readFileSync(file)).toThrow("ENOENT");
    expect(() => writer.write(table([numeric("m", [1])]))).toThrow("every table must have the columns n");
    writer.end();
    expect(readFileSync(file, "utf8")).toBe("n\n1\n2\n1\n2\n");
  });

  test("what is rounded to 0 has no minus, in any format", () => {
    const values = Float64Array.of(-0.001, -0.006, 0.001);
    const price = { kind: "number", decimal: ",", prefix: "€" } as const;
    expect(
      csvText(
        table([
          { name: "plain", type: "numeric", decimals: 2, values },
          { name: "price", type: "numeric", decimals: 2, format: price, values },
        ]),
        { delimiter: ";" },
      ),
    ).toBe("plain;price\n0.00;€0,00\n-0.01;-€0,01\n0.00;€0,00\n");
  });

  test("spreadsheetSafe leaves numbers in text as they are", () => {
    const text: Column = { name: "t", type: "text", values: ["-5", "+1e3", "-5+1", "=5"] };
    expect(csvText(table([text]), { spreadsheetSafe: true })).toBe("t\n-5\n+1e3\n'-5+1\n'=5\n");
  });

  test("csvWriter hands over pieces of about a megabyte", () => {
    const sizes: number[] = [];
    const writer = csvWriter((bytes) => sizes.push(bytes.length));
    const wide = table([
      { name: "t", type: "text", values: Array.from({ length: 3000 }, () => "x".repeat(1000)) },
    ]);
    writer.write(wide);
    writer.write(table([{ name: "t", type: "text", values: ["y".repeat(3 << 20)] }]));
    writer.end();
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(2 + 3000 * 1001 + (3 << 20) + 1);
    expect(Math.max(...sizes)).toBe(3 << 20);
    expect(sizes.length).toBeLessThan(8);
  });

  test("an unwritable place is an error that names it", () => {
    expect(() => writeCsv(one, join(folder, "no", "such.csv"))).toThrow(
      /^Cannot write .*such\.csv: the folder must exist \(ENOENT\)$/,
    );
  });
});

test("csvFile(file) refuses the ending of another format, and says what can be written", () => {
  for (const name of ["rows.xlsx", "rows.JSON", "rows.csv.gz"])
    expect(() => csvFile(join(tmpdir(), name))).toThrow(
      /Cannot write .*: rows can be written as \.csv, got "\./,
    );
});
