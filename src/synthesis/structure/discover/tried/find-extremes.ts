import { takeValues } from "../../../../core/matrix";
import { emptySum, type Formula, leadsTo } from "../../formulas";
import { spacing } from "../../grids";
import {
  type Found,
  isOpen,
  type NumberInput,
  placeOver,
  roomAbout,
  roundings,
  spacedRows,
  type Towards,
} from "../search";
import { type Trials, testsOf } from "./trials";

const [screeningRows, fewRows] = [300, 12];
/** In so many rows a column must be the only one that is picked. */
const leastRows = 5;

/** What is picked of the columns, and what is added to it. */
interface Shape {
  readonly pick: "least" | "greatest";
  readonly added?: NumberInput;
  readonly weight: 1 | -1;
  /** How it is rounded to the grid. */
  readonly towards: Towards;
}

/**
 * Adds numbers that are the least or the greatest of several others, less or plus one more if need be, but no less than the end at
 * which many lie: payable = the greater of 0 and (the smaller of claimed and limit) − deductible. What nothing is added to may be
 * rounded up or down: a weight that is charged.
 */
export function findExtremes(numbers: readonly NumberInput[], found: Found, trials: Trials): void {
  for (const target of numbers) {
    if (!isOpen(target, found)) continue;
    const others = numbers.filter((one) => one !== target && !leadsTo(found, one.name, target.name));
    const formula = others.length > 1 ? extremeOf(target, others, trials) : undefined;
    if (formula) placeOver(found, numbers, target.name, formula);
  }
}

function extremeOf(target: NumberInput, others: readonly NumberInput[], trials: Trials): Formula | undefined {
  const tests = testsOf(target, trials);
  const end = tests.present.reduce((low, i) => Math.min(low, target.values[i]), Infinity);
  const above = tests.present.filter((i) => target.values[i] > end);
  const bounded = tests.present.length - above.length >= leastRows;
  const sample = spacedRows(above.length, screeningRows).map((at) => above[at]);
  const shapes = [undefined, ...others].flatMap((added) =>
    (["least", "greatest"] as const).flatMap((pick): Shape[] =>
      added
        ? ([-1, 1] as const).map((weight) => ({ pick, added, weight, towards: 0 }))
        : (target.grid ? roundings : [0 as const]).map((towards) => ({ pick, weight: 1, towards })),
    ),
  );
  const mayPick = screenOf(target, others, takeValues(sample, spacedRows(sample.length, fewRows)));
  for (const shape of shapes) {
    const { pick, added, weight, towards } = shape;
    if (!mayPick(shape)) continue;
    const among = others.filter((one) => one !== added);
    const near = pickedOf(target, among, shape, sample, 1);
    const picked = near && pickedOf(target, near, shape, above, leastRows);
    if (!picked) continue;
    const [first, ...more] = picked.map(({ name }) => name);
    const terms = [
      { column: first, weight: 1, among: { pick, others: more } },
      ...(added ? [{ column: added.name, weight }] : []),
    ];
    const round = towards !== 0 && { round: { step: spacing(target.grid), towards } };
    const formula: Formula = { ...emptySum, terms, ...round };
    const proven = [formula, ...(bounded ? [{ ...formula, least: end }] : [])].find((one) =>
      tests.proven(one, terms.length),
    );
    if (proven) return proven;
  }
  return undefined;
}

/** Whether in a few rows two of the columns are never beyond what the target holds and one of them is it: nearly all shapes end here. */
function screenOf(target: NumberInput, others: readonly NumberInput[], rows: ArrayLike<number>) {
  const read = ({ values }: NumberInput): Float64Array => takeValues(values, rows);
  const [own, cells] = [read(target), others.map(read)];
  const torn = Array.from(rows, (_, at) => cells.some((values) => Number.isNaN(values[at])));
  const room = 1.001 * spacing(target.grid);
  return ({ pick, added, weight }: Shape): boolean => {
    const beside = added && read(added);
    const values = own.map((value, at) => (beside ? value - weight * beside[at] : value));
    const rooms = values.map((value) => room + 1e-8 * Math.abs(value));
    const isAt = (one: Float64Array, at: number): boolean => Math.abs(one[at] - values[at]) <= rooms[at];
    const isShown = (among: readonly Float64Array[]): boolean =>
      values.every((value, at) => torn[at] || Number.isNaN(value) || among.some((one) => isAt(one, at)));
    if (!isShown(cells)) return false;
    const sign = pick === "least" ? 1 : -1;
    const beyond = cells.filter((one, k) => {
      for (let at = 0; at < values.length; at++) if (sign * (one[at] - values[at]) < -rooms[at]) return false;
      return others[k] !== added;
    });
    return beyond.length > 1 && isShown(beyond);
  };
}

/** The columns, two or more, of which the least (greatest) one is what the target holds beside what is added; undefined where none are. */
function pickedOf(
  target: NumberInput,
  others: readonly NumberInput[],
  { pick, added, weight, towards }: Shape,
  rows: ArrayLike<number>,
  least: number,
): readonly NumberInput[] | undefined {
  const [below, upTo] = roomAbout(spacing(target.grid), towards);
  const [values, low, high] = [rows, rows, rows].map(({ length }) => new Float64Array(length));
  for (let at = 0; at < rows.length; at++) {
    const value = target.values[rows[at]] - (added ? weight * added.values[rows[at]] : 0);
    const slack = 1e-9 * Math.abs(value);
    values[at] = value;
    // What is rounded to the value lies between these.
    low[at] = value - below - slack;
    high[at] = value + upTo + slack;
  }
  const beyond = others.filter((one) => {
    for (let at = 0; at < rows.length; at++) {
      const own = one.values[rows[at]];
      if (pick === "least" ? own < low[at] : own > high[at]) return false;
    }
    return true;
  });
  if (beyond.length < 2) return undefined;
  const isAt = beyond.map((one) =>
    values.map((_, at) => Number(one.values[rows[at]] >= low[at] && one.values[rows[at]] <= high[at])),
  );
  const counts = new Int32Array(values.length);
  for (const own of isAt)
    own.forEach((is, at) => {
      counts[at] += is;
    });
  // Where something is missing nothing is known.
  const known = values.map((value, at) =>
    Number(!Number.isNaN(value) && !beyond.some((one) => Number.isNaN(one.values[rows[at]]))),
  );
  if (counts.some((count, at) => count === 0 && known[at] === 1)) return undefined;
  // What is picked beside others in all its rows may go.
  const size = (own: Float64Array): number => own.reduce((sum, is) => sum + is, 0);
  const order = [...beyond.keys()].sort((a, b) => size(isAt[a]) - size(isAt[b]) || b - a);
  const kept = new Set(order);
  for (const k of order) {
    const alone = isAt[k].reduce((sum, is, at) => sum + Number(is === 1 && counts[at] === 1), 0);
    if (alone >= least) continue;
    if (alone > 0) return undefined;
    kept.delete(k);
    isAt[k].forEach((is, at) => {
      counts[at] -= is;
    });
  }
  return kept.size < 2 ? undefined : beyond.filter((_, k) => kept.has(k));
}
