import { integer, type Rng, timesDrawn } from "../../core/rng";
import type { Table } from "../../data/table";
import { targetKind, targetNumbers } from "../../data/target";
import { alignTables, cellsWithMissing, type Shared } from "./align";

/** A group of rows by one condition or two: how many there are, and what the target is among them. */
export interface Subgroup {
  readonly group: string;
  /** "planned": the ends of a number or a rare level; "random": two conditions at once. */
  readonly kind: "planned" | "random";
  /** How many rows it has, how often the target is true (of several classes: is that class), or the mean of a target of numbers. */
  readonly measure: "share of rows" | "rate of the target" | `rate of ${string}` | "mean of the target";
  /** Among rows learnt from, held-out rows and synthetic rows. */
  readonly real: number;
  readonly holdout: number;
  readonly synthetic: number;
  /** Synthetic against held-out rows, in standard errors of no more rows than were learnt from; and those against held-out ones. */
  readonly z: number;
  readonly zReal: number;
}

/** Whether small groups keep their truth. */
export interface Subgroups {
  readonly measured: number;
  /** The share of measurements further than two standard errors from held-out rows; about .05 by chance. */
  readonly beyond: number;
  readonly beyondReal: number;
  /**
   * … and of the rows learnt from, drawn anew with replacement, as many as were made: these stray from the truth by the chance
   * of the rows learnt from and by that of drawing them, as rows made by a model without a fault do.
   */
  readonly beyondDrawn: number;
  /** The root mean square of z; 1 by chance. */
  readonly rms: number;
  readonly rmsReal: number;
  readonly rmsDrawn: number;
  /** The furthest first. */
  readonly worst: readonly Subgroup[];
}

const randomGroups = 200;
const plannedGroups = 50;
const tries = 20;
/** A group needs so many held-out rows, and this share of the rows learnt from, to be measured. */
const leastHeldOut = 8;
const leastShare = 0.005;
const mostListed = 12;
const bins = 5;
/** So often the rows learnt from are drawn anew. */
const redraws = 5;

interface Condition {
  readonly column: string;
  readonly name: string;
  /** By table, 1 for rows of the group. */
  readonly rows: readonly Uint8Array[];
  readonly planned: boolean;
}

/**
 * Up to 50 planned groups (the ends of numbers, the rarest levels) and 200 random ones of two conditions, measured in synthetic
 * rows against held-out ones; undefined where held-out rows are too few for any.
 */
export function subgroupTable(
  {
    train,
    holdout,
    synthetic,
  }: { readonly train: Table; readonly holdout: Table; readonly synthetic: Table },
  aim: { readonly target: string; readonly positive?: string } | undefined,
  rng: Rng,
): Subgroups | undefined {
  const tables = [train, holdout, synthetic];
  const shared = alignTables(tables, "measure subgroups");
  const truths = aim ? truthsOf(tables, aim) : [];
  const conditions = shared.filter((one) => one.name !== aim?.target).flatMap(conditionsOf);
  const planned = spread(
    conditions.filter((one) => one.planned && isEnough(one.rows, tables)),
    plannedGroups,
  );
  const groups: Condition[] = [...planned];
  const seen = new Set<string>();
  for (let k = 0; k < randomGroups && conditions.length > 1; k++) {
    for (let t = 0; t < tries; t++) {
      const [a, b] = [
        conditions[integer(rng, conditions.length)],
        conditions[integer(rng, conditions.length)],
      ];
      const name = `${a.name}, ${b.name}`;
      if (a.column === b.column || seen.has(name)) continue;
      const rows = a.rows.map((own, i) => own.map((one, r) => one & b.rows[i][r]));
      if (!isEnough(rows, tables)) continue;
      seen.add(name).add(`${b.name}, ${a.name}`);
      groups.push({ column: a.column, name, rows, planned: false });
      break;
    }
  }
  const drawn = Array.from({ length: redraws }, (_, k) =>
    timesDrawn(train.rows, synthetic.rows, rng.fork(`drawn anew ${k}`)),
  );
  const found = groups.flatMap((group) => measured(group, truths, drawn));
  if (found.length === 0) return undefined;
  const [own, real, anew] = [
    found.map(({ subgroup }) => subgroup.z),
    found.map(({ subgroup }) => subgroup.zReal),
    found.flatMap(({ zDrawn }) => zDrawn),
  ];
  return {
    measured: found.length,
    beyond: shareBeyond(own),
    beyondReal: shareBeyond(real),
    beyondDrawn: shareBeyond(anew),
    rms: rootMeanSquare(own),
    rmsReal: rootMeanSquare(real),
    rmsDrawn: rootMeanSquare(anew),
    worst: found
      .map(({ subgroup }) => subgroup)
      .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))
      .slice(0, mostListed),
  };
}

/** What the target is in each row of each table, NaN where it is missing; as the measure that it makes. */
interface Truth {
  readonly measure: Subgroup["measure"];
  readonly values: readonly Float64Array[];
}

/** Of several classes, so many of the most frequent ones are looked at. */
const mostRates = 5;

function truthsOf(
  tables: readonly Table[],
  { target, positive }: { readonly target: string; readonly positive?: string },
): Truth[] {
  const kind = targetKind(tables[0], target, positive);
  const values = tables.map((table) => targetNumbers(table, target, kind));
  if (kind.kind === "numbers") return [{ measure: "mean of the target", values }];
  if (kind.kind === "two") return [{ measure: "rate of the target", values }];
  const counts = kind.classes.map((_, k) => values[0].reduce((sum, own) => sum + Number(own === k), 0));
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, mostRates);
  return frequent.map((k) => ({
    measure: `rate of ${kind.classes[k]}`,
    values: values.map((all) => all.map((own) => (Number.isNaN(own) ? own : Number(own === k)))),
  }));
}

