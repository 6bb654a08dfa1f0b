import { setTimeout as pause } from "node:timers/promises";
import { CliError, usageError } from "./exit";
import { note } from "./output";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of "30s", "15m", "6h" or "1d". */
export function everyMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim());
  const ms = match ? Number(match[1]) * units[match[2]] : 0;
  if (!(ms >= 1000 && ms <= 366 * units.d))
    throw usageError(
      `--every must be from 1s to 366d, such as 30s, 15m, 6h or 1d, got ${JSON.stringify(text)}`,
    );
  return ms;
}

/**
 * Does the work now and whenever its time has come, until `ended`. A round that fails is told of, and the next one
 * comes all the same; rounds whose time passed while one was at work are left out, and told of. Throws what the last
 * round threw.
 */
export async function repeatEvery(
  every: number,
  work: () => Promise<void>,
  ended: AbortSignal,
  now: () => number = Date.now,
): Promise<void> {
  const begun = now();
  let last: unknown;
  for (let round = 0; !ended.aborted; ) {
    try {
      await work();
      last = undefined;
    } catch (error) {
      last = error;
      note(`this round failed: ${(error as Error).message}`);
      // What was asked for wrongly is so the next time too.
      if (error instanceof CliError && round === 0) throw error;
    }
    const next = Math.max(round + 1, Math.ceil((now() - begun) / every));
    if (next > round + 1)
      note(`${next - round - 1} rounds were left out: one takes longer than the time between two`);
    round = next;
    const wait = begun + round * every - now();
    note(`the next round begins at ${new Date(now() + wait).toISOString()}`);
    await pause(wait, undefined, { signal: ended }).catch(() => {});
  }
  if (last !== undefined) throw last;
}
