import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, isCategorical, type Table, takeTableRows } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { customers } from "../customers";

/** The table with every seventh cell empty, another one in each column. */
function holed(from: Table): Table {
  const hole = (i: number, j: number): boolean => (i * 5 + j * 3) % 7 === 0;
  const columns = from.columns.map((column, j) => {
    if (column.type === "numeric")
      return { ...column, values: column.values.map((value, i) => (hole(i, j) ? Number.NaN : value)) };
    if (isCategorical(column))
      return { ...column, codes: column.codes.map((code, i) => (hole(i, j) ? -1 : code)) };
    return column;
  });
  return { rows: from.rows, columns };
}

const real = customers(700, 3);
const learnt = sequential({ threads: 1 })(real, seeded(1));

test("complete() fills in what is missing, keeps what is known, and tells how much", async () => {
  const holes = holed(
    takeTableRows(
      real,
      Int32Array.from({ length: 200 }, (_, i) => i),
    ),
  );
  const { table, columns } = (await learnt).complete(holes, seeded(2));
  for (const [j, column] of holes.columns.entries()) {
    const own = table.columns[j];
    if (column.type === "numeric" && own.type === "numeric")
      for (const [i, value] of column.values.entries())
        if (!Number.isNaN(value)) expect(own.values[i]).toBe(value);
    if (isCategorical(column) && isCategorical(own)) {
      for (const [i, code] of column.codes.entries())
        if (code >= 0) expect(own.levels[own.codes[i]]).toBe(column.levels[code]);
      expect(columns[j].filled).toBe(columns[j].missing);
    }
  }
  expect(columns.reduce((sum, { missing }) => sum + missing, 0)).toBeGreaterThan(200);
  const again = (await learnt).complete(holes, seeded(2));
  expect(csvText(again.table)).toBe(csvText(table));
});

test("complete() looks at what is known, whether it is drawn earlier or later", async () => {
  const rows = takeTableRows(
    real,
    Int32Array.from({ length: 300 }, (_, i) => i),
  );
  const close = async (name: string): Promise<number> => {
    const columns = rows.columns.map((column) =>
      column.name === name && column.type === "numeric"
        ? { ...column, values: new Float64Array(rows.rows).fill(Number.NaN) }
        : column,
    );
    const { table } = (await learnt).complete({ rows: rows.rows, columns }, seeded(3));
    const [made, was] = [columnNamed(table, name), columnNamed(rows, name)];
    if (made.type !== "numeric" || was.type !== "numeric") throw new Error("numbers");
    const pairs = [...was.values.keys()].filter(
      (i) => !Number.isNaN(was.values[i]) && !Number.isNaN(made.values[i]),
    );
    const mean = (of: (i: number) => number): number =>
      pairs.reduce((sum, i) => sum + of(i), 0) / pairs.length;
    const [a, b] = [mean((i) => was.values[i]), mean((i) => made.values[i])];
    const together = mean((i) => (was.values[i] - a) * (made.values[i] - b));
    return (
      together / Math.sqrt(mean((i) => (was.values[i] - a) ** 2) * mean((i) => (made.values[i] - b) ** 2))
    );
  };
  // A bill follows from the plan; months from the total, which is computed from them and the bill.
  expect(await close("bill")).toBeGreaterThan(0.9);
  expect(await close("months")).toBeGreaterThan(0.9);
});

test("complete() refuses a table without a column of the model", async () => {
  const { columns, rows } = real;
  const fitted = await learnt;
  expect(() => fitted.complete({ rows, columns: columns.slice(0, -1) }, seeded(1))).toThrow(
    "the model's column",
  );
});

test("complete() tells which levels the model does not know, and keeps them", async () => {
  const rows = takeTableRows(
    real,
    Int32Array.from({ length: 30 }, (_, i) => i),
  );
  const net = columnNamed(rows, "net");
  if (!isCategorical(net)) throw new Error("net has levels");
  const codes = net.codes.map((code, i) => (i < 4 ? 3 + (i % 2) : code));
  const foreign = { ...net, codes, levels: [...net.levels, "cable", "satellite"] };
  const columns = rows.columns.map((column) => (column === net ? foreign : column));
  const { table, unknown } = (await learnt).complete({ rows: rows.rows, columns }, seeded(2));
  expect(unknown).toEqual([{ name: "net", cells: 4, levels: 2, first: ["cable", "satellite"] }]);
  const kept = columnNamed(table, "net");
  expect(isCategorical(kept) && kept.levels[kept.codes[0]]).toBe("cable");
  expect((await learnt).complete(rows, seeded(2)).unknown).toEqual([]);
});

