import { emptySum, type Formula } from "../../formulas";
import { spacing } from "../../grids";
import {
  type Found,
  type NumberInput,
  placeOver,
  roomOf,
  roundings,
  shortestIn,
  type Towards,
} from "../search";
import { type Trials, testsOf } from "./trials";

/**
 * Adds numbers that are a multiple of another one, rounded up, down or to the nearest (minutes = seconds ÷ 60, rounded up), where
 * nothing exact is known of them, or only a straight line that chance leaves room for.
 */
export function findRounded(numbers: readonly NumberInput[], found: Found, trials: Trials): void {
  for (const target of numbers) {
    const { name, grid, given, values } = target;
    const before = found.get(name);
    const line = before?.rest === "none" && before.terms.length === 1 && before.constant !== 0;
    if (given || !grid || (before?.rest === "none" && !line)) continue;
    const tests = testsOf({ name, values, grid }, trials);
    const formulas = numbers.flatMap((of) =>
      of === target ? [] : roundings.flatMap((towards) => multiple(target, of, towards) ?? []),
    );
    for (const formula of formulas)
      if (tests.proven(formula) && placeOver(found, numbers, name, formula)) break;
  }
}

/** The roundest multiple that the rows leave room for; undefined where they leave none. */
function multiple(target: NumberInput, { name, values }: NumberInput, towards: Towards): Formula | undefined {
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
