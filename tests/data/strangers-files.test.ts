import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { markedEncoding } from "../../src/data/dialect/encoding";
import { parseCsv } from "../../src/data/read/read-csv";
import { readTable } from "../../src/data/read/read-table";
import { schemaOf } from "../../src/data/schema";

const folder = mkdtempSync(join(tmpdir(), "telelink-strangers-"));
afterAll(() => rmSync(folder, { recursive: true }));

function lines(n: number, cells: (i: number) => string): string {
  return Array.from({ length: n }, (_, i) => cells(i)).join("\n");
}

describe("parseCsv(text)", () => {
  test("passes over titles that a spreadsheet has filled up with empty fields", () => {
    const rows = lines(30, (i) => `K${i * 7};${i % 9};${i},5;${i % 2 ? "Ja" : "Nein"}`);
    const { table, dialect } = parseCsv(
      `Liste 2024;;;\nStand: 1.2.2024;;;\n;;;\nid;calls;fee;left\n${rows}\n`,
    );
    expect(dialect.skip).toBe(3);
    expect(table.columns.map((one) => [one.name, one.type])).toEqual([
      ["id", "id"],
      ["calls", "numeric"],
      ["fee", "numeric"],
      ["left", "boolean"],
    ]);
  });

  test("keeps a header whose columns mostly have no name, where no fuller line follows", () => {
    expect(parseCsv(`id,,\n${lines(9, (i) => `${i * 3},,`)}\n`).table.rows).toBe(9);
  });

  test("splits by what the header is split by, though all cells of a column hold another delimiter", () => {
    const rows = lines(40, (i) => `${i * 3},${["basic", "plus"][i % 2]}; with phone,${i}.5`);
    const { table, dialect } = parseCsv(`number,plan,fee\n${rows}\n`);
    expect(dialect).toMatchObject({ delimiter: "," });
    expect(table.rows).toBe(40);
    expect(table.columns[1]).toMatchObject({
      name: "plan",
      levels: ["basic; with phone", "plus; with phone"],
    });
  });

  test.each([false, true])("leaves out rows that repeat the header, and says so (plain: %s)", (plain) => {
    const page = (from: number) =>
      `plan,months\n${lines(300, (i) => `${i % 2 ? "basic" : "plus"},${from + i}`)}\n`;
    // Beyond 1 MiB the kernel reads.
    const filler = plain ? "" : `${"plus,1\n".repeat(160_000)}`;
    const read = parseCsv(`${page(0)}\ufeff${page(300)}${filler}`, { plain, badCells: "missing" });
    expect(read.table.rows).toBe(600 + (plain ? 0 : 160_000));
    expect(read.rejectedRows).toEqual([301]);
    expect(read.problems[0]).toMatchObject({ line: 302, rule: "a row must not repeat the header" });
    expect(read.table.columns.map((one) => one.type)).toEqual(["categorical", "numeric"]);
  });

  test("types a column that begins empty by what comes later", () => {
    const { table } = parseCsv(`a,b\n${lines(60_000, (i) => `${i},${i < 50_000 ? "" : i / 2}`)}\n`);
    expect(table.columns[1].type).toBe("numeric");
  });

  test.each([
    [
      "when",
      (i: number) => (i % 3 ? `${1 + (i % 28)}/12/2024` : `12/${1 + (i % 28)}/2024`),
      /not all written alike/,
    ],
    ["fee", (i: number) => (i % 4 ? `${1 + (i % 60) / 10}k` : `${100 + i}`), /shortened as "\d/],
  ])("says why %s is read as words", (name, cell, why) => {
    const { remarks } = parseCsv(`x,${name}\n${lines(200, (i) => `${i}.5,${cell(i)}`)}\n`);
    expect(
      remarks
        .filter((one) => one.column === name)
        .map((one) => one.text)
        .join(),
    ).toMatch(why);
  });

  test("says nothing of the kind of words and codes", () => {
    const { remarks } = parseCsv(`x,code\n${lines(200, (i) => `${i}.5,K${1000 + i * 7}`)}\n`);
    expect(remarks).toEqual([]);
  });

  test("tells of a last row that sums up the others", () => {
    const rows = lines(20, (i) => `K${i * 3},${i}`);
    expect(parseCsv(`id,fee\n${rows}\nSumme,190\n`).remarks.map((one) => one.text)).toEqual([
      'its last row is called "Summe" in id: if it sums up the others, take it out of the file',
    ]);
    expect(parseCsv(`id,fee\n${rows}\n`).remarks).toEqual([]);
    const both = parseCsv(`id,fee\n${rows}\nSumme,190\nDurchschnitt,9.5\n`).remarks;
    expect(both.map((one) => one.text)).toEqual([
      'its last 2 rows are called "Summe" and "Durchschnitt" in id: if they sum up the others, take them out of the file',
    ]);
    const japanese = parseCsv(`id,fee\n${rows}\n合計,190\n`).remarks;
    expect(japanese.map((one) => one.text).join()).toContain('its last row is called "合計" in id');
  });

  test("tells of a last row that is all but empty, whose name stands in a column that is not read", () => {
    const rows = lines(20, (i) => `${i * 3},${i},${i % 4},${i / 2},basic`);
    const only = ["fee", "calls", "months", "plan"];
    const { remarks } = parseCsv(`no,fee,calls,months,plan\n${rows}\nSumme,190,,,\n`, { only });
    expect(remarks.map((one) => one.text).join()).toMatch(/^its last row fills 1 of the 4 columns/);
  });

  test("knows a header that stands once more further down, and a minus behind a unit", () => {
    const rows = (from: number) =>
      lines(
        20,
        (i) =>
          `2024-01-${10 + i} 00:00;1 2${from + i},50 €${i % 2 ? "-" : ""};${i % 2 ? "basic" : "plus"};${i % 2}`,
      );
    const { table, rejectedRows } = parseCsv(
      `when;fee;plan;left\n${rows(10)}\nwhen;fee;plan;left\n${rows(40)}\n`,
    );
    expect(table.columns.map((one) => [one.name, one.type])).toEqual([
      ...[
        ["when", "date"],
        ["fee", "numeric"],
        ["plan", "categorical"],
        ["left", "boolean"],
      ],
    ]);
    expect([
      table.rows,
      rejectedRows,
      table.columns[1].type === "numeric" && table.columns[1].values[1],
    ]).toEqual([40, [21], -1211.5]);
  });

  test("reads the day first where the decimal mark is a comma, and says that the month may be", () => {
    const rows = lines(30, (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2024;${i},5`);
    const { table, remarks } = parseCsv(`when;fee\n${rows}\n`);
    expect(table.columns[0]).toMatchObject({ type: "date", format: { pattern: "dd/MM/yyyy" } });
    expect(remarks.map((one) => one.text).join()).toContain("but could be MM/dd/yyyy");
  });

  test("takes 1.234 for thousands where a model's column was plain and this file has decimal commas", () => {
    const schema = schemaOf(
      parseCsv(
        `pay,share,when\n${lines(30, (i) => `${1000 + ((i * 37) % 400)},${i}.25,2024-01-${10 + (i % 9)}`)}\n`,
      ).table,
    );
    const german = parseCsv(
      `pay;share;when\n${lines(30, (i) => `1.${100 + i};${i},25;0${1 + (i % 9)}/03/2024`)}\n`,
      { schema },
    );
    const [pay, share] = german.table.columns;
    expect(pay.type === "numeric" && share.type === "numeric" && [pay.values[3], share.values[3]]).toEqual([
      1103, 3.25,
    ]);
    expect(german.remarks.map((one) => one.text).join()).toContain(
      "read as dd/MM/yyyy, but could be MM/dd/yyyy",
    );
  });

  test("tells of unique cells that are no names but numbers beside something", () => {
    const { table, remarks } = parseCsv(
      `fee,calls\n${lines(60, (i) => `ca. ${100 + i * 3}.${10 + (i % 80)},${i % 7}`)}\n`,
    );
    expect(table.columns[0].type).not.toBe("numeric");
    expect(remarks[0]?.text).toMatch(/numbers beside something, such as "ca. 100.10"/);
  });

  test("tells of a word that is missing among numbers and a level among words", () => {
    const rows = lines(60, (i) => `${i % 9 === 4 ? "NA" : i * 2},${i % 9 === 4 ? "NA" : `plan ${i % 3}`}`);
    const { table, remarks } = parseCsv(`usage,plan\n${rows}\n`);
    expect(table.columns[1]).toMatchObject({
      type: "categorical",
      levels: ["NA", "plan 0", "plan 1", "plan 2"],
    });
    expect(remarks).toEqual([
      {
        column: "plan",
        text: '"NA" means missing in usage and is a value like the others here (--missing NA has it mean missing)',
      },
    ]);
  });

  test("refuses words among zeros and ones, which are neither, and reads the same again however they are written", () => {
    const cells = Array.from({ length: 60 }, (_, i) => ["0", "1", "-0", "1.00"][i % 4]);
    const text = `name,churned\n${[...cells, "perhaps", "NA"].map((cell, i) => `n${i},${cell}`).join("\n")}\n`;
    const read = parseCsv(text);
    expect(read.problems).toMatchObject([{ line: 62, column: "churned", value: "perhaps" }]);
    expect(read.table.columns[1]).toMatchObject({ type: "boolean", levels: ["0", "1"], missing: ["NA"] });
    const again = parseCsv(text, { schema: read.schema });
    for (const { table, rejected } of [read, again]) {
      expect(rejected).toBe(1);
      const codes = Int32Array.from({ length: 61 }, (_, i) => (i === 60 ? -1 : i % 2));
      expect(table.columns[1]).toMatchObject({ codes });
    }
  });

  test("takes words of more than a thousand characters for text, of which a model keeps no levels", () => {
    const long = "x".repeat(20_000);
    expect(parseCsv(`a,b\n${lines(30, (i) => `${i * 2},${long}`)}\n`).table.columns[1].type).toBe("text");
  });

  test("tells a file of columns of fixed width from a table of one column", () => {
    const { remarks } = parseCsv(
      `id      months   charge\n${lines(20, (i) => `K${100 + i}        12     ${i}.50`)}\n`,
    );
    expect(remarks.map((one) => one.text).join()).toMatch(/fixed width/);
  });

  test("says which cells were filled up with blanks that are left out", () => {
    const rows = lines(
      200,
      (i) =>
        `${`K${10_000 + 3 * i}`.padEnd(10)},${["S", "M", "LARGE"][i % 3].padEnd(6)},${String(i % 2).padStart(4)},${i % 7}`,
    );
    const { table, remarks } = parseCsv(`id,plan,flag,calls\n${rows}\n`);
    expect(table.columns.map(({ type }) => type)).toEqual(["id", "categorical", "numeric", "numeric"]);
    expect(remarks.map(({ column, text }) => `${column}: ${text}`)).toEqual([
      "id: filled up with blanks to 10 characters, which are left out",
      "plan: filled up with blanks to 6 characters, which are left out",
      "flag: filled up with blanks to 4 characters, which are left out",
    ]);
    expect(parseCsv(`a,b,c\n${lines(200, (i) => `${i % 3}, ${i % 2}, x${i % 5}`)}\n`).remarks).toEqual([]);
  });

  test("takes identifiers for such where a footer's words stand among them, and says so", () => {
    const rows = lines(400, (i) => `${10_000_000 + 7919 * i}${"ABCDE"[i % 5]};${i % 9}`);
    const { table, remarks } = parseCsv(`dni;calls\n${rows}\nTotal clientes: 400;1600\n`);
    expect(table.columns[0].type).toBe("id");
    expect(remarks.map(({ text }) => text)).toContain(
      '1 of its identifiers holds blanks, such as "Total clientes: 400"',
    );
  });
});

describe("readTable(file)", () => {
  const put = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test.each(["compact", "indented"])(
    "takes the one list of objects within a JSON object for the rows (%s)",
    async (how) => {
      const value = {
        total: 2,
        data: [
          { plan: "basic", months: 3 },
          { plan: "plus", months: 24 },
        ],
      };
      const { table, remarks } = await readTable(
        put(`${how}.json`, JSON.stringify(value, null, how === "compact" ? 0 : 2)),
      );
      expect(table.columns.map((one) => one.name)).toEqual(["plan", "months"]);
      expect(remarks[0].text).toBe('the rows are the list under "data"; not read: total');
    },
  );

  test.each([
    ["имя;сумма", (i: number) => `${["Анна", "Борис"][i % 2]};${i},5`],
    ["όνομα;ποσό", (i: number) => `${["Άννα", "Μπάμπης"][i % 2]};${i},5`],
    ["顧客;金額", (i: number) => `${["東京都渋谷区", "大阪府大阪市"][i % 2]};${i}`],
    ["שם;סכום", (i: number) => `${["דנה", "יוסי"][i % 2]};${i},5`],
  ])("reads %s in UTF-16, of either order, with a mark and without", async (header, line) => {
    const text = `${header}\n${Array.from({ length: 200 }, (_, i) => line(i)).join("\n")}\n`;
    for (const mark of ["\ufeff", ""])
      for (const other of [false, true]) {
        const bytes = Buffer.from(mark + text, "utf16le");
        const { table, schema } = await readTable(put("wide.csv", other ? bytes.swap16() : bytes));
        expect(schema.dialect?.encoding).toBe(other ? "utf-16be" : "utf-16le");
        expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
          `${header.split(";")[0]} categorical`,
          `${header.split(";")[1]} numeric`,
        ]);
        expect(table.rows).toBe(200);
      }
  });

  test("takes no text with a zero in it for UTF-16", () => {
    expect(markedEncoding(Buffer.from("n,c,b,t,r,m\n\0\n"))).toBeUndefined();
    expect(markedEncoding(Buffer.from("n,c\n1,2\n", "utf16le"))).toBe("utf-16le");
  });

  test("refuses text in UTF-32 and EBCDIC by name, and prints none of it", async () => {
    const utf32 = Buffer.concat(
      [..."\ufeffplan,months\nbasic,3\n"].map((one) => {
        const four = Buffer.alloc(4);
        four.writeUInt32LE(one.codePointAt(0) as number);
        return four;
      }),
    );
    await expect(readTable(put("utf32.csv", utf32))).rejects.toThrow(
      /got text in UTF-32 \(save it as UTF-8\)$/,
    );
    // Whole numbers of 16 and 32 bits are no text in UTF-16.
    for (const [bits, most] of [
      [16, 2000],
      [16, 65536],
      [32, 90],
    ] as const) {
      const numbers = Array.from({ length: 2000 }, (_, i) => (i * 7919) % most);
      const binary = bits === 16 ? Uint16Array.from(numbers) : Uint32Array.from(numbers);
      await expect(readTable(put("numbers.bin", Buffer.from(binary.buffer)))).rejects.toThrow(
        /cannot|Cannot/,
      );
    }
    // "AB1," and a new line, in code page 500.
    const ebcdic = Buffer.from("c1c2f16b25".repeat(60), "hex");
    await expect(readTable(put("host.csv", ebcdic))).rejects.toThrow(/got text that may be EBCDIC/);
  });
});
