import { normalQuantile } from "../../core/math/normal-distribution";
import { mean, quantileSorted } from "../../core/math/statistics";
import { column, joinColumns } from "../../core/matrix";
import { seeded } from "../../core/rng";
import { bootstrapDifferences, type Interval } from "../../evaluate/bootstrap";
import { pinballLoss } from "../../evaluate/regression";
import { gradientBoosting } from "../../models/boosting/boosting";
import { gru } from "../../models/network/sequence/gru";
import { targetColumns } from "../../models/network/sequence/sequences";
import type { UsageOptions } from "./churn";
import type { UsageData } from "./data";
import { joinWindows, type UsageWindow } from "./windows";

export const levels = [0.1, 0.5, 0.9] as const;
export const quantities = ["minutes", "cost"] as const;
export type Quantity = (typeof quantities)[number];

/** Foretold quantiles of one quantity for every customer, and how good they are. */
export interface QuantityForecast {
  /** One list per level. */
  readonly quantiles: readonly Float64Array[];
  /** Mean pinball loss over the levels. */
  readonly pinball: number;
  /** Pinball loss less that of seasonal-naive, as a share of it; of seasonal-naive itself none. */
  readonly gain?: Interval;
  /** Share of customers between the lowest and the highest quantile; 0.8 is meant. */
  readonly coverage: number;
  /** Mean distance between them. */
  readonly width: number;
  /** The sum over all customers: foretold, with what 80 % of sums would do if customers erred independently. */
  readonly total: Interval;
}

export interface UsageForecast {
  readonly name: string;
  readonly by: Readonly<Record<Quantity, QuantityForecast>>;
  readonly milliseconds: number;
}

export interface UsageForecasts {
  readonly customers: number;
  readonly ways: readonly UsageForecast[];
  /** The net's pinball loss less boosting's, as a share of it. */
  readonly sequenceGain: Readonly<Record<Quantity, Interval>>;
  /** What truly came, in sum. */
  readonly totals: Readonly<Record<Quantity, number>>;
}

export const naive = "Seasonal-naive";

type Quantiles = Readonly<Record<Quantity, readonly Float64Array[]>>;

/**
 * Minutes and cost of each customer's next three months, until he leaves: quantiles by boosting, by a net that reads the
 * months, and by seasonal-naive (the same months of last year, with its errors' quantiles on the training rows).
 */
export async function usageForecasts(data: UsageData, options: UsageOptions = {}): Promise<UsageForecasts> {
  const { seed = 42, epochs = 15, samples = 500, progress } = options;
  const [train, validation] = [joinWindows(data.train), joinWindows(data.validation)];
  const { test } = data;
  const rng = seeded(seed).fork("forecasts");
  const made: { name: string; quantiles: Quantiles; milliseconds: number }[] = [];
  const add = async (name: string, run: () => Promise<Quantiles>): Promise<void> => {
    progress?.({ phase: name, done: made.length, total: 3 });
    const start = performance.now();
    made.push({ name, quantiles: await run(), milliseconds: performance.now() - start });
  };
  await add(naive, async () => ({
    minutes: naiveQuantiles(train.minutes, train.minutesBefore, test.minutesBefore),
    cost: naiveQuantiles(train.cost, train.costBefore, test.costBefore),
  }));
  await add("Boosting", async () => {
    const of = async (quantity: Quantity): Promise<Float64Array[]> => {
      const labelled = (window: UsageWindow) => ({
        x: joinColumns(window.aggregates, window.season),
        y: window[quantity],
      });
      const each: Float64Array[] = [];
      for (const quantile of levels) {
        const fit = gradientBoosting({
          loss: "quantile",
          quantile,
          trees: 150,
          leaves: 8,
          validation: labelled(validation),
          patience: 10,
        });
        each.push(
          (await fit(labelled(train), rng.fork(`${quantity} ${quantile}`))).predict(labelled(test).x),
        );
      }
      return uncrossed(each);
    };
    return { minutes: await of("minutes"), cost: await of("cost") };
  });
  await add("GRU", async () => {
    const labelled = (window: UsageWindow) => ({
      x: { ...window.x, fixed: joinColumns(window.profile, window.season) },
      y: targetColumns({ minutes: window.minutes, cost: window.cost }),
    });
    const fit = gru({ quantiles: levels, epochs, validation: labelled(validation) });
    const out = (await fit(labelled(train), rng.fork("gru"))).predict(labelled(test).x);
    const of = (first: number): Float64Array[] => levels.map((_, k) => column(out, first + k));
    return { minutes: of(0), cost: of(levels.length) };
  });
  const [baseline, boosting, net] = made;
  const lossesOf = (one: (typeof made)[number], quantity: Quantity): Float64Array =>
    rowLosses(test[quantity], one.quantiles[quantity]);
  const judge = (one: (typeof made)[number], quantity: Quantity): QuantityForecast => {
    const quantiles = one.quantiles[quantity];
    const truth = test[quantity];
    const own = lossesOf(one, quantity);
    const other = lossesOf(baseline, quantity);
    return {
      quantiles,
      pinball: mean(own),
      ...(one !== baseline && { gain: gainOf(own, other, rng.fork("gain"), samples) }),
      coverage: mean(truth.map((v, i) => (v >= quantiles[0][i] && v <= quantiles[2][i] ? 1 : 0))),
      width: mean(quantiles[2].map((v, i) => v - quantiles[0][i])),
      total: totalOf(quantiles),
    };
  };
  const lead = (quantity: Quantity): Interval =>
    gainOf(lossesOf(net, quantity), lossesOf(boosting, quantity), rng.fork("lead"), samples);
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return {
    customers: test.left.length,
    ways: made.map((one) => ({
      name: one.name,
      milliseconds: one.milliseconds,
      by: { minutes: judge(one, "minutes"), cost: judge(one, "cost") },
    })),
    sequenceGain: { minutes: lead("minutes"), cost: lead("cost") },
    totals: { minutes: sum(test.minutes), cost: sum(test.cost) },
  };
}

