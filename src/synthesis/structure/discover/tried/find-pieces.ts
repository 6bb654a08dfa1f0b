import { dot } from "../../../../core/math/linear-algebra";
import { countUpTo } from "../../../../core/math/sorted";
import { emptySum, type Formula, leadsTo, type Term } from "../../formulas";
import { spacing } from "../../grids";
import {
  enoughKnown,
  type Found,
  isOpen,
  leastTold,
  type NumberInput,
  placeOver,
  rowsByCode,
  shortest,
  shortestIn,
  spacedRows,
  standardised,
} from "../search";
import { type Trials, testsOf } from "./trials";

const screeningRows = 300;
const mostPieces = 8;
/** So many rows must lie on each piece. */
const leastRows = 8;

/** A number that pieces are looked for of is times one of so many columns, of those that go with it most, so much at least. */
const mostTimes = 4;
const leastTimes = 0.2;

/** Rows by rising numbers: what is read, and what is to follow. */
interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** So far what is to follow may lie beside it. */
  readonly slack: Float64Array;
}

interface Line {
  readonly slope: number;
  readonly value: number;
}

/**
 * Adds numbers that lie on pieces of straight lines over another one: a charge of 0.2 for each of the first 100, 0.15 for the next
 * 200 and 0.1 for the rest, or a price by the quantity; or that do so times a column: what is paid is a rate × the smaller of months
 * and 24.
 */
export function findPieces(numbers: readonly NumberInput[], found: Found, trials: Trials): void {
  const all: { readonly name: string; readonly formula: Formula; readonly length: number }[] = [];
  const screens = new Map(
    numbers.map((of) => {
      const rows = spacedRows(of.values.length, screeningRows).filter((i) => !Number.isNaN(of.values[i]));
      return [of, rows.sort((a, b) => of.values[a] - of.values[b])];
    }),
  );
  const sample = spacedRows(trials.rows, screeningRows);
  const scores = new Map(numbers.map((one) => [one, standardised(one.values, sample)]));
  for (const target of numbers) {
    if (!isOpen(target, found)) continue;
    const tests = testsOf(target, trials);
    const own = standardised(target.values, sample);
    const goes = (one: NumberInput): number => Math.abs(dot(scores.get(one) as Float64Array, own));
    const times = numbers
      .filter((one) => one !== target && goes(one) >= leastTimes && !leadsTo(found, one.name, target.name))
      .sort((a, b) => goes(b) - goes(a))
      .slice(0, mostTimes);
    for (const by of [undefined, ...times])
      for (const of of numbers) {
        if (of === target || of === by || of.few || leadsTo(found, of.name, target.name)) continue;
        const steps = piecesOver({ target, by }, of, screens.get(of) as Int32Array);
        if (!steps || !isShared(steps, of, target)) continue;
        const term = {
          column: of.name,
          weight: 1,
          steps,
          ...(by && { times: { column: by.name, plus: 0 } }),
        };
        const formula = { ...emptySum, terms: [term] };
        const length = [...steps.values, ...(steps.slopes ?? []), ...steps.cuts].join("").length;
        if (tests.proven(formula, 3 * steps.values.length)) all.push({ name: target.name, formula, length });
      }
  }
  for (const { name, formula } of all.sort((a, b) => a.length - b.length))
    if (found.get(name)?.rest !== "none") placeOver(found, numbers, name, formula);
}

/** Whether enough people lie on each piece, where they have several rows: a line, or an end, might be one's own. */
function isShared(
  { cuts }: NonNullable<Term["steps"]>,
  { values }: NumberInput,
  { values: own, people }: NumberInput,
): boolean {
  if (!people) return true;
  const codes = Int32Array.from(values, (one, i) => (Number.isNaN(one + own[i]) ? -1 : countUpTo(cuts, one)));
  return rowsByCode(codes, cuts.length + 1).every((rows) => enoughKnown({ people }, rows, leastTold));
}

