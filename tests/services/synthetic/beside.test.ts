import { expect, test } from "vitest";
import { parseCsv } from "../../../src/data/read/read-csv";
import { viewRows } from "../../../src/data/simulate/view-rows";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { beside } from "../../../src/services/synthetic/beside";
import { setAside } from "../../../src/services/synthetic/real-rows";

const real = parseCsv(
  `id,plan,spent\n${Array.from({ length: 60 }, (_, i) => `c${i},${i % 3 === 0 ? "plus" : "basic"},${i}`).join("\n")}\n`,
).table;

test("beside(real, real) finds nothing to tell apart, and every row a copy", async () => {
  const said = await beside({ learnt: real }, real);
  expect(said).toMatchObject({ rows: { real: 60, synthetic: 60 }, quality: 1, copies: 60 });
  const plan = said.columns.find((one) => one.column === "plan");
  expect(plan?.shares).toEqual([
    { value: "basic", real: 40 / 60, synthetic: 40 / 60 },
    { value: "plus", real: 20 / 60, synthetic: 20 / 60 },
  ]);
  const spent = said.columns.find((one) => one.column === "spent");
  expect(spent?.shares.map((one) => one.value)[0]).toBe("0 to 9.83");
  expect(spent?.shares.reduce((sum, one) => sum + one.real, 0)).toBeCloseTo(1, 12);
});

test("beside(real, other rows) puts the least alike column first and counts copies without identifiers", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `x${i},${i < 58 ? "plus" : "basic"},${i + 0.5}`);
  const made = parseCsv(`id,plan,spent\n${rows.join("\n")}\ny,basic,1\n`).table;
  const said = await beside({ learnt: real }, made);
  expect(said.columns[0].column).toBe("plan");
  expect(said.copies).toBe(1);
  expect(said.quality).toBeLessThan(0.9);
});

test("beside(…) measures privacy against rows that were held out: 0 for copies, about 1 for rows never learned", async () => {
  const [many] = viewRows("telco", 1500, 5);
  const { learnt, heldOut, how } = setAside(many, 0.2, "s");
  expect(how).toEqual({ share: 0.2, seed: "s", rows: 300 });
  const copied = await beside({ learnt, heldOut }, learnt);
  expect(copied.rows).toEqual({ real: 1200, synthetic: 1200, heldOut: 300 });
  expect(copied.heldOut).toMatchObject({ copies: 1, closest: 0 });
  expect(copied.heldOut?.privacy).toBeLessThan(0.02);
  const [fresh] = viewRows("telco", 1500, 6);
  const said = await beside({ learnt, heldOut }, fresh);
  expect(said.heldOut?.privacy).toBeGreaterThan(0.85);
  // Rows never seen lie about as far from the learned ones as fresh ones do, and are about as like them.
  expect(said.heldOut?.closest).toBeCloseTo(said.heldOut?.closestHeldOut as number, 1);
  expect(said.quality).toBeCloseTo(said.heldOut?.quality as number, 1);
  expect((await beside({ learnt }, fresh)).heldOut).toBeUndefined();
});

test("setAside(table, share, seed) parts the rows, the same ones again, and none of a small table", () => {
  const ids = (rows: Table): readonly string[] =>
    rows.columns[0].type === "id" ? rows.columns[0].values : [];
  const [many] = viewRows("telco", 400, 5);
  const one = setAside(many, 0.25, "s");
  const again = setAside(many, 0.25, "s");
  expect(ids(one.heldOut as Table)).toEqual(ids(again.heldOut as Table));
  expect([...ids(one.learnt), ...ids(one.heldOut as Table)].sort()).toEqual([...ids(many)].sort());
  expect(ids(setAside(many, 0.25, "t").heldOut as Table)).not.toEqual(ids(one.heldOut as Table));
  expect(setAside(many, 0.1, "s")).toEqual({ learnt: many });
  expect(() => setAside(many, 0.6, "s")).toThrow("share must be at least 0 and at most 0.5, got 0.6");
});

test("setAside(table, share, seed) sets all rows of a customer aside, or none", () => {
  const lines = Array.from({ length: 400 }, (_, i) => `CU${1000 + (i % 90)},${i}`);
  const { learnt, heldOut, how } = setAside(parseCsv(`cust,paid\n${lines.join("\n")}\n`).table, 0.25, "s");
  const names = (rows: Table): Set<string> =>
    new Set(Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, "cust"), i)));
  const held = names(heldOut as Table);
  expect([...names(learnt)].filter((name) => held.has(name))).toEqual([]);
  expect(how?.rows).toBe(heldOut?.rows);
  expect(Math.abs((heldOut?.rows ?? 0) - 100)).toBeLessThanOrEqual(5);
});
