import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { describeLearning, learningOf } from "../../../src/synthesis/learning";
import { frameOf } from "../../../src/synthesis/sequential/frame";
import { parentsOf } from "../../../src/synthesis/sequential/parents";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import type { NumberVariable } from "../../../src/synthesis/structure/structure";

test("parentsOf(frame) sees in few rows a tie in a line that all bins do not show, and no other", () => {
  const rng = seeded(5);
  const [x, noise] = [0, 1].map(() => Float64Array.from({ length: 150 }, () => normal(rng)));
  const tied = x.map((value) => 0.3 * value + normal(rng));
  const variables = [x, noise, tied].map(
    (values, j): NumberVariable => ({
      ...{ name: `v${j}`, kind: "number", missing: false, atoms: [], low: -9, high: 9 },
      values,
    }),
  );
  // G is 46 of 36 degrees of freedom, that of the line 13 of one.
  expect(parentsOf(frameOf(variables, { exclusions: [], minCount: 5 }))).toEqual({
    parents: [[], [], [0]],
    crowded: 0,
  });
});

test("parentsOf(frame) counts the pairs that go together and find no room, and none among columns of chance: only these are told", () => {
  const rng = seeded(6);
  const factor = Float64Array.from({ length: 2500 }, () => normal(rng));
  const crowdedOf = (share: number): number => {
    const variables = Array.from(
      { length: 60 },
      (_, j): NumberVariable => ({
        ...{ name: `v${j}`, kind: "number", missing: false, atoms: [], low: -9, high: 9 },
        values: factor.map((one) => share * one + normal(rng)),
      }),
    );
    return parentsOf(frameOf(variables, { exclusions: [], minCount: 5 })).crowded;
  };
  expect(crowdedOf(0)).toBe(0);
  // 39 curves of 8 coefficients each fit into the 312 that 2,500 rows bear: the last 20 columns lack 1 to 20 of those before.
  expect(crowdedOf(1)).toBe(210);
  const told = (crowded: number, rows: number): string =>
    describeLearning({ pairs: { learnt: 84, all: 4950, ...(crowded && { crowded }) } }, rows).join();
  expect(told(210, 2500)).toContain(
    "84 of 4950 pairs of columns are learnt: 210 others go together, too, but 2500 rows bear no more",
  );
  expect(told(0, 2500)).toBe("");
  expect(told(0, 1500)).toContain("1500 rows do not tell from chance");
});

test("of 2,300 rows, of which too few remain to look at all pairs, it is told that those of chance are not learnt: by the model and by its file", async () => {
  const rng = seeded(7);
  const lines = Array.from({ length: 2300 }, () => [0, 1, 2].map(() => normal(rng).toFixed(3)).join());
  const { table: from } = parseCsv(`a,b,c\n${lines.join("\n")}\n`);
  const model = await sequential({ threads: 1 })(from, seeded(1));
  for (const one of [model, loadSequential(JSON.parse(JSON.stringify(model)))])
    expect(describeLearning(learningOf(one, from.rows), from.rows).join()).toContain(
      "0 of 3 pairs of columns are learnt: what others may have in common 2300 rows do not tell from chance",
    );
});
