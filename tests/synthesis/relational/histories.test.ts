import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { describeAlong } from "../../../src/synthesis/relational/distinct";
import {
  type RelatedTables,
  type Relational,
  relational,
} from "../../../src/synthesis/relational/relational";
import { describeTotals } from "../../../src/synthesis/relational/totals";
import { linesOf } from "./lines-of";

const day = 86_400_000;
const written = (time: number): string => new Date(time).toISOString().slice(0, 10);
const id = { schema: { columns: [{ name: "key", type: "id" as const }] } };

/** Contracts whose plans are each valid from the day after the last one ended, or a while later; some still are. */
function contracts(after: (uniform: () => number) => number): RelatedTables {
  const rng = seeded("contracts");
  const below = (n: number): number => Math.floor(n * rng.uniform());
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 260; i++) {
    const key = `K${1000 + 7 * i}`;
    const rows = 1 + below(4);
    let from = Date.UTC(2021, 0, 1) + day * below(300);
    let to = "";
    for (let k = 1; k <= rows; k++) {
      const end = from + day * (30 + below(200));
      to = k === rows && rng.uniform() < 0.6 ? "" : written(end);
      children.push(`${key},${"ABC"[below(3)]},${written(from)},${to}`);
      from = end + day * after(() => rng.uniform());
    }
    parents.push(`${key},${"XY"[i % 2]},${rows - 1},${to},${to ? "ended" : "active"}`);
  }
  return {
    parents: parseCsv(`key,group,changes,ended,state\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,plan,from,to\n${children.join("\n")}\n`, id).table,
  };
}

/** Next rows too early or late after the one before, or after one without an end; parents of another number of changes, end or state. */
function broken({ parents, children }: RelatedTables, least: number, most: number): number[] {
  const rows = linesOf(csvText(children));
  const pairs = rows.slice(1).flatMap((next, k) => (next[0] === rows[k][0] ? [[rows[k], next]] : []));
  const far = pairs.map(([row, next]) => (Date.parse(next[2]) - Date.parse(row[3])) / day);
  const told = linesOf(csvText(parents)).map((one) => ({ one, own: rows.filter(([key]) => key === one[0]) }));
  return [
    far.filter((days) => !(days >= least && days <= most)).length,
    told.filter(({ one, own }) => Number(one[2]) !== own.length - 1).length,
    told.filter(({ one, own }) => one[3] !== own.at(-1)?.[3]).length,
    told.filter(({ one }) => (one[3] === "") !== (one[4] === "active")).length,
  ];
}

test("what is valid from the day after the last one ended is so in new rows, and a parent's end is that of its last row", async () => {
  const tables = contracts(() => 1);
  expect(broken(tables, 1, 1)).toEqual([0, 0, 0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeAlong(model)).toContain("from is 1 day after to of the row before.");
  expect(describeTotals(model.totals)).toContain("ended is the last row's to of the parent's children.");
  const json = JSON.parse(JSON.stringify(model));
  const made = (loadSynthesiser(json) as Relational).sampleBoth(600, seeded(2));
  expect(broken(made, 1, 1)).toEqual([0, 0, 0, 0]);
  expect(made.children.rows / 600).toBeCloseTo(tables.children.rows / 260, 0);
  const wrong = structuredClone(json);
  wrong.plan.date.from.name = "from";
  expect(() => loadSynthesiser(wrong)).toThrow("must be from another date of the children");
});

test("what never begins before the last one ended does not in new rows", async () => {
  const tables = contracts((uniform) => Math.floor(90 * uniform() ** 2));
  expect(broken(tables, 0, 90)).toEqual([0, 0, 0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeAlong(model)).toContain("from is never before to of the row before.");
  const made = model.sampleBoth(600, seeded(2));
  expect(broken(made, 0, 200)).toEqual([0, 0, 0, 0]);
  expect(made.children.rows / 600).toBeCloseTo(tables.children.rows / 260, 0);
});

test("an end that the next row may lie before, or hardly could, is no base of distances", async () => {
  for (const after of [-40, 900]) {
    const model = await relational({ key: "key", threads: 1 })(
      contracts((uniform) => after + Math.floor(90 * uniform())),
      seeded(1),
    );
    expect(model.dates?.from).toBeUndefined();
  }
});

test("children have a date where all begin on the first of a month and hardly a parent has none, and a level goes by the last one", async () => {
  const rng = seeded("bills");
  const stateAt = (last: string): string => (last === "" ? "none" : last < "2023-07" ? "late" : "new");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 200; i++) {
    const key = `K${1000 + 7 * i}`;
    const rows = i % 50 === 7 ? 0 : 1 + Math.floor(6 * rng.uniform());
    const first = Math.floor(6 * rng.uniform());
    for (let k = 0; k < rows; k++)
      children.push(
        `${key},${written(Date.UTC(2023, first + k, 1))},${(100 * rng.uniform() ** 2).toFixed(2)}`,
      );
    const last = rows > 0 ? written(Date.UTC(2023, first + rows - 1, 1)) : "";
    parents.push(`${key},${"XY"[i % 2]},${rows},${last},${stateAt(last)}`);
  }
  const tables = {
    parents: parseCsv(`key,group,bills,last,state\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,month,sum\n${children.join("\n")}\n`, id).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const made = model.sampleBoth(1000, seeded(2));
  expect(linesOf(csvText(made.children)).filter(([, month]) => month === "")).toEqual([]);
  // "none" is too rare to be told, so that no bands are found.
  const odd = linesOf(csvText(made.parents)).filter(([, , , last, state]) => last && state !== stateAt(last));
  expect(odd).toEqual([]);
});

test("an end that is a month's last day is so in new rows, and as many last rows as there are have none", async () => {
  const rng = seeded("months");
  const below = (n: number): number => Math.floor(n * rng.uniform());
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    let month = below(30);
    for (let rows = 1 + below(3); rows > 0; rows--) {
      const next = month + 3 + below(20);
      const [from, to] = [Date.UTC(2020, month, 1), Date.UTC(2020, next, 0)].map(written);
      children.push(
        `K${100 + 3 * i},${"ABC"[below(3)]},${from},${rows === 1 && rng.uniform() < 0.7 ? "" : to}`,
      );
      month = next;
    }
    parents.push(`K${100 + 3 * i},${"XY"[below(2)]}`);
  }
  const tables = {
    parents: parseCsv(`key,group\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,plan,from,to\n${children.join("\n")}\n`, id).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeAlong(model)).toContain("from is 1 day after to of the row before.");
  const made = model.sampleBoth(600, seeded(2)).children;
  const ends = linesOf(csvText(made)).map((row) => row[3]);
  const off = ends.filter((to) => to !== "" && new Date(Date.parse(to) + day).getUTCDate() !== 1);
  expect(off.length).toBeLessThanOrEqual(2);
  const open = ends.filter((to) => to === "").length / 600;
  expect(Math.abs(open - 0.7)).toBeLessThan(0.1);
});
