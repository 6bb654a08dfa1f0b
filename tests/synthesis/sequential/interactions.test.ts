import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { isCategorical, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const segments = ["family", "senior", "student", "young"];
const [without, effect] = [
  [0.2, 0.3, 0.15, 0.1],
  [0, -0.15, 0.1, 0.25],
];

/** Customers with and without a campaign: whether they buy depends on both together, how much is 0 where they do not. */
function campaign(): Table {
  const rng = seeded(1);
  const lines = Array.from({ length: 3000 }, () => {
    const [segment, treated] = [Math.floor(4 * rng.uniform()), rng.uniform() < 0.5];
    const bought = rng.uniform() < without[segment] + (treated ? effect[segment] : 0);
    const spend = bought ? Math.exp(3 + rng.uniform()).toFixed(2) : "0";
    const recency = 1 + Math.floor(364 * rng.uniform());
    return `${segments[segment]},${treated ? "T" : "C"},${recency},${spend},${bought ? 1 : 0}`;
  });
  return parseCsv(`segment,treated,recency,spend,converted\n${lines.join("\n")}\n`).table;
}

function levels(of: Table, column: string): readonly string[] {
  const found = of.columns.find(({ name }) => name === column);
  if (!found || found.type === "numeric") return Array.from(found?.values ?? [], String);
  return isCategorical(found) ? Array.from(found.codes, (code) => found.levels[code]) : [];
}

/** The share that bought, by segment and campaign. */
function rates(of: Table): number[] {
  const [segment, treated, converted] = ["segment", "treated", "converted"].map((name) => levels(of, name));
  return segments.flatMap((own) =>
    ["C", "T"].map((group) => {
      const rows = segment.flatMap((one, i) => (one === own && treated[i] === group ? [i] : []));
      return rows.filter((i) => Number(converted[i]) === 1).length / rows.length;
    }),
  );
}

test("sequential()(table) keeps what a campaign does to each segment, though a number that is mostly 0 says who buys", async () => {
  const real = campaign();
  for (const target of ["converted", "recency"]) {
    const model = await sequential({ target, threads: 1 })(real, seeded(2));
    const made = rates(model.sample(20_000, seeded(3)));
    for (const [k, own] of rates(real).entries()) expect(Math.abs(made[k] - own)).toBeLessThan(0.06);
  }
});

test("sequential()(table) keeps months that follow a number one way for one plan and the other way for another", async () => {
  const rng = seeded(4);
  const lines = Array.from({ length: 3000 }, () => {
    const [days, plan] = [Math.floor(365 * rng.uniform()), rng.uniform() < 0.5 ? "new" : "old"];
    const month = Math.floor((plan === "new" ? days : 364 - days) / 30.5);
    return `${days},${plan},${monthNames[rng.uniform() < 0.1 ? Math.floor(12 * rng.uniform()) : month]}`;
  });
  const real = parseCsv(`days,plan,month\n${lines.join("\n")}\n`).table;
  const model = await sequential({ target: "month", threads: 1 })(real, seeded(2));
  const made = model.sample(5000, seeded(3));
  const [days, plan, month] = ["days", "plan", "month"].map((name) => levels(made, name));
  const near = month.filter((own, i) => {
    const day = plan[i] === "new" ? Number(days[i]) : 364 - Number(days[i]);
    return Math.abs(monthNames.indexOf(own) - Math.floor(day / 30.5)) <= 1;
  });
  // Of the rows learnt from some 92 %; by effects of days and plan that are added up it was 53 %.
  expect(near.length / made.rows).toBeGreaterThan(0.85);
});
