import { normal, poisson, type Rng } from "../../core/rng";
import type { Reason } from "./hazard";
import { fibre, noInternet, type Profile } from "./profile";

/** One month of a customer's use. Minutes have one decimal; charges follow from minutes. */
export interface Month {
  dayMinutes: number;
  eveMinutes: number;
  nightMinutes: number;
  intlMinutes: number;
  dayCalls: number;
  eveCalls: number;
  nightCalls: number;
  intlCalls: number;
  /** Calls to customer service over the last `contactMonths` months. */
  serviceCalls: number;
  voiceMails: number;
}

/** Minutes of a month by the part of the day, then those abroad; and calls by the part of the day. */
export const minuteFields = ["dayMinutes", "eveMinutes", "nightMinutes", "intlMinutes"] as const;
export const callFields = ["dayCalls", "eveCalls", "nightCalls"] as const;

/** Dollars a minute: day, evening, night, international. */
export const rates: readonly number[] = [0.17, 0.085, 0.045, 0.27];
/** Months over which calls to customer service are counted. */
export const contactMonths = 6;

/** Means and standard deviations that churn-bigml publishes. */
export const minuteMeans: readonly number[] = [179.78, 200.98, 200.87, 10.29];
export const minuteDeviations: readonly number[] = [54.47, 50.71, 50.57, 2.72];
export const callMeans: readonly number[] = [100.44, 100.11, 100.11];
export const callDeviations: readonly number[] = [20.07, 19.92, 19.57];

/** A customer without voice mail whose monthly charges reach this sum leaves over the bill. */
export const billLimit = 74;
/** From this many calls to customer service on, a customer who spends less than `serviceCharge` leaves over the service. */
export const serviceCallLimit = 4;
export const serviceCharge = 56.5;
/** Holders of the international plan who make this few calls, or talk longer than this, hold the wrong plan, and leave. */
export const intlCallLimit = 2;
export const intlMinuteLimit = 13.1;

// Published counts of 3,333 customers: international calls 0 to 20, calls to customer service 0 to 9.
export const intlCallCounts = [
  18, 160, 489, 668, 619, 472, 336, 218, 116, 109, 50, 28, 15, 14, 6, 7, 2, 1, 3, 1, 1,
];
export const serviceCallCounts = [697, 1181, 759, 429, 166, 66, 22, 9, 2, 2];

/** The sum of a month's metered charges, each rounded to cents as a bill does. */
export function chargeOf(month: Month): number {
  const { dayMinutes, eveMinutes, nightMinutes, intlMinutes } = month;
  return (
    cents(dayMinutes * rates[0]) +
    cents(eveMinutes * rates[1]) +
    cents(nightMinutes * rates[2]) +
    cents(intlMinutes * rates[3])
  );
}

/**
 * The month in which books close on a customer, as churn-bigml would show it. Without a reason to leave it is any month
 * that gives none; with one, any month that gives that reason.
 */
export function drawMonth(rng: Rng, who: Profile, reason: Reason): Month {
  for (;;) {
    const [dayMinutes, eveMinutes, nightMinutes] = [0, 1, 2].map((k) =>
      tenths(minuteMeans[k] + minuteDeviations[k] * normal(rng)),
    );
    const intlCalls = drawCount(rng, intlCallCounts);
    const intlMinutes = intlCalls === 0 ? 0 : tenths(minuteMeans[3] + minuteDeviations[3] * normal(rng));
    const serviceCalls =
      reason === "service"
        ? drawCount(rng, serviceCallCounts, serviceCallLimit)
        : drawCount(rng, serviceCallCounts);
    const month: Month = {
      dayMinutes,
      eveMinutes,
      nightMinutes,
      intlMinutes,
      dayCalls: 0,
      eveCalls: 0,
      nightCalls: 0,
      intlCalls,
      serviceCalls,
      voiceMails: who.voiceMailPlan ? Math.max(4, Math.round(29.28 + 7.56 * normal(rng))) : 0,
    };
    const shown = reasonsShown(month, who);
    if (reason === "none" || reason === "other" ? shown.length > 0 : !shown.includes(reason)) continue;
    month.dayCalls = drawCalls(rng, 0);
    month.eveCalls = drawCalls(rng, 1);
    month.nightCalls = drawCalls(rng, 2);
    return month;
  }
}

/** The reasons to leave that a month gives. */
export function reasonsShown(month: Month, who: Profile): Reason[] {
  const charge = chargeOf(month);
  const shown: Reason[] = [];
  if (!who.voiceMailPlan && charge >= billLimit) shown.push("bill");
  if (month.serviceCalls >= serviceCallLimit && charge < serviceCharge) shown.push("service");
  if (who.internationalPlan && (month.intlCalls <= intlCallLimit || month.intlMinutes > intlMinuteLimit))
    shown.push("international");
  return shown;
}

/** Gigabytes in an ordinary month: by the line, and by what is streamed. */
export function drawDataLevel(rng: Rng, who: Profile): number {
  const line = who.internet === noInternet ? 2 : who.internet === fibre ? 160 : 60;
  return line * (1 + 0.5 * who.television + 0.6 * who.movies) * Math.exp(0.45 * normal(rng) - 0.1);
}

/** Calls to customer service that an ordinary month has on average. */
export const contactRate = 1.4 / contactMonths;

/** Calls to customer service in a month long before any reason to leave. */
export function drawContacts(rng: Rng): number {
  return poisson(rng, contactRate);
}

/** International calls of an ordinary month: of a plan's holder, more than the few that make the plan pointless. */
export function drawIntlCalls(rng: Rng, who: Profile): number {
  return drawCount(rng, intlCallCounts, who.internationalPlan ? intlCallLimit + 1 : 0);
}

export function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}

/** Minutes with one decimal, not below 0. */
export function tenths(minutes: number): number {
  return minutes <= 0 ? 0 : Math.round(minutes * 10) / 10;
}

function drawCalls(rng: Rng, k: number): number {
  return Math.max(0, Math.round(callMeans[k] + callDeviations[k] * normal(rng)));
}

/** A count drawn by its published frequency, from those of at least `from`. */
function drawCount(rng: Rng, counts: readonly number[], from = 0): number {
  let total = 0;
  for (let i = from; i < counts.length; i++) total += counts[i];
  let left = rng.uniform() * total;
  for (let i = from; i < counts.length; i++) {
    left -= counts[i];
    if (left < 0) return i;
  }
  return counts.length - 1;
}
