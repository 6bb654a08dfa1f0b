import { check, checkInteger } from "../../core/checks";
import { ends } from "../../core/math/statistics";
import type { Rng } from "../../core/rng";
import { columnNamed, type Table } from "../../data/table";
import { resolveWhere } from "../conditions";
import { onDays } from "../structure/date-days";
import { moveDates } from "../structure/move-dates";
import { brokenRows, valuesOf } from "../structure/orders/broken";
import { type Drawn, restoreTable, variableNames, withKeysWhere } from "../structure/restore";
import {
  type BandsPlan,
  type ColumnPlan,
  isComputed,
  type LevelsPlan,
  type NumberPlan,
  type Structure,
} from "../structure/structure";
import { codesOf, numbersOf, tieKeys } from "../structure/variables";
import type { Synthesiser } from "../synthesiser";
import type { Candidates } from "./candidates";
import { redrawn } from "./redraw";
import { restoreKnown } from "./restore-known";
import { type DrawnParts, unmetRows, type Wishes, wishesOf, writerOf } from "./wishes";

/** A method that draws variable after variable. */
export interface Drawing<P extends Candidates> extends DrawnParts {
  readonly empty: (rows: number) => P;
  /** Draws the next variable, and multiplies the weights by the probability of its conditions. */
  readonly step: (pool: P, wishes: Wishes, rng: Rng) => void;
  readonly gather: (pools: readonly P[], indices: readonly Int32Array[]) => P;
}

/** Candidates per row at most, until rows can be chosen without repeating one … */
const mostCandidates = 30;
/** … but never fewer than this at a time. */
const leastPool = 4000;

/** What `sample` does; `ordered` is the drawing where its order goes by what is asked for. */
export function sampler<P extends Candidates>(
  parts: Drawing<P>,
  ordered: (wishes: Wishes) => Drawing<P> = () => parts,
): Synthesiser["sample"] {
  return (n, rng, { where, firstRow = 0 } = {}) => {
    checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
    const conditions = resolveWhere(where, parts.schema);
    const drawing = ordered(wishesOf(parts, conditions));
    return drawRows(drawing, n, rng, wishesOf(drawing, conditions), firstRow);
  };
}

/** `n` rows that satisfy all conditions and keep all rules; those that break one are drawn again. */
export function drawRows<P extends Candidates>(
  drawing: Drawing<P>,
  n: number,
  rng: Rng,
  wishes: Wishes,
  firstRow: number,
): Table {
  const { structure } = drawing;
  const gaps = new Set((structure.gaps ?? []).map(({ column }) => column));
  const broken = (rows: Table): readonly number[] => {
    const numbers = (name: string) => {
      const plan = structure.columns.find((one) => one.name === name);
      if (plan?.kind === "levels") return codesOf(columnNamed(rows, name), plan);
      return plan?.kind === "number" || plan?.kind === "date"
        ? numbersOf(columnNamed(rows, name), plan)
        : undefined;
    };
    return [...new Set([...brokenRows(structure, rows), ...unmetRows(structure, wishes, numbers)])];
  };
  const rows = redrawn(
    drawOnce(drawing, n, rng, wishes, firstRow),
    {
      broken,
      draw: (rows, own) => drawOnce(drawing, rows, own, wishes, 0),
      keys: new Set(
        structure.columns.flatMap(({ kind, name }) => (kind === "key" && !gaps.has(name) ? [name] : [])),
      ),
      ...((structure.limits ?? structure.later) && { kinds: (rows: Table) => limitedKinds(structure, rows) }),
      refusal: () => "rules leave a row nothing to be (see --show-structure; --keep COLUMN lets one go)",
    },
    rng,
  );
  // Rows that are drawn again keep their identifiers, but neither what these say of the row nor whether there is one.
  return tieKeys(structure, withKeysWhere(structure, rows, firstRow, rng.fork("keys")));
}

