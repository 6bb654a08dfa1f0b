import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import pl from "nodejs-polars";
import { afterAll, describe, expect, test } from "vitest";
import type { CsvOptions, RejectedRow } from "../../src/data/csv/options";
import { problemText } from "../../src/data/problems";
import { type CsvRead, parseCsv, readCsv } from "../../src/data/read/read-csv";
import { type Column, cellText, columnNamed } from "../../src/data/table";
import { realData } from "../support";

const folder = mkdtempSync(join(tmpdir(), "telelink-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));

const cells = (one: Column): string[] =>
  Array.from({ length: "codes" in one ? one.codes.length : one.values.length }, (_, i) => cellText(one, i));
const rowsOf = (read: CsvRead): string[][] => {
  const columns = read.table.columns.map(cells);
  return Array.from({ length: read.table.rows }, (_, i) => columns.map((one) => one[i]));
};
const problemsOf = (text: string | Uint8Array, options: CsvOptions = {}): string[] =>
  parseCsv(text, options, "x.csv").problems.map(problemText);

describe("parseCsv(text): the format", () => {
  test.each([
    ["LF", "a,b\n1,x\n2,y\n"],
    ["CRLF", "a,b\r\n1,x\r\n2,y\r\n"],
    ["CR", "a,b\r1,x\r2,y\r"],
    ["no end of line at the end", "a,b\n1,x\n2,y"],
    ["a byte-order mark", "\uFEFFa,b\n1,x\n2,y\n"],
    ["blank lines", "\n\na,b\n\n1,x\n\r\n2,y\n\n\n"],
    ["quotes around everything", '"a","b"\n"1","x"\n"2","y"\n'],
    ["semicolons", "a;b\n1;x\n2;y\n"],
    ["tabs", "a\tb\n1\tx\n2\ty\n"],
  ])("reads %s", (_, text) => {
    const read = parseCsv(text);
    expect(read.table.columns.map((one) => one.name)).toEqual(["a", "b"]);
    expect(rowsOf(read)).toEqual([
      ["1", "x"],
      ["2", "y"],
    ]);
    expect([read.rows, read.rejected, read.problemCount]).toEqual([2, 0, 0]);
  });

  test("reads delimiters, doubled quotes and line breaks inside quotes, and quotes inside unquoted fields", () => {
    const read = parseCsv('a,b\n"x, ""y""\r\nz",5" disk\n"""",""\n');
    expect(rowsOf(read)).toEqual([
      ['x, "y"\r\nz', '5" disk'],
      ['"', ""],
    ]);
  });

  test.each([{}, { encoding: "windows-1252" }])(
    "reads amounts in the € of windows-1252 as numbers (%o)",
    (options) => {
      const rows = Array.from({ length: 30 }, (_, i) => `${i};1.${100 + i},5${i % 7} \x80\n`);
      const read = parseCsv(Buffer.from(`id;\x80\n${rows.join("")}`, "latin1"), options);
      const amounts = columnNamed(read.table, "€");
      expect(amounts).toMatchObject({ type: "numeric", values: { 8: 1108.51 } });
      expect(cellText(amounts, 8)).toBe("1.108,51 €");
    },
  );

  test("names columns without a name by their place", () => {
    expect(parseCsv(",b\n0,1\n").table.columns.map((one) => one.name)).toEqual(["column 1", "b"]);
  });

  test("reads a header alone as a table without rows", () => {
    const { table, rows } = parseCsv("a,b\n");
    expect([table.rows, rows, table.columns.length]).toEqual([0, 0, 2]);
  });

  test("reads one column, in which a missing value is written as a pair of quotes", () => {
    expect(rowsOf(parseCsv('a\n1\n""\n\n3\n'))).toEqual([["1"], [""], ["3"]]);
  });

  test("gives the same table however the bytes are cut", () => {
    const text = 'id,when,what\r\n1,2024-01-31,"a ""quoted"", \r\n line"\r\n2,,\r\n"3",2024-02-01,é€😀\r\n';
    const bytes = Buffer.from(text);
    const whole = parseCsv(bytes);
    const file = join(folder, "cut.csv");
    writeFileSync(file, bytes);
    expect(readCsv(file).table).toEqual(whole.table);
    expect(rowsOf(whole)[2]).toEqual(["3", "2024-02-01", "é€😀"]);
  });
});

describe("parseCsv(text): what is no table", () => {
  test.each([
    ["", "Cannot read x.csv: the file must not be empty, got 0 bytes"],
    ["\n\n", "the first line must name the columns"],
    ["a,b,a\n1,2,3\n", 'column names must differ, got "a" as columns 1 and 3'],
    [",,\n1,2,3\n", "the first line must name the columns, got none"],
    ["\x89PNG\r\n\x1a\n", "it must be a table in text here, got an image (PNG)"],
    ["a\0\x01\x02\x03\x04\0\0\0,b\n", "got binary data of a kind that is not known"],
    ['"a,b\n1,2\n', "the header must end within"],
  ])("refuses %j", (text, message) => {
    expect(() => parseCsv(Buffer.from(text, "latin1"), {}, "x.csv")).toThrow(message);
  });

  test("names the columns of the schema that are missing, and those there are", () => {
    const schema = { columns: ["a", "b", "c"].map((name) => ({ name, type: "numeric" as const })) };
    expect(() => parseCsv("a,d\n1,2\n", { schema }, "x.csv")).toThrow(
      "Cannot read x.csv: the columns b, c must be there, got a, d",
    );
    expect(parseCsv("a,d\n1,2\n", { schema, optional: ["b", "c"] }).table.columns).toHaveLength(2);
  });

  test("says which file isn't there", () => {
    expect(() => readCsv(join(folder, "none.csv"))).toThrow(
      /^Cannot read .*none\.csv: there is no such file$/,
    );
  });
});

describe("parseCsv(text): bad rows are left out, reported with line, column, rule and value, and counted", () => {
  test("too few and too many fields", () => {
    expect(problemsOf("a,b\n1,2\n3\n4,5,6\n7,8\n")).toEqual([
      'x.csv:3: a row must have 2 fields, got "1"',
      'x.csv:4: a row must have 2 fields, got "3"',
    ]);
  });

  test("a quote that never ends gives up its own line and no other", () => {
    const read = parseCsv('a,b\n1,"open\n2,y\n3,z\n', {}, "x.csv");
    expect(rowsOf(read)).toEqual([
      ["2", "y"],
      ["3", "z"],
    ]);
    expect(read.problems.map(problemText)).toEqual([
      'x.csv:2: a quoted field must end within 1048576 bytes, got "open\\n2,y\\n3,z\\n"',
    ]);
  });

  test("text after a closing quote", () => {
    expect(problemsOf('a,b\n1,"x"y\n2,z\n')).toEqual([
      'x.csv:2: a closing quote must end its field, got "\\"x\\"y"',
    ]);
  });

  test("NUL bytes and bytes that are not UTF-8", () => {
    const bytes = Buffer.concat([
      Buffer.from("a,b\n1,x\0\n2,"),
      Buffer.from([0xe9, 0x74]),
      Buffer.from("\n3,y\n"),
    ]);
    expect(problemsOf(Buffer.concat([bytes, Buffer.from("4,é\n5,ü\n")]))).toEqual([
      'x.csv:2: a field must hold no NUL byte, got "a NUL byte"',
      'x.csv:3: b must be UTF-8, got "\uFFFDt"',
    ]);
    // Without any character of UTF-8 the file is taken for what Windows writes.
    const western = parseCsv(bytes);
    expect(rowsOf(western)).toEqual([
      ["2", "ét"],
      ["3", "y"],
    ]);
    expect(western.dialect.encoding).toBe("windows-1252");
    expect(western.remarks.at(-1)?.text).toContain("--encoding");
    const latin = Buffer.from("a,b\n1,\xE9t\xE9\n", "latin1");
    expect(rowsOf(parseCsv(latin, { encoding: "latin1" }))).toEqual([["1", "été"]]);
  });

  test("fields longer than allowed, in quotes or not", () => {
    const long = "x".repeat(2000);
    const options = { maxFieldBytes: 1000 };
    expect(problemsOf(`a,b\n1,${long}\n2,y\n3,"${long}"\n`, options)).toEqual([
      'x.csv:2: a field must have at most 1000 bytes, got "2000 bytes"',
      `x.csv:4: a quoted field must end within 1000 bytes, got "${"x".repeat(80)}"`,
    ]);
  });

  test("a line without an end, as large as the file", () => {
    const file = join(folder, "endless.csv");
    writeFileSync(file, `a,b\n1,2\n${"x".repeat(9 << 20)}\n3,4\n`);
    const read = readCsv(file);
    expect(rowsOf(read)).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(read.problems[0]).toMatchObject({ line: 3, rule: "a row must have at most 5242880 bytes" });
  });

  test("cells of the wrong type, out of range, empty though required, or not among the levels", () => {
    const schema = {
      columns: [
        { name: "n", type: "numeric" as const, minimum: 0, maximum: 10, required: true },
        { name: "c", type: "categorical" as const, levels: ["x", "y"] },
        { name: "b", type: "boolean" as const, levels: ["No", "Yes"] },
        { name: "d", type: "date" as const },
      ],
    };
    const text =
      "n,c,b,d\n1,x,Yes,2024-01-31\n,x,No,\nInfinity,x,No,\n-1,x,No,\n11,z,maybe,soon\n2,y,true,\n";
    expect(problemsOf(text, { schema })).toEqual([
      'x.csv:3: n must not be empty, got ""',
      'x.csv:4: n must be a number, got "Infinity"',
      'x.csv:5: n must be at least 0, got "-1"',
      'x.csv:6: n must be at most 10, got "11"',
      'x.csv:6: c must be one of x, y, got "z"',
      'x.csv:6: b must be one of No, Yes, got "maybe"',
      'x.csv:6: d must be a date such as 2024-01-31, got "soon"',
    ]);
    const read = parseCsv(text, { schema });
    expect(rowsOf(read)).toEqual([
      ["1", "x", "Yes", "2024-01-31"],
      ["2", "y", "Yes", ""],
    ]);
    expect([read.rows, read.rejected, read.problemCount]).toEqual([6, 4, 7]);
    expect(read.problemsByRule.get("n: must be at least 0")).toBe(1);
  });

  test("with badCells: missing, the row stays and the cell is missing", () => {
    const schema = { columns: [{ name: "n", type: "numeric" as const }] };
    const read = parseCsv("n,m\n1,a\nmany,b\n", { schema, badCells: "missing" });
    expect(rowsOf(read)).toEqual([
      ["1", "a"],
      ["", "b"],
    ]);
    expect([read.rejected, read.problemCount]).toEqual([0, 1]);
  });

  test("1% bad rows among 20,000: all counted, the first ones kept, each handed to onReject", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      i % 100 === 50 ? `${i},oops${i}` : `${i},${i / 4}`,
    );
    const rejects: RejectedRow[] = [];
    const read = parseCsv(`id,n\n${lines.join("\n")}\n`, {
      maxProblems: 5,
      onReject: (row) => rejects.push(row),
    });
    expect([read.rows, read.rejected, read.problemCount, read.problems.length]).toEqual([
      20_000, 200, 200, 5,
    ]);
    expect(rejects.map((row) => row.line)).toEqual(Array.from({ length: 200 }, (_, k) => 100 * k + 52));
    expect(rejects[1]).toMatchObject({
      text: "150,oops150",
      problems: [{ column: "n", rule: "must be a number" }],
    });
    expect(columnNamed(read.table, "n").type).toBe("numeric");
  });
});

