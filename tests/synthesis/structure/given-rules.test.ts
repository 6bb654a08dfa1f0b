import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { forOthers } from "../../../src/synthesis/sequential/holes";
import { rulesBrokenBy, rulesBrokenIn } from "../../../src/synthesis/sequential/known/rules-kept";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import { endsNotReached } from "../../../src/synthesis/structure/given/given-ends";
import { structureOf } from "../../../src/synthesis/structure/given/structure-of";
import type { Structure } from "../../../src/synthesis/structure/structure";
import { trees } from "../../../src/synthesis/trees/trees";

// A town lies in one land, what is due is months times price, a debt is often 0, and no plus is sold in town 5.
const rng = seeded(7);
const lines = Array.from({ length: 400 }, () => {
  const [months, price, town] = [60, 17, 6].map((n) => Math.floor(n * rng.uniform()));
  const debt = rng.uniform() < 0.4 ? 0 : (10 + 97 * rng.uniform()).toFixed(2);
  const plan = town < 5 && rng.uniform() < 0.5 ? "plus" : "basic";
  return [
    `town ${town}`,
    `land ${town % 3}`,
    plan,
    1 + months,
    5 + price,
    (1 + months) * (5 + price),
    debt,
  ].join();
});
const { table } = parseCsv(`town,land,plan,months,price,due,debt\n${lines.join("\n")}\n`);
const found = discoverStructure(table, seeded(1));
const joined = discoverStructure(table, seeded(1), { combinations: [["town", "plan"]] });

// biome-ignore lint/suspicious/noExplicitAny: whatever a hand writes into a file
type Written = any;
const changed = (change: (copy: Written) => void, of = found): Structure => {
  const copy = JSON.parse(JSON.stringify(of));
  change(copy);
  return copy;
};
const plan = (copy: Written, name: string): Written => copy.columns.find((one: Written) => one.name === name);
const never = (columns: readonly string[], ...pairs: readonly string[][]): Structure =>
  changed((copy) => (copy.exclusions = [{ columns, never: pairs }]));

const counted = (holds: (cells: readonly string[]) => boolean): number =>
  lines.filter((line) => holds(line.split(","))).length;

test("rulesBrokenBy(structure, table) finds nothing in the table that the rules were found in", () => {
  expect(found.columns.find(({ name }) => name === "land")?.kind).toBe("lookup");
  expect(rulesBrokenBy(found, table)).toEqual([]);
  expect(rulesBrokenBy(joined, table)).toEqual([]);
});

test.each<[string, Structure, number, string]>([
  [
    "a formula",
    changed((copy) => (plan(copy, "due").formula.constant = 2)),
    400,
    "due = 2 × months × price, rounded.",
  ],
  [
    "an order",
    changed((copy) => (copy.orders = [{ low: "months", high: "price" }])),
    counted(([, , , months, price]) => Number(months) > Number(price)),
    "months is never above price.",
  ],
  [
    "what never goes together",
    never(["plan", "debt"], ["plus", "= 0"]),
    counted(([, , plan, , , , debt]) => plan === "plus" && debt === "0"),
    "plan = plus and debt = 0 never go together.",
  ],
  [
    "what a level follows from",
    changed((copy) => (plan(copy, "land").map[4] = 0)),
    counted(([town]) => town === "town 4"),
    "land follows from town.",
  ],
  [
    "levels of which one is not there",
    changed((copy) => (plan(copy, "town").levels[1] = "town 9")),
    counted(([town]) => town === "town 1"),
    "town is one of town 0, town 9, town 2, town 3, town 4, … (6 in all).",
  ],
  [
    "combinations of which one is taken out",
    changed((copy) => {
      for (const one of ["town", "plan"]) plan(copy, one).map.shift();
      copy.combinations[0].allowed.shift();
      copy.exclusions = [];
    }, joined),
    counted(([town, , plan]) => town === "town 0" && plan === "basic"),
    "Only the 10 combinations of town, plan seen in training appear.",
  ],
  [
    "one text for all",
    changed((copy) => {
      copy.columns.splice(2, 1, { kind: "constant", name: "plan", text: "plus" });
      copy.exclusions = [];
    }),
    counted(([, , plan]) => plan !== "plus"),
    "plan is always plus.",
  ],
  [
    "an end that it does not have",
    changed((copy) => {
      plan(copy, "debt").high = 50;
    }),
    counted((cells) => Number(cells[6]) > 50),
    "debt is never above 50.",
  ],
  [
    "levels of which one is left out as rare",
    changed((copy) => {
      Object.assign(plan(copy, "plan"), { levels: ["basic"], rare: 5 });
      copy.exclusions = [];
    }),
    counted(([, , plan]) => plan === "plus"),
    "plan is one of basic.",
  ],
])("a fit is refused that is given %s as many rows break it", async (_, given, rows, rule) => {
  const broken = rulesBrokenBy(given, table);
  expect([...broken].sort((a, b) => b.rows - a.rows)[0]).toMatchObject({ rule, rows });
  await expect(trees({ structure: given })(table, seeded(1))).rejects.toThrow(
    "Cannot learn a table: at most one row in a hundred may break a rule that is given",
  );
  const made = trees({ structure: given, acceptBroken: true })(table, seeded(1));
  expect((await made).sample(9, seeded(2)).rows).toBe(9);
});

