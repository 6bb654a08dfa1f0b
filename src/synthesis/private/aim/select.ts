import { integer, type Rng } from "../../../core/rng";
import type { Account } from "../budget";
import type { Places } from "../domain/columns";
import { drawGroups } from "../draw-tree";
import { fitGraphical, type GraphicalModel, type MeasuredSet } from "../graphical-model";
import { cellCount, junctionTree } from "../junction-tree";
import { type Counted, measuredSet } from "../links";
import { exponentialChoice } from "../noise/mechanisms";
import type { PrivateColumns } from "../private-fit";

/** What may be counted, and what that may cost. */
export interface SelectPlan {
  readonly rho: number;
  readonly rows: number;
  /** The variable that counts twice; −1 without one. */
  readonly target: number;
  /** Groups of two variables that never meet, whatever the rows. */
  readonly never: PrivateColumns["never"];
  /** Told after each round: the share of the budget that is spent. */
  readonly report?: (share: number) => void;
}

/** Rounds that the budget is planned for, per variable; fewer are made where they tell nothing new. */
const roundsPerVariable = 1.5;
/** The share of a round's cost that its choice has. */
const choiceShare = 0.1;
/** Cells that all cliques may have together when the budget is spent, in proportion before. */
const mostCells = 40_000;
/** Cells that a set may have: more would be all noise. */
const mostSetCells = 4096;
const mostTriples = 1500;
/** Rows by which the model's counts are known; the rest of what differs is sampling, which depends on no row. */
const sampled = 20_000;
const [fewSteps, manySteps] = [40, 1000];

/** The potential of what never is. */
const impossible = -40;

/** No count of the variables: a potential that is given at the start stays as it is. */
function unmeasured(variables: readonly number[], cells: number): MeasuredSet {
  return { variables, counts: new Float64Array(cells), variances: new Float64Array(cells).fill(Infinity) };
}

/** How many rounds are planned. */
export function roundsPlanned(variables: number): number {
  return Math.max(1, Math.ceil(roundsPerVariable * variables));
}

/** The variance of a planned round's counts. */
export function plannedVariance(variables: number, rho: number): number {
  return roundsPlanned(variables) / (2 * (1 - choiceShare) * rho);
}

interface Candidate {
  readonly variables: readonly number[];
  readonly cells: number;
  /** How much of the workload it bears on: a row changes its score by as much. */
  readonly weight: number;
  readonly counts: Float64Array;
}

/**
 * AIM (McKenna, Mullins, Sheldon and Miklau, 2022): round by round the pair or triple of which the model is furthest from the rows
 * beyond what noise will add, by the exponential mechanism, is counted, and the model is fitted again. Sets weigh by how much of
 * the workload (all pairs and triples, those with the target counted as two columns more) they bear on, and may not make the model larger than the share of
 * the budget that is spent allows. Where a round has told nothing that noise could not have, the next ones get twice the budget.
 */
