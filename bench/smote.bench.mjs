// SMOTE against imbalanced-learn: 100,000 customers, 14.7 % of them leaving, brought to as many of each; 65 columns, one
// time mostly one-hot as the reference's pipeline makes them, one time all numeric.
import matrixModule from "../dist/core/matrix.js";
import rngModule from "../dist/core/rng.js";
import smoteModule from "../dist/resample/smote.js";
import { customers, keep, load } from "./data.mjs";

const { column } = matrixModule;
const { fillNormal, seeded } = rngModule;
const { smote } = smoteModule;

/** Columns with more than two values scaled to mean 0 and deviation 1; the labels redrawn for a share of 14.7 %. */
function scaledOneHot() {
  const { x, y } = customers(100_000, true);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    if (values.every((value) => value === 0 || value === 1)) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / x.rows;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.rows);
    for (let i = 0; i < x.rows; i++) values[i] = (values[i] - mean) / deviation;
  }
  return { x, y: labels(y.length) };
}

function dense() {
  const values = new Float64Array(100_000 * 65);
  fillNormal(seeded("smote dense"), values);
  return { x: { rows: 100_000, columns: 65, values }, y: labels(100_000) };
}

const labels = (rows) => {
  const rng = seeded("smote labels");
  return Float64Array.from({ length: rows }, () => (rng.uniform() < 0.147 ? 1 : 0));
};

export default {
  title: "SMOTE of 100,000 rows, imbalanced-learn beside, one thread",
  async data() {
    await keep("smote-one-hot", scaledOneHot);
    await keep("smote-dense", dense);
  },
  cases: [
    { name: "one-hot, 65 columns", goal: 0.3, rounds: 7, params: { train: "smote-one-hot" } },
    { name: "dense, 65 columns", goal: 0.6, rounds: 7, params: { train: "smote-dense" } },
  ],
  async ours({ train }) {
    const rows = load(train);
    return async () => {
      const made = smote()(rows, seeded(1));
      return () => ({ rows: made.x.rows, share: made.y.reduce((sum, y) => sum + y, 0) / made.x.rows });
    };
  },
};
