import { takeValues } from "../../../core/matrix";
import type { Rng } from "../../../core/rng";
import { cellText, columnNamed, type Table, takeTableRows } from "../../../data/table";
import type { RowRange } from "../../drawing/bounds";
import { tableOf } from "../../drawing/draw-rows";
import type { Wishes } from "../../drawing/wishes";
import { onDays } from "../../structure/date-days";
import { brokenOrders, valuesOf } from "../../structure/orders/broken";
import {
  type DatePlan,
  formulaOf,
  gapLabels,
  type LevelsPlan,
  missingLabel,
  type Variable,
} from "../../structure/structure";
import { numbersOf, reduceTable } from "../../structure/variables";
import { sharesOf } from "../draw-numbers";
import { addDrawn, type Choice, nextDrawn } from "../draw-variable";
import type { SequentialParts } from "../parts";
import { emptyPool, type Pool } from "../pool";
import { fromScore, scoreOf } from "../scales/normal-scale";
import { isMissing, type Open } from "./cells";
import {
  type Beside,
  type Given,
  givenOf,
  knownNumbers,
  knownRanges,
  meetLater,
  meetLookups,
  tellMissing,
} from "./given";

/** How near a number counts as the known one, in standard deviations of its normal scale. */
const near = 0.1;

/** How unlikely what the model holds impossible counts: such a candidate is chosen only where there is no other. */
const mismatch = 1e-6;

/** What numbers known later allow of a candidate counts as this probable at least. */
const leastWeight = 1e-30;

/** So many standard errors a share of candidates may be off by chance. */
const errors = 3;

const nothing: Wishes = { cells: new Map(), columns: new Map(), last: -1 };

/** The rows with all columns but the given ones drawn anew; of these every cell is known, the missing ones as missing. */
export function drawBeside(parts: SequentialParts, rows: Table, given: ReadonlySet<string>, rng: Rng): Table {
  return completeBlock(parts, rows, 1, rng, { beside: given }).table;
}

/** Rows drawn beside what is known of some, one after another, and how likely each makes that. */
interface Candidates {
  readonly all: Table;
  readonly scores: Scores;
  /** How many there are of each row. */
  readonly times: readonly number[];
  /** By column that may be missing, how likely that was when it was drawn. */
  readonly priors: ReadonlyMap<string, Float64Array>;
}

function candidatesOf(
  parts: SequentialParts,
  rows: Table,
  candidates: number,
  rng: Rng,
  how: Beside,
): Candidates {
  const { beside, gaps } = how;
  const variables = new Map(
    reduceTable(parts.structure, rows, "none").map((variable) => [variable.name, variable]),
  );
  const givens = parts.variables.map((one) => givenOf(parts, variables.get(one.name) as Variable, rows, how));
  givens.forEach((given, j) => {
    meetLater(parts, givens, given, j);
    if (!beside) meetLookups(parts, rows, given, j, !gaps);
  });
  if (!beside && !gaps) tellMissing(parts, givens);
  // A row needs candidates only where something known is drawn after something unknown.
  const last = (i: number): number =>
    givens.reduce((at, given, j) => (given.known[i] || given.told[i] ? j : at), -1);
  const first = (i: number): number => givens.findIndex((given) => !given.known[i]);
  const times = Array.from({ length: rows.rows }, (_, i) => {
    const place = first(i);
    return gaps || (place >= 0 && (place < last(i) || bound(parts, rows, i))) ? candidates : 1;
  });
  const source = Int32Array.from(times.flatMap((count, i) => new Array<number>(count).fill(i)));
  const pool = emptyPool(source.length);
  const scores: Scores = { logs: new Float64Array(source.length), odd: new Uint8Array(source.length) };
  const later = beside ? undefined : knownNumbers(parts.structure, rows, source);
  const within = beside ? undefined : knownRanges(parts.structure, rows, source, gaps);
  const priors = new Map<string, Float64Array>();
  for (let j = 0; j < parts.variables.length; j++) {
    const own = gaps ? gapCellsOf(parts, j) : [];
    for (const [name] of own) priors.set(name, new Float64Array(source.length));
    const chances = ({ choice, r }: { choice: Choice; r: number }): void => {
      for (const [name, cells] of own)
        (priors.get(name) as Float64Array)[r] = cells.reduce(
          (sum, cell) => sum + chanceOf(choice, r, cell),
          0,
        );
    };
    const drawing = { source, scores, later, within, beside: beside !== undefined, chances };
    drawGiven(pool, parts, givens[j], drawing, rng.fork(`variable ${j}`));
  }
  pool.weights.forEach((weight, r) => {
    scores.logs[r] += Math.log(Math.max(weight, leastWeight));
  });
  const all = tableOf(pool, parts, { whole: !beside && !gaps }, rng, (bare) =>
    beside ? onDays(parts.structure, bare, rng.fork("days"), beside) : bare,
  );
  weighComputed(parts, scores, all, rows, source);
  weighOrders(parts, scores, all);
  return { all, scores, times, priors };
}