describe("parseCsv(text) infers types", () => {
  const typeOf = (values: string[], name = "c"): string => {
    const text = `${name},other\n${values.map((value) => `"${value}",1`).join("\n")}\n`;
    return parseCsv(text).table.columns[0].type;
  };
  const many = (of: (i: number) => string, rows = 200): string[] =>
    Array.from({ length: rows }, (_, i) => of(i));

  test.each([
    ["numeric", many((i) => String(i % 7))],
    ["numeric", many((i) => `${i}.5`)],
    ["numeric", many((i) => (i % 30 === 0 ? "NA" : `${i}e-3`))],
    ["numeric", many((i) => (i === 3 ? " " : `-${i}`))],
    ["boolean", many((i) => String(i % 2))],
    ["boolean", many((i) => (i % 3 ? "no" : "yes"))],
    ["boolean", many(() => "False")],
    ["categorical", many(() => "1").map((one, i) => (i % 2 ? `${one}x` : one))],
    ["categorical", many((i) => `0${i % 9}`)],
    ["categorical", many((i) => "ABC"[i % 3])],
    ["id", many((i) => `C-${i}`)],
    ["id", many((i) => `0012345678901234${i}`)],
    ["text", many((i) => `note number ${i}`)],
    ["text", many(() => "")],
    ["date", many((i) => `2024-01-${String(1 + (i % 28)).padStart(2, "0")}`)],
    ["date", many((i) => `2024-01-01 ${10 + (i % 10)}:00:00`)],
  ])("%s", (type, values) => {
    expect(typeOf(values)).toBe(type);
  });

  test("an identifier is nearly unique: under its name, numbers that return are categories; short lists of codes too", () => {
    for (const name of ["CustomerID", "customer_id", "ID"]) {
      expect(
        typeOf(
          many((i) => String(7 * i)),
          name,
        ),
      ).toBe("id");
      expect(
        typeOf(
          many((i) => String(i % 10)),
          name,
        ),
      ).toBe("categorical");
      expect(
        typeOf(
          many((i) => `B${i % 10}`),
          name,
        ),
      ).toBe("categorical");
    }
    // A run counts the rows, whatever its name; unique numbers alone don't.
    expect(
      typeOf(
        many((i) => String(i + 1)),
        "RowNumber",
      ),
    ).toBe("id");
    expect(
      typeOf(
        many((i) => String(i)),
        "tenure",
      ),
    ).toBe("id");
    expect(
      typeOf(
        many((i) => String((i * 77) % 1000)),
        "income",
      ),
    ).toBe("numeric");
    expect(
      typeOf(
        many((i) => String((i * 77) % 1000)),
        "Unnamed: 0",
      ),
    ).toBe("id");
    expect(
      typeOf(
        many((i) => String(400 + (i % 3))),
        "Area code",
      ),
    ).toBe("categorical");
  });

  test("and reads a column once more where its beginning misled", () => {
    // The first half a megabyte looks like numbers, and a word comes after.
    const rows = 30_000;
    const body = Array.from({ length: rows }, (_, i) => `${i % 10},filler text ${i}`);
    const words = Array.from({ length: 4000 }, (_, i) => `w${i % 5},filler`);
    const { table, rejected } = parseCsv(`c,t\n${body.join("\n")}\n${words.join("\n")}\n`);
    expect(rejected).toBe(0);
    expect(table.columns[0]).toMatchObject({
      type: "categorical",
      levels: [..."0123456789", "w0", "w1", "w2", "w3", "w4"],
    });
    const zeros = parseCsv(`c,t\n${body.join("\n")}\n007,agent\n`).table.columns[0];
    expect(zeros.type).toBe("categorical");
  });

  test("but a schema decides", () => {
    const schema = {
      columns: [
        { name: "a", type: "categorical" as const },
        { name: "b", type: "boolean" as const },
        { name: "c", type: "text" as const },
      ],
    };
    const { table } = parseCsv("a,b,c,d\n2,no,1,1\n1,yes,2,2\n10,no,3,3\n", { schema });
    expect(table.columns).toMatchObject([
      { type: "categorical", levels: ["1", "10", "2"], codes: new Int32Array([2, 0, 1]) },
      { type: "boolean", levels: ["no", "yes"], codes: new Int32Array([0, 1, 0]) },
      { type: "text", values: ["1", "2", "3"] },
      { type: "numeric" },
    ]);
    expect(() => parseCsv("b,a,c\nperhaps,1,1\nsurely,2,2\n", { schema })).toThrow("must hold a usual pair");
  });

  test("keeps the digits after the point, and reads every number exactly", () => {
    const { table } = parseCsv("a,b,c\n1.50,10,0.1234567\n2.25,20,3\n");
    expect(table.columns.map((one) => (one as { decimals?: number }).decimals)).toEqual([2, 0, undefined]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), (x, n) => {
        const read = parseCsv(`a,b\n${x},${n}\n`, {
          schema: {
            columns: [
              { name: "a", type: "numeric" },
              { name: "b", type: "numeric" },
            ],
          },
        });
        expect(read.table.columns.map((one) => (one as { values: Float64Array }).values[0])).toEqual([
          Object.is(x, -0) ? 0 : x,
          n,
        ]);
      }),
    );
    fc.assert(
      fc.property(
        fc.nat(99_999),
        fc.integer({ min: 0, max: 8 }),
        fc.nat(99_999_999),
        (whole, digits, part) => {
          const text =
            digits === 0 ? String(whole) : `${whole}.${String(part % 10 ** digits).padStart(digits, "0")}`;
          const { table: made } = parseCsv(`a,b\n${text},-${text}\n`, {
            schema: {
              columns: [
                { name: "a", type: "numeric" },
                { name: "b", type: "numeric" },
              ],
            },
          });
          expect((made.columns[0] as { values: Float64Array }).values[0]).toBe(Number(text));
          expect((made.columns[1] as { values: Float64Array }).values[0]).toBe(-Number(text));
        },
      ),
    );
  });
});

