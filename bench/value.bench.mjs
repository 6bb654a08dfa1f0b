// What customers are worth: Cox's model beside lifelines, purchase models and the value of many customers beside
// lifetimes. The customers are drawn from the processes themselves, with the parameters published for CDNOW.
import matrixModule from "../dist/core/matrix.js";
import rngModule from "../dist/core/rng.js";
import betaGeometricModule from "../dist/models/clv/beta-geometric.js";
import gammaGammaModule from "../dist/models/clv/gamma-gamma.js";
import purchaseModelModule from "../dist/models/clv/purchase-model.js";
import coxModule from "../dist/models/survival/cox.js";
import { keep, load } from "./data.mjs";

const { matrix, column } = matrixModule;
const { exponential, fillNormal, gamma, seeded } = rngModule;
const { bgNbd } = betaGeometricModule;
const { gammaGamma } = gammaGammaModule;
const { periodEnds } = purchaseModelModule;
const { cox } = coxModule;

const weeksPerMonth = 365.25 / 12 / 7;

export default {
  title: "What customers are worth: Cox's model, lifelines beside; BG/NBD and gamma-gamma, lifetimes beside",
  peers: "peers-clv",
  async data() {
    await keep("lifetimes-7043-20", () => lifetimes(7043, 20));
    await keep("purchases-2357", () => purchases(2357));
    await keep("purchases-1200000", () => purchases(1_200_000));
  },
  cases: [
    {
      name: "Cox, 7,043 × 20, the first fits",
      rounds: 5,
      params: { kind: "cox", data: "lifetimes-7043-20", repeat: 2 },
    },
    {
      name: "Cox, 7,043 × 20, compiled",
      goal: 0.5,
      rounds: 5,
      params: { kind: "cox", data: "lifetimes-7043-20", warmups: 10, repeat: 10 },
    },
    {
      name: "BG/NBD and gamma-gamma, 2,357 customers",
      goal: 1,
      rounds: 5,
      params: { kind: "fit", data: "purchases-2357", warmups: 1, repeat: 3 },
    },
    {
      name: "value of 1,200,000 customers, 12 months",
      goal: 1,
      rounds: 3,
      params: { kind: "value", data: "purchases-1200000" },
    },
  ],
  async ours({ kind, data }) {
    const { x, y } = load(data);
    if (kind === "cox") {
      const event = column(x, x.columns - 1).slice();
      const features = matrix(x.rows, x.columns - 1, x.values.slice(0, x.rows * (x.columns - 1)));
      return async () => {
        const model = await cox()({ x: features, time: y, event }, seeded(1));
        return () => ({ logLikelihood: model.logLikelihood });
      };
    }
    const history = historyOf(x);
    if (kind === "fit")
      return () => {
        const [process, amounts] = [bgNbd()(history), gammaGamma()(history)];
        return () => ({ logLikelihood: process.logLikelihood, amounts: amounts.logLikelihood });
      };
    const few = historyOf(load("purchases-2357").x);
    const [process, amounts] = [bgNbd()(few), gammaGamma()(few)];
    return () => {
      const discounted = process.discountedPurchases(history, {
        ends: periodEnds(12, weeksPerMonth),
        discountRate: 0.01,
      });
      const amount = amounts.expectedValue(history);
      let sum = 0;
      for (let i = 0; i < amount.length; i++) sum += discounted[i] * amount[i];
      return { mean: sum / amount.length };
    };
  },
};

function historyOf(x) {
  const [frequency, recency, age, monetaryValue] = [0, 1, 2, 3].map((j) => column(x, j).slice());
  return { frequency, recency, age, monetaryValue };
}

/** Exponential lifetimes under a linear hazard, a third of them censored; the last column says who was seen to leave. */
function lifetimes(rows, columns) {
  const rng = seeded("bench lifetimes");
  const values = new Float64Array(rows * (columns + 1));
  fillNormal(rng.fork("x"), values.subarray(0, rows * columns));
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let score = 0;
    for (let j = 0; j < columns; j++) {
      // Half of the columns are binary, as services are.
      if (j % 2 === 1) values[j * rows + i] = values[j * rows + i] > 0.5 ? 1 : 0;
      score += values[j * rows + i] * (((j * 7) % 11) - 5) * 0.05;
    }
    const life = exponential(rng) * 40 * Math.exp(-score);
    const end = 72 * rng.uniform();
    values[columns * rows + i] = life <= end ? 1 : 0;
    y[i] = Math.max(1, Math.ceil(Math.min(life, end)));
  }
  return { x: matrix(rows, columns + 1, values), y };
}

/** Frequency, recency, age and mean amount in weeks; published estimates of CDNOW's customers. */
function purchases(rows) {
  const rng = seeded("bench purchases");
  const values = new Float64Array(rows * 4);
  for (let i = 0; i < rows; i++) {
    const age = 27 + 12 * rng.uniform();
    const rate = gamma(rng, 0.243) / 4.414;
    const [a, b] = [gamma(rng, 0.793), gamma(rng, 2.426)];
    const leave = a / (a + b);
    let [frequency, recency] = [0, 0];
    for (let t = exponential(rng) / rate; t < age; t += exponential(rng) / rate) {
      frequency++;
      recency = t;
      if (rng.uniform() < leave) break;
    }
    values[i] = frequency;
    values[rows + i] = recency;
    values[2 * rows + i] = age;
    if (frequency > 0)
      values[3 * rows + i] = gamma(rng, 6.25 * frequency) / frequency / (gamma(rng, 3.74) / 15.45);
  }
  return { x: matrix(rows, 4, values), y: new Float64Array(rows) };
}
