import { expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { describeExclusions } from "../../../src/synthesis/structure/describe-exclusions";
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
  expect(rules).toContain("Where stage = Lost or Won, closed is never missing.");
  expect(rules.join(" ")).not.toContain("difference of contacted is missing");
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
  expect(rules).toContain("Where status = open or paid, reason is missing.");
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

/** The deals with what a won one is worth, and why one was lost. */
function worth(rows: number, rng: Rng): Table {
  const [header, ...lines] = deals(rows, rng).split("\n");
  const more = lines.map((line) => {
    const why = line.startsWith("Lost") ? ["price", "time", "other"][Math.floor(3 * rng.uniform())] : "";
    return `${line},${line.startsWith("Won") ? 100 + Math.floor(9000 * rng.uniform()) : ""},${why}`;
  });
  return parseCsv([`${header},value,why`, ...more].join("\n")).table;
}

test.each([240, 1500])(
  "of %i deals cells stay empty where they are, and other holes are filled",
  async (rows) => {
    const table = worth(rows, seeded(4));
    const rules = describeStructure(discoverStructure(table, seeded(1)));
    expect(rules).toContain("Where stage = Contacted or New, closed is missing.");
    expect(rules).toContain("stage = Won, value is there always come together.");
    const rng = seeded(6);
    const holed = parseCsv(
      [
        "stage,created,contacted,closed,value,why",
        ...Array.from({ length: rows }, (_, i) =>
          table.columns.map((column, j) =>
            // Some rows lack one cell that is there.
            j !== 1 && rng.uniform() < 0.08 ? "" : cells(table, column.name)[i],
          ),
        ),
      ].join("\n"),
    ).table;
    const { table: filled, empty } = (await sequential()(table, seeded(1))).complete(holed, seeded(2));
    const [stage, contacted, closed, value, why] = ["stage", "contacted", "closed", "value", "why"].map(
      (name) => cells(filled, name),
    );
    const broken = stage.filter(
      (own, i) =>
        (own === "New") !== (contacted[i] === "") ||
        ["Won", "Lost"].includes(own) !== (closed[i] !== "") ||
        (own === "Won") !== (value[i] !== "") ||
        (own === "Lost") !== (why[i] !== ""),
    );
    expect(broken.length).toBeLessThanOrEqual(rows / 300);
    const left = [contacted, closed, value, why].flat().filter((text) => text === "").length;
    expect(empty.reduce((sum, { rows: own }) => sum + own, 0)).toBe(left);
  },
);

test("describeExclusions(exclusions, names) says of a level what is left for it, of levels that say the same once, and that a cell is there", () => {
  const labels = new Map([
    ["work", ["paid", "free", "none", "school"]],
    ["income", ["other", "(missing)"]],
    ["why", ["cost", "time", "(missing)"]],
    ["score", ["1", "2", "(missing)"]],
  ]);
  const names = (name: string) => ({ called: name, labels: labels.get(name) ?? [] });
  const sentences = describeExclusions(
    [
      {
        columns: ["work", "income"],
        never: [
          ["paid", "(missing)"],
          ["free", "(missing)"],
          ["none", "other"],
          ["school", "other"],
        ],
      },
      {
        columns: ["score", "why"],
        never: ["1", "2"].flatMap((score) => ["cost", "time"].map((why) => [score, why] as const)),
      },
    ],
    names,
  );
  expect(sentences).toEqual([
    "Where work = paid or free, income is never missing.",
    "Where work = none or school, income is missing.",
    "Where score is there, why is missing.",
  ]);
});