/** The levels, and numbers of few values, of which it only shows in the end that a number lies beyond theirs, or a date is not later, all of a row in one number. */
function limitedKinds({ columns, limits = [], later = [] }: Structure, rows: Table): Float64Array {
  const plans = new Map(columns.map((plan) => [plan.name, plan]));
  const late = limits.filter(({ column, where }) =>
    [column, where.column].some(
      (name) => plans.get(name)?.kind === "bands" || isComputed(plans.get(name) as ColumnPlan),
    ),
  );
  const kinds = new Float64Array(rows.rows);
  for (const name of new Set([...late, ...later].flatMap(({ where }) => where?.column ?? []))) {
    const plan = plans.get(name) as LevelsPlan | BandsPlan | NumberPlan;
    const values = valuesOf(columnNamed(rows, name), plan);
    const all = plan.kind === "number" ? (plan.values ?? []) : plan.levels;
    for (let i = 0; i < kinds.length; i++) {
      const place = plan.kind === "number" ? all.findIndex((one) => one === values[i]) : values[i];
      kinds[i] = kinds[i] * (all.length + 1) + place + 1;
    }
  }
  return kinds;
}

function drawOnce<P extends Candidates>(
  drawing: Drawing<P>,
  n: number,
  rng: Rng,
  wishes: Wishes,
  firstRow: number,
): Table {
  const pool = n > 0 && wishes.last >= 0 ? chosenPool(drawing, n, wishes, rng) : drawing.empty(n);
  while (pool.cells.length < drawing.variables.length) step(drawing, pool, wishes, rng);
  return tableOf(pool, drawing, { firstRow }, rng, (parts) => onDays(drawing.structure, parts, rng));
}

/** The table of rows that are drawn, dates moved onto their days first. */
export function tableOf(
  pool: Candidates,
  { variables, structure, schema }: DrawnParts,
  how: { readonly firstRow?: number; readonly whole?: boolean },
  rng: Rng,
  moved: (parts: ReadonlyMap<string, Drawn>) => ReadonlyMap<string, Drawn>,
): Table {
  const place = new Map(variables.map((variable, j) => [variable.name, j]));
  const names = variableNames(structure);
  const parts = moved(
    new Map(
      names.map((name): [string, Drawn] => {
        const j = place.get(name) as number;
        return [name, pool.values[j] ?? pool.cells[j]];
      }),
    ),
  );
  const drawn = names.map((name) => parts.get(name) as Drawn);
  return restoreTable(structure, schema, drawn, { rows: pool.rows, ...how }, rng.fork("restore"));
}

function step<P extends Candidates>(drawing: Drawing<P>, pool: P, wishes: Wishes, rng: Rng): void {
  drawing.step(pool, wishes, rng.fork(`variable ${pool.cells.length}`));
}

/**
 * Importance sampling, exact as the candidates grow: each condition is drawn to be satisfied, each candidate weighs what
 * its conditions' probabilities were, and rows are chosen by weight as soon as no further condition is left to come.
 */
function chosenPool<P extends Candidates>(drawing: Drawing<P>, n: number, wishes: Wishes, rng: Rng): P {
  const pools: P[] = [];
  let candidates = 0;
  let total = 0;
  let most = 0;
  for (let round = 0; ; round++) {
    const rows = Math.max(leastPool, round === 0 ? n : Math.min(candidates, mostCandidates * n - candidates));
    const pool = drawing.empty(rows);
    const own = rng.fork(`candidates ${round}`);
    while (pool.cells.length <= wishes.last) {
      step(drawing, pool, wishes, own);
      if (!pool.weights.some((weight) => weight > 0)) refuse(drawing, pool, wishes, own);
    }
    moveKnown(pool, drawing, own.fork("moved"));
    const gap = (name: string) => drawing.structure.gaps?.some(({ variable }) => variable === name);
    const known = (name: string) =>
      gap(name)
        ? pool.cells[drawing.variables.findIndex((one) => one.name === name)]
        : pool.restored.get(name);
    for (const i of unmetRows(drawing.structure, wishes, known)) pool.weights[i] = 0;
    pools.push(pool);
    candidates += rows;
    for (const weight of pool.weights) {
      total += weight;
      if (weight > most) most = weight;
    }
    if (total >= n * most || candidates >= mostCandidates * n) break;
  }
  const names = [...wishes.columns.keys()].join(" and ");
  check(total > 0, `sample where ${names}`, "some rows must be as asked", `none of ${candidates}`);
  return drawing.gather(pools, systematic(pools, n, total, rng.fork("choose")));
}

