import { emptySum, type Formula, leadsTo } from "../../formulas";
import { type ColumnPlan, type DatePlan, formulasOf } from "../../structure";
import type { Look } from "../look";
import { deviation, enoughKnown, mean } from "../search";

/** Dates that vary so much less about another one than by themselves go with it. */
const mostVaried = 0.5;

/**
 * Dates that are so much later than another one, as is drawn: those that stay near one, and those of which a number counts how far they
 * are from one. Drawn apart, as dates, they would lose that number's distribution and all that goes with it.
 */
export function findDistances(
  plans: readonly ColumnPlan[],
  { numbers, drawn, torn, whose: people }: Look,
): readonly DatePlan[] {
  const dates = plans.filter((plan): plan is DatePlan => plan.kind === "date");
  const formulas = formulasOf(plans);
  const counted = (a: string, b: string): boolean =>
    [...formulas.values()].some(({ rest, terms }) => {
      const [one, other] = [a, b].map((name) => terms.find(({ column }) => column === name)?.weight ?? 0);
      return rest === "none" && one * other < 0;
    });
  return dates.flatMap((later, at): DatePlan[] => {
    if (later.formula || drawn.includes(later.name)) return [];
    const own = numbers(later);
    const near = dates.flatMap((earlier, place) => {
      // In steps of the later one the earlier one has to be written, too.
      if (earlier === later || earlier.format.step % later.format.step !== 0) return [];
      const other = numbers(earlier);
      const there = Int32Array.from(own.keys()).filter((i) => !Number.isNaN(own[i]));
      const both = there.filter((i) => !Number.isNaN(other[i]));
      // Where the earlier one is missing nothing can be drawn, but for what is missing at random.
      if (both.length < there.length && (!torn.has(earlier.name) || (later.missing && !torn.has(later.name))))
        return [];
      if (!enoughKnown({ people }, both)) return [];
      const after = Float64Array.from(both, (i) => own[i] - other[i]);
      const since = mean(after);
      if (since < 0 || (since === 0 && place > at)) return [];
      const varied = deviation(after, Int32Array.from(after.keys())) / deviation(own, both);
      const goes = varied < mostVaried || counted(earlier.name, later.name);
      return goes
        ? [{ name: earlier.name, varied, error: upperMiddle(after.map((one) => one - since)) }]
        : [];
    });
    for (const { name, error } of near.sort((a, b) => a.varied - b.varied)) {
      const formula: Formula = {
        ...emptySum,
        terms: [{ column: name, weight: 1 }],
        rest: "difference",
        error,
      };
      if (leadsTo(formulas, name, later.name)) continue;
      formulas.set(later.name, formula);
      return [{ ...later, formula }];
    }
    return [];
  });
}

function upperMiddle(differences: Float64Array): number {
  return differences.map(Math.abs).sort()[differences.length >> 1];
}