/** By column that a variable stands for, its cells without it. */
function gapCellsOf(
  { structure, variables }: SequentialParts,
  j: number,
): (readonly [string, readonly number[]])[] {
  const { name, labels } = variables[j];
  const combination = structure.combinations.find((one) => one.name === name);
  if (combination)
    return combination.columns.map((column, k) => [
      column,
      [...combination.allowed.keys()].filter((cell) => combination.allowed[cell][k] === null),
    ]);
  const gap = structure.gaps?.find(({ variable }) => variable === name);
  const cell = labels.indexOf(gap ? gapLabels[1] : missingLabel);
  return cell < 0 ? [] : [[gap?.column ?? name, [cell]]];
}

/** How likely each column is missing beside what is known of a row, where it may be. */
export function gapChances(
  parts: SequentialParts,
  rows: Table,
  candidates: number,
  rng: Rng,
  stays: Open,
): readonly Float64Array[] {
  const { all, scores, times, priors } = candidatesOf(parts, rows, candidates, rng, { stays, gaps: true });
  return all.columns.map((column) => {
    const prior = priors.get(column.name);
    const out = new Float64Array(rows.rows);
    for (let i = 0, at = 0; i < rows.rows; at += times[i], i++) {
      const weights = weightsOf(scores, at, times[i]);
      const mean = (of: (r: number) => number): number =>
        weights.reduce((sum, weight, k) => sum + weight * of(at + k), 0) / total;
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counting = total ** 2 / weights.reduce((sum, weight) => sum + weight ** 2, 0);
      const share = mean((r) => (isMissing(column, r) ? 1 : 0));
      const drawn = Math.min(1, prior ? mean((r) => prior[r]) : share);
      // A share that so few candidates have by chance tells no more than how likely that was.
      const byChance = errors * Math.sqrt((drawn * (1 - drawn)) / counting);
      out[i] = Math.abs(share - drawn) <= byChance ? drawn : share;
    }
    return out;
  });
}

/** How likely each candidate of a row is beside the likeliest. */
function weightsOf({ logs }: Scores, at: number, times: number): Float64Array {
  const own = logs.subarray(at, at + times);
  const most = own.reduce((best, log) => Math.max(best, log), -Infinity);
  return own.map((log) => Math.exp(log - most));
}

/** The rows with what is not known drawn, and in how many that never goes with what is. */
export function completeBlock(
  parts: SequentialParts,
  rows: Table,
  candidates: number,
  rng: Rng,
  how: Beside,
): { table: Table; unlikely: number } {
  const { all, scores, times } = candidatesOf(parts, rows, candidates, rng, how);
  const chosen = new Int32Array(rows.rows);
  let unlikely = 0;
  for (let i = 0, at = 0; i < rows.rows; at += times[i], i++) {
    const weights = weightsOf(scores, at, times[i]);
    let left = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    let pick = 0;
    while (pick < times[i] - 1 && left >= weights[pick]) left -= weights[pick++];
    chosen[i] = at + pick;
    unlikely += scores.odd[chosen[i]];
  }
  return { table: takeTableRows(all, chosen), unlikely };
}

/** How likely each candidate makes what is known of its row, as a logarithm, and whether the model holds it impossible. */
interface Scores {
  readonly logs: Float64Array;
  readonly odd: Uint8Array;
}

function score({ logs, odd }: Scores, r: number, chance: number): void {
  logs[r] += Math.log(Math.max(chance, mismatch));
  if (chance === 0) odd[r] = 1;
}

interface Drawing {
  readonly source: Int32Array;
  readonly scores: Scores;
  readonly later: ReadonlyMap<string, Float64Array> | undefined;
  readonly within: ReadonlyMap<string, readonly RowRange[]> | undefined;
  /** Whether nothing is drawn of a variable that is known, and nothing weighed. */
  readonly beside: boolean;
  /** Hears what can be drawn where it is not known. */
  readonly chances: (of: { choice: Choice; r: number }) => void;
}

