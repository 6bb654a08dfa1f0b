import { bitsOf, capacityOf, coprime, type FreeKeys } from "./free-of";
import { type Place, placesOf } from "./places";

/**
 * How fresh keys are written. A `counter` goes on after the largest training key. A `pattern` has a form or several
 * (`[0-9]{4}-[A-Z]{5}`), which take turns as often as their weights say. The `same` are as frequent as they are listed.
 */
export type KeyPlan =
  | { readonly style: "counter"; readonly first: number }
  /** Written as the cell of another column says: each of `cells` goes with one of the plans, by its place; others with each as often as the shares say. Of keys that cells are not known of yet, this is their number. */
  | {
      readonly style: "by";
      readonly of: string;
      readonly plans: readonly KeyPlan[];
      readonly cells: readonly (readonly [cell: string, plan: number])[];
      readonly shares: readonly number[];
    }
  /** Any number of rows has the same one: what columns of names say tells them apart. */
  | { readonly style: "same"; readonly texts: readonly string[] }
  | {
      readonly style: "pattern";
      readonly forms: readonly KeyForm[];
      /** What stands behind them from an "@" on: as often as enough keys have it. */
      readonly endings?: readonly string[];
    }
  /** As files of before say it: one form. */
  | ({ readonly style: "pattern"; readonly endings?: readonly string[] } & KeyForm);

/**
 * Keys of one form are numbered, and only numbers with a remainder in `rest` modulo `stride` are used, which no training key
 * has: so no key repeats a training key, and none of those is stored.
 */
export interface KeyForm extends Partial<FreeKeys> {
  /** What `placesOf` reads; each of its lengths is a form of its own, as common as the others. */
  readonly pattern?: string;
  /** In its place, as files of before say it: the characters of each place. */
  readonly alphabets?: readonly string[];
  /** How many keys of a round have the form; 0 for one that stands in once the others have none left. @default 1 */
  readonly weight?: number;
}

/** A form as it is used: every default filled in. */
export interface ReadForm {
  readonly places: readonly Place[];
  readonly weight: number;
  readonly stride: number;
  readonly rests: readonly number[];
  readonly start: number;
  readonly pace: number;
  readonly capacity: number;
}

/** The forms of a plan as they are used. */
export function formsOf(plan: Exclude<KeyPlan, { style: "counter" | "same" | "by" }>): readonly ReadForm[] {
  return ("forms" in plan ? plan.forms : [plan]).flatMap((form) => {
    const { pattern, alphabets, weight = 1, stride = 1, rest = 0, start = 0, pace = 1 } = form;
    const rests = typeof rest === "number" ? [rest] : bitsOf(rest);
    return (alphabets ? [alphabets] : placesOf(pattern ?? "", "make keys")).map((places): ReadForm => {
      const capacity = capacityOf(places, stride, rests);
      return { places, weight, stride, rests, start, pace: coprime(pace, capacity), capacity };
    });
  });
}
