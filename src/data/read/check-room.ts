import { totalmem } from "node:os";

/** Bytes of memory that a byte of a table's text takes at most, typed and worked on; 1 to 2 as typed columns alone. */
const perByte = 3;

/** What this process may use: the machine's memory, or less where it was given less. */
function memoryHere(): number {
  const given = process.constrainedMemory?.() ?? 0;
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}

/**
 * Nothing where a table of so many bytes of text fits into the memory as a whole; else throws with the ways out, before the
 * system ends the process without a word.
 */
export function checkRoom(source: string, bytes: number, memory: number = memoryHere()): void {
  if (bytes * perByte <= memory) return;
  throw new Error(
    `Cannot read ${source} as a whole: ${gigabytes(bytes)} of text take up to ${gigabytes(bytes * perByte)} of memory as a table, which must be at most the ${gigabytes(memory)} there are (telelink train --sample learns from a part; predict, score, synth sample and resample read and write piece by piece; or use a part of the rows)`,
  );
}

/** Nothing where so many bytes may be held, with as many beside them; else throws with the ways out. */
export function checkHeld(action: string, bytes: number, ways: string, memory: number = memoryHere()): void {
  if (2 * bytes <= memory) return;
  throw new Error(
    `Cannot ${action}: what is held of the rows must be at most half of the ${gigabytes(memory)} of memory there are, got ${gigabytes(bytes)} (${ways})`,
  );
}

function gigabytes(of: number): string {
  const amount = of / 2 ** 30;
  return `${amount < 10 ? amount.toPrecision(2) : Math.round(amount)} GB`;
}