describe.skipIf(!realData)("readCsv(file) on the public files", () => {
  const files = [
    "churn-bigml-80.csv",
    "churn-bigml-20.csv",
    "Telco-Customer-Churn.csv",
    "telecom_customer_data.csv",
  ];
  test.each(files)("%s: every cell is the one that polars reads", (name) => {
    const file = join(realData as string, name);
    const read = readCsv(file);
    expect(read.problemCount).toBe(0);
    // nodejs-polars: pl.readCSV(file, { inferSchemaLength: 0 }) reads all cells as text
    const frame = pl.readCSV(file, { inferSchemaLength: 0 });
    expect(frame.shape).toEqual({ height: read.table.rows, width: read.table.columns.length });
    for (const one of read.table.columns) {
      const expected = frame.getColumn(one.name).toArray() as (string | null)[];
      if (one.type === "numeric")
        expect([...one.values]).toEqual(
          expected.map((text) => (text === null || text.trim() === "" ? NaN : Number(text))),
        );
      else expect(cells(one)).toEqual(expected.map((text) => text ?? ""));
    }
  });

  test("a schema for one column leaves the others inferred", () => {
    const schema = { columns: [{ name: "SeniorCitizen", type: "numeric" as const }] };
    const { table } = readCsv(join(realData as string, files[2]), { schema });
    expect(columnNamed(table, "SeniorCitizen").type).toBe("numeric");
    expect(columnNamed(table, "customerID").type).toBe("id");
  });

  test("the file is not touched", () => {
    const file = join(realData as string, files[3]);
    const before = readFileSync(file);
    readCsv(file);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

test("parseCsv(text) says which names of columns it reads without what stands around them", () => {
  const read = parseCsv('plan, months ,"  gb"\nbasic,3,1\nplus,24,2\n');
  expect(read.table.columns.map(({ name }) => name)).toEqual(["plan", "months", "gb"]);
  expect(read.remarks.map(({ text }) => text)).toContain(
    'names of columns are read without what stands around them: " months ", "  gb"',
  );
  expect(parseCsv("plan,months\nbasic,3\n").remarks).toEqual([]);
});
