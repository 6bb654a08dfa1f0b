import { expect, test } from "vitest";
import { studentCdf, studentQuantile } from "../../../src/core/math/student-distribution";

test("studentCdf(t, df) agrees with scipy.stats.t.cdf", () => {
  // scipy.stats.t.cdf(t, df)
  const expected = [
    [-40, 3, 1.7190340394579253e-5],
    [-2.5, 1, 0.12111894159084341],
    [-0.3, 7.5, 0.38616132928438907],
    [0.7, 30, 0.7553397782501642],
    [2, 1000000.0, 0.9772497330743404],
    [-9, 200, 8.854691461632415e-17],
  ];
  for (const [t, df, p] of expected) expect(studentCdf(t, df) / p).toBeCloseTo(1, 12);
});

test("studentQuantile(p, df) agrees with scipy.stats.t.ppf", () => {
  // scipy.stats.t.ppf(p, df)
  const expected = [
    [0.975, 10, 2.228138851986274],
    [0.025, 1, -12.706204736174705],
    [0.6, 2.5, 0.2814595127485477],
    [1e-10, 40, -8.443586246773638],
    [0.9995, 5, 6.868826625881276],
    [0.995, 100000, 2.575878469908375],
  ];
  for (const [p, df, t] of expected) expect(studentQuantile(p, df) / t).toBeCloseTo(1, 11);
  expect(studentQuantile(0.5, 4)).toBeCloseTo(0, 12);
  expect(() => studentQuantile(1, 4)).toThrow("p must be above 0 and below 1, got 1");
});
