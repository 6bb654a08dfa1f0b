import { fillNormal, normal, type Rng } from "../../core/rng";
import type { Reason } from "./hazard";
import type { Profile } from "./profile";
import {
  billLimit,
  callDeviations,
  callFields,
  callMeans,
  cents,
  chargeOf,
  contactMonths,
  drawContacts,
  drawDataLevel,
  drawIntlCalls,
  drawMonth,
  intlMinuteLimit,
  type Month,
  minuteDeviations,
  minuteFields,
  minuteMeans,
  tenths,
} from "./usage";

/** What is measured every month, one panel each: customer i, month t at `i * months + t`, NaN where he wasn't there. */
export const measures = [
  ...minuteFields,
  ...callFields,
  "intlCalls",
  "dataGb",
  "contacts",
  "subscription",
  "metered",
  "cost",
] as const;

export type Measure = (typeof measures)[number];
export type Panels = Readonly<Record<Measure, Float32Array>>;

/** The months of a customer's presence within the simulated ones, counted from 0, and how he left. */
export interface Presence {
  readonly first: number;
  readonly last: number;
  /** The month in which he last turned from content to wavering or leaving; −1 if content. */
  readonly turned: number;
  /** The month in which he decided to leave; −1 if he hasn't. */
  readonly decided: number;
  readonly reason: Reason;
  readonly left: boolean;
  /** Tenure completed in the last month. */
  readonly tenure: number;
}

/** How much of a month's standing carries over to the next. */
export const persistence = 0.85;
export const shock = Math.sqrt(1 - persistence * persistence);

/** Cost of a month in dollars: a base, minutes passed on, data, and contacts with support. */
const costs = { base: 9, minute: 0.012, intlMinute: 0.11, gigabyte: 0.06, contact: 5.5 };

/** The last month that books show of a customer: of one who left, his reason; of one still wavering, the way to it. */
export function closingMonth(rng: Rng, who: Profile, at: Presence): { before: Month; closing: Month } {
  const before = drawMonth(rng, who, "none");
  if (at.turned < 0) return { before, closing: before };
  const target = drawMonth(rng, who, at.reason);
  return { before, closing: at.left ? target : between(before, target, progressOf(at, at.last)) };
}

/** How far a customer has come towards his reason by month t: slowly while he wavers, at his last month all the way. */
export function progressOf(at: Pick<Presence, "turned" | "decided" | "left" | "last">, t: number): number {
  if (t < at.turned) return 0;
  if (at.left && t === at.last) return 1;
  const decided = at.decided >= 0 && t >= at.decided;
  return decided ? Math.min(0.85, 0.6 + 0.1 * (t - at.decided)) : Math.min(0.5, 0.2 + 0.1 * (t - at.turned));
}

function between(a: Month, b: Month, share: number): Month {
  const mix = (key: keyof Month): number => (1 - share) * a[key] + share * b[key];
  const whole = (key: keyof Month): number => Math.round(mix(key));
  return {
    dayMinutes: tenths(mix("dayMinutes")),
    eveMinutes: tenths(mix("eveMinutes")),
    nightMinutes: tenths(mix("nightMinutes")),
    intlMinutes: tenths(mix("intlMinutes")),
    dayCalls: whole("dayCalls"),
    eveCalls: whole("eveCalls"),
    nightCalls: whole("nightCalls"),
    intlCalls: whole("intlCalls"),
    serviceCalls: whole("serviceCalls"),
    voiceMails: whole("voiceMails"),
  };
}

/** A customer, when he was one, and the months before he turned and of his closing. */
interface Lived {
  readonly who: Profile;
  readonly at: Presence;
  readonly months: { readonly before: Month; readonly closing: Month };
}

/**
 * Fills customer i's rows of the panels, backwards from the closing month: use wanders about the customer's level by an
 * autoregressive step, sways with the season, and in the months before he leaves moves towards the reason.
 */
export function fillHistory({ who, at, months }: Lived, panels: Panels, offset: number, rng: Rng): void {
  const dataLevel = drawDataLevel(rng, who);
  fillContacts(rng, at, months.closing.serviceCalls, panels.contacts, offset);
  const noise = new Float64Array(8);
  let level: Month = months.before;
  // The month before the turn is where the wandering starts: content, as ever.
  const settled = at.turned < 0 ? at.last : at.turned - 1;
  for (let t = at.last; t >= at.first; t--) {
    const place = offset + t;
    // Eight draws a month, in pairs: twice as fast as one by one.
    fillNormal(rng, noise);
    let month: Month;
    if (t === at.last) month = months.closing;
    else if (t > settled) month = between(months.before, months.closing, progressOf(at, t));
    else {
      if (t < settled) level = stepBack(rng, noise, level, who);
      month = seasoned(level, t, at.last, who);
    }
    const { dayMinutes, eveMinutes, nightMinutes, intlMinutes, dayCalls, eveCalls, nightCalls, intlCalls } =
      month;
    panels.dayMinutes[place] = dayMinutes;
    panels.eveMinutes[place] = eveMinutes;
    panels.nightMinutes[place] = nightMinutes;
    panels.intlMinutes[place] = intlMinutes;
    panels.dayCalls[place] = dayCalls;
    panels.eveCalls[place] = eveCalls;
    panels.nightCalls[place] = nightCalls;
    panels.intlCalls[place] = intlCalls;
    const gigabytes = dataLevel * 1.012 ** (t - at.last) * (1 + 0.08 * season(t)) * Math.exp(0.22 * noise[7]);
    panels.dataGb[place] = tenths(gigabytes);
    panels.metered[place] = cents(chargeOf(month));
    const voice = dayMinutes + eveMinutes + nightMinutes;
    panels.cost[place] = cents(
      costs.base +
        costs.minute * voice +
        costs.intlMinute * intlMinutes +
        costs.gigabyte * gigabytes +
        costs.contact * panels.contacts[place],
    );
  }
}

