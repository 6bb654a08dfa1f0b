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
import { describeRunning } from "../../../src/synthesis/relational/running";
import { describeTotals } from "../../../src/synthesis/relational/totals";

const schema = { columns: [{ name: "key", type: "id" as const }] };

/** Loans of hundreds in equal instalments, the last one of what is left; some are not paid back yet. */
function loans(): RelatedTables {
  const rng = seeded("loans");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const amount = 100 * (10 + Math.floor(50 * rng.uniform()));
    const term = [6, 9, 12][Math.floor(3 * rng.uniform())];
    const cents = Math.round((100 * amount) / term);
    let [open, paid] = [100 * amount, 0];
    const months = Math.min(term, 4 + Math.floor(8 * rng.uniform()));
    for (let no = 1; no <= months; no++) {
      const own = no < term ? cents : open;
      children.push([`K${i}`, no, open / 100, own / 100, (open - own) / 100].join());
      [open, paid] = [open - own, paid + own];
    }
    parents.push([`K${i}`, amount, term, cents / 100, paid / 100, open / 100].join());
  }
  return {
    parents: parseCsv(`key,amount,term,rate,paid,open\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,no,before,payment,after\n${children.join("\n")}\n`, { schema }).table,
  };
}

/** How many loans are no hundreds, not what their first balance says, or what is left; and of another rate than amount and term say. */
function broken({ parents, children }: RelatedTables): number[] {
  const rows = (text: string): string[][] =>
    text
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(","));
  const firsts = new Map(
    rows(csvText(children))
      .reverse()
      .map(([key, , before]) => [key, Number(before)]),
  );
  const own = rows(csvText(parents));
  const off = own.filter(([key, amount, , , paid, open]) => {
    const left = Math.abs(Number(amount) - Number(paid) - Number(open)) < 0.006;
    return Number(amount) % 100 !== 0 || firsts.get(key) !== Number(amount) || !left;
  });
  const rates = own.filter(
    ([, amount, term, rate]) => Math.abs(Number(amount) / Number(term) - Number(rate)) > 0.0051,
  );
  return [off.length, rates.length];
}

test("a loan of hundreds is what its balance begins with, not the first of balances that are drawn to the cent", async () => {
  const tables = loans();
  expect(broken(tables)).toEqual([0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeTotals(model.totals)).toEqual([
    "paid is the summed payment of the parent's children.",
    "open is the least after of the parent's children.",
  ]);
  expect(describeRunning(model.running, model.dates)).toContain(
    "after = after of the row before − payment, from parent: amount.",
  );
  const json = JSON.parse(JSON.stringify(model));
  expect(broken((loadSynthesiser(json) as Relational).sampleBoth(400, seeded(2)))).toEqual([0, 0]);
  const wrong = structuredClone(json);
  for (const one of wrong.running) one.start = "parent: size";
  expect(() => loadSynthesiser(wrong)).toThrow("must start from a number");
});

/** Loans that are all paid back by equal parts of the sum and interest on what is left; the last part is what is left. */
function paidBack(): RelatedTables {
  const rng = seeded("paid back");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const amount = 100 * (10 + Math.floor(50 * rng.uniform()));
    const term = [6, 9, 12][Math.floor(3 * rng.uniform())];
    const part = Math.round((100 * amount * (0.9 + 0.1 * rng.uniform())) / term);
    let open = 100 * amount;
    for (let no = 1; no <= term; no++) {
      const [own, interest] = [no < term ? part : open, Math.floor(open * 0.005 + 0.5)];
      children.push(
        [`K${i}`, no, own / 100, interest / 100, (own + interest) / 100, (open - own) / 100].join(),
      );
      open -= own;
    }
    parents.push([`K${i}`, amount, term].join());
  }
  return {
    parents: parseCsv(`key,amount,term\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,no,part,interest,pays,left\n${children.join("\n")}\n`, { schema }).table,
  };
}

test("the last payment is what is left, and no balance, part or interest falls below 0", async () => {
  const tables = paidBack();
  const off = ({ parents, children }: RelatedTables): number[] => {
    const rows = csvText(children)
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(","));
    const last = new Map(rows.map(([key, , , , , left]) => [key, Number(left)]));
    const sums = new Map<string, number>();
    for (const [key, , part] of rows) sums.set(key, (sums.get(key) ?? 0) + Math.round(100 * Number(part)));
    const loans = csvText(parents)
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(","));
    return [
      loans.filter(([key, amount]) => last.get(key) !== 0 || sums.get(key) !== 100 * Number(amount)).length,
      loans.filter(([, amount]) => Number(amount) % 100 !== 0).length,
      rows.filter((row) => row.slice(2).some((cell) => Number(cell) < 0)).length,
      rows.filter(([, , part, interest, pays]) => Math.abs(+part + +interest - +pays) > 0.001).length,
    ];
  };
  expect(off(tables)).toEqual([0, 0, 0, 0]);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeRunning(model.running)).toContain(
    "left = left of the row before − part, from parent: amount to 0 in the last.",
  );
  expect(off(model.sampleBoth(400, seeded(2)))).toEqual([0, 0, 0, 0]);
  const wrong = JSON.parse(JSON.stringify(model));
  for (const one of wrong.running) one.end = "none";
  expect(() => loadSynthesiser(wrong)).toThrow("must end in a number");
});
