import { quantileSorted } from "../../../core/math/statistics";
import { type Matrix, matrix } from "../../../core/matrix";

const fewest = 20;
const mostLevels = 10;
const mostKinds = 400;

/**
 * Covariates of purchase models from what is known of each customer, an array of texts a column; each level but the most frequent
 * is a column of 0 and 1. Levels of fewer than 20 customers, and those
 * beyond the ten most frequent, are one; numbers of more than ten values are cut at their quartiles. Columns of one level
 * are left out, and the last ones where more than 400 kinds of customers would be told apart.
 */
export function traitCovariates(traits: Readonly<Record<string, readonly string[]>>): {
  readonly x?: Matrix;
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  const names: string[] = [];
  const columns: number[][] = [];
  let kinds = 1;
  for (const [name, values] of Object.entries(traits)) {
    const levels = levelsOf(name, values, notes);
    const counts = new Map<string, number>();
    for (const level of levels) counts.set(level, (counts.get(level) ?? 0) + 1);
    const [usual, ...others] = [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([level]) => level);
    if (others.length === 0) {
      notes.push(
        `${name} is left out of the model: it has one level${counts.size === 1 && new Set(values).size > 1 ? ` of at least ${fewest} customers` : ""}`,
      );
      continue;
    }
    if (kinds * counts.size > mostKinds) {
      notes.push(
        `${name} is left out of the model: with it there would be more than ${mostKinds} kinds of customers`,
      );
      continue;
    }
    kinds *= counts.size;
    for (const level of others) {
      names.push(`${name} ${level} (not ${usual})`);
      columns.push(levels.map((own) => (own === level ? 1 : 0)));
    }
  }
  if (columns.length === 0) return { notes };
  const x = matrix(
    columns[0].length,
    columns.length,
    Float64Array.from(columns.flat()),
    names.map((name) => ({ name })),
  );
  return { x, notes };
}

function levelsOf(name: string, values: readonly string[], notes: string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const numbers = values.map((v) => (v.trim() === "" ? Number.NaN : Number(v)));
  if (counts.size > mostLevels && numbers.every((v, i) => !Number.isNaN(v) || values[i].trim() === "")) {
    const sorted = Float64Array.from(numbers.filter((v) => !Number.isNaN(v))).sort();
    const cuts = [0.25, 0.5, 0.75].map((share) => quantileSorted(sorted, share));
    notes.push(`${name} is cut at its quartiles ${cuts.map((v) => Number(v.toPrecision(4))).join(", ")}`);
    return numbers.map((v) => {
      if (Number.isNaN(v)) return "(none)";
      const k = cuts.findIndex((cut) => v <= cut);
      return k === 0
        ? `up to ${Number(cuts[0].toPrecision(4))}`
        : k < 0
          ? `above ${Number(cuts[2].toPrecision(4))}`
          : `up to ${Number(cuts[k].toPrecision(4))}`;
    });
  }
  const kept = new Set(
    [...counts]
      .filter(([, n]) => n >= fewest)
      .sort((a, b) => b[1] - a[1])
      .slice(0, mostLevels)
      .map(([level]) => level),
  );
  const rare = values.filter((v) => !kept.has(v)).length;
  if (rare > 0)
    notes.push(
      `${counts.size - kept.size} levels of ${name} with ${rare} customers are taken together as (others)`,
    );
  return values.map((v) => (kept.has(v) ? v.trim() || "(none)" : "(others)"));
}
