import { check } from "../../../core/checks";
import type { Rng } from "../../../core/rng";
import { freeOf, numbersOf } from "./free-of";
import { formsOf, type KeyForm, type KeyPlan, type ReadForm } from "./key-plan";
import { beyond, nameOf, roundKeys, wholeNumber } from "./key-plan-of";
import { type Place, patternOf, placesOf, spaceOf } from "./places";

/** The plan of a stated pattern: its keys in order, each length as often as it has keys. Real keys are not known, so not avoided. */
export function statedKeys(pattern: string, action: string): KeyPlan {
  const forms = placesOf(pattern, action);
  const total = forms.reduce((sum, places) => sum + spaceOf(places), 0);
  const weight = (places: readonly Place[]): number =>
    forms.length > 1 ? Math.max(1, Math.round((roundKeys * spaceOf(places)) / total)) : 1;
  return {
    style: "pattern",
    forms: forms.map((places) => ({ pattern: patternOf(places), weight: weight(places) })),
  };
}

/**
 * The plan, which somebody may have changed, with none of these keys among those it makes: forms that would make one count theirs
 * anew. Throws where a form has none left.
 */
export function keysBeside(plan: KeyPlan, values: Iterable<string>, rng: Rng, action: string): KeyPlan {
  if (plan.style === "counter") {
    let high = 0;
    for (const key of values) if (wholeNumber.test(key)) high = Math.max(high, Number(key));
    return plan.first > high ? plan : { ...plan, first: beyond(high) };
  }
  if (plan.style === "same") return plan;
  if (plan.style === "by") {
    const plans = plan.plans.map((own) => keysBeside(own, values, rng, action));
    return plans.every((own, p) => own === plan.plans[p]) ? plan : { ...plan, plans };
  }
  const taken = (places: readonly Place[]): Float64Array =>
    numbersOf(values, places, plan.endings ? nameOf : undefined);
  const given = "forms" in plan ? plan.forms : [plan];
  const forms = given.flatMap((form): readonly KeyForm[] => {
    const read = formsOf({ style: "pattern", forms: [form] });
    const makes = ({ places, stride, rests }: ReadForm): boolean => {
      const used = new Set(rests);
      return taken(places).some((number) => used.has(number % stride));
    };
    if (!read.some((one) => one.stride > spaceOf(one.places) || makes(one))) return [form];
    return read.map(({ places, weight }) => {
      const free = freeOf(places, taken(places), rng);
      const pattern = patternOf(places);
      check(
        free !== undefined,
        action,
        "a pattern must have keys that no row has: write a longer one",
        pattern,
      );
      return { pattern, weight, ...free };
    });
  });
  const { style, endings } = plan;
  return forms.every((form, f) => form === given[f]) ? plan : { style, ...(endings && { endings }), forms };
}
