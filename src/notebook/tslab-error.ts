import { cellLine } from "./cell-line";
import type { ErrorOutput } from "./nbformat";

/**
 * How a kernel marks what nobody caught and, if it is ours, what does not fit its type; it leaves the cell "ok" and may
 * say so after the cell's end.
 */
export const uncaught: RegExp = /^(UnhandledPromiseRejection|UncaughtException|CompileError):\s*/;

const diagnostic = /^(?:(\S+) )?(\d+):(\d+) - /;

/** What tslab wrote about an error, as an error output. */
export interface TslabError {
  readonly output: ErrorOutput;
  /** How many of the last messages on stderr it was made of. */
  readonly messages: number;
}

/**
 * The error output that tslab itself never sends: it answers an error with a bare status and prints its text on stderr,
 * one message for a thrown value, one for each of the compiler's complaints.
 */
export function tslabError(stderr: readonly string[]): TslabError {
  let first = stderr.length;
  while (first > 0 && diagnostic.test(stderr[first - 1])) first--;
  const complaints = stderr.slice(first);
  if (complaints.length > 0) {
    const lines = complaints.map((text) => text.trimEnd());
    const output = errorOutput("CompileError", lines[0].replace(diagnostic, ""), lines);
    return { output, messages: complaints.length };
  }
  const text = stderr[stderr.length - 1];
  if (text === undefined)
    return { output: errorOutput("Error", "the cell failed and said nothing", []), messages: 0 };
  return { output: thrownError(text), messages: 1 };
}

/** An error output from the text of a thrown value, as console.error prints it. */
export function thrownError(text: string): ErrorOutput {
  const lines = text.replace(uncaught, "").trimEnd().split("\n");
  if (text.startsWith("CompileError:"))
    return errorOutput("CompileError", lines[0].replace(diagnostic, ""), lines);
  // An error is printed below its line of JavaScript and a caret.
  const named = lines.findIndex((line) => /^(?:Uncaught )?[\w$.]*(?:Error|Exception)\b/.test(line));
  const head = lines[Math.max(named, 0)];
  const match = head.match(/^(?:Uncaught )?([\w$.]*(?:Error|Exception))(?: \[\w+\])?(?:: (.*))?$/);
  return match
    ? errorOutput(match[1], match[2] ?? "", lines.slice(named))
    : errorOutput("Error", `a thrown value: ${lines.join(" ").slice(0, 500)}`, lines);
}

function errorOutput(ename: string, evalue: string, traceback: readonly string[]): ErrorOutput {
  return { output_type: "error", ename, evalue, traceback };
}

/** An error output that speaks of cells, and the line of the failing one. */
export interface Located {
  readonly output: ErrorOutput;
  readonly line?: number;
}

const cellAndLine = /\bcell \[(\d+)\], line (\d+)/;
const place = /(?:cell-(\d+)\.js|evalmachine\.<anonymous>):(\d+):(\d+)/;
// What runs the cells is of no interest to their author.
const inside = /\bnode:|[\\/]tslab[\\/]dist[\\/]|sigintHandlersWrap/;

/**
 * Turns places in the JavaScript that tslab makes into lines of cells, and leaves out the frames below them. `sources`
 * are the cells by execution count, `current` the count of the one that failed.
 */
export function locate(output: ErrorOutput, sources: ReadonlyMap<number, string>, current: number): Located {
  const complaint = output.traceback[0]?.match(diagnostic);
  if (complaint) return { output, line: complaint[1] === undefined ? Number(complaint[2]) : undefined };
  let line: number | undefined;
  const traceback = output.traceback
    .filter((text) => !(/^\s+at /.test(text) && inside.test(text)))
    .map((text) => {
      const known = text.match(cellAndLine);
      if (known && Number(known[1]) === current) line ??= Number(known[2]);
      const match = text.match(place);
      if (!match) return text;
      const count = match[1] === undefined ? current : Number(match[1]);
      const source = sources.get(count);
      const found = source === undefined ? undefined : cellLine(source, Number(match[2]));
      if (count === current) line ??= found;
      return text.replace(place, `cell [${count}]${found === undefined ? "" : `, line ${found}`}`);
    });
  return { output: { ...output, traceback }, line };
}
