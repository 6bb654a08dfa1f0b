import { argumentsOf, evaluate, type Formula } from "../formulas";
import { agrees, type NumberInput } from "./search";

/** What was found so far: no column leads back to itself. */
export type Found = Map<string, Formula>;

/** Whether the column is computed from the other, over others if need be. */
function leadsTo(found: Found, name: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const formula = found.get(next);
    for (const one of formula ? argumentsOf(formula) : []) {
      if (one === to) return true;
      if (!seen.has(one)) open.push(one);
      seen.add(one);
    }
  }
  return false;
}

/**
 * Adds an exact formula beside those found: says whether it could. Where the column is a sum already, or a sum closes a circle with
 * it, that sum is solved for another of its terms, so that both hold: of a = disc + net and a = q × p the net is a − disc.
 */
export function place(
  found: Found,
  numbers: readonly NumberInput[],
  name: string,
  formula: Formula,
): boolean {
  const before = found.get(name);
  const trial: Found = new Map([...found, [name, formula]]);
  const onCircle = [...found].filter(
    ([other]) => other !== name && leadsTo(trial, name, other) && leadsTo(trial, other, name),
  );
  const inTheWay = before ? [[name, before] as const] : onCircle;
  if (inTheWay.length === 0) {
    found.set(name, formula);
    return true;
  }
  for (const [computed, sum] of inTheWay) {
    const without: Found = new Map(found);
    without.delete(computed);
    without.set(name, formula);
    const solved = solvedForOther(without, numbers, computed, sum);
    if (!solved) continue;
    found.delete(computed);
    found.set(name, formula);
    found.set(...solved);
    return true;
  }
  return false;
}

/** The sum solved for the last of its terms that nothing computes and that closes no circle, where it holds in all rows. */
function solvedForOther(
  found: Found,
  numbers: readonly NumberInput[],
  computed: string,
  { kind, rest, constant, terms, ...sum }: Formula,
): [string, Formula] | undefined {
  if (kind !== "sum" || rest !== "none" || sum.effects.length > 0) return undefined;
  const inputs = new Map(numbers.map((input) => [input.name, input]));
  const values = (name: string) => (inputs.get(name) as NumberInput).values;
  for (const { name, given } of [...numbers].reverse()) {
    const own = terms.find(({ column }) => column === name);
    if (!own || given || found.has(name)) continue;
    const others = terms.filter((term) => term !== own);
    const formula: Formula = {
      ...sum,
      kind,
      rest,
      constant: constant === 0 ? 0 : -constant / own.weight,
      terms: [
        { column: computed, weight: 1 / own.weight },
        ...others.map(({ column, weight }) => ({ column, weight: -weight / own.weight })),
      ],
    };
    const trial: Found = new Map([...found, [name, formula]]);
    if (leadsTo(trial, name, name) || [...found.keys()].some((one) => leadsTo(trial, one, one))) continue;
    const predicted = evaluate(formula, values, values(name).length);
    if (agrees(inputs.get(name) as NumberInput, (i) => predicted[i])) return [name, formula];
  }
  return undefined;
}