/** The standard deviation of a bill over its list price: IBM Telco's total charges differ from tenure × monthly so. */
const billSpread = 0.2;

/** What was billed for subscribed services: in each month of presence, and in all since the customer joined. */
export interface Bills {
  readonly months: Float64Array;
  readonly total: number;
}

/** The list price at first, later with discounts and extras; the months before the simulated ones in one draw. */
export function drawBills(rng: Rng, monthlyCharge: number, at: Presence): Bills {
  const months = new Float64Array(at.last - at.first + 1);
  const before = at.tenure - months.length;
  fillNormal(rng, months);
  let total = before > 0 ? monthlyCharge * (before + billSpread * Math.sqrt(before) * normal(rng)) : 0;
  for (let k = 0; k < months.length; k++) {
    const first = before + k === 0;
    months[k] = first ? monthlyCharge : cents(Math.max(0, monthlyCharge * (1 + billSpread * months[k])));
    total += months[k];
  }
  return { months, total: cents(Math.max(total, monthlyCharge)) };
}

function stepBack(rng: Rng, noise: Float64Array, level: Month, who: Profile): Month {
  const back = (value: number, mean: number, deviation: number, draw: number): number =>
    mean + persistence * (value - mean) + shock * deviation * draw;
  return {
    dayMinutes: back(level.dayMinutes, minuteMeans[0], minuteDeviations[0], noise[0]),
    eveMinutes: back(level.eveMinutes, minuteMeans[1], minuteDeviations[1], noise[1]),
    nightMinutes: back(level.nightMinutes, minuteMeans[2], minuteDeviations[2], noise[2]),
    intlMinutes: back(level.intlMinutes, minuteMeans[3], minuteDeviations[3], noise[3]),
    dayCalls: back(level.dayCalls, callMeans[0], callDeviations[0], noise[4]),
    eveCalls: back(level.eveCalls, callMeans[1], callDeviations[1], noise[5]),
    nightCalls: back(level.nightCalls, callMeans[2], callDeviations[2], noise[6]),
    intlCalls: drawIntlCalls(rng, who),
    serviceCalls: level.serviceCalls,
    voiceMails: level.voiceMails,
  };
}

/** The level as that month shows it: with the season, in whole calls and tenths of minutes, and giving no reason to leave. */
function seasoned(level: Month, t: number, last: number, who: Profile): Month {
  const sway = swayOf(t, last);
  const month: Month = {
    dayMinutes: tenths(level.dayMinutes * sway),
    eveMinutes: tenths(level.eveMinutes * sway),
    nightMinutes: tenths(level.nightMinutes * sway),
    intlMinutes: level.intlCalls === 0 ? 0 : tenths(level.intlMinutes * sway),
    dayCalls: Math.max(0, Math.round(level.dayCalls * sway)),
    eveCalls: Math.max(0, Math.round(level.eveCalls * sway)),
    nightCalls: Math.max(0, Math.round(level.nightCalls * sway)),
    intlCalls: level.intlCalls,
    serviceCalls: level.serviceCalls,
    voiceMails: level.voiceMails,
  };
  if (who.internationalPlan) month.intlMinutes = Math.min(month.intlMinutes, intlMinuteLimit);
  const charge = chargeOf(month);
  if (!who.voiceMailPlan && charge >= billLimit) {
    const scale = (billLimit - 1) / charge;
    month.dayMinutes = tenths(month.dayMinutes * scale);
    month.eveMinutes = tenths(month.eveMinutes * scale);
    month.nightMinutes = tenths(month.nightMinutes * scale);
    month.intlMinutes = tenths(month.intlMinutes * scale);
  }
  return month;
}

/** Use in month t over that in the last month, by the season alone. */
export function swayOf(t: number, last: number): number {
  return (1 + 0.04 * season(t)) / (1 + 0.04 * season(last));
}

/** Spreads the calls of the last months, late ones for a customer who leaves over the service; earlier months are ordinary. */
function fillContacts(rng: Rng, at: Presence, calls: number, contacts: Float32Array, offset: number): void {
  const from = Math.max(at.first, at.last - contactMonths + 1);
  for (let t = at.first; t < from; t++) contacts[offset + t] = drawContacts(rng);
  for (let t = from; t <= at.last; t++) contacts[offset + t] = 0;
  const begin = at.reason === "service" && at.turned >= 0 ? Math.max(from, at.turned - 1) : from;
  for (let k = 0; k < calls; k++)
    contacts[offset + begin + Math.floor(rng.uniform() * (at.last - begin + 1))]++;
}

function season(t: number): number {
  return Math.cos((2 * Math.PI * (t - 11)) / 12);
}
