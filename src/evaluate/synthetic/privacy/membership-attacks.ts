import { check } from "../../../core/checks";
import { mean, median } from "../../../core/math/statistics";
import type { Watch } from "../../../core/model";
import { permutation, type Rng } from "../../../core/rng";
import { type Table, table, takeTableRows } from "../../../data/table";
import { encode } from "../../../features/encode";
import { gradientBoosting } from "../../../models/boosting/boosting";
import { logisticRegression } from "../../../models/linear/logistic";
import type { TablePredictor } from "../../../models/out-of-fold";
import { type FitTable, pipeline } from "../../../models/pipeline";
import { sequential } from "../../../synthesis/sequential/sequential";
import { type AucInterval, aucInterval } from "../../compare";
import { ranks } from "../../ranking";
import { alignTables, type Shared } from "../align";
import { stackTables } from "../stack";
import { binned } from "./binned";
import { kernel, leastOf, logDensity, type Points, pointsOf } from "./points";

/** How well one attack tells people learnt from from strangers. By chance the ROC AUC is 0.5. */
export interface AttackResult extends AucInterval {
  readonly attack: string;
  readonly kind: "distance" | "density" | "likelihood ratio" | "classifier" | "shadow model";
}

const neighbours = 10;
const mostPeople = 500;
const mostSynthetic = 5000;
const mostReference = 1000;
/** A shadow model is learnt from half of the reference rows: from fewer it learns nothing. */
const leastShadow = 50;

/**
 * Membership-inference attacks after the list of Synth-MIA (2025), on as many people learnt from as strangers. Half of the
 * held-out rows are the strangers, half are the reference rows that some attackers compare with. The shadow model is left
 * out with fewer than 100 reference rows.
 */
export async function membershipAttacks(
  train: Table,
  holdout: Table,
  synthetic: Table,
  rng: Rng,
  watch: Watch = {},
): Promise<readonly AttackResult[]> {
  const action = "attack membership";
  const people = Math.min(mostPeople, train.rows, holdout.rows >> 1);
  check(people >= 10, action, "there must be 20 held-out rows", holdout.rows);
  const mixed = permutation(rng.fork("strangers"), holdout.rows);
  const pick = (from: Table, most: number, label: string): Table =>
    takeTableRows(from, permutation(rng.fork(label), from.rows).subarray(0, most));
  const members = pick(train, people, "members");
  const strangers = takeTableRows(holdout, mixed.subarray(0, people));
  const reference = takeTableRows(holdout, mixed.subarray(people, people + mostReference));
  const made = pick(synthetic, mostSynthetic, "synthetic");
  const columns = alignTables([train, members, strangers, reference, made], action);
  const labels = Float64Array.from({ length: 2 * people }, (_, i) => (i < people ? 1 : 0));
  const out: AttackResult[] = [];
  const add = (kind: AttackResult["kind"], attack: string, scores: Float64Array): void => {
    out.push({ attack, kind, ...aucInterval(labels, scores) });
  };
  const pause = async (): Promise<void> => {
    watch.signal?.throwIfAborted();
    await new Promise((next) => setImmediate(next));
  };
  const around = await neighbourhoods(
    pointsOf(columns),
    { people: [1, 2], reference: 3, synthetic: 4 },
    pause,
  );
  for (const [kind, attack, score] of byNeighbours) add(kind, attack, Float64Array.from(around, score));
  add("likelihood ratio", "counts of pairs of values", pairCounts(columns));
  await pause();
  const candidates = stackTables([members, strangers], action);
  const classifiers: [string, FitTable<TablePredictor>][] = [
    ["logistic regression, synthetic against reference", pipeline({ learner: logisticRegression() })],
    [
      "boosting, synthetic against reference",
      pipeline({ encode: encode({ categories: "codes" }), learner: gradientBoosting() }),
    ],
  ];
  const both = stackTables([pick(made, reference.rows, "made"), reference], action);
  const y = Float64Array.from({ length: both.rows }, (_, i) => (i < both.rows - reference.rows ? 1 : 0));
  for (const [name, fit] of classifiers) {
    const model = await fit(both, y, rng.fork(name), watch.signal && { signal: watch.signal });
    add("classifier", name, model.predict(candidates));
    await pause();
  }
  const shadow = await shadowScores({ train, reference, around }, rng.fork("shadow"), watch, pause);
  if (shadow) add("shadow model", "learnt on a model of reference rows", shadow);
  return out;
}

/** What lies around one person. */
interface Neighbourhood {
  /** Distances to the nearest synthetic rows, ascending. */
  readonly least: Float64Array;
  readonly within: number;
  readonly density: number;
  /** Distance to the nearest reference row. */
  readonly reference: number;
  readonly densityReference: number;
  readonly share: number;
  readonly influence: number;
}

/** Attacks by what lies around a person: the more, the likelier one of the training rows. */
const byNeighbours: readonly (readonly [AttackResult["kind"], string, (around: Neighbourhood) => number])[] =
  [
    ["distance", "nearest synthetic row", ({ least }) => -least[0]],
    ["distance", "mean of the ten nearest", ({ least }) => -mean(least)],
    ["distance", "nearest against second nearest", ({ least }) => -least[0] / (least[1] || 1)],
    [
      "distance",
      "nearest synthetic against nearest reference row",
      ({ reference, least }) => reference - least[0],
    ],
    ["density", "synthetic rows within a radius", ({ within }) => within],
    ["density", "density of synthetic rows", ({ density }) => density],
    ["density", "share of synthetic rows among the neighbours", ({ share }) => share],
    [
      "likelihood ratio",
      "density against reference rows (DOMIAS)",
      ({ density, densityReference }) => density - densityReference,
    ],
    ["likelihood ratio", "what the person adds to the reference (Gen-LRA)", ({ influence }) => influence],
  ];