/** Rebuilds the columns that are drawn by now, dates at moments that have the levels drawn of them. */
function moveKnown(pool: Candidates, { structure, variables }: DrawnParts, rng: Rng): void {
  const drawn = variables.slice(0, pool.cells.length);
  const parts = new Map(drawn.map(({ name }, k): [string, Drawn] => [name, pool.values[k] ?? pool.cells[k]]));
  const moved = moveDates(structure, parts, rng);
  drawn.forEach(({ name }, k) => {
    const [before, after] = [parts, moved].map((own) => own.get(name));
    if (before === after) return;
    pool.values[k] = after as Float64Array;
    pool.restored.clear();
  });
  restoreKnown(pool, { structure, variables });
}

/** `n` rows in proportion to their weights, evenly spread over all candidates. */
function systematic(pools: readonly Candidates[], n: number, total: number, rng: Rng): Int32Array[] {
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
function refuse<P extends Candidates>(drawing: Drawing<P>, pool: P, wishes: Wishes, rng: Rng): void {
  const j = pool.cells.length - 1;
  const { variables, structure } = drawing;
  const { name, labels, kind } = variables[j];
  // The same rows once more, the last variable left free but for what follows from it.
  const again = rng.fork("free");
  const without = (own: Wishes): P => {
    const free = drawing.empty(pool.rows);
    while (free.cells.length <= j) step(drawing, free, free.cells.length < j ? wishes : own, again);
    return free;
  };
  const bound = without({
    ...wishes,
    cells: new Map([...wishes.cells].filter(([k]) => k !== j)),
    columns: new Map([...wishes.columns].filter(([own]) => own !== name)),
  });
  const beside = bound.weights.some((weight) => weight > 0);
  const free = beside ? bound : without(nothing);
  // Conditions that this variable does not meet alone are on what was drawn before it, and on what follows from it.
  const drawnAt = new Map(variables.map((one, k) => [one.name, k]));
  const others = [
    ...variables.slice(0, j).flatMap((one, k) => (wishes.cells.has(k) ? [one.name] : [])),
    ...[...wishes.columns.keys()].filter((own) => (drawnAt.get(own) ?? (beside ? -1 : j)) < j),
  ];
  const given = others.length > 0 ? `beside the conditions on ${others.join(", ")}, ` : "";
  const alive = [...free.weights.keys()].filter((i) => free.weights[i] > 0);
  if (kind === "levels") {
    const left = [...new Set(alive.map((i) => labels[free.cells[j][i]]))].sort();
    check(false, `sample where ${name}`, `${given}only ${left.join(", ")} is possible`);
  }
  const at = drawing.structure.columns.findIndex((column) => column.name === name);
  const plan = drawing.structure.columns[at];
  const unit = plan.kind === "date" ? plan.format.step : 1;
  const values = free.restored.get(name) ?? (free.values[j] as Float64Array).map((value) => value * unit);
  const shown = writerOf(plan, drawing.schema[at]);
  const found = alive.map((i) => values[i]).filter((value) => !Number.isNaN(value));
  const [low, high] = ends(found);
  const { values: exact = [], range } = wishes.columns.get(name) ?? {};
  const [from, to] =
    exact.length > 0 ? [exact[0], exact[0]] : [range?.from ?? Infinity, range?.to ?? Infinity];
  // A value among others that nobody is made with is one that too few rows share.
  const few = `${given}no row is made with ${shown(from)}${to > from ? ` to ${shown(to)}` : ""}: where fewer than ${structure.minCount} rows share a value others stand in for it, and the nearest`;
  const [, below] = ends(found.filter((value) => value < from));
  const [above] = ends(found.filter((value) => value > to));
  const inside = structure.minCount > 1 && from > low && to < high;
  check(
    false,
    `sample where ${name}`,
    inside
      ? `${few} are ${shown(below)} and ${shown(above)}`
      : `${given}only values from ${shown(low)} to ${shown(high)} are possible`,
  );
}
