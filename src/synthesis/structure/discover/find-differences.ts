import { cholesky, choleskySolve } from "../../../core/math/linear-algebra";
import { quantileSorted } from "../../../core/math/statistics";
import { takeValues } from "../../../core/matrix";
import { emptySum, type Formula } from "../formulas";
import { type LevelsInput, type NumberInput, spacedRows } from "./search";

const screeningRows = 10_000;
/** A column with more levels would explain anything a little. */
const mostLevels = 20;
/** With fewer rows an effect would explain any number. */
const rowsPerEffect = 10;
/** The share of the variance that level effects must explain. */
const leastExplained = 0.95;

/** Numbers that a sum of effects of levels explains (a bill by its services): what is left to draw is the difference. */
export function findDifferences(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
): Map<string, Formula> {
  const found = new Map<string, Formula>();
  const used = levels.filter((level) => level.count >= 2 && level.count <= mostLevels);
  const effects = used.reduce((sum, input) => sum + input.count - 1, 0);
  const most = Math.min(screeningRows, numbers[0]?.values.length ?? 0) / rowsPerEffect;
  if (used.length === 0 || effects > most) return found;
  const gramOf = gramsOf(used);
  for (const target of numbers) {
    const rows = spacedRows(target.values.length, screeningRows).filter(
      (i) => !Number.isNaN(target.values[i]),
    );
    if (rows.length < 100) continue;
    const formula = effectsOn(target, used, rows, gramOf);
    if (formula) found.set(target.name, formula);
  }
  return found;
}

function effectsOn(
  target: NumberInput,
  levels: readonly LevelsInput[],
  rows: Int32Array,
  gramOf: (rows: Int32Array) => Gram,
): Formula | undefined {
  const every = levels.map((_, k) => k);
  const first = selected(target, levels, gramOf(rows), every);
  if (!first) return undefined;
  // Cells missing at random blur the effects of all others: those of rows without any are told.
  const torn = first.kept.map((k) => levels[k]).filter(({ hole }) => hole !== undefined);
  const whole = rows.filter((i) => !torn.some(({ codes, hole }) => codes[i] === hole));
  const effects = first.kept.reduce((sum, k) => sum + levels[k].count - 1, 0);
  const enough = whole.length < rows.length && whole.length >= rowsPerEffect * effects;
  return asFormula(target, levels, (enough && selected(target, levels, gramOf(whole), first.kept)) || first);
}

interface Selected {
  readonly kept: readonly number[];
  readonly solved: Solved;
  readonly centre: number;
}

/** The columns whose effects are worth their levels; undefined where all together explain too little. */
function selected(
  target: NumberInput,
  levels: readonly LevelsInput[],
  of: Gram,
  from: readonly number[],
): Selected | undefined {
  const y = takeValues(target.values, of.rows);
  const centre = y.reduce((total, value) => total + value, 0) / y.length;
  let whole = 0;
  for (let i = 0; i < y.length; i++) whole += (y[i] - centre) ** 2;
  const system = { ...of, moment: momentsOf(of, y, centre, levels) };
  let kept = from;
  let best = solve(system, levels, kept);
  if (!best || !(best.squares(whole) <= (1 - leastExplained) * whole)) return undefined;
  // Backwards: a column goes when the squares it saves are not worth its levels (Schwarz's criterion).
  for (;;) {
    const trials = kept.map((k) => ({
      k,
      solved: solve(
        system,
        levels,
        kept.filter((other) => other !== k),
      ),
    }));
    const current = Math.max(best.squares(whole), 1e-12 * whole);
    const cost = (k: number, squares: number): number =>
      y.length * Math.log(Math.max(squares, 1e-12 * whole) / current) -
      (levels[k].count - 1) * Math.log(y.length);
    const scored = trials
      .filter((trial) => trial.solved !== undefined)
      .map((trial) => ({ ...trial, cost: cost(trial.k, trial.solved!.squares(whole)) }))
      .sort((a, b) => a.cost - b.cost);
    if (kept.length < 2 || scored.length === 0 || scored[0].cost >= 0) break;
    kept = kept.filter((k) => k !== scored[0].k);
    best = scored[0].solved as Solved;
  }
  return { kept, solved: best, centre };
}

