import { check, checkInteger } from "../../core/checks";
import { integer, permutation, type Rng } from "../../core/rng";
import type { LearnerKind, LearnerSpec } from "../learner";
import { type Distribution, draw } from "./distribution";

/** What a search may vary of one learner. */
export interface SearchSpace<K extends LearnerKind = LearnerKind> {
  readonly kind: K;
  /** Options that stay. */
  readonly options?: LearnerSpec<K>["options"];
  /** Values to try of each option; `undefined` among them leaves the option out. */
  readonly vary: Readonly<Record<string, readonly unknown[] | Distribution>>;
}

/**
 * Every combination of the listed values; the last option changes fastest. Throws on a distribution.
 *
 * @example
 * const candidates = gridCandidates({ kind: "ridge", vary: { alpha: [0.1, 1, 10] } });
 * candidates.map((one) => one.options); // → [{ alpha: 0.1 }, { alpha: 1 }, { alpha: 10 }]
 */
export function gridCandidates(space: SearchSpace): LearnerSpec[] {
  const lists = Object.entries(space.vary).map(([name, values]) => {
    check(isList(values), "make grid", `option ${name} must list its values, got a distribution`);
    check(values.length > 0, "make grid", `option ${name} must have values`, 0);
    return [name, values] as const;
  });
  const count = lists.reduce((product, [, values]) => product * values.length, 1);
  checkInteger(count, 1, 1_000_000, "make grid", "the number of combinations");
  return Array.from({ length: count }, (_, k) => gridPoint(space, lists, k));
}

/**
 * `count` candidates at random. Without distributions they are different points of the grid, and all of them when the
 * grid is no larger (as scikit-learn's `ParameterSampler`); else options are drawn independently.
 *
 * @example
 * const space = { kind: "ridge", vary: { alpha: { logUniform: [0.01, 100] } } } as const;
 * randomCandidates(space, 5, seeded(1)).length; // → 5
 */
export function randomCandidates(space: SearchSpace, count: number, rng: Rng): LearnerSpec[] {
  const action = "draw candidates";
  checkInteger(count, 1, 1_000_000, action, "count");
  const entries = Object.entries(space.vary);
  for (const [name, values] of entries) checkValues(name, values, action);
  const lists = entries.filter((entry): entry is [string, readonly unknown[]] => isList(entry[1]));
  if (lists.length === entries.length) {
    const size = lists.reduce((product, [, values]) => product * values.length, 1);
    if (size <= count) return gridCandidates(space);
    if (size <= 1_000_000)
      return Array.from(permutation(rng, size).subarray(0, count), (k) => gridPoint(space, lists, k));
  }
  return Array.from({ length: count }, () =>
    candidate(
      space,
      entries.map(([name, values]) => [
        name,
        isList(values) ? values[integer(rng, values.length)] : draw(values, rng),
      ]),
    ),
  );
}

function gridPoint(
  space: SearchSpace,
  lists: readonly (readonly [string, readonly unknown[]])[],
  k: number,
): LearnerSpec {
  const chosen: [string, unknown][] = [];
  for (let at = lists.length - 1; at >= 0; at--) {
    const [name, values] = lists[at];
    chosen.unshift([name, values[k % values.length]]);
    k = Math.floor(k / values.length);
  }
  return candidate(space, chosen);
}

function candidate(space: SearchSpace, chosen: readonly (readonly [string, unknown])[]): LearnerSpec {
  const set = chosen.filter(([, value]) => value !== undefined);
  return { kind: space.kind, options: { ...space.options, ...Object.fromEntries(set) } };
}

function checkValues(name: string, values: readonly unknown[] | Distribution, action: string): void {
  if (isList(values)) {
    check(values.length > 0, action, `option ${name} must have values`, 0);
    return;
  }
  const [kind, [low, high]] = Object.entries(values)[0] as [string, [number, number]];
  check(
    low <= high && Math.abs(high) < Infinity,
    action,
    `option ${name} must have a low and a high end`,
    `${low} to ${high}`,
  );
  if (kind === "integer" || kind === "logInteger")
    check(
      Number.isInteger(low) && Number.isInteger(high),
      action,
      `option ${name} must have whole ends`,
      `${low} to ${high}`,
    );
  if (kind === "logUniform" || kind === "logInteger")
    check(low > 0, action, `option ${name} must be above 0 to have a logarithm`, low);
}

function isList(values: readonly unknown[] | Distribution): values is readonly unknown[] {
  return Array.isArray(values);
}
