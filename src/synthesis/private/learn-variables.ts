import { countUpTo, picker } from "../../core/math/sorted";
import type { Account, Budget } from "./budget";
import { divide, joinSegments } from "./divide";
import { privateBounds } from "./domain/bounds";
import {
  codesAmong,
  type Grid,
  inFewBytes,
  type LevelledColumn,
  type RangedColumn,
  type RawColumn,
} from "./domain/columns";
import { frequentPlaces, noisyCounts } from "./noise/mechanisms";
import type { NoiseSource } from "./noise/noise-source";
import { type LearntVariable, type Shaped, settle } from "./settle";
import type { Cell } from "./variable";

/** What the steps before the dependence may cost, each for all columns that need it together. */
export interface VariableShares {
  readonly bounds: number;
  readonly levels: number;
  readonly bins: number;
  readonly single: number;
}

export interface LearnContext {
  readonly budget: Budget;
  readonly shares: VariableShares;
  /** About how many rows there are; known privately. */
  readonly rows: number;
  /** Fewest rows in a bin, so that counts of pairs stand out of their noise. */
  readonly leastRows: number;
}

/** Every column's cells and counts, found within the budget. */
export function learnVariables(raw: readonly RawColumn[], context: LearnContext): LearntVariable[] {
  const { budget, shares } = context;
  const bounded = boundAll(raw, context);
  const levels = publishLevels(raw, context);
  const ranges = bounded.filter((column) => column.kind === "range" && column.bounds !== undefined).length;
  const shaped = budget.step("bins of numbers and dates", { rho: shares.bins }, (account) => {
    let noise = 0;
    const found = bounded.map((column): Shaped => {
      if (column.kind === "levels")
        return shapeLevels(column, levels.get(column.name) as PublishedLevels, account.source);
      if (!column.bounds || !column.grid) return empty(column.name, column.units().length);
      const range = { ...column, bounds: column.bounds, grid: column.grid };
      const { shape, variance } = shapeRange(range, shares.bins / ranges, context, account);
      noise = Math.max(noise, variance);
      return shape;
    });
    const how = `counts of segments divided where rows are, ${ranges} columns, noise of up to ${shownNoise(noise)} rows`;
    return { found, how };
  });
  return budget.step("single columns", { rho: shares.single }, (account) => {
    let noise = 0;
    const found = shaped.map((one) => {
      const counts = new Float64Array(one.bins.reduce((most, bin) => Math.max(most, bin + 1), 0));
      for (const place of one.places) if (place >= 0) counts[place]++;
      const noisy = noisyCounts(counts, shares.single / shaped.length, account);
      noise = noisy.variance;
      return settle(one, noisy.counts, noisy.variance, context.rows);
    });
    return {
      found,
      how: `counts of all values, ${shaped.length} columns, noise of ${shownNoise(noise)} rows`,
    };
  });
}

/** A standard deviation, in words. */
export function shownNoise(variance: number): string {
  return `± ${Math.sqrt(variance).toPrecision(3)}`;
}

/** Columns of numbers and dates with bounds: public ones, or private ones; without, where no value stands out. */
function boundAll(raw: readonly RawColumn[], { budget, shares }: LearnContext): RawColumn[] {
  const unknown = raw.filter((column) => column.kind === "range" && !column.bounds).length;
  return budget.step("bounds of numbers and dates", { rho: shares.bounds }, (account) => {
    let noise = 0;
    const found = raw.map((column): RawColumn => {
      if (column.kind === "levels") return column;
      let { bounds } = column;
      if (!bounds) {
        const own = privateBounds(
          column.units(),
          column.grid !== undefined,
          shares.bounds / unknown,
          account,
        );
        noise = own.variance;
        bounds = own.bounds;
      }
      if (!bounds) return column;
      return column.grid ? { ...column, bounds } : onGrid(column, bounds);
    });
    const how = `histogram of orders of magnitude, ${unknown} columns, noise of ${shownNoise(noise)} rows`;
    return { found, how };
  });
}

const fineSteps = 2 ** 20;

/** A column without decimals on a grid over its bounds. */
function onGrid(column: RangedColumn, [low, high]: readonly [number, number]): RangedColumn {
  const step = (high - low) / fineSteps;
  const units = () =>
    column.units().map((value) => (step === 0 ? value * 0 : Math.floor((value - low) / step)));
  return {
    ...column,
    units,
    grid: { kind: "continuous", low, step },
    bounds: [0, step === 0 ? 0 : fineSteps - 1],
  };
}

/** Levels, and about how many rows have each where that was asked for: the shares in which they stand in for rarer ones. */
interface PublishedLevels {
  readonly levels: readonly string[];
  readonly rows?: readonly number[];
}

