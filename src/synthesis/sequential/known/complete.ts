import { check } from "../../../core/checks";
import type { Rng } from "../../../core/rng";
import { type Column, cellText, isCategorical, type Table, takeTableRows } from "../../../data/table";
import { allows, wordCount } from "../../drawing/masks";
import type { Wishes } from "../../drawing/wishes";
import { type Drawn, restoreTable, variableNames } from "../../structure/restore";
import {
  type ColumnPlan,
  cellOf,
  missingLabel,
  repeatsName,
  type Structure,
  type Variable,
} from "../../structure/structure";
import { levelText, missingRows, numbersOf, reduceTable } from "../../structure/variables";
import { sharesOf } from "../draw-numbers";
import { addDrawn, type Choice, nextDrawn } from "../draw-variable";
import { fromScore, scoreOf } from "../normal-scale";
import type { SequentialParts } from "../parts";
import { emptyPool, type Pool } from "../pool";
import { copied, empty, isMissing, put } from "./cells";
import { cellsOfColumns, deduce, isExact } from "./deduce";
import { brokenRules, emptyByRule, onlyMissing, type RuleRows, type StaysEmpty } from "./rules-kept";
import { type Open, settle } from "./settle";

/** Rows with their missing cells drawn, and what could not be. */
export interface Completed {
  readonly table: Table;
  /** By column, in the table's order. */
  readonly columns: readonly {
    readonly name: string;
    readonly missing: number;
    /** How many of these cells were drawn; the others are identifiers, or the model knows nothing but "missing" there. */
    readonly filled: number;
  }[];
  /** Rows whose known cells never go together in the model: what was drawn beside them is hardly more than a guess. */
  readonly unlikely: number;
  /** Rules of the model that cells break which were drawn. */
  readonly broken: readonly RuleRows[];
  /** Rules that known cells break among themselves, or beside which no value of what is missing holds: they are left. */
  readonly contradicting: readonly RuleRows[];
  /** Cells that stay empty because a rule says so. */
  readonly empty: readonly StaysEmpty[];
  /** Levels that the model does not know: they stay, and tell nothing of what is missing beside them. */
  readonly unknown: readonly UnknownLevels[];
}

/** Cells of a column whose level the model does not know. */
export interface UnknownLevels {
  readonly name: string;
  readonly cells: number;
  /** How many different ones, and the first of them. */
  readonly levels: number;
  readonly first: readonly string[];
}

export interface CompleteOptions {
  /** The columns whose missing cells are drawn; defaults to all. */
  readonly columns?: readonly string[];
  /** How many candidates a row is chosen from; defaults to 24. More are nearer to the model where known cells come late. */
  readonly candidates?: number;
}

/** Rows that are drawn at a time, so that their candidates fit into memory. */
const blockRows = 2000;
/** How near a number counts as the known one, in standard deviations of its normal scale. */
const near = 0.1;
/** How unlikely what the model holds impossible counts: such a candidate is chosen only where there is no other. */
const mismatch = 1e-6;
/** What numbers known later allow of a candidate counts as this probable at least. */
const leastWeight = 1e-30;
const nothing: Wishes = { cells: new Map(), columns: new Map(), last: -1 };

/**
 * The rows with their missing cells drawn from the model, given all that is known of each row: multiple candidates are
 * drawn column by column, known cells as they are, and one is chosen by how likely it makes them (importance
 * resampling; Rubin, 1987). Cells are draws, not means: their spread is that of the data.
 */
