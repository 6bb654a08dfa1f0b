import { normalQuantile } from "../../core/math/normal-distribution";
import { hiddenFactor, planFactor, reformMonths, riskOf, turnChance } from "../../data/simulate/hazard";
import type { Presence } from "../../data/simulate/history";
import { type MoodShares, monthChances, passMonth, reassured, recovers } from "../../data/simulate/mood";
import type { Profile } from "../../data/simulate/profile";
import type { Simulation } from "../../data/simulate/simulate";
import { tenureAt } from "../clv/landmarks";

/** What may have become of a customer until the close, as far as it shapes his months, and how likely that was before any was seen. */
export interface Course extends Pick<Presence, "turned" | "decided" | "left" | "last"> {
  readonly weight: number;
}

/** As many values of the hidden factor, all equally likely, stand for all of them. */
const factors = Float64Array.from({ length: 24 }, (_, k) => hiddenFactor(normalQuantile((k + 0.5) / 24)));

/**
 * Every course of a customer who is there at the end of `month`, by the simulator's own chances with the hidden factor
 * summed out. One who is content again has no trace of having turned, so that only the last turn is told, if it is not
 * further back than `back` months (those are too few to matter).
 */
export function coursesOf(base: Simulation, i: number, who: Profile, month: number, back: number): Course[] {
  const { months } = base;
  const first = Math.max(0, base.joined[i] - 1);
  const atOnce = new Float64Array(months);
  const slowly = new Float64Array(months);
  const courses: Course[] = [];
  const add = (turned: number, decided: number, left: boolean, last: number, weight: number): void => {
    if (weight > 0) courses.push({ turned, decided, left, last, weight });
  };
  let calm = 0;
  const risk = riskOf(who);
  for (const factor of factors) {
    const shares: MoodShares = [1, 0, 0];
    for (let t = first; t < months; t++) {
      const tenure = tenureAt(base, i, t + 1);
      const now = risk * factor * (t >= months - reformMonths ? planFactor(who) : 1);
      const chances = monthChances(turnChance(now, who.contract, tenure), tenure);
      atOnce[t] += shares[0] * chances.atOnce;
      slowly[t] += shares[0] * chances.slowly;
      passMonth(shares, chances);
    }
    calm += shares[0];
  }
  add(-1, -1, false, months - 1, calm);
  const { decide, exit } = monthChances(0, months);
  const decides = (turned: number, decided: number, weight: number): void => {
    let there = weight;
    for (let t = decided; t < months; t++) {
      if (t >= month) add(turned, decided, true, t, there * exit);
      there *= (1 - exit) * (1 - recovers);
    }
    add(turned, decided, false, months - 1, there);
  };
  for (let turned = Math.max(first, month - back); turned < months; turned++) {
    decides(turned, turned, atOnce[turned]);
    let wavers = slowly[turned];
    for (let t = turned + 1; t < months; t++) {
      decides(turned, t, wavers * decide);
      wavers *= 1 - decide - reassured;
    }
    add(turned, -1, false, months - 1, wavers);
  }
  return courses;
}
