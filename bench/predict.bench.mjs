// Prediction against the libraries that fitted the same kind of model: many rows at once, and one customer at a time.

import matrixModule from "../dist/core/matrix.js";
import rngModule from "../dist/core/rng.js";
import boostingModule from "../dist/models/boosting/boosting.js";
import forestModule from "../dist/models/forest/forest.js";
import { load } from "./data.mjs";
import { protocolTables } from "./protocol.mjs";

const { gradientBoosting } = boostingModule;
const { randomForest } = forestModule;
const { takeRows } = matrixModule;
const { seeded } = rngModule;

const learners = { forest: randomForest(), boosting: gradientBoosting() };

export default {
  title:
    "Prediction on the reference protocol's columns: 300 full trees, scikit-learn beside; 100 boosted trees, LightGBM beside",
  data: protocolTables,
  cases: [
    {
      name: "forest, 20,000 rows",
      goal: 0.67,
      rounds: 5,
      params: { model: "forest", rows: 20_000, warmups: 2, repeat: 3 },
    },
    {
      name: "boosting, 100,000 rows",
      goal: 0.083,
      rounds: 5,
      params: { model: "boosting", rows: 100_000, warmups: 2, repeat: 5 },
    },
    {
      name: "forest, one customer",
      goal: 0.0115,
      rounds: 3,
      params: { model: "forest", rows: 1, warmups: 2000, repeat: 2000, peerWarmups: 5, peerRepeat: 40 },
    },
    {
      name: "boosting, one customer",
      goal: 0.2,
      rounds: 3,
      params: {
        model: "boosting",
        rows: 1,
        warmups: 5000,
        repeat: 20_000,
        peerWarmups: 50,
        peerRepeat: 1000,
      },
    },
  ],
  async ours({ model, rows }) {
    const fitted = await learners[model](load("protocol-train"), seeded(1));
    const { x } = load("protocol-test");
    const asked = takeRows(
      x,
      Int32Array.from({ length: rows }, (_, i) => i % x.rows),
    );
    return () => {
      const p = fitted.predict(asked);
      return { mean: p.reduce((a, b) => a + b, 0) / p.length };
    };
  },
};
