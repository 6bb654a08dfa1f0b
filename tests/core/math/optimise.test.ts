import { describe, expect, test } from "vitest";
import {
  cholesky,
  choleskySolve,
  symmetricInverse,
  timesVector,
  triangularInverse,
} from "../../../src/core/math/linear-algebra";
import { minimise, newton, numericHessian, type Objective } from "../../../src/core/math/optimise";
import { reference } from "../../support";

const golden = reference<{ rosenbrock: { x: number[]; hessian: number[] } }>("special").rosenbrock;

function rosenbrock(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2;
  return sum;
}
const slopes: Objective = (x, gradient) => {
  gradient.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const off = x[i + 1] - x[i] ** 2;
    gradient[i] += -400 * x[i] * off - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * off;
  }
  return rosenbrock(x);
};
const start = [-1.2, 1, 0.8];

describe("Rosenbrock's valley from (−1.2, 1, 0.8)", () => {
  // scipy.optimize.minimize(rosen, [-1.2, 1, .8], jac=rosen_der, method="BFGS").x, itself 1e-6 from (1, 1, 1)
  test("minimise(objective, start) finds SciPy's minimum by BFGS", () => {
    const found = minimise(slopes, start);
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(80);
    found.x.forEach((v, j) => {
      expect(v).toBeCloseTo(golden.x[j], 5);
    });
    expect(found.value).toBeLessThan(1e-14);
  });

  // scipy.optimize.rosen_hess([1, 1, 1])
  test("numericHessian(objective, x) equals the analytic Hessian", () => {
    const hessian = numericHessian(slopes, Float64Array.of(1, 1, 1));
    hessian.forEach((v, k) => {
      expect(v).toBeCloseTo(golden.hessian[k], 4);
    });
  });

  test("newton(objective, start) leaves the region where the Hessian is indefinite", () => {
    const found = newton(
      (x, gradient, hessian) => {
        hessian.set(numericHessian(slopes, x));
        return slopes(x, gradient);
      },
      [0, 2, 3],
    );
    expect(found.converged).toBe(true);
    for (const v of found.x) expect(v).toBeCloseTo(1, 8);
  });
});

test("minimise(objective, start) steps back from points that the objective refuses", () => {
  // x − ln x is defined for x > 0 only; its minimum is at 1.
  const found = minimise(
    (x, gradient) => {
      gradient[0] = 1 - 1 / x[0];
      return x[0] > 0 ? x[0] - Math.log(x[0]) : Number.NaN;
    },
    [1e-3],
  );
  expect(found.x[0]).toBeCloseTo(1, 7);
});

test("minimise refuses a start that is not finite, or where the value is not", () => {
  expect(() => minimise(slopes, [Number.NaN, 1])).toThrow(
    "Cannot minimise: the start must be finite numbers",
  );
  expect(() => minimise(() => Number.NaN, [1])).toThrow("the value at the start must be finite, got NaN");
});

test("cholesky and choleskySolve invert a symmetric positive definite matrix", () => {
  const a = Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3);
  const factor = cholesky(a, 3) as Float64Array;
  const back = timesVector(a, 3, choleskySolve(factor, 3, [1, -2, 3]));
  [1, -2, 3].forEach((v, j) => {
    expect(back[j]).toBeCloseTo(v, 12);
  });
  const inverse = symmetricInverse(a, 3, "test");
  expect(
    timesVector(
      a,
      3,
      inverse.filter((_, k) => k % 3 === 0),
    )[0],
  ).toBeCloseTo(1, 12);
});

test("cholesky and triangularInverse hold for matrices of every size up to eleven", () => {
  for (let n = 1; n <= 11; n++) {
    const a = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return Math.cos(i * j) + (i === j ? 2 * n : 0);
    });
    const factor = cholesky(a, n) as Float64Array;
    const inverse = triangularInverse(factor, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let [product, unit] = [0, 0];
        for (let k = 0; k < n; k++) {
          product += factor[i * n + k] * factor[j * n + k];
          unit += factor[i * n + k] * inverse[k * n + j];
        }
        expect(product).toBeCloseTo(a[i * n + j], 10);
        expect(unit).toBeCloseTo(i === j ? 1 : 0, 10);
      }
  }
});

test("cholesky gives undefined, and symmetricInverse says why, for a matrix without full rank", () => {
  const a = Float64Array.of(1, 2, 2, 4);
  expect(cholesky(a, 2)).toBeUndefined();
  expect(() => symmetricInverse(a, 2, "fit a line")).toThrow(
    "Cannot fit a line: the columns must not determine",
  );
});
