import type { Variable } from "../structure/structure";

const rounds = 20;

/**
 * For each variable of levels, its levels in an order that makes neighbours alike: by their scores on the first axis of
 * multiple correspondence analysis (reciprocal averaging: rows take the mean score of their levels, levels that of
 * their rows). A copula can only say that more of one goes with more of another.
 */
export function levelOrders(variables: readonly Variable[]): readonly (readonly number[])[] {
  const levels = variables.map((variable) => (variable.kind === "levels" ? variable : undefined));
  const rows =
    variables[0]?.kind === "levels" ? variables[0].codes.length : (variables[0]?.values.length ?? 0);
  const scores = levels.map((level) =>
    level ? Float64Array.from(level.levels, (_, k) => Math.cos(k + 1)) : undefined,
  );
  const row = new Float64Array(rows);
  for (let round = 0; round < rounds; round++) {
    row.fill(0);
    levels.forEach((level, j) => {
      if (!level) return;
      const own = scores[j] as Float64Array;
      for (let i = 0; i < rows; i++) row[i] += own[level.codes[i]] ?? 0;
    });
    standardise(row);
    levels.forEach((level, j) => {
      if (!level) return;
      const own = (scores[j] as Float64Array).fill(0);
      const counts = new Float64Array(own.length);
      for (let i = 0; i < rows; i++) {
        own[level.codes[i]] += row[i];
        counts[level.codes[i]]++;
      }
      for (let k = 0; k < own.length; k++) own[k] /= Math.max(1, counts[k]);
    });
  }
  return scores.map((own) => (own ? [...own.keys()].sort((a, b) => own[a] - own[b] || a - b) : []));
}

function standardise(values: Float64Array): void {
  const n = values.length;
  let mean = 0;
  for (const value of values) mean += value / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2 / n;
  const scale = Math.sqrt(squares) || 1;
  for (let i = 0; i < n; i++) values[i] = (values[i] - mean) / scale;
}
