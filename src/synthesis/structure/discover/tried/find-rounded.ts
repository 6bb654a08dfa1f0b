import { type Curve, curves } from "../../curves";
import { emptySum, type Formula, leadsTo, type Term } from "../../formulas";
import { spacing } from "../../grids";
import { isWritten, leastMultiple, multiple, unitOf } from "../find-exact";
import { correlationOf } from "../find-sums";
import {
  enoughKnown,
  type Found,
  isOpen,
  knownRows,
  type NumberInput,
  place,
  placeOver,
  roomOf,
  roundings,
  rowsOf,
  shortest,
  shortestIn,
  spacedRows,
  spread,
  type Towards,
} from "../search";
import { type Trials, testsOf } from "./trials";

/** A curve is told from a line, and from other curves, where it bends by so many units and so many different numbers lie on it. */
const leastBend = 10;
const leastDifferent = 10;
const screeningRows = 200;
const read: readonly Curve[] = ["log", "log1p", "log10", "root", "exp"];

/**
 * Adds numbers that are a multiple of another one, rounded up, down or to the nearest (minutes = seconds ÷ 60, rounded up), where
 * nothing exact is known of them, or only a straight line that chance leaves room for; those of plain weights, too, where there is a sum
 * that another of its columns gives as well. With `plain` no others.
 */
export function findRounded(
  numbers: readonly NumberInput[],
  found: Found,
  trials: Trials,
  plain = false,
): void {
  for (const target of numbers) {
    const { name, grid, given, values } = target;
    const before = found.get(name);
    const terms = before?.rest === "none" ? before.terms.length : 0;
    const line = terms === 1 && before?.constant !== 0;
    if (given || !grid || (before?.rest === "none" && !line && terms < 2)) continue;
    const tests = testsOf({ name, values, grid }, trials);
    const formulas = numbers.flatMap((of) =>
      of === target ? [] : roundings.flatMap((towards) => roundedMultiple(target, of, towards) ?? []),
    );
    for (const formula of formulas.filter((one) => (!plain && terms < 2) || isWritten(one)))
      if (tests.proven(formula) && (terms > 1 ? place : placeOver)(found, numbers, name, formula)) break;
  }
}

/** The roundest multiple that the rows leave room for; undefined where they leave none. */
function roundedMultiple(
  target: NumberInput,
  { name, values }: NumberInput,
  towards: Towards,
): Formula | undefined {
  const room = roomOf(target, values, undefined, towards);
  if (!room || !(room[0] > 0) || !Number.isFinite(room[1])) return undefined;
  const [low, high] = room;
  const times = shortestIn(room);
  const over = shortestIn([1 / high, 1 / low]);
  const weight = String(over).length < String(times).length ? 1 / over : times;
  return {
    ...emptySum,
    terms: [{ column: name, weight }],
    ...(towards !== 0 && { round: { step: spacing(target.grid), towards } }),
  };
}

/**
 * Adds numbers that are a line of the logarithm, the root or the exponential of another one: lwage = ln(wage). Of two directions the
 * finer column is computed, of two as fine the logarithm.
 */
export function findCurves(numbers: readonly NumberInput[], found: Found, trials: Trials): void {
  const all: { readonly name: string; readonly formula: Formula; readonly coarse: boolean }[] = [];
  const sample = spacedRows(trials.rows, screeningRows);
  const targets = numbers.filter((one) => isOpen(one, found));
  for (const of of targets.length > 0 ? numbers : []) {
    const known = of.values.filter((value) => !Number.isNaN(value));
    if (new Set(known).size < leastDifferent) continue;
    for (const as of read) {
      const { at } = curves[as];
      if (!known.every((value) => (as === "exp" || value >= 0) && Number.isFinite(at(value)))) continue;
      const input = { ...of, values: of.values.map(at) };
      for (const target of targets) {
        if (target === of || leadsTo(found, of.name, target.name)) continue;
        if (Math.abs(correlationOf(input.values, target.values, sample)) < leastMultiple) continue;
        const straight = correlationOf(of.values, target.values, sample);
        const bend = Math.sqrt(1 - straight ** 2) * spread(target.values);
        const rows = knownRows([target, of]);
        if (bend < leastBend * unitOf(target) || !enoughKnown(target, rows)) continue;
        const [own, bent] = [rowsOf(target, rows), rowsOf(input, rows)];
        const line = multiple(own, bent, false);
        if (!line) continue;
        const formula = plainest(line, own, bent.values, { column: of.name, as });
        const [{ weight }] = formula.terms;
        const step = spacing(of.grid);
        const coarse = known.some(
          (value) => Math.abs(weight * (at(value + step) - at(value))) < spacing(target.grid) * (1 - 1e-9),
        );
        if (testsOf(target, trials).proven(formula, 2)) all.push({ name: target.name, formula, coarse });
      }
    }
  }
  // Of the plainest numbers first: lcalls = ln(1 + calls) rather than 2.30259 − ln(10 ÷ (1 + calls)).
  const order = ({ formula: { constant, terms }, coarse }: (typeof all)[number]): number =>
    1e4 * Number(coarse) + 100 * `${constant}${terms[0].weight}`.length + read.indexOf(terms[0].as as Curve);
  for (const { name, formula } of all.sort((a, b) => order(a) - order(b)))
    if (found.get(name)?.rest !== "none") placeOver(found, numbers, name, formula);
}

/** The line with the shortest weight near its own, and the roundest number beside that, where the rows leave room for these. */
function plainest(
  line: Formula,
  target: NumberInput,
  bent: Float64Array,
  read: Pick<Term, "column" | "as">,
): Formula {
  const [{ weight }] = line.terms;
  const short = shortest(weight, (one) => Math.abs(one - weight) <= 1e-3 * Math.abs(weight));
  const rests = target.values.map((value, i) => value - short * bent[i]).sort();
  const half = unitOf(target) / 2;
  const [low, high] = [rests[rests.length - 1] - half, rests[0] + half];
  return low <= high
    ? { ...line, constant: shortestIn([low, high]), terms: [{ ...read, weight: short }] }
    : { ...line, terms: [{ ...read, weight }] };
}
