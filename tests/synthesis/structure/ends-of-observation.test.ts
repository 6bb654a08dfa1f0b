import { expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import { brokenRows } from "../../../src/synthesis/structure/orders/broken";

const closed = "2013-10-01 22:20:10.165196";
const day = 86_400_000;

/** Terms of office from a day to another one at midnight, or, without a reason, to the moment at which the table was closed. */
function terms(rows: number, rng: Rng): Table {
  const lines = Array.from({ length: rows }, (_, i) => {
    const from = Date.UTC(1950, 0, 1) + Math.floor(22_000 * rng.uniform()) * day;
    const to = from + Math.floor(1 + 9000 * rng.uniform()) * day;
    const ends = to < Date.UTC(2013, 9, 1);
    const at = (time: number): string => `${new Date(time).toISOString().slice(0, 10)} 00:00:00`;
    const reason = ends ? ["death", "retirement", "resignation"][Math.floor(3 * rng.uniform())] : "";
    return [i, at(from), ends ? at(to) : closed, reason, ends].join();
  });
  return parseCsv(`n,from,to,reason,observed\n${lines.join("\n")}\n`).table;
}

function texts(table: Table, name: string): readonly string[] {
  const column = columnNamed(table, name);
  if ("codes" in column) return [...column.codes].map((code) => column.levels[code] ?? "");
  return column.type === "numeric" ? [] : column.values;
}

test("dates stay at midnight, but for the moment that many rows share, where and as often as they do", async () => {
  const real = terms(900, seeded(3));
  const model = await sequential()(real, seeded(1));
  const said = describeStructure(model.structure).join("\n");
  expect(said).toContain(`; often exactly ${closed}.`);
  expect(said).toContain(`(missing) → ${closed}.`);
  const again = loadSequential(JSON.parse(JSON.stringify(model)));
  const made = again.sample(2000, seeded(2));
  const [to, reason] = ["to", "reason"].map((name) => texts(made, name));
  expect(to.filter((text) => text !== closed && !/^\d{4}-\d\d-\d\d 00:00:00$/.test(text))).toEqual([]);
  expect(to.filter((text, i) => (text === closed) !== (reason[i] === ""))).toEqual([]);
  const share = (of: readonly string[]): number => of.filter((text) => text === closed).length / of.length;
  expect(share(to)).toBeCloseTo(share(texts(real, "to")), 1);
  expect(to.every((text) => text.slice(0, 10) <= closed.slice(0, 10))).toBe(true);
  expect(brokenRows(model.structure, real)).toEqual([]);
  checkRules(model.structure, "test");
});

test("copula() draws as many without a reason as there are, though it does not keep the moment for them", async () => {
  const real = terms(900, seeded(3));
  const made = (await copula()(real, seeded(1))).sample(2000, seeded(2));
  const open = (table: Table): number =>
    texts(table, "reason").filter((reason) => reason === "").length / table.rows;
  expect(open(made)).toBeCloseTo(open(real), 1);
});

test("a moment that is one row's is none to be told, nor one beside others of its day", () => {
  const plan = (table: Table) => {
    const own = discoverStructure(table, seeded(1)).columns.find(({ name }) => name === "to");
    return own?.kind === "date" ? own.format : undefined;
  };
  const alone = terms(900, seeded(3));
  expect(plan(alone)?.exact).toHaveLength(1);
  expect(plan(alone)?.step).toBe(day);
  const to = columnNamed(alone, "to") as { readonly values: readonly string[] };
  const beside = (text: string): Table => ({
    ...alone,
    columns: alone.columns.map((one) =>
      one.name === "to" ? ({ ...one, values: [text, ...to.values.slice(1)] } as typeof one) : one,
    ),
  });
  for (const text of ["1999-05-01 07:11:12", "2013-10-01 00:00:00"])
    expect(plan(beside(text))).toMatchObject({ step: text.endsWith("00:00:00") ? 3_600_000 : 1000 });
});
