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

/** Members with visits every few days, at hours that their plan allows. */
function visits(): RelatedTables {
  const rng = seeded("visits");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const plan = i % 3 === 0 ? "morning" : "all day";
    let time = Date.UTC(2024, 0, 1) + day * Math.floor(40 * rng.uniform());
    for (let k = 2 + Math.floor(9 * rng.uniform()); k > 0; k--) {
      const hour = 7 + (plan === "morning" ? 4 : 14) * rng.uniform();
      const at = new Date(time + hour * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
      children.push(`M${100 + 3 * i},${at},${Math.floor(90 * rng.uniform())}`);
      time += day * (1 + Math.floor(12 * rng.uniform()));
    }
    parents.push(`M${100 + 3 * i},${plan},${"XY"[i % 2]}`);
  }
  return {
    parents: parseCsv(`key,plan,group\n${parents.join("\n")}\n`, ids("key")).table,
    children: parseCsv(`key,time,minutes\n${children.join("\n")}\n`, ids("key")).table,
  };
}

test("children keep the hours of their times, by what their parent has", async () => {
  const tables = visits();
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeStructure(model.structures[1])).toContain(
    "time keeps the odds of its hours, by parent: plan.",
  );
  const made = (loadSynthesiser(JSON.parse(JSON.stringify(model))) as Relational).sampleBoth(500, seeded(2));
  const odd = ({ parents, children }: RelatedTables): number => {
    const plans = new Map(linesOf(csvText(parents)).map(([key, plan]) => [key, plan]));
    const rows = linesOf(csvText(children));
    const out = rows.filter(([key, time]) => {
      const hour = Number(time.slice(11, 13));
      return hour < 7 || hour >= (plans.get(key) === "morning" ? 11 : 21);
    });
    return out.length / rows.length;
  };
  expect(odd(tables)).toBe(0);
  // What follows within a day stays near; drawn evenly .53 would be at other hours.
  expect(odd(made)).toBeLessThan(0.03);
});