test("complete() tells which of few values of a number the model does not know", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${1 + (i % 3)}.0,${5 * (1 + (i % 3) + (i % 4))}`);
  const { table: from } = parseCsv(`lines,fee\n${lines.join("\n")}\n`);
  const model = await sequential({ threads: 1 })(from, seeded(1));
  const { table: rows } = parseCsv("lines,fee\n9.0,\n2.0,\n9,\n4.0,10\n");
  const fee = { name: "fee", type: "numeric", values: Float64Array.of(NaN, NaN, NaN, 10) } as const;
  const given = { rows: 4, columns: [rows.columns[0], fee] };
  expect(model.complete(given, seeded(2)).unknown).toEqual([
    { name: "lines", cells: 3, levels: 2, first: ["9", "4"], nearest: true },
  ]);
  expect(model.complete(from, seeded(2)).unknown).toEqual([]);
});

test("complete() fills dates in the year that an identifier says, and counts where the model knows none of it", async () => {
  const lines = Array.from({ length: 400 }, (_, i) => {
    const day = new Date(Date.UTC(2021, 0, 1 + ((i * 379) % 1090))).toISOString().slice(0, 10);
    return `R-${day.slice(0, 4)}-${10000 + ((i * 7919) % 89999)},${i % 9 === 0 ? "" : day},${i % 4}`;
  });
  const { table: from } = parseCsv(`no,day,kind\n${lines.join("\n")}\n`);
  const model = await sequential({ threads: 1 })(from, seeded(1));
  const { table, broken } = model.complete(from, seeded(2));
  const [keys, days] = table.columns.map((one) => lines.map((_, i) => cellText(one, i)));
  expect([...keys.keys()].filter((i) => keys[i].slice(2, 6) !== days[i].slice(0, 4))).toEqual([]);
  expect(broken).toEqual([]);
  const early = parseCsv(`no,day,kind\nR-1999-12345,,1\n${lines.join("\n")}\n`).table;
  expect(model.complete(early, seeded(2)).broken).toEqual([
    { rule: "no holds the year of day.", rows: 1, first: 0 },
  ]);
});

test("complete() draws a date and a number within the month, the year and the band that are known of them", async () => {
  const head = "day,month,year,age,band\n";
  const lines = Array.from({ length: 400 }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1 + ((i * 137) % 1000))).toISOString().slice(0, 10);
    const age = 18 + ((i * 29) % 60);
    return [day, day.slice(0, 7), day.slice(0, 4), age, age < 30 ? "young" : age < 60 ? "middle" : "old"];
  });
  const text = (rows: readonly (readonly unknown[])[]) =>
    head + rows.map((row) => `${row.join(",")}\n`).join("");
  const { table: whole, schema } = parseCsv(text(lines));
  const model = await sequential({ threads: 1 })(whole, seeded(1));
  const holes = lines
    .slice(0, 120)
    .map(([, month, year, , band], i) => ["", i % 3 ? month : "", year, "", band]);
  const { table, broken, unlikely } = model.complete(parseCsv(text(holes), { schema }).table, seeded(2));
  const made = csvText(table)
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  made.forEach(([day, month, year, age, band], i) => {
    expect([year, band]).toEqual([holes[i][2], holes[i][4]]);
    expect([month, year]).toEqual([day.slice(0, 7), day.slice(0, 4)]);
    expect(Number(age) < 30 ? "young" : Number(age) < 60 ? "middle" : "old").toBe(band);
  });
  expect([broken, unlikely]).toEqual([[], 0]);
});

test("completion() draws each part of the rows anew", async () => {
  const part = holed(takeTableRows(real, [...Array(150).keys()]));
  const completion = (await learnt).completion(seeded(2));
  const [one, two] = [part, part].map((rows) => {
    const done = [...completion.steps(rows)].length;
    expect(done).toBe(2);
    return completion.found;
  });
  expect(two.columns.map(({ missing }) => missing)).toEqual(one.columns.map(({ missing }) => 2 * missing));
  const texts = [1, 2].map(() => {
    const steps = completion.steps(part);
    let step = steps.next();
    while (!step.done) step = steps.next();
    return csvText(step.value);
  });
  expect(texts[0]).not.toBe(texts[1]);
});
