import { check } from "../../core/checks";
import type { Feature } from "../../core/matrix";
import { KEPT_LEVELS } from "./ranks";
import type { Trees } from "./trees";

/** The trees as plain numbers and names. */
export function treesToJSON(trees: Trees): Record<string, unknown> {
  return {
    features: trees.features,
    kept: trees.kept.map((levels) => levels ?? null),
    roots: Array.from(trees.roots),
    feature: Array.from(trees.feature),
    threshold: Array.from(trees.threshold),
    left: Array.from(trees.left),
    missingLeft: Array.from(trees.missingLeft),
    cover: Array.from(trees.cover),
    sets: Array.from(trees.sets),
  };
}

/** The trees back from JSON; throws unless every node is sound, so that no file can make `predict` loop or stray. */
export function treesFromJSON(json: unknown, action: string): Trees {
  const from = record(json, action, "trees");
  const trees: Trees = {
    features: featuresFromJSON(from.features, action),
    kept: list(from.kept, action, "kept").map((levels) =>
      levels === null ? undefined : list(levels, action, "kept levels").map(Number),
    ),
    roots: integers(from.roots, Int32Array, action, "roots"),
    feature: integers(from.feature, Int32Array, action, "feature"),
    threshold: numbers(from.threshold, action, "threshold"),
    left: integers(from.left, Int32Array, action, "left"),
    missingLeft: integers(from.missingLeft, Uint8Array, action, "missingLeft"),
    cover: numbers(from.cover, action, "cover"),
    sets: integers(from.sets, Uint32Array, action, "sets"),
  };
  checkTrees(trees, action);
  return trees;
}

/** Throws unless the arrays describe trees: equal lengths, children after their parents and in the same tree, … */
export function checkTrees(trees: Trees, action: string): void {
  const { features, kept, roots, feature, threshold, left, missingLeft, cover, sets } = trees;
  const nodes = feature.length;
  const same = [threshold, left, missingLeft, cover].every((array) => array.length === nodes);
  check(same, action, "the trees' node arrays must have equal lengths");
  check(
    kept.length === features.length,
    action,
    "the trees must say of every column which levels have slots",
  );
  kept.forEach((levels, j) => {
    const known = features[j].levels;
    check((levels === undefined) === (known === undefined), action, "only categorical columns have slots");
    if (!levels || !known) return;
    const sound = levels.every(
      (level, k) =>
        Number.isInteger(level) && level >= 0 && level < known.length && (k === 0 || level > levels[k - 1]),
    );
    check(
      sound && levels.length <= KEPT_LEVELS,
      action,
      "the levels with slots must be codes in ascending order",
    );
  });
  check(
    roots.length > 1 && roots[0] === 0 && roots[roots.length - 1] === nodes,
    action,
    "the trees' roots must begin at 0 and end at the number of nodes",
  );
  for (let t = 0; t + 1 < roots.length; t++) {
    const end = roots[t + 1];
    check(end > roots[t], action, "the trees' roots must ascend", end);
    // In the order that trees are written, each pair of children is the next one not yet claimed by a parent, or a
    // later one: what matters is that none is shared and none comes before its parent.
    const claimed = new Uint8Array(end - roots[t]);
    for (let i = roots[t]; i < end; i++) {
      const j = feature[i];
      check(
        Number.isFinite(threshold[i]) && cover[i] >= 0 && cover[i] < Infinity,
        action,
        "thresholds, leaf values and covers must be finite",
        threshold[i],
      );
      check(missingLeft[i] <= 1, action, "missing directions must be 0 or 1", missingLeft[i]);
      if (j === -1) {
        check(left[i] === -1, action, "a leaf must have no children", left[i]);
        continue;
      }
      check(
        j >= 0 && j < features.length,
        action,
        `a node must ask one of the ${features.length} columns`,
        j,
      );
      const child = left[i] - roots[t];
      check(
        left[i] > i && left[i] + 1 < end && claimed[child] === 0 && claimed[child + 1] === 0,
        action,
        "children must come after their parent, in its tree, and be its alone",
        left[i],
      );
      claimed[child] = 1;
      claimed[child + 1] = 1;
      const levels = kept[j];
      if (!levels) continue;
      const first = threshold[i];
      check(
        Number.isInteger(first) && first >= 0 && first + ((levels.length + 31) >> 5) <= sets.length,
        action,
        "a categorical node must point into the sets",
        first,
      );
    }
    check(claimed.indexOf(0, 1) < 0, action, "every node but the root must be somebody's child");
  }
}

/** Features back from JSON. */
export function featuresFromJSON(json: unknown, action: string): Feature[] {
  return list(json, action, "features").map((value) => {
    const from = record(value, action, "a feature");
    check(typeof from.name === "string", action, "a feature must have a name", from.name);
    const levels = from.levels === undefined ? undefined : list(from.levels, action, "levels");
    check(!levels || levels.every((level) => typeof level === "string"), action, "levels must be text");
    check(
      from.source === undefined || typeof from.source === "string",
      action,
      "a feature's source must be text",
      from.source,
    );
    return {
      name: from.name,
      ...(levels && { levels: levels as string[] }),
      ...(from.source !== undefined && { source: from.source as string }),
    };
  });
}

/** The value as an object, or an error that names it. */
export function record(json: unknown, action: string, name: string): Record<string, unknown> {
  check(
    typeof json === "object" && json !== null && !Array.isArray(json),
    action,
    `${name} must be an object`,
    json,
  );
  return json as Record<string, unknown>;
}

function list(json: unknown, action: string, name: string): unknown[] {
  check(Array.isArray(json), action, `${name} must be a list`, json);
  return json as unknown[];
}

/** The value as finite numbers. */
export function numbers(json: unknown, action: string, name: string, columns?: number): Float64Array {
  const from = list(json, action, name);
  if (columns !== undefined)
    check(from.length === columns, action, `${name} must be one per column`, from.length);
  const sound = from.every((value) => typeof value === "number" && Number.isFinite(value));
  check(sound, action, `${name} must hold finite numbers`);
  return Float64Array.from(from as number[]);
}

function integers<T extends Int32Array | Uint8Array | Uint32Array>(
  json: unknown,
  type: { from(values: number[]): T },
  action: string,
  name: string,
): T {
  const from = list(json, action, name) as number[];
  const out = type.from(from);
  check(
    out.every((value, i) => value === from[i]),
    action,
    `${name} must hold whole numbers in range`,
  );
  return out;
}
