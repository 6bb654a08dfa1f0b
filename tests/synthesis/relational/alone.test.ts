import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadRelational, relational } from "../../../src/synthesis/relational/relational";

const schema = { columns: [{ name: "person", type: "id" as const }] };

/** People with two to five ways each, of which they take one: cheap ones rather. */
function ways({ second = false } = {}) {
  const rng = seeded(8);
  const [above, below]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    above.push(`P${1000 + 3 * i},${20 + Math.floor(60 * rng.uniform())}`);
    const costs = Array.from({ length: 2 + (i % 4) }, () => 5 + Math.floor(40 * rng.uniform()));
    const cheapest = costs.indexOf(Math.min(...costs));
    const taken = rng.uniform() < 0.7 ? cheapest : Math.floor(costs.length * rng.uniform());
    costs.forEach((cost, k) => {
      const yes = k === taken || (second && i === 7);
      below.push(`P${1000 + 3 * i},${cost},${yes ? "yes" : "no"}`);
    });
  }
  return {
    parents: parseCsv(`person,age\n${above.join("\n")}\n`, { schema }).table,
    children: parseCsv(`person,cost,taken\n${below.join("\n")}\n`, { schema }).table,
  };
}

const cells = (from: Table, name: string): string[] =>
  Array.from({ length: from.rows }, (_, i) => cellText(columnNamed(from, name), i));

/** How often a person has so many ways that are taken. */
function takenBy(children: Table): ReadonlyMap<number, number> {
  const own = new Map<string, number>();
  const taken = cells(children, "taken");
  for (const [i, who] of cells(children, "person").entries())
    own.set(who, (own.get(who) ?? 0) + Number(taken[i] === "yes"));
  const counts = new Map<number, number>();
  for (const many of own.values()) counts.set(many, (counts.get(many) ?? 0) + 1);
  return counts;
}

test("relational(…) makes just one row of a parent with a level that one alone has, and as cheap ones as those", async () => {
  const real = ways();
  const model = await relational({ key: "person" })(real, seeded(1));
  expect(model.alone).toEqual([{ column: "taken", level: "yes" }]);
  const { parents, children } = model.sampleBoth(400, seeded(2));
  expect(takenBy(children)).toEqual(new Map([[1, parents.rows]]));
  const cost = (from: Table) => {
    const own = cells(from, "cost").filter((_, i) => cells(from, "taken")[i] === "yes");
    return own.reduce((sum, one) => sum + Number(one), 0) / own.length;
  };
  expect(Math.abs(cost(children) - cost(real.children))).toBeLessThan(3);
  const again = loadRelational(JSON.parse(JSON.stringify(model)));
  expect(again.alone).toEqual(model.alone);
  const changed = { ...model.toJSON(), alone: [{ column: "person", level: "yes" }] };
  expect(() => loadRelational(changed)).toThrow(
    "what one child alone has must be levels of columns of the children",
  );
});

test("relational(…) takes it for no rule where one parent has two", async () => {
  const model = await relational({ key: "person" })(ways({ second: true }), seeded(1));
  expect(model.alone).toEqual([]);
});