/** The levels of each column of levels: public ones, or those that many rows have, in alphabetical order. */
function publishLevels(
  raw: readonly RawColumn[],
  { budget, shares }: LearnContext,
): Map<string, PublishedLevels> {
  const columns = raw.filter((column): column is LevelledColumn => column.kind === "levels");
  const unknown = columns.filter((column) => !column.levels).length;
  return budget.step("levels of categories", { rho: shares.levels, delta: budget.delta }, (account) => {
    let threshold = 0;
    const found = new Map<string, PublishedLevels>();
    for (const { name, codes, values, levels } of columns) {
      if (levels) {
        found.set(name, { levels });
        continue;
      }
      const counts = new Float64Array(values.length);
      for (const code of codes()) if (code >= 0) counts[code]++;
      const shown = [...counts.keys()].filter((code) => counts[code] > 0);
      const own = frequentPlaces(
        shown.map((code) => counts[code]),
        shares.levels / unknown,
        budget.delta / unknown,
        account,
      );
      threshold = own.threshold;
      const told = own.places
        .map((place) => ({ level: values[shown[place]], rows: own.counts[place] }))
        .sort((a, b) => (a.level < b.level ? -1 : 1));
      found.set(name, { levels: told.map(({ level }) => level), rows: told.map(({ rows }) => rows) });
    }
    const from = `published from ${Math.ceil(threshold)} rows on, ${unknown} columns`;
    return { found, how: unknown > 0 ? `${from}; they stand in for rarer ones` : from };
  });
}

const fine = 2 ** 30;

function shapeLevels(column: LevelledColumn, { levels, rows }: PublishedLevels, source: NoiseSource): Shaped {
  const cells: Cell[] = levels.map((_, k): Cell => [k, k]);
  // Where nothing is published, something must be left to draw.
  const filled = column.required && levels.length > 0;
  if (!filled) cells.push(null);
  const missing = filled ? -1 : levels.length;
  const pick = rows && picker(rows);
  // Of public levels, what is none of them is missing. For a level that is too rare to be published another stands in, whichever
  // others there are, row by row: so a row still counts once.
  const codes = column.codes();
  const places = codesAmong(column, levels).map((code, i) => {
    if (code >= 0) return code;
    return codes[i] >= 0 && pick && levels.length > 0 ? pick(source.below(fine) / fine) : missing;
  });
  return {
    name: column.name,
    grid: { kind: "levels", levels },
    cells,
    bins: [...cells.keys()],
    places: inFewBytes(places),
    doubtful: filled ? [] : [missing],
  };
}

function shapeRange(
  one: RangedColumn & { readonly grid: Grid; readonly bounds: readonly [number, number] },
  rho: number,
  { rows, leastRows }: LearnContext,
  account: Account,
): { shape: Shaped; variance: number } {
  const { grid, bounds } = one;
  const [low, high] = bounds;
  // What lies beyond the bounds counts as them.
  const units = one.units().map((value) => Math.min(high, Math.max(low, value)));
  const sorted = units.filter((value) => !Number.isNaN(value)).sort();
  const found = divide(sorted, bounds, rows / finestShare, rho, account);
  const bins = joinSegments(found.segments, leastRows);
  const count = bins[bins.length - 1] + 1;
  const starts = found.segments.map((segment) => segment.from);
  const all = new Int32Array(units.length);
  units.forEach((value, i) => {
    all[i] = Number.isNaN(value) ? (one.required ? -1 : count) : bins[countUpTo(starts, value) - 1];
  });
  const places = inFewBytes(all);
  const cells: Cell[] = found.segments.map(({ from, to }) => [from, to]);
  const within = withoutEnds(
    found.segments.map((segment) => segment.rows),
    Math.sqrt(found.variance),
  );
  const shape = one.required
    ? { cells, within, bins, doubtful: [] }
    : { cells: [...cells, null], within: [...within, 1], bins: [...bins, count], doubtful: [count] };
  return { shape: { name: one.name, grid, places, ...shape }, variance: found.variance };
}

/** The rows of ascending segments without those at either end that together don't stand out of the noise. */
function withoutEnds(rows: readonly number[], noise: number): number[] {
  const out = rows.slice();
  const places = [...out.keys()];
  for (const order of [places, places.slice().reverse()]) {
    let sum = 0;
    for (const place of order) {
      sum += rows[place];
      if (sum > noise) break;
      out[place] = 0;
    }
  }
  return out;
}

/** Segments with a smaller share of the rows than one in so many are divided no further. */
const finestShare = 48;

/** A column of which nothing stands out of the noise: it comes out empty. */
function empty(name: string, rows: number): Shaped {
  return {
    name,
    grid: { kind: "decimals", decimals: 0 },
    cells: [null],
    bins: [0],
    places: new Int8Array(rows),
    doubtful: [],
  };
}
