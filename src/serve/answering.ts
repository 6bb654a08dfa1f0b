import { randomInt } from "node:crypto";
import { mixBits } from "../core/rng";
import type { Table } from "../data/table";
import type { Desk } from "../services/score/desk";
import type { Challenger } from "./champion";
import type { Context } from "./context";
import { type Prediction, scoreTable } from "./score";

/**
 * What is said of customers, kept before it is returned. Where there is a challenger it is asked too: it answers its
 * share of them, and what the model that did not answer would have said is kept beside, as a shadow.
 */
export async function answerCustomers(
  { settings, champion, log, monitor }: Context,
  desk: Desk,
  rows: Table,
  id: (i: number) => string | undefined,
  top: number,
): Promise<Prediction[]> {
  const answers = scoreTable(desk, settings, rows, id, top);
  monitor.note(desk, rows, answers);
  const challenger = champion?.challenger(desk);
  let shadows: Prediction[] = [];
  if (challenger) {
    try {
      shadows = scoreTable(challenger.desk, settings, rows, id, challenger.mode === "share" ? top : 0);
      answers.forEach((answer, i) => {
        if (isItsShare(challenger, id(i))) [answers[i], shadows[i]] = [shadows[i], answer];
      });
    } catch (error) {
      // Whoever is tried out must not keep customers from their answer.
      champion?.challengerFailed(error as Error);
      shadows = [];
    }
  }
  await log.add(answers, shadows);
  return answers;
}

/** Whether the challenger answers the customer: always the same ones, and by chance those without a name. */
function isItsShare(
  { mode, share, desk }: Pick<Challenger, "mode" | "share" | "desk">,
  id: string | undefined,
): boolean {
  if (mode !== "share") return false;
  const place = id === undefined ? randomInt(2 ** 32) : hashed(`${desk.origin.model} ${id}`);
  return place < share * 2 ** 32;
}

/** FNV-1a, 32 bits, mixed as MurmurHash3 ends. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixBits(hash) >>> 0;
}
