import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { dropColumns, type Table, table, takeTableRows } from "../../../src/data/table";
import { binnedAccuracy, marginAccuracy } from "../../../src/evaluate/synthetic/accuracy";
import { detectionAuc, otherDetectors } from "../../../src/evaluate/synthetic/detection";
import { attributeDisclosure } from "../../../src/evaluate/synthetic/privacy/disclosure";
import { membershipAttack } from "../../../src/evaluate/synthetic/privacy/membership";
import { shuffleColumns } from "../../../src/evaluate/synthetic/privacy/shuffle-columns";
import { syntheticReport } from "../../../src/evaluate/synthetic/report";
import { supportScores } from "../../../src/evaluate/synthetic/support";
import { trainSyntheticTestReal } from "../../../src/evaluate/synthetic/utility";
import { customers } from "../../synthesis/customers";

const all = customers(2000, 3);
const rows = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);
const train = takeTableRows(all, rows(0, 1200));
const holdout = takeTableRows(all, rows(1200, 1600));
const other = takeTableRows(all, rows(1600, 2000));
const shuffled = shuffleColumns(train, seeded(4));

describe("shuffleColumns(table, rng)", () => {
  test("keeps each column's values and no row", () => {
    const [a, b] = [train, shuffled].map((one) =>
      (one.columns[4] as { values: Float64Array }).values.slice().sort(),
    );
    expect(b).toEqual(a);
    expect(shuffled.columns[4]).not.toEqual(train.columns[4]);
  });
});

describe("detectionAuc(real, synthetic, rng)", () => {
  test("is about 0.5 for real rows, near 1 for shuffled columns", async () => {
    const real = await detectionAuc(holdout, other, seeded(1));
    expect(Math.abs(real.auc - 0.5)).toBeLessThan(0.07);
    expect(real.low).toBeLessThan(0.5);
    expect((await detectionAuc(holdout, shuffled, seeded(1))).auc).toBeGreaterThan(0.95);
  });

  test("refuses too few rows", async () => {
    await expect(detectionAuc(takeTableRows(holdout, rows(0, 20)), other, seeded(1))).rejects.toThrow(
      "at least 50 rows",
    );
  });
});

describe("trainSyntheticTestReal(plan, rng)", () => {
  test("compares what real and synthetic rows teach, on the same real rows", async () => {
    const plan = { train, test: holdout, target: "churn" };
    for (const one of await trainSyntheticTestReal({ ...plan, synthetic: train }, seeded(1))) {
      expect(one.difference.estimate).toBe(0);
      expect(one.real.estimate).toBeGreaterThan(0.6);
    }
    const [logistic] = await trainSyntheticTestReal({ ...plan, synthetic: shuffled }, seeded(1));
    expect(logistic.learner).toBe("logistic regression");
    expect(logistic.difference.high).toBeLessThan(0);
  });

  test("names the column when synthetic rows lack one of its values", async () => {
    const loyal = takeTableRows(
      train,
      rows(0, 1200).filter((i) => (train.columns.at(-1) as { codes: Int32Array }).codes[i] === 0),
    );
    await expect(
      trainSyntheticTestReal({ train, synthetic: loyal, test: holdout, target: "churn" }, seeded(1)),
    ).rejects.toThrow(
      '"churn" must have both Yes and another value in every table, and the synthetic rows have not',
    );
  });
});

/** Numbers of which a score, two words, three levels and a rare fourth one follow. */
function scored(n: number, seed: number): Table {
  const rng = seeded(seed);
  const values = Float64Array.from({ length: n }, () => rng.uniform() * 10);
  const score = values.map((value) => value * 3 + rng.uniform() * 4);
  const codes = (...limits: number[]): Int32Array =>
    Int32Array.from(score, (one) => limits.filter((limit) => one > limit).length);
  return table([
    { name: "visits", type: "numeric", values },
    { name: "score", type: "numeric", values: score },
    { name: "income", type: "categorical", levels: ["<=50K", ">50K"], codes: codes(17) },
    { name: "tier", type: "categorical", levels: ["iron", "silver", "gold", "none"], codes: codes(10, 22) },
  ]);
}

