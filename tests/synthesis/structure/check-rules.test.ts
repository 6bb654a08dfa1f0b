import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { withoutHoles } from "../../../src/synthesis/sequential/holes";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import type { NumberPlan, Structure } from "../../../src/synthesis/structure/structure";
import { trees } from "../../../src/synthesis/trees/trees";

const lines = Array.from({ length: 400 }, (_, i) => {
  const [days, rent, off] = [(i * 37) % 101, 3 + ((i * 13) % 17), [0, 10, 25][(i * 7) % 3]];
  const full = days * rent;
  return ["xyz"[Math.floor(i / 3) % 3], days, rent, off, full, (full * (1 - off / 100)).toFixed(2)].join();
});
const { table: bills } = parseCsv(`site,days,rent,off,full,net\n${lines.join("\n")}\n`);
const found = discoverStructure(bills, seeded(1));

// biome-ignore lint/suspicious/noExplicitAny: whatever a hand writes into a file
type Written = any;

/** The structure found, as somebody who writes into its file changes a column. */
function changed(name: string, change: (plan: Written) => void): Structure {
  const copy = JSON.parse(JSON.stringify(found)) as Structure;
  change(copy.columns.find((plan) => plan.name === name));
  return copy;
}

test("checkRules(structure) takes a stretch that begins at a value that repeats, and none that runs backwards", () => {
  const held = (from: readonly number[], to: readonly number[]): Structure =>
    changed("days", (plan) => {
      plan.support = { from, to };
    });
  expect(() => checkRules(held([1, 3, 3], [1, 3, 90]), "load")).not.toThrow();
  expect(() => checkRules(held([1, 3, 9], [1, 3, 5]), "load")).toThrow(
    "days must have as support as many numbers from as to, none above its own",
  );
});

const formula = (change: (formula: Written) => void): Structure =>
  changed("net", (plan) => change(plan.formula));

test("checkRules(structure) takes what was found, with rates by a column", () => {
  const { formula } = found.columns.find(({ name }) => name === "net") as NumberPlan;
  expect(formula?.by?.rates).toEqual([1, 0.9, 0.75]);
  expect(() => checkRules(found, "learn")).not.toThrow();
});

test("checkRules(structure) takes effects of a column whose missing cells are made last, and no more of them", () => {
  const holed = (effects: readonly number[]): Structure => ({
    ...formula((own) => own.effects.push({ column: "site", effects })),
    holes: [{ column: "site", share: 0.1 }],
  });
  const site = (own: Structure): Structure => ({
    ...own,
    columns: own.columns.map((plan) => (plan.kind === "levels" ? { ...plan, missing: true } : plan)),
  });
  const torn = site(holed([1, 2, 3, 0]));
  expect(() => checkRules(torn, "learn")).not.toThrow();
  expect(() => checkRules(withoutHoles(torn), "load")).not.toThrow();
  expect(() => checkRules(site(holed([1, 2, 3])), "learn")).toThrow(
    "must have 4 numbers as the effects of site",
  );
  expect(() => checkRules(holed([1, 2, 3, 0, 0]), "learn")).toThrow(
    "must have 3 numbers as the effects of site",
  );
});

