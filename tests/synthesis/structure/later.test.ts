import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";

const day = 86_400_000;
const dated = (days: number): string => new Date(days * day).toISOString().slice(0, 10);

/** Invoices paid by their due date, after it, or not yet: open or overdue; each of a person of age when the contract began. */
function invoices(count: number, mistakes = 0): Table {
  const rng = seeded("invoices");
  const uniform = (to: number): number => Math.floor(to * rng.uniform());
  const lines = Array.from({ length: count }, (_, i) => {
    const issued = 19_000 + uniform(700);
    const due = issued + 10 + uniform(30);
    const kind = i < mistakes ? 0 : uniform(10);
    const paid = kind < 6 ? issued + uniform(due - issued + 1) : kind < 9 ? due + 1 + uniform(20) : undefined;
    const status =
      i < mistakes || (kind >= 6 && kind < 9)
        ? "late"
        : kind < 6
          ? "paid"
          : uniform(2) === 0
            ? "open"
            : "overdue";
    const began = 18_000 + uniform(2000);
    const birth = began - 6_575 - uniform(6_000);
    return [issued, due, paid, birth, began]
      .map((own) => (own === undefined ? "" : dated(own)))
      .concat(status)
      .join(",");
  });
  return parseCsv(`issued,due,paid,birth,began,status\n${lines.join("\n")}\n`).table;
}

/** How many rows break a rule. */
function broken(from: Table): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const [issued, due, paid, birth, began, status] = from.columns.map((column) => cellText(column, i));
    const late = paid !== "" && paid > due;
    const adult = `${Number(birth.slice(0, 4)) + 18}${birth.slice(4)}` <= began;
    const told = paid === "" ? ["open", "overdue"] : [late ? "late" : "paid"];
    if (!told.includes(status) || !adult || issued > due || (paid !== "" && issued > paid)) count++;
  }
  return count;
}

const from = invoices(1500);

describe("dates that are later than others wherever a column has a level, or by so many years", () => {
  test("are found, told in words and kept in all rows, by each method, from a file, and asked for", async () => {
    expect(broken(from)).toBe(0);
    const model = await sequential()(from, seeded(1));
    const told = describeStructure(model.structure);
    expect(told).toContain("Where status = late, due is always below paid.");
    expect(told).toContain("Where status = paid, paid is never above due.");
    expect(told).toContain("began is at least 18 years after birth.");
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(loaded.sample(3000, seeded(2)))).toBe(0);
    expect(broken(model.sample(300, seeded(3), { where: { status: "late" } }))).toBe(0);
    const other = await copula()(from, seeded(1));
    expect(broken(other.sample(2000, seeded(2)))).toBe(0);
  });

  test("are so by the values of a number of few, as a fee whose level is computed of the two, and as often as in the data", async () => {
    const rng = seeded("fees");
    const lines = Array.from({ length: 2000 }, () => {
      const due = 19_000 + Math.floor(700 * rng.uniform());
      const late = rng.uniform() < 0.11;
      const paid = late ? due + 1 + Math.floor(6 * rng.uniform()) : due - Math.floor(30 * rng.uniform());
      const open = !late && rng.uniform() < 0.06;
      const tariff = "ABC"[Math.floor(3 * rng.uniform())];
      return [
        dated(due),
        open ? "" : dated(paid),
        open ? "open" : late ? "paid late" : "paid",
        late ? 5 : 0,
        tariff,
      ].join();
    });
    const { table } = parseCsv(`due,paid,status,fee,tariff\n${lines.join("\n")}\n`);
    const model = await sequential()(table, seeded(1));
    expect(describeStructure(model.structure)).toContain("Where fee = 5, due is always below paid.");
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    const made = loaded.sample(3000, seeded(2));
    const cells = (i: number): string[] => made.columns.map((column) => cellText(column, i));
    const rows = Array.from({ length: made.rows }, (_, i) => cells(i));
    expect(rows.filter(([, , status, fee]) => (status === "paid late") !== (fee === "5"))).toEqual([]);
    const share = rows.filter(([, , status]) => status === "paid late").length / made.rows;
    const learnt = lines.filter((line) => line.includes("late")).length / lines.length;
    expect(Math.abs(share - learnt)).toBeLessThan(0.02);
  });

  test("are no rule where one row breaks it", () => {
    const { later = [] } = discoverStructure(invoices(1500, 1), seeded(1));
    expect(later.map(({ where }) => where?.level ?? "all").sort()).toEqual(["all", "paid"]);
  });

  test("are refused in a file where a level or the months are none", () => {
    const found = discoverStructure(from, seeded(1));
    for (const [one, rule] of [
      [{ low: "due", high: "paid", where: { column: "status", level: "lat" } }, /a level of status/],
      [{ low: "due", high: "paid", months: 0.5 }, /months above 0/],
      [{ low: "due", high: "status", months: 1 }, /date/],
    ] as const)
      expect(() => checkRules({ ...found, later: [one] }, "load")).toThrow(rule);
  });
});
