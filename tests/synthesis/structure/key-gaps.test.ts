import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { writtenDates } from "../../../src/synthesis/structure/dates";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { trees } from "../../../src/synthesis/trees/trees";

const cellsOf = (from: Table, name: string): string[] =>
  Array.from({ length: from.rows }, (_, i) => cellText(columnNamed(from, name), i));

/** Customers who pay by debit have an account's number, others none; a policy stands in some two rows, where there is one. */
const rng = seeded("accounts");
const lines = Array.from({ length: 1000 }, (_, i) => {
  const pay = rng.uniform() < 0.6 ? "debit" : "bill";
  const iban =
    pay === "debit" ? `DE${String(10 ** 9 + Math.floor(rng.uniform() * 8e9)).padEnd(20, "7")}` : "";
  const start = Math.floor(rng.uniform() * 400);
  const end = start + (pay === "bill" ? -1 : 1) * Math.floor(rng.uniform() * 30);
  return [`K${10000 + i * 3}`, pay, iban, pay === "bill" ? "" : `P-${100 + (i >> 1)}`, start, end].join(",");
});
const { table: accounts } = parseCsv(`id,pay,iban,policy,start,end\n${lines.join("\n")}\n`);

test.each([
  ["sequential", sequential],
  ["trees", trees],
])(
  "%s makes identifiers in the rows in which others say that there are some, each its own",
  async (_, method) => {
    const model = await method()(accounts, seeded(1));
    expect(describeStructure(model.structure)).toContain(
      "iban is missing in some rows: in which goes with what else they hold.",
    );
    const made = model.sample(1500, seeded(2));
    const [pay, iban, policy] = ["pay", "iban", "policy"].map((name) => cellsOf(made, name));
    expect(pay.filter((own, i) => (own === "debit") !== (iban[i] !== ""))).toEqual([]);
    expect(pay.filter((own, i) => (own === "debit") !== (policy[i] !== ""))).toEqual([]);
    const there = iban.filter((own) => own !== "");
    expect(new Set(there).size).toBe(there.length);
    expect(there.filter((own) => !/^DE\d{20}$/.test(own))).toEqual([]);
    expect(pay.filter((own) => own === "debit").length / 1500).toBeCloseTo(0.6, 1);
    // Batches go on with other identifiers, and rows that are asked for keep what is missing.
    const next = cellsOf(model.sample(500, seeded(3), { firstRow: 1500 }), "iban");
    expect(next.filter((own) => own !== "" && there.includes(own))).toEqual([]);
    const bills = model.sample(50, seeded(4), { where: { pay: "bill" } });
    expect(new Set(cellsOf(bills, "iban"))).toEqual(new Set([""]));
    expect(csvText(made).split("\n").length).toBe(1502);
  },
);

test("writtenDates(texts) has the offsets from UTC of several places as formats, as often as they are", () => {
  const texts = Array.from({ length: 90 }, (_, i) => {
    const offset = ["+0200", "+0200", "-0500"][i % 3];
    return `2024-0${1 + (i % 9)}-11T07:21:${10 + (i % 50)}${i === 7 ? "Z" : offset}`;
  });
  const { formats = [] } = writtenDates(texts, 5) ?? {};
  expect(formats.map(({ format }) => format.offset)).toEqual([120, -300]);
  expect(formats.map(({ share }) => share)).toEqual([expect.closeTo(0.66, 1), expect.closeTo(0.34, 1)]);
});
