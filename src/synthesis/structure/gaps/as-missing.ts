import { type Arguments, argumentsOf, type Formula, neededBy } from "../formulas";
import type { BandsPlan, Structure } from "../structure";

/** The codes drawn of a variable by its name; undefined where they are not known. */
export type GapsDrawn = (variable: string) => ArrayLike<number> | undefined;

/** The columns of which a rule says something where they are missing. */
export function toldMissing(rule: Formula | BandsPlan): readonly string[] {
  if ("terms" in rule) return argumentsOf(rule).filter((name) => !neededBy(rule).includes(name));
  if (rule.nothing === undefined) return [];
  return rule.value ? argumentsOf(rule.value) : [rule.of];
}

/** The variables that say whether one of them is missing. */
export function gapsRead({ gaps = [] }: Structure, rule: Formula | BandsPlan): readonly string[] {
  const told = toldMissing(rule);
  return gaps.flatMap(({ column, variable }) => (told.includes(column) ? [variable] : []));
}

/**
 * The numbers as the rule reads them: those that are computed whole are missing where the gaps drawn for them say so, since whatever
 * stands for a missing cell goes by the cell that comes out.
 */
export function asMissing(
  { gaps = [] }: Structure,
  rule: Formula | BandsPlan,
  numbers: Arguments,
  drawn: GapsDrawn,
): Arguments {
  const told = toldMissing(rule);
  if (told.length === 0 || gaps.length === 0) return numbers;
  return (name) => {
    const gap = told.includes(name) ? gaps.find(({ column }) => column === name) : undefined;
    const empty = gap && drawn(gap.variable);
    const values = numbers(name);
    return empty ? Float64Array.from(values, (value, i) => (empty[i] === 1 ? Number.NaN : value)) : values;
  };
}
