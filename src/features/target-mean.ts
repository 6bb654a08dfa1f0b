import { codeCounts, mean } from "../core/math/statistics";
import type { CategoricalColumn } from "../data/table";
import { crossFolds, crossParts, type Known, targetsOf, tells } from "./cross-fit";
import type { LevelMeans, Scaling, TargetMeanPart } from "./parts";

/** A part and its numbers of the training rows, none of which knows its own row's target. */
export interface CrossFitted<P> {
  readonly part: P;
  readonly values: readonly Float64Array[];
  /** Whether the numbers tell something of the target in rows they were not learned from. */
  readonly tells: boolean;
}

/** How many rows of the overall mean are added to each level's: the best of these is taken. */
const priors = [0.5, 1, 2, 5, 10, 20, 50, 100, 200];

/**
 * A column's levels as the mean target of their training rows, drawn towards the overall mean by as many rows of it as
 * predict held-out rows best. Training rows get the means of the other four fifths (cross-fitting, as scikit-learn's
 * `TargetEncoder` does): with their own target in it, a learner would believe the column far too much (Micci-Barreca,
 * 2001; Pargent et al., 2022). Levels are those that occur.
 */
export function targetMeans(
  column: CategoricalColumn,
  known: Known,
  scale: (values: Float64Array) => Scaling | undefined,
): CrossFitted<TargetMeanPart> {
  const counts = codeCounts(column.codes, column.levels.length);
  const seen = column.levels.map((_, code) => code).filter((code) => counts[code] > 0);
  const of = column.codes.map((code) => code + 1);
  const part = crossParts(of.length, known.rng.fork(column.name));
  const targets = targetsOf(known);
  const values: Float64Array[] = [];
  let tell = false;
  const numbers = targets.map((y, k): LevelMeans => {
    const sums = levelSums(of, y, part, column.levels.length + 1);
    const held = priors.map((prior) => heldOutMeans(of, part, sums, prior));
    const losses = held.map((predicted) => mean(predicted.map((p, i) => (y[i] - p) ** 2)));
    const best = losses.indexOf(Math.min(...losses));
    values.push(held[best]);
    tell ||= tells(y, held[best]);
    const all = meansOf(sums, -1, priors[best]);
    return {
      ...(known.classes === undefined ? {} : { class: k }),
      means: seen.map((code) => all.means[code + 1]),
      missing: all.means[0],
      prior: all.prior,
      ...(scale(held[best]) as Scaling),
    };
  });
  return {
    part: {
      kind: "target-mean",
      name: column.name,
      levels: seen.map((code) => column.levels[code]),
      numbers,
    },
    values,
    tells: tell,
  };
}

/** The part's numbers of the column's rows. */
export function targetMeanValues(
  { levels, numbers }: TargetMeanPart,
  from: CategoricalColumn,
): Float64Array[] {
  const places = new Map(levels.map((level, k) => [level, k]));
  const place = Int32Array.from(from.levels, (level) => places.get(level) ?? -1);
  return numbers.map(({ means, missing, prior }) =>
    Float64Array.from(from.codes, (code) => {
      if (code < 0) return missing;
      return place[code] < 0 ? prior : means[place[code]];
    }),
  );
}

interface LevelSums {
  /** By fifth, then by level; level 0 stands for "missing". */
  readonly sums: readonly Float64Array[];
  readonly rows: readonly Float64Array[];
}

function levelSums(of: Int32Array, y: Float64Array, part: Uint8Array, levels: number): LevelSums {
  const sums = Array.from({ length: crossFolds }, () => new Float64Array(levels));
  const rows = Array.from({ length: crossFolds }, () => new Float64Array(levels));
  for (let i = 0; i < y.length; i++) {
    sums[part[i]][of[i]] += y[i];
    rows[part[i]][of[i]]++;
  }
  return { sums, rows };
}

/** Each level's mean without the fifth `held` (−1: of all rows), and the mean of all levels. */
function meansOf(
  { sums, rows }: LevelSums,
  held: number,
  weight: number,
): { means: Float64Array; prior: number } {
  const sum = new Float64Array(sums[0].length);
  const count = new Float64Array(sum.length);
  for (let k = 0; k < crossFolds; k++) {
    if (k === held) continue;
    for (let level = 0; level < sum.length; level++) {
      sum[level] += sums[k][level];
      count[level] += rows[k][level];
    }
  }
  const total = count.reduce((all, count) => all + count, 0);
  const prior = total > 0 ? sum.reduce((all, value) => all + value, 0) / total : 0;
  return { prior, means: sum.map((value, level) => (value + weight * prior) / (count[level] + weight)) };
}

function heldOutMeans(of: Int32Array, part: Uint8Array, sums: LevelSums, weight: number): Float64Array {
  const without = Array.from({ length: crossFolds }, (_, k) => meansOf(sums, k, weight).means);
  return Float64Array.from(of, (level, i) => without[part[i]][level]);
}
