import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { Table } from "../../data/table";
import type { ColumnCondition } from "../conditions";
import { type Drawn, restoreTable, variableNames } from "../structure/restore";
import { drawVariable } from "./draw-variable";
import type { SequentialParts } from "./parts";
import { emptyPool, gatherPools, type Pool } from "./pool";
import { type Wishes, wishesOf } from "./wishes";

/** With conditions, candidates are drawn until the rows can be chosen without repeating one, but no more than this many per row … */
const mostCandidates = 30;
/** … or this many in all. */
const leastPool = 4000;

/** `n` rows of the model that satisfy all conditions. */
export function sampleRows(
  parts: SequentialParts,
  n: number,
  rng: Rng,
  conditions: readonly ColumnCondition[],
  firstRow: number,
): Table {
  const wishes = wishesOf(parts, conditions);
  const pool = n > 0 && wishes.last >= 0 ? chosenPool(parts, n, wishes, rng) : emptyPool(n);
  while (pool.cells.length < parts.variables.length) step(pool, parts, wishes, rng);
  const place = new Map(parts.variables.map((one, j) => [one.name, j]));
  const drawn = variableNames(parts.structure).map((name): Drawn => {
    const j = place.get(name) as number;
    return pool.values[j] ?? pool.cells[j];
  });
  return restoreTable(parts.structure, parts.schema, drawn, n, rng.fork("restore"), firstRow);
}

function step(pool: Pool, parts: SequentialParts, wishes: Wishes, rng: Rng): void {
  drawVariable(pool, parts, wishes, rng.fork(`variable ${pool.cells.length}`));
}

/**
 * Importance sampling, exact as the candidates grow: each condition is drawn to be satisfied, each candidate weighs what
 * its conditions' probabilities were, and rows are chosen by weight as soon as no further condition is left to come.
 */
function chosenPool(parts: SequentialParts, n: number, wishes: Wishes, rng: Rng): Pool {
  const pools: Pool[] = [];
  let candidates = 0;
  let total = 0;
  let most = 0;
  for (let round = 0; ; round++) {
    const rows = Math.max(leastPool, round === 0 ? n : Math.min(candidates, mostCandidates * n - candidates));
    const pool = emptyPool(rows);
    const own = rng.fork(`candidates ${round}`);
    while (pool.cells.length <= wishes.last) {
      const before = pool.weights.slice();
      step(pool, parts, wishes, own);
      if (!pool.weights.some((weight) => weight > 0)) refuse(pool, before, parts, wishes, own);
    }
    pools.push(pool);
    candidates += rows;
    for (const weight of pool.weights) {
      total += weight;
      if (weight > most) most = weight;
    }
    if (total >= n * most || candidates >= mostCandidates * n) break;
  }
  return gatherPools(pools, systematic(pools, n, total, rng.fork("choose")));
}

/** `n` rows in proportion to their weights, evenly spread over all candidates. */
function systematic(pools: readonly Pool[], n: number, total: number, rng: Rng): Int32Array[] {
  const width = total / n;
  const start = rng.uniform();
  let sum = 0;
  let count = 0;
  return pools.map((pool, p) => {
    const chosen: number[] = [];
    let last = 0;
    for (let i = 0; i < pool.rows; i++) {
      if (pool.weights[i] > 0) last = i;
      sum += pool.weights[i];
      for (; count < n && (count + start) * width < sum; count++) chosen.push(i);
    }
    // Rounding can leave the last of the n rows without a place.
    if (p === pools.length - 1) for (; count < n; count++) chosen.push(last);
    return Int32Array.from(chosen);
  });
}

const nothing: Wishes = { cells: new Map(), columns: new Map(), last: -1 };

/** Throws: no candidate can satisfy the conditions so far. Says what the last variable could have been. */
function refuse(pool: Pool, before: Float64Array, parts: SequentialParts, wishes: Wishes, rng: Rng): void {
  const j = pool.cells.length - 1;
  const { name, labels, kind } = parts.variables[j];
  const others = parts.variables
    .slice(0, j)
    .filter((one, k) => wishes.cells.has(k) || wishes.columns.has(one.name));
  const free = {
    ...pool,
    cells: pool.cells.slice(0, j),
    values: pool.values.slice(0, j),
    encoded: pool.encoded.slice(0, j),
  };
  free.restored.delete(name);
  drawVariable(free, parts, nothing, rng.fork("free"));
  const alive = [...before.keys()].filter((i) => before[i] > 0);
  const given =
    others.length > 0 ? `beside the conditions on ${others.map((one) => one.name).join(", ")}, ` : "";
  if (kind === "levels") {
    const left = [...new Set(alive.map((i) => labels[free.cells[j][i]]))].sort();
    check(false, `sample where ${name}`, `${given}only ${left.join(", ")} is possible`);
  }
  const values = free.restored.get(name) ?? (free.values[j] as Float64Array);
  const found = alive.map((i) => values[i]).filter((value) => !Number.isNaN(value));
  const low = found.reduce((a, b) => Math.min(a, b), Infinity);
  const high = found.reduce((a, b) => Math.max(a, b), -Infinity);
  check(false, `sample where ${name}`, `${given}only values from ${low} to ${high} are possible`);
}
