import { expect, test } from "vitest";
import { normal, seeded } from "../../src/core/rng";
import { perhapsRowNames } from "../../src/data/infer/row-numbers";
import { parseCsv } from "../../src/data/read/read-csv";

const columnsOf = (names: readonly string[], row: (i: number) => readonly (number | string)[], rows = 800) =>
  parseCsv(`${names.join(",")}\n${Array.from({ length: rows }, (_, i) => row(i).join(",")).join("\n")}\n`)
    .table;

test("whole numbers that name the rows are identifiers, by name or by how they are spread", () => {
  const rng = seeded(3);
  const spread = new Set<number>();
  while (spread.size < 1600) spread.add(100_000 + Math.floor(900_000 * rng.uniform()));
  const drawn = [...spread];
  const found = columnsOf(
    ["paid", "customer_ref", "crm_key", "imei", "Vertragsnummer", "zaehler", "one"],
    (i) => [
      (10 + 5 * rng.uniform()).toFixed(2),
      1_000_000 + 7 * i,
      drawn[i] % 2 === 0 ? drawn[i] : Math.floor(drawn[i] / 2),
      Math.floor(35e13 + 1e13 * ((i * 0.6180339887) % 1)),
      4000 + ((i * 37) % 800) * 3,
      drawn[800 + i],
      200_000 + 10 * i,
    ],
  );
  expect(found.columns.map(({ type }) => type)).toEqual(["numeric", "id", "id", "id", "id", "id", "id"]);
  expect(perhapsRowNames(found)).toEqual([]);
});

test("what is measured stays a number, and is named where it might be either", () => {
  const rng = seeded(4);
  const taken = new Set<number>();
  const income = (): number => {
    for (;;) {
      const value = Math.round(30_000 * Math.exp(0.4 * normal(rng)));
      if (value >= 10_000 && value < 100_000 && !taken.has(value) && taken.add(value)) return value;
    }
  };
  const found = columnsOf(["income", "cents", "year", "visits_no", "since"], (i) => [
    income(),
    income() * 100 + (i % 100),
    1900 + (i % 100),
    1000 + Math.floor(rng.uniform() * 300),
    i < 1 ? "" : 1000 + i * i,
  ]);
  expect(found.columns.map(({ type }) => type)).toEqual([
    "numeric",
    "numeric",
    "numeric",
    "numeric",
    "numeric",
  ]);
  expect(perhapsRowNames(found)).toEqual(["income", "cents"]);
});

test("amounts under a name that customers may have stay numbers, and are named", () => {
  const found = columnsOf(
    ["mobile", "account", "member_no"],
    (i) => [3 + 11 * i, 7 + 13 * i, 5 + 17 * i],
    150,
  );
  expect(found.columns.map(({ type }) => type)).toEqual(["numeric", "numeric", "id"]);
  expect(perhapsRowNames(found)).toEqual(["mobile", "account"]);
});
