import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { relational } from "../../../src/synthesis/relational/relational";
import { savedSynthesiserFromJSON, savedSynthesiserToJSON } from "../../../src/synthesis/saved-synthesiser";

/** Customers whose orders tell what they spent, how many were late, the last one and how many there are. */
async function saved(): Promise<Record<string, Written>> {
  const rng = seeded(5);
  const children: string[] = [];
  const parents = Array.from({ length: 160 }, (_, i) => {
    const count = 1 + Math.floor(4 * rng.uniform());
    const orders = Array.from({ length: count }, (_, k) => ({
      day: `2024-0${1 + k}-${10 + (i % 19)}`,
      paid: (5 + 40 * rng.uniform()).toFixed(2),
      state: rng.uniform() < 0.3 ? "late" : "fine",
    }));
    for (const { day, paid, state } of orders)
      children.push(`K${i},${day},${paid},${state},b${7000 + 3 * children.length}`);
    const spent = orders.reduce((sum, { paid }) => sum + Number(paid), 0).toFixed(2);
    const late = orders.filter(({ state }) => state === "late").length;
    return `K${i},${rng.uniform() < 0.5 ? "a" : "b"},${spent},${late},${orders.at(-1)?.day},${count}`;
  });
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  const tables = {
    parents: parseCsv(`key,plan,spent,late,last,orders\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,day,paid,state,bill\n${children.join("\n")}\n`, { schema }).table,
  };
  const synthesiser = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const origin = { method: "relational", options: {}, version: "1" };
  return JSON.parse(JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin })));
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a hand writes into a file
type Written = any;
type Place = string | number;

/** The places of all fields, of long lists the first and the last. */
function places(value: Written, at: readonly Place[] = []): (readonly Place[])[] {
  if (typeof value !== "object" || value === null) return [at];
  const names: Place[] = Array.isArray(value)
    ? [...new Set(value.length > 0 ? [0, value.length - 1] : [])]
    : Object.keys(value);
  return [...(at.length > 0 ? [at] : []), ...names.flatMap((name) => places(value[name], [...at, name]))];
}

const others: readonly Written[] = [undefined, null, "zzz", -7, 0.37, [], {}];

/** The file with one field taken out, or with something else in its place; undefined where that is what was there. */
function changedAt(file: Written, at: readonly Place[], to: Written): Written {
  const copy = structuredClone(file);
  const last = at.at(-1) as Place;
  const inside = at.slice(0, -1).reduce((own, name) => own[name], copy);
  if (JSON.stringify(inside[last]) === JSON.stringify(to)) return undefined;
  if (to !== undefined) inside[last] = to;
  else if (Array.isArray(inside)) inside.splice(last as number, 1);
  else delete inside[last];
  return copy;
}

const file = saved();

test("savedSynthesiserFromJSON(json) refuses a file of which any field was changed", async () => {
  const own = await file;
  expect(() => savedSynthesiserFromJSON(own, "two.json")).not.toThrow();
  let count = 0;
  for (const at of places(own))
    for (const to of at[0] === "sum" ? others.slice(1) : others) {
      const changed = changedAt(own, at, to);
      if (changed === undefined) continue;
      count++;
      expect(() => savedSynthesiserFromJSON(changed, "two.json"), `${at.join(".")}: ${to}`).toThrow(
        /^Cannot load two\.json: (it|version) must be/,
      );
    }
  expect(count).toBeGreaterThan(1000);
});

test.each<[string, (totals: Written) => void, string]>([
  [
    "no column",
    (totals) => (totals[0].column = "spend"),
    'the total spend must be a column of the parents of numbers, got "none"',
  ],
  [
    "another kind",
    (totals) => (totals[0].kind = "median"),
    'must be one of number, summed, mean, greatest, least, first, last, got "median"',
  ],
  [
    "a sum of levels",
    (totals) => (totals[0].of = "state"),
    'the total spent must be of a column of numbers, got "categorical"',
  ],
  [
    "no level of theirs",
    (totals) => (totals[1].where = { of: "lost", level: "yes" }),
    'of children with a cell of a column of theirs, got "lost"',
  ],
  [
    "a sum of dates",
    (totals) => (totals[2].kind = "summed"),
    'the total last must be the first or last of dates, got "summed"',
  ],
  ["a number of a column", (totals) => (totals[3].of = "paid"), "the total orders must count children"],
  ["one column twice", (totals) => totals.push(totals[0]), 'each column must have one total, got "spent"'],
  ["a grid of words", (totals) => (totals[0].grid = "cents"), "the total spent must have a grid"],
])("loadSynthesiser(json) refuses in words totals of %s", async (_, change, rule) => {
  const copy = structuredClone((await file).synthesiser);
  change(copy.totals);
  expect(() => loadSynthesiser(copy)).toThrow(`Cannot load relational: `);
  expect(() => loadSynthesiser(copy)).toThrow(rule);
});
