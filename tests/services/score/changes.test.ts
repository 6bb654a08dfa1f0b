import { expect, test } from "vitest";
import type { Table } from "../../../src/data/table";
import { columnNamed } from "../../../src/data/table";
import { changes, readChanges, unknownChanges } from "../../../src/services/score/changes";
import type { DeskField } from "../../../src/services/score/columns";
import { standardRules } from "../../../src/services/score/decide";
import type { Desk } from "../../../src/services/score/desk";
import { deskTable } from "../../../src/services/score/rows";

const choice = { kind: "choice", unknown: true, example: "" } as const;
const fields: DeskField[] = [
  { ...choice, key: "Contract", column: "Contract", label: "Contract", choices: ["Monthly", "Two year"] },
  {
    ...{ key: "Charges", column: "Charges", label: "Charges", kind: "number", low: 0, high: 200 },
    ...{ step: 0, example: 70, unknown: true },
  },
  { key: "calls", column: "Calls", label: "Calls", kind: "number", low: 0, high: 99, step: 1, example: 1 },
];

/** Leaves with .6 less .4 for a contract and .001 for each unit of charges below 100; worth ten charges. */
const desk = {
  fields,
  score(rows: Table) {
    const contract = columnNamed(rows, "Contract");
    const charges = columnNamed(rows, "Charges");
    const probability = new Float64Array(rows.rows);
    const value = new Float64Array(rows.rows);
    for (let i = 0; i < rows.rows; i++) {
      if (contract.type !== "categorical" || charges.type !== "numeric") throw new Error("not these columns");
      probability[i] = 0.6 - 0.4 * contract.codes[i] - 0.001 * (100 - charges.values[i]);
      value[i] = 10 * charges.values[i];
    }
    return { probability, value };
  },
} as unknown as Desk;
const rows = deskTable([{ Contract: "Monthly", Charges: 100, calls: 9 }], fields);

test("changes(desk, row, rules, allowed) tells of allowed fields alone, with cost and what each brings, the best first", () => {
  const allowed = readChanges(
    "Contract=two year:120; Charges=-20%:0;Contract=Monthly;nothing=1;Contract=Weekly",
  );
  const found = changes(desk, rows, standardRules, allowed);
  expect(found).toHaveLength(2);
  // (1 − .2) × 1000 − (1 − .6) × 1000 − 120
  expect(found[0]).toMatchObject({ column: "Contract", from: "Monthly", to: "Two year", cost: 120 });
  expect(found[0].probability).toBeCloseTo(0.2, 12);
  expect(found[0].profit).toBeCloseTo(280, 9);
  // The discount costs what is earned less: (1 − .58) × 800 − 400
  expect(found[1]).toMatchObject({ column: "Charges", from: 100, to: 80, cost: 0 });
  expect(found[1].profit).toBeCloseTo(-64, 9);
  expect(unknownChanges(fields, allowed).map((one) => one.field)).toEqual(["nothing", "Contract"]);
});

test("changes without a stated cost have none, and what they bring is not known", () => {
  const [found] = changes(desk, rows, standardRules, readChanges("Contract=Two year"));
  expect(Object.keys(found)).toEqual(["column", "from", "to", "probability", "risk"]);
});

test.each(["Contract", "=Yes", "Contract="])("readChanges(%j) is refused with the form to write", (text) => {
  expect(() => readChanges(text)).toThrow("each must be FIELD=VALUE or FIELD=VALUE:COST");
});
