import { mean } from "../core/math/statistics";
import type { TextColumn } from "../data/table";
import { crossFolds, crossParts, type Known, targetsOf, tells } from "./cross-fit";
import type { Scaling, TermWeights, TextPart } from "./parts";
import type { CrossFitted } from "./target-mean";
import { documentCounts, type TermRows, termRows } from "./terms";

/** Terms kept, the most frequent ones of those in two texts or more. */
const mostTerms = 10_000;
/** Texts that weights are learned from; of more, evenly spread ones. */
const mostTexts = 20_000;
/** Strengths of the penalty to choose from. */
const penalties = [1, 5, 25];

/**
 * A column of free text as a score: ridge regression of the target on the TF-IDF of words, pairs of words and pieces of
 * words. Its penalty is the one that predicts held-out fifths best, and training rows get the score of the weights that the
 * other four fifths gave. Undefined where no term is in two texts.
 */
export function textScores(
  column: TextColumn,
  known: Known,
  scale: (values: Float64Array) => Scaling | undefined,
): CrossFitted<TextPart> | undefined {
  const step = Math.max(1, column.values.length / mostTexts);
  const looked = Array.from({ length: Math.min(column.values.length, mostTexts) }, (_, k) =>
    Math.floor(k * step),
  );
  const vocabulary = [...documentCounts(looked.map((i) => column.values[i]))].filter(
    ([, count]) => count > 1,
  );
  if (vocabulary.length === 0) return undefined;
  vocabulary.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = vocabulary.slice(0, mostTerms);
  const terms = kept.map(([term]) => term);
  const rarity = kept.map(([, count]) => Math.log((1 + looked.length) / (1 + count)) + 1);
  const rows = termRows(column.values, terms, rarity);
  const part = crossParts(column.values.length, known.rng.fork(column.name));
  const values: Float64Array[] = [];
  let tell = false;
  const numbers = targetsOf(known).map((y, k): TermWeights => {
    const held = penalties.map(() => new Float64Array(y.length));
    for (let fold = 0; fold < crossFolds; fold++) {
      const others = looked.filter((i) => part[i] !== fold);
      penalties.forEach((penalty, p) => {
        const fitted = ridge(rows, terms.length, y, others, penalty);
        for (let i = 0; i < y.length; i++) if (part[i] === fold) held[p][i] = scoreOf(rows, i, fitted);
      });
    }
    const losses = held.map((predicted) => mean(predicted.map((p, i) => (y[i] - p) ** 2)));
    const best = losses.indexOf(Math.min(...losses));
    tell ||= tells(y, held[best]);
    // A missing text has no score.
    const scored = held[best].map((value, i) => (column.values[i] === "" ? Number.NaN : value));
    values.push(scored);
    const { weights, intercept } = ridge(rows, terms.length, y, looked, penalties[best]);
    const ofClass = known.classes === undefined ? {} : { class: k };
    return { ...ofClass, weights: [...weights], intercept, ...(scale(scored) as Scaling) };
  });
  return { part: { kind: "text", name: column.name, terms, rarity, numbers }, values, tells: tell };
}

/** The part's scores of the column's texts; missing where the text is. */
export function textValues({ terms, rarity, numbers }: TextPart, from: TextColumn): Float64Array[] {
  const rows = termRows(from.values, terms, rarity);
  return numbers.map((fitted) =>
    Float64Array.from(from.values, (text, i) => (text === "" ? Number.NaN : scoreOf(rows, i, fitted))),
  );
}

interface Fitted {
  readonly weights: ArrayLike<number>;
  readonly intercept: number;
}

function scoreOf({ starts, terms, values }: TermRows, i: number, { weights, intercept }: Fitted): number {
  let sum = intercept;
  for (let k = starts[i]; k < starts[i + 1]; k++) sum += values[k] * weights[terms[k]];
  return sum;
}

/**
 * The weights w that minimise Σ (y − ȳ − x w)² + penalty ‖w‖² over the rows `of`, by conjugate gradients, to a thousandth
 * of the first residual.
 */
function ridge(
  { starts, terms, values }: TermRows,
  width: number,
  y: Float64Array,
  of: readonly number[],
  penalty: number,
): { weights: Float64Array; intercept: number } {
  const intercept = of.reduce((sum, i) => sum + y[i], 0) / of.length;
  const weights = new Float64Array(width);
  const residual = new Float64Array(width);
  for (const i of of)
    for (let k = starts[i]; k < starts[i + 1]; k++) residual[terms[k]] += values[k] * (y[i] - intercept);
  const direction = Float64Array.from(residual);
  const product = new Float64Array(width);
  let rho = residual.reduce((sum, r) => sum + r * r, 0);
  const goal = 1e-6 * rho;
  for (let step = 0; step < 100 && rho > goal; step++) {
    for (let j = 0; j < width; j++) product[j] = penalty * direction[j];
    for (const i of of) {
      let z = 0;
      for (let k = starts[i]; k < starts[i + 1]; k++) z += values[k] * direction[terms[k]];
      if (z !== 0) for (let k = starts[i]; k < starts[i + 1]; k++) product[terms[k]] += values[k] * z;
    }
    let curvature = 0;
    for (let j = 0; j < width; j++) curvature += direction[j] * product[j];
    const length = rho / curvature;
    let next = 0;
    for (let j = 0; j < width; j++) {
      weights[j] += length * direction[j];
      residual[j] -= length * product[j];
      next += residual[j] * residual[j];
    }
    for (let j = 0; j < width; j++) direction[j] = residual[j] + (next / rho) * direction[j];
    rho = next;
  }
  return { weights, intercept };
}
