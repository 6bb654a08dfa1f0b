import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readToJudge } from "../../../src/cli/commands/synth/read-to-judge";
import { seeded } from "../../../src/core/rng";
import { cellText } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { syntheticReport } from "../../../src/evaluate/synthetic/report";

const folder = mkdtempSync(join(tmpdir(), "report-long-"));
afterAll(() => rmSync(folder, { recursive: true }));
const rng = seeded(4);
const below = (n: number): number => Math.floor(n * rng.uniform());
/** A file of lines with a name, a plan, two numbers and a word of two. */
function write(name: string, lines: readonly string[], header = "ref,plan,months,paid,left"): string {
  writeFileSync(join(folder, name), `${header}\n${lines.join("\n")}\n`);
  return join(folder, name);
}
const line = (i: number): string =>
  `r${1000 + i},${["basic", "plus", "max"][below(3)]},${below(60)},${(below(9000) / 100).toFixed(2)},${below(4) ? "no" : "yes"}`;
const learnt = Array.from({ length: 600 }, (_, i) => line(i));
// One row in 600 has a level that nobody else has.
learnt[311] = learnt[311].replace(/,(basic|plus|max),/, ",gold,");
const real = write("real.csv", learnt);
const holdout = write(
  "holdout.csv",
  Array.from({ length: 300 }, (_, i) => line(i + 2000)),
);

vi.spyOn(process.stderr, "write").mockReturnValue(true);

test("synth report judges rows drawn from long tables, and tells by all rows what is lost and what is a copy", async () => {
  const copies = learnt.filter((one) => !one.includes("gold")).map((one, i) => one.replace(/^r\d+/, `m${i}`));
  const synthetic = write("copies.csv", copies.reverse());
  const plan = await readToJudge({ real, synthetic, holdout }, 1, 80);
  // Every reference that may name a customer is drawn or not: about as many.
  expect(Math.abs(plan.real.rows - 80)).toBeLessThan(25);
  expect([plan.synthetic.rows, plan.holdout?.rows]).toEqual([80, 80]);
  const found = await syntheticReport(plan, seeded(1));
  expect(found.drawnFrom).toEqual({ real: 600, synthetic: 599, holdout: 300 });
  expect(found.notJudged[0]).toBe(
    `rows that were not drawn: the figures are of ${plan.real.rows} of 600 rows learnt from and 80 of 599 synthetic rows and 80 of 300 held-out rows, drawn at random; what is lost and exact copies are told by all`,
  );
  expect(found.losses).toContainEqual({ column: "plan", what: "levels", share: 1 / 600, values: 1 });
  // Of rows drawn from both hardly any is a copy of another.
  expect(found.privacy?.copies).toBe(1);
  expect(found.privacy?.copiesHoldout).toBeLessThan(0.05);
  expect(found.canaries).toBeUndefined();
  const again = await readToJudge({ real, synthetic, holdout }, 1, 80);
  expect(again).toEqual(plan);
});

test("synth report looks for canaries in all synthetic rows, drawn or not", async () => {
  const known = write("known.csv", learnt.slice(100, 180));
  const made = write(
    "made.csv",
    [...Array(2000).keys()].map((i) => line(i + 9000)).concat("x1,gold,3,1.00,no"),
  );
  const canary = write("canary.csv", [...learnt.slice(0, 79), "r1,gold,3,1.00,no"]);
  const plan = await readToJudge({ real: canary, synthetic: made, holdout: known }, 1, 100);
  expect(plan.synthetic.rows).toBe(100);
  expect(csvText(plan.synthetic)).not.toContain("gold");
  const { canaries } = await syntheticReport(plan, seeded(1));
  expect(canaries?.columns.find(({ column }) => column === "plan")?.found).toBe(1);
});

test("synth report judges tables that are not long as a whole, and says nothing of drawing", async () => {
  const plan = await readToJudge({ real, synthetic: holdout, holdout }, 1, 600);
  expect([plan.real.rows, plan.synthetic.rows, plan.whole]).toEqual([600, 300, undefined]);
});

test("synth report reads synthetic rows that hold one of a column's two words, as real ones are read", async () => {
  const rows = (flag: (i: number) => number) =>
    Array.from({ length: 200 }, (_, i) => `${below(60)},${flag(i)}`);
  const some = write(
    "some.csv",
    rows((i) => (i < 4 ? 1 : 0)),
    "months,flag",
  );
  const none = write(
    "none.csv",
    rows(() => 0),
    "months,flag",
  );
  const plan = await readToJudge({ real: some, synthetic: none }, 1);
  for (const judged of [plan.real, plan.synthetic])
    expect(judged.columns[1]).toMatchObject({ type: "boolean", levels: ["0", "1"] });
});

test("synth report leaves held-out rows out whose customers were learnt from, drawn or not", async () => {
  const header = "customer,months,paid";
  const months = (from: number, to: number): string[] =>
    Array.from({ length: 4 * (to - from) }, (_, k) => `c${1000 + from + (k >> 2)},${below(60)},${below(90)}`);
  const own = write("own.csv", months(0, 150), header);
  const held = write("held.csv", [...months(140, 150), ...months(300, 340)], header);
  const { whole, holdout, customer, real } = await readToJudge(
    { real: own, synthetic: own, holdout: held },
    1,
    300,
  );
  expect(customer).toBe("customer");
  expect(real.rows % 4).toBe(0);
  expect(whole?.known).toEqual({ rows: 200, left: 40 });
  expect(holdout?.rows).toBe(160);
});

test("synth report reads the other files with the words that mean missing in the rows learnt from", async () => {
  const some = (word: string, every: number) =>
    Array.from({ length: 300 }, (_, i) =>
      line(i).replace(/,\d+\.\d+,/, (paid) => (i % every ? paid : `,${word},`)),
    );
  const told: string[] = [];
  const seen = vi.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0);
  const plan = await readToJudge(
    {
      real: write("words.csv", some("TBD", 20)),
      synthetic: write("words-made.csv", some("TBD", 25)),
      holdout: write("words-held.csv", some("TBD", 60)),
    },
    1,
  );
  seen.mockReturnValue(true);
  const missing = [plan.real, plan.synthetic, plan.holdout].map(
    (rows) =>
      rows &&
      Array.from({ length: rows.rows }, (_, i) => cellText(rows.columns[3], i)).filter((cell) => cell === "")
        .length,
  );
  expect(missing).toEqual([15, 12, 5]);
  expect(told.filter((text) => text.includes("must be a number"))).toEqual([]);
});
