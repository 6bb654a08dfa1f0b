import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { fitLogit, gramOf, logitLayout } from "../../../src/synthesis/sequential/logit";
import { joinTerms } from "../../../src/synthesis/sequential/terms/join-terms";
import { evenPenalty, termPenalties } from "../../../src/synthesis/sequential/terms/term-penalties";
import type { TermPlan } from "../../../src/synthesis/sequential/terms/terms";

const rows = 3000;
const sizes = [3, 2, 4, 5, 120];
const rng = seeded(4);
const codes = sizes.map((size) => Uint16Array.from({ length: rows }, () => Math.floor(size * rng.uniform())));
const plans = sizes.map((size, variable): TermPlan => ({ kind: "cells", variable, size }));
const terms = codes.map((at) => ({ at }));
const layout = logitLayout(plans);

test("joinTerms(…) joins small tables, as far as rows bear it, and leaves large ones alone", () => {
  const joined = joinTerms(plans, layout.tableStarts, terms, rows);
  expect(joined.groups).toEqual([[0, 1, 2, 3], [4]]);
  expect(joined.ends.length).toBe(1 + 3 * 2 * 4 * 5 + 120);
  expect(joinTerms(plans, layout.tableStarts, terms, 400).groups).toEqual([[0, 1, 2], [3], [4]]);
});

for (const classes of [2, 5])
  test(`fitLogit(…) of ${classes} classes ends where what each level lacks is what its penalty asks`, () => {
    const own = Int32Array.from(codes[2], (code, i) =>
      rng.uniform() < 0.5 ? Math.min(classes - 1, code) : codes[0][i] % classes,
    );
    const patterns = [Uint8Array.from({ length: classes }, () => 1)];
    const data = { rows, terms, classes: own, pattern: new Uint16Array(rows), patterns };
    const gram = gramOf(layout, terms, [[0, 1000]]);
    const options = { penalty: evenPenalty(layout, 3), slack: 1e-9 };
    const { coefficients } = fitLogit(data, layout, gram, classes, [[0, rows]], options);
    const score = (c: number, i: number): number =>
      codes.reduce(
        (sum, at, t) => sum + coefficients[c][layout.coefficientStarts[t] + at[i]],
        coefficients[c][0],
      );
    const share = (c: number, i: number): number => {
      if (classes === 2) return 1 / (1 + Math.exp(-score(0, i)));
      const all = coefficients.map((_, k) => Math.exp(score(k, i)));
      return all[c] / all.reduce((sum, one) => sum + one, 0);
    };
    coefficients.forEach((fitted, c) => {
      const wanted = classes === 2 ? 1 : c;
      sizes.forEach((size, t) => {
        const lacks = new Float64Array(size);
        for (let i = 0; i < rows; i++) lacks[codes[t][i]] += (own[i] === wanted ? 1 : 0) - share(c, i);
        lacks.forEach((lack, k) => {
          expect(lack).toBeCloseTo(3 * fitted[layout.coefficientStarts[t] + k], 1);
        });
      });
    });
  });

test("termPenalties(…) lets go of the term that tells something and holds down those that do not", () => {
  const own = Int32Array.from(codes[2], (code) => (rng.uniform() < 0.2 + 0.2 * code ? 1 : 0));
  const data = { rows, terms, classes: own, patterns: [] };
  const gram = gramOf(layout, terms, [[0, rows]]);
  let penalty = evenPenalty(layout, 10);
  for (let round = 0; round < 5; round++)
    penalty = termPenalties(fitLogit(data, layout, gram, 2, [[0, rows]], { penalty }), layout, 10);
  const [, , told, , noise] = layout.coefficientStarts.map((at) => penalty[at]);
  // Effects of −1.4, −.4, .4 and 1.4 have a mean square of 1; of 120 levels none says anything.
  expect(told).toBeGreaterThan(0.3);
  expect(told).toBeLessThan(3);
  expect(noise).toBeGreaterThan(20);
  expect(penalty[0]).toBe(0);
});
