import type { LevelsInput } from "../discover/search";
import type { LevelsPlan, LookupPlan } from "../structure";

/** Below this probability under independence a coincidence is ruled out. */
const chance = 1e-6;

/** Level columns that another level column determines: each level of one goes with a single level of the other. */
export function findLookups(
  inputs: readonly LevelsInput[],
  plans: readonly LevelsPlan[],
  people?: Int32Array,
): ReadonlyMap<string, LookupPlan> {
  const roots = new Map<string, LookupPlan>();
  // Where what is missing follows from nothing, its rows say nothing.
  const known = inputs.map((input, k) => (plans[k].missing ? withoutMissing(input) : input));
  const maps = inputs.map((of, a) =>
    inputs.map((input, b) => {
      if (a === b) return undefined;
      const told = determined(of, input, people);
      const torn = !told && (known[a] !== of || known[b] !== input);
      return torn ? determined(known[a], known[b], people) : told;
    }),
  );
  for (let b = 0; b < inputs.length; b++) {
    let best = -1;
    for (let a = 0; a < inputs.length; a++) {
      if (!maps[a][b] || roots.has(inputs[a].name)) continue;
      // Of two columns that determine each other the first one is drawn.
      if (maps[b][a] && a > b) continue;
      if (best < 0 || inputs[a].count < inputs[best].count) best = a;
    }
    if (best < 0) continue;
    const { name, levels, missing, rare } = plans[b];
    const told = [...(maps[best][b] as Int32Array), -1].slice(0, inputs[best].count);
    const map = told.map((code) => (missing && code === levels.length ? -1 : code));
    roots.set(name, { kind: "lookup", name, levels, of: inputs[best].name, map, ...(rare && { rare }) });
  }
  return flattened(roots);
}

function withoutMissing(input: LevelsInput): LevelsInput {
  const gap = input.count - 1;
  return { ...input, count: gap, codes: input.codes.map((code) => (code === gap ? -1 : code)) };
}

/** A lookup of a lookup reads the drawn column directly. */
function flattened(roots: Map<string, LookupPlan>): ReadonlyMap<string, LookupPlan> {
  const flat = (plan: LookupPlan): LookupPlan => {
    const next = roots.get(plan.of);
    if (!next) return plan;
    const root = flat(next);
    const missing = plan.map.length - 1;
    return { ...plan, of: root.of, map: root.map.map((code) => plan.map[code < 0 ? missing : code]) };
  };
  return new Map([...roots].map(([name, plan]) => [name, flat(plan)]));
}

/**
 * The level of `input` for each level of `of`, or undefined where two levels meet one, or chance could do it. Rows with
 * a level that is not told (−1) say nothing, but that one must be there that can stand in for it beside the other's.
 */
export function determined(of: LevelsInput, input: LevelsInput, people?: Int32Array): Int32Array | undefined {
  if (of.count < input.count || of.count > of.codes.length / 5) return undefined;
  const map = new Int32Array(of.count).fill(-1);
  for (let i = 0; i < of.codes.length; i++) {
    const [from, to] = [of.codes[i], input.codes[i]];
    if (from < 0 || to < 0) continue;
    if (map[from] < 0) map[from] = to;
    // Nearly all pairs of columns end here, after a few rows.
    else if (map[from] !== to) return undefined;
  }
  const [counts, both] = [new Int32Array(of.count), new Int32Array(of.count)];
  const seen = people && Array.from(counts, () => new Set<number>());
  const shares = new Float64Array(input.count);
  const told = input.codes.reduce((sum, to) => sum + (to >= 0 ? 1 : 0), 0);
  for (let i = 0; i < of.codes.length; i++) {
    const from = of.codes[i];
    const to = input.codes[i];
    if (from >= 0) counts[from]++;
    if (to >= 0) shares[to] += 1 / told;
    if (from < 0 || to < 0) continue;
    both[from]++;
    if (people) seen?.[from].add(people[i]);
  }
  if (map.some((to, from) => to < 0 && counts[from] > 0)) return undefined;
  if (shares.some((share, to) => share > 0 && !map.includes(to))) return undefined;
  let logChance = 0;
  for (let level = 0; level < of.count; level++) {
    const times = seen?.[level].size ?? both[level];
    if (times > 0) logChance += Math.log(shares.reduce((total, share) => total + share ** times, 0));
  }
  return logChance < Math.log(chance) ? map.map((code) => Math.max(code, 0)) : undefined;
}
