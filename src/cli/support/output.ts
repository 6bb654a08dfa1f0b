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
