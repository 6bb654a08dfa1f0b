import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import type { KeyPlan } from "../../../src/synthesis/structure/keys/key-plan";
import type { KeyColumnPlan, Structure } from "../../../src/synthesis/structure/structure";

const areas = { Bonn: "0228 / ", Kiel: "0431 / ", Weimar: "03643 / " } as const;

/** Customers with a mobile of four operators, or with a landline of their town; of `codes`, the first two digits are the town's. */
function customers(rows = 1200): Table {
  const rng = seeded("phones");
  const digits = (count: number) => String(Math.floor(rng.uniform() * 10 ** count)).padStart(count, "0");
  const lines = Array.from({ length: rows }, (_, i) => {
    const plan = ["S", "M", "L", "line"][Math.floor(rng.uniform() * 4)];
    const town = ["Bonn", "Kiel", "Weimar"][Math.floor(3 * rng.uniform() ** 1.5)] as keyof typeof areas;
    const mobile = `+49 ${["151", "160", "171", "176"][Math.floor(rng.uniform() * 4)]} ${digits(7)}`;
    const phone = plan === "line" ? areas[town] + digits(6) : mobile;
    const meter = { Bonn: "53", Kiel: "24", Weimar: `9${digits(1)}` }[town] + digits(6);
    return `K${10_000 + 7 * i},${plan},${town},${phone},${i % 10 === 0 ? "" : meter},${Math.round(60 * rng.uniform())}`;
  });
  return parseCsv(`id,plan,town,phone,meter_no,age\n${lines.join("\n")}\n`).table;
}

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));

/** The rows whose telephone or meter is not written as their plan and town say. */
function wrong(rows: Table): readonly string[] {
  const [plan, town, phone, meter] = ["plan", "town", "phone", "meter_no"].map((name) => texts(rows, name));
  return phone.flatMap((own, i) => {
    const area = areas[town[i] as keyof typeof areas];
    const called = plan[i] === "line" ? new RegExp(`^${area}\\d{6}$`) : /^\+49 (151|160|171|176) \d{7}$/;
    const first = { Bonn: /^(53|$)/, Kiel: /^(24|$)/, Weimar: /^(9|$)/ }[town[i] as keyof typeof areas];
    return called.test(own) && first.test(meter[i]) ? [] : [`${plan[i]} ${town[i]} ${own} ${meter[i]}`];
  });
}

test("identifiers are written as other columns say, each its own in any batch, and none is a real one", async () => {
  const real = customers();
  const model = await sequential()(real, seeded(1));
  const again = loadSequential(JSON.parse(JSON.stringify(model.toJSON())));
  const made = [model.sample(1500, seeded(2)), again.sample(1500, seeded(3), { firstRow: 1500 })];
  expect(made.flatMap(wrong)).toEqual([]);
  for (const name of ["phone", "meter_no"]) {
    const all = [real, ...made].flatMap((rows) => texts(rows, name)).filter((one) => one !== "");
    expect(new Set(all).size).toBe(all.length);
  }
  const lines = again.sample(300, seeded(4), { where: { plan: "line" } });
  expect(wrong(lines)).toEqual([]);
  // Operators and towns are as frequent as they were.
  const of = (rows: Table, start: string) =>
    texts(rows, "phone").filter((own) => own.startsWith(start)).length / rows.rows;
  for (const start of ["+49 151", "+49 176", "0228", "03643"])
    expect(of(made[0], start)).toBeCloseTo(of(real, start), 1);
});

