import { check, checkInteger } from "../../core/checks";
import { capital } from "../../core/format";
import { column, type Matrix, matrix } from "../../core/matrix";
import { type Rng, seeded } from "../../core/rng";
import { wilson } from "../../evaluate/intervals";
import { moments } from "../../features/scale";
import { kMeans } from "../../resample/k-means";
import type { UsageData } from "./data";
import { aggregate, monthsAhead, type UsageWindow } from "./windows";

/** Customers who use alike. */
export interface UsageSegment {
  readonly name: string;
  readonly customers: number;
  readonly share: number;
  /** Minutes, gigabytes, calls to customer service, cost and revenue of a month, means of the last twelve. */
  readonly minutes: number;
  readonly gigabytes: number;
  readonly contacts: number;
  readonly cost: number;
  readonly revenue: number;
  /** Share that left within the next three months, with its 95 % interval. */
  readonly churn: { readonly estimate: number; readonly low: number; readonly high: number };
  /** How far it stands from the mean of all customers, in standard deviations, by trait. */
  readonly traits: Readonly<Record<string, number>>;
}

export interface UsageSegmentsOptions {
  /** How many segments, 2 to 12. @default 6 */
  readonly segments?: number;
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
}

interface Trait {
  readonly name: string;
  readonly of: (from: UsageWindow) => Float64Array;
  /** What customers low and high in it are called. */
  readonly low: string;
  readonly high: string;
}

const mean = (name: Parameters<typeof aggregate>[1]) => (from: UsageWindow) => aggregate(from, name, "mean");

const traits: readonly Trait[] = [
  { name: "day", of: mean("dayMinutes"), low: "few day calls", high: "day talkers" },
  { name: "evening", of: mean("eveMinutes"), low: "few evening calls", high: "evening talkers" },
  { name: "night", of: mean("nightMinutes"), low: "few night calls", high: "night talkers" },
  { name: "abroad", of: mean("intlMinutes"), low: "few calls abroad", high: "calls abroad" },
  { name: "data", of: mean("dataGb"), low: "light data", high: "heavy data" },
  { name: "service", of: mean("contacts"), low: "rarely call service", high: "often call service" },
  {
    name: "trend",
    of: (from) => trendOf(from),
    low: "falling use",
    high: "rising use",
  },
];

/** The last quarter's mean of voice minutes over the year's, less 1. */
function trendOf(from: UsageWindow): Float64Array {
  const voice = ["dayMinutes", "eveMinutes", "nightMinutes"] as const;
  const level = voice.map((name) => aggregate(from, name, "mean"));
  const slope = voice.map((name) => aggregate(from, name, "slope"));
  return level[0].map((_, i) => {
    const [all, change] = [level, slope].map((of) => of.reduce((sum, one) => sum + one[i], 0));
    return all > 0 ? (monthsAhead * change) / all : 0;
  });
}

/** A segment beyond this many standard deviations of a trait is named after it. */
const outstanding = 0.5;
/** Outliers count no further than this many standard deviations. */
const limit = 3;
const starts = 8;

/** Customers at the month of the test in segments by how they use, each named after what sets it apart; the largest first. */
export function usageSegments(data: UsageData, options: UsageSegmentsOptions = {}): UsageSegment[] {
  const { segments = 6, seed = 42 } = options;
  const action = "find usage segments";
  checkInteger(segments, 2, 12, action, "segments");
  const { all } = data;
  check(
    all.left.length >= 10 * segments,
    action,
    `there must be ${10 * segments} customers`,
    all.left.length,
  );
  const x = standardTraits(all);
  const assigned = bestOfStarts(x, segments, seeded(seed).fork("segments"));
  const groups = Array.from({ length: segments }, (_, c) =>
    [...assigned.keys()].filter((i) => assigned[i] === c),
  ).filter((rows) => rows.length > 0);
  groups.sort((a, b) => b.length - a.length);
  const centres = groups.map((rows) =>
    traits.map((_, j) => rows.reduce((sum, i) => sum + x.values[j * x.rows + i], 0) / rows.length),
  );
  const names = segmentNames(centres);
  const panel = (name: Parameters<typeof aggregate>[1]) => aggregate(all, name, "mean");
  const minutes = [panel("dayMinutes"), panel("eveMinutes"), panel("nightMinutes"), panel("intlMinutes")];
  const revenue = [panel("subscription"), panel("metered")];
  const [gigabytes, contacts, cost] = [[panel("dataGb")], [panel("contacts")], [panel("cost")]];
  return groups.map((rows, k) => {
    const average = (of: readonly Float64Array[]): number =>
      rows.reduce((sum, i) => sum + of.reduce((part, one) => part + one[i], 0), 0) / rows.length;
    const left = rows.reduce((sum, i) => sum + all.left[i], 0);
    const [low, high] = wilson(left, rows.length);
    return {
      name: names[k],
      customers: rows.length,
      share: rows.length / x.rows,
      minutes: average(minutes),
      gigabytes: average(gigabytes),
      contacts: average(contacts),
      cost: average(cost),
      revenue: average(revenue),
      churn: { estimate: left / rows.length, low, high },
      traits: Object.fromEntries(traits.map(({ name }, j) => [name, centres[k][j]])),
    };
  });
}