function piecesOver(
  { target, by }: { readonly target: NumberInput; readonly by: NumberInput | undefined },
  read: NumberInput,
  screen: Int32Array,
): Term["steps"] {
  const half = (spacing(target.grid) / 2) * (1 + 1e-6);
  const points = (order: Int32Array): Points => {
    const [x, y, slack] = [order, order, order].map(({ length }) => new Float64Array(length));
    let count = 0;
    for (let k = 0; k < order.length; k++) {
      const own = target.values[order[k]];
      const over = by ? by.values[order[k]] : 1;
      // Where nothing is multiplied nothing is told.
      if (Number.isNaN(own) || !(Math.abs(over) > 0)) continue;
      x[count] = read.values[order[k]];
      y[count] = own / over;
      slack[count] = half / Math.abs(over) + 1e-9 * Math.abs(y[count]);
      count++;
    }
    return { x: x.subarray(0, count), y: y.subarray(0, count), slack: slack.subarray(0, count) };
  };
  if (!endsOf(points(screen))) return undefined;
  const rows = Int32Array.from(read.values.keys()).filter((i) => !Number.isNaN(read.values[i]));
  const all = points(rows.sort((a, b) => read.values[a] - read.values[b]));
  const ends = endsOf(all);
  if (!ends || ends.length < 2) return undefined;
  const lines: Line[] = [];
  for (const [k, end] of ends.entries()) {
    const line = lineOf(all, [k > 0 ? ends[k - 1] : 0, end]);
    if (!line) return undefined;
    lines.push(line);
  }
  if (lines.every(({ slope }) => slope === 0)) return undefined;
  const cuts: number[] = [];
  for (let k = 1; k < lines.length; k++) {
    const cut = cutOf(all, ends[k - 1], [lines[k - 1], lines[k]]);
    if (cut === undefined || cut <= cuts[k - 2]) return undefined;
    cuts.push(cut);
  }
  return { cuts, values: lines.map(({ value }) => value), slopes: lines.map(({ slope }) => slope) };
}

/** Where each piece ends, from the first one's start on the furthest it goes; undefined of too many. */
function endsOf({ x, y, slack }: Points): readonly number[] | undefined {
  const fits = (from: number, to: number): boolean => {
    const slope = x[to] > x[from] ? (y[to] - y[from]) / (x[to] - x[from]) : 0;
    for (let i = from; i <= to; i++)
      if (!(Math.abs(y[i] - y[from] - slope * (x[i] - x[from])) <= slack[i] + slack[from])) return false;
    return true;
  };
  const ends: number[] = [];
  for (let from = 0; from < x.length; from = ends[ends.length - 1]) {
    if (ends.length === mostPieces) return undefined;
    let step = 1;
    while (from + 2 * step < x.length && fits(from, from + 2 * step)) step *= 2;
    let [last, beyond] = [from + step, Math.min(x.length, from + 2 * step + 1)];
    while (beyond - last > 1) {
      const middle = (last + beyond) >> 1;
      if (fits(from, middle)) last = middle;
      else beyond = middle;
    }
    ends.push(Math.min(x.length, last + 1));
  }
  return ends;
}

/** The line of the shortest slope on which the piece lies but for its last rows, which may be the next one's. */
function lineOf({ x, y, slack }: Points, [from, to]: readonly [number, number]): Line | undefined {
  const last = to === x.length ? to - 1 : to - 1 - Math.ceil((to - from) / leastRows);
  if (to - from < leastRows || !(x[last] > x[from])) return undefined;
  const room = (slope: number): readonly [number, number] => {
    let [low, high] = [-Infinity, Infinity];
    for (let i = from; i <= last; i++) {
      const left = y[i] - slope * x[i];
      low = Math.max(low, left - slack[i]);
      high = Math.min(high, left + slack[i]);
    }
    return [low, high];
  };
  const fits = (slope: number): boolean => {
    const [low, high] = room(slope);
    return low <= high;
  };
  const slope = fits(0) ? 0 : shortest((y[last] - y[from]) / (x[last] - x[from]), fits);
  const [low, high] = room(slope);
  // A slope that nobody writes is a curve's.
  if (!(low <= high) || Number(slope.toPrecision(4)) !== slope) return undefined;
  return { slope, value: shortestIn([low, high]) };
}

/** The roundest number from which on rows lie on the second line, those below on the first. */
function cutOf(
  { x, y, slack }: Points,
  end: number,
  [first, second]: readonly [Line, Line],
): number | undefined {
  const off = ({ slope, value }: Line, i: number): boolean =>
    !(Math.abs(y[i] - value - slope * x[i]) <= slack[i]);
  let low = end - 1;
  while (low >= 0 && !off(second, low)) low--;
  let high = low + 1;
  while (high < x.length && !off(first, high)) high++;
  const [above, upTo] = [x[low] ?? -Infinity, x[high] ?? Infinity];
  if (!(above < upTo) || !Number.isFinite(upTo - above)) return undefined;
  return shortest((above + upTo) / 2, (one) => one > above && one <= upTo);
}
