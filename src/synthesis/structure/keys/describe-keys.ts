import { keyCount } from "./fresh-keys";
import { formsOf, type KeyPlan } from "./key-plan";
import { type Place, patternOf } from "./places";

/** Below so many keys that are free, it is said how many. */
const manyKeys = 100_000;

/** How keys are written, in words, and how many there are where they may not last. */
export function describeKeys(plan: KeyPlan): string {
  if (plan.style === "by") {
    const told = plan.plans.map((own, p) => {
      const cells = plan.cells.flatMap(([cell, place]) => (place === p ? [cell || "missing"] : []));
      const others = cells.length > 2 ? ` or ${cells.length - 2} more` : "";
      const [how] = describeKeys(own).split("; ");
      return `where it is ${cells.slice(0, 2).join(" or ")}${others} ${how}`;
    });
    const free = keyCount(plan);
    const few = free < manyKeys ? `; of some only ${free} are free, further rows may repeat them` : "";
    return `as ${plan.of} says: ${told.slice(0, 2).join(", ")}${told.length > 2 ? " …" : ""}${few}`;
  }
  if (plan.style === "counter") return `counted on from ${plan.first}`;
  if (plan.style === "same") return `written as ${[...new Set(plan.texts)].slice(0, 3).join(" or ")}`;
  const forms = [...formsOf(plan)].sort((a, b) => b.weight - a.weight);
  const [own, longer] = [forms.filter(({ weight }) => weight > 0), forms.find(({ weight }) => weight === 0)];
  if (own.length === 0)
    return `written as ${widely(forms[0].places)}, which is longer than in the data: there every key of the form is taken`;
  const others = own.length > 1 ? ` and ${own.length - 1} other form${own.length > 2 ? "s" : ""}` : "";
  const free = own.reduce((sum, { capacity }) => sum + capacity, 0);
  const last = longer ? "further rows have longer ones" : "further rows repeat them";
  const few = free < manyKeys ? `; ${free} such keys are free, ${last}, and none of them is a real one` : "";
  return `written as ${widely(own[0].places)}${others}${few}`;
}

/** The pattern of the places as a person reads it: most of an alphabet is all of it. */
function widely(places: readonly Place[]): string {
  const alphabets = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"];
  const wide = (place: string): string => {
    const most = alphabets.filter((all) => [...all].filter((one) => place.includes(one)).length > 10);
    return [...most, ...[...place].filter((one) => !most.some((all) => all.includes(one)))].join("");
  };
  return patternOf(places.map((place) => (typeof place === "string" ? wide(place) : place)));
}

/** What is to be said where so many rows cannot all have keys of their own; undefined where they can. */
export function keyShortage(name: string, plan: KeyPlan, rows: number): string | undefined {
  const free = keyCount(plan);
  if (rows <= free) return undefined;
  const upTo = plan.style === "by" ? "up to " : "";
  return `${name}: only ${free} keys of its form are free, so that ${upTo}${rows - free} of ${rows} rows repeat one`;
}
