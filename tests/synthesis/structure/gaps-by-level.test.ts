import { expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { brokenRows } from "../../../src/synthesis/structure/orders/broken";

const day = 86_400_000;
const written = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Deals: who is new was not contacted, and who is won or lost has an end. */
function deals(rows: number, rng: Rng): string {
  const lines = Array.from({ length: rows }, () => {
    const stage = ["New", "Contacted", "Won", "Lost"][Math.floor(4 * rng.uniform())];
    const created = Date.UTC(2024, 0, 1) + Math.floor(200 * rng.uniform()) * day;
    const after = (least: number, width: number): string =>
      written(created + (least + Math.floor(width * rng.uniform())) * day);
    const [contacted, closed] = [after(1, 14), after(20, 40)];
    const ended = stage === "Won" || stage === "Lost";
    return [stage, written(created), stage === "New" ? "" : contacted, ended ? closed : ""].join();
  });
  return ["stage,created,contacted,closed", ...lines].join("\n");
}

function cells(table: Table, name: string): string[] {
  const column = columnNamed(table, name);
  if (column.type === "numeric")
    return [...column.values].map((value) => (Number.isNaN(value) ? "" : String(value)));
  return "codes" in column ? [...column.codes].map((code) => column.levels[code] ?? "") : [...column.values];
}

test("a stage of 160 deals that says which dates are there keeps saying so", async () => {
  const { table } = parseCsv(deals(160, seeded(3)));
  const made = (await sequential()(table, seeded(1))).sample(3000, seeded(2));
  const [stage, contacted, closed] = ["stage", "contacted", "closed"].map((name) => cells(made, name));
  const broken = stage.filter(
    (own, i) =>
      (own === "New") !== (contacted[i] === "") || ["Won", "Lost"].includes(own) !== (closed[i] !== ""),
  );
  expect(broken).toEqual([]);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("Where stage = Won, closed is never (missing).");
  expect(rules.join(" ")).not.toContain("difference of contacted = (missing)");
});

test("of open claims no reason is told, though each reason is too rare to be missed there", async () => {
  const rng = seeded(5);
  const lines = Array.from({ length: 1500 }, () => {
    const u = rng.uniform();
    const status = u < 0.78 ? "paid" : u < 0.9 ? "rejected" : "open";
    const reason = ["not covered", "late", "fraud", "exclusion"][Math.floor(4 * rng.uniform())];
    return `${status},${Math.floor(9000 * rng.uniform())},${status === "rejected" ? reason : ""}`;
  });
  const { table } = parseCsv(`status,claimed,reason\n${lines.join("\n")}`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("Where status = open, reason is (missing).");
});

test("cells that chance left apart in few rows are no rule, nor gaps that go their own way", () => {
  const rng = seeded(8);
  const lines = Array.from({ length: 160 }, () => {
    const level = "abcdef"[Math.floor(6 * rng.uniform())];
    const [x, y] = [rng.uniform() < 0.1 ? "" : 100 * rng.uniform(), rng.uniform() < 0.95 ? "" : "note"];
    return `${level},${x},${y},${"pqr"[Math.floor(3 * rng.uniform())]}`;
  });
  const { table } = parseCsv(`level,x,y,z\n${lines.join("\n")}`);
  expect(discoverStructure(table, seeded(1)).exclusions).toEqual([]);
});

test("rows that hold cells which never meet are found, and those of a date drawn as so much later", () => {
  const { table } = parseCsv(deals(400, seeded(3)));
  const found = discoverStructure(table, seeded(1));
  expect(brokenRows(found, table)).toEqual([]);
  const torn = parseCsv(
    "stage,created,contacted,closed\nNew,2024-02-01,2024-02-04,\nWon,2024-02-01,2024-02-04,\nContacted,2024-02-01,2024-02-04,\nWon,2024-02-01,2024-02-04,2024-03-03",
  ).table;
  expect(brokenRows(found, torn)).toEqual([0, 1]);
});
