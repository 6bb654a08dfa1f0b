// Gradient boosting against LightGBM: 100 trees of 31 leaves on simulated customers with churn-bigml's columns.

import rngModule from "../dist/core/rng.js";
import boostingModule from "../dist/models/boosting/boosting.js";
import { customers, keep, load } from "./data.mjs";

const { gradientBoosting } = boostingModule;
const { seeded } = rngModule;

function logLoss(y, p) {
  let sum = 0;
  for (let i = 0; i < y.length; i++) sum -= Math.log(y[i] === 1 ? p[i] : 1 - p[i]);
  return sum / y.length;
}

const one = (rows, columns, goal, rounds) => ({
  name: `${rows.toLocaleString("en")} × ${columns}, 1 thread`,
  goal,
  rounds,
  params: { rows, columns, threads: 1 },
});
const two = (rows, columns, goal, rounds) => ({
  name: `${rows.toLocaleString("en")} × ${columns}, 2 threads, wall`,
  goal,
  rounds,
  measure: "wall",
  params: { rows, columns, threads: 2 },
});

export default {
  title: "Gradient boosting, 100 trees of 31 leaves, LightGBM beside",
  async data() {
    for (const columns of [15, 65]) {
      for (const rows of [100_000, 1_000_000])
        await keep(`customers-${rows}-${columns}`, () => customers(rows, columns === 65));
      await keep(`customers-test-${columns}`, () => customers(20_000, columns === 65, 2));
    }
  },
  cases: [
    one(100_000, 15, 0.7, 5),
    one(100_000, 65, 0.55, 5),
    one(1_000_000, 15, 0.7, 3),
    one(1_000_000, 65, 0.7, 3),
    two(1_000_000, 15, 0.7, 3),
    two(1_000_000, 65, 0.7, 3),
  ],
  async ours({ rows, columns, threads }) {
    const train = load(`customers-${rows}-${columns}`);
    const held = load(`customers-test-${columns}`);
    const learn = gradientBoosting({ threads });
    return async () => {
      const model = await learn(train, seeded(1));
      return () => ({ logLoss: logLoss(held.y, model.predict(held.x)) });
    };
  },
};
