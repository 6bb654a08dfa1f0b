import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import { tiedKeys } from "../../../src/synthesis/structure/keys/key-ties";
import { describeLosses } from "../../../src/synthesis/structure/losses";

const rng = (label: string) => seeded(11).fork(label);

interface Order {
  readonly number: string;
  readonly country: string;
  readonly branch: number;
  readonly date: string;
}

/** Orders of which the identifier is made of the others. */
function orders(id: (order: Order) => string, rows = 800): Table {
  const random = rng("orders");
  const lines = Array.from({ length: rows }, (_, i) => {
    const country = ["AT", "CH", "DE", "AUT"][Math.floor(4 * random.uniform() ** 1.5)];
    const branch = [101, 117, 203, 340, 415][Math.floor(5 * random.uniform())];
    const date = new Date(Date.UTC(2021, 0, 4) + Math.floor(1400 * random.uniform()) * 86_400_000);
    const paid = new Date(date.getTime() + Math.floor(3 * random.uniform()) * 86_400_000);
    const [day, later] = [date, paid].map((one) => one.toISOString().slice(0, 10));
    const order = { number: String(10_000 + 3 * i).padStart(6, "0"), country, branch, date: day };
    return [id(order), country, `shop ${branch}`, day, later, Math.round(200 * random.uniform())].join(",");
  });
  return parseCsv(`order_id,country,shop,ordered,paid,amount\n${lines.join("\n")}\n`).table;
}

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));

describe("sequential: identifiers hold what other columns say", () => {
  test.each<[string, (order: Order) => string, string]>([
    [
      "the country in front",
      ({ country, number }) => `${country}-${number}`,
      "order_id begins with its country.",
    ],
    [
      "a letter for the country",
      ({ country, number }) => `${country === "AUT" ? "X" : country[0]}${number}`,
      "order_id begins with what country says (AT → A, AUT → X, CH → C …).",
    ],
    [
      "the year",
      ({ date, number }) => `${date.slice(0, 4)}${number}`,
      "order_id begins with the year of ordered.",
    ],
    [
      "the day, after letters that all have",
      ({ date, number }) => `INV-${date.replaceAll("-", "")}-${number}`,
      "order_id holds the date of ordered.",
    ],
    [
      "the number of the shop",
      ({ branch, number }) => `${branch}/${number}`,
      "order_id begins with what shop says (shop 101 → 101, shop 117 → 117, shop 203 → 203 …).",
    ],
    [
      "country and year",
      ({ country, date, number }) => `${country.padEnd(3, "_")}-${date.slice(2, 4)}-${number}`,
      "order_id begins with its country.",
    ],
  ])("%s", async (_, id, sentence) => {
    const real = orders(id);
    const model = await sequential()(real, rng("fit"));
    expect(describeStructure(model.structure)).toContain(sentence);
    const made = loadSequential(JSON.parse(JSON.stringify(model.toJSON()))).sample(1500, rng("draw"));
    const more = model.sample(500, rng("more"), { firstRow: 1500 });
    const [ids, country, shop, ordered] = ["order_id", "country", "shop", "ordered"].map((name) =>
      texts(made, name),
    );
    ids.forEach((own, i) => {
      const number = /\d{6}$/.exec(own)?.[0] ?? "";
      expect(own).toBe(
        id({ number, country: country[i], branch: Number(shop[i].slice(5)), date: ordered[i] }),
      );
    });
    const known = new Set(texts(real, "order_id"));
    expect([...ids, ...texts(more, "order_id")].filter((own) => known.has(own))).toEqual([]);
    expect(new Set([...ids, ...texts(more, "order_id")]).size).toBe(2000);
    // The rules that were found are taken back.
    const again = await sequential({ structure: model.structure })(real, rng("fit"));
    expect(again.structure).toEqual(model.structure);
  });
});

test("discoverStructure(rows) says where identifiers hold what a column says in most rows only", () => {
  let row = 0;
  const real = orders(({ country, number }) => `${row++ % 20 === 0 ? "ZZ" : country}-${number}`);
  const structure = discoverStructure(real, rng("rules"));
  expect(describeStructure(structure).join()).not.toContain("begins with");
  expect(describeLosses(structure)).toContain(
    "order_id: most identifiers of the data hold what country says, those that are made up do not",
  );
});

test("what goes with a column that identifiers hold is not said to be lost in them", () => {
  const structure = discoverStructure(
    orders(({ date, number }) => `${date.slice(0, 4)}${number}`),
    rng("rules"),
  );
  expect(describeStructure(structure)).toContain("order_id begins with the year of ordered.");
  // A day or two later it is the same year, in nearly all rows learnt and made.
  expect(describeLosses(structure).join()).not.toContain("what paid says");
});

test("tiedKeys(keys, columns, least) makes up what stands where a cell says nothing, if fewer than that have any text there", () => {
  const days = Float64Array.from({ length: 400 }, (_, i) => Date.UTC(2021, 0, 4 + 7 * (i % 200)));
  const keys = Array.from(
    days,
    (time, i) => `${new Date(time).toISOString().slice(0, 10).replaceAll("-", "")}-A${1000 + i}`,
  );
  const otherwise = (least: number) =>
    tiedKeys(keys, [{ name: "day", cells: days }], least).ties.map((tie) => tie.otherwise);
  expect(otherwise(5)).toEqual(["00000000"]);
  expect(otherwise(2)).toEqual(["20210104"]);
});

test("tiedKeys(keys, columns) finds nothing in what chance brings together", () => {
  const random = rng("chance");
  for (let round = 0; round < 50; round++) {
    const keys = Array.from({ length: 60 }, (_, i) => `${"AB"[Math.floor(2 * random.uniform())]}${1000 + i}`);
    const columns = Array.from({ length: 10 }, (_, c) => ({
      name: `c${c}`,
      cells: keys.map(() => "xyzuvw"[Math.floor(6 * random.uniform())]),
    }));
    expect(tiedKeys(keys, columns, 5)).toEqual({ ties: [], bare: keys, loose: [] });
  }
});

test("checkRules(structure) refuses a tie to what is no date, or not there", () => {
  const structure = discoverStructure(
    orders(({ date, number }) => `${date.slice(0, 4)}-${number}`),
    rng("rules"),
  );
  const tied = (of: string) =>
    JSON.parse(JSON.stringify(structure).replace('"of":"ordered"', `"of":"${of}"`)) as typeof structure;
  expect(() => checkRules(tied("ordered"), "use rules")).not.toThrow();
  expect(() => checkRules(tied("country"), "use rules")).toThrow("order_id must be tied to dates");
  expect(() => checkRules(tied("nothing"), "use rules")).toThrow("order_id must be tied to other columns");
});

test("tiedKeys(keys, columns, least) takes what stands where a cell is missing from the keys that have none", () => {
  const kinds = Array.from({ length: 300 }, (_, i) => ["mobile", "mobile", "line", ""][i % 4]);
  const keys = kinds.map(
    (kind, i) => `${{ mobile: "M", line: "L", "": "X" }[kind]}-${String(i * 7).padStart(4, "0")}`,
  );
  const { ties } = tiedKeys(keys, [{ name: "kind", cells: kinds }], 5);
  expect(ties).toMatchObject([{ of: "kind", otherwise: "X" }]);
});
