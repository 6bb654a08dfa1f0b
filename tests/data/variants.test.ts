import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { dateParser, plainDates } from "../../src/data/formats/date-format";
import { foldKey } from "../../src/data/infer/fold";
import type { CsvRead } from "../../src/data/read/read-csv";
import { readTable } from "../../src/data/read/read-table";
import { stratifiedKFold } from "../../src/data/split";
import {
  type Column,
  cellText,
  columnNamed,
  dropColumns,
  isCategorical,
  type Table,
} from "../../src/data/table";
import { twoNumbers } from "../../src/data/target";
import { rocAuc } from "../../src/evaluate/ranking";
import { logisticRegression } from "../../src/models/linear/logistic";
import { fitFolds, outOfFold } from "../../src/models/out-of-fold";
import { pipeline } from "../../src/models/pipeline";
import { type Customer, customers, hasHole, names, type Variant, variants } from "./variants";

const folder = mkdtempSync(join(tmpdir(), "telelink-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const all = variants();

test("there are 150 ways and more to write one table", () => {
  expect(new Set(all.map((one) => one.name)).size).toBeGreaterThanOrEqual(150);
});

const numbers = (one: Column): number[] => [...(one as { values: Float64Array }).values];
const expected = <T>(of: (one: Customer) => T): T[] => customers.map(of);

/** ROC AUC of the first way to write the table, by which cells are missing. */
const plainAuc = new Map<string, number>();
const churned = Float64Array.from(customers, (one) => Number(one.churned));
const folds = stratifiedKFold(churned, 2, seeded(1));
const learn = pipeline({ learner: logisticRegression() });

async function crossValidated(rows: Table): Promise<number> {
  const done = await fitFolds({ learner: learn, data: { table: rows, y: churned } }, folds, seeded(2));
  return rocAuc(churned, outOfFold(done, churned.length));
}

describe("readTable(file) reads the same table however it is written", () => {
  test.each(all.map((one) => [one.name, one] as const))("%s", async (_, { style, bytes }: Variant) => {
    const file = join(folder, "x.csv");
    writeFileSync(file, bytes);
    const options = style.missing === "-999" ? { missing: ["-999"] } : {};
    const read: CsvRead = await readTable(file, options);
    const { table } = read;
    const at = (name: (typeof names)[number]): Column =>
      columnNamed(table, style.header ? name : `column ${names.indexOf(name) + 1}`);
    expect([table.rows, read.problemCount]).toEqual([240, style.below[0]?.startsWith("Total") ? 1 : 0]);
    expect(at("customer_id").type).toBe("id");
    if (style.header) expect(at("branch_id").type).toBe("categorical");
    expect(numbers(at("age"))).toEqual(expected((one) => one.age));
    const close = (found: number[], of: (one: Customer) => number): void =>
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(of(customers[i]), 6);
      });
    close(numbers(at("income")), (one) => one.income);
    const use = numbers(at("use"));
    use.forEach((value, i) => {
      if (hasHole(style, i)) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(customers[i].use, 6);
    });
    for (const [name, value] of [
      ["plan", (one: Customer) => one.plan],
      ["city", (one: Customer) => one.city],
    ] as const) {
      const column = at(name);
      expect([column.type, "levels" in column ? column.levels.length : 0]).toEqual(["categorical", 3]);
      const found = customers.map((_, i) => foldKey(cellText(column, i)));
      expect(found).toEqual(customers.map((one, i) => foldKey(style.word(value(one), i))));
    }
    const paperless = at("paperless");
    expect(paperless.type).toBe("boolean");
    if (isCategorical(paperless))
      expect([...paperless.codes]).toEqual(expected((one) => (one.paperless ? 1 : 0)));
    const joined = at("joined_date");
    if (style.header) {
      expect(joined.type).toBe("date");
      if (joined.type === "date")
        expect(joined.values.map(dateParser(joined.format ?? plainDates))).toEqual(
          expected((one) => one.joined * 86_400_000),
        );
    }
    const churn = at("churn");
    const two = twoNumbers(churn);
    if (two && churn.type === "numeric")
      expect(numbers(churn).map((v) => v === two[1])).toEqual(expected((one) => one.churned));
    else {
      expect(["boolean", "categorical"]).toContain(churn.type);
      const word = style.target[1].trim();
      expect(customers.map((_, i) => cellText(churn, i) === word)).toEqual(expected((one) => one.churned));
    }
    const auc = await crossValidated(dropColumns(table, [at("customer_id").name, churn.name]));
    const holes = customers.map((_, i) => Number(hasHole(style, i))).join("");
    // Without their names, the numbers of branches are learned as numbers.
    if (!plainAuc.has(holes)) plainAuc.set(holes, auc);
    expect(Math.abs(auc - (plainAuc.get(holes) as number))).toBeLessThanOrEqual(style.header ? 0.005 : 0.02);
  });
});
