import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CustomerRows, lotRows } from "../../../src/serve/batch/rows";
import { rowsFromCsv } from "../../../src/serve/batch/rows-from-csv";
import { rowsFromJson, rowsFromLines } from "../../../src/serve/batch/rows-from-json";
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

let fault: string | undefined;
beforeEach(() => {
  fault = undefined;
});
afterEach(() => expect(fault).toBeUndefined());

async function lotsOf(text: string | Buffer, read = rowsFromCsv, own = fields): Promise<CustomerRows[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
  }
  const lots: CustomerRows[] = [];
  try {
    for await (const lot of read(pieces(), { fields: own, sent: false })) lots.push(lot);
  } catch (error) {
    // What a caller has heard until then stays heard.
    fault = (error as Error).message;
  }
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
  test("a column customerID names the customers where there is no customer_id", async () => {
    expect(used(await lotsOf("customerID;calls\na;1\nb;2\n"))).toEqual(["1 a 1", "2 b 2"]);
    expect(used(await lotsOf("customerID,customer_id,calls\na,x,1\n"))).toEqual(["1 x 1"]);
    expect(used(await lotsOf("customer,calls\na,1\n"))).toEqual(["1 undefined 1"]);
    // Neither a guess among several, nor a part of another column's name.
    expect(used(await lotsOf("customerID,Customer-Id,calls\na,b,1\n"))).toEqual(["1 undefined 1"]);
    expect(used(await lotsOf("customer id|old,calls\na,1\n"))).toEqual(["1 undefined 1"]);
  });

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

  test("a byte that is no UTF-8 costs its row alone, not the column with letters of UTF-8", async () => {
    const name = "Gespräche für Köln";
    const text = Buffer.from(`customer_id,${name}\na,1\n?,2\nc,3\n`);
    text[text.indexOf("?")] = 0xff;
    const lots = await lotsOf(text, rowsFromCsv, [{ ...fields[0], key: name, column: name }]);
    expect(used(lots)).toEqual(["1 a 1", "3 c 3"]);
    expect(wrong(lots).map((one) => one[0])).toEqual(["2"]);
  });

  test.each([
    ["a comma in it", "Calls, a month"],
    ["quotes in it", 'Calls "abroad"'],
    ["another file's delimiter in it", "Calls;abroad|home"],
    ["a line break in it", "Calls\na month"],
    ["letters of windows-1252", "Gespräche", "latin1"],
    ["the € of windows-1252", "Gespräche in €", "latin1"],
    ["letters of UTF-16", "Gespräche", "utf16le"],
  ] as [string, string, BufferEncoding?][])(
    "finds a column whose name has %s",
    async (_, name, encoding = "utf8") => {
      const text = `customer_id,"${name.replaceAll('"', '""')}"\na,1\nb,2\n`;
      const marked = encoding === "utf16le" ? `\ufeff${text}` : text;
      const own = [{ ...fields[0], key: name, column: name }] as DeskField[];
      // Latin-1 but for the €.
      const bytes = Buffer.from(encoding === "latin1" ? marked.replaceAll("€", "\x80") : marked, encoding);
      const lots = await lotsOf(bytes, rowsFromCsv, own);
      expect(used(lots)).toEqual(["1 a 1", "2 b 2"]);
    },
  );
});

const json = (row: number): string => `{"customer_id": "c${row}", "calls": ${row % 4 === 0 ? -row : row}}`;
const all = Array.from({ length: lotRows + 3 }, (_, i) => i + 1);
const good = all.filter((row) => row % 4 !== 0).map((row) => `${row} c${row} ${row}`);

describe("rowsFromJson(body, fields)", () => {
  test("names bad rows by their numbers, in lists and behind a member of that name", async () => {
    for (const text of [`[${all.map(json)}]`, `{"customers": [${all.map(json)}]}`]) {
      const lots = await lotsOf(text, rowsFromJson);
      expect(used(lots)).toEqual(good);
      expect(wrong(lots)[0]).toBe("4 calls: must be at least 0, got -4");
      expect(wrong(lots)).toHaveLength(all.length - good.length);
    }
  });

  test("answers what came before the place where the list breaks", async () => {
    const lots = await lotsOf(`[${json(1)}, ${json(2)}, ${json(4)}, {"calls": oops}]`, rowsFromJson);
    expect(used(lots)).toEqual(["1 c1 1", "2 c2 2"]);
    expect(wrong(lots).map((one) => one[0])).toEqual(["3"]);
    expect(fault).toMatch(/JSON/);
    fault = undefined;
  });
});

describe("rowsFromLines(body, fields)", () => {
  test("a line that is no JSON costs that row alone; the last needs no end", async () => {
    const lots = await lotsOf(`${json(1)}\nnot json\n\n${json(3)}\n{"calls": -1}\n${json(5)}`, rowsFromLines);
    expect(used(lots)).toEqual(["1 c1 1", "3 c3 3", "5 c5 5"]);
    expect(wrong(lots)).toEqual(["2 customer: must be JSON", "4 calls: must be at least 0, got -1"]);
    expect(used(await lotsOf(all.map(json).join("\n"), rowsFromLines))).toEqual(good);
  });
});
