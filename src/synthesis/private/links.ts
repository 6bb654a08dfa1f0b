import type { Account } from "./budget";
import type { Places } from "./domain/columns";
import type { MeasuredSet } from "./graphical-model";
import { exponentialChoice, noisyCounts } from "./noise/mechanisms";

/** Each row's cell of a variable (−1: in none), and how many rows are expected in each. */
export interface Counted {
  readonly cells: Places;
  readonly expected: Float64Array;
}

/** What choosing pairs may cost, and the noise that their counts will have. */
export interface LinkPlan {
  readonly rho: number;
  readonly variance: number;
  /** The variable that all others depend on anyway; −1 without one. */
  readonly target: number;
  /** As many as there can be pairs. */
  readonly rounds: number;
}

/**
 * Pairs of variables that depend on each other most and form no circle, one after another by the exponential mechanism:
 * the score is the distance of their counts from independence (a row changes it by 1 at most) less the distance that
 * noise alone will make, which no row changes (McKenna, Miklau and Sheldon, 2021; the deduction as in AIM, 2022). Ends
 * early when no pair is likely to be worth its noise. All rounds cost `rho` together.
 */
export function chooseLinks(
  variables: readonly Counted[],
  rows: number,
  { rho, variance, target, rounds }: LinkPlan,
  account: Account,
): (readonly [number, number])[] {
  const group = variables.map((_, v) => v);
  const candidates: { readonly pair: readonly [number, number]; readonly score: number }[] = [];
  const noise = Math.sqrt((2 * variance) / Math.PI);
  for (let a = 0; a < variables.length; a++) {
    for (let b = a + 1; b < variables.length; b++) {
      const [left, right] = [variables[a].expected, variables[b].expected];
      if (a === target || b === target || left.length < 2 || right.length < 2) continue;
      const counts = pairCounts(variables[a].cells, variables[b].cells, left.length, right.length);
      let distance = 0;
      for (let c = 0; c < counts.length; c++) {
        const alone = (left[Math.floor(c / right.length)] * right[c % right.length]) / rows;
        distance += Math.abs(counts[c] - Math.round(alone));
      }
      candidates.push({ pair: [a, b], score: distance - Math.round(noise * counts.length) });
    }
  }
  const chosen: (readonly [number, number])[] = [];
  const each = rho / rounds;
  let left = rounds;
  while (left > 0) {
    const open = candidates.filter(({ pair: [a, b] }) => group[a] !== group[b]);
    if (open.length === 0) break;
    left--;
    const pick = exponentialChoice([...open.map((one) => one.score), 0], each, account);
    if (pick === open.length) break;
    const [a, b] = open[pick].pair;
    chosen.push([a, b]);
    const [kept, gone] = [group[a], group[b]];
    for (let v = 0; v < group.length; v++) if (group[v] === gone) group[v] = kept;
  }
  // What is listed as spent says nothing of rows: rounds that were not needed are paid for too.
  if (left > 0) account.payChoices(left * each, left);
  return chosen;
}

/** The noisy counts of the chosen pairs, for `rho` together. */
export function measureLinks(
  variables: readonly Counted[],
  links: readonly (readonly [number, number])[],
  rho: number,
  account: Account,
): readonly MeasuredSet[] {
  return links.map(([a, b]) => {
    const [left, right] = [variables[a], variables[b]];
    const counts = pairCounts(left.cells, right.cells, left.expected.length, right.expected.length);
    return measuredSet([a, b], counts, rho / links.length, account);
  });
}

/** The counts of some variables together with noise that costs `rho`. */
export function measuredSet(
  variables: readonly number[],
  cells: Float64Array,
  rho: number,
  account: Account,
): MeasuredSet {
  const { counts, variance } = noisyCounts(cells, rho, account);
  return { variables, counts, variances: new Float64Array(counts.length).fill(variance) };
}

function pairCounts(a: Places, b: Places, rows: number, columns: number): Float64Array {
  const counts = new Float64Array(rows * columns);
  for (let i = 0; i < a.length; i++) if (a[i] >= 0 && b[i] >= 0) counts[a[i] * columns + b[i]]++;
  return counts;
}