/** The traits with mean 0 and deviation 1, outliers drawn in. */
function standardTraits(from: UsageWindow): Matrix {
  const rows = from.left.length;
  const x = matrix(
    rows,
    traits.length,
    new Float64Array(rows * traits.length),
    traits.map(({ name }) => ({ name })),
  );
  traits.forEach((trait, j) => {
    const values = trait.of(from);
    const { mean: middle, deviation } = moments(values);
    column(x, j).set(
      values.map((v) => (deviation > 0 ? Math.min(limit, Math.max(-limit, (v - middle) / deviation)) : 0)),
    );
  });
  return x;
}

/** The tightest of several runs of k-means. */
function bestOfStarts(x: Matrix, clusters: number, rng: Rng): Int32Array {
  let best = kMeans(x, clusters, rng.fork("start 0"));
  let least = scatterOf(x, best, clusters);
  for (let s = 1; s < starts; s++) {
    const next = kMeans(x, clusters, rng.fork(`start ${s}`));
    const scatter = scatterOf(x, next, clusters);
    if (scatter < least) [best, least] = [next, scatter];
  }
  return best;
}

/** The sum of squared distances to the groups' centres, by Σx² − n·mean². */
function scatterOf(x: Matrix, assigned: Int32Array, clusters: number): number {
  let scatter = 0;
  for (let j = 0; j < x.columns; j++) {
    const [sums, sizes] = [new Float64Array(clusters), new Float64Array(clusters)];
    column(x, j).forEach((value, i) => {
      scatter += value * value;
      sums[assigned[i]] += value;
      sizes[assigned[i]]++;
    });
    for (let c = 0; c < clusters; c++) if (sizes[c] > 0) scatter -= sums[c] ** 2 / sizes[c];
  }
  return scatter;
}

/**
 * Names from what sets each centre apart most: up to two traits that stand out, or "average use". Segments that would
 * have the same name get as many more traits as it takes to differ, in the end a number.
 */
export function segmentNames(centres: readonly (readonly number[])[]): string[] {
  const words = centres.map((centre) =>
    traits
      .map((trait, j) => ({ word: centre[j] < 0 ? trait.low : trait.high, by: Math.abs(centre[j]) }))
      .sort((a, b) => b.by - a.by),
  );
  const used = words.map((all) => Math.min(2, all.filter((one) => one.by >= outstanding).length));
  const nameOf = (k: number): string =>
    used[k] === 0
      ? "average use"
      : words[k]
          .slice(0, used[k])
          .map((one) => one.word)
          .join(", ");
  for (let round = 0; round < traits.length; round++) {
    const names = centres.map((_, k) => nameOf(k));
    const twice = names.map((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (!twice.includes(true)) break;
    twice.forEach((clashes, k) => {
      if (clashes && used[k] < traits.length) used[k]++;
    });
  }
  const names = centres.map((_, k) => nameOf(k));
  return names.map((name, k) => {
    const earlier = names.slice(0, k).filter((one) => one === name).length;
    const whole = earlier > 0 ? `${name} (${earlier + 1})` : name;
    return capital(whole);
  });
}