describe("a target that is no yes or no", () => {
  const [real, held, made] = [1, 2, 3].map((seed) => scored(300, seed));
  const without = (column: string) => ({
    train: dropColumns(real, [column]),
    synthetic: dropColumns(made, [column]),
    test: dropColumns(held, [column]),
  });

  test("of numbers is judged by R², of several classes by each against the others, of two words by the one that is named", async () => {
    const judge = async (target: string, leave: string, positive?: string) =>
      trainSyntheticTestReal({ ...without(leave), target, ...(positive && { positive }) }, seeded(1));
    const [ridge, boosted] = await judge("score", "tier");
    expect([ridge.measure, ridge.learner, boosted.learner]).toEqual([
      "R²",
      "ridge regression",
      "gradient boosting",
    ]);
    // The share of the score's variance that is not its own noise: 75 / (75 + 16 / 12).
    for (const { estimate } of [ridge.real, ridge.synthetic])
      expect(Math.abs(estimate - 0.983)).toBeLessThan(0.01);
    expect(ridge.difference.low).toBeLessThanOrEqual(ridge.difference.estimate);
    for (const one of await judge("tier", "score")) {
      expect(one.measure).toContain("each class against the others");
      expect(one.synthetic.estimate).toBeGreaterThan(0.95);
      expect(one.synthetic.estimate - one.real.estimate).toBeCloseTo(one.difference.estimate, 12);
    }
    const [gold] = await judge("tier", "score", "gold");
    expect(gold).toMatchObject({ measure: "ROC AUC" });
    await expect(judge("income", "score")).rejects.toThrow(
      "the positive value must be given, as one of <=50K, >50K",
    );
    const [rich, poor] = [
      (await judge("income", "score", ">50K"))[0],
      (await judge("income", "score", "<=50K"))[0],
    ];
    expect(poor.synthetic.estimate).toBeCloseTo(rich.synthetic.estimate, 6);
    await expect(judge("income", "score", "rich")).rejects.toThrow(
      'positive must be one of <=50K, >50K, got "rich"',
    );
  });

  test("is said to tell nothing of the other columns where one of them alone tells it", async () => {
    const withReason = (from: Table): Table => {
      const tier = from.columns.find(({ name }) => name === "tier") as { codes: Int32Array };
      const levels = ["none", "moved", "price", "other"];
      const reason = { name: "reason", type: "categorical", codes: tier.codes, levels } as const;
      return dropColumns({ ...from, columns: [...from.columns, reason] }, ["score"]);
    };
    const plan = { real: withReason(real), synthetic: withReason(made), target: "tier" };
    const { notJudged, utility } = await syntheticReport(
      { ...plan, holdout: withReason(takeTableRows(held, rows(0, 60))) },
      seeded(1),
    );
    expect(utility?.[0].real.estimate).toBeGreaterThan(0.95);
    expect(notJudged).toEqual([
      "usefulness for tier beyond reason, which alone tells it in the rows learnt from: what models reach says nothing of the other columns; judge tables without that one",
    ]);
  });

  test("is said to be not judged where a table has one value of it, and the rest of the report is made", async () => {
    const all = (from: Table, level: number): Table => ({
      ...from,
      columns: from.columns.map((column) =>
        column.name === "tier" && "codes" in column
          ? { ...column, codes: column.codes.map(() => level) }
          : column,
      ),
    });
    const plan = { real, synthetic: all(made, 1), holdout: takeTableRows(held, rows(0, 60)), target: "tier" };
    const found = await syntheticReport(plan, seeded(1));
    expect(found.utility).toBeUndefined();
    expect(found.notJudged).toEqual([
      'usefulness: column "tier" must have two values or more in every table, and the synthetic rows have not',
    ]);
    expect(new Set(found.subgroups?.worst.map(({ measure }) => measure))).toContain("rate of silver");
    const alone = await syntheticReport({ real, synthetic: made }, seeded(1));
    expect(alone.notJudged).toEqual([
      "privacy, usefulness and small groups: held-out rows (--holdout) are needed",
    ]);
    const [one, other] = [real, made].map((from) => dropColumns(from, ["score", "income", "tier"]));
    const { notJudged, quality } = await syntheticReport({ real: one, synthetic: other }, seeded(1));
    expect(notJudged[0]).toContain("pair trends: no two real columns go together strongly");
    expect(quality.score).toBe(quality.shapes);
  });
});

describe("membershipAttack(train, holdout, synthetic, rng)", () => {
  test("finds copied people, and nobody in independent rows", async () => {
    const copied = await membershipAttack(train, holdout, train, seeded(1));
    expect(copied.attack.auc).toBeGreaterThan(0.95);
    expect(copied.advantage.low).toBeGreaterThan(0.3);
    const fresh = await membershipAttack(train, holdout, other, seeded(1));
    expect(Math.abs(fresh.advantage.difference)).toBeLessThan(0.08);
  });
});

