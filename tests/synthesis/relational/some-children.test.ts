import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import {
  type RelatedTables,
  type Relational,
  relational,
} from "../../../src/synthesis/relational/relational";
import { describeTotals } from "../../../src/synthesis/relational/totals";
import { linesOf } from "./lines-of";

const day = 86_400_000;
const ids = { schema: { columns: [{ name: "key", type: "id" as const }] } };

/** Customers, some without an invoice, of which some are not paid; what is open of them, how many came back, and when the last did. */
function invoices(): RelatedTables {
  const rng = seeded("some");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 260; i++) {
    const own = Array.from({ length: Math.floor(6 * rng.uniform()) }, (_, k) => {
      const time = Date.UTC(2023, 0, 1) + day * (60 * k + Math.floor(50 * rng.uniform()));
      const paid = rng.uniform() < 0.7 ? new Date(time + day * Math.floor(9 * rng.uniform())) : undefined;
      const score = rng.uniform() < 0.5 ? 1 + Math.floor(5 * rng.uniform()) : undefined;
      const cents = 500 + Math.floor(9000 * rng.uniform());
      return { on: new Date(time).toISOString().slice(0, 10), cents, paid, back: rng.uniform() < 0.3, score };
    });
    for (const { on, cents, paid, back, score } of own)
      children.push(
        [
          `K${i}`,
          on,
          cents / 100,
          paid?.toISOString().slice(0, 10) ?? "",
          back ? "yes" : "no",
          score ?? "",
        ].join(),
      );
    const open = own.reduce((sum, { cents, paid }) => sum + (paid ? 0 : cents), 0);
    const returned = own.filter(({ back }) => back);
    const scores = own.flatMap(({ score }) => score ?? []);
    const mean =
      scores.length > 0 ? Math.round((100 * scores.reduce((a, b) => a + b)) / scores.length) / 100 : "";
    parents.push([`K${i}`, own.length, open / 100, returned.length, returned.at(-1)?.on ?? "", mean].join());
  }
  return {
    parents: parseCsv(`key,n,open,returns,last_return,score\n${parents.join("\n")}\n`, ids).table,
    children: parseCsv(`key,on,gross,paid,back,score\n${children.join("\n")}\n`, ids).table,
  };
}

/** Parents of which a column is not what their children say, by column; and children without a date. */
function broken({ parents, children }: RelatedTables): number[] {
  const rows = linesOf(csvText(children));
  const off = [0, 0, 0, 0, 0];
  for (const [key, n, open, returns, last, mean] of linesOf(csvText(parents))) {
    const own = rows.filter(([parent]) => parent === key);
    const sum = own.reduce((all, [, , gross, paid]) => all + (paid === "" ? Number(gross) : 0), 0);
    const back = own.filter((row) => row[4] === "yes").map(([, on]) => on);
    const scores = own.flatMap((row) => (row[5] === "" ? [] : Number(row[5])));
    const told = scores.length > 0 ? scores.reduce((a, b) => a + b) / scores.length : Number.NaN;
    off[0] += Number(n) === own.length ? 0 : 1;
    off[1] += Math.abs(sum - Number(open)) < 0.006 ? 0 : 1;
    off[2] += Number(returns) === back.length ? 0 : 1;
    off[3] += (back.sort().at(-1) ?? "") === last ? 0 : 1;
    off[4] += (mean === "" ? Number.isNaN(told) : Math.abs(told - Number(mean)) < 0.0051) ? 0 : 1;
  }
  return [...off, rows.filter(([, on]) => on === "").length];
}

test("a parent's columns are told by some of its children, and those that are there have a date", async () => {
  const tables = invoices();
  expect(broken(tables)).toEqual([0, 0, 0, 0, 0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeTotals(model.totals)).toEqual([
    "n is the number of the parent's children.",
    "open is the summed gross of the parent's children with paid = (missing).",
    "returns is the number of the parent's children with back = yes.",
    "last_return is the last on of the parent's children with back = yes.",
    "score is the mean score of the parent's children.",
  ]);
  const json = JSON.parse(JSON.stringify(model));
  const again = loadSynthesiser(json) as Relational;
  expect(broken(again.sampleBoth(500, seeded(2)))).toEqual([0, 0, 0, 0, 0, 0]);
});

test("levels of an hour, and numbers that are all but 0, do not stop a fit of two tables", async () => {
  const rng = seeded("visits");
  const rows = Array.from({ length: 1500 }, (_, k) => {
    const at = new Date(Date.UTC(2024, 0, 1) + 60_000 * Math.floor(500_000 * rng.uniform()));
    const late = at.getUTCHours() >= 17;
    const minutes = (late ? 60 : 20) + Math.floor(30 * rng.uniform());
    const chance = rng.uniform() ** 9 / 10;
    const stamp = at.toISOString().slice(0, 16).replace("T", " ");
    return `K${k % 300},${stamp},${late ? "yes" : "no"},${minutes},${chance.toFixed(5)}`;
  });
  const parents = Array.from({ length: 300 }, (_, i) => `K${i},${["S", "M"][i % 2]}`);
  const tables = {
    parents: parseCsv(`key,plan\n${parents.join("\n")}\n`, ids).table,
    children: parseCsv(`key,time,evening,minutes,chance\n${rows.join("\n")}\n`, ids).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const made = linesOf(csvText(model.sampleBoth(200, seeded(2)).children));
  expect(made.length).toBeGreaterThan(500);
  for (const [, time, evening] of made) expect(Number(time.slice(11, 13)) >= 17 ? "yes" : "no").toBe(evening);
  // Minutes go with the evening, which is known after them: that is said.
  expect(model.loose).toEqual(["evening"]);
  expect((loadSynthesiser(JSON.parse(JSON.stringify(model))) as Relational).loose).toEqual(["evening"]);
});