/** A column's conditions: its levels, or fifths of its values and, as planned ones, its outermost values. */
function conditionsOf(one: Shared): Condition[] {
  if (one.kind === "levels") {
    const cells = one.codes.map((_, table) => cellsWithMissing(one, table));
    const names = [...one.levels, "(missing)"];
    const counts = new Int32Array(names.length);
    for (const cell of cells[0]) counts[cell]++;
    const rarest = [...counts.keys()]
      .filter((cell) => counts[cell] > 0)
      .sort((a, b) => counts[a] - counts[b]);
    return names.slice(0, 40).map((name, cell) => ({
      column: one.name,
      name: `${one.name} = ${name}`,
      rows: cells.map((own) => Uint8Array.from(own, (value) => (value === cell ? 1 : 0))),
      planned: rarest.indexOf(cell) >= 0 && rarest.indexOf(cell) < 2,
    }));
  }
  const sorted = one.values[0].filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0 || sorted[0] === sorted[sorted.length - 1]) return [];
  const between = (name: string, low: number, high: number, planned: boolean): Condition => ({
    column: one.name,
    name: `${one.name} ${name}`,
    rows: one.values.map((own) => Uint8Array.from(own, (value) => (value >= low && value <= high ? 1 : 0))),
    planned,
  });
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [least, most] = [at(0.01), at(0.99)];
  const fifths = Array.from({ length: bins }, (_, k) => {
    const [low, high] = [k === 0 ? -Infinity : at(k / bins), k === bins - 1 ? Infinity : at((k + 1) / bins)];
    return between(`in fifth ${k + 1}`, low, high, false);
  });
  return [
    between(`≤ ${shown(least)}`, -Infinity, least, true),
    between(`≥ ${shown(most)}`, most, Infinity, true),
    ...fifths,
  ];
}

function shown(value: number): string {
  return Math.abs(value) > 1e11
    ? new Date(value).toISOString().slice(0, 10)
    : String(Number(value.toPrecision(6)));
}

function isEnough(rows: readonly Uint8Array[], tables: readonly Table[]): boolean {
  return count(rows[1]) >= leastHeldOut && count(rows[0]) >= leastShare * tables[0].rows;
}

function count(rows: Uint8Array): number {
  return rows.reduce((sum, one) => sum + one, 0);
}

/** So many of a list, evenly. */
function spread<T>(from: readonly T[], most: number): T[] {
  if (from.length <= most) return [...from];
  return Array.from({ length: most }, (_, k) => from[Math.floor((k * from.length) / most)]);
}

function shareBeyond(z: readonly number[]): number {
  return z.filter((one) => Math.abs(one) > 2).length / z.length;
}

function rootMeanSquare(z: readonly number[]): number {
  return Math.sqrt(z.reduce((sum, one) => sum + one ** 2, 0) / z.length);
}

interface Measured {
  readonly subgroup: Subgroup;
  /** Of the rows learnt from, each time that they are drawn anew. */
  readonly zDrawn: readonly number[];
}

function measured(
  { name, rows, planned }: Condition,
  truths: readonly Truth[],
  drawn: readonly Float64Array[],
): Measured[] {
  const kind = planned ? "planned" : "random";
  const out: Measured[] = [];
  // However many rows are made, what is behind them is no more than the rows learnt from.
  const known = Math.min(1, rows[0].length / rows[2].length);
  const add = (measure: Subgroup["measure"], values: readonly (Uint8Array | Float64Array)[]): void => {
    const [train, held, made] = values.map((own) => sumsOf(own));
    if (train.n === 0 || held.n === 0 || made.n === 0) return;
    const [real, holdout, synthetic] = [train, held, made].map(({ n, sum }) => sum / n);
    const z = standardised(weighted(made, known), held);
    const zDrawn = drawn
      .map((times) => sumsOf(values[0], times))
      .flatMap((own) => (own.n > 0 ? [standardised(weighted(own, known), held)] : []));
    const zReal = standardised(train, held);
    out.push({ subgroup: { group: name, kind, measure, real, holdout, synthetic, z, zReal }, zDrawn });
  };
  add("share of rows", rows);
  if (count(rows[2]) >= leastHeldOut)
    for (const { measure, values } of truths)
      add(
        measure,
        rows.map((own, table) => values[table].map((one, i) => (own[i] === 1 ? one : NaN))),
      );
  return out;
}

/** Rows, and the sums of their values and of the squares of these. */
export interface Sums {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** Of the values that are known, each as often as it is told. */
function sumsOf(values: Uint8Array | Float64Array, times?: Float64Array): Sums {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const often = times ? times[i] : 1;
    n += often;
    sum += often * values[i];
    squares += often * values[i] * values[i];
  }
  return { n, sum, squares };
}

function weighted({ n, sum, squares }: Sums, weight: number): Sums {
  return { n: n * weight, sum: sum * weight, squares: squares * weight };
}

/** The difference of two means in standard errors, as if both were of one distribution: of shares, the test of two proportions. */
export function standardised(a: Sums, b: Sums): number {
  const n = a.n + b.n;
  const mean = (a.sum + b.sum) / n;
  const [variance, rounding] = [(a.squares + b.squares) / n - mean * mean, 1e-12 * mean * mean];
  return variance > rounding ? (a.sum / a.n - b.sum / b.n) / Math.sqrt(variance * (1 / a.n + 1 / b.n)) : 0;
}
