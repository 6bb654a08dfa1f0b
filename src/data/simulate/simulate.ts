import { checkInteger } from "../../core/checks";
import { normal, type Rng, seeded } from "../../core/rng";
import {
  drawHiddenFactor,
  drawReason,
  drawResponse,
  planFactor,
  type Reason,
  reasons,
  reformMonths,
  riskOf,
  turnChance,
} from "./hazard";
import {
  closingMonth,
  drawBills,
  fillHistory,
  type Measure,
  measures,
  type Panels,
  type Presence,
} from "./history";
import { content, drawMood, gone, leaveChance, leaving, type Mood, outlook } from "./mood";
import { drawProfile, type Profile } from "./profile";
import { drawTenure } from "./tenure";
import { callFields, cents, chargeOf, type Month, minuteFields } from "./usage";

export interface SimulateOptions {
  /** How many customers, those who left included. */
  readonly customers: number;
  /** Same seed, same customers: the first ones of a larger base are those of a smaller one. */
  readonly seed: number;
  /** Months of history. @default 24 */
  readonly months?: number;
  /** Whether to make monthly panels; without, only what the closing month shows. @default true */
  readonly usage?: boolean;
  /** The first customer's number. Chunks that follow each other make up one base. @default 0 */
  readonly first?: number;
}

/** One array per field, one value per customer. */
export type Columns<T> = { readonly [K in keyof T]: Float64Array };

/** Simulated customers: what a carrier would know of them, and apart from it, what only the simulator knows. */
export interface Simulation {
  readonly seed: number;
  readonly customers: number;
  readonly first: number;
  readonly months: number;
  readonly profile: Columns<Profile>;
  /** Months completed at the close, or when the customer left; at most 72, the age of the carrier. */
  readonly tenure: Int16Array;
  /** The month of joining, from 1; 0 and below for those who were there before the first month. */
  readonly joined: Int16Array;
  /** The month in which he left, from 1; 0 for those still there. */
  readonly left: Int16Array;
  /** Dollars billed for subscribed services since the beginning; NaN before the first bill. */
  readonly totalCharge: Float64Array;
  /** The last month that the books show. */
  readonly closing: Columns<Month>;
  readonly panels?: Panels;
  readonly campaign: Campaign;
  readonly truth: Truth;
}

/** A randomised offer to the customers there at the close, watched for `months` months after it. */
export interface Campaign {
  readonly months: number;
  /** 1 offered, 0 held back, −1 not part of it (gone, or without a month's history). */
  readonly treated: Int8Array;
  /** 1 when the offer was taken up. */
  readonly accepted: Int8Array;
  /** 1 when the customer left while it was watched; −1 if not part. */
  readonly churned: Int8Array;
}

/** What is true and no carrier knows. Never a feature. */
export interface Truth {
  /** Customer i, month t at `i * months + t`: the chance, known only here, of leaving in that month; NaN when not there. */
  readonly hazard?: Float32Array;
  /** Why he left, is about to, or wavers: an index into `reasons`. */
  readonly reason: Int8Array;
  /** How he stands to the carrier at the close: an index into `moods`; 3 when gone. */
  readonly mood: Int8Array;
  /** Chance of leaving within the campaign's months, held back and offered; NaN for those gone. */
  readonly churn: Float64Array;
  readonly churnIfOffered: Float64Array;
  /** 0 indifferent, 1 persuadable, 2 sleeping dog. */
  readonly response: Int8Array;
  /** What came of the 12 months after the close, without an offer: the month of leaving (0: none), revenue, cost. */
  readonly futureLeft: Int16Array;
  readonly futureRevenue: Float64Array;
  readonly futureCost: Float64Array;
  /** What was to be expected of revenue in these months, held back and offered. */
  readonly expectedRevenue: Float64Array;
  readonly expectedRevenueIfOffered: Float64Array;
}

export const futureMonths = 12;
const campaignMonths = 6;

