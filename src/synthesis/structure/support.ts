import { countBelow } from "../../core/math/sorted";
import { quantileSorted } from "../../core/math/statistics";
import type { Rng } from "../../core/rng";
import { type Grid, placesOf, snap, spacing, stepOf, withCoarser } from "./grids";
import { sharedValues } from "./shared-values";

/**
 * Where a number's values lie: ascending pieces, each a value that repeats (`from` equals `to`) or a stretch in between.
 * No piece tells where fewer rows than asked for lie, but for ends that other pieces give away.
 */
export interface Support {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The grid with the coarser ones in it, where values between those that repeat were listed grid by grid. */
  readonly nested?: Grid;
  /** Which pieces are values of such a list: made up, and each as frequent as its neighbours. */
  readonly listed?: readonly number[];
}

/** Values that repeat must hold this share of the rows to be told one by one: else chance makes them. */
const leastRepeated = 0.2;
const mostPieces = 2048;
/** Rows a value on average, from which on rare values are taken from a list, as prices are, too. */
const leastListed = 1.3;
/** Up to this share of the places on the grid, values are taken from a list. */
const mostOfPlaces = 0.5;
const mostStretches = 64;
/** So many values of a list share their rows. */
const mostSharing = 10;

type Ends = readonly [number, number];

/** A sorted value, how often it occurs, and where first. */
interface Counted {
  readonly value: number;
  readonly count: number;
  readonly first: number;
}

/**
 * The pieces of sorted values, those of fewer than `least` people joined to stretches; undefined where next to no value
 * repeats. Where rare values repeat too, as prices do, values are made up in their stretches, as many as there were.
 */
export function supportOf(
  sorted: Float64Array,
  grid: Grid | undefined,
  least: number,
  rng: Rng,
  owners?: Int32Array,
): Support | undefined {
  const all = countedOf(sorted);
  let enough = Math.max(2, least);
  let repeated = all.filter((counted) => counted.count >= enough);
  if (repeated.length > mostPieces / 2) {
    const counts = repeated.map((counted) => counted.count).sort((a, b) => b - a);
    enough = counts[mostPieces / 2] + 1;
    repeated = all.filter((counted) => counted.count >= enough);
  }
  const held = repeated.reduce((sum, counted) => sum + counted.count, 0);
  if (held < leastRepeated * sorted.length) return undefined;
  const nested = grid && withCoarser(grid, rowsOf(all.filter((counted) => counted.count < enough)));
  const grids = [grid, ...(nested?.coarser ?? []).map(({ step }): Grid => ({ ...(grid as Grid), step }))];
  const from: number[] = [];
  const to: number[] = [];
  const inList: number[] = [];
  const add = (low: number, high: number): void => {
    from.push(low);
    to.push(high);
  };
  let rare: Counted[] = [];
  const unit = spacing(grid);
  const close = (end: number): void => {
    const rows = peopleWith(rare, owners);
    if (rows > 0) {
      // What repeats around them says between what they lie, or the ends.
      const low = from.length === 0 ? rare[0].value : (to.at(-1) as number) + unit;
      const high = Math.max(low, end === Infinity ? (rare.at(-1) as Counted).value : end - unit);
      for (const [a, b] of stretch(rare, rows, [low, high])) add(a, b);
    }
    rare = [];
  };
  const stretch = (own: readonly Counted[], rows: number, [low, high]: Ends): Ends[] => {
    if (rows < least) return [[low, high]];
    const values = told(own, [low, high]);
    const onGrid = (value: number): number => Math.min(high, Math.max(low, snap(value, grid)));
    const first = from.length === 0 ? low : onGrid(values[0]);
    const last = own.at(-1) === all.at(-1) ? high : onGrid(values[values.length - 1]);
    if (rows < Math.max(2 * least, 4)) return [[first, last]];
    // Tenths beside hundredths: each grid has a list of its own, or all its places, where the finest one has a list.
    const made = grids
      .map((on) => [on, own.filter(({ value }) => stepOf(value, nested) === (on?.step ?? 0))] as const)
      .filter(([, those]) => peopleWith(those, owners) >= least)
      .map(([on, those]) => {
        const shown = those.length === own.length ? values : told(those, [low, high]);
        return { on, list: listed(on, shown, those.length, [first, last]) };
      });
    if (made[0]?.list?.length) {
      const placed = made.flatMap(({ on, list }) => list ?? fewPlaces(on, [first, last]));
      const list = [...new Set(placed)].sort((a, b) => a - b);
      list.forEach((_, k) => {
        inList.push(from.length + k);
      });
      return list.map((value) => [value, value]);
    }
    const parts = Math.max(1, Math.min(mostStretches, Math.floor(rows / (2 * least))));
    const at = Array.from({ length: parts + 1 }, (_, k) =>
      k === 0 ? first : k === parts ? last : quantileSorted(values, k / parts),
    );
    return at.slice(1).flatMap((above, k): Ends[] => (above > at[k] ? [[at[k], above]] : []));
  };
  const told = (own: readonly Counted[], ends: Ends): Float64Array =>
    sharedValues(rowsOf(own), least, ends, owners && ownersOf(own, owners));
  /** Made-up values as a list of prices has them; undefined where they come once, or a list would have about all places. */
  const listed = (
    on: Grid | undefined,
    values: Float64Array,
    distinct: number,
    [first, last]: Ends,
  ): number[] | undefined => {
    const length = listLength(values.length, distinct);
    const places = on ? Math.round((last - first) / spacing(on)) + 1 : Infinity;
    if (values.length < leastListed * distinct || length >= mostOfPlaces * places) return undefined;
    return Array.from({ length }, (_, t) => snap(quantileSorted(values, (t + rng.uniform()) / length), on));
  };
  for (const counted of all) {
    if (counted.count < enough) {
      rare.push(counted);
      continue;
    }
    close(counted.value);
    add(counted.value, counted.value);
  }
  close(Infinity);
  return {
    from,
    to,
    ...(nested?.coarser && { nested }),
    ...(inList.length > 0 && { listed: inList }),
  };
}

