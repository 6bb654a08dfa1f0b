import { writeSync } from "node:fs";
import { writeError } from "../../data/files";
import { type Problem, problemText } from "../../data/problems";

/** Prints one line to standard output. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a value as JSON: what `--json` asks for. Typed arrays become arrays, maps objects, NaN null. */
export function printJson(value: unknown): void {
  const plain = (_: string, one: unknown): unknown => {
    if (ArrayBuffer.isView(one)) return Array.from(one as Float64Array);
    return one instanceof Map ? Object.fromEntries(one) : one;
  };
  print(JSON.stringify(value, plain, 2));
}

/** Prints a note for the person at the terminal to standard error, so that standard output stays data. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints a line to standard output that must not be passed over: in red at a terminal, unless NO_COLOR is set. */
export function printWarning(line: string): void {
  print(process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[31m${line}\u001b[0m` : line);
}

/** Prints rows in aligned columns; a column whose cells below the header are all numbers is aligned right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const right = header.map(
    (_, j) => rows.length > 0 && rows.every((row) => /^[-+]?[\d.,]+( ?%)?$|^$/.test(row[j])),
  );
  const widths = header.map((name, j) => Math.max(name.length, ...rows.map((row) => row[j].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => (right[j] ? cell.padStart(widths[j]) : cell.padEnd(widths[j])))
      .join("  ")
      .trimEnd();
  print(line(header));
  for (const row of rows) print(line(row));
}

/** Notes the first problems of a file, and how many more there are. */
export function noteProblems(problems: readonly Problem[], count: number, most = 10): void {
  for (const one of problems.slice(0, most)) note(problemText(one));
  if (count > most) note(`… and ${count - Math.min(most, problems.length)} more problems`);
}

/** Writes to standard output without leaving anything in a queue: for streams of data. Waits where a pipe is full. */
export function writeOut(piece: string | Uint8Array): void {
  const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw writeError("standard output", error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** ` (did you mean "Churn"?)`, where one of the names is much like `word`; else nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const most = Math.max(1, Math.floor(plain(word).length / 4));
  const near = names
    .map((name) => ({ name, distance: editDistance(plain(word), plain(name)) }))
    .filter((one) => one.distance <= most)
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? ` (did you mean ${JSON.stringify(near.name)}?)` : "";
}

/** How many letters must be put in, taken out or changed to make one word of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