const profileFields: readonly (keyof Profile)[] = [
  "age",
  "female",
  "state",
  "areaCode",
  "partner",
  "dependents",
  "phone",
  "multipleLines",
  "internet",
  "security",
  "backup",
  "protection",
  "support",
  "television",
  "movies",
  "contract",
  "paperless",
  "payment",
  "monthlyCharge",
  "internationalPlan",
  "voiceMailPlan",
  "accountLength",
];
const monthFields: readonly (keyof Month)[] = [
  ...minuteFields,
  ...callFields,
  "intlCalls",
  "serviceCalls",
  "voiceMails",
];

/**
 * A customer base over `months` months. A content customer turns at a rate that follows from contract, services, plans
 * and tenure (a proportional-hazards model): at once, or wavering for some months, he decides to leave and does so, for
 * a reason that his last months show. All views of the base are cut from this one history.
 *
 * @example
 * const base = simulate({ customers: 500, seed: 1, months: 12 });
 * base.tenure.length; // → 500
 * simulate({ customers: 500, seed: 1, months: 12 }).tenure[7] === base.tenure[7]; // → true
 */
export function simulate(options: SimulateOptions): Simulation {
  const { customers: n, seed, months = 24, usage = true, first = 0 } = options;
  checkInteger(n, 0, 50_000_000, "simulate", "customers");
  checkInteger(months, 1, 72, "simulate", "months");
  checkInteger(first, 0, Number.MAX_SAFE_INTEGER, "simulate", "first");
  const profile = columnsOf(profileFields, n);
  const closing = columnsOf(monthFields, n);
  const panels = usage ? panelsOf(n * months) : undefined;
  const base: Simulation = {
    seed,
    customers: n,
    first,
    months,
    profile,
    tenure: new Int16Array(n),
    joined: new Int16Array(n),
    left: new Int16Array(n),
    totalCharge: new Float64Array(n).fill(NaN),
    closing,
    ...(panels ? { panels } : {}),
    campaign: {
      months: campaignMonths,
      treated: new Int8Array(n).fill(-1),
      accepted: new Int8Array(n),
      churned: new Int8Array(n).fill(-1),
    },
    truth: {
      ...(usage ? { hazard: new Float32Array(n * months).fill(NaN) } : {}),
      reason: new Int8Array(n),
      mood: new Int8Array(n),
      churn: new Float64Array(n).fill(NaN),
      churnIfOffered: new Float64Array(n).fill(NaN),
      response: new Int8Array(n),
      futureLeft: new Int16Array(n),
      futureRevenue: new Float64Array(n),
      futureCost: new Float64Array(n),
      expectedRevenue: new Float64Array(n),
      expectedRevenueIfOffered: new Float64Array(n),
    },
  };
  const root = seeded(seed);
  for (let i = 0; i < n; i++) simulateCustomer(base, i, root.fork(first + i));
  return base;
}

/** The whole base in chunks of at most `rows` customers, for bases larger than memory. */
export function* simulateChunks(options: SimulateOptions, rows = 50_000): Generator<Simulation> {
  const { customers, first = 0 } = options;
  for (let at = 0; at < customers; at += rows)
    yield simulate({ ...options, customers: Math.min(rows, customers - at), first: first + at });
}

/** The stretch of a customer's life that falls into the simulated months. */
interface Life extends Presence {
  readonly who: Profile;
  readonly risk: number;
  readonly mood: Mood;
}

function simulateCustomer(base: Simulation, i: number, rng: Rng): void {
  const life = live(base, i, rng);
  const { who, last, tenure } = life;
  for (const field of profileFields) base.profile[field][i] = who[field];
  base.truth.reason[i] = reasons.indexOf(life.reason);
  base.truth.mood[i] = life.mood;
  base.tenure[i] = tenure;
  if (last < life.first) return;
  const usageRng = rng.fork("usage");
  const seen = closingMonth(usageRng, who, life);
  for (const field of monthFields) base.closing[field][i] = seen.closing[field];
  const offset = i * base.months;
  if (base.panels) fillHistory({ who, at: life, months: seen }, base.panels, offset, usageRng);
  const bills = drawBills(rng.fork("bills"), who.monthlyCharge, life);
  base.totalCharge[i] = bills.total;
  base.panels?.subscription.set(bills.months, offset + life.first);
  if (!life.left) lookAhead(base, i, life, seen.closing, rng.fork("future"));
}