interface Gram {
  readonly rows: Int32Array;
  readonly size: number;
  readonly starts: readonly number[];
  /** The lower triangle, intercept first. */
  readonly gram: Float64Array;
}

interface Equations extends Gram {
  readonly moment: Float64Array;
}

/** The Gram matrix of all one-hot columns of rows, solved for any subset of columns; counted once where targets are known in the same rows. */
function gramsOf(levels: readonly LevelsInput[]): (rows: Int32Array) => Gram {
  let last: Gram | undefined;
  return (rows) => {
    if (last?.rows.length === rows.length && rows.every((i, r) => i === last?.rows[r])) return last;
    const starts: number[] = [];
    let size = 1;
    for (const input of levels) {
      starts.push(size);
      size += input.count;
    }
    const gram = new Float64Array(size * size);
    const hot = new Int32Array(levels.length + 1);
    for (let r = 0; r < rows.length; r++) {
      for (let k = 0; k < levels.length; k++) hot[k + 1] = starts[k] + levels[k].codes[rows[r]];
      for (let a = 0; a < hot.length; a++) for (let b = 0; b <= a; b++) gram[hot[a] * size + hot[b]]++;
    }
    last = { rows, size, starts, gram };
    return last;
  };
}

/** Moments of the one-hot columns with a target, centred on its mean. */
function momentsOf(
  { rows, size, starts }: Gram,
  y: Float64Array,
  centre: number,
  levels: readonly LevelsInput[],
): Float64Array {
  const moment = new Float64Array(size);
  for (let r = 0; r < y.length; r++) moment[0] += y[r] - centre;
  levels.forEach(({ codes }, k) => {
    for (let r = 0; r < y.length; r++) moment[starts[k] + codes[rows[r]]] += y[r] - centre;
  });
  return moment;
}

interface Solved {
  readonly places: readonly number[];
  readonly weights: Float64Array;
  /** The residual sum of squares, given the total one. */
  squares(whole: number): number;
}

function solve(
  system: Equations,
  levels: readonly LevelsInput[],
  kept: readonly number[],
): Solved | undefined {
  const places = [0];
  for (const k of kept)
    for (let level = 0; level < levels[k].count; level++) places.push(system.starts[k] + level);
  const p = places.length;
  const gram = new Float64Array(p * p);
  const moment = new Float64Array(p);
  for (let a = 0; a < p; a++) {
    moment[a] = system.moment[places[a]];
    for (let b = 0; b <= a; b++) gram[a * p + b] = system.gram[places[a] * system.size + places[b]];
    // One-hot columns determine one another: a small ridge picks the effects nearest to zero.
    gram[a * p + a] += a === 0 ? 1e-6 : 1e-3;
  }
  const factor = cholesky(gram, p);
  if (!factor) return undefined;
  const weights = choleskySolve(factor, p, moment);
  let explained = 0;
  for (let a = 0; a < p; a++) explained += weights[a] * moment[a];
  return { places, weights, squares: (whole) => Math.max(0, whole - explained) };
}

function asFormula(
  target: NumberInput,
  levels: readonly LevelsInput[],
  { kept, solved, centre }: Selected,
): Formula {
  // Four significant digits of the spread are more than the data can tell.
  const unit = 10 ** Math.floor(Math.log10(Math.max(...solved.weights.map(Math.abs))) - 4);
  const short = (value: number): number => Number((Math.round(value / unit) * unit).toPrecision(12));
  let at = 1;
  const effects = kept.map((k) => {
    const own = Array.from(solved.weights.subarray(at, at + levels[k].count), short);
    at += levels[k].count;
    return { column: levels[k].name, effects: own };
  });
  const constant = short(centre + solved.weights[0]);
  const errors: number[] = [];
  for (let i = 0; i < target.values.length; i++) {
    if (Number.isNaN(target.values[i]) || kept.some((k) => levels[k].codes[i] === levels[k].hole)) continue;
    let predicted = constant;
    kept.forEach((k, at) => {
      predicted += effects[at].effects[levels[k].codes[i]];
    });
    errors.push(Math.abs(target.values[i] - predicted));
  }
  errors.sort((a, b) => a - b);
  return {
    ...emptySum,
    constant,
    effects,
    rest: "difference",
    error: quantileSorted(errors, 0.5),
  };
}
