// SHAP values of trees against the libraries that made them known: shap's TreeExplainer for a forest, LightGBM's own
// for boosted trees, on the reference protocol's columns; and the reasons of one customer at a time.

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

const one = (name, model, rows, warmups, repeat) => ({
  name,
  rounds: 3,
  params: { model, rows, warmups, repeat },
});

export default {
  title: "SHAP values: 300 full trees, shap's TreeExplainer beside; 100 boosted trees, LightGBM beside",
  data: protocolTables,
  cases: [
    one("forest, 20 rows", "forest", 20, 1, 1),
    one("boosting, 667 rows", "boosting", 667, 1, 3),
    one("forest, one customer", "forest", 1, 10, 10),
    one("boosting, one customer", "boosting", 1, 300, 300),
  ],
  async ours({ model, rows }) {
    const fitted = await learners[model](load("protocol-train"), seeded(1));
    const { x } = load("protocol-test");
    const asked = takeRows(
      x,
      Int32Array.from({ length: rows }, (_, i) => i),
    );
    return () => {
      const { values } = fitted.contributions(asked);
      return { meanAbsolute: values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length };
    };
  },
};