test("rulesBrokenBy(structure, table) counts missing cells that a rule speaks of", () => {
  const { table: gaps } = parseCsv(`a,b\n${"x,1\ny,\nx,\n".repeat(60)}`);
  const own = discoverStructure(gaps, seeded(1));
  const given = { ...own, exclusions: [{ columns: ["a", "b"], never: [["x", "(missing)"]] }] } as Structure;
  expect(rulesBrokenBy(given, gaps)).toEqual([
    { rule: "a = x and b = (missing) never go together.", rows: 60, first: 2 },
  ]);
});

test("endsNotReached(structure, table) says which ends lie further out than the rows tell of", () => {
  expect(endsNotReached(found, table)).toEqual([]);
  const given = changed((copy) => {
    plan(copy, "debt").high = 1000;
  });
  expect(endsNotReached(given, table)).toEqual([
    "debt: too few rows come near 1000, its greatest by the rules: rows that are made come about as far as those that are learnt",
  ]);
});

test.each<[string, Structure, string]>([
  [
    "a count of people below one",
    changed((copy) => {
      copy.minCount = 0;
    }),
    "minCount must be a whole number from 1 to 1000000000, got 0",
  ],
  [
    "ends of a number of few values that its list does not have",
    changed((copy) => {
      Object.assign(plan(copy, "price"), { values: [5, 6, 7], low: 5, high: 6 });
    }),
    "price must have as low and high the least and greatest of its values, 5 and 7",
  ],
  [
    "a label that no cell has",
    never(["plan", "town"], ["plus", "Town4"]),
    'what never goes together of plan and town must be cells of town (town 4, town 0, town 1, town 2, town 3 and 1 others), got "Town4"',
  ],
  [
    "a number without its sign",
    never(["plan", "debt"], ["plus", "0"]),
    'cells of debt (= 0, other), got "0"',
  ],
  [
    "an exclusion of what follows",
    never(["plan", "land"], ["plus", "land 1"]),
    'columns that are drawn, not what follows from others or from nothing, got "land"',
  ],
  [
    "an exclusion twice",
    never(["plan", "debt"], ["plus", "= 0"], ["plus", "= 0"]),
    "each exclusion must stand once",
  ],
  [
    "an exclusion turned round",
    changed((copy) => {
      copy.exclusions = [
        { columns: ["plan", "debt"], never: [["plus", "= 0"]] },
        { columns: ["debt", "plan"], never: [["= 0", "plus"]] },
      ];
    }),
    'each exclusion must stand once, got "debt = 0 never with plan = plus"',
  ],
  [
    "an exclusion of all there is",
    never(["plan", "debt"], ["plus", "= 0"], ["plus", "other"]),
    "plan = plus must leave something of debt to go with it",
  ],
  [
    "a column twice",
    changed((copy) => copy.columns.push(copy.columns[0])),
    'each column must stand once, got "town"',
  ],
  [
    "an order twice",
    changed((copy) => (copy.orders = [1, 2].map(() => ({ low: "months", high: "due" })))),
    'each order must stand once, got "months<=due"',
  ],
  [
    "an order of itself",
    changed((copy) => (copy.orders = [{ low: "due", high: "due" }])),
    "an order must be of two columns",
  ],
  [
    "an order that ranges contradict",
    changed((copy) => {
      copy.orders = [{ low: "months", high: "due" }];
      plan(copy, "months").low = plan(copy, "months").high = 9999;
    }),
    "months can't be kept below due",
  ],
  [
    "a map too short",
    changed((copy) => plan(copy, "land").map.pop()),
    "land must have a map of 6 of its levels",
  ],
  [
    "a level twice",
    changed((copy) => (plan(copy, "town").levels[1] = "town 0")),
    "town must list as levels texts, each once",
  ],
  [
    "an end as a word",
    changed((copy) => (plan(copy, "debt").low = "0")),
    "debt must have numbers as low and high",
  ],
])("checkRules(structure) refuses %s", (_, given, rule) => {
  expect(() => checkRules(given, "use rules.json")).toThrow("Cannot use rules.json: ");
  expect(() => checkRules(given, "use rules.json")).toThrow(rule);
});

test("structureOf(table, rng, { structure }) refuses numbers told as levels", () => {
  const levels = { kind: "levels", name: "debt", levels: ["0", "1"], missing: false };
  const given = changed((copy) => {
    copy.columns.splice(6, 1, levels);
    copy.exclusions = [];
  });
  expect(() => structureOf(table, seeded(1), { structure: given })).toThrow(
    'what debt is told as must go with its cells in the table (numeric), got "levels"',
  );
});

test("forOthers(structure) drops exclusions of what a formula left open, with the formula", () => {
  const given = changed((copy) => {
    plan(copy, "due").formula.rest = "factor";
    plan(copy, "due").atoms = [1];
    copy.exclusions = [{ columns: ["plan", "due"], never: [["plus", "= 1"]] }];
    copy.holes = [{ column: "months", share: 0.1 }];
  });
  expect(() => checkRules(given, "learn")).not.toThrow();
  expect(forOthers(given).exclusions).toEqual([]);
});

test("rulesBrokenIn(structure, batches) counts over all batches, and the first of all their rows", async () => {
  const odd = (line: string): string => line.replace(/[^,]+,([^,]*)$/, "1,$1");
  const parts = [
    lines.slice(0, 150),
    [...lines.slice(150, 200), odd(lines[200])],
    lines.slice(201, 280).map(odd),
  ];
  async function* batches() {
    for (const part of parts)
      yield parseCsv(`town,land,plan,months,price,due,debt\n${part.join("\n")}\n`).table;
  }
  expect(await rulesBrokenIn(found, batches())).toEqual([
    { rule: "due = months × price, rounded.", rows: 80, first: 200 },
  ]);
});
