import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/data/csv/find-layout";
import { startCsvKernel } from "../../../src/data/csv/kernel";
import { builderOf } from "../../../src/data/csv/layout";
import type { CsvOptions } from "../../../src/data/csv/options";
import { CsvReader } from "../../../src/data/csv/reader";
import type { ColumnSchema } from "../../../src/data/schema";
import type { Column } from "../../../src/data/table";

const columns: readonly ColumnSchema[] = [
  { name: "n", type: "numeric", minimum: -1000, maximum: 1000 },
  { name: "c", type: "categorical" },
  { name: "b", type: "boolean", levels: ["No", "Yes"] },
  { name: "t", type: "text", required: true },
  { name: "r", type: "categorical", required: true },
  { name: "m", type: "numeric", required: true },
];
const header = "n,c,b,t,r,m\n";

interface Read {
  readonly columns: readonly Column[];
  readonly problems: unknown;
  readonly counts: readonly number[];
}

/** Reads the text in pieces of `size` bytes, by the kernel or plainly. */
function read(text: string | Uint8Array, plain: boolean, size: number, options: CsvOptions = {}): Read {
  const bytes = Buffer.from(text as string);
  const layout = layoutOf("x.csv", bytes, true, { ...options, schema: { columns } });
  const builders = layout.columns.map((_, j) => builderOf(layout, j, options));
  const reader = new CsvReader("x.csv", layout, { ...options, plain }, builders, Infinity);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return {
    columns: builders.map((one) => one.take()),
    problems: reader.log.kept,
    counts: [reader.rows, reader.rejected, reader.log.count],
  };
}

test("the kernel runs here: what follows compares it with the plain code", () => {
  const sizes = { columns: 6, delimiter: 44, maxFieldBytes: 100, maxRows: 16, capacity: 1000 };
  expect(startCsvKernel(sizes)).toBeDefined();
});

describe("the kernel reads what the plain code reads, bit for bit", () => {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double({ min: -2000, max: 2000, noNaN: true }).map((x) => String(x)),
    fc.double({ min: -999, max: 999, noNaN: true }).map((x) => x.toFixed(2)),
    fc.constantFrom(
      "",
      " ",
      "NA",
      "-",
      ".",
      "-.5",
      "5.",
      "007",
      "-0",
      "1e3",
      "+4",
      "12345678901234567",
      "1.2.3",
      "x",
    ),
  );
  const word = fc.oneof(
    fc.constantFrom(
      "No",
      "Yes",
      "true",
      "",
      " ",
      "No internet service",
      "Bank transfer (automatic)",
      "Bank transfer (automatiK)",
      "é",
      "😀",
    ),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "\n", "\r", "\0"), maxLength: 6 }),
  );
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const cell = fc
    .tuple(fc.oneof(number, word), fc.boolean())
    .map(([text, quote]) => (quote ? quoted(text) : text));
  const row = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          number,
          word.map((w) => (/[",\n\r\0]/.test(w) ? quoted(w) : w)),
          fc.constantFrom("No", "Yes", "yes", "maybe"),
          word.map(quoted),
          fc.constantFrom("x", "y", ""),
          number,
        )
        .map((cells) => cells.join(",")),
    },
    { weight: 1, arbitrary: fc.array(cell, { minLength: 0, maxLength: 7 }).map((cells) => cells.join(",")) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom(",", '"', "a", "1", "\r", "\n", "\0"), maxLength: 20 }),
    },
  );
  const file = fc
    .tuple(fc.array(fc.tuple(row, fc.constantFrom("\n", "\r\n", "\r")), { maxLength: 60 }), fc.boolean())
    .map(
      ([rows, open]) =>
        header + rows.map(([text, end]) => text + end).join("") + (open ? "1,a,No,t,x,2" : ""),
    );

  const outcome = <T>(reading: () => T): T | string => {
    try {
      return reading();
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("of any text, cut anywhere", () => {
    fc.assert(
      fc.property(
        file,
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom("reject", "missing") as fc.Arbitrary<"reject">,
        (text, size, badCells) => {
          const options = { badCells, maxFieldBytes: 64, maxProblems: 1000 };
          // A file that holds little but NUL is refused as a whole, by both in the same words.
          const [ours, plain] = [
            outcome(() => read(text, false, size, options)),
            outcome(() => read(text, true, 1 << 20, options)),
          ];
          expect(ours).toEqual(plain);
          if (typeof plain === "string") expect(plain).toContain("it must be a table in text");
        },
      ),
      { numRuns: 400 },
    );
  });

  test("of any bytes", () => {
    // A file that begins with anything but text is refused as a whole.
    const begin = Buffer.from(header + "1,a,No,t,x,2\n".repeat(90));
    const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.concat([begin, some]));
    fc.assert(
      fc.property(bytes, (some) => {
        // What no encoding reads is refused by both in the same words.
        const [ours, plain] = [false, true].map((slow) => outcome(() => read(some, slow, 1 << 20)));
        expect(ours).toEqual(plain);
        if (typeof plain === "string") expect(plain).toContain("--encoding must name what they are");
      }),
      { numRuns: 200 },
    );
  });

  test("of more levels than its dictionary holds, and of more bytes of them", () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `${i % 9},level ${i % 700} ${"x".repeat(i % 40)},No,t${i},${i % 5},1`,
    );
    const text = `${header}${lines.join("\n")}\n`;
    expect(read(text, false, 5000)).toEqual(read(text, true, 5000));
  });

  test("of rows whose blocks are cut by a line without an end", () => {
    const text = `${header}1,a,No,t,x,2\n${"z".repeat(3 << 20)}\n2,b,Yes,u,y,3\n`;
    const options = { maxFieldBytes: 1000 };
    const found = read(text, false, 1 << 18, options);
    expect(found).toEqual(read(text, true, 1 << 18, options));
    expect(found.counts).toEqual([3, 1, 1]);
  });
});