export function completeRows(
  parts: SequentialParts,
  rows: Table,
  rng: Rng,
  { columns = rows.columns.map((column) => column.name), candidates = 24 }: CompleteOptions = {},
): Completed {
  const own = parts.schema.map(({ name }) => {
    const column = rows.columns.find((column) => column.name === name);
    check(column !== undefined, "complete rows", "the table must have the model's column", name);
    return column as Column;
  });
  const known: Table = { rows: rows.rows, columns: own };
  const wanted = own.map(
    ({ name }, j) => columns.includes(name) && parts.structure.columns[j].kind !== "key",
  );
  const isWanted = new Set(own.flatMap(({ name }, j) => (wanted[j] ? [name] : [])));
  const { structure } = parts;
  // What follows from what is known is known before anything is drawn.
  const base = own.map((column, j) => copied(column, parts.schema[j].levels));
  deduce(cellsOfColumns(structure, base, rows.rows));
  const open = Array.from({ length: rows.rows }, (_, i) => i).filter((i) =>
    base.some((column, j) => wanted[j] && isMissing(column, i)),
  );
  const full = base.map((column) => copied(column));
  let unlikely = 0;
  for (let from = 0, block = 0; from < open.length; from += blockRows, block++) {
    const places = open.slice(from, from + blockRows);
    const made = filledBlock(parts, takeTableRows({ ...known, columns: base }, places), candidates, (label) =>
      rng.fork(`${label} ${block}`),
    );
    unlikely += made.unlikely;
    full.forEach((column, j) => {
      places.forEach((i, k) => {
        if (isMissing(column, i)) put(column, i, made.columns[j], k);
      });
    });
  }
  const done = own.map((column, j) => {
    if (!wanted[j]) return column;
    const replaced = copied(column, parts.schema[j].levels);
    for (let i = 0; i < rows.rows; i++) if (isMissing(column, i)) put(replaced, i, full[j], i);
    return replaced;
  });
  const counts = own.map((column, j) => {
    const [before, after] = [column, done[j]].map((one) =>
      missingRows(one).reduce((sum, missing) => sum + missing, 0),
    );
    return { name: column.name, missing: before, filled: before - after };
  });
  const table = { rows: rows.rows, columns: rows.columns.map((one) => done[own.indexOf(one)] ?? one) };
  const filled: Table = { rows: rows.rows, columns: done };
  const missing = openIn(structure, done);
  const left: Open = (name, i) => isWanted.has(name) && missing(name, i);
  return {
    table,
    columns: counts,
    unlikely,
    ...brokenRules(structure, filled, openIn(structure, base), left),
    empty: emptyByRule(structure, filled, left),
    unknown: unknownLevels(parts, own),
  };
}

function openIn({ columns }: Structure, cells: readonly Column[]): Open {
  const place = new Map(columns.map(({ name }, j) => [name, j]));
  return (name, i) => {
    const j = place.get(name);
    return j !== undefined && isMissing(cells[j], i);
  };
}

/** The rows with what was drawn beside what is known, numbers so that rules hold; keys stay missing. */
function filledBlock(
  parts: SequentialParts,
  rows: Table,
  candidates: number,
  rng: (label: string) => Rng,
): { columns: readonly Column[]; unlikely: number } {
  const { structure } = parts;
  const { table: made, unlikely } = completeBlock(parts, rows, candidates, rng("block"));
  const columns = rows.columns.map((column, j) => copied(column, parts.schema[j].levels));
  const take = (from: Table, takes: (plan: ColumnPlan) => boolean): void => {
    structure.columns.forEach((plan, j) => {
      if (plan.kind === "key" || !takes(plan)) return;
      for (let i = 0; i < rows.rows; i++)
        if (isMissing(columns[j], i)) put(columns[j], i, from.columns[j], i);
    });
  };
  take(made, (plan) => !isComputed(plan));
  const late = new Map(parts.variables.map(({ name }, j) => [name, j]));
  const cells = cellsOfColumns(structure, columns, rows.rows);
  const emptied = settle(cells, openIn(structure, rows.columns), (name) => late.get(name) ?? -1);
  deduce(cells);
  take(made, (plan) => isComputed(plan));
  for (const { column, row } of emptied) empty(columns[column], row);
  // What was drawn as missing, as if a rule would say so, is drawn again where none does.
  const ruled = structure.exclusions.flatMap(({ columns: pair }) => pair);
  const all: Table = { rows: rows.rows, columns };
  const byRule = new Set(
    emptyByRule(structure, all, openIn(structure, columns)).flatMap(({ name, all }) =>
      all.map((i) => `${i} ${name}`),
    ),
  );
  const spared = new Set(emptied.map(({ column, row }) => `${row} ${structure.columns[column].name}`));
  const again = structure.columns.flatMap(({ name, kind }, j) =>
    kind === "key" || !ruled.includes(name)
      ? []
      : [...Array(rows.rows).keys()].filter(
          (i) => isMissing(columns[j], i) && !byRule.has(`${i} ${name}`) && !spared.has(`${i} ${name}`),
        ),
  );
  if (again.length === 0) return { columns, unlikely };
  const places = [...new Set(again)];
  const second = completeBlock(parts, takeTableRows(all, places), candidates, rng("again")).table;
  structure.columns.forEach(({ name, kind }, j) => {
    if (kind === "key" || !ruled.includes(name)) return;
    places.forEach((i, k) => {
      if (isMissing(columns[j], i) && !spared.has(`${i} ${name}`)) put(columns[j], i, second.columns[j], k);
    });
  });
  return { columns, unlikely };
}

