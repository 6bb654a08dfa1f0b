import { checkNumber } from "../../core/checks";
import { normalLogCdf } from "../../core/math/normal-distribution";
import { rhoOf } from "./budget";

/** What a release is made of: Gaussian noise on counts, and choices by the exponential mechanism. */
export interface Composition {
  /** What all noise on counts costs together, Σ 1 / (2 variance). */
  readonly gaussian: number;
  /** What each choice costs. */
  readonly choice: number;
  readonly choices: number;
}

/**
 * The δ for which a release is (ε, δ)-differentially private, from the distribution of its privacy loss. Noise on counts
 * has a normal loss (Dong, Roth and Su, 2022). A choice is dominated by the loss whose profile is the greatest of all
 * bounded-range mechanisms' (Dong, Durfee and Rogers, 2020), laid onto a grid from above (connect the dots: Doroshenko
 * et al., 2022), so that choices may depend on what was seen before (Zhu, Dong and Wang, 2022). An upper bound: the
 * noise is that of whole numbers, and its loss lies on a lattice, over which sums exceed the integral. A single count has the
 * coarsest, with a spacing of 2ρ, and exceeds it by less than a sixth of ε² (tried from ε = .01 to 8 and δ = 1e-14 to .6);
 * a quarter is added.
 */
export function deltaOfComposition({ gaussian, choice, choices }: Composition, epsilon: number): number {
  const { loss, step } = choiceLosses(choice, choices);
  const half = (loss.length - 1) / 2;
  let delta = 0;
  loss.forEach((chance, k) => {
    if (chance > 0) delta += chance * gaussianDelta(gaussian, epsilon - (k - half) * step);
  });
  return Math.min(1, delta * (1 + epsilon ** 2 / 4));
}

/** δ(ε) of normal noise that costs ρ: a mean of the loss of ρ, a variance of 2ρ. Holds for ε below 0 as well. */
export function gaussianDelta(rho: number, epsilon: number): number {
  if (rho === 0) return Math.max(0, -Math.expm1(epsilon));
  const spread = Math.sqrt(2 * rho);
  const above = normalLogCdf(spread / 2 - epsilon / spread);
  const below = epsilon + normalLogCdf(-spread / 2 - epsilon / spread);
  return below >= above ? 0 : Math.exp(above) * -Math.expm1(below - above);
}

/** δ(ε) of the exponential mechanism whose chances a row changes within a range of e^η, at its worst. */
export function choiceDelta(range: number, epsilon: number): number {
  if (epsilon >= range) return 0;
  if (epsilon <= -range) return -Math.expm1(epsilon);
  return Math.expm1((epsilon - range) / 2) ** 2 / -Math.expm1(-range);
}

/** The distribution of the loss of all choices, at multiples of `step` around 0. */
function choiceLosses(choice: number, choices: number): { loss: Float64Array; step: number } {
  if (choices === 0 || choice === 0) return { loss: Float64Array.of(1), step: 0 };
  const range = Math.sqrt(8 * choice);
  const cells = Math.min(64, Math.max(4, Math.round(512 / choices)));
  const step = range / cells;
  const one = new Float64Array(2 * cells + 1);
  let slope = -1;
  for (let k = 0; k <= 2 * cells; k++) {
    const at = (k - cells) * step;
    const next =
      k === 2 * cells
        ? 0
        : (choiceDelta(range, at + step) - choiceDelta(range, at)) / (Math.exp(at + step) - Math.exp(at));
    // The chance under the neighbour is the bend of the profile in e^ε; under the table e^ε times as much.
    one[k] = Math.max(0, (next - slope) * Math.exp(at));
    slope = next;
  }
  let loss = Float64Array.of(1);
  for (let k = 0; k < choices; k++) loss = convolved(loss, one);
  return { loss, step };
}

function convolved(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) out[i + j] += a[i] * b[j];
  return out;
}

/**
 * The largest ρ that a release may cost to be (ε, δ)-differentially private, `choiceShare` of it for `choices` choices by
 * the exponential mechanism and the rest for noise on counts: never less than what holds whatever the mechanisms (`rhoOf`).
 */
export function rhoOfPlan(
  epsilon: number,
  delta: number,
  { choiceShare, choices }: { readonly choiceShare: number; readonly choices: number },
): number {
  checkNumber(choiceShare, 0, 1, "budget privacy", "choiceShare");
  const holds = (rho: number): boolean =>
    deltaOfComposition(
      {
        gaussian: rho * (1 - choiceShare),
        choice: choices > 0 ? (rho * choiceShare) / choices : 0,
        choices,
      },
      epsilon,
    ) <= delta;
  let low = rhoOf(epsilon, delta);
  let high = 4 * low;
  if (holds(high)) return low;
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