/** Which tables of the points hold whom. */
interface Places {
  readonly people: readonly number[];
  readonly reference: number;
  readonly synthetic: number;
}

/** What lies around each of the people, in order. */
async function neighbourhoods(
  points: Points,
  { people, reference, synthetic }: Places,
  pause: () => Promise<void>,
): Promise<Neighbourhood[]> {
  const toSynthetic = new Float64Array(points.rows(synthetic));
  const toReference = new Float64Array(points.rows(reference));
  const all = people.flatMap((table) =>
    Array.from({ length: points.rows(table) }, (_, i) => [table, i] as const),
  );
  const nearest = all.map(([table, i]) => {
    points.distances(table, i, synthetic, toSynthetic);
    return leastOf(toSynthetic, 1).least[0];
  });
  await pause();
  // The width of the kernels and the radius: the usual way to the nearest synthetic row.
  const width = median(nearest) || 1e-3;
  const densities = new Float64Array(toSynthetic.length);
  for (let s = 0; s < densities.length; s++) {
    points.distances(synthetic, s, reference, toReference);
    densities[s] = Math.exp(logDensity(toReference, width));
    if (s % 500 === 0) await pause();
  }
  const out: Neighbourhood[] = [];
  for (const [table, i] of all) {
    points.distances(table, i, synthetic, toSynthetic);
    points.distances(table, i, reference, toReference);
    const { least, at } = leastOf(toSynthetic, neighbours);
    const others = leastOf(toReference, neighbours).least;
    let within = 0;
    for (const distance of toSynthetic) if (distance <= width) within++;
    // Of the neighbours in a mixture of as many synthetic as reference rows, how many are synthetic.
    const closer = least.reduce((sum, distance) => sum + (distance < others[others.length - 1] ? 1 : 0), 0);
    const n = toReference.length;
    let influence = 0;
    at.forEach((s, k) => {
      const before = densities[s] + 1e-12;
      influence += Math.log((before * n + kernel(least[k], width)) / (n + 1) / before);
    });
    out.push({
      least,
      within,
      density: logDensity(toSynthetic, width),
      reference: others[0],
      densityReference: logDensity(toReference, width),
      share: closer,
      influence,
    });
    if (out.length % 100 === 0) await pause();
  }
  return out;
}

/**
 * For each of the people the sum over pairs of columns of how much more often their two values meet in synthetic than in
 * reference rows, as logarithms: what an attacker does who knows that the rows were made from counts.
 */
function pairCounts(columns: readonly Shared[]): Float64Array {
  const cells = columns.map(binned);
  const people = [...cells[0].codes[1], ...cells[0].codes[2]].length;
  const out = new Float64Array(people);
  for (let a = 0; a < cells.length; a++) {
    for (let b = a + 1; b < cells.length; b++) {
      const count = (table: number): Float64Array => {
        const counts = new Float64Array(cells[a].count * cells[b].count).fill(0.5);
        const [left, right] = [cells[a].codes[table], cells[b].codes[table]];
        for (let i = 0; i < left.length; i++) counts[left[i] * cells[b].count + right[i]]++;
        return counts.map((count) => count / left.length);
      };
      const [reference, synthetic] = [count(3), count(4)];
      let at = 0;
      for (const table of [1, 2]) {
        const [left, right] = [cells[a].codes[table], cells[b].codes[table]];
        for (let i = 0; i < left.length; i++) {
          const cell = left[i] * cells[b].count + right[i];
          out[at++] += Math.log(synthetic[cell] / reference[cell]);
        }
      }
    }
  }
  return out;
}

/** The rows that a model was learned from, those that it was not, and where each lies among them and the made ones. */
interface Attacked {
  readonly train: Table;
  readonly reference: Table;
  readonly around: readonly Neighbourhood[];
}

/**
 * The scores of an attacker who learns on a model of reference rows what being learnt from looks like: half of them teach
 * a model, the other half are its strangers.
 */
async function shadowScores(
  { train, reference, around }: Attacked,
  rng: Rng,
  watch: Watch,
  pause: () => Promise<void>,
): Promise<Float64Array | undefined> {
  const half = reference.rows >> 1;
  if (half < leastShadow) return undefined;
  const rows = permutation(rng.fork("halves"), reference.rows);
  const parts = [rows.subarray(0, half), rows.subarray(half, 2 * half)].map((own) =>
    takeTableRows(reference, own),
  );
  const model = await sequential({ search: false })(parts[0], rng.fork("fit"), watch);
  const made = model.sample(half, rng.fork("sample"));
  const columns = alignTables([train, ...parts, made], "attack membership");
  const own = await neighbourhoods(pointsOf(columns), { people: [1, 2], reference: 2, synthetic: 3 }, pause);
  const y = Float64Array.from({ length: 2 * half }, (_, i) => (i < half ? 1 : 0));
  const attacker = await pipeline({ learner: logisticRegression() })(
    featuresOf(own),
    y,
    rng.fork("attacker"),
  );
  return attacker.predict(featuresOf(around));
}

/** What a shadow model's attacker looks at, each in its rank: a model of more rows lies nearer to everybody. */
function featuresOf(around: readonly Neighbourhood[]): Table {
  const ranked = (score: (neighbourhood: Neighbourhood) => number): Float64Array =>
    ranks(Float64Array.from(around, score)).map((rank) => rank / around.length);
  const features = {
    nearest: ranked(({ least }) => least[0]),
    mean: ranked(({ least }) => mean(least)),
    ratio: ranked(({ least }) => least[0] / (least[1] || 1)),
    density: ranked(({ density }) => density),
  };
  return table(Object.entries(features).map(([name, values]) => ({ name, type: "numeric", values })));
}
