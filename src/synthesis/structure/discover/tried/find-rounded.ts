import { emptySum, type Formula, stepped, type Term } from "../../formulas";
import { spacing } from "../../grids";
import { findSums } from "../find-sums";
import { type Found, type NumberInput, placeOver, shortest, spread } from "../search";
import { type Trials, testsOf } from "./trials";

const roundings = [0, -1, 1] as const;

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
    const formulas = numbers.flatMap((of) => {
      // What is rounded is coarser than what it is made of.
      const step = spacing(grid);
      return of === target ? [] : roundings.flatMap((towards) => multiple(values, of, step, towards) ?? []);
    });
    for (const formula of formulas)
      if (tests.proven(formula) && placeOver(found, numbers, name, formula)) break;
  }
}

/**
 * Adds sums of which a term, or several, are numbers rounded up or down to whole ones, or without their sign: fee = 0.09 × minutes +
 * 2 × gigabytes begun, turnover = |amount|.
 */
export function findBegun(numbers: readonly NumberInput[], found: Found, trials: Trials): void {
  const isOpen = ({ name, given }: NumberInput): boolean => !given && found.get(name)?.rest !== "none";
  const begun = numbers.flatMap((of) =>
    readings(of).map(({ values, ...term }, k) => ({
      of,
      term,
      input: { ...of, name: `${of.name}\n${k}`, values, given: true },
    })),
  );
  const targets = numbers.filter(isOpen);
  if (begun.length === 0 || targets.length === 0) return;
  const inside: Found = new Map();
  findSums(
    [...numbers.map((one) => ({ ...one, given: !isOpen(one) })), ...begun.map(({ input }) => input)],
    inside,
  );
  for (const target of targets) {
    const sum = inside.get(target.name);
    const terms = (sum?.terms ?? []).map((term) => {
      const own = begun.find(({ input }) => input.name === term.column);
      return own ? { ...term, column: own.of.name, ...own.term } : term;
    });
    // Of halves each is the mean of its own two neighbours: no rule.
    if (
      !sum ||
      !terms.some(({ round, size }) => round || size) ||
      terms.some(({ column }) => column === target.name)
    )
      continue;
    const formula = { ...sum, terms };
    const tests = testsOf({ ...target, grid: target.grid }, trials);
    if (tests.proven(formula, terms.length + 1)) placeOver(found, numbers, target.name, formula);
  }
}

/** What else a sum may read of a number: whole ones above and below, or its size where it has both signs. */
function readings({
  values,
  grid,
  date,
}: NumberInput): readonly (Partial<Term> & Pick<NumberInput, "values">)[] {
  const known = values.filter((one) => !Number.isNaN(one));
  const whole = ([1, -1] as const).map((towards) => {
    const round = { step: 1, towards };
    return { round, values: values.map((value) => stepped(value, round)) };
  });
  const signed = !date && known.some((one) => one < 0) && known.some((one) => one > 0);
  return [
    ...(spacing(grid) < 1 && spread(known) > 1 ? whole : []),
    ...(signed ? [{ size: true as const, values: values.map(Math.abs) }] : []),
  ];
}

/** The roundest multiple that the rows leave room for; undefined where they leave none. */
function multiple(
  target: Float64Array,
  { name, values }: NumberInput,
  step: number,
  towards: -1 | 0 | 1,
): Formula | undefined {
  let [low, high] = [-Infinity, Infinity];
  const [below, above] = towards === 0 ? [0.5, 0.5] : towards < 0 ? [0, 1] : [1, 0];
  for (let i = 0; i < target.length; i++) {
    const [own, other] = [target[i], values[i]];
    if (Number.isNaN(own + other) || other === 0) continue;
    const [a, b] = [(own - below * step) / other, (own + above * step) / other];
    low = Math.max(low, Math.min(a, b) * (1 - 1e-12));
    high = Math.min(high, Math.max(a, b) * (1 + 1e-12));
    if (low > high) return undefined;
  }
  if (!(low > 0) || !Number.isFinite(high)) return undefined;
  const inside = (one: number): boolean => one >= low && one <= high;
  const middle = (low + high) / 2;
  const [times, over] = [shortest(middle, inside), shortest(1 / middle, (one) => inside(1 / one))];
  const weight = String(over).length < String(times).length ? 1 / over : times;
  return {
    ...emptySum,
    terms: [{ column: name, weight }],
    ...(towards !== 0 && { round: { step, towards } }),
  };
}