/** What was a year before, and around it the quantiles of how far that was off where the outcome is known. */
function naiveQuantiles(known: Float64Array, before: Float64Array, now: Float64Array): Float64Array[] {
  const errors = known.map((value, i) => value - before[i]).sort();
  return levels.map((level) => {
    const off = level === 0.5 ? 0 : quantileSorted(errors, level);
    return now.map((value) => Math.max(0, value + off));
  });
}

/** Each row's quantiles in rising order (Chernozhukov et al., 2010): trees of different levels may cross. */
function uncrossed(quantiles: readonly Float64Array[]): Float64Array[] {
  const out = quantiles.map((quantile) => Float64Array.from(quantile));
  for (let i = 0; i < out[0].length; i++) {
    const sorted = quantiles.map((quantile) => quantile[i]).sort((a, b) => a - b);
    out.forEach((values, k) => {
      values[i] = sorted[k];
    });
  }
  return out;
}

/** Each row's pinball loss, the mean over the levels. */
function rowLosses(truth: Float64Array, quantiles: readonly Float64Array[]): Float64Array {
  return truth.map((value, i) => {
    let sum = 0;
    quantiles.forEach((quantile, k) => {
      sum += pinballLoss([value], [quantile[i]], levels[k]);
    });
    return sum / levels.length;
  });
}

/** Mean loss less the other's, as a share of the other's. */
function gainOf(
  own: Float64Array,
  other: Float64Array,
  rng: Parameters<typeof bootstrapDifferences>[3],
  samples: number,
): Interval {
  const base = mean(other);
  const meanLoss = (_: Float64Array, values: Float64Array): number => mean(values);
  const rows = other.map((_, i) => i);
  const { gain } = bootstrapDifferences(rows, { a: own, b: other }, { gain: meanLoss }, rng, { samples });
  return { estimate: gain.estimate / base, low: gain.low / base, high: gain.high / base };
}

/**
 * The sum of what is to be expected of each customer, by Swanson's rule for the mean behind the quantiles .1, .5 and .9
 * (Hurst et al., 2000), and its 80 % interval if customers err independently of each other.
 */
function totalOf([low, middle, high]: readonly Float64Array[]): Interval {
  let [sum, variance] = [0, 0];
  const reach = normalQuantile(0.9);
  for (let i = 0; i < low.length; i++) {
    sum += 0.3 * low[i] + 0.4 * middle[i] + 0.3 * high[i];
    variance += ((high[i] - low[i]) / (2 * reach)) ** 2;
  }
  const off = reach * Math.sqrt(variance);
  return { estimate: sum, low: sum - off, high: sum + off };
}
