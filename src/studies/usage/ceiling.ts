import { normalCdf } from "../../core/math/normal-distribution";
import { reasonShares } from "../../data/simulate/hazard";
import { progressOf, swayOf } from "../../data/simulate/history";
import type { Profile } from "../../data/simulate/profile";
import type { Simulation } from "../../data/simulate/simulate";
import {
  billLimit,
  callDeviations,
  callFields,
  callMeans,
  contactMonths,
  contactRate,
  intlCallCounts,
  intlCallLimit,
  intlMinuteLimit,
  minuteDeviations,
  minuteFields,
  minuteMeans,
  rates,
  serviceCallCounts,
  serviceCallLimit,
  serviceCharge,
} from "../../data/simulate/usage";
import { panelsOf } from "../clv/landmarks";
import { type Course, coursesOf } from "./courses";
import { type Line, lineOf, type Wander } from "./lines";
import { monthsBack } from "./windows";

/** Four kinds of minutes, then three of calls: what moves in a straight line from the month before the turn to the last. */
const measures = [...minuteFields, ...callFields] as const;
const means = [...minuteMeans, ...callMeans];
const deviations = [...minuteDeviations, ...callDeviations];
/** Standard deviation of what rounding to tenths and to whole calls takes or adds. */
const roundings = measures.map((_, j) => (j < 4 ? 0.1 : 1) / Math.sqrt(12));
const abroad = 3;
/** A course this much less likely than contentment by some of its measures is not looked at further. */
const hopeless = -60;

const share = (counts: readonly number[]): number[] => {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((one) => one / total);
};
const intlShares = share(intlCallCounts);
const serviceShares = share(serviceCallCounts);
const fewIntl = intlShares.slice(0, intlCallLimit + 1).reduce((a, b) => a + b, 0);
const manyService = serviceShares.slice(serviceCallLimit).reduce((a, b) => a + b, 0);

/**
 * The chance that customer `i`, there at the end of `month`, leaves within the next `ahead` months, given his profile
 * and all that the last twelve months show: Bayes' rule over every course that his life may have taken, with the
 * simulator's own chances before (`coursesOf`) and its own way of making months as likelihood. No model that sees the
 * same columns can be expected to do better. Rounding counts as normal noise, and a month cut to a limit as a content
 * one; both matter little.
 */
export function filteredChance(base: Simulation, i: number, month: number, ahead: number): number {
  const who = Object.fromEntries(
    Object.entries(base.profile).map(([name, values]) => [name, values[i]]),
  ) as unknown as Profile;
  const courses = coursesOf(base, i, who, month, monthsBack);
  const seen = monthsOf(base, i, month, who);
  const logs = courses.map((course) => Math.log(course.weight) + evidence(seen, course));
  const top = Math.max(...logs);
  let [all, leaves] = [0, 0];
  courses.forEach((course, k) => {
    const posterior = Math.exp(logs[k] - top);
    all += posterior;
    if (course.left && course.last < month + ahead) leaves += posterior;
  });
  return leaves / all;
}

interface Months {
  readonly who: Profile;
  /** The first month of presence, the first that is looked at, and the one after the last that is seen, from 0. */
  readonly first: number;
  readonly from: number;
  readonly end: number;
  readonly series: readonly Wander[];
  readonly intlCalls: Float32Array;
  readonly contacts: Float32Array;
  /** The last month that was cut to a limit, as only content customers' are; −1 if none. */
  readonly cut: number;
}

function monthsOf(base: Simulation, i: number, month: number, who: Profile): Months {
  const panels = panelsOf(base);
  const first = Math.max(0, base.joined[i] - 1);
  const from = Math.max(first, month - monthsBack);
  const row = (name: keyof typeof panels): Float32Array =>
    panels[name].subarray(i * base.months, i * base.months + month);
  const sway = Float64Array.from({ length: month }, (_, t) => swayOf(t, base.months - 1));
  const series = measures.map(
    (name, j): Wander => ({
      values: row(name),
      from,
      mean: means[j],
      deviation: deviations[j],
      rounding: roundings[j],
      sway,
    }),
  );
  let cut = -1;
  for (let t = from; t < month; t++) {
    const charge = rates.reduce((sum, rate, j) => sum + rate * series[j].values[t], 0);
    const bill = !who.voiceMailPlan && Math.abs(charge - (billLimit - 1)) < 0.05;
    const long = who.internationalPlan && Math.abs(series[abroad].values[t] - intlMinuteLimit) < 0.01;
    if (bill || long) cut = t;
  }
  return {
    who,
    first,
    from,
    end: month,
    series,
    intlCalls: row("intlCalls"),
    contacts: row("contacts"),
    cut,
  };
}

/** The logarithm of how much likelier this course makes the months seen than contentment and ordinary contacts do. */
function evidence(seen: Months, course: Course): number {
  const { who, end, from } = seen;
  const { turned, last } = course;
  const begun = turned >= 0 && turned < end;
  const since = Math.max(turned - 1, from);
  if (begun && seen.cut >= since) return -Infinity;
  const whole = course.left ? 1 : progressOf(course, last);
  const progress = begun
    ? Array.from({ length: end - turned }, (_, k) => progressOf(course, turned + k))
    : [];
  const shares = progress.map((one) => one * whole);
  // A month without international calls has no minutes of them, whatever their level.
  const silent = begun && seen.series[abroad].values.includes(0, since);
  const lines: Line[] = [];
  let log = 0;
  for (const [j, one] of seen.series.entries()) {
    const line = lineOf(one, turned, j === abroad && silent ? [] : shares, swayOf(turned - 1, last));
    log += line.log;
    if (log < hopeless) return -Infinity;
    lines.push(line);
  }
  const charge = rates.reduce((sum, rate, j) => sum + rate * lines[j].mean, 0);
  const spread = Math.sqrt(rates.reduce((sum, rate, j) => sum + rate * rate * lines[j].variance, 0));
  const calls = callsAbroad(seen, turned, progress, whole);
  const shown: Shown = {
    dear: who.voiceMailPlan ? 0 : normalCdf((charge - billLimit) / spread),
    cheap: normalCdf((serviceCharge - charge) / spread),
    long: normalCdf((lines[abroad].mean - intlMinuteLimit) / Math.sqrt(lines[abroad].variance)),
    ...calls,
  };
  return log + Math.log(reasoned(seen, course, shown));
}