function rowsOf(some: readonly Counted[]): Float64Array {
  return Float64Array.from(some.flatMap(({ value, count }) => new Array<number>(count).fill(value)));
}

function ownersOf(some: readonly Counted[], owners: Int32Array): number[] {
  return some.flatMap(({ first, count }) => Array.from(owners.subarray(first, first + count)));
}

/** How many people have values that lie side by side; the owner of each value is left out where each is another's. */
function peopleWith(side: readonly Counted[], owners: Int32Array | undefined): number {
  if (!owners) return side.reduce((sum, { count }) => sum + count, 0);
  return new Set(ownersOf(side, owners)).size;
}

/** How many values there are of which so many rows show so many different ones, each as often as the others. */
function listLength(rows: number, distinct: number): number {
  let length = distinct;
  for (let turn = 0; turn < 50; turn++) length = distinct / (1 - Math.exp(-rows / length));
  return Math.round(length);
}

/** The values that stand for themselves. */
export function repeatedIn(support: Support | undefined): readonly number[] {
  return support?.from.filter((value, piece) => support.to[piece] === value) ?? [];
}

/** The rows of each piece, which values of a list share among some ten neighbours on the same grid: which of them a few rows have is chance. */
export function rowsByPiece(support: Support, values: Float64Array): Float64Array {
  const counts = new Float64Array(support.from.length);
  for (const value of values) counts[pieceOf(support, value)]++;
  const open = new Map<number, number[]>();
  const close = (some: readonly number[]): void => {
    const mean = some.reduce((sum, piece) => sum + counts[piece], 0) / some.length;
    for (const piece of some) counts[piece] = mean;
  };
  let last = -1;
  for (const piece of support.listed ?? []) {
    if (piece > last + 1) {
      open.forEach(close);
      open.clear();
    }
    last = piece;
    const step = stepOf(support.from[piece], support.nested);
    const some = [...(open.get(step) ?? []), piece];
    if (some.length === mostSharing) close(some);
    open.set(step, some.length === mostSharing ? [] : some);
  }
  open.forEach(close);
  return counts;
}

/** The piece that a value belongs to: the one that holds it, else the nearest. */
export function pieceOf({ from, to }: Support, value: number): number {
  const low = countBelow(to, value);
  if (low === from.length) return low - 1;
  if (low === 0 || value >= from[low]) return low;
  return value - to[low - 1] <= from[low] - value ? low - 1 : low;
}

/** The piece nearest to a value that lies on the real one's grid: tenths beside hundredths stay tenths. */
function alikePieceOf(support: Support, value: number, real: number): number {
  const { from, to, nested } = support;
  const near = pieceOf(support, value);
  if (!nested?.coarser || from[near] < to[near]) return near;
  const step = stepOf(real, nested);
  const reach = spacing({ ...nested, step: nested.coarser[nested.coarser.length - 1].step });
  const away = (piece: number): number => Math.abs(from[piece] - value);
  const alike = [-1, 1].flatMap((by) => {
    let piece = near;
    while (away(piece) <= reach && (from[piece] < to[piece] || stepOf(from[piece], nested) !== step))
      piece += by;
    return away(piece) <= reach ? [piece] : [];
  });
  return alike.sort((a, b) => away(a) - away(b))[0] ?? near;
}

/** The value moved to where values lie: into the nearest piece, first of those on the grid of the `real` value it stands for. */
export function ontoSupport(support: Support, value: number, real?: number): number {
  if (Number.isNaN(value)) return value;
  const piece = real === undefined ? pieceOf(support, value) : alikePieceOf(support, value, real);
  return Math.min(support.to[piece], Math.max(support.from[piece], value));
}

/** What moves a value to where a column's values lie: values that repeat stay, others go onto the grid and the support. */
export function settling(plan: {
  readonly low: number;
  readonly high: number;
  readonly atoms: readonly number[];
  readonly grid?: Grid | undefined;
  readonly support?: Support | undefined;
}): (value: number, real?: number) => number {
  const { low, high, grid, support } = plan;
  const atoms = new Set(plan.atoms);
  const repeats = new Set([...plan.atoms, ...repeatedIn(support)]);
  return (value, real) => {
    if (repeats.has(value)) return value;
    const inside = Math.min(high, Math.max(low, snap(value, grid)));
    return support && !atoms.has(inside) ? ontoSupport(support, inside, real) : inside;
  };
}

/** The values of sorted rows that no piece repeats. */
export function unrepeated(sorted: Float64Array, support: Support | undefined): Float64Array {
  if (!support) return sorted;
  return sorted.filter((value) => {
    const piece = pieceOf(support, value);
    return support.from[piece] < support.to[piece];
  });
}

function countedOf(sorted: Float64Array): Counted[] {
  const out: { value: number; count: number; first: number }[] = [];
  sorted.forEach((value, first) => {
    const last = out.at(-1);
    if (last?.value === value) last.count++;
    else out.push({ value, count: 1, first });
  });
  return out;
}

/** A grid's places between the ends, where they can be listed: millionths are too many. */
function fewPlaces(grid: Grid | undefined, [first, last]: Ends): readonly number[] {
  return grid && last - first < mostPieces * spacing(grid) ? placesOf(grid, first, last) : [];
}
