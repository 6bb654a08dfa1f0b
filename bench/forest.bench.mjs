// Random forests against scikit-learn: the reference protocol's dense training matrix (churn-bigml, one-hot, scaled,
// SMOTE) where the real data is at hand, and 100,000 customers.

import rngModule from "../dist/core/rng.js";
import forestModule from "../dist/models/forest/forest.js";
import { customers, keep, load } from "./data.mjs";
import { protocolTables } from "./protocol.mjs";

const { randomForest } = forestModule;
const { seeded } = rngModule;

function areaUnderCurve(y, scores) {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  let ones = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    for (let k = start; k < end; k++) {
      if (y[order[k]] === 0) continue;
      ranks += (start + end + 1) / 2;
      ones++;
    }
  }
  return (ranks - (ones * (ones + 1)) / 2) / (ones * (y.length - ones));
}

export default {
  title: "Random forest, scikit-learn's RandomForestClassifier beside",
  async data() {
    await protocolTables();
    await keep("customers-100000-65", () => customers(100_000, true));
    await keep("customers-test-65", () => customers(20_000, true, 2));
  },
  cases: [
    {
      name: "300 trees, 4,556 × 61, 1 thread",
      goal: 0.4,
      rounds: 7,
      params: { train: "protocol-train", test: "protocol-test", trees: 300, threads: 1 },
    },
    {
      name: "300 trees, 4,556 × 61, 2 threads, wall",
      goal: 0.4,
      measure: "wall",
      rounds: 7,
      params: { train: "protocol-train", test: "protocol-test", trees: 300, threads: 2 },
    },
    {
      name: "100 trees of depth 16, 100,000 × 65, 1 thread",
      goal: 0.7,
      rounds: 3,
      params: { train: "customers-100000-65", test: "customers-test-65", trees: 100, depth: 16, threads: 1 },
    },
  ],
  async ours({ train, test, trees, depth, threads }) {
    const rows = load(train);
    const held = load(test);
    const learn = randomForest({ trees, threads, ...(depth && { depth }) });
    return async () => {
      const model = await learn(rows, seeded(1));
      return () => ({
        rocAuc: areaUnderCurve(held.y, model.predict(held.x)),
        nodes: model.trees.feature.length,
      });
    };
  },
};
