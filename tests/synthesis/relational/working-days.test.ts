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
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { linesOf } from "./lines-of";

const day = 86_400_000;
const written = (time: number): string => new Date(time).toISOString().slice(0, 10);
const ids = (...names: string[]) => ({
  schema: { columns: names.map((name) => ({ name, type: "id" as const })) },
});

/** Customers with invoices on working days, numbered through the year, more of them in July, when there is an offer. */
function invoices(): RelatedTables {
  const rng = seeded("invoices");
  const rows: { key: string; time: number; sum: number }[] = [];
  const keys = Array.from({ length: 220 }, (_, i) => `K${1000 + 7 * i}`);
  for (const key of keys) {
    let time = Date.UTC(2023, 0, 2) + day * Math.floor(200 * rng.uniform());
    for (let k = 0; k < 1 + Math.floor(8 * rng.uniform()); k++) {
      time += day * (1 + Math.floor(60 * rng.uniform()));
      while ([0, 6].includes(new Date(time).getUTCDay())) time += day;
      const offer = new Date(time).getUTCMonth() === 6;
      rows.push({ key, time, sum: (offer ? 80 : 20) + Math.floor(20 * rng.uniform()) });
    }
  }
  rows.sort((a, b) => a.time - b.time);
  const numbered = rows.map(({ key, time, sum }, i) => {
    const offer = new Date(time).getUTCMonth() === 6 ? "yes" : "no";
    return [`${written(time).slice(0, 4)}-${String(i + 1).padStart(5, "0")}`, key, written(time), offer, sum];
  });
  const parents = keys.map((key, i) => `${key},${["A", "B"][i % 2]}`);
  return {
    parents: parseCsv(`key,group\n${parents.join("\n")}\n`, ids("key")).table,
    children: parseCsv(`number,key,on,offer,sum\n${numbered.join("\n")}\n`, ids("number", "key")).table,
  };
}

/** Rows at weekends, with an offer that the month does not say, of another year than their number, out of its order, numbered twice. */
function broken({ children }: RelatedTables): number[] {
  const rows = linesOf(csvText(children));
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    rows.filter(([, , on]) => [0, 6].includes(new Date(on).getUTCDay())).length,
    rows.filter(([, , on, offer]) => (on.slice(5, 7) === "07") !== (offer === "yes")).length,
    rows.filter(([number, , on]) => number.slice(0, 4) !== on.slice(0, 4)).length,
    sorted.filter(([, , on], k) => k > 0 && on < sorted[k - 1][2]).length,
    rows.length - new Set(rows.map(([number]) => number)).size,
  ];
}

test("children keep working days, what a month says, and numbers that are counted on from date to date", async () => {
  const tables = invoices();
  expect(broken(tables)).toEqual([0, 0, 0, 0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const rules = describeStructure(model.structures[1]);
  expect(rules).toContain("on is never on a Saturday or Sunday.");
  const json = JSON.parse(JSON.stringify(model));
  const again = loadSynthesiser(json) as Relational;
  expect(broken(again.sampleBoth(500, seeded(2)))).toEqual([0, 0, 0, 0, 0]);
  // None is a real one's, and the next ones are others.
  const numbers = (made: RelatedTables): string[] =>
    linesOf(csvText(made.children)).map(([number]) => number);
  const first = numbers(again.sampleBoth(300, seeded(3)));
  const next = numbers(again.sampleBoth(300, seeded(4), { firstRow: 300, firstChild: first.length }));
  const real = numbers(tables);
  expect(next.filter((number) => first.includes(number) || real.includes(number))).toEqual([]);
  const wrong = structuredClone(json);
  wrong.keys[0].rises = "offer";
  expect(() => loadSynthesiser(wrong)).toThrow("must rise with a date");
});