/** Draws who he is and what becomes of him until the close. */
function live(base: Simulation, i: number, rng: Rng): Life {
  const { months, truth } = base;
  const close = drawTenure(rng);
  const who = drawProfile(rng, close);
  const risk = riskOf(who) * drawHiddenFactor(rng);
  const reformed = risk * planFactor(who);
  const first = Math.max(0, months - close);
  base.joined[i] = months - close + 1;
  let mood: Mood = content;
  let turned = -1;
  let decided = -1;
  let reason: Reason = "none";
  for (let t = first; t < months; t++) {
    const tenure = close - (months - 1 - t);
    const turn = turnChance(t >= months - reformMonths ? reformed : risk, who.contract, tenure);
    if (truth.hazard) truth.hazard[i * months + t] = leaveChance(mood, turn, tenure);
    const next: Mood = drawMood(rng, mood, turn, tenure);
    if (next === content) turned = decided = -1;
    else if (mood === content) {
      turned = t;
      reason = drawReason(rng, who);
    }
    if (next >= leaving && mood !== leaving) decided = t;
    mood = next;
    if (mood === gone) {
      base.left[i] = t + 1;
      return { who, risk: reformed, first, last: t, turned, decided, reason, mood, left: true, tenure };
    }
  }
  if (mood === content) reason = "none";
  return {
    who,
    risk: reformed,
    first,
    last: months - 1,
    turned,
    decided,
    reason,
    mood,
    left: false,
    tenure: close,
  };
}

/** The months after the close: an offer to half of the customers, and what becomes of them with and without it. */
function lookAhead(base: Simulation, i: number, life: Life, closing: Month, rng: Rng): void {
  const { campaign, truth } = base;
  const { who, risk, tenure } = life;
  const response = drawResponse(rng, who, tenure);
  const standing = { risk, contract: who.contract, tenureMonths: tenure, mood: life.mood };
  const held = outlook(standing, futureMonths);
  const offered = outlook(standing, futureMonths, {
    factor: response.factor,
    months: campaignMonths,
  });
  truth.response[i] = response.kind;
  truth.churn[i] = held.left[campaignMonths - 1];
  truth.churnIfOffered[i] = offered.left[campaignMonths - 1];
  const monthly = who.monthlyCharge + chargeOf(closing);
  truth.expectedRevenue[i] = held.billedMonths * monthly;
  truth.expectedRevenueIfOffered[i] = offered.billedMonths * monthly;
  const treated = rng.uniform() < 0.5;
  campaign.treated[i] = treated ? 1 : 0;
  campaign.accepted[i] = treated && rng.uniform() < response.acceptance ? 1 : 0;
  // One draw decides the month of leaving in both worlds, so that they differ by the offer alone.
  const drawn = rng.uniform();
  const leaves = (left: Float64Array): number => left.findIndex((chance) => drawn < chance) + 1;
  const without = leaves(held.left);
  const outcome = treated ? leaves(offered.left) : without;
  campaign.churned[i] = outcome > 0 && outcome <= campaignMonths ? 1 : 0;
  truth.futureLeft[i] = without;
  const stayed = without > 0 ? without : futureMonths;
  const spread = 1 + (0.12 / Math.sqrt(stayed)) * normal(rng);
  truth.futureRevenue[i] = cents(stayed * monthly * spread);
  truth.futureCost[i] = cents(stayed * (0.28 * monthly + 9) * spread);
}

function columnsOf<K extends string>(fields: readonly K[], n: number): { readonly [F in K]: Float64Array } {
  return Object.fromEntries(fields.map((field) => [field, new Float64Array(n)])) as {
    [F in K]: Float64Array;
  };
}

function panelsOf(size: number): Panels {
  return Object.fromEntries(measures.map((measure) => [measure, new Float32Array(size).fill(NaN)])) as Record<
    Measure,
    Float32Array
  >;
}