describe("attributeDisclosure(train, holdout, synthetic, rng)", () => {
  test("finds what copies give away beyond what columns tell about each other", async () => {
    const options = { columns: ["age", "churn"], people: 300 };
    const copied = await attributeDisclosure(train, holdout, train, seeded(1), options);
    expect(copied.map((one) => one.column)).toEqual(["age", "churn"]);
    for (const one of copied) expect(one.low).toBeGreaterThan(0.1);
    for (const one of await attributeDisclosure(train, holdout, other, seeded(1), options)) {
      expect(Math.abs(one.advantage)).toBeLessThan(0.1);
    }
  });

  test("refuses columns that do not exist", async () => {
    await expect(
      attributeDisclosure(train, holdout, train, seeded(1), { columns: ["hair"] }),
    ).rejects.toThrow("hair");
  });
});

describe("binnedAccuracy(real, synthetic)", () => {
  test("is 1 for the rows themselves, about the attainable for fresh real rows, and below for shuffled ones", () => {
    expect(binnedAccuracy(train, train)).toMatchObject({
      overall: 1,
      univariate: 1,
      bivariate: 1,
      trivariate: 1,
    });
    const fresh = binnedAccuracy(train, other);
    for (const depth of ["univariate", "bivariate", "trivariate"] as const) {
      expect(Math.abs(fresh[depth] - fresh.attainable[depth])).toBeLessThan(0.02);
    }
    const floor = binnedAccuracy(train, shuffled);
    expect(floor.univariate).toBe(1);
    expect(floor.bivariate).toBeLessThan(floor.attainable.bivariate - 0.03);
  });

  test("follows its definition on a table small enough to count", () => {
    const column = (codes: number[]): Table => ({
      rows: 4,
      columns: [{ name: "a", type: "categorical", codes: Int32Array.from(codes), levels: ["x", "y"] }],
    });
    // Shares (¾, ¼) against (¼, ¾): total variation ½.
    expect(binnedAccuracy(column([0, 0, 0, 1]), column([0, 1, 1, 1])).univariate).toBeCloseTo(0.5, 12);
  });
});

describe("supportScores(real, synthetic)", () => {
  test("tells copies, a narrow sample and fresh rows apart", async () => {
    const copies = await supportScores(holdout, holdout);
    expect(copies.alphaPrecision).toBeGreaterThan(0.98);
    expect(copies.betaRecall).toBeGreaterThan(0.95);
    expect(copies.authenticity).toBeLessThan(0.05);
    const one = takeTableRows(other, new Int32Array(400));
    expect((await supportScores(holdout, one)).betaRecall).toBeLessThan(0.2);
    const fresh = await supportScores(holdout, other);
    expect(fresh.alphaPrecision).toBeGreaterThan(0.9);
    expect(fresh.authenticity).toBeGreaterThan(0.4);
  });
});

test("otherDetectors(…) and marginAccuracy(…) tell shuffled columns, which real rows beside them are not", async () => {
  const plan = { rows: holdout, synthetic: shuffled, learnt: train };
  const margins = marginAccuracy(plan, seeded(1));
  expect(margins.map(({ columns }) => columns)).toEqual([1, 2, 3]);
  for (const { columns, synthetic, real } of margins) {
    expect([synthetic.low <= synthetic.value, synthetic.value <= synthetic.high]).toEqual([true, true]);
    // Shuffling keeps single columns and breaks pairs and triples.
    if (columns === 1) expect(synthetic.high).toBeGreaterThan(real?.low as number);
    else expect(synthetic.high).toBeLessThan(real?.low as number);
  }
  const detectors = await otherDetectors(plan, seeded(1));
  expect(detectors.map(({ learner }) => learner)).toEqual([
    "logistic regression",
    "random forest",
    "small net",
  ]);
  for (const { real } of detectors) expect(real?.low).toBeLessThan(0.55);
  expect(detectors[1].synthetic.low).toBeGreaterThan(0.8);
});

test("syntheticReport(plan) judges held-out rows of customers that were not learnt from alone", async () => {
  const rows = (customers: number[]): Table => {
    const lines = customers.flatMap((c) => [0, 1, 2].map((m) => `${100 + c},${m},${(c * 7 + m * 13) % 40}`));
    return parseCsv(`client,month,calls\n${lines.join("\n")}\n`).table;
  };
  const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
  const [real, synthetic] = [rows(upTo(0, 30)), rows(upTo(200, 230))];
  const found = await syntheticReport({ real, synthetic, holdout: rows(upTo(20, 50)) }, seeded(1));
  expect(found.rows.holdout).toBe(60);
  expect(found.notJudged[0]).toBe("30 of 90 held-out rows, of customers (client) that were learnt from");
  // Customers are no number to be compared, but identifiers.
  expect(found.texts.map(({ column }) => column)).toEqual(["client"]);
  await expect(syntheticReport({ real, synthetic, holdout: rows(upTo(0, 9)) }, seeded(1))).rejects.toThrow(
    "divide the data by customer",
  );
});
