/** A way to foretell a series: from its values so far (NaN where missing) the next `horizon` ones. */
export interface ForecastMethod {
  readonly name: string;
  /** Months of history that it needs. */
  readonly least: number;
  readonly next: (history: Float64Array, horizon: number) => Float64Array;
}

/**
 * The methods that compete: the last month, the same month a year ago, the mean of recent months, and exponential
 * smoothing of the level (Holt, 1957), with a damped trend (Gardner and McKenzie, 1985) and with seasons of the year that
 * are added to it (Winters, 1960), and growth by the same factor every month.
 */
export const forecastMethods: readonly ForecastMethod[] = [
  { name: "last month", least: 1, next: (y, h) => new Float64Array(h).fill(last(y)) },
  {
    name: "same month last year",
    least: 13,
    next: (y, h) => Float64Array.from({ length: h }, (_, k) => known(y[y.length - 12 + (k % 12)], last(y))),
  },
  ...[3, 6, 12].map((months) => ({
    name: `mean of ${months} months`,
    least: months,
    next: (y: Float64Array, h: number) => new Float64Array(h).fill(mean(y.subarray(-months))),
  })),
  ...[0.1, 0.2, 0.4].map((rate) => ({
    name: `smoothed level, ${rate}`,
    least: 3,
    next: (y: Float64Array, h: number) => new Float64Array(h).fill(level(y, rate)),
  })),
  { name: "smoothed level with a damped trend", least: 6, next: damped },
  { name: "growth of 6 months", least: 7, next: growth },
  { name: "smoothed level with seasons", least: 24, next: seasonal },
];

function last(y: Float64Array): number {
  for (let t = y.length - 1; t >= 0; t--) if (!Number.isNaN(y[t])) return y[t];
  return 0;
}

function known(value: number, other: number): number {
  return Number.isNaN(value) ? other : value;
}

function mean(y: Float64Array): number {
  let [sum, n] = [0, 0];
  for (const v of y)
    if (!Number.isNaN(v)) {
      sum += v;
      n++;
    }
  return n > 0 ? sum / n : 0;
}

function level(y: Float64Array, rate: number): number {
  let at = Number.NaN;
  for (const v of y) if (!Number.isNaN(v)) at = Number.isNaN(at) ? v : at + rate * (v - at);
  return known(at, 0);
}

/** A month never more than doubles or halves. */
const mostGrowth = 2;

/** The last month, growing on as it did on average over half a year; as it is where it was not above 0 then and now. */
function growth(y: Float64Array, horizon: number): Float64Array {
  const [before, now] = [y[y.length - 7], last(y)];
  const monthly = before > 0 && now > 0 ? (now / before) ** (1 / 6) : 1;
  const factor = Math.max(1 / mostGrowth, Math.min(mostGrowth, monthly));
  return Float64Array.from({ length: horizon }, (_, k) => now * factor ** (k + 1));
}

function damped(y: Float64Array, horizon: number): Float64Array {
  const [rate, slope, damping] = [0.3, 0.1, 0.85];
  let [at, trend] = [Number.NaN, 0];
  for (const v of y) {
    if (Number.isNaN(v)) continue;
    if (Number.isNaN(at)) {
      at = v;
      continue;
    }
    const before = at;
    at = rate * v + (1 - rate) * (at + damping * trend);
    trend = slope * (at - before) + (1 - slope) * damping * trend;
  }
  let ahead = 0;
  return Float64Array.from({ length: horizon }, (_, k) => {
    ahead += damping ** (k + 1);
    return known(at, 0) + ahead * trend;
  });
}

/** The level of the series without its seasons, and the mean departure of each month of the year drawn to 0 by half. */
function seasonal(y: Float64Array, horizon: number): Float64Array {
  const middle = mean(y);
  const seasons = Float64Array.from({ length: 12 }, (_, month) => {
    const own = y.filter((_v, t) => (y.length - t) % 12 === (12 - month) % 12);
    return 0.5 * (mean(own) - middle);
  });
  // seasons[k] is that of the k-th month from now, 0 being the next one.
  const plain = y.map((v, t) => v - seasons[(((t - y.length) % 12) + 12) % 12]);
  const at = level(plain, 0.2);
  return Float64Array.from({ length: horizon }, (_, k) => at + seasons[k % 12]);
}