const loans = parseCsv(
  `start,end,fee,seconds,minutes\n${Array.from({ length: 200 }, (_, i) => {
    const [month, day, seconds] = [1 + (i % 12), 1 + ((i * 5) % 28), 1 + ((i * 37) % 997)];
    const date = (year: number): string =>
      `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
    return [
      date(2020 + (i % 3)),
      date(2022 + (i % 3)),
      (i * 7) % 101,
      seconds,
      Math.ceil(seconds / 60),
    ].join();
  }).join("\n")}\n`,
).table;
const dated = discoverStructure(loans, seeded(1));

/** The rules of dates and of rounding found, as somebody changes the formula of a column. */
function changedDate(name: string, change: (formula: Written) => void): Structure {
  const copy = JSON.parse(JSON.stringify(dated)) as Written;
  change(copy.columns.find((plan: Written) => plan.name === name).formula);
  return copy;
}

test("checkRules(structure) takes formulas of dates and of rounding as they are found", () => {
  expect(describeStructure(dated)).toEqual(
    expect.arrayContaining(["end = start + 24 months.", "minutes = seconds ÷ 60, rounded up."]),
  );
  expect(() => checkRules(dated, "load")).not.toThrow();
});

test.each<[string, Structure, string]>([
  [
    "a date times a factor",
    changedDate("end", (own) => (own.rest = "factor")),
    "the formula of end must be a sum, with no factor as its rest, as it is of a date",
  ],
  [
    "a calendar without days",
    changedDate("end", (own) => (own.calendar = {})),
    "must be of a date, with a number as plus, to be a place in a calendar",
  ],
  [
    "a calendar of a number",
    changedDate("minutes", (own) => (own.calendar = { plus: 0 })),
    "must be of a date, with a number as plus, to be a place in a calendar",
  ],
  [
    "a place of a number",
    changedDate("minutes", (own) => (own.terms[0].calendar = true)),
    'the terms of the formula of minutes must name columns of date, got "seconds, of number"',
  ],
  [
    "a rule for each value of a column that is none",
    changedDate("end", (own) => (own.each = { column: "nobody", formulas: [] })),
    "the rates of the formula of end must name columns of levels or number",
  ],
  [
    "a number of times that is none",
    changedDate("minutes", (own) => (own.terms[0].times = { column: "fee" })),
    "must have a number as plus of what a term is multiplied by",
  ],
  [
    "a rule for each value within one",
    changedDate("minutes", (own) => (own.each = { column: "fee", formulas: [own, own] })),
    "must be one for each value, and none of those so",
  ],
  [
    "a unit that is none",
    changedDate("end", (own) => (own.terms[0].from = "decade")),
    "must read dates from the start of one of instant, second, minute, hour, day, week, week from Sunday, month, quarter, year",
  ],
  [
    "rounding to nothing",
    changedDate("minutes", (own) => (own.round.step = 0)),
    "must be rounded to a step above 0 that tells its values apart, towards 1 or -1",
  ],
  [
    "rounding to next to nothing",
    changedDate("minutes", (own) => (own.round.step = 1e-300)),
    "must be rounded to a step above 0 that tells its values apart, towards 1 or -1",
  ],
  [
    "rounding to nowhere",
    changedDate("minutes", (own) => (own.round.towards = 0)),
    "must be rounded to a step above 0 that tells its values apart, towards 1 or -1",
  ],
  [
    "rates by no column",
    formula((own) => (own.by.column = "of")),
    'rates of the formula of net must name columns of levels or number, got "of"',
  ],
  [
    "a rate too few",
    formula((own) => own.by.rates.pop()),
    "must have 3 rates for the values of off, each a number or null, got 1,0.9",
  ],
  [
    "a factor that a word says may be missing",
    formula((own) => (own.factors[0].nothing = "no")),
    'must say as nothing of a factor true or false, got "no"',
  ],
  ["rates as words", formula((own) => (own.by.rates[0] = "all")), "must have 3 rates"],
  [
    "values that the column has not",
    formula((own) => (own.by.values[2] = 30)),
    "must list the values of off beside its rates (0,10,25), got 0,10,30",
  ],
  [
    "rates by a number of many values",
    formula((own) => (own.by.column = "days")),
    "must have rates by levels or by a number of few values",
  ],
  ["no rates", formula((own) => (own.by = null)), "must name columns of levels or number"],
  [
    "a factor that is not there",
    formula((own) => (own.factors[0].column = "gross")),
    'factors of the formula of net must name columns of number or date, got "gross"',
  ],
  ["a factor of levels", formula((own) => (own.factors[0].column = "site")), 'got "site, of levels"'],
  [
    "also as one name",
    formula((own) => (own.factors[0].also = "days")),
    "must have a list of columns as also",
  ],
  ["also of no column", formula((own) => (own.factors[0].also = ["weeks"])), 'got "weeks"'],
  ["a square", formula((own) => (own.factors[0].power = 2)), "must have factors of power 1 or -1, got 2"],
  ["an empty factor", formula((own) => (own.factors[0] = null)), "must have factors of power 1 or -1"],
  [
    "ends the wrong way round",
    formula((own) => Object.assign(own, { least: 9, most: 5 })),
    "least not above most",
  ],
  ["an end as a word", formula((own) => (own.least = "5")), "must have numbers as least and most"],
  ["no constant", formula((own) => (own.constant = null)), "must have a number as constant, got null"],
  ["no terms", formula((own) => delete own.terms), "must have a list of terms"],
  [
    "a weight as a word",
    formula((own) => own.terms.push({ column: "days", weight: "2" })),
    "must have terms with a number as weight",
  ],
  [
    "an effect too few",
    formula((own) => own.effects.push({ column: "site", effects: [1, 2] })),
    "must have 3 numbers as the effects of site, one a level, got 1,2",
  ],
  ["another kind", formula((own) => (own.kind = "quotient")), "must be of kind product or sum"],
  ["another rest", formula((own) => (own.rest = "some")), "must have as rest none, factor or difference"],
  ["a sentence", changed("net", (plan) => (plan.formula = "full * 0.9")), "must be of kind product or sum"],
  [
    "a number of few values",
    changed("off", (plan) => (plan.formula = (found.columns[4] as NumberPlan).formula)),
    "the formula of off must not be of a number that is one of a few values",
  ],
  ["a circle", changed("full", (plan) => (plan.formula.factors[0].column = "net")), "must not lead back to"],
  [
    "its own column",
    changed("full", (plan) => (plan.formula.factors[0].column = "full")),
    "the formula of full must not lead back to full",
  ],
  [
    "another kind of column",
    changed("days", (plan) => (plan.kind = "integer")),
    "the kind of days must be one of constant, levels, number",
  ],
  [
    "a lookup of nothing",
    changed("site", (plan) => Object.assign(plan, { kind: "lookup", of: "town", map: [] })),
    "what site follows from must name columns of levels",
  ],
  [
    "an order of levels",
    { ...found, orders: [{ low: "site", high: "net" }] },
    "an order must name columns of number or date",
  ],
  [
    "an exclusion of no column",
    { ...found, exclusions: [{ columns: ["site", "town"], never: [] }] },
    "an exclusion must name columns of",
  ],
  [
    "an exclusion of three columns",
    { ...found, exclusions: [{ columns: ["site", "off", "days"] as never, never: [] }] },
    "an exclusion must be of two columns",
  ],
  ["an empty combination", { ...found, combinations: [null as never] }, "each combination must have a name"],
  [
    "a hole in no column",
    { ...found, holes: [{ column: "town", share: 0.1 }] },
    "a hole must name columns of",
  ],
  [
    "a gap that stands twice",
    { ...found, gaps: ["a", "b"].map((variable) => ({ column: "net", variable })) },
    "the column of each gap must stand once",
  ],
])("checkRules(structure) refuses in words %s", (_, structure, rule) => {
  expect(() => checkRules(structure, "use rules.json")).toThrow("Cannot use rules.json: ");
  expect(() => checkRules(structure, "use rules.json")).toThrow(rule);
});

test("a fit and a loaded model refuse rules that cannot be kept, and variables that are not drawn", async () => {
  const broken = formula((own) => (own.by.column = "of"));
  await expect(trees({ structure: broken })(bills, seeded(1))).rejects.toThrow(
    "Cannot learn a table: the rates",
  );
  const json = JSON.parse(JSON.stringify((await trees({ structure: found })(bills, seeded(1))).toJSON()));
  expect(loadSynthesiser(json).sample(9, seeded(2)).rows).toBe(9);
  expect(() => loadSynthesiser({ ...json, structure: broken })).toThrow("Cannot load trees: the rates");
  await expect(trees({ structure: { ...found, customer: "nobody" } })(bills, seeded(1))).rejects.toThrow(
    "nobody",
  );
  // Such a file wrote a column without a single value.
  const drawn = formula((own) => (own.rest = "factor"));
  expect(() => loadSynthesiser({ ...json, structure: drawn })).toThrow("leave to be drawn, without net");
});

test("describeStructure() says both ends of a formula, of a product, too", () => {
  const both = formula((own) => Object.assign(own, { least: 5, most: 900 }));
  expect(describeStructure(both).join(" ")).toContain(
    "net = the smaller of 900 and the greater of 5 and full × (by off: ",
  );
});

test("checkRules(structure) refuses what is said of identifiers and is no list of columns", () => {
  const ids = Array.from({ length: 300 }, (_, i) => `K${100000 + 7 * i},${"ab"[i % 2]}`);
  const keyed = discoverStructure(parseCsv(`id,plan\n${ids.join("\n")}\n`).table, seeded(1));
  expect(keyed.columns[0].kind).toBe("key");
  for (const said of ["goes", "loose"]) {
    const columns = keyed.columns.map((plan, j) => (j === 0 ? { ...plan, [said]: "plan" } : plan));
    expect(() => checkRules({ ...keyed, columns }, "use rules.json")).toThrow(
      `Cannot use rules.json: id must list as ${said} columns, each once, got "plan"`,
    );
  }
});

test("a fit makes none of the table's identifiers by a pattern that was changed", async () => {
  const ids = Array.from({ length: 600 }, (_, i) => `K${100000 + 7 * i}`);
  const { table } = parseCsv(`id,plan\n${ids.map((id, i) => `${id},${"ab"[i % 2]}`).join("\n")}\n`);
  const written = JSON.stringify(discoverStructure(table, seeded(1)));
  const structure = JSON.parse(written.replace("K10[0-9]{4}", "K[0-9]{6}")) as Structure;
  expect(JSON.stringify(structure)).not.toBe(written);
  const made = (await trees({ structure })(table, seeded(1))).sample(50_000, seeded(2)).columns[0];
  const known = new Set(ids);
  expect("values" in made && [...made.values].filter((id) => known.has(String(id)))).toEqual([]);
});
