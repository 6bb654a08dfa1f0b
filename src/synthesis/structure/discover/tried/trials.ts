import { takeValues } from "../../../../core/matrix";
import {
  type Arguments,
  argumentsOf,
  evaluate,
  type Formula,
  neededBy,
  placeAmong,
  rateOf,
  ratesIn,
} from "../../formulas";
import { type Grid, snap, spacing } from "../../grids";
import { personsIn } from "../../people";
import { spacedRows } from "../search";

/** A number or date that may follow from others; dates in milliseconds. */
export interface Target {
  readonly name: string;
  readonly values: Float64Array;
  readonly grid?: Grid | undefined;
}

/** The columns as formulas read them, and whose the rows are. */
export interface Trials {
  readonly rows: number;
  /** Codes of levels are −1 where the level is not told. */
  readonly of: Arguments;
  readonly people?: Int32Array | undefined;
  /** How many rules are tried, about. */
  readonly tried: number;
}

/** So unlikely must it be that chance makes a rule, for all that are tried. */
const chance = 1e-3;
const screeningRows = 12;

/** Tests of exact formulas for one target. */
export interface Tests {
  /** The rows in which the target is not missing. */
  readonly present: readonly number[];
  /** Whether the formula gives the target in every row, be it by chance. */
  readonly holds: (formula: Formula) => boolean;
  /** Whether it gives it in every one of some rows. */
  readonly holdsIn: (formula: Formula, rows: readonly number[]) => boolean;
  /** Whether it does so as a rule; `free` of its numbers were read off the rows. */
  readonly proven: (formula: Formula, free?: number) => boolean;
}

/** The tests of what may give the target: rows in which it, or something that the formula reads, is missing say nothing. */
export function testsOf(target: Target, trials: Trials): Tests {
  const present = [...target.values.keys()].filter((i) => !Number.isNaN(target.values[i]));
  const sample = spacedRows(present.length, screeningRows).map((at) => present[at]);
  const holdsIn = (formula: Formula, rows: ArrayLike<number> | undefined): boolean => {
    const read = (name: string): ArrayLike<number> => {
      const values = trials.of(name);
      return rows ? takeValues(values, rows) : values;
    };
    const predicted = evaluate(formula, read, rows?.length ?? trials.rows);
    const torn = neededBy(formula).map(trials.of);
    const { each } = formula;
    const decides = each && trials.of(each.column);
    // A value of which no rule is told says nothing of the others'.
    const untold = (i: number): boolean =>
      ratesIn(formula).some((by) => Number.isNaN(rateOf(by, trials.of(by.column)[i]))) ||
      formula.effects.some(({ column, effects }) => (effects[trials.of(column)[i]] ?? null) === null) ||
      (decides !== undefined && !each?.formulas[placeAmong(each.values, decides[i])]);
    return predicted.every((value, at) => {
      const i = rows ? rows[at] : at;
      const own = target.values[i];
      if (Number.isNaN(own) || agrees(target.grid, formula, own, value)) return true;
      return untold(i) || torn.some((values) => Number.isNaN(values[i]));
    });
  };
  const holds = (formula: Formula): boolean => holdsIn(formula, sample) && holdsIn(formula, undefined);
  return {
    present,
    holds,
    holdsIn: (formula, rows) => holdsIn(formula, rows.slice(0, screeningRows)) && holdsIn(formula, rows),
    proven: (formula: Formula, free = 1) => holds(formula) && isProven(target, formula, trials, free),
  };
}

function agrees(grid: Grid | undefined, { round }: Formula, own: number, value: number): boolean {
  // A half may be rounded either way; what is rounded up or down may not.
  const half = (spacing(grid) / 2) * (1 + 1e-6);
  return round || !grid
    ? Math.abs(own - snap(value, grid)) <= 1e-9 * Math.abs(own)
    : Math.abs(own - value) <= half;
}

/** How many nats it takes to tell every person's level of so many rows each, were they drawn by chance. */
export function tellingTakes(
  counts: Float64Array,
  rows: ArrayLike<number>,
  people: Int32Array | undefined,
): number {
  const whole = rows.length;
  const entropy = counts.reduce((sum, own) => sum + (own > 0 ? (own / whole) * Math.log(whole / own) : 0), 0);
  return personsIn(rows, people) * entropy;
}

/**
 * Whether chance is ruled out: how likely it is that the rule fits the target of another row, for each row (or person) that is another
 * one to the rule, but those that `free` of its numbers were read off.
 */
export function isProven(
  target: Target,
  formula: Formula,
  { of, people, rows, tried }: Trials,
  free: number,
): boolean {
  const names = argumentsOf(formula);
  const predicted = evaluate(formula, of, rows);
  const known = Int32Array.from(
    [...predicted.keys()].filter((i) => !Number.isNaN(predicted[i] + target.values[i])),
  );
  const read = names.map(of);
  const told = new Set<string>();
  const persons = new Set<number>();
  for (const i of known) {
    told.add(read.map((values) => values[i]).join());
    persons.add(people ? people[i] : i);
  }
  let [fitting, pairs] = [0, 0];
  for (const part of [2, 3, 5, 7]) {
    const shift = Math.max(1, Math.floor(known.length / part));
    known.forEach((i, at) => {
      const other = known[(at + shift) % known.length];
      pairs++;
      if (agrees(target.grid, formula, target.values[other], predicted[i])) fitting++;
    });
  }
  const telling = Math.min(told.size, persons.size) - free;
  return telling * -Math.log(Math.max(fitting, 1) / pairs) > Math.log(tried / chance);
}
