import type { Rng } from "../../core/rng";
import { turnChance } from "./hazard";

/** How a customer stands to the carrier at the end of a month, and 3 when he has left. */
export type Mood = 0 | 1 | 2 | 3;
export const content = 0;
export const wavering = 1;
export const leaving = 2;
export const gone = 3;
export const moods: readonly string[] = ["content", "wavering", "leaving"];

/** The share of those who turn that make up their mind at once; of newcomers all, whose first bill decides. */
const atOnceShare = 0.45;
const newcomerMonths = 3;
/** The chances that a wavering customer decides to leave within a month, and that he is content again. */
const decides = 0.4;
export const reassured = 0.06;
/** The chances that a customer who decided has left within a month, and that he stays after all. */
const exits = 0.65;
export const recovers = 0.02;

/** What may happen within a month: a content customer decides at once or begins to waver, one who wavers decides, one who decided leaves. */
export interface MonthChances {
  readonly atOnce: number;
  readonly slowly: number;
  readonly decide: number;
  readonly exit: number;
}

/** The chances of one month for each mood; `scale` is an offer's factor on turning, deciding and leaving. */
export function monthChances(turn: number, tenureMonths: number, scale = 1): MonthChances {
  const turned = Math.min(0.9, turn * scale);
  const share = tenureMonths <= newcomerMonths ? 1 : atOnceShare;
  return {
    atOnce: turned * share,
    slowly: turned * (1 - share),
    decide: Math.min(0.9, decides * scale),
    exit: Math.min(0.95, exits * scale),
  };
}

/** The chance of leaving in a month, for a customer in that mood at its beginning whose chance of turning is `turn`. */
export function leaveChance(mood: Mood, turn: number, tenureMonths: number): number {
  const { atOnce, decide, exit } = monthChances(turn, tenureMonths);
  return mood === content ? atOnce * exit : mood === wavering ? decide * exit : exit;
}

/** The mood at the end of a month, from the mood at its beginning. */
export function drawMood(rng: Rng, mood: Mood, turn: number, tenureMonths: number): Mood {
  const { atOnce, slowly, decide, exit } = monthChances(turn, tenureMonths);
  const u = rng.uniform();
  if (mood === content && u >= atOnce) return u < atOnce + slowly ? wavering : content;
  if (mood === wavering && u >= decide) return u < decide + reassured ? content : wavering;
  if (rng.uniform() < exit) return gone;
  return rng.uniform() < recovers ? content : leaving;
}

/** The course of a customer's chances over the coming months. */
export interface Outlook {
  /** The chance of having left within the first `k + 1` months. */
  readonly left: Float64Array;
  /** The expected number of months with a bill. */
  readonly billedMonths: number;
}

/** What an offer does to the chances, and for how long. */
export interface Offer {
  readonly factor: number;
  readonly months: number;
}

/** What a customer's coming months depend on. */
interface Standing {
  readonly risk: number;
  readonly contract: number;
  readonly tenureMonths: number;
  readonly mood: Mood;
}

/** The exact chances of `months` coming months, by the chain that `drawMood` draws from. */
export function outlook(
  { risk, contract, tenureMonths, mood }: Standing,
  months: number,
  offer: Offer = { factor: 1, months: 0 },
): Outlook {
  const left = new Float64Array(months);
  const shares: MoodShares = [content, wavering, leaving].map((value) =>
    value === mood ? 1 : 0,
  ) as MoodShares;
  let all = 0;
  let billedMonths = 0;
  for (let k = 0; k < months; k++) {
    billedMonths += shares[0] + shares[1] + shares[2];
    const tenure = tenureMonths + k + 1;
    const scale = k < offer.months ? offer.factor : 1;
    all += passMonth(shares, monthChances(turnChance(risk, contract, tenure), tenure, scale));
    left[k] = all;
  }
  return { left, billedMonths };
}

/** The shares of the content, the wavering and those leaving among all who might be there. */
export type MoodShares = [number, number, number];

/** Moves the shares on by a month, and tells what share left within it. */
export function passMonth(shares: MoodShares, { atOnce, slowly, decide, exit }: MonthChances): number {
  const [calm, unsure, decided] = shares;
  // Deciding leaves less room for calming down where both would exceed 1.
  const calmed = Math.min(reassured, 1 - decide);
  const about = decided + calm * atOnce + unsure * decide;
  const stays = about * (1 - exit);
  shares[0] = calm * (1 - atOnce - slowly) + unsure * calmed + stays * recovers;
  shares[1] = calm * slowly + unsure * (1 - decide - calmed);
  shares[2] = stays * (1 - recovers);
  return about * exit;
}
