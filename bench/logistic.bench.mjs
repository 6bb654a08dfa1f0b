// Logistic regression against scikit-learn's, to the same optimum: the protocol's dense matrix, 100,000 customers with
// one-hot columns, and a sparse fit by an L1 penalty.
import rngModule from "../dist/core/rng.js";
import logisticModule from "../dist/models/linear/logistic.js";
import { customers, keep, load } from "./data.mjs";
import { protocolTables } from "./protocol.mjs";

const { logisticRegression } = logisticModule;
const { seeded } = rngModule;

export default {
  title: "Logistic regression, scikit-learn's LogisticRegression beside",
  async data() {
    await protocolTables();
    await keep("customers-100000-65", () => customers(100_000, true));
  },
  cases: [
    {
      name: "L2, 4,556 × 61",
      rounds: 5,
      goal: 0.8,
      params: { train: "protocol-train", repeat: 20, warmups: 30 },
    },
    { name: "L2, 100,000 × 65", rounds: 5, goal: 0.8, params: { train: "customers-100000-65" } },
    {
      name: "L1 (C 0.01), 4,556 × 61",
      rounds: 3,
      params: { train: "protocol-train", l1: true, repeat: 5, warmups: 5 },
    },
  ],
  async ours({ train, l1 }) {
    const rows = load(train);
    const fit = logisticRegression(l1 ? { penalty: "l1", C: 0.01 } : {});
    return async () => {
      const model = await fit(rows, seeded(1));
      return () => ({
        loss: objective(rows, model, l1),
        zeros: model.coefficients.filter((b) => b === 0).length,
      });
    };
  },
};

/** What both sides minimise, per row: comparable where coefficients of collinear columns are not. */
function objective({ x, y }, model, l1) {
  const z = model.decision(x);
  let sum = 0;
  for (let i = 0; i < y.length; i++)
    sum += Math.log1p(Math.exp(-Math.abs(z[i]))) + Math.max(0, z[i]) - y[i] * z[i];
  for (const b of model.coefficients) sum += l1 ? Math.abs(b) / 0.01 : (b * b) / 2;
  return sum / y.length;
}
