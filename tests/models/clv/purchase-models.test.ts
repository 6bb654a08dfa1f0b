import { describe, expect, test } from "vitest";
import { gamma, poisson, seeded } from "../../../src/core/rng";
import { betaGeometricFromJSON, bgNbd, mbgNbd } from "../../../src/models/clv/beta-geometric";
import { paretoNbd, paretoNbdFromJSON } from "../../../src/models/clv/pareto-nbd";
import type { PurchaseHistory } from "../../../src/models/clv/purchase-history";
import { periodEnds } from "../../../src/models/clv/purchase-model";
import { cdnow, cdnowInDays, customer, golden, takeHistory } from "./support";

const some = takeHistory(cdnow, golden.some);
const learners = { bgNbd: bgNbd(), mbgNbd: mbgNbd(), paretoNbd: paretoNbd() } as const;
const load = {
  bgNbd: betaGeometricFromJSON,
  mbgNbd: betaGeometricFromJSON,
  paretoNbd: paretoNbdFromJSON,
} as const;
const names = ["bgNbd", "mbgNbd", "paretoNbd"] as const;

function near(got: ArrayLike<number>, expected: readonly number[], relative: number): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(got[i] - value) / Math.abs(value), `entry ${i}: ${got[i]}, not ${value}`).toBeLessThan(
      relative,
    );
  });
}

describe.each(names)("%s()(history) on CDNOW", (name) => {
  const model = learners[name](cdnow);
  const expected = golden[name];

  // lifetimes' BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter .fit(frequency, recency, T); they stop earlier,
  // Pareto/NBD by Nelder and Mead.
  test("has the estimates of lifetimes", () => near(model.estimates, expected.parameters, 3e-5));

  test("has its expectations and chances to be alive", () => {
    near(model.probabilityAlive(some), expected.alive, 2e-5);
    near(model.expectedPurchases(some, 39), expected.expected39, 2e-5);
    near([1, 39, 78].map(model.expectedPurchasesOfNew), expected.expectedOfNew, 2e-5);
  });

  test("expects nothing within no time, more within more, and about the same of a new customer seen for no time", () => {
    expect([...model.expectedPurchases(some, 0)]).toEqual(golden.some.map(() => 0));
    const [short, long] = [model.expectedPurchases(some, 5), model.expectedPurchases(some, 50)];
    expect(short.every((v, i) => v > 0 && v < long[i])).toBe(true);
    const fresh = customer(0, 0, 0);
    expect(model.expectedPurchases(fresh, 39)[0]).toBeCloseTo(model.expectedPurchasesOfNew(39), 9);
  });

  test("discountedPurchases without interest adds up to expectedPurchases", () => {
    const free = model.discountedPurchases(some, { ends: periodEnds(12, 2), discountRate: 0 });
    near(free, [...model.expectedPurchases(some, 24)], 1e-10);
    const dear = model.discountedPurchases(some, { ends: periodEnds(12, 2), discountRate: 0.1 });
    expect(dear.every((v, i) => v < free[i] && v > free[i] / 1.1 ** 12)).toBe(true);
  });

  test("survives JSON bit for bit, and refuses another kind", () => {
    const back = load[name](JSON.parse(JSON.stringify(model)));
    expect([...back.expectedPurchases(some, 10)]).toEqual([...model.expectedPurchases(some, 10)]);
    expect(back.coefficientTable()).toEqual(model.coefficientTable());
    expect(() => load[name]({ ...model.toJSON(), kind: "forest" })).toThrow("kind and version must be");
    expect(() => load[name]({ ...model.toJSON(), parameters: { r: -1 } })).toThrow(
      "parameter r must be above 0",
    );
  });
});

test("bgNbd()(history) reaches the published estimates: Fader, Hardie and Lee (2005), table 2", () => {
  const model = bgNbd()(cdnowInDays);
  near(model.estimates, [0.2425945, 4.4136019, 0.7929199, 2.4258881], 1e-5);
  expect(model.logLikelihood).toBeCloseTo(-9582.429, 3);
  // Their example: two repeat purchases, the last in week 30.43 of 38.86, over the next 39 weeks.
  expect(model.expectedPurchases(customer(2, 30.43, 38.86), 39)[0]).toBeCloseTo(1.226, 3);
});

test("paretoNbd()(history) reaches the published estimates and standard errors", () => {
  const model = paretoNbd()(cdnowInDays);
  near(model.estimates, [0.55315, 10.57633, 0.60625, 11.6715], 4e-4);
  expect(model.logLikelihood).toBeCloseTo(-9594.976, 3);
  near(
    model.coefficientTable().map((row) => row.standardError),
    [0.0476, 0.8427, 0.1873, 6.2105],
    1e-3,
  );
});