/** Draws the next variable where it is unknown, and weighs each row by how likely what is known of it is. */
function drawGiven(
  pool: Pool,
  parts: SequentialParts,
  given: Given,
  { source, scores, later, within, beside, chances }: Drawing,
  rng: Rng,
): void {
  const one = parts.variables[pool.cells.length];
  const taken = (values: ArrayLike<number>) => takeValues(values, source);
  if (beside && given.known.every((known) => known === 1)) {
    const cells = Int32Array.from(taken(given.cells));
    addDrawn(pool, parts, { cells, ...(given.values && { values: taken(given.values) }) });
    return;
  }
  const label = one.kind === "number" ? one.atoms.length + 1 : one.labels.indexOf(missingLabel);
  const missing = given.maybeMissing ? -1 : label;
  const gap = Uint8Array.from(one.labels, (_, cell) => (cell === missing ? 1 : 0));
  // A number that repeats another has no cell of its own.
  const which = one.repeats && pool.cells.at(-1);
  const repeats = (r: number): boolean => which !== undefined && which[r] > 0;
  const steer = (choice: Choice): void => {
    for (let r = 0; r < pool.rows; r++) {
      const i = source[r];
      if (given.known[i]) {
        if (!repeats(r)) score(scores, r, chanceOf(choice, r, given.cells[i]));
        continue;
      }
      chances({ choice, r });
      if (given.told[i] === 1) score(scores, r, chanceOf(choice, r, missing));
      if (given.told[i] === 2) steerUnknown(choice, r, -1, gap);
      else steerUnknown(choice, r, missing, given.allowed.get(i));
    }
  };
  const weights = pool.weights.slice();
  const { cells, values, number } = nextDrawn(pool, parts, nothing, rng, {
    steer,
    ...(later && { later }),
    ...(within && { within }),
  });
  for (let r = 0; r < pool.rows; r++) if (given.known[source[r]]) pool.weights[r] = weights[r];
  const other = one.atoms.length;
  if (number && given.values) {
    const [low, high] = [-near, near].map((by) =>
      Float64Array.from(source, (i) => {
        const value = given.values?.[i] ?? Number.NaN;
        return fromScore(number.model.scale, scoreOf(number.model.scale, value, by > 0) + by);
      }),
    );
    const { total } = sharesOf(number.model, number.distribution, [{ low, high }], pool.rows);
    for (let r = 0; r < pool.rows; r++) {
      const i = source[r];
      if (given.known[i] && given.cells[i] === other && !repeats(r))
        score(scores, r, Math.max(total[r], mismatch));
    }
  }
  for (let r = 0; r < pool.rows; r++) {
    const i = source[r];
    if (!given.known[i]) continue;
    cells[r] = given.cells[i];
    if (values && given.values) values[r] = given.values[i];
  }
  addDrawn(pool, parts, { cells, ...(values && { values }) });
}

function chanceOf({ classes, probabilities, forced }: Choice, r: number, cell: number): number {
  if (forced && forced[r] >= 0) return forced[r] === cell ? 1 : 0;
  const c = classes.indexOf(cell);
  return c < 0 ? 0 : probabilities[c][r];
}

/** Takes the missing cell, and those that contradict what is known, out of what can be drawn, if anything else can. */
function steerUnknown(
  { classes, probabilities, forced }: Choice,
  r: number,
  missing: number,
  allowed: Uint8Array | undefined,
): void {
  if ((forced && forced[r] >= 0) || (missing < 0 && !allowed)) return;
  const can = (cell: number): boolean => !allowed || allowed[cell] === 1;
  const total = (of: (cell: number) => boolean): number =>
    classes.reduce((sum, cell, c) => sum + (of(cell) ? probabilities[c][r] : 0), 0);
  // Where known cells leave nothing else, it stays missing.
  const fits =
    total((cell) => cell !== missing && can(cell)) > 0
      ? (cell: number) => cell !== missing && can(cell)
      : can;
  const kept = total(fits);
  if (!(kept > 0)) return;
  for (let c = 0; c < classes.length; c++)
    probabilities[c][r] = fits(classes[c]) ? probabilities[c][r] / kept : 0;
}

/** Whether something known of the row is computed from something that is not: only candidates tell what goes with it. */
function bound({ structure }: SequentialParts, rows: Table, i: number): boolean {
  return structure.columns.some((plan, j) =>
    formulaOf(plan) || ["lookup", "bands", "part"].includes(plan.kind)
      ? !isMissing(rows.columns[j], i)
      : false,
  );
}

/** Weighs candidates by whether numbers and dates lie where they have to beside others. */
function weighOrders({ structure }: SequentialParts, scores: Scores, made: Table): void {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const of = (name: string): ArrayLike<number> =>
    valuesOf(columnNamed(made, name), plans.get(name) as DatePlan | LevelsPlan);
  for (const { rows } of brokenOrders({ ...structure, orders: [] }, of))
    for (const r of rows) score(scores, r, 0);
}

/** Weighs candidates by whether computed columns come out as they are known. */
function weighComputed(
  { structure }: SequentialParts,
  scores: Scores,
  made: Table,
  rows: Table,
  source: Int32Array,
): void {
  structure.columns.forEach((plan, j) => {
    const [own, drawn] = [rows.columns[j], made.columns[j]];
    if ((plan.kind === "number" || plan.kind === "date") && plan.formula) {
      const [given, made] = [numbersOf(own, plan), numbersOf(drawn, plan)];
      const width = near * Math.max((plan.high - plan.low) / 4, 1e-12);
      for (let r = 0; r < source.length; r++) {
        const value = given[source[r]];
        if (Number.isNaN(value)) continue;
        const off = (made[r] - value) / width;
        // What is there is not missing.
        score(scores, r, Number.isNaN(off) ? 0 : Math.max(Math.exp(-(off * off) / 2), mismatch));
      }
    }
    if (["lookup", "bands", "part"].includes(plan.kind)) {
      for (let r = 0; r < source.length; r++) {
        const text = cellText(own, source[r]);
        if (text !== "" && text !== cellText(drawn, r)) score(scores, r, 0);
      }
    }
  });
}
