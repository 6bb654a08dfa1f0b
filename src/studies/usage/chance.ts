import { check, checkInteger } from "../../core/checks";
import { turnChance } from "../../data/simulate/hazard";
import { content, leaveChance, leaving, type Mood, outlook, wavering } from "../../data/simulate/mood";
import type { Simulation } from "../../data/simulate/simulate";
import { tenureAt } from "../clv/landmarks";

/**
 * The exact chance, by his mood and risk at the end of `month`, that customer `i` leaves within the next `ahead` months.
 * His mood and risk are read off the true hazards. RangeError when the
 * simulation was made without them, or he was not there.
 */
export function chanceOfLeaving(base: Simulation, i: number, month: number, ahead: number): number {
  const action = "tell a customer's chance of leaving";
  checkInteger(month, 1, base.months - 1, action, "month");
  const hazard = hazardAt(base, i, month);
  check(Number.isFinite(hazard), action, `customer ${i} must be there after month ${month}`);
  const mood = moodAt(base, i, month);
  const contract = base.profile.contract[i];
  const standing = { risk: riskAt(base, i, month), contract, tenureMonths: tenureAt(base, i, month), mood };
  return outlook(standing, ahead).left[ahead - 1];
}

function hazardAt(base: Simulation, i: number, t: number): number {
  if (!base.truth.hazard)
    throw new RangeError("Cannot read hazards: the simulation must have been made with usage");
  return base.truth.hazard[i * base.months + t];
}

/** A hazard belongs to one who wavers or leaves when it is what such a one has; both are the same for all customers. */
function moodAt(base: Simulation, i: number, t: number): Mood {
  const hazard = hazardAt(base, i, t);
  // Newcomers never waver, so their hazards, which may be as high, are not mistaken.
  for (const mood of [wavering, leaving] as const)
    if (Math.abs(hazard - leaveChance(mood, 0, 72)) < 1e-6) return mood;
  return content;
}

/** The risk behind the hazard of the last month up to `month` in which he was content; 0 when he never was. */
function riskAt(base: Simulation, i: number, month: number): number {
  const first = Math.max(0, base.joined[i] - 1);
  for (let t = month; t >= first; t--) {
    if (moodAt(base, i, t) !== content) continue;
    const tenure = tenureAt(base, i, t + 1);
    // Both are proportional to the risk as long as it is small.
    const small = 1e-6;
    const unit = leaveChance(content, turnChance(small, base.profile.contract[i], tenure), tenure) / small;
    return hazardAt(base, i, t) / unit;
  }
  return 0;
}