test("checkRules(structure) refuses identifiers written by a column that is not there, or by no plan for a cell", async () => {
  const { structure } = await sequential()(customers(600), seeded(1));
  const given = JSON.parse(JSON.stringify(structure)) as Structure;
  const plan = given.columns.find(({ name }) => name === "phone") as KeyColumnPlan;
  const keys = plan.keys as Extract<KeyPlan, { style: "by" }>;
  const other = (own: object) => () =>
    checkRules(
      {
        ...given,
        columns: given.columns.map((one) => (one === plan ? { ...plan, keys: { ...keys, ...own } } : one)),
      } as Structure,
      "read",
    );
  expect(other({})).not.toThrow();
  for (const own of [
    { of: "phone" },
    { of: "nowhere" },
    { cells: [["S", 9]] },
    { plans: [] },
    { shares: [1] },
  ])
    expect(other(own)).toThrow("must be written by another column");
});

test("how identifiers end goes with a column, too", async () => {
  const rng = seeded("domains");
  const ends = { GB: ".co.uk", DE: ".de", US: ".com" } as const;
  const lines = Array.from({ length: 600 }, (_, i) => {
    const country = (["GB", "DE", "US"] as const)[Math.floor(rng.uniform() * 3)];
    return `${["acme", "hooli"][i % 2]}${1000 + i}${ends[country]},${country},${Math.round(60 * rng.uniform())}`;
  });
  const { table } = parseCsv(`domain,country,age\n${lines.join("\n")}\n`);
  const made = (await sequential()(table, seeded(1))).sample(1000, seeded(2));
  const country = texts(made, "country") as (keyof typeof ends)[];
  const other = texts(made, "domain").filter(
    (own, i) => !new RegExp(`^(acme|hooli)\\d{4}\\${ends[country[i]]}$`).test(own),
  );
  expect(other).toEqual([]);
});

const posts = { Leeds: "LS", York: "YO", Hull: "HU" } as const;

/** Members of whom some have the same post code, ten of a box's; what they wrote says nothing of their town. */
function members(rows = 900): Table {
  const rng = seeded("posts");
  const below = (count: number) => Math.floor(rng.uniform() * count);
  const lines = Array.from({ length: rows }, (_, i) => {
    const town = ["Leeds", "York", "Hull"][below(3)] as keyof typeof posts;
    const code =
      i % 90 === 0 ? "LS99 1AA" : `${posts[town]}${1 + below(19)} ${1 + below(9)}A${"BCDEF"[below(5)]}`;
    const note = ["asked to call", "moved to", "paid late in"][below(3)];
    return `${i % 90 === 0 ? "Leeds" : town},${i % 11 === 0 ? "" : code},${note} ${1000 + below(9000)},${below(60)}`;
  });
  return parseCsv(`town,postcode,note,age\n${lines.join("\n")}\n`).table;
}

test("texts that few rows share are written as another column says, and those that many share are kept", async () => {
  const model = await sequential()(members(), seeded(1));
  const { structure } = model;
  const again = loadSequential(JSON.parse(JSON.stringify(model.toJSON())));
  const made = [model.sample(1500, seeded(2)), again.sample(500, seeded(3), { where: { town: "Hull" } })];
  for (const rows of made) {
    const [town, code] = [texts(rows, "town") as (keyof typeof posts)[], texts(rows, "postcode")];
    const there = code.flatMap((own, i) => (own === "" ? [] : [{ own, of: posts[town[i]] }]));
    expect(there.length).toBeGreaterThan(0.85 * rows.rows);
    expect(there.filter(({ own, of }) => own !== "LS99 1AA" && !own.startsWith(of))).toEqual([]);
  }
  expect(texts(made[0], "postcode")).toContain("LS99 1AA");
  const grammars = structure.columns.map((plan) => (plan.kind === "levels" ? plan.texts?.by?.of : undefined));
  expect(grammars).toEqual([undefined, "town", undefined, undefined]);
  const columns = structure.columns.map((plan) =>
    plan.kind === "levels" && plan.texts?.by
      ? { ...plan, texts: { ...plan.texts, by: { ...plan.texts.by, of: "postcode" } } }
      : plan,
  );
  expect(() => checkRules({ ...structure, columns } as Structure, "read")).toThrow(
    'Cannot read: postcode must be written by a column of the table, none of texts, got "postcode"',
  );
});
