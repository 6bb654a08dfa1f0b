import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { type Table, takeTableRows } from "../../../src/data/table";
import { plantedCanaries } from "../../../src/evaluate/synthetic/privacy/planted";
import { subgroupTable } from "../../../src/evaluate/synthetic/subgroups";
import { copula } from "../../../src/synthesis/copula/copula";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import type { Synthesiser } from "../../../src/synthesis/synthesiser";
import { customers } from "../../synthesis/customers";

const aim = { target: "churn" };

/** The rows with the target of long-standing customers turned to "Yes". */
function withLeavers(from: Table, least: number): Table {
  const months = from.columns.find(({ name }) => name === "months");
  const columns = from.columns.map((column) =>
    column.name === "churn" && "codes" in column && months?.type === "numeric"
      ? {
          ...column,
          codes: column.codes.map((code, i) =>
            months.values[i] >= least ? column.levels.indexOf("Yes") : code,
          ),
        }
      : column,
  );
  return { rows: from.rows, columns };
}

test("subgroupTable() finds like rows within chance, and the group whose truth is lost", () => {
  const [train, holdout, fresh] = [1, 2, 3].map((seed) => customers(900, seed));
  const alike = subgroupTable({ train, holdout, synthetic: fresh }, aim, seeded(1));
  expect(alike?.measured).toBeGreaterThan(250);
  expect(alike?.rms).toBeLessThan(1.3);
  expect(alike?.beyond).toBeLessThan(0.12);
  const lost = subgroupTable({ train, holdout, synthetic: withLeavers(fresh, 50) }, aim, seeded(1));
  expect(lost?.beyond).toBeGreaterThan((alike?.beyond ?? 1) + 0.03);
  expect(lost?.beyondReal).toBe(alike?.beyondReal);
  expect(lost?.worst[0]).toMatchObject({ measure: "rate of the target" });
  expect(lost?.worst.some(({ group }) => group.includes("months"))).toBe(true);
});

test("subgroupTable() takes ten times as many rows for no more knowledge than the rows learnt from", () => {
  const [train, holdout, fresh] = [1, 2, 3].map((seed) => customers(900, seed));
  const often = Int32Array.from({ length: 10 * fresh.rows }, (_, i) => i % fresh.rows);
  const synthetic = takeTableRows(fresh, often);
  const [once, many] = [fresh, synthetic].map((rows) =>
    subgroupTable({ train, holdout, synthetic: rows }, aim, seeded(1)),
  );
  // Groups that are too small for a rate among 900 rows have one among 9,000.
  const shares = (found: typeof once) => found?.worst.filter(({ measure }) => measure === "share of rows");
  const z = new Map(shares(once)?.map((one) => [one.group, one.z]));
  const same = shares(many)?.filter(({ group }) => z.has(group)) ?? [];
  expect(same.length).toBeGreaterThan(2);
  for (const one of same) expect(one.z).toBeCloseTo(z.get(one.group) as number, 9);
  expect(many?.rms).toBeCloseTo(once?.rms ?? 0, 1);
});

test("subgroupTable() holds rows made against those learnt from, drawn anew: as far off is no fault of the model", () => {
  const [train, holdout] = [1, 2].map((seed) => customers(900, seed));
  const rng = seeded(5);
  const redrawn = (rows: number): Table =>
    takeTableRows(
      train,
      Int32Array.from({ length: rows }, () => Math.floor(rng.uniform() * train.rows)),
    );
  const of = (rows: number) => subgroupTable({ train, holdout, synthetic: redrawn(rows) }, aim, seeded(1));
  const [once, often] = [of(900), of(9000)];
  expect(once?.rmsDrawn).toBeGreaterThan((once?.rmsReal ?? 0) * 1.12);
  expect(once?.beyondDrawn).toBeGreaterThan(once?.beyondReal ?? 1);
  expect(Math.abs((once?.rms ?? 0) - (once?.rmsDrawn ?? 0))).toBeLessThan(0.2);
  // Ten times as many have the chance of the rows learnt from, and nearly none of drawing them.
  expect(often?.rmsDrawn).toBeLessThan((once?.rmsDrawn ?? 0) - 0.1);
  expect(often?.rmsDrawn).toBeCloseTo(often?.rms ?? 0, 1);
});

test("the file of a model holds no level of too few customers, of a column with one other level either", async () => {
  const from = customers(300, 4);
  const codes = Int32Array.from({ length: 300 }, (_, i) => (i === 7 ? 0 : 1));
  const status = {
    name: "status",
    type: "categorical" as const,
    levels: ["of Mrs Somebody", "usual"],
    codes,
  };
  const rows = { rows: 300, columns: [...from.columns, status] };
  const model = await sequential()(rows, seeded(1));
  expect(JSON.stringify(model.toJSON())).not.toContain("Somebody");
  const drawn = model.sample(50, seeded(2)).columns.at(-1);
  expect(drawn).toMatchObject({ levels: ["usual"] });
});

test("plantedCanaries() finds none of a method that tells of no single row, and all of one that repeats its rows", async () => {
  const train = customers(300, 4);
  const quiet = await plantedCanaries(train, "copula", copula(), seeded(1));
  expect(quiet).toEqual({ method: "copula", planted: 20, found: 0, inModel: 0 });
  const parrot = async (rows: Table): Promise<Synthesiser> => ({
    kind: "parrot",
    columns: [],
    sample: () => rows,
    toJSON: () => ({ kind: "parrot", version: 1, rows: JSON.stringify(rows) }),
  });
  const found = await plantedCanaries(train, "parrot", parrot, seeded(1));
  expect(found).toMatchObject({ planted: 20, found: 20 });
});
