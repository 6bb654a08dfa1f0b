import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { frameOf } from "../../../src/synthesis/sequential/frame";
import { parentsOf } from "../../../src/synthesis/sequential/parents";
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
  expect(parentsOf(frameOf(variables, { exclusions: [], minCount: 5 }))).toEqual([[], [], [0]]);
});