test.each(golden.paretoAlive)(
  "Pareto/NBD with alpha %d, beta %d: P(alive) at (%d, %d, %d)",
  (alpha, beta, x, t, T, alive) => {
    // mpmath's quadrature at 30 digits
    const parameters = { r: 0.6, alpha, s: 0.7, beta };
    const model = paretoNbdFromJSON({
      kind: "pareto-nbd",
      version: 1,
      parameters,
      covariance: null,
      logLikelihood: 0,
    });
    expect(model.probabilityAlive(customer(x, t, T))[0] / alive).toBeCloseTo(1, 9);
  },
);

test("mbgNbd()(history) reaches the published estimates", () => {
  near(mbgNbd()(cdnowInDays).estimates, [0.525, 6.183, 0.891, 1.614], 1e-3);
});

describe("with the rounded estimates r .243, α 4.414, a .793, b 2.426", () => {
  const parameters = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
  const model = betaGeometricFromJSON({
    kind: "bg-nbd",
    version: 1,
    parameters,
    covariance: null,
    logLikelihood: 0,
  });

  // bgf.probability_of_n_purchases_up_to_time(39, n); R's BTYD gives P(X(39) = 0) .5737864
  test("chanceOfCount(n, 39) agrees with lifetimes and R", () => {
    near(
      golden.counts.map((_, n) => model.chanceOfCount(n, 39)),
      golden.counts,
      1e-9,
    );
    expect(model.chanceOfCount(0, 39)).toBeCloseTo(0.5737864, 7);
  });

  test("chances of all counts add up to 1, their mean is the expectation", () => {
    let [sum, mean] = [0, 0];
    for (let n = 0; n < 2000; n++) {
      sum += model.chanceOfCount(n, 39);
      mean += n * model.chanceOfCount(n, 39);
    }
    expect(sum).toBeCloseTo(1, 9);
    expect(mean).toBeCloseTo(model.expectedPurchasesOfNew(39), 6);
  });
});

/** Customers of known parameters, watched for 26 to 52 weeks: the truth that estimates must find again. */
function simulated(
  customers: number,
  leave: (rate: () => number) => { lifetime: number; afterEach: number },
): PurchaseHistory {
  const rng = seeded("purchases");
  const [frequency, recency, age] = [0, 1, 2].map(() => new Float64Array(customers));
  for (let i = 0; i < customers; i++) {
    const rate = gamma(rng, 0.8) / 6;
    age[i] = 26 + 26 * rng.uniform();
    const { lifetime, afterEach } = leave(() => rng.uniform());
    const end = Math.min(age[i], lifetime);
    for (let t = 0; ; ) {
      t -= Math.log(1 - rng.uniform()) / rate;
      if (t > end) break;
      frequency[i]++;
      recency[i] = t;
      if (rng.uniform() < afterEach) break;
    }
  }
  return { frequency, recency, age };
}

test("bgNbd and paretoNbd find the parameters that made 20,000 customers, within three standard errors", () => {
  const draws = seeded("leaving");
  const beta = (): number => {
    const [g, h] = [gamma(draws, 0.9), gamma(draws, 2.2)];
    return g / (g + h);
  };
  const bg = bgNbd()(simulated(20_000, () => ({ lifetime: Infinity, afterEach: beta() })));
  [0.8, 6, 0.9, 2.2].forEach((truth, j) => {
    const { estimate, standardError } = bg.coefficientTable()[j];
    expect(Math.abs(estimate - truth)).toBeLessThan(3 * standardError);
  });
  const pareto = paretoNbd()(
    simulated(20_000, (uniform) => ({
      lifetime: -Math.log(1 - uniform()) / (gamma(draws, 1.1) / 15),
      afterEach: 0,
    })),
  );
  [0.8, 6, 1.1, 15].forEach((truth, j) => {
    const { estimate, standardError } = pareto.coefficientTable()[j];
    expect(Math.abs(estimate - truth)).toBeLessThan(3 * standardError);
  });
});