/** Whether the column is no draw, but what others say. */
function isComputed(plan: ColumnPlan): boolean {
  return isExact(plan) || plan.kind === "lookup" || plan.kind === "bands" || plan.kind === "part";
}

const mostNamed = 3;

/** By column, cells of levels that the model does not draw. */
function unknownLevels({ structure }: SequentialParts, columns: readonly Column[]): UnknownLevels[] {
  return structure.columns.flatMap((plan, j): UnknownLevels[] => {
    const known = plan.kind === "constant" ? [plan.text] : "levels" in plan ? plan.levels : undefined;
    const own = columns[j];
    if (!known || ("texts" in plan && plan.texts) || own.type === "numeric") return [];
    const counts = new Map<string, number>();
    const rows = isCategorical(own) ? own.codes.length : own.values.length;
    for (let i = 0; i < rows; i++) {
      const text = cellText(own, i);
      if (text !== "" && !known.includes(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    if (counts.size === 0) return [];
    const cells = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const { name } = plan;
    return [{ name, cells, levels: counts.size, first: [...counts.keys()].slice(0, mostNamed) }];
  });
}

/** The rows with all columns but the given ones drawn anew; of these every cell is known, the missing ones as missing. */
export function drawBeside(parts: SequentialParts, rows: Table, given: ReadonlySet<string>, rng: Rng): Table {
  return completeBlock(parts, rows, 1, rng, given).table;
}

function completeBlock(
  parts: SequentialParts,
  rows: Table,
  candidates: number,
  rng: Rng,
  beside?: ReadonlySet<string>,
): { table: Table; unlikely: number } {
  const variables = new Map(
    reduceTable(parts.structure, rows, "none").map((variable) => [variable.name, variable]),
  );
  const givens = parts.variables.map((one) =>
    givenOf(parts, variables.get(one.name) as Variable, rows, beside),
  );
  givens.forEach((given, j) => {
    meetLater(parts, givens, given, j);
    if (!beside) tellMissing(parts, givens, given, j);
  });
  // A row needs candidates only where something known is drawn after something unknown.
  const last = (i: number): number =>
    givens.reduce((at, given, j) => (given.known[i] || given.told[i] ? j : at), -1);
  const first = (i: number): number => givens.findIndex((given) => !given.known[i]);
  const times = Array.from({ length: rows.rows }, (_, i) => {
    const place = first(i);
    return place >= 0 && (place < last(i) || bound(parts, rows, i)) ? candidates : 1;
  });
  const source = Int32Array.from(times.flatMap((count, i) => new Array<number>(count).fill(i)));
  const pool = emptyPool(source.length);
  const scores: Scores = { logs: new Float64Array(source.length), odd: new Uint8Array(source.length) };
  const later = beside ? undefined : knownNumbers(parts.structure, rows, source);
  for (let j = 0; j < parts.variables.length; j++)
    drawGiven(pool, parts, givens[j], { source, scores, later }, rng.fork(`variable ${j}`));
  pool.weights.forEach((weight, r) => {
    scores.logs[r] += Math.log(Math.max(weight, leastWeight));
  });
  const place = new Map(parts.variables.map((variable, j) => [variable.name, j]));
  const drawn = variableNames(parts.structure).map((name): Drawn => {
    const j = place.get(name) as number;
    return pool.values[j] ?? pool.cells[j];
  });
  const all = restoreTable(
    parts.structure,
    parts.schema,
    drawn,
    { rows: source.length },
    rng.fork("restore"),
  );
  weighComputed(parts, scores, all, rows, source);
  const chosen = new Int32Array(rows.rows);
  let unlikely = 0;
  for (let i = 0, at = 0; i < rows.rows; at += times[i], i++) {
    const logs = scores.logs.subarray(at, at + times[i]);
    const most = logs.reduce((best, log) => Math.max(best, log), -Infinity);
    const weights = logs.map((log) => Math.exp(log - most));
    let left = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    let pick = 0;
    while (pick < times[i] - 1 && left >= weights[pick]) left -= weights[pick++];
    chosen[i] = at + pick;
    unlikely += scores.odd[chosen[i]];
  }
  return { table: takeTableRows(all, chosen), unlikely };
}

/** Numbers and dates that are known, by column, for each candidate; NaN where they are not. */
function knownNumbers({ columns }: Structure, rows: Table, source: Int32Array) {
  return new Map(
    columns.flatMap((plan, j): [string, Float64Array][] => {
      if (plan.kind !== "number" && plan.kind !== "date") return [];
      const values = numbersOf(rows.columns[j], plan);
      return [[plan.name, Float64Array.from(source, (i) => values[i])]];
    }),
  );
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

/** What is known of a variable: whole cells, or which codes a partly known combination may have. */
interface Given {
  readonly known: Uint8Array;
  readonly cells: Int32Array;
  readonly values?: Float64Array;
  /** By row, the codes that go with what is known; absent where all do. */
  readonly allowed: Map<number, Uint8Array>;
  /** Whether what is unknown may be missing. */
  readonly maybeMissing: boolean;
  /** Where it is missing, and one that is not known may say so: 1 where that one is drawn before, 2 where it comes later. */
  readonly told: Uint8Array;
}

function givenOf(parts: SequentialParts, one: Variable, rows: Table, beside?: ReadonlySet<string>): Given {
  const meta = parts.variables.find((variable) => variable.name === one.name) as (typeof parts.variables)[0];
  const allowed = new Map<number, Uint8Array>();
  const combination = parts.structure.combinations.find((combination) => combination.name === one.name);
  const of = parts.variables.find((other) => other.repeats && repeatsName(other.name) === one.name);
  const names = combination?.columns ?? [of?.name ?? one.name];
  const columns = names.map((name) => rows.columns.find((column) => column.name === name) as Column);
  const present = (i: number): boolean =>
    beside ? names.every((name) => beside.has(name)) : columns.every((column) => !isMissing(column, i));
  const maybeMissing = beside !== undefined;
  if (one.kind === "number") {
    const cells = Int32Array.from(one.values, (value) => Math.max(0, cellOf(meta, value)));
    const known = Uint8Array.from(one.values, (value, i) =>
      present(i) && (beside || !Number.isNaN(value)) ? 1 : 0,
    );
    return { known, cells, values: one.values, allowed, maybeMissing, told: new Uint8Array(rows.rows) };
  }
  const known = Uint8Array.from(one.codes, (code, i) => ((code >= 0 || beside) && present(i) ? 1 : 0));
  for (let i = 0; combination && !beside && i < rows.rows; i++) {
    if (known[i] || columns.every((column) => isMissing(column, i))) continue;
    const texts = columns.map((column) => levelText(column, i));
    const fits = (row: readonly (string | null)[]): boolean =>
      row.every((text, k) => texts[k] === null || texts[k] === text);
    const own = Uint8Array.from(combination.allowed, (row) => (fits(row) ? 1 : 0));
    if (own.includes(1)) allowed.set(i, own);
  }
  const cells = one.codes.map((code) => Math.max(code, 0));
  return { known, cells, allowed, maybeMissing, told: new Uint8Array(rows.rows) };
}

/** Marks where a variable that is not known may say that this one is missing: that it is, tells of the other. */
function tellMissing(
  { structure, variables }: SequentialParts,
  givens: readonly Given[],
  own: Given,
  j: number,
): void {
  const { name, labels } = variables[j];
  for (const exclusion of structure.exclusions) {
    const place = exclusion.columns.indexOf(name);
    const k = variables.findIndex((other) => other.name === exclusion.columns[1 - place]);
    if (place < 0 || k < 0 || onlyMissing(exclusion, place, labels).length === 0) continue;
    for (let i = 0; i < own.told.length; i++)
      if (!own.known[i] && !givens[k].known[i]) own.told[i] = Math.max(own.told[i], k < j ? 1 : 2);
  }
}

/** Takes out what never goes with something that is known and drawn later. */
function meetLater(
  { variables, masks }: SequentialParts,
  givens: readonly Given[],
  own: Given,
  j: number,
): void {
  for (let k = j + 1; k < givens.length; k++) {
    const later = givens[k];
    const words = wordCount(variables[k].labels.length);
    for (const { bits } of masks[k].filter(({ variable }) => variable === j))
      for (let i = 0; i < own.known.length; i++) {
        if (own.known[i] || !later.known[i]) continue;
        const before = own.allowed.get(i) ?? new Uint8Array(variables[j].labels.length).fill(1);
        const left = before.map((fits, cell) =>
          fits === 1 && allows(bits, words, cell, later.cells[i]) ? 1 : 0,
        );
        if (left.includes(1)) own.allowed.set(i, left);
      }
  }
}

interface Drawing {
  readonly source: Int32Array;
  readonly scores: Scores;
  readonly later: ReadonlyMap<string, Float64Array> | undefined;
}

/** Draws the next variable where it is unknown, and weighs each row by how likely what is known of it is. */
function drawGiven(
  pool: Pool,
  parts: SequentialParts,
  given: Given,
  { source, scores, later }: Drawing,
  rng: Rng,
): void {
  const one = parts.variables[pool.cells.length];
  const taken = (values: ArrayLike<number>) => Float64Array.from(source, (i) => values[i]);
  if (given.known.every((known) => known === 1) && given.maybeMissing) {
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
      if (given.told[i] === 1) score(scores, r, chanceOf(choice, r, missing));
      if (given.told[i] === 2) steerUnknown(choice, r, -1, gap);
      else steerUnknown(choice, r, missing, given.allowed.get(i));
    }
  };
  const weights = pool.weights.slice();
  const { cells, values, number } = nextDrawn(pool, parts, nothing, rng, {
    steer,
    ...(later && { later }),
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
    (plan.kind === "number" && plan.formula) || ["lookup", "bands", "part"].includes(plan.kind)
      ? !isMissing(rows.columns[j], i)
      : false,
  );
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
    if (plan.kind === "number" && plan.formula && own.type === "numeric" && drawn.type === "numeric") {
      const width = near * Math.max((plan.high - plan.low) / 4, 1e-12);
      for (let r = 0; r < source.length; r++) {
        const value = own.values[source[r]];
        if (Number.isNaN(value) || Number.isNaN(drawn.values[r])) continue;
        const off = (drawn.values[r] - value) / width;
        score(scores, r, Math.max(Math.exp(-(off * off) / 2), mismatch));
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
