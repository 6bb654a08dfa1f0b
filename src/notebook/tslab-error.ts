import type { ErrorOutput } from "./nbformat";

/** How tslab marks what nobody caught; it leaves the cell "ok" and may say so after the cell's end. */
export const uncaught: RegExp = /^(UnhandledPromiseRejection|UncaughtException):\s*/;

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
  // A syntax error is printed below the source line and a caret.
  const named = lines.findIndex((line) => /^(?:Uncaught )?[A-Za-z_$][\w$.]*(?:Error|Exception)\b/.test(line));
  const head = lines[Math.max(named, 0)];
  const match = head.match(/^(?:Uncaught )?([A-Za-z_$][\w$.]*(?:Error|Exception))(?: \[\w+\])?(?:: (.*))?$/);
  return match
    ? errorOutput(match[1], match[2] ?? "", lines)
    : errorOutput("Error", `a thrown value: ${lines.join(" ").slice(0, 500)}`, lines);
}

function errorOutput(ename: string, evalue: string, traceback: readonly string[]): ErrorOutput {
  return { output_type: "error", ename, evalue, traceback };
}