export async function selectAndMeasure(
  counted: readonly Counted[],
  single: readonly MeasuredSet[],
  { rho, rows, target, never, report }: SelectPlan,
  account: Account,
  rng: Rng,
): Promise<{ readonly model: GraphicalModel; readonly sets: readonly (readonly number[])[] }> {
  const sizes = single.map((one) => one.counts.length);
  const candidates = candidatesOf(counted, sizes, target, rng);
  const heaviest = candidates.reduce((most, one) => Math.max(most, one.weight), 1);
  const known = never.map(({ variables, never: cells }) => unmeasured(variables, cells.length));
  const measured: MeasuredSet[] = [...single, ...known];
  const start = [
    ...single.map((one) => new Float64Array(one.counts.length)),
    ...never.map(({ never: cells }) => Float64Array.from(cells, (one) => (one ? impossible : 0))),
  ];
  let model = fitGraphical(sizes, measured, rows, { steps: 5 * fewSteps, start });
  let each = rho / roundsPlanned(sizes.length);
  let spent = 0;
  while (candidates.length > 0 && spent < rho * (1 - 1e-9)) {
    // What would not pay for another round is spent in this one.
    const own = rho - spent < 2 * each ? rho - spent : each;
    const variance = 1 / (2 * own * (1 - choiceShare));
    const allowed = mostCells * ((spent + own) / rho);
    const size = model.cliques.reduce((sum, one) => sum + one.chances.length, 0);
    const sets = measured.map((one) => one.variables);
    const fits = candidates.filter(
      ({ variables }) => junctionTree(sizes, [...sets, variables]).cells <= Math.max(allowed, size),
    );
    if (fits.length === 0) break;
    const noise = Math.sqrt((2 * variance) / Math.PI);
    const made = drawGroups(model, sampled, rng.fork(`round ${measured.length} ${each}`)).groups;
    const scores = fits.map(({ variables, cells, weight, counts }) => {
      const expected = countsOf(variables, made, sizes);
      let distance = 0;
      for (let cell = 0; cell < cells; cell++)
        distance += Math.abs(counts[cell] - Math.round((expected[cell] * rows) / sampled));
      return weight * (distance - Math.round(noise * cells));
    });
    const chosen = fits[exponentialChoice(scores, own * choiceShare, account, heaviest)];
    const before = countsOf(chosen.variables, made, sizes);
    measured.push(measuredSet(chosen.variables, chosen.counts, own * (1 - choiceShare), account));
    spent += own;
    model = fitGraphical(sizes, measured, rows, { steps: fewSteps, start: model.potentials });
    const after = countsOf(chosen.variables, drawGroups(model, sampled, rng.fork("after")).groups, sizes);
    const moved = after.reduce((sum, count, cell) => sum + Math.abs(count - before[cell]), 0);
    if ((moved * rows) / sampled <= noise * chosen.cells) each *= 2;
    report?.(spent / rho);
    // A stop signal gets its turn only when the loop lets go.
    await new Promise((next) => setImmediate(next));
  }
  model = fitGraphical(sizes, measured, rows, { steps: manySteps, start: model.potentials });
  return { model, sets: measured.slice(single.length + known.length).map((one) => one.variables) };
}

/** All pairs, and triples: all of them, or so many at random, whatever the rows. */
function candidatesOf(
  counted: readonly Counted[],
  sizes: readonly number[],
  target: number,
  rng: Rng,
): readonly Candidate[] {
  const open = [...sizes.keys()].filter((v) => sizes[v] > 1);
  const sets: number[][] = open.flatMap((a, k) => open.slice(k + 1).map((b) => [a, b]));
  const triples = sets.flatMap(([a, b]) => open.filter((c) => c > b).map((c) => [a, b, c]));
  const stream = rng.fork("triples");
  for (let k = triples.length; k > mostTriples; k--) triples.splice(integer(stream, k), 1);
  const groups = counted.map((one) => one.cells);
  return [...sets, ...triples].flatMap((variables): Candidate[] => {
    const cells = cellCount(variables, sizes);
    if (cells > mostSetCells) return [];
    const weight = variables.length + (variables.includes(target) ? 2 : 0);
    return [{ variables, cells, weight, counts: countsOf(variables, groups, sizes) }];
  });
}

/** The rows in each cell of the variables; rows in no group of one of them are in none. */
function countsOf(
  variables: readonly number[],
  groups: readonly Places[],
  sizes: readonly number[],
): Float64Array {
  const out = new Float64Array(cellCount(variables, sizes));
  const own = variables.map((variable) => groups[variable]);
  for (let i = 0; i < own[0].length; i++) {
    let cell = 0;
    for (let k = 0; k < own.length; k++) {
      if (own[k][i] < 0) {
        cell = -1;
        break;
      }
      cell = cell * sizes[variables[k]] + own[k][i];
    }
    if (cell >= 0) out[cell]++;
  }
  return out;
}
