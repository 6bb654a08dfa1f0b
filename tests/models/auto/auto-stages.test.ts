import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { lowestStages } from "../../../src/models/auto/auto-stages";

const stages = [1, 2, 3, 4, 5, 6, 7, 8];
const rng = seeded("stages");
const labels = [0, 1, 2].map(() => Float64Array.from({ length: 40 }, () => Number(rng.uniform() < 0.5)));
/** Probabilities that are best after as many trees as `best` says, fold by fold. */
const grower =
  (best: readonly number[], asked: number[] = []) =>
  (fold: number, trees: number) => {
    asked[fold] = Math.max(asked[fold] ?? 0, trees);
    return labels[fold].map((label) => 0.5 + (label - 0.5) * (1 - 0.1 * Math.abs(trees - best[fold])));
  };

test("lowestStages(stages, labels, grow) chooses for each fold by the others alone, and ends when all have chosen", async () => {
  const asked: number[] = [];
  const { chosen, predictions } = await lowestStages(stages, labels, grower([3, 3, 3], asked));
  expect(chosen?.map((one) => one.trees)).toEqual([3, 3, 3, 3]);
  // Two stages beyond the best were looked at, and no more.
  expect(asked).toEqual([5, 5, 5]);
  expect(predictions.length).toBe(1);
  expect(predictions[0].length).toBe(120);
  // What would be best for a fold's own rows has no say in what is chosen for it.
  const other = await lowestStages(stages, labels, grower([7, 3, 3]));
  expect(other.chosen?.[0].trees).toBe(3);
  expect(other.chosen?.[1].trees).toBeGreaterThan(3);
});
