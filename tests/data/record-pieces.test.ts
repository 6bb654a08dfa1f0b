import { expect, test } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";
import { type RecordPiece, recordPieces } from "../../src/data/read/record-pieces";
import { csvText } from "../../src/data/write/write-csv";

const header = "name,note\n";

async function pieces(text: string, pieceBytes: number, chunk = 7): Promise<RecordPiece[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, k) =>
    bytes.subarray(k * chunk, (k + 1) * chunk),
  );
  const out: RecordPiece[] = [];
  for await (const piece of recordPieces(chunks, { columns: 2, delimiter: 44, line: 2, pieceBytes }))
    out.push(piece);
  return out;
}

const texts: readonly (readonly [string, string])[] = [
  ["plain lines", Array.from({ length: 40 }, (_, i) => `n${i},some words ${i}\n`).join("")],
  ["quoted line feeds", Array.from({ length: 40 }, (_, i) => `n${i},"two\nlines, ""${i}"""\n`).join("")],
  ["carriage returns", Array.from({ length: 40 }, (_, i) => `n${i},some words ${i}\r`).join("")],
  ["a stray quote", `a,"never closed\n${Array.from({ length: 40 }, (_, i) => `n${i},5" pipe\r\n`).join("")}`],
  ["no last line feed", "a,1\nb,2"],
];

test.each(texts)(
  "recordPieces cuts %s so that the pieces read apart give the file's rows",
  async (_, text) => {
    const whole = parseCsv(header + text);
    for (const size of [1, 50, 200, 10_000]) {
      const cut = await pieces(text, size);
      expect(Buffer.concat(cut.map((one) => one.bytes)).toString()).toBe(text);
      const rows = cut.map(({ bytes }) =>
        csvText(parseCsv(Buffer.concat([Buffer.from(header), bytes])).table, { header: false }),
      );
      expect(header + rows.join("")).toBe(csvText(whole.table));
    }
  },
);

test("recordPieces tells the line on which each piece begins", async () => {
  const cut = await pieces('a,1\nb,"x\ny"\nc,3\nd,4\ne,5\n', 9, 3);
  const begins = cut.map((one) => [one.line, Buffer.from(one.bytes).toString()[0]]);
  expect(begins.length).toBeGreaterThan(2);
  const lineOf: Record<string, number> = { a: 2, b: 3, c: 5, d: 6, e: 7 };
  for (const [line, name] of begins) expect(line).toBe(lineOf[name]);
});