// r, alpha, a, b, frequency, recency, age, horizon, expected purchases: mpmath's closed form or, at its poles,
// quadrature, at 30 digits. lifetimes gives nan for a + b < 1 and for the long horizon.
test.each([
  [1, 4, 0.25, 0.35, 0, 0, 10, 52, 2.0824898975501],
  [1, 4, 0.25, 0.35, 0, 0, 52, 52, 0.7153405198415],
  [1, 4, 0.4, 0.6, 0, 0, 30, 52, 1.0551558544043],
  [0.5, 10, 0.01, 0.3, 0, 0, 20, 1000, 15.728720771334],
  [0.8, 6, 1, 2, 3, 20, 30, 40, 1.6287506942081],
  [0.243, 4.414, 0.793, 2.426, 300, 38.86, 38.86, 5000, 2437.7596930565],
  [30, 2, 20, 400, 5000, 200, 200, 10_000, 284.15789473684],
  // Hardly anybody leaves: the chances to leave lie beyond any node of a quadrature at 0.
  [0.243, 4.414, 1e-2, 2.426, 3, 38.86, 38.86, 52, 3.87400915798055],
  [0.243, 4.414, 1e-4, 2.426, 3, 38.86, 38.86, 52, 3.896705478540538],
  [2, 4.414, 1e-8, 0.3, 0, 0, 38.86, 520, 24.0329052157234],
])(
  "BG/NBD r %d, α %d, a %d, b %d expects of (%d, %d, %d) within %d: %d",
  (r, alpha, a, b, x, t, T, h, want) => {
    const model = betaGeometricFromJSON({
      kind: "bg-nbd",
      version: 1,
      parameters: { r, alpha, a, b },
      covariance: null,
      logLikelihood: 0,
    });
    expect(model.expectedPurchases(customer(x, t, T), h)[0] / want).toBeCloseTo(1, 10);
  },
);

test("P(alive) and expectations are numbers however odd the customer", () => {
  const odd = [
    customer(20_000, 1, 5000),
    customer(20_000, 5000, 5000),
    customer(0, 0, 1e6),
    customer(1, 1e-3, 1e6),
  ];
  for (const model of names.map((name) => learners[name](cdnow)))
    for (const one of odd)
      for (const v of [model.probabilityAlive(one)[0], model.expectedPurchases(one, 1e5)[0]])
        expect(v, model.kind).toBeGreaterThanOrEqual(0);
});

describe("a likelihood without a maximum", () => {
  // Equal rates, nobody leaves: gamma and beta distributions shrink to points.
  const rng = seeded(3);
  const frequency = Float64Array.from({ length: 300 }, () => poisson(rng, 10));
  const age = new Float64Array(300).fill(50);
  const recency = frequency.map((x) => (x > 0 ? 49 : 0));

  test("is said, with the parameters that the data don't bound; JSON keeps it", () => {
    const loose = bgNbd()({ frequency, recency, age });
    expect(loose.converged).toBe(false);
    expect(loose.unbounded).toEqual(["r", "alpha", "a", "b"]);
    expect(betaGeometricFromJSON(JSON.parse(JSON.stringify(loose))).unbounded).toEqual(loose.unbounded);
    expect(bgNbd()(cdnow)).toMatchObject({ converged: true, unbounded: [] });
  });
});

test("a penalty weighs the same whatever the unit of time", () => {
  const [weeks, days, years] = [1, 7, 1 / 52].map((unit) =>
    paretoNbd({ penalty: 0.01 })({
      frequency: cdnow.frequency,
      recency: cdnow.recency.map((t) => t * unit),
      age: cdnow.age.map((T) => T * unit),
    }),
  );
  for (const [other, unit] of [
    [days, 7],
    [years, 1 / 52],
  ] as const)
    near(
      other.estimates,
      [...weeks.estimates].map((v, j) => (j % 2 === 1 ? v * unit : v)),
      1e-5,
    );
});

test("intervals of parameters stay above 0: symmetric in logarithms", () => {
  for (const { estimate, standardError, low, high } of paretoNbd()(cdnowInDays).coefficientTable()) {
    expect(low).toBeGreaterThan(0);
    expect(Math.sqrt(low * high) / estimate).toBeCloseTo(1, 12);
    expect(Math.log(high / estimate)).toBeCloseTo((1.959964 * standardError) / estimate, 5);
  }
});

test("contradicting histories are refused by row", () => {
  const learn = bgNbd();
  expect(() => learn(customer(1.5, 2, 3))).toThrow(
    "frequencies must be whole numbers of at least 0, got 1.5 in row 0",
  );
  expect(() => learn(customer(1, 4, 3))).toThrow("a recency must be from 0 to the age, got 4 and 3 in row 0");
  expect(() => learn(customer(0, 1, 3))).toThrow(
    "without repeat purchases the recency must be 0, got 1 in row 0",
  );
  expect(() => learn(customer(2, 0, 3))).toThrow("with repeat purchases the recency must be above 0");
  expect(() => learn(customer(1, Number.NaN, 3))).toThrow("recencies must be finite numbers");
});
