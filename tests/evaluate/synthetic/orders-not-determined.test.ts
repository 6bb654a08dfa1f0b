import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { describeNotDetermined, notDetermined } from "../../../src/evaluate/synthetic/determined/determined";

/** Clients by what they bring, with their rank and an amount that goes with it, off by so much. */
function ranked(count: number, off: number): Table {
  const rng = seeded("ranked");
  const revenue = Array.from({ length: count }, () => Math.exp(4 + 3 * rng.uniform()));
  const order = [...revenue].sort((a, b) => b - a);
  const rows = revenue.map((own) => {
    const rank = order.indexOf(own) + 1 + Math.round(off * (rng.uniform() - 0.5));
    return `${own.toFixed(2)},${(own ** 2 / 100).toFixed(2)},${rank},${Math.round(1000 * rng.uniform())}`;
  });
  return parseCsv(`revenue,weight,rank,other\n${rows.join("\n")}\n`).table;
}

test("a rank that is not in the order of what it ranks is told, once", async () => {
  const { found } = await notDetermined(ranked(800, 0), ranked(800, 20), seeded(1));
  const told = found.filter(({ order }) => order);
  expect(told.map(({ what, by, order }) => [what, by, order])).toEqual([["rank", ["revenue"], "falls"]]);
  expect(describeNotDetermined(told[0])).toMatch(
    /^rank falls with revenue in all neighbouring real rows and in \d\d.*% of the synthetic ones: that is not learnt$/,
  );
});

test("of ranks that are in order, and of such as are not in real rows either, nothing is told", async () => {
  for (const [real, made] of [
    [0, 0],
    [20, 40],
  ]) {
    const { found } = await notDetermined(ranked(800, real), ranked(800, made), seeded(1));
    expect(found.filter(({ order }) => order)).toEqual([]);
  }
});
