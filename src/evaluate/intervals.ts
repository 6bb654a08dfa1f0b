import { checkNumber } from "../core/checks";
import { normalQuantile } from "../core/math/normal-distribution";

/** Wilson's (1927) interval of a share: `successes` of `trials`, which may be weighted counts. */
export function wilson(successes: number, trials: number, level = 0.95): [number, number] {
  const action = "make Wilson interval";
  checkNumber(trials, 0, Infinity, action, "trials", "low");
  checkNumber(successes, 0, trials, action, "successes");
  checkNumber(level, 0, 1, action, "level", "both");
  const z = normalQuantile((1 + level) / 2);
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const middle = (share + (z * z) / (2 * trials)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))) / scale;
  return [successes === 0 ? 0 : middle - half, successes === trials ? 1 : middle + half];
}