/** What the months say of the target: how likely it shows each reason. */
interface Shown {
  /** That it reaches the bill's limit, is cheap enough to leave over the service, and has too long calls abroad. */
  readonly dear: number;
  readonly cheap: number;
  readonly long: number;
  /** How much likelier the calls abroad are on the way to any target than when content, and to one with few such calls. */
  readonly anyCalls: number;
  readonly fewCalls: number;
}

/** Sums the reasons out: each allows other targets, and other contacts with service. */
function reasoned(seen: Months, course: Course, shown: Shown): number {
  const { who } = seen;
  const { dear, cheap, long, anyCalls, fewCalls } = shown;
  const before = priorShown(who);
  const abroadShown = who.internationalPlan ? fewCalls + (anyCalls - fewCalls) * long : 0;
  const dull =
    ((anyCalls - abroadShown) *
      contactsRatio(seen, course, (k) => 1 - dear - (k < serviceCallLimit ? 0 : cheap))) /
    ((1 - before.abroad) * (1 - before.dear - manyService * before.cheap));
  if (course.turned < 0) return dull;
  const any = contactsRatio(seen, course, () => 1);
  const late = contactsRatio(seen, course, (k) => (k < serviceCallLimit ? 0 : 1 / manyService), true);
  const [bill, service, international, other] = reasonShares(who);
  const ways =
    (bill && (bill * dear * anyCalls * any) / before.dear) +
    (service * cheap * anyCalls * late) / before.cheap +
    (international && (international * abroadShown * any) / before.abroad) +
    other * dull;
  return ways / (bill + service + international + other);
}

/** How likely any month shows a reason, whatever it shows of others. */
function priorShown(who: Profile): { dear: number; cheap: number; abroad: number } {
  const charge = rates.reduce((sum, rate, j) => sum + rate * means[j], 0);
  const spread = Math.hypot(...rates.map((rate, j) => rate * deviations[j]));
  const long = normalCdf((means[abroad] - intlMinuteLimit) / deviations[abroad]);
  return {
    dear: who.voiceMailPlan ? 0 : normalCdf((charge - billLimit) / spread),
    cheap: normalCdf((serviceCharge - charge) / spread),
    abroad: who.internationalPlan ? fewIntl + (1 - fewIntl) * long : 0,
  };
}

/** How much likelier the calls abroad are on the way to a target, drawn as any month's or with few of them, than when content. */
function callsAbroad(
  { who, from, intlCalls }: Months,
  turned: number,
  progress: readonly number[],
  whole: number,
): { anyCalls: number; fewCalls: number } {
  if (progress.length === 0 || turned <= from) return { anyCalls: 1, fewCalls: fewIntl };
  const begin = intlCalls[turned - 1];
  const towards = (share: number, target: number): number => Math.round((1 - share) * begin + share * target);
  let content = 1;
  const enough = who.internationalPlan ? 1 - fewIntl : 1;
  for (let k = 0; k < progress.length; k++) {
    const calls = intlCalls[turned + k];
    content *= who.internationalPlan && calls <= intlCallLimit ? 1e-4 : intlShares[calls] / enough;
  }
  let [anyCalls, fewCalls] = [0, 0];
  intlShares.forEach((chance, target) => {
    const last = towards(whole, target);
    if (!progress.every((share, k) => towards(share, last) === intlCalls[turned + k])) return;
    anyCalls += chance / content;
    if (target <= intlCallLimit) fewCalls += chance / content;
  });
  return { anyCalls, fewCalls };
}

/**
 * How much likelier the contacts seen are when a number of calls, weighed by `weight`, is spread over the months before
 * the last, `late` from the month before the turn, than when all months are ordinary.
 */
function contactsRatio(
  seen: Months,
  { turned, last }: Course,
  weight: (calls: number) => number,
  late = false,
): number {
  const { contacts, end } = seen;
  const from = Math.max(seen.first, last - contactMonths + 1);
  const begin = late ? Math.max(from, turned - 1) : from;
  let [months, calls, ordinary] = [0, 0, 1];
  for (let t = Math.max(from, seen.from); t < end; t++) {
    ordinary *= Math.exp(-contactRate) * contactRate ** contacts[t];
    if (t >= begin) [months, calls] = [months + 1, calls + contacts[t]];
    else if (contacts[t] > 0) return 0;
  }
  const all = last - begin + 1;
  let ratio = 0;
  let orders = 1;
  for (let k = calls; k < serviceShares.length; k++) {
    // k! / (k − calls)! orders, each of a chance of 1 / all for those seen.
    if (k === calls) for (let one = 2; one <= k; one++) orders *= one;
    else orders *= k / (k - calls);
    ratio += weight(k) * serviceShares[k] * orders * all ** -calls * (1 - months / all) ** (k - calls);
  }
  return ratio / ordinary;
}
